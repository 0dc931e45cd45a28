use super::*;

const GROUP: &str = "@TGS#a";

fn plan(kind: PlanKind, wanted: &[(&str, &[i64])]) -> Result<Plan, PlanErrors> {
    let wanted = wanted.iter().map(|(account, marks)| (*account, marks.iter().copied()));
    Plan::marks(kind, GROUP, wanted, &PlanSettings::default())
}

fn shown(plan: &Plan) -> Vec<String> {
    plan.accounts()
        .map(|(account, marks)| format!("{account} {:?}", marks.iter().map(|mark| mark.number()).collect::<Vec<_>>()))
        .collect()
}

#[test]
fn duplicates_merge_at_their_first_mention() {
    let plan = plan(
        PlanKind::SetMarks,
        &[("b", &[1001, 1000, 1001]), ("a", &[1000]), ("b", &[1002, 1000]), ("c", &[1000]), ("a", &[1000])],
    )
    .unwrap();
    assert_eq!(shown(&plan), ["b [1001, 1000, 1002]", "a [1000]", "c [1000]"]);
    assert_eq!((plan.inputs(), plan.len(), plan.needs_admin()), (5, 3, false));
    let debug = format!("{plan:?}");
    assert!(debug.contains("kind: SetMarks") && debug.contains("accounts: 3") && !debug.contains("\"a\""), "{debug}");
}

#[test]
fn every_fault_is_told_with_its_place() {
    let settings = PlanSettings { accounts_per_call_max: 501, custom_marks_max: Some(1), ..PlanSettings::default() };
    let long = "x".repeat(33);
    let wanted = [("ok", vec![1000]), ("", vec![999, 1001, -1]), (&long, vec![]), ("é\u{202e}", vec![1000])];
    let errors = Plan::set_marks("\n", wanted, &settings).unwrap_err();
    let told: Vec<_> = errors.as_slice().iter().map(ToString::to_string).collect();
    assert_eq!(
        told,
        [
            "invalid accounts per call `501`: expected 1 to 500",
            "group `\\n` is not a group id: `\\n` at byte 0 is not allowed; expected 1 to 48 bytes of printable ASCII",
            "inputs[1] names mark `1001`, which makes more than 1 different custom marks of at least 1000 (2 in all); a group has at most 1",
            "inputs[1]: `` is not an account: it is empty; expected 1 to 32 bytes",
            "inputs[1].marks[0]: `999` is no mark: a mark is 500, 600, or a number from 1000 to 4294967295",
            "inputs[1].marks[2]: `-1` is no mark: a mark is 500, 600, or a number from 1000 to 4294967295",
            "inputs[2]: `xxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxx` is not an account: it has 33 bytes, and at most 32 are allowed; expected 1 to 32 bytes",
            "inputs[2] has no marks; name at least one",
            "inputs[3]: `é\\u{202e}` is not an account: `\\u{e9}` at byte 0 is not allowed; expected 1 to 32 bytes",
        ]
    );
    assert_eq!(errors.as_slice()[6].input(), Some(2));
    assert!(errors.as_slice().iter().all(|error| error.clause().is_some()));
    assert_eq!(errors.to_string(), "invalid accounts per call `501`: expected 1 to 500 (and 8 more)");
}

#[test]
fn each_plan_kind_has_command_and_name() {
    let shown: Vec<_> = PlanKind::ALL
        .iter()
        .map(|kind| (kind.name(), kind.endpoint().command(), kind.command_type(), kind.sets(), kind.names_served()))
        .collect();
    assert_eq!(
        shown,
        [
            ("set", "modify_user_info", Some(1), true, true),
            ("delete", "modify_user_info", Some(2), false, true),
            ("add-robots", "add_robots", None, true, false),
            ("delete-robots", "del_robots", None, false, false),
        ]
    );
    for kind in PlanKind::ALL {
        let json = serde_json::to_string(kind).unwrap();
        assert_eq!(json, format!("\"{kind}\""));
        assert_eq!(serde_json::from_str::<PlanKind>(&json).unwrap(), *kind);
        assert_eq!(crate::State::of_kind(*kind).contains(&crate::State::Applied), kind.names_served());
        assert_ne!(crate::State::of_kind(*kind).contains(&crate::State::Accepted), kind.names_served());
    }
}

