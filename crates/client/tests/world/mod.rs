//! A service of hard answers, and a driver in virtual time that checks what can be seen on the way.

mod service;

use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;
use std::time::Duration;

use avmarks_client::{
    ATTEMPT_TIMEOUT_MIN, Backoff, Job, JobSettings, Pace, PaceSettings, Plan, PlanKind, PlanSettings, Progress,
    Response, RetrySettings, SignatureSettings, Signer, Step, Transmit, TransportError,
};
use avmarks_protocol::SdkAppId;
use avmarks_protocol::add_robots;
use avmarks_protocol::modify_user_info::{Member, Request};
use avmarks_protocol::secret::SecretKey;
use avmarks_spec::{Mark, Timestamp, UserId};
use proptest::prelude::*;

pub(crate) use service::{Friendly, Hard, Reaction, Service};

const KEY: &str = "5bd2850fff3ecb11d7c805251c51ee463a25727bddc2385f3fa8bfee1bb93b5e";
const START: Timestamp = Timestamp::from_millis(1_795_412_030_000);

/// Plans, settings, and what the service does, call by call.
#[derive(Clone, Debug)]
pub(crate) struct World {
    kind: PlanKind,
    /// Accounts of each group; how many different ones, so that some come twice.
    groups: Vec<(Vec<u8>, usize)>,
    settings: JobSettings,
    pace: PaceSettings,
    deeds: Vec<u8>,
    latencies: Vec<u16>,
    seed: u64,
}

pub(crate) fn worlds() -> impl Strategy<Value = World> {
    let groups = prop::collection::vec((prop::collection::vec(0u8..30, 1..30), 1usize..7), 1..4);
    // The least that a setting may be is drawn on purpose, and answers that come just when the time of an attempt is over.
    let budget = prop_oneof![1 => Just(3_001), 1 => Just(3_002), 6 => 3_001u64..20_000];
    let attempt_timeout = prop_oneof![1 => Just(3_001), 3 => 3_001u64..8_000];
    let latency = prop_oneof![1 => 3_000u16..3_003, 7 => 0u16..6_000];
    let settings = (1usize..4, 1u32..6, budget, attempt_timeout, any::<bool>());
    let pace = (1usize..5, 100u64..1_500, 0u64..200).prop_map(|(calls_max, window, margin)| {
        let [window, margin] = [window, margin].map(Duration::from_millis);
        PaceSettings { calls_max, window, margin }
    });
    let settings = (settings, prop::option::of(0u64..40_000)).prop_map(
        |((in_flight_max, attempts_max, budget, attempt_timeout, keep_answers), deadline)| JobSettings {
            in_flight_max,
            retry: RetrySettings {
                attempts_max,
                budget: Duration::from_millis(budget),
                attempt_timeout: Duration::from_millis(attempt_timeout),
                immediate: Backoff { base: Duration::from_millis(300), ..RetrySettings::default().immediate },
                ..RetrySettings::default()
            },
            deadline: deadline.map(|millis| START.saturating_add(Duration::from_millis(millis))),
            keep_answers,
        },
    );
    let deeds = prop::collection::vec(0u8..=Hard::DEEDS, 1..24);
    let kind = prop::sample::select(PlanKind::ALL);
    (kind, groups, settings, pace, deeds, prop::collection::vec(latency, 1..8), any::<u64>()).prop_map(
        |(kind, groups, settings, pace, deeds, latencies, seed)| World {
            kind,
            groups,
            settings,
            pace,
            deeds,
            latencies,
            seed,
        },
    )
}

impl World {
    /// One group, one account per call, nothing in the way.
    pub(crate) fn large(accounts: usize) -> Self {
        Self {
            kind: PlanKind::SetMarks,
            groups: vec![((0..accounts).map(|at| at as u8).collect(), 1)],
            settings: JobSettings { in_flight_max: 1_000, ..JobSettings::default() },
            pace: PaceSettings::default(),
            deeds: vec![0],
            latencies: vec![20],
            seed: 7,
        }
    }

