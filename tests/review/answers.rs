//! What is answered to calls that are served, got by asking.

mod calls;

use avmarks_protocol::Endpoint;
use avmarks_rules::Policy;
use avmarks_spec::{Gap, GroupType, Mark};

use crate::Page;
use crate::show::{Case, shown_all};
use crate::world::{DAY, GROUP, Sent, World, list_body};
pub(crate) use calls::{add_robots, check_members, del_robots, get_admin_list, modify_admin};

/// What is given, in words and in deed, and what is sent then.
struct Asked {
    title: &'static str,
    given: &'static str,
    build: fn(&mut World),
    sent: fn() -> Sent,
}

fn served(endpoint: Endpoint, shows: &str, document: &str, asked: &[Asked]) -> Page {
    let build = |asked: &Asked, policy: Policy| {
        let mut world = World::new(policy);
        (asked.build)(&mut world);
        (world, (asked.sent)())
    };
    let asks: Vec<_> = asked.iter().map(|asked| move |policy: Policy| build(asked, policy)).collect();
    let cases: Vec<_> = asked
        .iter()
        .zip(&asks)
        .map(|(Asked { title, given, .. }, ask)| Case { title: (*title).to_owned(), given, read: &[], ask })
        .collect();
    let (text, ids) = shown_all(&cases);
    Page::new(endpoint.command(), "answers_served", shows, document, text).and_on(ids)
}

pub(crate) fn modify_user_info() -> Vec<Page> {
    let asked = [
        Asked {
            title: "a set, all served",
            given: "`u` and `v` are online",
            build: |world| world.join(&["u"]),
            sent: || Sent::marks(1, &[("u", &[1_000]), ("v", &[1_001])]),
        },
        Asked {
            title: "a delete, all served",
            given: "`u` holds 1000, `v` holds 1001",
            build: |world| {
                world.join(&["u"]);
                world.set(&["u"], &[1_000]);
                world.set(&["v"], &[1_001]);
            },
            sent: || Sent::marks(2, &[("u", &[1_000]), ("v", &[1_001])]),
        },
        Asked {
            title: "a set of special marks on members that are online",
            given: "`u` and `v` are online",
            build: |world| world.join(&["u"]),
            sent: || Sent::marks(1, &[("u", &[500, 600]), ("v", &[500])]),
        },
        Asked {
            title: "a set that is served in part: accounts that are offline or never joined are left out",
            given: "`v` is online, `u` is offline, `w` never joined",
            build: |world| {
                world.join(&["u"]);
                world.disconnect(&["u"]);
            },
            sent: || Sent::marks(1, &[("u", &[1_000]), ("v", &[1_000]), ("w", &[1_000])]),
        },
        Asked {
            title: "a set of 500 and a custom mark on a member that is offline: 500 alone is taken",
            given: "`u` is offline",
            build: |world| {
                world.join(&["u"]);
                world.disconnect(&["u"]);
            },
            sent: || Sent::marks(1, &[("u", &[1_000, 500])]),
        },
        Asked {
            title: "a set of 500 and a custom mark on an account that never joined: 500 alone is taken, and it is a robot",
            given: "`w` never joined",
            build: |_| {},
            sent: || Sent::marks(1, &[("w", &[1_000, 500])]),
        },
        Asked {
            title: "a set of a custom mark and 600 on a robot",
            given: "`w` is a robot",
            build: |world| world.add_robots(&["w"]),
            sent: || Sent::marks(1, &[("w", &[1_000, 600])]),
        },
        Asked {
            title: "a set of a mark that is almost full: served in request order until it is",
            given: "999 other accounts and `v` hold 1000",
            build: |world| {
                let names = world.crowd(999);
                world.set(&names.iter().map(String::as_str).collect::<Vec<_>>(), &[1_000]);
                world.join(&["u", "w"]);
            },
            sent: || Sent::marks(1, &[("v", &[1_000]), ("u", &[1_000, 1_001]), ("w", &[1_000])]),
        },
        Asked {
            title: "a set that names an account twice and a mark twice",
            given: "`u` and `v` are online",
            build: |world| world.join(&["u"]),
            sent: || Sent::marks(1, &[("u", &[1_001]), ("v", &[1_000]), ("u", &[1_000, 1_001])]),
        },
        Asked {
            title: "a set of what is held already, 500 among it",
            given: "`u` took 500 and 1000 a minute ago",
            build: |world| {
                world.join(&["u"]);
                world.set(&["u"], &[500, 1_000]);
                world.wait(60_000);
            },
            sent: || Sent::marks(1, &[("u", &[500, 1_000])]),
        },
        Asked {
            title: "a delete of what is not held",
            given: "`u` is online without marks",
            build: |world| world.join(&["u"]),
            sent: || Sent::marks(2, &[("u", &[600, 1_000])]),
        },
        Asked {
            title: "a delete on a member without connection that 500 keeps online",
            given: "`u` holds 500 and 1000, and lost its connection a day ago; `w` is offline",
            build: |world| {
                world.join(&["u", "w"]);
                world.set(&["u"], &[500, 1_000]);
                world.disconnect(&["u", "w"]);
                world.wait(DAY);
            },
            sent: || Sent::marks(2, &[("u", &[500]), ("w", &[1_000])]),
        },
        Asked {
            title: "a delete of 500 on a robot: it is gone; one that is gone already is left out",
            given: "`w` is a robot that holds 1000, `x` was one",
            build: |world| {
                world.add_robots(&["w", "x"]);
                world.set(&["w"], &[1_000]);
                world.delete(&["x"], &[500]);
            },
            sent: || Sent::marks(2, &[("w", &[500]), ("x", &[500])]),
        },
    ];
    let shows = "answers to calls that are served, in whole or in part, with what each other reading makes of them";
    vec![served(Endpoint::ModifyUserInfo, shows, "1047/50294 sample answer, response fields", &asked)]
}