#[test]
fn robots_are_accounts_with_mark_500_each_once() {
    let settings = PlanSettings::default();
    let plan = Plan::add_robots(GROUP, ["b", "a", "b"], &settings).unwrap();
    assert_eq!((plan.kind(), plan.inputs(), plan.needs_admin()), (PlanKind::AddRobots, 3, true));
    assert_eq!(shown(&plan), ["b [500]", "a [500]"]);
    let body = |plan: &Plan| String::from_utf8(plan.body(plan.calls().next().unwrap())).unwrap();
    assert_eq!(body(&plan), r##"{"GroupId":"@TGS#a","Member_Account":["b","a"]}"##);
    let plan = Plan::delete_robots(GROUP, ["b"], &settings).unwrap();
    assert_eq!(
        (plan.kind(), body(&plan)),
        (PlanKind::DeleteRobots, r##"{"GroupId":"@TGS#a","Member_Account":["b"]}"##.into())
    );
    let errors = Plan::add_robots("", ["a", "é"], &settings).unwrap_err();
    assert_eq!((errors.len(), errors.as_slice()[1].input()), (2, Some(1)));
    let nobody: [&str; 0] = [];
    assert_eq!(Plan::delete_robots(GROUP, nobody, &settings).unwrap_err().as_slice(), [PlanError::NoAccounts]);
}

#[test]
fn robots_beyond_500_make_another_call() {
    for (robots, calls) in [(1, vec![1]), (500, vec![500]), (501, vec![500, 1]), (1_000, vec![500, 500])] {
        let accounts = || (0..robots).map(|number| format!("robot{number}"));
        for plan in
            [Plan::add_robots, Plan::delete_robots].map(|plan| plan(GROUP, accounts(), &PlanSettings::default()))
        {
            let sent: Vec<_> = plan.unwrap().calls().map(|call| call.len()).collect();
            assert_eq!(sent, calls);
        }
    }
}

#[test]
fn a_plan_of_nobody_is_refused() {
    assert_eq!(plan(PlanKind::SetMarks, &[]).unwrap_err().as_slice(), [PlanError::NoAccounts]);
}

#[test]
fn at_most_ten_custom_marks_are_planned() {
    let ten: Vec<i64> = [500, 600].into_iter().chain(1000..1010).collect();
    let good = plan(PlanKind::SetMarks, &[("a", &ten)]).unwrap();
    assert_eq!(good.special_marks().collect::<Vec<_>>(), [Mark::PINNED, Mark::HIDDEN]);
    let eleven: Vec<i64> = (1000..1011).collect();
    let errors = plan(PlanKind::SetMarks, &[("a", &ten), ("b", &eleven)]).unwrap_err();
    let mark = Mark::new(1010).unwrap();
    assert_eq!(errors.as_slice(), [PlanError::CustomMarks { found: 11, max: 10, input: 1, mark }]);
    assert!(plan(PlanKind::DeleteMarks, &[("a", &eleven)]).is_ok());
    let open = PlanSettings { custom_marks_max: None, ..PlanSettings::default() };
    assert!(Plan::set_marks(GROUP, [("a", eleven)], &open).is_ok());
}

#[test]
fn calls_are_cut_at_the_limit() {
    for (accounts, calls) in [(1, vec![1]), (500, vec![500]), (501, vec![500, 1]), (1_200, vec![500, 500, 200])] {
        let wanted = (0..accounts).map(|n| (format!("u{n}"), [1000]));
        let plan = Plan::delete_marks(GROUP, wanted, &PlanSettings::default()).unwrap();
        assert_eq!(plan.calls().map(|call| call.len()).collect::<Vec<_>>(), calls);
        let all: Vec<_> = plan.calls().flat_map(|call| plan.accounts_of(call).map(|(account, _)| account)).collect();
        assert_eq!(all, plan.accounts().map(|(account, _)| account).collect::<Vec<_>>());
    }
}

#[test]
fn another_plan_has_another_fingerprint() {
    let base = plan(PlanKind::SetMarks, &[("a", &[1000]), ("b", &[1001])]).unwrap();
    assert_eq!(
        base.fingerprint(),
        plan(PlanKind::SetMarks, &[("a", &[1000]), ("b", &[1001, 1001])]).unwrap().fingerprint()
    );
    for other in [
        plan(PlanKind::DeleteMarks, &[("a", &[1000]), ("b", &[1001])]),
        plan(PlanKind::SetMarks, &[("b", &[1001]), ("a", &[1000])]),
        plan(PlanKind::SetMarks, &[("a", &[1001]), ("b", &[1000])]),
        plan(PlanKind::SetMarks, &[("a", &[1000, 1001]), ("b", &[1001])]),
        plan(PlanKind::SetMarks, &[("a", &[1000])]),
        Plan::set_marks("@TGS#b", [("a", [1000]), ("b", [1001])], &PlanSettings::default()),
    ] {
        assert_ne!(base.fingerprint(), other.unwrap().fingerprint());
    }
    let pinned = plan(PlanKind::SetMarks, &[("a", &[500])]).unwrap();
    let robots = [Plan::add_robots, Plan::delete_robots].map(|robots| robots(GROUP, ["a"], &PlanSettings::default()));
    let prints = robots.map(|robots| robots.unwrap().fingerprint());
    assert!(prints[0] != prints[1] && !prints.contains(&pinned.fingerprint()));
}

#[test]
fn marks_and_ids_may_be_untyped() {
    let settings = PlanSettings::default();
    let base = Plan::set_marks(GROUP, [("a", [1000])], &settings).unwrap();
    let account = avmarks_spec::UserId::parse("a").unwrap();
    for plan in [
        Plan::set_marks(GroupId::parse(GROUP).unwrap(), [(account, [1000u32])], &settings),
        Plan::set_marks(GROUP, [("a".to_owned(), [Mark::CUSTOM_MIN])], &settings),
        Plan::set_marks(GROUP, [(&account, vec![1000i64])], &settings),
    ] {
        assert!(plan.unwrap() == base);
    }
}

#[test]
fn accounts_in_one_text_are_told_apart() {
    let names = ["", "a", "", "ab", "b", "a", "ba", "aa"];
    let mut interner = accounts::Interner::default();
    let indexes: Vec<_> = names.iter().map(|name| interner.intern(name).unwrap()).collect();
    assert_eq!(indexes, [0, 1, 0, 2, 3, 1, 4, 5]);
    let kept: Vec<_> = interner.accounts.iter().collect();
    assert_eq!((kept, interner.accounts.get(6)), (vec!["", "a", "ab", "b", "ba", "aa"], None));
}

#[test]
fn a_call_has_from_1_to_500_accounts() {
    for (found, fits) in [(0, false), (1, true), (500, true), (501, false)] {
        let settings = PlanSettings { accounts_per_call_max: found, ..PlanSettings::default() };
        let plan = Plan::set_marks(GROUP, [("a", [1000]), ("b", [1000])], &settings);
        let errors = plan.err().map(|errors| errors.as_slice().to_vec());
        assert_eq!(errors, (!fits).then(|| vec![PlanError::AccountsPerCall { found, max: 500 }]), "{found}");
    }
}

/// A file of progress holds it: another number for the same plan would make the files of before useless.
#[test]
fn the_fingerprint_of_a_known_plan_stays() {
    let plan = plan(PlanKind::SetMarks, &[("a", &[1000]), ("b", &[500, 4_294_967_295])]).unwrap();
    assert_eq!(format!("{:016x}", plan.fingerprint()), "aa044f88b7f069c1");
}
