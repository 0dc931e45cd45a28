//! Searches small worlds to their end: `cargo run --release -p avmarks-testkit --example small_worlds -- [short|long]`.
//!
//! Prints each world with its size, in a fixed order, and a line of sums last. A disagreement ends it with the scenario that shows it.

use std::process::ExitCode;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::sync::mpsc::channel;
use std::thread;

use avmarks_spec::Gap;
use avmarks_testkit::small_world::{Explored, World};

fn main() -> ExitCode {
    let long = std::env::args().nth(1).as_deref() == Some("long");
    let worlds = worlds(long);
    match searched(&worlds) {
        Ok(Explored { states, transitions }) => {
            println!("closed: {} worlds, {states} states, {transitions} transitions, no disagreement", worlds.len());
            ExitCode::SUCCESS
        }
        Err(error) => {
            eprintln!("{error}");
            ExitCode::FAILURE
        }
    }
}

/// Searches the worlds, as many at once as there are processors, and tells each as soon as those before it are told.
fn searched(worlds: &[World]) -> Result<Explored, String> {
    let (next, threads) = (AtomicUsize::new(0), thread::available_parallelism().map_or(1, usize::from));
    let (sender, receiver) = channel();
    thread::scope(|scope| {
        for _ in 0..threads {
            let (sender, next) = (sender.clone(), &next);
            scope.spawn(move || {
                while let Some((at, world)) = next_of(worlds, next) {
                    // Where nobody listens any more, the search has ended with an error.
                    if sender.send((at, world.explore())).is_err() {
                        return;
                    }
                }
            });
        }
        drop(sender);
        let mut sum = Explored::default();
        let mut ended: Vec<Option<Explored>> = vec![None; worlds.len()];
        let mut told = 0;
        for (at, explored) in receiver {
            if let Some(place) = ended.get_mut(at) {
                *place = Some(explored?);
            }
            while let (Some(world), Some(Some(explored))) = (worlds.get(told), ended.get(told)) {
                println!("{}: {} states, {} transitions", named(world), explored.states, explored.transitions);
                sum.states += explored.states;
                sum.transitions += explored.transitions;
                told += 1;
            }
        }
        Ok(sum)
    })
}

/// The next world that nobody searches yet, with its place.
fn next_of<'a>(worlds: &'a [World], next: &AtomicUsize) -> Option<(usize, &'a World)> {
    let at = next.fetch_add(1, Ordering::Relaxed);
    Some((at, worlds.get(at)?))
}

fn named(world: &World) -> String {
    let World { accounts, marks, marks_per_group_max, members_per_mark_max, pin_ticks, group_admins_max, reading } =
        world;
    let reading = reading.map_or("default".to_owned(), |(gap, name)| format!("{gap} {name}"));
    let caps = format!("caps {marks_per_group_max}/{members_per_mark_max}/{group_admins_max}");
    format!("{accounts} accounts, marks {marks:?}, {caps}, pins of {pin_ticks} ticks, {reading}")
}

/// The gaps whose reading changes what a call of an app admin makes of a room; any other changes who may call, or an answer alone.
const OF_ROOMS: [Gap; 5] = [Gap::OverCapacity, Gap::Offline500, Gap::RobotDays, Gap::SpecialSlots, Gap::PinRenewal];

/// Two accounts under every reading. The default is searched with four marks and caps of 1 and 2; a reading that changes what
/// becomes of a room with four marks and caps of 1, and with three and caps of 2; any other with three marks and caps of 1.
/// Long: every reading with four marks and both caps; and three accounts.
fn worlds(long: bool) -> Vec<World> {
    let world = |marks: &[u32], caps: usize, reading| World {
        accounts: 2,
        marks: marks.to_vec(),
        marks_per_group_max: caps,
        members_per_mark_max: caps,
        pin_ticks: 2,
        group_admins_max: 0,
        reading,
    };
    let four = &[500, 600, 1_000, 1_001][..];
    let mut worlds = vec![world(four, 1, None), world(four, 2, None)];
    for gap in Gap::ALL {
        for reading in gap.readings().iter().skip(1).map(|reading| Some((*gap, reading.name))) {
            if long {
                worlds.extend([world(four, 1, reading), world(four, 2, reading)]);
            } else if OF_ROOMS.contains(gap) {
                worlds.extend([world(four, 1, reading), world(&[500, 1_000, 1_001], 2, reading)]);
            } else {
                worlds.push(world(&[500, 600, 1_000], 1, reading));
            }
        }
    }
    // Administrators, who are nothing to marks: of three accounts at most two, under both readings of who may call.
    for reading in [None, Some((Gap::RestOwner, "owner-too"))] {
        let administered = World { accounts: 3, group_admins_max: 2, ..world(&[1_000], 1, reading) };
        worlds.push(if long { administered } else { World { marks: Vec::new(), ..administered } });
    }
    if long {
        let of_three = |marks: &[u32]| World { accounts: 3, members_per_mark_max: 2, ..world(marks, 1, None) };
        worlds.extend([of_three(&[500, 1_000]), of_three(&[500, 600, 1_000])]);
    }
    worlds
}
