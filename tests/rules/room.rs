//! The room by itself: what no scenario line reaches.

use allocation_counter::measure;
use avmarks_rules::RestoreError;
use avmarks_rules::internal::{Cursor, Filter, page};
use avmarks_rules::{
    Command, Entry, MarkCall, MemberState, Operator, PROFILES, Policy, Presence, Reason, Refusal, Room,
    StaleTransitionError, Terms, Transition,
};
use avmarks_service::internal::Quota;
use avmarks_spec::{Clause, Gap, GroupType, Limits, Mark, Timestamp, UserId};
use proptest::prelude::*;

fn user(id: &str) -> UserId {
    UserId::parse(id).unwrap()
}

fn mark(number: i64) -> Mark {
    Mark::new(number).unwrap()
}

const AT: Timestamp = Timestamp::from_millis(5);

#[test]
fn profiles_follow_their_pages() {
    let differences = |policy: Policy| {
        let default = Policy::default();
        let differing = Gap::ALL.iter().filter(|gap| policy.reading(**gap) != default.reading(**gap));
        differing.map(|gap| format!("{gap} {}", policy.reading(*gap))).collect::<Vec<_>>()
    };
    let profile = |name: &str| Policy::profile(name).unwrap();
    assert_eq!(differences(profile("default")), [""; 0]);
    let of_2024 = ["gap:refresh-list 10s", "gap:refresh-count 10s", "gap:switch-list 30"];
    let of_2023 = [
        "gap:offline-500 member-may",
        "gap:refresh-list 10s",
        "gap:refresh-count 10s",
        "gap:count-types avchatroom-only",
        "gap:switch-list 30",
    ];
    assert_eq!(differences(profile("2023")), of_2023);
    assert_eq!(differences(profile("2024-12")), of_2024);
    assert_eq!(
        differences(profile("2025-11")),
        ["gap:low-plan-list refuse", "gap:page-size 250", "gap:refresh-list 40s", "gap:refresh-count 10s"]
    );
    assert_eq!(Policy::profile("2022"), None);
    assert_eq!(
        Policy::default().set(Gap::PageSize, "100").unwrap_err().to_string(),
        "`gap:page-size` has no such reading; it can be read as `500`, `250`"
    );
    assert_eq!(PROFILES.len(), 4);
}

#[test]
fn restoring_refuses_marks_in_other_types() {
    let state = |marks: &[i64]| MemberState {
        account: user("a"),
        position: 1,
        joined: AT,
        connected: true,
        robot: false,
        marks: marks.iter().copied().map(mark).collect(),
        pinned_until: None,
    };
    let restore = |state| Room::restore(GroupType::Public, None, Vec::new(), AT, 2, [state]);
    assert_eq!(restore(state(&[])).unwrap().member(&user("a"), AT).unwrap().marks, []);
    assert_eq!(restore(state(&[1_000])).unwrap_err(), RestoreError::MarksInOtherType(user("a")));
}

#[test]
fn the_mark_ceiling_excludes_special_marks() {
    let limits = Limits { marks_per_group_max: 99, ..Limits::DOCUMENTED };
    let terms = Terms { limits, ..Terms::default() };
    let mut room = Room::new(GroupType::AvChatRoom, None);
    room.apply_presence(Presence::Join, &[user("a")], AT);
    let ceiling = i64::try_from(Limits::MARKS_PER_GROUP_CEILING).unwrap();
    let numbers = [500, 600].into_iter().chain(1_000..1_000 + ceiling);
    let marks: Vec<_> = numbers.map(mark).collect();
    let call = MarkCall::set(Operator::Admin, vec![Entry { account: user("a"), marks: marks.clone().into() }]);
    let decision = room.decide(&call, &terms, AT);
    assert!(decision.is_served(), "{decision:?}");
    room.apply(decision.transition()).unwrap();
    assert_eq!(room.member(&user("a"), AT).unwrap().marks, marks);

    // One more is refused, whatever the limits say: there is no place for it.
    let entries = vec![Entry { account: user("a"), marks: vec![mark(9_999)].into() }];
    let more = room.decide(&MarkCall::set(Operator::Admin, entries), &terms, AT);
    assert!(!more.is_served(), "{more:?}");
}