pub(crate) fn get_members() -> Vec<Page> {
    let asked = [
        Asked {
            title: "everybody, the latest joined first; who holds 600 is left out",
            given: "`v`, `u` and `w` joined in this order; `u` holds 600, and `off` is offline",
            build: |world| {
                world.join(&["u"]);
                world.join(&["w"]);
                world.join(&["off"]);
                world.disconnect(&["off"]);
                world.set(&["u"], &[600, 1_000]);
            },
            sent: || Sent::list(None),
        },
        Asked {
            title: "a robot, which joined when it took 500, and is as new as that",
            given: "`v` joined, then `w` became a robot, then `u` joined, then `w` took 1000",
            build: |world| {
                world.add_robots(&["w"]);
                world.join(&["u"]);
                world.set(&["w"], &[1_000]);
            },
            sent: || Sent::list(None),
        },
        Asked {
            title: "by a mark: who holds 600 is shown",
            given: "`u` holds 600 and 1000, `w` holds 1000",
            build: |world| {
                world.join(&["u", "w"]);
                world.set(&["u"], &[600]);
                world.set(&["u", "w"], &[1_000]);
            },
            sent: || Sent::list(Some(1_000)),
        },
        Asked {
            title: "by mark 600",
            given: "`u` holds 600 and 1000, `w` holds 1000",
            build: |world| {
                world.join(&["u", "w"]);
                world.set(&["u"], &[600]);
                world.set(&["u", "w"], &[1_000]);
            },
            sent: || Sent::list(Some(i64::from(Mark::HIDDEN.number()))),
        },
        Asked {
            title: "by a number that is no mark",
            given: "`u` holds 1000",
            build: |world| {
                world.join(&["u"]);
                world.set(&["u"], &[1_000]);
            },
            sent: || Sent::list(Some(999)),
        },
        Asked {
            title: "nobody",
            given: "`v` is offline",
            build: |world| world.disconnect(&["v"]),
            sent: || Sent::list(None),
        },
        Asked {
            title: "the first of three pages",
            given: "1,100 are online: `v`, then `f0` to `f1098`",
            build: |world| drop(world.crowd(1_099)),
            sent: || Sent::list(None),
        },
        Asked {
            title: "the second page, and with 1,000 shown the last",
            given: "1,100 are online, and the first page ended with `f599`",
            build: |world| drop(world.crowd(1_099)),
            // The place of `f599` is 601, and 500 were shown: 601 * 1024 + 500.
            sent: || Sent::call(Endpoint::GetMembers, list_body(GROUP, 601 * 1_024 + 500, None)),
        },
        Asked {
            title: "a plan without the feature: the 30 latest",
            given: "the plan lacks the feature; 32 are online",
            build: |world| {
                world.crowd(31);
                world.settings(|settings| settings.terms.marks_supported = false);
            },
            sent: || Sent::list(None),
        },
        Asked {
            title: "a plan without the feature, by a mark: the 30 latest of those that hold it",
            given: "the plan lacks the feature; `f0` to `f31` hold 1000 from before, and `u` joined later",
            build: |world| {
                let names = world.crowd(32);
                world.set(&names.iter().map(String::as_str).collect::<Vec<_>>(), &[1_000]);
                world.join(&["u"]);
                world.settings(|settings| settings.terms.marks_supported = false);
            },
            sent: || Sent::list(Some(1_000)),
        },
    ];
    let shows = "pages of the list, whole and by a mark, with what each other reading makes of them";
    vec![served(Endpoint::GetMembers, shows, "1047/50293 sample answer; LIST-MAX", &asked)]
}

