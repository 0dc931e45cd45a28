//! Searches small worlds to their end: `cargo run --release -p avmarks-testkit --example small_worlds -- [short|long]`.

use std::process::ExitCode;

use avmarks_spec::Gap;
use avmarks_testkit::small_world::World;

fn main() -> ExitCode {
    let long = std::env::args().nth(1).as_deref() == Some("long");
    let (mut states, mut transitions) = (0, 0);
    for world in worlds(long) {
        match world.explore() {
            Ok(explored) => {
                states += explored.states;
                transitions += explored.transitions;
                let reading = world.reading.map_or("default".to_owned(), |(gap, name)| format!("{gap} {name}"));
                println!(
                    "{} accounts, marks {:?}, caps {}/{}, pins of {} ticks, {reading}: {} states, {} transitions",
                    world.accounts,
                    world.marks,
                    world.marks_per_group_max,
                    world.members_per_mark_max,
                    world.pin_ticks,
                    explored.states,
                    explored.transitions
                );
            }
            Err(fault) => {
                eprintln!("{fault}");
                return ExitCode::FAILURE;
            }
        }
    }
    println!("closed: {states} states, {transitions} transitions, no disagreement");
    ExitCode::SUCCESS
}

/// Two accounts and four marks under every reading with caps of 1 and 2; long, three accounts as well.
fn worlds(long: bool) -> Vec<World> {
    let small = World {
        accounts: 2,
        marks: vec![500, 600, 1_000, 1_001],
        marks_per_group_max: 1,
        members_per_mark_max: 1,
        pin_ticks: 2,
        reading: None,
    };
    let mut worlds = Vec::new();
    for caps in [1, 2] {
        let capped = World { marks_per_group_max: caps, members_per_mark_max: caps, ..small.clone() };
        worlds.push(capped.clone());
        for gap in Gap::ALL {
            for reading in gap.readings().iter().skip(1) {
                worlds.push(World { reading: Some((*gap, reading.name)), ..capped.clone() });
            }
        }
    }
    if long {
        worlds.push(World {
            accounts: 3,
            marks: vec![500, 1_000],
            marks_per_group_max: 1,
            members_per_mark_max: 2,
            ..small.clone()
        });
        worlds.push(World { accounts: 3, marks: vec![500, 600, 1_000], members_per_mark_max: 2, ..small });
    }
    worlds
}