/// `MARKS-PER-GROUP`: however many marks a call names, all of them are counted; 500 and 600 where they take places.
#[test]
fn marks_beyond_the_limit_are_counted() {
    let mut room = Room::new(GroupType::AvChatRoom, None);
    room.apply_presence(Presence::Join, &[user("a")], AT);
    let marks = (1_000..1_030).chain([500, 600]).map(mark).collect();
    let call = MarkCall::set(Operator::Admin, vec![Entry { account: user("a"), marks }]);
    for (reading, count) in [("none", 30), ("count", 32)] {
        let mut terms = Terms::default();
        terms.policy.set(Gap::SpecialSlots, reading).unwrap();
        let refused = room.decide(&call, &terms, AT).refusals[0];
        assert_eq!((refused.refusal, refused.count), (Refusal::MarksPerGroup, Some(count)));
    }
}

/// `MEMBERS-PER-MARK` holds for marks that a room has no index for too, so that with a maximum of 0 nobody is served.
#[test]
fn with_limit_0_every_mark_is_full() {
    let mut room = Room::new(GroupType::AvChatRoom, None);
    room.apply_presence(Presence::Join, &[user("a")], AT);
    for (holders_max, also_refused) in [(0, vec![Refusal::AllFailed]), (1, vec![])] {
        let limits = Limits { members_per_mark_max: holders_max, ..Limits::DOCUMENTED };
        let marks = (1_000..1_030).map(mark).collect();
        let call = MarkCall::set(Operator::Admin, vec![Entry { account: user("a"), marks }]);
        let decision = room.decide(&call, &Terms { limits, ..Terms::default() }, AT);
        let others: Vec<_> = decision.refusals.iter().skip(1).map(|refused| refused.refusal).collect();
        assert_eq!(others, also_refused, "{holders_max}");
    }
}

/// The same holders count for a mark without an index: one below and one at the maximum.
#[test]
fn holders_of_an_overflowing_mark_are_counted() {
    let mut room = Room::new(GroupType::AvChatRoom, None);
    room.apply_presence(Presence::Join, &[user("a"), user("b")], AT);
    let overflowing = mark(1_029);
    for (holders_max, full) in [(1, Some(overflowing)), (2, None)] {
        let limits = Limits { members_per_mark_max: holders_max, ..Limits::DOCUMENTED };
        let mut terms = Terms { limits, ..Terms::default() };
        terms.policy.set(Gap::OverCapacity, "refuse-call").unwrap();
        let entries = vec![
            Entry { account: user("a"), marks: (1_000..1_030).map(mark).collect() },
            Entry { account: user("b"), marks: vec![overflowing].into() },
        ];
        let decision = room.decide(&MarkCall::set(Operator::Admin, entries), &terms, AT);
        let refused: Vec<_> = decision.refusals.iter().map(|refused| (refused.refusal, refused.mark)).collect();
        let expected = full.map(|mark| (Refusal::MembersPerMark, Some(mark)));
        assert_eq!(refused, [Some((Refusal::MarksPerGroup, None)), expected].into_iter().flatten().collect::<Vec<_>>());
    }
}

