//! The world: a queue of events by time, and what must hold at each of them.

use std::cmp::Reverse;
use std::collections::{BTreeMap, BTreeSet, BinaryHeap};
use std::fmt;
use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};

use avmarks_keeper_store::timing::SEND_WITHIN;
use avmarks_keeper_store::{
    Admission, Attempt, Batch, BatchId, Epoch, Event as PresenceEvent, MemoryStore, NewWant, Node, NodeId,
    PresenceChange as Kind, Settlement, Slot, Step, StepAnswer, Store,
};
use avmarks_protocol::Endpoint;
use avmarks_spec::{GroupId, Limits, Mark, Timestamp, UserId};

use crate::random::Random;

/// Faults happen until then, and webhooks come; afterwards everything must come to its end.
const FAULTS_UNTIL: u64 = 20_000;
/// The end, in milliseconds; enough for hand-overs and for all calls under the smallest limit.
const END: u64 = 120_000;
/// Calls that a node works on at once.
const WORKERS: usize = 3;

#[derive(Clone, Copy, Debug)]
pub(crate) struct Settings {
    /// Whether the check before a call and the call are one step, which nothing comes between.
    pub(crate) one_step: bool,
    /// Whether the store checks the lease when it records calls.
    pub(crate) fenced: bool,
}

/// What was counted.
#[derive(Clone, Debug, Default)]
pub(crate) struct Figures {
    accepted: u64,
    calls: u64,
    crashes: u64,
    pauses: u64,
    /// How often a slot passed from one node's calls to another's.
    pub(crate) hand_overs: u64,
    lapsed: u64,
    /// Calls sent after a later epoch recorded one.
    pub(crate) late: u64,
    /// Calls more than the limit in 1,000 ms, at the vendor.
    over: u64,
}

impl Figures {
    pub(crate) fn add(&mut self, other: &Self) {
        self.accepted += other.accepted;
        self.calls += other.calls;
        self.crashes += other.crashes;
        self.pauses += other.pauses;
        self.hand_overs += other.hand_overs;
        self.lapsed += other.lapsed;
        self.late += other.late;
        self.over += other.over;
    }
}

impl fmt::Display for Figures {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Self { accepted, calls, crashes, pauses, hand_overs, lapsed, late, over } = self;
        write!(
            f,
            "{accepted} webhooks accepted, 0 lost; {calls} calls, {crashes} crashes, {pauses} pauses, {hand_overs} hand-overs, \
             {lapsed} calls lapsed, {late} late, {over} over the limit at the vendor"
        )
    }
}

/// One call: what it is for, and under which lease it is recorded.
#[derive(Clone, Debug)]
struct Call {
    attempt: Attempt,
    batch: Batch,
    /// Its number among the recorded ones; none before.
    number: Option<usize>,
}

/// What happens. `to` names a process, as each start of a node is one: what is for a process that is gone is dropped.
#[derive(Clone, Debug)]
enum Event {
    Webhook,
    Start(usize),
    /// The loop that holds leases.
    Tick(Process),
    StepArrives(Process, Step, Timestamp),
    StepAnswered(Process, Step, Timestamp, Option<StepAnswer>),
    /// A worker looks for something to do.
    Look(Process),
    AdmitArrives(Process, Call),
    Admitted(Process, Call, Option<Admission>),
    /// After the check, if that is a step of its own.
    Send(Process, Call),
    CallArrives(Process, Call),
    CallAnswered(Process, Call, bool),
    SettleArrives(Process, Call),
    Settled(Process, Call),
}

impl Event {
    /// The process that must run for it to happen: what is under way to the store or the vendor happens anyway.
    fn runs_in(&self) -> Option<Process> {
        match self {
            Self::Tick(to)
            | Self::StepAnswered(to, ..)
            | Self::Look(to)
            | Self::Admitted(to, ..)
            | Self::Send(to, _)
            | Self::CallAnswered(to, ..)
            | Self::Settled(to, _) => Some(*to),
            _ => None,
        }
    }
}

#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
struct Process {
    machine: usize,
    start: u64,
}

