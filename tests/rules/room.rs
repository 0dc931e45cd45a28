//! The room by itself: what no scenario line reaches.

use avmarks_rules::{
    Basis, Cause, CommandKind, Cursor, Entry, Event, Filter, MarkCall, MarkList, MemberState, Operator, PROFILES,
    Policy, Presence, Quota, Refusal, RestoreFault, Room, Terms, Verdict, decide, page,
};
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
fn profiles_read_what_their_pages_say_and_nothing_else() {
    let differences = |policy: Policy| {
        let default = Policy::default();
        let differing = Gap::ALL.iter().filter(|gap| policy.reading(**gap) != default.reading(**gap));
        differing.map(|gap| format!("{gap} {}", policy.reading(*gap))).collect::<Vec<_>>()
    };
    let profile = |name: &str| Policy::profile(name).unwrap();
    assert_eq!(differences(profile("default")), [""; 0]);
    assert_eq!(profile("2023"), Policy::documented_2023());
    let of_2024 = ["gap:offline-500 member-may", "gap:refresh-list 10s", "gap:refresh-count 10s", "gap:switch-list 30"];
    let mut of_2023 = of_2024.to_vec();
    of_2023.insert(3, "gap:count-types avchatroom-only");
    assert_eq!(differences(profile("2023")), of_2023);
    assert_eq!(profile("2024-12"), Policy::documented_2024_12());
    assert_eq!(differences(profile("2024-12")), of_2024);
    assert_eq!(profile("2025-11"), Policy::documented_2025_11());
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
fn a_member_that_joins_again_by_a_foreign_event_is_the_member_it_was() {
    let mut room = Room::new(GroupType::AvChatRoom, None);
    room.observe(Presence::Join, user("a"), AT);
    room.apply(&Event::Joined { account: user("a"), at: Timestamp::from_millis(9) });
    assert_eq!((room.members(AT).len(), room.member(&user("a"), AT).unwrap().joined), (1, AT));
    room.observe(Presence::Join, user("b"), AT);
    assert_eq!(room.member(&user("b"), AT).unwrap().place, 2);
}

#[test]
fn a_group_without_marks_is_restored_with_its_members_and_refuses_their_marks() {
    let state = |marks: &[i64]| MemberState {
        account: user("a"),
        place: 1,
        joined: AT,
        connected: true,
        marks: marks.iter().copied().map(mark).collect(),
        pinned_until: None,
    };
    let restore = |state| Room::restore(GroupType::Public, None, AT, 2, [state]);
    assert_eq!(restore(state(&[])).unwrap().member(&user("a"), AT).unwrap().marks, []);
    assert_eq!(restore(state(&[1_000])).unwrap_err(), RestoreFault::MarksInOtherType(user("a")));
}

#[test]
fn as_many_custom_marks_as_the_ceiling_stand_beside_both_special_ones() {
    let limits = Limits { marks_per_group_max: 99, ..Limits::DOCUMENTED };
    let terms = Terms { limits, ..Terms::default() };
    let mut room = Room::new(GroupType::AvChatRoom, None);
    room.observe(Presence::Join, user("a"), AT);
    let ceiling = i64::try_from(Limits::MARKS_PER_GROUP_CEILING).unwrap();
    let numbers = [500, 600].into_iter().chain(1_000..1_000 + ceiling);
    let marks: Vec<_> = numbers.map(mark).collect();
    let call = MarkCall::set(Operator::Admin, vec![Entry { account: user("a"), marks: marks.clone().into() }]);
    let decision = decide(Some(&room), &terms, &call, AT);
    assert!(matches!(decision.verdict, Verdict::Accepted(_)), "{decision:?}");
    decision.events.iter().for_each(|event| room.apply(event));
    assert_eq!(room.member(&user("a"), AT).unwrap().marks, marks);

    // One more is refused, whatever the limits say: there is no place for it.
    let entries = vec![Entry { account: user("a"), marks: vec![mark(9_999)].into() }];
    let more = decide(Some(&room), &terms, &MarkCall::set(Operator::Admin, entries), AT);
    assert!(matches!(more.verdict, Verdict::Refused(_)), "{more:?}");
}

/// `MARKS-PER-GROUP`: however many marks a call names, all of them are counted; 500 and 600 where they take places.
#[test]
fn more_marks_than_a_group_has_places_are_all_counted() {
    let mut room = Room::new(GroupType::AvChatRoom, None);
    room.observe(Presence::Join, user("a"), AT);
    let marks = (1_000..1_030).chain([500, 600]).map(mark).collect();
    let call = MarkCall::set(Operator::Admin, vec![Entry { account: user("a"), marks }]);
    for (reading, count) in [("none", 30), ("count", 32)] {
        let mut terms = Terms::default();
        terms.policy.set(Gap::SpecialSlots, reading).unwrap();
        let Verdict::Refused(refused) = decide(Some(&room), &terms, &call, AT).verdict else { panic!("{reading}") };
        assert_eq!((refused.reason, refused.count), (Refusal::MarksPerGroup, Some(count)));
    }
}

#[test]
fn time_that_stands_still_is_no_event() {
    let mut room = Room::new(GroupType::AvChatRoom, None);
    let later = Timestamp::from_millis(6);
    assert_eq!(room.tick(AT), [Event::TimePassed { to: AT }]);
    assert_eq!(room.tick(AT), []);
    assert_eq!(room.tick(Timestamp::EPOCH), []);
    assert_eq!(room.tick(later), [Event::TimePassed { to: later }]);
}

#[test]
fn what_a_decision_rests_on_is_printed_by_its_id() {
    let printed = [Basis::Clause(Clause::OnlineOnly), Basis::Gap(Gap::Echo)].map(|basis| basis.to_string());
    assert_eq!(printed, ["ONLINE-ONLY", "gap:echo"]);
}

#[test]
fn an_entry_without_marks_asks_for_nothing() {
    let entries = vec![
        Entry { account: user("a"), marks: vec![].into() },
        Entry { account: user("b"), marks: vec![mark(500)].into() },
    ];
    let call = MarkCall::new(CommandKind::Delete, Operator::Admin, entries);
    assert_eq!(call.entries().len(), 1);
    assert_eq!(call.entries()[0].account, user("b"));
    assert!(!call.was_merged());
}

#[test]
fn a_quota_forgets_what_is_over_and_counts_what_was_admitted() {
    let limits = Limits { calls_per_window_max: 2, ..Limits::DOCUMENTED };
    let at = Timestamp::from_millis;
    let mut quota: Quota = [at(0), at(500)].into_iter().collect();
    assert!(!quota.admits(at(999), &limits) && !quota.admit(at(999), &limits));
    assert_eq!(quota.admitted().collect::<Vec<_>>(), [at(0), at(500)]);
    assert!(quota.admits(at(1_000), &limits) && quota.admit(at(1_000), &limits));
    assert_eq!(quota.admitted().collect::<Vec<_>>(), [at(500), at(1_000)]);
}

#[test]
fn a_page_shows_no_more_than_a_cursor_can_count() {
    let mut room = Room::new(GroupType::AvChatRoom, None);
    for number in 0..1_100 {
        room.observe(Presence::Join, user(&format!("u{number}")), AT);
    }
    let policy = Policy::default();
    assert_eq!((Cursor::START.number(), Cursor::from_number(0)), (0, Cursor::START));
    let (mut cursor, mut shown) = (Cursor::START, Vec::new());
    loop {
        let members = room.list(Filter::Visible, &policy, cursor.below, AT);
        let page = page(members, cursor, 400, usize::MAX);
        shown.extend(page.members.iter().map(|member| member.place));
        let Some(next) = page.next else { break };
        cursor = Cursor::from_number(next.number());
        assert_eq!(cursor, next);
    }
    assert_eq!(shown.len(), Limits::LIST_MEMBERS_CEILING);
    assert!(shown.windows(2).all(|pair| pair[0] == pair[1] + 1) && shown[0] == 1_100);
}

fn any_event() -> impl Strategy<Value = Event> {
    let account = prop::sample::select(vec!["a", "b", "c"]).prop_map(user);
    let mark = prop::sample::select(vec![500, 600, 1_000, 1_001, 4_294_967_295]).prop_map(mark);
    let marks = prop::collection::vec(mark, 0..5).prop_map(MarkList::from_vec);
    let at = (0_u64..50).prop_map(Timestamp::from_millis);
    let cause = prop::sample::select(vec![Cause::Join, Cause::Connection, Cause::Pin, Cause::PinExpired]);
    prop_oneof![
        at.clone().prop_map(|to| Event::TimePassed { to }),
        (account.clone(), at.clone()).prop_map(|(account, at)| Event::Joined { account, at }),
        (account.clone(), cause.clone()).prop_map(|(account, cause)| Event::CameOnline { account, cause }),
        account.clone().prop_map(|account| Event::Left { account, lost: Vec::new() }),
        account.clone().prop_map(|account| Event::Disconnected { account }),
        account.clone().prop_map(|account| Event::Reconnected { account }),
        (account.clone(), cause).prop_map(|(account, cause)| Event::WentOffline { account, lost: Vec::new(), cause }),
        account.clone().prop_map(|account| Event::PinExpired { account }),
        (account.clone(), at).prop_map(|(account, until)| Event::Pinned { account, until }),
        (account.clone(), marks.clone()).prop_map(|(account, marks)| Event::Marked { account, marks }),
        (account, marks).prop_map(|(account, marks)| Event::Unmarked { account, marks }),
    ]
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 2_000, ..ProptestConfig::default() })]

    /// Events that no decision made never panic, and time never runs back.
    #[test]
    fn any_events_can_be_applied(events in prop::collection::vec(any_event(), 0..60)) {
        let mut room = Room::new(GroupType::AvChatRoom, None);
        let mut latest = room.latest();
        for event in &events {
            room.apply(event);
            prop_assert!(room.latest() >= latest);
            latest = room.latest();
            let members = room.members(latest);
            prop_assert_eq!(members.len(), room.len());
            prop_assert_eq!(members.iter().filter(|member| member.online).count(), room.online_count(latest));
            prop_assert_eq!(room.is_empty(), members.is_empty());
            for (mark, holders) in room.marks_in_use(latest) {
                prop_assert!(holders > 0);
                prop_assert_eq!(members.iter().filter(|member| member.marks.contains(&mark)).count(), holders);
            }
            let in_use: std::collections::BTreeSet<_> = members.iter().flat_map(|member| &member.marks).collect();
            prop_assert_eq!(room.marks_in_use(latest).len(), in_use.len());
            for (at, member) in members.iter().enumerate() {
                prop_assert_eq!(&room.members_after(member.place - 1, 1, latest)[..], &members[at..=at]);
                prop_assert_eq!(&room.members_after(member.place, 2, latest)[..], &members[at + 1..(at + 3).min(members.len())]);
            }
            prop_assert_eq!(room.members_after(0, usize::MAX, latest), members);
        }
    }
}
