//! The table: our work beside the baseline's, rounds taking turns.

#![forbid(unsafe_code)]
#![expect(clippy::unwrap_used, clippy::indexing_slicing, reason = "a benchmark that cannot run ends")]

use std::hint::black_box;
use std::time::{Duration, Instant};

use avmarks_benches::rounds::{Compared, duration, print_head, timed};
use avmarks_benches::world::{GROUP, Numbers, call, entries, id, request, undone, user};
use avmarks_benches::{asked, naive};
use avmarks_protocol::modify_user_info;
use avmarks_rules::internal::{Filter, Scratch};
use avmarks_rules::{Command, MarkCall, Operator, Policy, Presence, Room, Terms};
use avmarks_service::{App, Request, Settings};
use avmarks_spec::readings::ListMarks;
use avmarks_spec::{GroupId, GroupType, Timestamp, UserId};

const AT: Timestamp = Timestamp::from_millis(1);

fn main() {
    let Some(arguments) = asked(&["bytes", "set", "presence", "latest", "pins", "join"]) else { return };
    let (large, rounds) = if arguments.is_quick { (20_000, 5) } else { (1_000_000, 200) };
    println!("\nTime, {rounds} rounds of each row, rounds taking turns\n");
    print_head();
    let mut beside = Vec::new();
    if arguments.wants("bytes") {
        let small = bytes_to_bytes(1_000, rounds * 2, "2.5x");
        beside.push(("bytes to bytes", bytes_to_bytes(large, rounds, "4x") / small, ""));
    }
    if ["set", "presence", "latest", "pins"].into_iter().any(|part| arguments.wants(part)) {
        let (mut small, mut rooms) = (Rooms::of(1_000), Rooms::of(large));
        if arguments.wants("set") {
            let (small, small_again) = small.sets(rounds * 2);
            let (large, large_again) = rooms.sets(rounds);
            beside.push(("set 500, cold", large / small, "at most 6"));
            beside.push(("decide 500 again, warm", large_again / small_again, "at most 1.6"));
        }
        if arguments.wants("presence") {
            rooms.presence(rounds.div_ceil(2));
        }
        if arguments.wants("latest") {
            small.latest(rounds.div_ceil(4));
            rooms.latest(rounds.div_ceil(10).max(3));
        }
        if arguments.wants("pins") {
            small.pins(rounds.div_ceil(4));
            rooms.pins(rounds.div_ceil(10).max(3));
        }
    }
    if arguments.wants("join") {
        worst_join(large, rounds.div_ceil(40).max(2));
    }
    if beside.is_empty() {
        return;
    }
    println!(
        "\nThe room of {large} compared with the room of 1000, ours\n\n| work | times as long | target |\n|---|---|---|"
    );
    beside.iter().for_each(|(work, times, reach)| println!("| {work} | {times:.2} | {reach} |"));
}

/// From the bytes of a request to the bytes of the answer. Gives the median of ours.
fn bytes_to_bytes(members: usize, rounds: usize, reach: &str) -> f64 {
    let group = GroupId::parse(GROUP).unwrap();
    let mut app = App::new(Settings::default());
    app.create_group(group, GroupType::AvChatRoom, None, AT);
    let mut theirs = naive::Room::default();
    for number in 0..members {
        theirs.join(&id(number), AT.as_millis());
        app.apply_presence(group, Presence::Join, &[user(&id(number))], AT);
    }
    let mut numbers = Numbers(2);
    let requests: Vec<_> = (0..rounds.div_ceil(10) + rounds)
        .map(|_| request(&mut numbers, members, 500, 3))
        .map(|set| (serde_json::to_vec(&set).unwrap(), serde_json::to_vec(&undone(&set)).unwrap()))
        .collect();
    let mut now = AT.as_millis();
    let compared = Compared::rounds(
        rounds,
        &mut |round| {
            let (set, undo) = &requests[round];
            let (took, answer) = timed(|| naive::bytes_to_bytes(&mut theirs, set, 1));
            assert!(answer.starts_with(b"{\"ActionStatus\":\"OK\""));
            drop(naive::bytes_to_bytes(&mut theirs, undo, 1));
            took
        },
        &mut |round| {
            let (set, undo) = &requests[round];
            // Slowly enough for the quota.
            let mut answered = |body: &[u8]| {
                now += 10;
                let path = modify_user_info::PATH;
                app.handle(&Request::trusted("administrator", path, body), Timestamp::from_millis(now))
            };
            let (took, response) = timed(|| answered(set));
            assert!(response.answer.code == avmarks_protocol::ErrorCode::OK);
            drop(answered(undo));
            took
        },
    );
    compared.print(&format!("bytes to bytes, 500 accounts, room of {members}"), 1, reach);
    compared.ours()
}