/// A machine, and the process on it.
struct Machine {
    node: Option<Node>,
    start: u64,
    stopped_until: u64,
    /// Its clock: an offset, and how much faster it runs, in parts of ten thousand.
    offset: u64,
    faster: i64,
    in_hand: BTreeSet<BatchId>,
}

/// A call that the store recorded.
struct Record {
    node: NodeId,
    slot: Slot,
    epoch: Epoch,
    at: u64,
    /// Until when, in true time, it may be sent.
    open_until: u64,
    is_over: bool,
}

pub(crate) struct World {
    settings: Settings,
    random: Random,
    now: u64,
    clock: Arc<AtomicU64>,
    store: MemoryStore,
    limit: usize,
    machines: Vec<Machine>,
    queue: BinaryHeap<Reverse<(u64, u64)>>,
    events: BTreeMap<u64, Event>,
    sequence: u64,
    groups: Vec<GroupId>,
    accounts: Vec<UserId>,
    /// Events that were accepted, each named by its time.
    accepted: BTreeSet<u64>,
    served: BTreeSet<u64>,
    records: Vec<Record>,
    /// Of each slot the last epoch that recorded a call, and how many calls of earlier ones were open then.
    epochs: BTreeMap<Slot, (Epoch, u64)>,
    arrivals: Vec<u64>,
    figures: Figures,
}

impl World {
    pub(crate) fn new(settings: Settings, seed: u64) -> Self {
        let mut random = Random::new(seed);
        let clock = Arc::new(AtomicU64::new(0));
        let limit = [3, 8, 200][random.within(0, 2) as usize];
        let limits = Limits { calls_per_window_max: limit, ..Limits::DOCUMENTED };
        let read = Arc::clone(&clock);
        let store = MemoryStore::new(limits, Arc::new(move || Timestamp::from_millis(read.load(Ordering::Relaxed))));
        let nodes = random.within(1, 5) as usize;
        let machine = |random: &mut Random| Machine {
            node: None,
            start: 0,
            stopped_until: 0,
            offset: random.within(0, 1_000_000),
            faster: random.within(0, 100) as i64 - 50,
            in_hand: BTreeSet::new(),
        };
        let machines = (0..nodes).map(|_| machine(&mut random)).collect();
        let group = |number: u64| GroupId::parse(&format!("@TGS#{number}")).unwrap();
        let account = |number: u64| UserId::parse(&format!("user{number}")).unwrap();
        let mut world = Self {
            settings,
            now: 0,
            clock,
            store,
            limit,
            machines,
            queue: BinaryHeap::new(),
            events: BTreeMap::new(),
            sequence: 0,
            groups: (0..[1, 5, 40][random.within(0, 2) as usize]).map(group).collect(),
            accounts: (0..5).map(account).collect(),
            accepted: BTreeSet::new(),
            served: BTreeSet::new(),
            records: Vec::new(),
            epochs: BTreeMap::new(),
            arrivals: Vec::new(),
            figures: Figures::default(),
            random,
        };
        world.want_all();
        for machine in 0..nodes {
            let after = world.random.within(0, 3_000);
            world.after(after, Event::Start(machine));
        }
        world.after(1, Event::Webhook);
        world
    }

    fn want_all(&mut self) {
        for group in self.groups.clone() {
            for account in self.accounts.clone() {
                let want = NewWant { group, account, marks: [Mark::CUSTOM_MIN].into(), robot: false };
                self.store.put_wants(&[want], false).unwrap()[0].unwrap();
            }
        }
    }

    fn after(&mut self, millis: u64, event: Event) {
        self.sequence += 1;
        self.queue.push(Reverse((self.now + millis, self.sequence)));
        self.events.insert(self.sequence, event);
    }

    /// How long a request or an answer is under way; now and then it is slow.
    fn delay(&mut self) -> u64 {
        if self.random.happens(20) { self.random.within(50, 1_500) } else { self.random.within(1, 8) }
    }

    fn is_calm(&self) -> bool {
        self.now >= FAULTS_UNTIL
    }

    /// Whether a request or an answer is lost.
    fn loses(&mut self) -> bool {
        let loses = self.random.happens(15);
        loses && !self.is_calm()
    }

