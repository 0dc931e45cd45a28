//! Rooms with thousands of members who join and leave, so that the storage grows, splits, is compacted and shrinks, under the same checks
//! as the small world.

use std::time::Duration;

use avmarks_protocol::modify_user_info::PATH;
use avmarks_spec::Limits;
use avmarks_testkit::differ::Run;
use serde_json::json;

/// Numbers that look random, from a seed.
struct Numbers(u64);

impl Numbers {
    fn below(&mut self, end: usize) -> usize {
        self.0 = self.0.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1_442_695_040_888_963_407);
        ((self.0 >> 33) % end as u64) as usize
    }
}

const ACCOUNTS: usize = 4_000;

/// Some accounts out of a stretch of them: neighbours in the join order as well as strangers to it.
fn some(numbers: &mut Numbers, most: usize) -> Vec<String> {
    let (start, count, step) = (numbers.below(ACCOUNTS), 1 + numbers.below(most), [1, 1, 7, 61][numbers.below(4)]);
    (0..count).map(|at| format!("somebody_{:023}", (start + at * step) % ACCOUNTS)).collect()
}

/// Everything that [`Run::step`] holds against the oracle and the rules alone, with limits as the documents have them.
#[test]
fn a_crowd_is_judged_alike() {
    let pin_duration_max = Duration::from_millis(100_000_000);
    let limits = Limits { members_per_mark_max: 300, pin_duration_max, ..Limits::DOCUMENTED };
    let mut run = Run::new(limits);
    let mut numbers = Numbers(3);
    let mut at = 0;
    let mut most = 0;
    let created = json!({"at": 0, "do": "create_group", "group": "g", "type": "AVChatRoom"});
    run.step(&created.to_string()).unwrap();
    // More come than go at first, and fewer later; at the end, hardly anybody is left.
    const STEPS: usize = 420;
    for step in 0..STEPS {
        at += match numbers.below(20) {
            0 => 70_000_000,
            wait => 10 * wait as u64,
        };
        let comes = numbers.below(8) > step * 9 / STEPS;
        let line = match numbers.below(10) {
            0..=3 => {
                let what = if comes { "join" } else { "leave" };
                json!({"at": at, "do": what, "group": "g", "accounts": some(&mut numbers, 500)})
            }
            4 => json!({"at": at, "do": "disconnect", "group": "g", "accounts": some(&mut numbers, 400)}),
            5 => json!({"at": at, "do": "reconnect", "group": "g", "accounts": some(&mut numbers, 400)}),
            what => {
                let accounts = some(&mut numbers, if what == 6 { 20 } else { 400 });
                let kind = if numbers.below(5) < 3 { 1 } else { 2 };
                let marks = [[500, 1_000], [600, 1_001], [1_002, 1_003], [1_000, 1_004]][numbers.below(4)];
                let entry = |account: &String| json!({"Member_Account": account, "Marks": marks});
                let list: Vec<_> = accounts.iter().map(entry).collect();
                let body = json!({"GroupId": "g", "CommandType": kind, "MemberList": list}).to_string();
                json!({"at": at, "do": "call", "as": "administrator", "path": PATH, "raw": body})
            }
        };
        run.step(&line.to_string())
            .unwrap_or_else(|error| panic!("step {step}: {}", error.chars().take(2_000).collect::<String>()));
        if step % 97 == 96 {
            run.restore().unwrap();
        }
        let group = avmarks_spec::GroupId::parse("g").unwrap();
        most = most.max(run.service().app().room(&group).unwrap().len());
    }
    assert!(most > 2_500, "the crowd was no crowd: {most}");
    let tally = run.tally();
    assert!(tally.calls > 100 && tally.omissions > 1_000 && tally.expired > 20, "{tally:?}");
}