/// The same members on both sides.
struct Rooms {
    members: usize,
    theirs: naive::Room,
    ours: Room,
    numbers: Numbers,
}

impl Rooms {
    fn of(members: usize) -> Self {
        let (mut theirs, mut ours) = (naive::Room::default(), Room::new(GroupType::AvChatRoom, None));
        for number in 0..members {
            theirs.join(&id(number), AT.as_millis() + number as u64);
            ours.apply_presence(
                Presence::Join,
                &[user(&id(number))],
                Timestamp::from_millis(AT.as_millis() + number as u64),
            );
        }
        Self { members, theirs, ours, numbers: Numbers(members as u64) }
    }

    /// Set 500 members chosen at random, then the same call again, which changes nothing. Gives the medians of ours.
    fn sets(&mut self, rounds: usize) -> (f64, f64) {
        let Self { members, theirs, ours, numbers } = self;
        let (terms, mut scratch) = (Terms::default(), Scratch::default());
        let requests: Vec<_> = (0..rounds.div_ceil(10) + rounds).map(|_| request(numbers, *members, 500, 3)).collect();
        let calls: Vec<_> = requests.iter().map(|set| (call(set), call(&undone(set)))).collect();
        let (mut their_again, mut our_again) = (Vec::new(), Vec::new());
        let first = Compared::rounds(
            rounds,
            &mut |round| {
                let set = &requests[round];
                let (took, answer) = timed(|| theirs.modify(set, 1));
                assert_eq!(answer.member_list.len(), 500);
                their_again.push(timed(|| theirs.modify(set, 1)).0);
                drop(theirs.modify(&undone(set), 1));
                took
            },
            &mut |round| {
                let (set, undo) = &calls[round];
                let took = applied(ours, &terms, set, &mut scratch);
                our_again.push(applied(ours, &terms, set, &mut scratch));
                applied(ours, &terms, undo, &mut scratch);
                took
            },
        );
        first.print(&format!("set 500, room of {members}, cold"), 1, "8x");
        let again = Compared::beside(&their_again, &our_again, rounds.div_ceil(10));
        again.print(&format!("decide 500, the same members again, room of {members}"), 1, "7x");

        let made = Compared::rounds(
            rounds,
            &mut |round| {
                let set = &requests[round];
                let took = timed(|| theirs.modify(set, 1)).0;
                drop(theirs.modify(&undone(set), 1));
                took
            },
            &mut |round| {
                let entries = entries(&requests[round]);
                let start = Instant::now();
                let call = MarkCall::new_with(Command::Set, Operator::Admin, entries, &mut scratch);
                let took = start.elapsed() + applied(ours, &terms, &call, &mut scratch);
                scratch.recycle_call(call);
                applied(ours, &terms, &calls[round].1, &mut scratch);
                took
            },
        );
        made.print(&format!("the first with the call made from its entries, room of {members}"), 1, "");
        (first.ours(), again.ours())
    }

    /// A thousand joins and as many leaves a round; those who leave are chosen at random.
    fn presence(&mut self, rounds: usize) {
        let Self { members, theirs, ours, numbers } = self;
        let batch = 1_000;
        let mut fresh = *members;
        let mut leaving = Vec::new();
        for _ in 0..rounds.div_ceil(10) + rounds {
            let joins: Vec<_> = (fresh..fresh + batch).map(id).collect();
            fresh += batch;
            let mut leaves = std::collections::BTreeSet::new();
            while leaves.len() < batch {
                leaves.insert(numbers.below(*members));
            }
            leaving.push((joins, leaves.into_iter().map(id).collect::<Vec<_>>()));
        }
        let users = |ids: &[String]| ids.iter().map(|id| user(id)).collect::<Vec<_>>();
        let now = Timestamp::from_millis(AT.as_millis() + *members as u64);
        let (mut their_leaves, mut our_leaves) = (Vec::new(), Vec::new());
        let joins = Compared::rounds(
            rounds,
            &mut |round| {
                let (joins, leaves) = &leaving[round];
                let took = timed(|| joins.iter().for_each(|id| theirs.join(id, now.as_millis()))).0;
                their_leaves.push(timed(|| leaves.iter().for_each(|id| theirs.leave(id))).0);
                leaves.iter().for_each(|id| theirs.join(id, now.as_millis()));
                joins.iter().for_each(|id| theirs.leave(id));
                took
            },
            &mut |round| {
                let (joins, leaves) = &leaving[round];
                let (joins, leaves) = (users(joins), users(leaves));
                let mut all =
                    |presence, users: &[UserId]| timed(|| drop(black_box(ours.apply_presence(presence, users, now)))).0;
                let took = all(Presence::Join, &joins);
                our_leaves.push(all(Presence::Leave, &leaves));
                all(Presence::Join, &leaves);
                all(Presence::Leave, &joins);
                took
            },
        );
        joins.print(&format!("join, room of {members}"), batch, "2x");
        let leaves = Compared::beside(&their_leaves, &our_leaves, rounds.div_ceil(10));
        leaves.print(&format!("leave, room of {members}"), batch, "2x");
    }

