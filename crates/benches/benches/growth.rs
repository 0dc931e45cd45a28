//! How cost grows: with the members of the room, the groups of the app, the marks of an account, the accounts of a call.
//! Writes a plot.

#![forbid(unsafe_code)]
#![expect(clippy::unwrap_used, clippy::indexing_slicing, reason = "a benchmark that cannot run ends")]

use std::fs;
use std::hint::black_box;

use avmarks_benches::plot::{Line, Panel, svg};
use avmarks_benches::rounds::{duration, quantile, timed};
use avmarks_benches::world::{Numbers, call, id, request, undone, user};
use avmarks_benches::{asked, naive};
use avmarks_protocol::modify_user_info::PATH;
use avmarks_rules::{Presence, Room, Terms};
use avmarks_service::{App, Request, Settings};
use avmarks_spec::{GroupId, GroupType, Timestamp};

const AT: Timestamp = Timestamp::from_millis(1);

fn main() {
    let Some(arguments) = asked(&["growth"]) else { return };
    let (tenths, rounds) = if arguments.is_quick { (2, 9) } else { (0, 41) };
    let sizes = |sizes: &[usize]| sizes.iter().copied().take(sizes.len() - tenths).collect::<Vec<_>>();
    let panels = [
        Panel {
            title: "set 500 accounts, by members of the room",
            lines: both(&sizes(&[1_000, 10_000, 100_000, 1_000_000]), |members| by_members(members, rounds)),
        },
        Panel {
            title: "one call of 10 accounts, by groups of the app",
            lines: vec![Line {
                name: "ours",
                points: sizes(&[1, 10, 100, 1_000, 10_000, 100_000])
                    .into_iter()
                    .map(|groups| (groups, by_groups(groups, rounds)))
                    .collect(),
            }],
        },
        Panel {
            title: "set 100 accounts, by marks of each",
            lines: both(&[1, 2, 3, 4, 6, 8, 10], |marks| by_marks(marks, rounds)),
        },
        Panel {
            title: "set in a room of 10,000, by accounts of the call",
            lines: both(&[1, 2, 5, 10, 20, 50, 100, 200, 500], |accounts| in_room(10_000, accounts, 3, rounds)),
        },
    ];
    println!("\nHow cost grows, medians of {rounds} rounds\n");
    println!("| what | size | naive | ours |\n|---|---|---|---|");
    for Panel { title, lines } in &panels {
        let ours = lines.last().unwrap();
        for (at, (size, took)) in ours.points.iter().enumerate() {
            let naive = lines.iter().find(|line| line.name == "naive").map(|line| duration(line.points[at].1));
            println!("| {title} | {size} | {} | {} |", naive.unwrap_or_default(), duration(*took));
        }
    }
    if arguments.is_quick {
        return;
    }
    let path = concat!(env!("CARGO_MANIFEST_DIR"), "/growth.svg");
    fs::write(path, svg(&panels)).unwrap();
    println!("\nPlot: crates/benches/growth.svg");
}

/// Both sides at each size.
fn both(sizes: &[usize], medians: impl Fn(usize) -> (f64, f64)) -> Vec<Line> {
    let points: Vec<_> = sizes.iter().map(|size| (*size, medians(*size))).collect();
    vec![
        Line { name: "naive", points: points.iter().map(|(size, (naive, _))| (*size, *naive)).collect() },
        Line { name: "ours", points: points.iter().map(|(size, (_, ours))| (*size, *ours)).collect() },
    ]
}

fn by_members(members: usize, rounds: usize) -> (f64, f64) {
    in_room(members, 500, 3, rounds)
}

fn by_marks(marks: usize, rounds: usize) -> (f64, f64) {
    let mut numbers = Numbers(marks as u64);
    rounds_of(10_000, rounds, || {
        let mut set = request(&mut numbers, 10_000, 100, 1);
        set.member_list.iter_mut().for_each(|entry| entry.marks = (0..marks as u32).map(|mark| 1_000 + mark).collect());
        set
    })
}

fn in_room(members: usize, accounts: usize, marks_max: usize, rounds: usize) -> (f64, f64) {
    let mut numbers = Numbers(accounts as u64);
    rounds_of(members, rounds, || request(&mut numbers, members, accounts, marks_max))
}

/// The medians of both sides for requests like this, which are taken back each time.
fn rounds_of(members: usize, rounds: usize, mut next: impl FnMut() -> naive::Request) -> (f64, f64) {
    let (mut theirs, mut ours) = (naive::Room::default(), Room::new(GroupType::AvChatRoom, None));
    for number in 0..members {
        theirs.join(&id(number), 1);
        ours.apply_presence(Presence::Join, &[user(&id(number))], AT);
    }
    let terms = Terms::default();
    let (mut naive, mut mine) = (Vec::new(), Vec::new());
    for _ in 0..rounds {
        let set = next();
        let undo = undone(&set);
        naive.push(timed(|| black_box(theirs.modify(&set, 1))).0.as_secs_f64());
        theirs.modify(&undo, 1);
        let mut apply = |call| {
            let decision = ours.decide(call, &terms, AT);
            ours.apply(decision.transition()).unwrap();
            decision
        };
        let (set, undo) = (call(&set), call(&undo));
        mine.push(timed(|| black_box(apply(&set))).0.as_secs_f64());
        drop(apply(&undo));
    }
    (quantile(&naive, 0.5), quantile(&mine, 0.5))
}

/// A call in one of so many groups of 20 members, from its bytes to those of the answer.
fn by_groups(groups: usize, rounds: usize) -> f64 {
    let mut app = App::new(Settings::default());
    let group = |number: usize| GroupId::parse(&format!("@TGS#{number:08}")).unwrap();
    let users: Vec<_> = (0..20).map(|number| user(&id(number))).collect();
    for number in 0..groups {
        app.create_group(group(number), GroupType::AvChatRoom, None, AT);
        app.apply_presence(group(number), Presence::Join, &users, AT);
    }
    let mut numbers = Numbers(groups as u64);
    let times = (0..rounds as u64 * 5).map(|round| {
        let mut set = request(&mut numbers, 20, 10, 3);
        set.group_id = group(numbers.below(groups)).as_str().to_owned();
        let body = serde_json::to_vec(&set).unwrap();
        let call = Request::trusted("administrator", PATH, &body);
        timed(|| black_box(app.handle(&call, Timestamp::from_millis(10 + 10 * round)))).0.as_secs_f64()
    });
    quantile(&times.collect::<Vec<_>>(), 0.5)
}
