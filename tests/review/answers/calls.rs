//! Robots, checks and administrators.

use avmarks_protocol::Endpoint;

use super::{Asked, served};
use crate::Page;
use crate::world::{DAY, GROUP, Sent, group_body};

/// The number of days after which mark 500 ends.
const DAYS: u64 = 3;

pub(crate) fn add_robots() -> Vec<Page> {
    let asked = [
        Asked {
            title: "accounts that never joined",
            given: "",
            build: |_| {},
            sent: || add_robots_of(&["robot1", "robot2"]),
        },
        Asked {
            title: "a member that is online, one that is offline, and one that is a robot already",
            given: "`v` is online, `u` is offline, `r` is a robot",
            build: |world| {
                world.join(&["u"]);
                world.disconnect(&["u"]);
                world.add_robots(&["r"]);
            },
            sent: || add_robots_of(&["v", "u", "r"]),
        },
        Asked {
            title: "500 is almost full: who finds it full is left out, and the bare answer does not tell",
            given: "999 other accounts hold 500",
            build: |world| {
                let names = world.crowd(999);
                world.set(&names.iter().map(String::as_str).collect::<Vec<_>>(), &[500]);
            },
            sent: || add_robots_of(&["robot1", "robot2"]),
        },
        Asked {
            title: "an account that is named twice",
            given: "",
            build: |_| {},
            sent: || add_robots_of(&["robot1", "robot1"]),
        },
    ];
    let shows = "answers to calls that are served, in whole or in part, with what each other reading makes of them";
    vec![served(Endpoint::AddRobots, shows, "1047/60527; 269/103785 sample answer", &asked)]
}

fn add_robots_of(accounts: &[&str]) -> Sent {
    Sent::accounts(Endpoint::AddRobots, accounts)
}

fn del_robots_of(accounts: &[&str]) -> Sent {
    Sent::accounts(Endpoint::DelRobots, accounts)
}

fn check_of(accounts: &[&str]) -> Sent {
    Sent::accounts(Endpoint::CheckMembers, accounts)
}

pub(crate) fn del_robots() -> Vec<Page> {
    let asked = [
        Asked {
            title: "robots",
            given: "`robot1` and `robot2` are robots",
            build: |world| world.add_robots(&["robot1", "robot2"]),
            sent: || del_robots_of(&["robot1", "robot2"]),
        },
        Asked {
            title: "a member without connection that 500 keeps online; who is offline or never joined is left out",
            given: "`u` holds 500 and lost its connection, `off` is offline, `w` never joined",
            build: |world| {
                world.join(&["u", "off"]);
                world.set(&["u"], &[500]);
                world.disconnect(&["u", "off"]);
            },
            sent: || del_robots_of(&["u", "off", "w"]),
        },
        Asked {
            title: "a member that is online and does not hold 500",
            given: "`v` is online without marks",
            build: |_| {},
            sent: || del_robots_of(&["v"]),
        },
        Asked {
            title: "a robot whose days have passed, beside one whose have not",
            given: "`robot1` was added three days ago, `robot2` a day ago",
            build: |world| {
                world.add_robots(&["robot1"]);
                world.wait((DAYS - 1) * DAY);
                world.add_robots(&["robot2"]);
                world.wait(DAY);
            },
            sent: || del_robots_of(&["robot1", "robot2"]),
        },
    ];
    let shows = "answers to calls that are served, in whole or in part, with what each other reading makes of them";
    vec![served(Endpoint::DelRobots, shows, "269/103785 sample answer", &asked)]
}