    fn latest(&self, rounds: usize) {
        let Self { members, theirs, ours, .. } = self;
        // The naive room lists no marks.
        for (list_marks, with) in [(ListMarks::Absent, ""), (ListMarks::Present, ", with marks")] {
            let mut policy = Policy::default();
            policy.list_marks = list_marks;
            let compared = Compared::rounds(rounds, &mut |_| timed(|| black_box(theirs.latest(1_000))).0, &mut |_| {
                timed(|| black_box(ours.list(Filter::Visible, &policy, u64::MAX, AT).take(1_000).collect::<Vec<_>>())).0
            });
            let reach = if *members > 1_000 && with.is_empty() { "100x" } else { "" };
            compared.print(&format!("latest 1000 of {members}{with}"), 1, reach);
        }
    }

    /// A thousand pins: none of them due, then all.
    fn pins(&mut self, rounds: usize) {
        let Self { members, theirs, ours, numbers } = self;
        let terms = Terms::default();
        let mut set = request(numbers, *members, 1_000, 1);
        set.member_list.iter_mut().for_each(|entry| entry.marks = vec![500]);
        let pinned = set.member_list.len();
        let (mut their_now, mut our_now) = (10_000_000, 10_000_000);
        let three_days = terms.limits.pin_duration_max.as_millis() as u64;
        let (mut their_due, mut our_due) = (Vec::new(), Vec::new());
        let call = call(&set);
        let none = Compared::rounds(
            rounds,
            &mut |_| {
                theirs.modify(&set, their_now);
                let (took, ended) = timed(|| theirs.tick(their_now + 1));
                assert_eq!(ended, 0);
                their_now += three_days;
                let (due, ended) = timed(|| theirs.tick(their_now));
                assert_eq!(ended, pinned);
                their_due.push(due);
                took
            },
            &mut |_| {
                our_now += 1;
                let decision = ours.decide(&call, &terms, Timestamp::from_millis(our_now));
                ours.apply(decision.transition()).unwrap();
                our_now += 1;
                let took = timed(|| black_box(ours.tick(Timestamp::from_millis(our_now)))).0;
                our_now += three_days;
                let (due, events) = timed(|| ours.tick(Timestamp::from_millis(our_now)));
                assert_eq!(events.len(), pinned);
                our_due.push(due);
                took
            },
        );
        none.print(&format!("{pinned} pins, none due, room of {members}"), 1, "no dependence on the room");
        let due = Compared::beside(&their_due, &our_due, rounds.div_ceil(10));
        due.print(&format!("{pinned} pins, all due, room of {members}"), 1, "no dependence on the room");
    }
}

/// Decides a call and lets it happen.
fn applied(room: &mut Room, terms: &Terms, call: &MarkCall, scratch: &mut Scratch) -> Duration {
    let (took, decision) = timed(|| {
        let decision = room.decide_with(call, terms, AT, scratch);
        room.apply(decision.transition()).unwrap();
        decision
    });
    assert!(decision.is_served());
    scratch.recycle_transition(decision.into_transition());
    took
}

/// The longest that one join takes while a room grows. The same joins are made again and again, and each counts by the
/// shortest that it took: what only the scheduler has made long falls out, on both sides.
fn worst_join(members: usize, rounds: usize) {
    let ids: Vec<_> = (0..members).map(id).collect();
    let users: Vec<_> = ids.iter().map(|id| user(id)).collect();
    let (mut theirs, mut ours) = (vec![Duration::MAX; members], vec![Duration::MAX; members]);
    for _ in 0..rounds {
        let mut room = naive::Room::default();
        for (id, shortest) in ids.iter().zip(&mut theirs) {
            *shortest = timed(|| room.join(id, 1)).0.min(*shortest);
        }
        drop(room);
        let mut room = Room::new(GroupType::AvChatRoom, None);
        for (user, shortest) in users.iter().zip(&mut ours) {
            *shortest = timed(|| drop(black_box(room.apply_presence(Presence::Join, &[*user], AT)))).0.min(*shortest);
        }
    }
    let [theirs, ours] = [theirs, ours].map(|times| times.into_iter().max().unwrap().as_secs_f64());
    println!(
        "| worst single join while growing to {members} | {} | {} | {:.1}x | one figure of {rounds} runs | 50x |",
        duration(theirs),
        duration(ours),
        theirs / ours,
    );
}