    fn plans(&self) -> Vec<Plan> {
        let plan = |(group, (accounts, per_call)): (usize, &(Vec<u8>, usize))| {
            let large = accounts.len() > 30;
            let wanted = accounts.iter().enumerate().map(move |(at, account)| {
                let account = if large { format!("u{at}") } else { format!("u{account}") };
                (account, [1_000 + i64::from(accounts[at] % 3), 500, 1_004].into_iter().take(1 + at % 3))
            });
            let settings = PlanSettings { accounts_per_call_max: *per_call, ..PlanSettings::default() };
            let group = format!("@TGS#{group}");
            let accounts = wanted.clone().map(|(account, _)| account);
            match self.kind {
                PlanKind::SetMarks => Plan::set_marks(&group, wanted, &settings),
                PlanKind::DeleteMarks => Plan::delete_marks(&group, wanted, &settings),
                PlanKind::AddRobots => Plan::add_robots(&group, accounts, &settings),
                PlanKind::DeleteRobots => Plan::delete_robots(&group, accounts, &settings),
            }
            .unwrap()
        };
        self.groups.iter().enumerate().map(plan).collect()
    }

    pub(crate) fn accounts(&self) -> usize {
        self.plans().iter().map(Plan::len).sum()
    }

    pub(crate) fn job(&self, progress: Option<&Progress>) -> Job {
        let (admin, key) = (UserId::parse("admin").unwrap(), SecretKey::new(KEY).unwrap());
        let signer = Signer::with_key(SdkAppId::EXAMPLE, admin, key, SignatureSettings::default()).unwrap();
        // A job that goes on has all the time it needs, and its service is friendly.
        match progress {
            None => Job::new(self.plans(), Arc::new(signer), self.settings, self.seed),
            Some(progress) => {
                let settings = JobSettings { deadline: None, ..self.settings };
                Job::resume(self.plans(), progress, Arc::new(signer), settings, self.seed ^ 1)
            }
        }
        .unwrap()
    }

    pub(crate) fn service(&self) -> Hard {
        Hard::new(self.deeds.clone(), self.latencies.clone())
    }

    /// What a request asks for; of robots, mark 500.
    fn asked<'a>(&self, transmit: &'a Transmit) -> Request<'a> {
        assert_eq!(transmit.path, self.kind.endpoint().path());
        if self.kind.names_served() {
            return Request::parse(&transmit.body).unwrap();
        }
        let robots = add_robots::Request::parse(&transmit.body).unwrap();
        let member = |account| Member { account, marks: [500].into() };
        Request {
            group_id: robots.group_id,
            command_type: if self.kind.sets() { 1.into() } else { 2.into() },
            member_list: robots.accounts.into_iter().map(member).collect(),
        }
    }
}

/// What was seen of a run.
#[derive(Default)]
pub(crate) struct Seen {
    /// When each try was sent.
    pub(crate) times: Vec<Timestamp>,
    /// The accounts sent: plan and index.
    pub(crate) sent: BTreeSet<(usize, usize)>,
    /// What the service truly did: plan, account, mark.
    pub(crate) served: BTreeSet<(usize, String, Mark)>,
    /// The accounts of `served`.
    pub(crate) touched: BTreeSet<(usize, String)>,
    pub(crate) secrets: BTreeSet<String>,
    pub(crate) is_done: bool,
}

