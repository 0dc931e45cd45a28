//! The rows: how it stands with account `u` in the group. In each of them `v` is online, and joined before `u`; `keeper` is an
//! administrator of the group, and no member.

use avmarks_protocol::Endpoint;
use avmarks_rules::Policy;
use avmarks_spec::{GroupType, Timestamp};

use crate::world::{DAY, GROUP, Sent, World};

/// A state, and how it comes about.
pub(super) struct State {
    pub(super) name: &'static str,
    /// What the commands call the group.
    pub(super) group: &'static str,
    /// What the commands call the account.
    pub(super) account: &'static str,
    build: fn(&mut World),
}

impl State {
    pub(super) fn world(&self, policy: Policy) -> World {
        let mut world = World::new(policy);
        (self.build)(&mut world);
        world
    }
}

macro_rules! states {
    ($( $group:ident $account:ident; $( $name:literal = |$world:ident| $build:expr; )* )*) => {
        pub(super) const STATES: &[State] = &[ $( $( State {
            name: $name,
            group: $group,
            account: $account,
            build: |$world| { let _ = $build; },
        }, )* )* ];
    };
}

const U: &str = "u";
const NO_ID: &str = "";
const NOWHERE: &str = "nowhere";
const SPACE: &str = "u u";
const FOREIGN: &str = "jürgen";

/// Any ten marks without 1000.
const TEN: &[i64] = &[2_000, 2_001, 2_002, 2_003, 2_004, 2_005, 2_006, 2_007, 2_008, 2_009];

fn of_type(world: &mut World, kind: GroupType) {
    world.create(kind);
    world.join(&["u"]);
}

fn online(world: &mut World, marks: &[i64]) {
    world.join(&["u"]);
    if !marks.is_empty() {
        world.set(&["u"], marks);
    }
}

fn lost(world: &mut World, marks: &[i64], days: u64) {
    online(world, marks);
    world.disconnect(&["u"]);
    world.wait(days * DAY);
}

fn robot(world: &mut World, marks: &[i64]) {
    world.add_robots(&["u"]);
    if !marks.is_empty() {
        world.set(&["u"], marks);
    }
}

/// Everything that can be pulled is pulled, and so many seconds later `u` has joined.
fn pulled_before(world: &mut World, seconds: u64) {
    let check = Sent::accounts(Endpoint::CheckMembers, &["v"]);
    for sent in [Sent::list(None), Sent::list(Some(1_000)), Sent::count(), check] {
        assert_eq!(world.code_of(&sent), 0);
    }
    world.wait((seconds - 1) * 1_000);
    world.join(&["u"]);
}

