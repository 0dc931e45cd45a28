//! The job: helpers of its tests, which stand by subject in the files below.

mod answer;
mod order;
mod pace;
mod retry;
mod robots;
mod secrets;
mod settings;
mod stop;
mod time;

use std::ops::{Deref, Range};

use avmarks_protocol::ErrorCode;
use avmarks_protocol::SdkAppId;
use avmarks_protocol::modify_user_info::{Answer, Request, Served};
use avmarks_protocol::secret::SecretKey;
use avmarks_protocol::usersig::UserSig;
use avmarks_spec::UserId;

use super::*;
use crate::{ATTEMPT_TIMEOUT_MIN, Attempt, PaceSettings, PlanSettings, RetrySettings, SignatureSettings};

const KEY: &str = "5bd2850fff3ecb11d7c805251c51ee463a25727bddc2385f3fa8bfee1bb93b5e";
const START: u64 = 1_795_412_030_000;

fn at(millis: u64) -> Timestamp {
    Timestamp::from_millis(START + millis)
}

fn plan(group: &str, accounts: usize) -> Plan {
    let wanted = (0..accounts).map(|n| (format!("u{n}"), [1000]));
    Plan::set_marks(group, wanted, &PlanSettings::default()).unwrap()
}

fn signer() -> Arc<Signer> {
    let (admin, key) = (UserId::parse("admin").unwrap(), SecretKey::new(KEY).unwrap());
    Arc::new(Signer::with_key(SdkAppId::EXAMPLE, admin, key, SignatureSettings::default()).unwrap())
}

fn job(plans: Vec<Plan>, settings: JobSettings) -> Job {
    Job::new(plans, signer(), settings, 7).unwrap()
}

/// What a fake service does about a try.
enum Deed {
    Serve,
    Refuse(i64),
    Say(u16, String),
    Fail(TransportError),
    Silence,
}

fn served(body: &[u8]) -> Vec<u8> {
    let request = Request::parse(body).unwrap();
    let marks = |marks: &[avmarks_protocol::Integer<'_>]| marks.iter().filter_map(|mark| mark.to_i64()).collect();
    let members = request.member_list.iter().map(|member| Served::new(&*member.account, marks(&member.marks)));
    Answer::served(request.command_type.to_i64().unwrap(), members.collect()).to_json()
}

/// What a job sends, with the accounts that it names.
#[derive(Debug)]
struct Sent {
    transmit: Transmit,
    plan: usize,
    range: Range<usize>,
}

impl Deref for Sent {
    type Target = Transmit;

    fn deref(&self) -> &Transmit {
        &self.transmit
    }
}

/// A pace that admits everything.
fn free() -> Pace {
    Pace::new(PaceSettings { calls_max: usize::MAX, ..PaceSettings::default() })
}

/// Runs a job to its end in virtual time; each answer takes 10 ms. Gives what was sent: time, group, first, accounts.
fn run(job: &mut Job, deed: impl FnMut(&Sent, u64) -> Deed) -> Vec<(u64, String, usize, usize)> {
    run_at(job, &mut free(), deed)
}

fn run_at(
    job: &mut Job,
    pace: &mut Pace,
    mut deed: impl FnMut(&Sent, u64) -> Deed,
) -> Vec<(u64, String, usize, usize)> {
    let (mut now, mut sent) = (at(0), Vec::new());
    loop {
        match job.poll(now, pace) {
            Step::Done => return sent,
            Step::WaitUntil(then) => {
                assert!(then > now, "a wait into the past");
                now = then;
            }
            Step::Send(transmit) => {
                let time = now.as_millis() - START;
                let (plan, range) = job.in_flight(transmit.id).unwrap();
                sent.push((time, job.plans().nth(plan).unwrap().group().to_string(), range.start, range.len()));
                let transmit = Sent { transmit, plan, range };
                let done = deed(&transmit, time);
                now = now.saturating_add(Duration::from_millis(10));
                let feed = |job: &mut Job, status, body: &[u8]| {
                    job.on_response(transmit.id, now, &Response::new(status, body)).unwrap();
                    assert_eq!(job.in_flight(transmit.id), None);
                    assert_eq!(job.on_failure(transmit.id, now, TransportError::TimedOut).unwrap_err().id, transmit.id);
                };
                match done {
                    Deed::Serve => feed(job, 200, &served(&transmit.body)),
                    Deed::Refuse(code) => feed(job, 200, &Answer::refused(ErrorCode::new(code), "no").to_json()),
                    Deed::Say(status, text) => feed(job, status, text.as_bytes()),
                    Deed::Fail(error) => job.on_failure(transmit.id, now, error).unwrap(),
                    Deed::Silence => {}
                }
            }
        }
    }
}

fn counts(job: &Job) -> Vec<(State, usize)> {
    let report = job.report();
    State::ALL.iter().map(|state| (*state, report.count(*state))).filter(|(_, count)| *count > 0).collect()
}