/// A pin that has ended takes the other marks of a member without a connection (`CLEAR-OFFLINE`), one holder each, before time passes
/// for the room.
#[test]
fn an_ended_pin_frees_one_place() {
    let mut room = Room::new(GroupType::AvChatRoom, None);
    room.apply_presence(Presence::Join, &["a", "b", "c", "d"].map(user), AT);
    let limits = Limits { members_per_mark_max: 2, ..Limits::DOCUMENTED };
    let terms = Terms { limits, ..Terms::default() };
    let set = |entries: &[(&str, &[i64])]| {
        let entry = |(account, marks): &(&str, &[i64])| Entry {
            account: user(account),
            marks: marks.iter().copied().map(mark).collect(),
        };
        MarkCall::set(Operator::Admin, entries.iter().map(entry).collect())
    };
    let decision = room.decide(&set(&[("a", &[1_000]), ("b", &[500, 1_000])]), &terms, AT);
    room.apply(decision.transition()).unwrap();
    room.apply_presence(Presence::Disconnect, &[user("b")], AT);
    let end = Timestamp::from_millis(AT.as_millis() + 259_200_000);
    for (at, served) in [(Timestamp::from_millis(end.as_millis() - 1), 0), (end, 1)] {
        let decision = room.decide(&set(&[("c", &[1_000]), ("d", &[1_000])]), &terms, at);
        assert_eq!(2 - decision.omitted.len(), served, "{decision:?}");
    }
}

#[test]
fn time_never_runs_back_and_is_no_event() {
    let mut room = Room::new(GroupType::AvChatRoom, None);
    for (at, latest) in [(5, 5), (5, 5), (0, 5), (6, 6)] {
        assert_eq!(room.tick(Timestamp::from_millis(at)), []);
        assert_eq!(room.now(), Timestamp::from_millis(latest));
    }
}

#[test]
fn reasons_print_by_id() {
    let printed = [Reason::Clause(Clause::OnlineOnly), Reason::Gap(Gap::Echo)].map(|basis| basis.to_string());
    assert_eq!(printed, ["ONLINE-ONLY", "gap:echo"]);
}

#[test]
fn an_entry_without_marks_asks_for_nothing() {
    let entries = vec![
        Entry { account: user("a"), marks: vec![].into() },
        Entry { account: user("b"), marks: vec![mark(500)].into() },
    ];
    let call = MarkCall::new(Command::Delete, Operator::Admin, entries);
    assert_eq!(call.entries().len(), 1);
    assert_eq!(call.entries()[0].account, user("b"));
    assert!(!call.was_merged());
}

#[test]
fn a_quota_counts_within_its_window() {
    let limits = Limits { calls_per_window_max: 2, ..Limits::DOCUMENTED };
    let at = Timestamp::from_millis;
    let mut quota: Quota = [at(0), at(500)].into_iter().collect();
    assert!(!quota.admits(at(999), &limits) && !quota.admit(at(999), &limits));
    assert_eq!(quota.admitted().collect::<Vec<_>>(), [at(0), at(500)]);
    assert!(quota.admits(at(1_000), &limits) && quota.admit(at(1_000), &limits));
    assert_eq!(quota.admitted().collect::<Vec<_>>(), [at(500), at(1_000)]);
}

#[test]
fn a_page_respects_the_cursor_ceiling() {
    let mut room = Room::new(GroupType::AvChatRoom, None);
    for number in 0..1_100 {
        room.apply_presence(Presence::Join, &[user(&format!("u{number}"))], AT);
    }
    let policy = Policy::default();
    assert_eq!((Cursor::START.number(), Cursor::from_number(0)), (0, Cursor::START));
    let (mut cursor, mut shown) = (Cursor::START, Vec::new());
    loop {
        let members = room.list(Filter::Visible, &policy, cursor.below, AT);
        let page = page(members, cursor, 400, usize::MAX);
        shown.extend(page.members.iter().map(|member| member.position));
        let Some(next) = page.next else { break };
        cursor = Cursor::from_number(next.number());
        assert_eq!(cursor, next);
    }
    assert_eq!(shown.len(), Limits::LIST_MEMBERS_CEILING);
    assert!(shown.windows(2).all(|pair| pair[0] == pair[1] + 1) && shown[0] == 1_100);
}

/// What a room is told, at a time: presence of some accounts, or a call about marks.
#[derive(Clone, Debug)]
enum Told {
    Presence(Presence, Vec<UserId>),
    Call(MarkCall),
}

impl Told {
    /// What it would make of a room.
    fn transition(&self, room: &Room, at: Timestamp) -> Transition {
        match self {
            Self::Presence(presence, accounts) => room.decide_presence(*presence, accounts, at),
            Self::Call(call) => room.decide(call, &Terms::default(), at).transition().clone(),
        }
    }
}