    /// Runs to the end, and checks what must hold.
    pub(crate) fn run(mut self) -> Result<Figures, String> {
        while let Some(Reverse((at, sequence))) = self.queue.pop() {
            if at > END {
                break;
            }
            self.now = at;
            self.clock.store(at, Ordering::Relaxed);
            let Some(event) = self.events.remove(&sequence) else { continue };
            self.happen(event).map_err(|problem| format!("at {at} ms: {problem}"))?;
        }
        let lost: Vec<_> = self.accepted.difference(&self.served).collect();
        if !lost.is_empty() {
            return Err(format!("accepted and never served: {lost:?}"));
        }
        let left = self.store.status().unwrap().batches;
        if left > 0 {
            return Err(format!("{left} batches are not done with"));
        }
        self.check_rate()?;
        Ok(self.figures)
    }

    /// No more calls than the limit are recorded in any 1,000 ms; nor do more arrive, if nothing comes between check and write.
    fn check_rate(&mut self) -> Result<(), String> {
        let over = |times: &[u64]| times.windows(self.limit + 1).filter(|few| few[self.limit] - few[0] < 1_000).count();
        let recorded: Vec<_> = self.records.iter().map(|record| record.at).collect();
        if over(&recorded) > 0 {
            return Err(format!("more than {} calls were recorded in 1,000 ms", self.limit));
        }
        self.figures.over = over(&self.arrivals) as u64;
        if self.settings.one_step && self.figures.over > 0 {
            return Err(format!("more than {} calls arrived in 1,000 ms", self.limit));
        }
        Ok(())
    }

    /// The process of an event, if it runs: not where it crashed, and later if it is stopped. Faults come before any step.
    fn running(&mut self, event: &Event) -> Result<(), Option<u64>> {
        let Some(process) = event.runs_in() else { return Ok(()) };
        let (calm, now) = (self.is_calm(), self.now);
        let machine = &mut self.machines[process.machine];
        if machine.node.is_none() || machine.start != process.start {
            return Err(None);
        }
        if machine.stopped_until > now {
            return Err(Some(machine.stopped_until - now));
        }
        if calm {
            return Ok(());
        }
        if self.random.happens(2) {
            self.figures.crashes += 1;
            self.machines[process.machine].node = None;
            let after = self.random.within(10, 5_000);
            self.after(after, Event::Start(process.machine));
            return Err(None);
        }
        // Between check and write most of all.
        if self.random.happens(if matches!(event, Event::Send(..)) { 50 } else { 4 }) {
            self.figures.pauses += 1;
            let pause =
                if self.random.happens(500) { self.random.within(20, 400) } else { self.random.within(400, 8_000) };
            self.machines[process.machine].stopped_until = now + pause;
            return Err(Some(pause));
        }
        Ok(())
    }

    /// The time of a machine.
    fn local(&self, process: Process) -> Timestamp {
        let machine = &self.machines[process.machine];
        let drift = i64::try_from(self.now).unwrap() * machine.faster / 10_000;
        Timestamp::from_millis((machine.offset + self.now).saturating_add_signed(drift))
    }

    fn node(&mut self, process: Process) -> &mut Node {
        self.machines[process.machine].node.as_mut().unwrap()
    }

