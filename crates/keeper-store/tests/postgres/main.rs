//! The suite of `tests/store` on PostgreSQL, and what only several connections show. `.ci/postgres` runs it; without a database it fails.
#![cfg(test)]

#[path = "../store/bench.rs"]
mod bench;
#[path = "../store/histories.rs"]
mod histories;
#[path = "../store/verbs.rs"]
mod verbs;

mod pool;
mod together;

use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};
use std::time::Duration;

use avmarks_keeper_store::{MemoryStore, PostgresListener, PostgresStore, Store};
use avmarks_spec::{Limits, Timestamp};
use bench::{Bench, suite};
use postgres::{Client, NoTls};

/// How to connect to the database that `.ci/postgres` started.
fn database() -> String {
    std::env::var("AVMARKS_POSTGRES").expect("AVMARKS_POSTGRES is not set: run this suite with .ci/postgres")
}

/// A schema that goes with the value.
struct Schema {
    name: String,
}

impl Schema {
    fn new() -> Self {
        static COUNT: AtomicU64 = AtomicU64::new(0);
        let name = format!("test_{}_{}", std::process::id(), COUNT.fetch_add(1, Ordering::Relaxed));
        let schema = Self { name };
        schema.run(&format!("CREATE SCHEMA {}", schema.name));
        schema
    }

    fn url(&self) -> String {
        format!(
            "{0} options='-c search_path={1} -c client_min_messages=warning' application_name={1}",
            database(),
            self.name
        )
    }

    fn client(&self) -> Client {
        Client::connect(&self.url(), NoTls).unwrap()
    }

    /// As an administrator of the database does, or a restart.
    fn end_connections(&self) {
        let sql = "SELECT pg_terminate_backend(pid, 10000) FROM pg_stat_activity WHERE application_name = $1 AND pid <> pg_backend_pid()";
        assert!(!self.client().query(sql, &[&self.name]).unwrap().is_empty());
    }

    /// Waits until so many connections of the schema wait for a lock.
    fn wait_for_waiting(&self, count: i64) {
        let sql = "SELECT count(*) FROM pg_stat_activity WHERE application_name = $1 AND wait_event_type = 'Lock'";
        let mut client = self.client();
        while client.query_one(sql, &[&self.name]).unwrap().get::<_, i64>(0) < count {
            std::thread::sleep(Duration::from_millis(5));
        }
    }

    fn run(&self, sql: &str) {
        self.client().batch_execute(sql).unwrap();
    }
}

impl Drop for Schema {
    fn drop(&mut self) {
        self.run(&format!("DROP SCHEMA {} CASCADE", self.name));
    }
}

/// A clock that a test sets.
const TEST_CLOCK: &str = "CREATE TABLE test_clock (millis bigint NOT NULL); INSERT INTO test_clock VALUES (0);
    CREATE OR REPLACE FUNCTION keeper_now() RETURNS bigint LANGUAGE sql VOLATILE AS 'SELECT millis FROM test_clock'";

/// A store whose clock is a table that the test sets.
fn in_postgres(limits: Limits) -> Bench {
    let schema = Schema::new();
    let store = PostgresStore::connect(&schema.url(), limits).unwrap();
    schema.run(TEST_CLOCK);
    let mut client = schema.client();
    let set = move |millis: u64| {
        let millis = i64::try_from(millis).unwrap();
        assert_eq!(client.execute("UPDATE test_clock SET millis = $1", &[&millis]).unwrap(), 1);
    };
    Bench::new(Box::new(store), Box::new(set), schema)
}

fn memory(limits: Limits) -> Bench {
    let millis = Arc::new(AtomicU64::new(bench::START));
    let read = Arc::clone(&millis);
    let clock = Arc::new(move || Timestamp::from_millis(read.load(Ordering::Relaxed)));
    Bench::new(Box::new(MemoryStore::new(limits, clock)), Box::new(move |now| millis.store(now, Ordering::Relaxed)), ())
}

suite!(in_postgres);

#[test]
fn random_histories_are_those_of_memory() {
    histories::same_as(in_postgres, memory);
}

#[test]
fn tables_of_a_later_version_are_refused() {
    let schema = Schema::new();
    let connect = || PostgresStore::connect(&schema.url(), bench::LIMITS);
    connect().unwrap();
    connect().unwrap();
    schema.run("INSERT INTO keeper_migration VALUES (3)");
    let error = connect().unwrap_err().to_string();
    assert_eq!(error, "the tables are of version 3: expected at most 2, the last that this program knows");
}