fn any_told() -> impl Strategy<Value = (Told, Timestamp)> {
    let account = || prop::sample::select(vec!["a", "b", "c", "d"]).prop_map(user);
    let mark = prop::sample::select(vec![500, 600, 1_000, 1_001, 4_294_967_295]).prop_map(mark);
    let presence =
        prop::sample::select(vec![Presence::Join, Presence::Leave, Presence::Disconnect, Presence::Reconnect]);
    let presence = (presence, prop::collection::vec(account(), 1..4)).prop_map(|(what, who)| Told::Presence(what, who));
    let entry = (account(), prop::collection::vec(mark, 1..4));
    let entries =
        prop::collection::vec(entry.prop_map(|(account, marks)| Entry { account, marks: marks.into() }), 1..4);
    let kind = prop::sample::select(vec![Command::Set, Command::Delete]);
    let call = (kind, entries).prop_map(|(kind, entries)| Told::Call(MarkCall::new(kind, Operator::Admin, entries)));
    // Four days in all, so that pins end on the way: anywhere, or just when those of the first moments do, and beside that.
    let three_days = prop::sample::select(vec![0, 259_199_999, 259_200_000, 259_200_001]);
    let edges = (0_u64..3, three_days).prop_map(|(first, later)| first + later);
    let at = prop_oneof![edges, 0_u64..400_000_000].prop_map(Timestamp::from_millis);
    (prop_oneof![presence, call], at)
}

/// What its questions tell of a room agrees with its members.
fn assert_consistent(room: &Room) -> Result<(), TestCaseError> {
    let latest = room.now();
    let members = room.members(latest);
    prop_assert_eq!(members.len(), room.len());
    prop_assert_eq!(members.iter().filter(|member| member.is_online()).count(), room.online_count(latest));
    prop_assert_eq!(room.is_empty(), members.is_empty());
    prop_assert_eq!(members.iter().filter(|member| member.robot).count(), room.robots());
    for (mark, holders) in room.marks_in_use(latest) {
        prop_assert!(holders > 0);
        prop_assert_eq!(members.iter().filter(|member| member.marks.contains(&mark)).count(), holders);
    }
    let in_use: std::collections::BTreeSet<_> = members.iter().flat_map(|member| &member.marks).collect();
    prop_assert_eq!(room.marks_in_use(latest).len(), in_use.len());
    for (at, member) in members.iter().enumerate() {
        let behind = &members[at + 1..(at + 3).min(members.len())];
        prop_assert_eq!(&room.members_after(member.position - 1, 1, latest)[..], &members[at..=at]);
        prop_assert_eq!(&room.members_after(member.position, 2, latest)[..], behind);
        prop_assert!(!member.robot || !member.connected && member.is_online());
    }
    prop_assert_eq!(room.members_after(0, usize::MAX, latest), members);
    Ok(())
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 2_000, ..ProptestConfig::default() })]

    /// A transition changes the room that it was made on, once. One that is stale, one of another room and one that is applied
    /// again change nothing and say so.
    #[test]
    fn a_transition_fits_one_room_state(told in prop::collection::vec(any_told(), 1..40)) {
        let mut room = Room::new(GroupType::AvChatRoom, None);
        let mut other = Room::new(GroupType::AvChatRoom, None);
        let mut stale: Option<Transition> = None;
        for (told, at) in &told {
            let (before, latest) = (room.members(room.now()), room.now());
            let transition = told.transition(&room, *at);
            let foreign = told.transition(&other, *at);
            for wrong in stale.iter().chain([&foreign]) {
                prop_assert_eq!(room.apply(wrong), Err(StaleTransitionError));
                prop_assert_eq!(room.preview(wrong), Err(StaleTransitionError));
                prop_assert_eq!((room.members(latest), room.now()), (before.clone(), latest));
            }
            // A clone is in the same state until one of the two changes.
            let mut clone = room.clone();
            let preview = room.preview(&transition);
            prop_assert_eq!(&room.apply(&transition), &preview);
            prop_assert!(preview.is_ok());
            prop_assert_eq!(clone.apply(&transition), preview);
            prop_assert_eq!(clone.members(clone.now()), room.members(room.now()));
            prop_assert!(room.now() >= latest);
            prop_assert!(other.apply(&foreign).is_ok());
            assert_consistent(&room)?;
            stale = Some(transition);
        }
    }
}