    fn happen(&mut self, event: Event) -> Result<(), String> {
        match self.running(&event) {
            Ok(()) => {}
            Err(None) => return Ok(()),
            Err(Some(later)) => {
                self.after(later, event);
                return Ok(());
            }
        }
        match event {
            Event::Webhook => self.webhook(),
            Event::Start(machine) => self.start(machine),
            Event::Tick(to) => self.tick(to),
            Event::StepArrives(to, step, started) => {
                let answer = step.run(&mut self.store).unwrap();
                let answer = if self.loses() { None } else { Some(answer) };
                // Whoever asks gives up after a while.
                let after = if answer.is_some() { self.delay() } else { 1_000 };
                self.after(after, Event::StepAnswered(to, step, started, answer));
            }
            Event::StepAnswered(to, step, started, answer) => {
                let now = self.local(to);
                self.node(to).answered(&step, started, answer.as_ref(), now);
                self.after(0, Event::Tick(to));
            }
            Event::Look(to) => self.look(to),
            Event::AdmitArrives(to, call) => return self.admit(to, call),
            Event::Admitted(to, call, admission) => return self.admitted(to, call, admission),
            Event::Send(to, call) => return self.send(to, call),
            Event::CallArrives(to, call) => self.call(to, call),
            Event::CallAnswered(to, call, served) => {
                if served {
                    let after = self.delay();
                    self.after(after, Event::SettleArrives(to, call));
                } else {
                    self.give_up(to, &call);
                }
            }
            Event::SettleArrives(to, call) => {
                let settlement = Settlement { batches: vec![call.batch.id], ..Settlement::default() };
                self.store.settle(call.attempt.node, call.attempt.lease, &settlement).unwrap();
                let after = self.delay();
                self.after(after, Event::Settled(to, call));
            }
            // What was not settled is still there, and is checked anew.
            Event::Settled(to, call) => self.give_up(to, &call),
        }
        Ok(())
    }

    fn webhook(&mut self) {
        let count = self.random.within(1, 8);
        let mut events = Vec::new();
        for _ in 0..count {
            self.sequence += 1;
            let group = self.groups[self.random.within(0, self.groups.len() as u64 - 1) as usize];
            let account = self.accounts[self.random.within(0, self.accounts.len() as u64 - 1) as usize];
            events.push(PresenceEvent {
                group,
                change: Kind::Online(account),
                at: Some(Timestamp::from_millis(self.sequence)),
            });
        }
        // The store is not reached, or its answer is lost: then the webhook is not answered 200.
        if !self.loses() {
            assert_eq!(self.store.accept(&events).unwrap(), events.len());
            if !self.loses() {
                self.accepted.extend(events.iter().filter_map(|event| event.at).map(Timestamp::as_millis));
                self.figures.accepted += count;
            }
        }
        if !self.is_calm() {
            let after = self.random.within(50, 900);
            self.after(after, Event::Webhook);
        }
    }

    fn start(&mut self, number: usize) {
        let seed = self.random.next();
        let machine = &mut self.machines[number];
        machine.start += 1;
        machine.stopped_until = 0;
        machine.in_hand.clear();
        let process = Process { machine: number, start: machine.start };
        let now = self.local(process);
        self.machines[number].node = Some(Node::new(seed, now));
        self.after(0, Event::Tick(process));
        for _ in 0..WORKERS {
            let after = self.random.within(0, 500);
            self.after(after, Event::Look(process));
        }
    }

    fn tick(&mut self, to: Process) {
        let now = self.local(to);
        match self.node(to).poll(now) {
            Step::Wait(until) => {
                let after = until.saturating_duration_since(now).as_millis() as u64;
                self.after(after.max(1), Event::Tick(to));
            }
            step if self.loses() => self.after(1_000, Event::StepAnswered(to, step, now, None)),
            step => {
                let after = self.delay();
                self.after(after, Event::StepArrives(to, step, now));
            }
        }
    }

    /// Takes one batch that nobody of this process has in hand.
    fn look(&mut self, to: Process) {
        let now = self.local(to);
        self.node(to).poll(now);
        let slots: Vec<_> = self.node(to).leases().map(|lease| lease.slot).collect();
        let in_hand: Vec<_> = self.machines[to.machine].in_hand.iter().copied().collect();
        let batch = self.store.inbox(&slots, &in_hand, 1).unwrap().pop();
        let call = batch.and_then(|batch| {
            let attempt = self.node(to).begin(batch.slot, now)?;
            Some(Call { attempt, batch, number: None })
        });
        match call {
            Some(call) => {
                self.machines[to.machine].in_hand.insert(call.batch.id);
                let after = self.delay();
                self.after(after, Event::AdmitArrives(to, call));
            }
            None => {
                let after = self.random.within(100, 500);
                self.after(after, Event::Look(to));
            }
        }
    }

    fn give_up(&mut self, to: Process, call: &Call) {
        self.machines[to.machine].in_hand.remove(&call.batch.id);
        let after = self.random.within(1, 60);
        self.after(after, Event::Look(to));
    }

