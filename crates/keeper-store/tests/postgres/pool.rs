//! The suite through PgBouncer by transaction: each transaction may be on another connection to the database.

use std::sync::atomic::{AtomicU64, Ordering};

use avmarks_keeper_store::PostgresStore;
use avmarks_spec::Limits;
use postgres::{Client, NoTls};

use crate::bench::Bench;
use crate::bench::suite;
use crate::database;

/// A database that goes with the value: a pool passes no search path on.
struct Database {
    name: String,
}

impl Database {
    fn new() -> Self {
        static COUNT: AtomicU64 = AtomicU64::new(0);
        let name = format!("pool_{}_{}", std::process::id(), COUNT.fetch_add(1, Ordering::Relaxed));
        run(&database(), &format!("CREATE DATABASE {name}"));
        Self { name }
    }

    /// Past the pool.
    fn direct(&self) -> String {
        database().replace("dbname=postgres", &format!("dbname={}", self.name))
    }
}

impl Drop for Database {
    fn drop(&mut self) {
        run(&database(), &format!("DROP DATABASE {} WITH (FORCE)", self.name));
    }
}

fn run(url: &str, sql: &str) {
    Client::connect(url, NoTls).unwrap().batch_execute(sql).unwrap();
}

fn in_pool(limits: Limits) -> Bench {
    let pool = std::env::var("AVMARKS_POSTGRES_POOL")
        .expect("AVMARKS_POSTGRES_POOL is not set: run this suite with .ci/postgres");
    let database = Database::new();
    let store = PostgresStore::connect(&format!("{pool} dbname={}", database.name), limits).unwrap();
    let direct = database.direct();
    run(&direct, crate::TEST_CLOCK);
    let mut client = Client::connect(&direct, NoTls).unwrap();
    let set = move |millis: u64| {
        let millis = i64::try_from(millis).unwrap();
        assert_eq!(client.execute("UPDATE test_clock SET millis = $1", &[&millis]).unwrap(), 1);
    };
    Bench::new(Box::new(store), Box::new(set), database)
}

suite!(in_pool);
