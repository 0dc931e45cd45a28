use std::sync::Arc;
use std::time::Duration;

use avmarks_protocol::ErrorCode;
use avmarks_protocol::SdkAppId;
use avmarks_protocol::usersig::UserSig;
use avmarks_spec::Timestamp;

use super::*;
use crate::{Pace, PaceSettings, PlanError, Response, RetrySettings, Signer, SingleCall, Step, TransportError};

const GROUP: &str = "@TGS#a";
const START: Timestamp = Timestamp::from_millis(1_795_412_030_000);

fn accounts(count: usize) -> Vec<String> {
    (1..=count).map(|number| format!("u{number}")).collect()
}

fn check(accounts: &[String]) -> MemberCheck {
    MemberCheck::new(GROUP, accounts, &PlanSettings::default()).unwrap()
}

/// What the service does about a try.
enum Deed {
    Answer(Vec<u8>),
    Refuse(i64),
    Lose,
}

/// Runs the whole check in virtual time, each answer after 10 ms. Gives who is online, or why not all are known; the sizes of the
/// requests, and when each try was sent.
fn run(
    check: &mut MemberCheck,
    pace: &mut Pace,
    mut deed: impl FnMut(&Request<'_>) -> Deed,
) -> (Result<Vec<CheckedMember>, UnansweredError>, Vec<usize>, Vec<u64>) {
    let signer = Signer::fixed(SdkAppId::EXAMPLE, avmarks_spec::UserId::parse("admin").unwrap(), UserSig::new("eJy"));
    let signer = Arc::new(signer);
    let (mut now, mut checked, mut sizes, mut times) = (START, Vec::new(), Vec::new(), Vec::new());
    while let Some(request) = check.request() {
        let mut call = SingleCall::new(request, Arc::clone(&signer), RetrySettings::default(), 7);
        loop {
            match call.poll(now, pace) {
                Step::WaitUntil(then) => now = then,
                Step::Done => match call.into_result() {
                    Ok(answered) => {
                        checked.extend(check.on_answer(&answered).unwrap());
                        break;
                    }
                    Err(unanswered) if check.split(&unanswered) => break,
                    Err(unanswered) => return (Err(unanswered), sizes, times),
                },
                Step::Send(transmit) => {
                    let request = Request::parse(&call.request().body).unwrap();
                    assert_eq!((&*request.group_id, call.request().repeatable), (GROUP, true));
                    sizes.push(request.accounts.len());
                    times.push(now.saturating_duration_since(START).as_millis() as u64);
                    let deed = deed(&request);
                    now = now.saturating_add(Duration::from_millis(10));
                    let body = match deed {
                        Deed::Answer(body) => body,
                        Deed::Refuse(code) => Answer::refused(ErrorCode::new(code), "no").to_json(),
                        Deed::Lose => {
                            let lost = TransportError::ConnectionLost { message: "reset".to_owned() };
                            call.on_failure(transmit.id, now, lost).unwrap();
                            continue;
                        }
                    };
                    call.on_response(transmit.id, now, &Response::new(200, &body)).unwrap();
                }
            }
        }
    }
    (Ok(checked), sizes, times)
}

fn pace() -> Pace {
    Pace::new(PaceSettings::default())
}

/// Every third account is online.
fn is_online(account: &str) -> bool {
    account.trim_start_matches('u').parse::<u32>().unwrap().is_multiple_of(3)
}

/// The answer of a service that lists those that are online the other way round, with one that nobody asked about.
fn online(request: &Request<'_>) -> Deed {
    let mut online: Vec<_> =
        request.accounts.iter().filter(|account| is_online(account)).map(|it| it.to_string()).collect();
    online.reverse();
    online.push("stranger".to_owned());
    Deed::Answer(Answer::online(online).to_json())
}

fn assert_right(checked: Vec<CheckedMember>, asked: &[String]) {
    let told: Vec<_> = checked.iter().map(|one| (one.account.as_str(), one.is_online)).collect();
    let expected: Vec<_> = asked.iter().map(|account| (&**account, is_online(account))).collect();
    assert_eq!(told, expected, "each account once, in the order asked");
}

#[test]
fn more_than_500_accounts_make_two_requests() {
    for (count, calls) in
        [(1, vec![1]), (499, vec![499]), (500, vec![500]), (501, vec![500, 1]), (1_200, vec![500, 500, 200])]
    {
        let accounts = accounts(count);
        let (checked, sizes, _) = run(&mut check(&accounts), &mut pace(), online);
        assert_eq!(sizes, calls);
        assert_right(checked.unwrap(), &accounts);
    }
}

#[test]
fn a_repeated_account_is_checked_once() {
    let twice = ["u3", "u1", "u3"].map(str::to_owned);
    let mut check = check(&twice);
    assert_eq!((check.group().as_str(), check.accounts().len()), (GROUP, 2));
    assert_eq!(check.request().unwrap().body, br##"{"GroupId":"@TGS#a","Member_Account":["u3","u1"]}"##);
    assert_right(run(&mut check, &mut pace(), online).0.unwrap(), &twice[..2]);
}

#[test]
fn an_answer_without_the_list_means_nobody() {
    for (rest, expected) in [
        ("", false),
        (r#","Member_Account":null"#, false),
        (r#","Member_Account":[]"#, false),
        (r#","RequestId":7,"Member_Account":["u1"],"New":{},"MemberList":1"#, true),
    ] {
        let body = format!(r#"{{"ActionStatus":"OK","ErrorCode":0,"ErrorInfo":""{rest}}}"#);
        let mut check = check(&accounts(1));
        let checked = run(&mut check, &mut pace(), |_| Deed::Answer(body.clone().into_bytes())).0.unwrap();
        assert_eq!((checked.len(), checked[0].is_online), (1, expected), "{rest}");
        assert_eq!(check.request(), None);
    }
}

#[test]
fn a_list_of_another_type_ends_the_check() {
    let mut check = check(&accounts(501));
    let body = br#"{"ActionStatus":"OK","ErrorCode":0,"Member_Account":{}}"#.to_vec();
    let answered = CallAnswer { envelope: avmarks_protocol::Envelope::ok(), body, random: 7, anomalies: Vec::new() };
    let error = check.on_answer(&answered).unwrap_err();
    assert_eq!(error.to_string(), "`Member_Account` must be an array, and is an object: `{}`");
    assert_eq!(check.request(), None);
}

#[test]
fn temporary_failures_are_retried() {
    let accounts = accounts(501);
    let deeds: [(fn() -> Deed, u64); 3] =
        [(|| Deed::Lose, 0), (|| Deed::Refuse(10002), 0), (|| Deed::Refuse(60007), 1_000)];
    for (first, least) in deeds {
        let mut turn = 0;
        let (checked, sizes, times) = run(&mut check(&accounts), &mut pace(), |request| {
            turn += 1;
            if turn == 2 { first() } else { online(request) }
        });
        assert_right(checked.unwrap(), &accounts);
        assert_eq!(sizes, [500, 1, 1]);
        assert!(times[2] - times[1] >= least, "{times:?}");
    }
}

#[test]
fn its_requests_keep_the_pace() {
    let mut pace = Pace::new(PaceSettings { calls_max: 1, window: Duration::from_secs(1), margin: Duration::ZERO });
    let (_, _, times) = run(&mut check(&accounts(1_001)), &mut pace, online);
    assert_eq!(times, [0, 1_000, 2_000]);
}

#[test]
fn a_size_refusal_halves_the_requests() {
    let accounts = accounts(900);
    let too_many = |request: &Request<'_>| request.accounts.len() > 200;
    let deed = |request: &Request<'_>| if too_many(request) { Deed::Refuse(10005) } else { online(request) };
    let (checked, sizes, _) = run(&mut check(&accounts), &mut pace(), deed);
    assert_eq!(sizes[..3], [500, 250, 125]);
    assert!(sizes[2..].iter().all(|size| *size <= 125));
    assert_right(checked.unwrap(), &accounts);

    // One account cannot be halved, and another refusal says nothing of the size.
    let (refused, sizes, _) = run(&mut check(&accounts[..3]), &mut pace(), |_| Deed::Refuse(10005));
    assert_eq!((refused.is_err(), sizes), (true, vec![3, 2, 1]));
    let (refused, sizes, _) = run(&mut check(&accounts), &mut pace(), |_| Deed::Refuse(10007));
    assert_eq!((refused.is_err(), sizes), (true, vec![500]));
}

#[test]
fn a_stopped_check_sends_nothing() {
    let mut check = check(&accounts(3));
    check.stop();
    assert_eq!(check.request(), None);
    assert_eq!(check.accounts().len(), 3);
}

#[test]
fn every_fault_is_told() {
    let settings = PlanSettings { accounts_per_call_max: 501, ..PlanSettings::default() };
    let errors = MemberCheck::new("", ["a", ""], &settings).unwrap_err();
    assert_eq!((errors.len(), errors.as_slice()[2].input()), (3, Some(1)));
    let nobody: [&str; 0] = [];
    let errors = MemberCheck::new(GROUP, nobody, &PlanSettings::default()).unwrap_err();
    assert_eq!(errors.as_slice(), [PlanError::NoAccounts]);
}