    fn admit(&mut self, to: Process, mut call: Call) -> Result<(), String> {
        let mut admission = call.attempt.run(&mut self.store, Endpoint::ModifyUserInfo, 1).unwrap();
        if !self.settings.fenced && admission == Admission::LeaseLost {
            admission = Admission::Granted(1);
        }
        if let Admission::Granted(1) = admission {
            call.number = Some(self.record(to, &call)?);
        }
        let answer = if self.loses() { None } else { Some(admission) };
        let after = if answer.is_some() { self.delay() } else { 1_000 };
        self.after(after, Event::Admitted(to, call, answer));
        Ok(())
    }

    /// Takes in that the store recorded a call, and checks that it may.
    fn record(&mut self, to: Process, call: &Call) -> Result<usize, String> {
        let Attempt { node, lease, started } = call.attempt;
        let (last, _) = self.epochs.get(&lease.slot).copied().unwrap_or_default();
        if lease.epoch < last {
            return Err(format!("{:?} was recorded under {:?} after {last:?}", lease.slot, lease.epoch));
        }
        // By the clock of its machine, which may be slow.
        let began_ago = self.local(to).saturating_duration_since(started).as_millis() as u64;
        let left = (SEND_WITHIN.as_millis() as u64).saturating_sub(began_ago);
        let earlier = self.records.iter().filter(|it| it.slot == lease.slot && it.epoch < lease.epoch && !it.is_over);
        if let Some(open) = earlier.clone().find(|record| record.node != node && record.open_until > self.now) {
            return Err(format!("{:?} of another node may be sent until {} ms", open.slot, open.open_until));
        }
        if lease.epoch > last {
            let open = earlier.count() as u64;
            self.figures.hand_overs += u64::from(last != Epoch(0));
            self.epochs.insert(lease.slot, (lease.epoch, open));
        }
        self.figures.calls += 1;
        let open_until = self.now + left;
        self.records.push(Record {
            node,
            slot: lease.slot,
            epoch: lease.epoch,
            at: self.now,
            open_until,
            is_over: false,
        });
        Ok(self.records.len() - 1)
    }

    fn admitted(&mut self, to: Process, call: Call, admission: Option<Admission>) -> Result<(), String> {
        let now = self.local(to);
        if admission == Some(Admission::LeaseLost) {
            self.node(to).lost(&call.attempt);
        }
        let is_recorded = admission == Some(Admission::Granted(1));
        if !is_recorded || !self.node(to).may_send(&call.attempt, now) {
            self.figures.lapsed += u64::from(call.number.is_some());
            self.over(&call);
            self.give_up(to, &call);
            return Ok(());
        }
        if self.settings.one_step {
            return self.send(to, call);
        }
        self.after(0, Event::Send(to, call));
        Ok(())
    }

    /// It is sent, or never will be.
    fn over(&mut self, call: &Call) {
        if let Some(number) = call.number {
            self.records[number].is_over = true;
        }
    }

    fn send(&mut self, to: Process, call: Call) -> Result<(), String> {
        self.over(&call);
        let lease = call.attempt.lease;
        if let Some((last, open)) = self.epochs.get_mut(&lease.slot)
            && lease.epoch < *last
        {
            self.figures.late += 1;
            if self.settings.one_step {
                return Err(format!("{:?} was sent under {:?} after {last:?}", lease.slot, lease.epoch));
            }
            *open = open.checked_sub(1).ok_or("more calls are late than were in flight")?;
        }
        // Latencies differ by less than the margin.
        let after = self.random.within(1, 15);
        self.after(after, Event::CallArrives(to, call));
        Ok(())
    }

    fn call(&mut self, to: Process, call: Call) {
        self.arrivals.push(self.now);
        let served = !self.random.happens(30) || self.is_calm();
        if served {
            self.served.extend(call.batch.events.iter().filter_map(|event| event.at).map(Timestamp::as_millis));
        }
        // An answer that is lost is a call that failed.
        let known = served && !self.loses();
        let after = self.delay();
        self.after(after, Event::CallAnswered(to, call, known));
    }
}
