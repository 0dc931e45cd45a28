//! One hot path, many times: for a profiler, or to count its instructions (`.ci/instructions`).
//!
//! `hot PATH MEMBERS REPEATS`, where `PATH` is `set`, `again`, `presence` or `bytes`.

#![forbid(unsafe_code)]
#![expect(clippy::unwrap_used, clippy::panic, reason = "a benchmark that cannot run ends")]

use std::hint::black_box;

use avmarks_benches::world::{GROUP, Numbers, call, id, request, undone, user};
use avmarks_protocol::modify_user_info;
use avmarks_rules::internal::Scratch;
use avmarks_rules::{MarkCall, Presence, Room, Terms};
use avmarks_service::{App, Request, Response, Settings};
use avmarks_spec::{GroupId, GroupType, Timestamp, UserId};

const AT: Timestamp = Timestamp::from_millis(1);

fn main() {
    let arguments: Vec<_> = std::env::args().skip(1).collect();
    let [path, members, repeats] = &*arguments else { panic!("`hot PATH MEMBERS REPEATS`") };
    let (members, repeats) = (members.parse().unwrap(), repeats.parse().unwrap());
    match &**path {
        "set" => set(members, repeats, false),
        "again" => set(members, repeats, true),
        "presence" => presence(members, repeats),
        "bytes" => bytes(members, repeats),
        other => panic!("`{other}` is no path"),
    }
}

fn room_of(members: usize) -> Room {
    let mut room = Room::new(GroupType::AvChatRoom, None);
    for number in 0..members {
        room.apply_presence(Presence::Join, &[user(&id(number))], AT);
    }
    room
}

/// Sets marks of 500 members and deletes them; or sets them again and again.
fn set(members: usize, repeats: usize, again: bool) {
    let (mut room, mut scratch) = (room_of(members), Scratch::default());
    let mut numbers = Numbers(members as u64);
    for _ in 0..repeats {
        let set = request(&mut numbers, members, 500, 3);
        let (set, undo) = (call(&set), call(&undone(&set)));
        for _ in 0..if again { 20 } else { 1 } {
            measured(&mut room, &set, &mut scratch);
        }
        measured(&mut room, &undo, &mut scratch);
    }
}

#[inline(never)]
fn measured(room: &mut Room, call: &MarkCall, scratch: &mut Scratch) {
    let transition = black_box(room.decide_with(call, &Terms::default(), AT, scratch)).into_transition();
    room.apply(&transition).unwrap();
    scratch.recycle_transition(transition);
}

fn presence(members: usize, repeats: usize) {
    let mut room = room_of(members);
    let mut numbers = Numbers(members as u64);
    for repeat in 0..repeats {
        let (comes, goes) = (user(&id(members + repeat)), user(&id(numbers.below(members))));
        measured_presence(&mut room, comes, goes);
    }
}

#[inline(never)]
fn measured_presence(room: &mut Room, comes: UserId, goes: UserId) {
    use Presence::{Join, Leave};
    for (presence, user) in [(Join, comes), (Leave, goes), (Join, goes), (Leave, comes)] {
        drop(black_box(room.apply_presence(presence, &[user], AT)));
    }
}

fn bytes(members: usize, repeats: usize) {
    let group = GroupId::parse(GROUP).unwrap();
    let mut app = App::new(Settings::default());
    app.create_group(group, GroupType::AvChatRoom, None, AT);
    let users: Vec<_> = (0..members).map(|number| user(&id(number))).collect();
    app.apply_presence(group, Presence::Join, &users, AT);
    let mut numbers = Numbers(members as u64);
    for repeat in 0..repeats {
        let set = request(&mut numbers, members, 500, 3);
        for request in [&set, &undone(&set)] {
            let body = serde_json::to_vec(request).unwrap();
            let call = Request::trusted("administrator", modify_user_info::PATH, &body);
            let answer = measured_bytes(&mut app, &call, Timestamp::from_millis(1_000 * repeat as u64)).answer;
            assert!(answer.body.starts_with(b"{\"ActionStatus\":\"OK\""));
        }
    }
}

#[inline(never)]
fn measured_bytes(app: &mut App, call: &Request<'_>, at: Timestamp) -> Response {
    app.handle(call, at)
}