/// Runs a job in virtual time, to its end or for so many polls, and holds it against its settings at each of them.
pub(crate) fn drive(job: &mut Job, world: &World, service: &mut dyn Service, polls_max: Option<usize>) -> Seen {
    let JobSettings { retry, in_flight_max, deadline, .. } = world.settings;
    let mut pace = Pace::new(world.pace);
    let deadline = deadline.filter(|_| !service.is_friendly());
    let mut seen = Seen { secrets: BTreeSet::from([KEY.to_owned()]), ..Seen::default() };
    let mut now = START;
    let mut coming: Vec<(Timestamp, u64, Reaction)> = Vec::new();
    // Calls that have begun and not ended: plan and first account, with the time of their first try.
    let mut open: BTreeMap<(usize, usize), Timestamp> = BTreeMap::new();
    let mut in_flight: BTreeMap<u64, Timestamp> = BTreeMap::new();
    let mut polls = 0;
    loop {
        if polls_max == Some(polls) {
            return seen;
        }
        polls += 1;
        let ended = job.calls().len();
        let step = job.poll(now, &mut pace);
        in_flight.retain(|_, until| *until > now);
        for call in &job.calls()[ended..] {
            open.remove(&(call.plan(), call.range().start));
        }
        match step {
            Step::Done => {
                assert!(in_flight.is_empty());
                let last = job.calls().iter().flat_map(|call| call.attempts()).map(|one| one.ended_at()).max();
                assert!(last.is_none() || polls_max.is_some() || deadline.is_some() || now <= START.max(last.unwrap()));
                seen.is_done = true;
                check_calls(job, world);
                return seen;
            }
            Step::WaitUntil(then) => {
                assert!(then > now, "a wait into the past");
                for first in open.values() {
                    assert!(then <= first.saturating_add(retry.budget), "a wait beyond a budget");
                }
                assert!(
                    deadline.is_none_or(|deadline| then <= deadline.max(now.saturating_add(Duration::from_millis(1))))
                );
                let arrival = coming.iter().map(|(at, ..)| *at).min().filter(|at| *at <= then);
                now = arrival.unwrap_or(then);
                let due = coming.iter().position(|(at, ..)| *at == now);
                if let Some((_, id, response)) = due.map(|at| coming.remove(at)) {
                    let ended = job.calls().len();
                    let in_time = in_flight.remove(&id).is_some();
                    let fed = match response {
                        Reaction::Respond(status, body) => job.on_response(id, now, &Response::new(status, &body)),
                        Reaction::Truncate(status, body) => {
                            job.on_response(id, now, &Response::truncated(status, &body))
                        }
                        Reaction::Fail(error) => job.on_failure(id, now, error),
                        Reaction::Silence => Ok(()),
                    };
                    assert!(fed.is_ok() || !in_time, "an answer in time was refused");
                    for call in &job.calls()[ended..] {
                        open.remove(&(call.plan(), call.range().start));
                    }
                }
            }
            Step::Send(transmit) => {
                let body = world.asked(&transmit);
                let (plan, range) = job.in_flight(transmit.id).unwrap();
                let accounts = range.len();
                assert_eq!(accounts, body.member_list.len());
                assert!((1..=world.groups[plan].1.min(500)).contains(&accounts));
                assert!(transmit.timeout >= ATTEMPT_TIMEOUT_MIN && transmit.timeout <= retry.attempt_timeout);
                let first = *open.entry((plan, range.start)).or_insert(now);
                assert!(
                    now.saturating_add(transmit.timeout) <= first.saturating_add(retry.budget),
                    "a try beyond the budget"
                );
                assert!(deadline.is_none_or(|deadline| now.saturating_add(transmit.timeout) <= deadline));
                in_flight.insert(transmit.id, now.saturating_add(transmit.timeout));
                assert!(in_flight.len() <= in_flight_max);
                seen.times.push(now);
                let admitted = seen.times.len();
                if admitted > world.pace.calls_max {
                    assert!(
                        now.saturating_duration_since(seen.times[admitted - 1 - world.pace.calls_max])
                            >= world.pace.window.saturating_add(world.pace.margin),
                        "too fast"
                    );
                }
                seen.sent.extend(range.clone().map(|account| (plan, account)));
                seen.secrets.insert(transmit.query.usersig.as_str().to_owned());
                let (latency, response, done) = service.answer(world.kind, &body, transmit.query.usersig.as_str());
                for (account, mark) in done {
                    seen.touched.insert((plan, account.clone()));
                    seen.served.insert((plan, account, mark));
                }
                if response != Reaction::Silence {
                    coming.push((now.saturating_add(latency), transmit.id, response));
                }
            }
        }
    }
}

/// Holds the calls that have ended against the settings.
fn check_calls(job: &Job, world: &World) {
    let mut randoms = BTreeSet::new();
    for call in job.calls() {
        let (first, last) = (call.attempts().first().unwrap(), call.attempts().last().unwrap());
        assert!(call.attempts().len() <= world.settings.retry.attempts_max as usize);
        assert!(
            last.ended_at() <= first.sent_at().saturating_add(world.settings.retry.budget),
            "the budget was overrun"
        );
        assert!(call.attempts().iter().all(|one| randoms.insert(one.random())), "a `random` came twice");
        assert!(call.attempts().iter().all(|one| one.body().is_none() || world.settings.keep_answers));
    }
}

/// The transport's words about a lost connection, with the URL in them.
pub(crate) fn lost(usersig: &str) -> TransportError {
    TransportError::ConnectionLost {
        message: format!("POST https://host/v4/x?sdkappid=1&usersig={usersig}&random=1: reset"),
    }
}
