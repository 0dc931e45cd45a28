//! What account ids cost that were chosen to collide: `cargo run --release -p avmarks-benches --example flood -- [IDS]`.
//!
//! It looks for ids whose hashes share their tag under the seed that is in force where nobody sets one, and lets them join and leave a
//! room; then once more in a process that has set a seed of its own.

#![forbid(unsafe_code)]
#![expect(clippy::unwrap_used, clippy::panic, reason = "a benchmark that cannot run ends")]

use std::env;
use std::hash::{BuildHasher, RandomState};
use std::process::Command;

use avmarks_benches::rounds::{duration, timed};
use avmarks_rules::{Presence, Room, set_hash_seed};
use avmarks_spec::{GroupType, Timestamp, UserId};
use foldhash::fast::FixedState;

const AT: Timestamp = Timestamp::from_millis(1);
/// The argument of the process that measures: `with` or `without` a seed of its own.
const MEASURE: &str = "--measure";

fn main() {
    let arguments: Vec<_> = env::args().skip(1).collect();
    match arguments.iter().map(String::as_str).collect::<Vec<_>>().as_slice() {
        [] => compare(4_000),
        [MEASURE, seed, ids] => measure(*seed == "with", ids.parse().unwrap()),
        [ids] => compare(ids.parse().unwrap()),
        _ => panic!("give how many ids are to collide, or nothing"),
    }
}

fn compare(ids: usize) {
    println!("| seed of the hash | {ids} ids join and leave | that collide | ratio |\n|---|---|---|---|");
    for seed in ["without", "with"] {
        let measured = Command::new(env::current_exe().unwrap()).args([MEASURE, seed, &ids.to_string()]).status();
        assert!(measured.unwrap().success());
    }
}

/// Medians of five rooms each, which take turns.
fn measure(has_seed: bool, ids: usize) {
    let (ordinary, colliding) = (ordinary(ids), colliding(ids));
    if has_seed {
        assert!(set_hash_seed(RandomState::new().hash_one(())));
    }
    let mut times = [Vec::new(), Vec::new()];
    for _ in 0..5 {
        for (times, ids) in times.iter_mut().zip([&ordinary, &colliding]) {
            times.push(join_and_leave(ids));
        }
    }
    let [ordinary, colliding] = times.map(|mut times| {
        times.sort_by(f64::total_cmp);
        times.get(2).copied().unwrap()
    });
    let seed = if has_seed { "random" } else { "the default" };
    println!("| {seed} | {} | {} | {:.1}x |", duration(ordinary), duration(colliding), colliding / ordinary);
}

fn join_and_leave(ids: &[UserId]) -> f64 {
    let mut room = Room::new(GroupType::AvChatRoom, None);
    let (took, ()) = timed(|| {
        for presence in [Presence::Join, Presence::Leave] {
            ids.iter().for_each(|id| drop(room.apply_presence(presence, std::slice::from_ref(id), AT)));
        }
    });
    assert_eq!(room.len(), 0);
    took.as_secs_f64()
}

fn id(number: u64) -> UserId {
    UserId::parse(&format!("{number:010}")).unwrap()
}

fn ordinary(ids: usize) -> Vec<UserId> {
    (0..).map(id).take(ids).collect()
}

/// Ids whose hashes end with the same sixteen bits under the default seed.
fn colliding(ids: usize) -> Vec<UserId> {
    let default = FixedState::with_seed(0);
    let tag = |id: &UserId| default.hash_one(id) as u16;
    let wanted = tag(&id(0));
    (0..).map(id).filter(|id| tag(id) == wanted).take(ids).collect()
}