states! {
    NO_ID U;
    "group id empty" = |world| world;
    NOWHERE U;
    "no such group" = |world| world;
    GROUP U;
    "group destroyed" = |world| world.destroy();
    "group is Private" = |world| of_type(world, GroupType::Private);
    "group is Public" = |world| of_type(world, GroupType::Public);
    "group is ChatRoom" = |world| of_type(world, GroupType::ChatRoom);
    "group is Community" = |world| of_type(world, GroupType::Community);
    "plan lacks the feature" = |world| {
        online(world, &[]);
        world.settings(|settings| settings.terms.marks_supported = false)
    };
    "plan lacks it, 40 more online" = |world| {
        online(world, &[]);
        world.crowd(40);
        world.settings(|settings| settings.terms.marks_supported = false)
    };
    "list switched off" = |world| {
        online(world, &[]);
        world.settings(|settings| settings.terms.online_list_enabled = false)
    };
    "plan lacks it, list off" = |world| {
        online(world, &[]);
        world.settings(|settings| settings.terms.marks_supported = false);
        world.settings(|settings| settings.terms.online_list_enabled = false)
    };
    "u never joined" = |world| world;
    "u left, held 500, 1000" = |world| {
        online(world, &[500, 1_000]);
        world.leave(&["u"])
    };
    "u offline, held 1000" = |world| lost(world, &[1_000], 0);
    "u offline, v has ten others" = |world| {
        lost(world, &[], 0);
        world.set(&["v"], TEN)
    };
    "u online, no marks" = |world| online(world, &[]);
    "u back after offline, held 1000" = |world| {
        lost(world, &[1_000], 0);
        world.reconnect(&["u"])
    };
    "u left, joined, held 1000" = |world| {
        online(world, &[1_000]);
        world.leave(&["u"]);
        world.join(&["u"])
    };
    "u holds 1000" = |world| online(world, &[1_000]);
    "u holds 1000, joined again" = |world| {
        online(world, &[1_000]);
        world.join(&["u"])
    };
    "u holds 1001" = |world| online(world, &[1_001]);
    "u pinned" = |world| online(world, &[500]);
    "u pinned, holds 1000" = |world| online(world, &[500, 1_000]);
    "u pinned, no connection" = |world| lost(world, &[500], 0);
    "u pinned, holds 1000, no connection" = |world| lost(world, &[500, 1_000], 0);
    "u pinned, last ms, no connection" = |world| {
        lost(world, &[500, 1_000], 0);
        world.wait(3 * DAY - 2_001)
    };
    "u pin ended, held 1000" = |world| {
        online(world, &[500, 1_000]);
        world.wait(3 * DAY - 1_000)
    };
    "u pin ended, held 1000, no connection" = |world| lost(world, &[500, 1_000], 3);
    "u pinned 4 and 2 days ago, no connection" = |world| {
        online(world, &[500]);
        world.wait(2 * DAY);
        world.set(&["u"], &[500]);
        lost(world, &[], 2)
    };
    "u robot" = |world| robot(world, &[]);
    "u robot, holds 1000" = |world| robot(world, &[1_000]);
    "u robot, hidden" = |world| robot(world, &[600]);
    "u robot, last ms" = |world| {
        robot(world, &[1_000]);
        world.wait(3 * DAY - 2_001)
    };
    "u robot, days ended" = |world| {
        robot(world, &[1_000]);
        world.wait(3 * DAY)
    };
    "u robot, joined" = |world| {
        robot(world, &[1_000]);
        world.join(&["u"])
    };
    "u robot, joined, no connection" = |world| {
        robot(world, &[1_000]);
        world.join(&["u"]);
        world.disconnect(&["u"])
    };
    "u robot, left" = |world| {
        robot(world, &[1_000]);
        world.leave(&["u"])
    };
    "u hidden" = |world| online(world, &[600]);
    "u hidden, holds 1000" = |world| online(world, &[600, 1_000]);
    "v has ten others" = |world| {
        online(world, &[]);
        world.set(&["v"], TEN)
    };
    "v has 1000 and nine others" = |world| {
        online(world, &[]);
        world.set(&["v"], &TEN[1..]);
        world.set(&["v"], &[1_000])
    };
    "v has nine others" = |world| {
        online(world, &[]);
        world.set(&["v"], &TEN[1..])
    };
    "v has eight others, 500, 600" = |world| {
        online(world, &[]);
        world.set(&["v"], &TEN[2..]);
        world.set(&["v"], &[500, 600])
    };
    "v had ten others, gave one back" = |world| {
        online(world, &[]);
        world.set(&["v"], TEN);
        world.delete(&["v"], &TEN[..1])
    };
    "1000 full" = |world| {
        online(world, &[]);
        world.fill(1_000)
    };
    "1000 full, u a holder" = |world| {
        online(world, &[1_000]);
        let names = world.crowd(999);
        world.set(&names.iter().map(String::as_str).collect::<Vec<_>>(), &[1_000])
    };
    "500 full" = |world| {
        online(world, &[]);
        world.fill(500)
    };
    "500 full, u never joined" = |world| world.fill(500);
    "500 full, u a robot" = |world| {
        robot(world, &[]);
        let names = world.crowd(999);
        world.set(&names.iter().map(String::as_str).collect::<Vec<_>>(), &[500])
    };
    "600 full" = |world| {
        online(world, &[]);
        world.fill(600)
    };
    "u online, 600 joined later" = |world| {
        online(world, &[1_000]);
        world.crowd(600)
    };
    "u joined, pulled 5 s ago" = |world| pulled_before(world, 5);
    "u joined, pulled 20 s ago" = |world| pulled_before(world, 20);
    "u online, clock an hour back" = |world| {
        online(world, &[]);
        world.now = Timestamp::from_millis(world.now.as_millis() - 3_600_000)
    };
    GROUP SPACE;
    "u is called `u u`" = |world| world.join(&[SPACE]);
    GROUP FOREIGN;
    "u is called `jürgen`" = |world| world.join(&[FOREIGN]);
}