#[test]
fn a_new_owner_makes_transitions_stale() {
    let [boss, heir] = ["boss", "heir"].map(|name| UserId::parse(name).unwrap());
    let mut room = Room::new(GroupType::AvChatRoom, Some(boss));
    let transition = room.decide_presence(Presence::Join, &[heir], Timestamp::EPOCH);
    room.set_owner(heir);
    assert_eq!(room.apply(&transition), Err(StaleTransitionError));
    assert_eq!((room.owner(), room.len()), (Some(heir), 0));
}

/// A room with three kinds of accounts, 100 of each: connected, disconnected, and robots.
fn populated_room() -> (Room, [Vec<UserId>; 3]) {
    let accounts = |kind: &str| (0..100).map(|number| user(&format!("{kind}{number}"))).collect::<Vec<_>>();
    let [connected, disconnected, robots] = ["connected", "disconnected", "robot"].map(accounts);
    let mut room = Room::new(GroupType::AvChatRoom, None);
    room.apply_presence(Presence::Join, &connected, AT);
    room.apply_presence(Presence::Join, &disconnected, AT);
    room.apply_presence(Presence::Disconnect, &disconnected, AT);
    let entries = robots.iter().map(|account| Entry { account: *account, marks: vec![Mark::PINNED].into() });
    let call = MarkCall::set(Operator::Admin, entries.collect());
    let transition = room.decide(&call, &Terms::default(), AT).into_transition();
    room.apply(&transition).unwrap();
    assert_eq!((room.len(), room.robots()), (300, 100));
    (room, [connected, disconnected, robots])
}

#[test]
fn presence_that_nobody_hears_of_allocates_nothing() {
    let (mut room, [connected, disconnected, robots]) = populated_room();
    let unknown: Vec<_> = (0..100).map(|number| user(&format!("unknown{number}"))).collect();
    let in_vain = [
        (Presence::Join, vec![&connected]),
        (Presence::Leave, vec![&unknown]),
        (Presence::Disconnect, vec![&disconnected, &robots, &unknown]),
        (Presence::Reconnect, vec![&connected, &robots, &unknown]),
    ];
    for (presence, groups) in in_vain {
        for accounts in groups {
            for count in [0, 1, 2, 31, 32, 33, 100] {
                let mut events = Vec::new();
                let cost = measure(|| events = room.apply_presence(presence, &accounts[..count], AT));
                assert_eq!(events, [], "{presence:?} {}", accounts[0]);
                assert_eq!(cost.count_total, 0, "{presence:?} of {count}: {}", accounts[0]);
            }
        }
    }
}

#[test]
fn presence_applied_is_presence_decided_and_applied() {
    let (mut room, [connected, disconnected, robots]) = populated_room();
    let unknown: Vec<_> = (0..100).map(|number| user(&format!("unknown{number}"))).collect();
    // More than are looked up at once, and each twice: within one such group, and in two.
    let mut accounts: Vec<_> = [connected, disconnected, robots, unknown].concat();
    accounts.extend(accounts.clone().iter().flat_map(|account| [*account, *account]));
    for presence in [Presence::Disconnect, Presence::Join, Presence::Reconnect, Presence::Leave, Presence::Leave] {
        let mut decided = room.clone();
        let transition = decided.decide_presence(presence, &accounts, AT);
        let events = decided.apply(&transition).unwrap();
        assert_eq!(room.apply_presence(presence, &accounts, AT), events, "{presence:?}");
        assert_eq!(room.members(AT), decided.members(AT), "{presence:?}");
    }
    assert!(room.is_empty());
}