pub(crate) fn get_online_member_num() -> Vec<Page> {
    let asked = [
        Asked {
            title: "everybody who is online, who holds 600, who is kept by 500 and robots too",
            given: "`v` is online; `u` holds 600; `w` holds 500 and lost its connection; `off` is offline; `r` is a robot",
            build: |world| {
                world.join(&["u", "w", "off"]);
                world.set(&["u"], &[600]);
                world.set(&["w"], &[500]);
                world.add_robots(&["r"]);
                world.disconnect(&["w", "off"]);
            },
            sent: Sent::count,
        },
        Asked { title: "nobody", given: "`v` is offline", build: |world| world.disconnect(&["v"]), sent: Sent::count },
        Asked {
            title: "a group of another type",
            given: "the group is of type `Public`; `v` and `u` are online",
            build: |world| {
                world.create(GroupType::Public);
                world.join(&["u"]);
            },
            sent: Sent::count,
        },
        Asked {
            title: "on a plan without the feature, with the list switched off",
            given: "`v` is online",
            build: |world| {
                world.settings(|settings| {
                    settings.terms.marks_supported = false;
                    settings.terms.online_list_enabled = false;
                });
            },
            sent: Sent::count,
        },
        Asked {
            title: "five seconds after the count before",
            given: "it was one then, and `u` joined since",
            build: |world| {
                assert_eq!(world.code_of(&Sent::count()), 0);
                world.wait(4_000);
                world.join(&["u"]);
            },
            sent: Sent::count,
        },
    ];
    let shows = "the count, with what each other reading makes of it";
    let document = "1047/38521 sample answer: ErrorInfo before ErrorCode; PIN-500; HIDE-600";
    vec![served(Endpoint::GetOnlineMemberNum, shows, document, &asked)]
}

#[test]
fn the_sample_cursor_comes_from_page_one() {
    let mut world = World::new(Policy::default());
    world.crowd(1_099);
    let answer = world.app.handle(&Sent::list(None).request(), world.now).answer;
    let next = format!("\"NextTimestamp\":{}}}", 601 * 1_024 + 500);
    assert!(String::from_utf8(answer.body).unwrap().ends_with(&next));
    assert_eq!(Policy::default().reading(Gap::PageSize), "500");
}