#[test]
fn earlier_table_versions_are_migrated() {
    let schema = Schema::new();
    let connect = || PostgresStore::connect(&schema.url(), bench::LIMITS).unwrap();
    connect().put_wants(&[bench::want("g1", "ann", &[1_000], false)], false).unwrap();
    schema.run(
        "DROP TABLE want_version; DROP FUNCTION keeper_wants_added() CASCADE; DROP INDEX want_by_version;
        DELETE FROM keeper_migration WHERE number = 2",
    );
    let mut store = connect();
    store.refresh_filter().unwrap();
    store.put_wants(&[bench::want("g1", "bob", &[1_000], false)], false).unwrap();
    store.refresh_filter().unwrap();
    let filter = store.filter().unwrap();
    let known = ["ann", "bob", "eve"].map(|account| filter.may_want(&bench::online("g1", account)));
    assert_eq!(known, [true, true, false]);
}

#[test]
fn no_error_shows_the_password() {
    for url in ["postgresql://keeper:secret7@[", "host=/nowhere user=keeper password=secret7", "secret7"] {
        let error = PostgresStore::connect(url, bench::LIMITS).unwrap_err();
        assert!(!format!("{error} {error:?}").contains("secret7"), "{error:?}");
    }
    let store = PostgresStore::connect(&format!("{} password=secret7", Schema::new().url()), bench::LIMITS);
    assert!(!format!("{store:?}").contains("secret7"));
}

#[test]
fn tls_is_verified_and_never_left_out() {
    let text = std::env::var("AVMARKS_POSTGRES_TLS")
        .expect("AVMARKS_POSTGRES_TLS is not set: run this suite with .ci/postgres");
    let schema = Schema::new();
    let connect = |text: &str| {
        let text = format!(
            "{text} options='-c search_path={0} -c client_min_messages=warning' application_name={0}",
            schema.name
        );
        PostgresStore::connect(&text, bench::LIMITS)
    };
    let encrypted = || {
        let sql = "SELECT ssl FROM pg_stat_ssl JOIN pg_stat_activity USING (pid) WHERE application_name = $1 AND pid <> pg_backend_pid()";
        let rows = schema.client().query(sql, &[&schema.name]).unwrap();
        rows.iter().map(|row| row.get(0)).collect::<Vec<bool>>()
    };
    for mode in ["require", "verify-full"] {
        let mut store = connect(&format!("{text} sslmode={mode}")).unwrap();
        store.now().unwrap();
        assert_eq!(encrypted(), [true], "{mode}");
        drop(store);
        while !encrypted().is_empty() {}
    }
    // Another name than that of the certificate, and an authority that is not trusted.
    let other_name = text.replace("host=localhost", "host=127.0.0.1");
    let (before, _) = text.split_once(" sslrootcert=").unwrap();
    for text in [format!("{other_name} sslmode=require"), format!("{before} sslmode=require")] {
        let error = connect(&text).unwrap_err().to_string();
        assert!(error.contains("TLS") && error.contains("certificate"), "{error}");
    }
    // A server without TLS.
    let plain = std::net::TcpListener::bind("127.0.0.1:0").unwrap();
    let port = plain.local_addr().unwrap().port();
    let seen = std::thread::spawn(move || {
        use std::io::{Read, Write};
        let (mut stream, _) = plain.accept().unwrap();
        let mut request = [0; 8];
        stream.read_exact(&mut request).unwrap();
        stream.write_all(b"N").unwrap();
        let mut more = Vec::new();
        stream.read_to_end(&mut more).unwrap();
        more
    });
    let error = connect(&format!("host=localhost port={port} user=postgres sslmode=require")).unwrap_err().to_string();
    assert!(error.contains("TLS"), "{error}");
    assert_eq!(seen.join().unwrap(), b"", "something was sent in clear text");
}

#[test]
fn a_lost_connection_is_opened_anew() {
    let schema = Schema::new();
    let mut store = PostgresStore::connect(&schema.url(), bench::LIMITS).unwrap();
    let mut listener = PostgresListener::connect(&schema.url()).unwrap();
    let want = [bench::want("g1", "ann", &[1_000], false)];
    store.put_wants(&want, false).unwrap();
    let before = bench::dump(&mut store);
    // A query, a transaction and a statement by itself: each is the first to use a connection that has ended.
    schema.end_connections();
    assert_eq!(bench::dump(&mut store), before);
    schema.end_connections();
    assert!(store.put_wants(&want, false).unwrap()[0].is_ok());
    schema.end_connections();
    assert_eq!(store.accept(&[bench::online("g1", "ann")]).unwrap(), 1);
    schema.end_connections();
    store.notify().unwrap();

    // Whatever came while nobody listened: it tells to look, once.
    let long = Duration::from_secs(60);
    assert!((0..10).any(|_| listener.wait(long).unwrap()));
    store.notify().unwrap();
    store.notify().unwrap();
    assert!(listener.wait(long).unwrap());
}
