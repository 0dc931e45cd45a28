//! How many webhooks a second a store accepts, by the size of the batch that one commit takes: `.ci/postgres` runs it beside a
//! database; without AVMARKS_POSTGRES it measures SQLite alone. The file lies in the folder that is given, which decides about the disk.
//!
//! `accept FOLDER [WANTS]`
#![expect(clippy::unwrap_used, reason = "a measurement may panic")]

use std::error::Error;
use std::path::Path;
use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::thread;
use std::time::{Duration, Instant, SystemTime};

use avmarks_keeper_store::{Event, NewWant, SqliteStore, Store};
use avmarks_keeper_store::{NodeId, PresenceChange, Settlement, Slot};
use avmarks_spec::{GroupId, Limits, Mark, Timestamp, UserId};

/// Wanted accounts of a group, the most that one mark allows.
const OF_GROUP: usize = 1_000;
const SPAN: Duration = Duration::from_secs(3);

fn main() -> Result<(), Box<dyn Error>> {
    let arguments: Vec<_> = std::env::args().skip(1).collect();
    let folder = Path::new(arguments.first().ok_or("usage: accept FOLDER [WANTS]")?);
    let wants = arguments.get(1).map_or(Ok(100_000), |text| text.parse())?;
    println!("| store | connections | who | 1 | 64 | 256 |\n|---|---|---|---|---|---|");
    let path = folder.join(format!("accept-{}.sqlite", std::process::id()));
    measure("SQLite", Box::new(SqliteStore::open(&path, Limits::DOCUMENTED, Arc::new(wall))?), wants, &[1])?;
    for end in ["", "-wal", "-shm"] {
        let _ = std::fs::remove_file(format!("{}{end}", path.display()));
    }
    #[cfg(feature = "postgres")]
    if let Ok(url) = std::env::var("AVMARKS_POSTGRES") {
        let store = avmarks_keeper_store::PostgresStore::connect(&url, Limits::DOCUMENTED)?;
        measure("PostgreSQL", Box::new(store), wants, &[1, 4])?;
    }
    Ok(())
}

fn wall() -> Timestamp {
    let since = SystemTime::now().duration_since(SystemTime::UNIX_EPOCH).unwrap_or_default();
    Timestamp::from_millis(since.as_millis().try_into().unwrap_or(u64::MAX))
}

fn group(number: usize) -> GroupId {
    GroupId::parse(&format!("@TGS#{number}")).unwrap()
}

fn account(number: usize) -> UserId {
    UserId::parse(&format!("user{number}")).unwrap()
}

fn measure(name: &str, mut store: Box<dyn Store>, wants: usize, connections: &[usize]) -> Result<(), Box<dyn Error>> {
    let groups = wants.div_ceil(OF_GROUP);
    for of in 0..groups {
        let want = |number| NewWant {
            group: group(of),
            account: account(number),
            marks: [Mark::CUSTOM_MIN].into(),
            robot: false,
        };
        store.put_wants(&(0..OF_GROUP).map(want).collect::<Vec<_>>(), false)?;
    }
    for count in connections {
        for (who, first) in [("wanted", 0), ("nobody wanted", OF_GROUP)] {
            let mut cells = Vec::new();
            for size in [1, 64, 256] {
                cells.push(format!("{:.0}", rate(&*store, *count, size, groups, first)?));
                empty(&mut *store)?;
            }
            println!("| {name} | {count} | {who} | {} |", cells.join(" | "));
        }
    }
    Ok(())
}

/// Accepted events a second; each commit has those of one group, as in a room to which many come back.
fn rate(
    store: &dyn Store,
    connections: usize,
    size: usize,
    groups: usize,
    first: usize,
) -> Result<f64, Box<dyn Error>> {
    let accepted = AtomicUsize::new(0);
    let stores = (0..connections).map(|_| store.another()).collect::<Result<Vec<_>, _>>()?;
    let began = Instant::now();
    thread::scope(|scope| {
        for (number, mut store) in stores.into_iter().enumerate() {
            let accepted = &accepted;
            scope.spawn(move || {
                let mut next = number * 7_919;
                while began.elapsed() < SPAN {
                    let of = group(next % groups);
                    let event = |at: usize| Event {
                        group: of,
                        change: PresenceChange::Online(account(first + (next + at) % OF_GROUP)),
                        at: Some(Timestamp::from_millis(at as u64)),
                    };
                    let stored = store.accept(&(0..size).map(event).collect::<Vec<_>>()).unwrap();
                    assert_eq!(stored, if first == 0 { size } else { 0 });
                    accepted.fetch_add(size, Ordering::Relaxed);
                    next += 1;
                }
            });
        }
    });
    Ok(accepted.load(Ordering::Relaxed) as f64 / began.elapsed().as_secs_f64())
}

/// Settles all that was accepted, so that each measurement begins with an empty inbox.
fn empty(store: &mut dyn Store) -> Result<(), Box<dyn Error>> {
    let node = NodeId(wall().as_millis());
    if !store.register(node)? {
        return Err("another run has the store".into());
    }
    for lease in store.claim(node, Slot::COUNT)? {
        loop {
            let batches: Vec<_> = store.inbox(&[lease.slot], &[], 1_000)?.iter().map(|batch| batch.id).collect();
            if batches.is_empty() {
                break;
            }
            store.register(node)?;
            store.settle(node, lease, &Settlement { batches, ..Settlement::default() })?;
        }
    }
    store.leave(node)?;
    Ok(())
}
