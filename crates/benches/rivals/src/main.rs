//! The same work beside what one would pick instead: Redis with a script, an embedded SQLite table, `cedar-policy` for the
//! permission, `jsonschema` for the shape. Rounds take turns in one run.

mod permission;
mod redis_script;
mod shape;
mod sqlite;

use std::time::Duration;

use avmarks_benches::naive;
use avmarks_benches::rounds::{Compared, timed};
use avmarks_benches::world::{Numbers, call, id, request, undone, user};
use avmarks_rules::{MarkCall, Presence, Room, Terms};
use avmarks_spec::{GroupType, Timestamp};

const AT: Timestamp = Timestamp::from_millis(1);

/// What can set marks in a room of its own.
trait Rival {
    /// Lets these members in.
    fn fill(&mut self, ids: &[String]);
    /// Sets marks, and says how many accounts were served.
    fn set(&mut self, request: &naive::Request) -> usize;
    /// Takes all marks away.
    fn clear(&mut self);
}

fn main() -> Result<(), String> {
    let is_quick = avmarks_benches::arguments::Arguments::of_process()?.is_quick;
    let (members, rounds) = if is_quick { (2_000, 5) } else { (100_000, 200) };
    println!("Rivals, {rounds} rounds of each row, rounds taking turns\n");
    println!("| work | rival | ours | rival / ours | 10th to 90th percentile | |");
    println!("|---|---|---|---|---|---|");
    let mut sqlite = sqlite::Sqlite::open();
    sets("SQLite in memory", &mut sqlite, members, rounds);
    match redis_script::Redis::start() {
        Ok(mut redis) => sets("Redis with Lua, over a Unix socket", &mut redis, members, rounds),
        Err(error) => println!("| Redis with Lua | {error} | | | | |"),
    }
    permission::compare(rounds);
    shape::compare(rounds);
    Ok(())
}

/// Sets marks of 500 members chosen at random, each round others.
fn sets(name: &str, rival: &mut dyn Rival, members: usize, rounds: usize) {
    let ids: Vec<_> = (0..members).map(id).collect();
    rival.fill(&ids);
    let mut room = Room::new(GroupType::AvChatRoom, None);
    for id in &ids {
        room.apply_presence(Presence::Join, &[user(id)], AT);
    }
    let mut numbers = Numbers(3);
    let sets: Vec<_> = (0..rounds.div_ceil(10) + rounds).map(|_| request(&mut numbers, members, 500, 3)).collect();
    let calls: Vec<_> = sets.iter().map(|set| (call(set), call(&undone(set)))).collect();
    let compared = Compared::rounds(
        rounds,
        &mut |round| {
            let (took, served) = timed(|| rival.set(&sets[round]));
            assert_eq!(served, 500);
            rival.clear();
            took
        },
        &mut |round| {
            let (set, undo) = &calls[round];
            let took = applied(&mut room, set);
            applied(&mut room, undo);
            took
        },
    );
    compared.print(&format!("set 500, room of {members}: {name}"), 1, "");
}

fn applied(room: &mut Room, call: &MarkCall) -> Duration {
    let (took, decision) = timed(|| {
        let decision = room.decide(call, &Terms::default(), AT);
        room.apply(decision.transition()).unwrap();
        decision
    });
    assert_eq!(decision.served(call).count(), 500);
    took
}