pub(crate) fn check_members() -> Vec<Page> {
    let asked = [
        Asked {
            title: "those of the accounts that are online, in the order asked: hidden ones and robots too",
            given: "`v` is online; `h` holds 600; `p` holds 500 and lost its connection; `off` is offline; `r` is a robot",
            build: |world| {
                world.join(&["h", "p", "off"]);
                world.set(&["h"], &[600]);
                world.set(&["p"], &[500]);
                world.add_robots(&["r"]);
                world.disconnect(&["p", "off"]);
            },
            sent: || check_of(&["r", "w", "off", "p", "h", "v"]),
        },
        Asked {
            title: "nobody of them: the list is there, and empty",
            given: "`off` is offline, `w` never joined",
            build: |world| {
                world.join(&["off"]);
                world.disconnect(&["off"]);
            },
            sent: || check_of(&["off", "w"]),
        },
        Asked {
            title: "an account that is named twice",
            given: "`v` and `u` are online",
            build: |world| world.join(&["u"]),
            sent: || check_of(&["v", "u", "v"]),
        },
        Asked {
            title: "one beyond the 1,000 that the list shows",
            given: "1,101 are online, `v` the first of them",
            build: |world| drop(world.crowd(1_100)),
            sent: || check_of(&["v", "f1099"]),
        },
        Asked {
            title: "twenty seconds after a check of another account",
            given: "`u` joined, and `v` left, since a check of `w`",
            build: |world| {
                assert_eq!(world.code_of(&check_of(&["w"])), 0);
                world.wait(18_000);
                world.join(&["u"]);
                world.leave(&["v"]);
            },
            sent: || check_of(&["u", "v"]),
        },
    ];
    let shows = "who is online, with what each other reading makes of it";
    vec![served(Endpoint::CheckMembers, shows, "1047/60523 response fields; PIN-500; HIDE-600", &asked)]
}

pub(crate) fn modify_admin() -> Vec<Page> {
    let asked = [
        Asked {
            title: "two are set, one of whom never joined",
            given: "`keeper` is an administrator; `v` is online, `w` never joined",
            build: |_| {},
            sent: || Sent::admins(1, &["v", "w"]),
        },
        Asked {
            title: "one that is an administrator already is set, and a fifth",
            given: "`keeper`, `k1`, `k2` and `k3` are administrators",
            build: |world| world.set_admins(&["k1", "k2", "k3"]),
            sent: || Sent::admins(1, &["k2", "k4"]),
        },
        Asked {
            title: "one that is an administrator is deleted, and one that is not",
            given: "`keeper` is an administrator",
            build: |_| {},
            sent: || Sent::admins(2, &["keeper", "v"]),
        },
        Asked {
            title: "an account that is named twice",
            given: "`keeper` is an administrator",
            build: |_| {},
            sent: || Sent::admins(1, &["v", "v"]),
        },
    ];
    let shows = "answers to calls that are served, with what each other reading makes of them";
    vec![served(Endpoint::ModifyAdmin, shows, "269/102857; gap:sixth-admin", &asked)]
}

pub(crate) fn get_admin_list() -> Vec<Page> {
    let ask = || Sent::call(Endpoint::GetAdminList, group_body(GROUP));
    let asked = [
        Asked {
            title: "in the order in which they were set; name and picture are not known",
            given: "`keeper` was set, then `u` and `v`, then `keeper` again; `u` has left since",
            build: |world| {
                world.join(&["u"]);
                world.set_admins(&["u", "v"]);
                world.set_admins(&["keeper"]);
                world.leave(&["u"]);
            },
            sent: ask,
        },
        Asked {
            title: "none: the list is there, and empty",
            given: "`keeper` was deleted",
            build: |world| assert_eq!(world.code_of(&Sent::admins(2, &["keeper"])), 0),
            sent: ask,
        },
        Asked {
            title: "a group that was destroyed and created anew has none but those that were set in it",
            given: "`keeper` and `u` were set; then the group was created anew, and `keeper` was set",
            build: |world| {
                world.set_admins(&["u"]);
                world.create(avmarks_spec::GroupType::AvChatRoom);
            },
            sent: ask,
        },
    ];
    let shows = "the administrators, with what each other reading makes of them";
    vec![served(Endpoint::GetAdminList, shows, "1047/60524 sample answer", &asked)]
}
