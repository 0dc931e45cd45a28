//! Three processes on one PostgreSQL under load, while processes are killed and stopped, connections ended and the database restarted at
//! random: `.ci/keeper-kills` runs it. A socket of this process stands for the vendor; it notes when each call arrives.
//!
//! `kills COUNT` makes so many faults; `kills node URL ADDRESS SEED` is one of the processes.
#![expect(clippy::unwrap_used, clippy::expect_used, clippy::indexing_slicing, reason = "a trial may panic")]

use std::collections::{BTreeMap, BTreeSet};
use std::error::Error;
use std::io::{BufRead, BufReader, Write};
use std::net::{TcpListener, TcpStream};
use std::process::{Child, Command, Stdio};
use std::sync::atomic::{AtomicBool, AtomicU64, Ordering};
use std::sync::{Arc, Mutex};
use std::thread;
use std::time::{Duration, Instant, SystemTime};

use avmarks_keeper_store::{
    Admission, Batch, BatchId, Event, NewWant, Node, PostgresStore, PresenceChange, Settlement, Step, Store, TrustClock,
};
use avmarks_protocol::Endpoint;
use avmarks_spec::{GroupId, Limits, Mark, Timestamp, UserId};

const NODES: usize = 3;
const GROUPS: u64 = 64;
const ACCOUNTS: u64 = 16;
/// Accepting connections, and events of one commit.
const WRITERS: usize = 2;
const EVENTS: u64 = 16;
/// Calls of a process at once.
const WORKERS: usize = 4;
/// How long the vendor takes to answer.
const ANSWER: Duration = Duration::from_millis(10);

fn main() -> Result<(), Box<dyn Error>> {
    let arguments: Vec<_> = std::env::args().skip(1).collect();
    match arguments.iter().map(String::as_str).collect::<Vec<_>>()[..] {
        ["node", url, address, seed] => node(url, address, seed.parse()?),
        [count] => trial(count.parse()?),
        _ => Err("usage: kills COUNT".into()),
    }
}

fn wall() -> Timestamp {
    let since = SystemTime::now().duration_since(SystemTime::UNIX_EPOCH).unwrap_or_default();
    Timestamp::from_millis(since.as_millis().try_into().unwrap_or(u64::MAX))
}

fn micros() -> u64 {
    let since = SystemTime::now().duration_since(SystemTime::UNIX_EPOCH).unwrap_or_default();
    since.as_micros().try_into().unwrap_or(u64::MAX)
}

// A process.

/// What the threads of a process share.
struct Shared {
    node: Node,
    clock: TrustClock,
    started: Instant,
    in_hand: BTreeSet<BatchId>,
}

impl Shared {
    fn now(&mut self) -> Timestamp {
        self.clock.now(self.started.elapsed(), wall())
    }
}

fn node(url: &str, address: &str, seed: u64) -> Result<(), Box<dyn Error>> {
    let store = PostgresStore::connect(url, Limits::DOCUMENTED)?;
    let mut clock = TrustClock::new(wall());
    let started = Instant::now();
    let now = clock.now(started.elapsed(), wall());
    let shared = Arc::new(Mutex::new(Shared { node: Node::new(seed, now), clock, started, in_hand: BTreeSet::new() }));
    for _ in 0..WORKERS {
        let (shared, store, stream) = (Arc::clone(&shared), store.another()?, TcpStream::connect(address)?);
        stream.set_nodelay(true)?;
        thread::spawn(move || work(&shared, store, stream));
    }
    let mut store = store;
    loop {
        let (step, now) = {
            let mut shared = shared.lock().unwrap();
            let now = shared.now();
            (shared.node.poll(now), now)
        };
        if let Step::Wait(until) = step {
            thread::sleep(until.saturating_duration_since(now).min(Duration::from_millis(50)));
            continue;
        }
        let answer = step.run(&mut store);
        let mut shared = shared.lock().unwrap();
        let end = shared.now();
        shared.node.answered(&step, now, answer.ok().as_ref(), end);
    }
}

/// Takes the batches of one slot, makes one call for them, and settles them.
fn work(shared: &Mutex<Shared>, mut store: Box<dyn Store>, stream: TcpStream) {
    let mut answers = BufReader::new(stream.try_clone().unwrap());
    let mut stream = stream;
    loop {
        let batches = take(shared, &mut *store);
        let Some(slot) = batches.first().map(|batch| batch.slot) else {
            thread::sleep(Duration::from_millis(20));
            continue;
        };
        let ids: Vec<_> = batches.iter().map(|batch| batch.id).collect();
        let attempt = {
            let mut shared = shared.lock().unwrap();
            let now = shared.now();
            shared.node.begin(slot, now)
        };
        if let Some(attempt) = attempt {
            match attempt.run(&mut *store, Endpoint::ModifyUserInfo, 1) {
                Ok(Admission::Granted(1)) => {
                    let (may_send, checked_at) = {
                        let mut shared = shared.lock().unwrap();
                        let now = shared.now();
                        (shared.node.may_send(&attempt, now), micros())
                    };
                    let events = batches.iter().flat_map(|batch| &batch.events);
                    let names: Vec<_> =
                        events.map(|event| event.at.unwrap_or_default().as_millis().to_string()).collect();
                    let line = format!(
                        "{} {checked_at} {} {} {}\n",
                        std::process::id(),
                        slot.0,
                        attempt.lease.epoch.0,
                        names.join(",")
                    );
                    if may_send {
                        // The trial is over where the vendor is gone.
                        let mut answer = String::new();
                        if stream.write_all(line.as_bytes()).is_err() || answers.read_line(&mut answer).is_err() {
                            return;
                        }
                        let settlement = Settlement { batches: ids.clone(), ..Settlement::default() };
                        let _ = store.settle(attempt.node, attempt.lease, &settlement);
                    }
                }
                Ok(Admission::Granted(_)) => thread::sleep(Duration::from_millis(10)),
                Ok(Admission::LeaseLost) => shared.lock().unwrap().node.lost(&attempt),
                Err(_) => thread::sleep(Duration::from_millis(50)),
            }
        }
        let mut shared = shared.lock().unwrap();
        ids.iter().for_each(|id| {
            shared.in_hand.remove(id);
        });
    }
}

/// The batches of the slot that waits longest, which nobody of this process has in hand.
fn take(shared: &Mutex<Shared>, store: &mut dyn Store) -> Vec<Batch> {
    let (slots, in_hand): (Vec<_>, Vec<_>) = {
        let mut shared = shared.lock().unwrap();
        let now = shared.now();
        shared.node.poll(now);
        (shared.node.leases().map(|lease| lease.slot).collect(), shared.in_hand.iter().copied().collect())
    };
    if slots.is_empty() {
        return Vec::new();
    }
    let mut batches = store.inbox(&slots, &in_hand, 200).unwrap_or_default();
    let first = batches.first().map(|batch| batch.slot);
    let mut shared = shared.lock().unwrap();
    batches.retain(|batch| Some(batch.slot) == first && shared.in_hand.insert(batch.id));
    batches
}

// The trial.

/// A call that arrived.
struct Call {
    at: Instant,
    /// When its process checked that it may be sent, in microseconds of the time of day.
    checked_at: u64,
    process: u32,
    slot: u8,
    epoch: u64,
}

/// What arrived.
#[derive(Default)]
struct Vendor {
    calls: Vec<Call>,
    served: BTreeSet<u64>,
}

/// Listens on a port of this host, and gives its address.
fn listen(shared: Arc<Mutex<Vendor>>) -> Result<String, Box<dyn Error>> {
    let listener = TcpListener::bind("127.0.0.1:0")?;
    let address = listener.local_addr()?.to_string();
    thread::spawn(move || {
        for stream in listener.incoming().map_while(Result::ok) {
            let vendor = Arc::clone(&shared);
            thread::spawn(move || serve(&vendor, stream));
        }
    });
    Ok(address)
}

fn serve(vendor: &Mutex<Vendor>, mut stream: TcpStream) {
    let Ok(lines) = stream.try_clone().map(|stream| BufReader::new(stream).lines()) else { return };
    for line in lines.map_while(Result::ok) {
        let at = Instant::now();
        let words: Vec<_> = line.split(' ').collect();
        let [process, checked_at, slot, epoch, names] = words[..] else { return };
        let (Ok(process), Ok(checked_at)) = (process.parse(), checked_at.parse()) else { return };
        let (Ok(slot), Ok(epoch)) = (slot.parse(), epoch.parse()) else { return };
        {
            let mut vendor = vendor.lock().unwrap();
            vendor.calls.push(Call { at, checked_at, process, slot, epoch });
            vendor.served.extend(names.split(',').filter_map(|name| name.parse::<u64>().ok()));
        }
        thread::sleep(ANSWER);
        if stream.write_all(b"ok\n").is_err() {
            return;
        }
    }
}

/// SplitMix64.
struct Random(u64);

impl Random {
    fn within(&mut self, low: u64, high: u64) -> u64 {
        self.0 = self.0.wrapping_add(0x9e37_79b9_7f4a_7c15);
        let z = (self.0 ^ (self.0 >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
        let z = (z ^ (z >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
        low + (z ^ (z >> 31)) % (high - low + 1)
    }
}

fn group(number: u64) -> GroupId {
    GroupId::parse(&format!("@TGS#{number}")).expect("a group id")
}

fn account(number: u64) -> UserId {
    UserId::parse(&format!("user{number}")).expect("a user id")
}

/// Accepts events until the end; gives the names of those that were answered, and how often the store could not be used.
fn load(mut store: Box<dyn Store>, names: &AtomicU64, is_over: &AtomicBool) -> (Vec<u64>, u64) {
    let (mut accepted, mut refused) = (Vec::new(), 0);
    while !is_over.load(Ordering::Relaxed) {
        let first = names.fetch_add(EVENTS, Ordering::Relaxed);
        let event = |name| Event {
            group: group(name % GROUPS),
            change: PresenceChange::Online(account(name / GROUPS % ACCOUNTS)),
            at: Some(Timestamp::from_millis(name)),
        };
        let events: Vec<_> = (first..first + EVENTS).map(event).collect();
        match store.accept(&events) {
            Ok(_) => accepted.extend(first..first + EVENTS),
            Err(_) => refused += 1,
        }
        thread::sleep(Duration::from_millis(60));
    }
    (accepted, refused)
}

struct Processes {
    url: String,
    address: String,
    random: Random,
    children: Vec<Child>,
}

impl Processes {
    fn start(&mut self) -> Result<Child, Box<dyn Error>> {
        let seed = (self.random.within(0, u64::MAX - 1)).to_string();
        let program = std::env::current_exe()?;
        let mut command = Command::new(program);
        command.args(["node", &self.url, &self.address, &seed]).stdin(Stdio::null());
        Ok(command.spawn()?)
    }

    fn signal(child: &Child, name: &str) -> Result<(), Box<dyn Error>> {
        let status = Command::new("kill").args([name, &child.id().to_string()]).status()?;
        if status.success() { Ok(()) } else { Err(format!("kill {name}: {status}").into()) }
    }

    /// A process that ended by itself, as the database was not there when it started, is started again, as a supervisor does.
    fn supervise(&mut self) -> Result<(), Box<dyn Error>> {
        for at in 0..self.children.len() {
            if self.children[at].try_wait()?.is_some() {
                self.children[at] = self.start()?;
            }
        }
        Ok(())
    }
}

impl Drop for Processes {
    fn drop(&mut self) {
        for child in &mut self.children {
            let _ = child.kill();
            let _ = child.wait();
        }
    }
}

fn trial(count: u64) -> Result<(), Box<dyn Error>> {
    let url =
        std::env::var("AVMARKS_POSTGRES").map_err(|_| "AVMARKS_POSTGRES is not set: run it with .ci/keeper-kills")?;
    let restart = std::env::var("AVMARKS_POSTGRES_RESTART").ok();
    let seed = wall().as_millis();
    let mut random = Random(seed);
    let mut store = PostgresStore::connect(&url, Limits::DOCUMENTED)?;
    let want = |number: u64| NewWant {
        group: group(number % GROUPS),
        account: account(number / GROUPS),
        marks: [Mark::CUSTOM_MIN].into(),
        robot: false,
    };
    let wants: Vec<_> = (0..GROUPS * ACCOUNTS).map(want).collect();
    store.put_wants(&wants, false)?;
    let vendor = Arc::new(Mutex::new(Vendor::default()));
    let address = listen(Arc::clone(&vendor))?;
    let mut processes = Processes { url: url.clone(), address, random: Random(seed ^ 1), children: Vec::new() };
    for _ in 0..NODES {
        let child = processes.start()?;
        processes.children.push(child);
    }
    let names = Arc::new(AtomicU64::new(0));
    let is_over = Arc::new(AtomicBool::new(false));
    let mut writers = Vec::new();
    for _ in 0..WRITERS {
        let (store, names, is_over) = (store.another()?, Arc::clone(&names), Arc::clone(&is_over));
        writers.push(thread::spawn(move || load(store, &names, &is_over)));
    }
    thread::sleep(Duration::from_secs(3));
    let began = Instant::now();

    let (mut kills, mut stops, mut terminated, mut restarts) = (0_u64, 0_u64, 0_u64, 0_u64);
    // When each fault began that takes slots away, whose they were, and whether no other fault was near.
    let mut hand_overs: Vec<(Instant, u32, bool)> = Vec::new();
    let mut is_quiet = true;
    for fault in 1..=count {
        processes.supervise()?;
        let victim = usize::try_from(random.within(0, NODES as u64 - 1))?;
        let (at, process) = (Instant::now(), processes.children[victim].id());
        let was_quiet = is_quiet;
        is_quiet = random.within(0, 2) > 0;
        match random.within(0, 9) {
            0..=4 => {
                kills += 1;
                processes.children[victim].kill()?;
                processes.children[victim].wait()?;
                thread::sleep(Duration::from_millis(random.within(0, 1_000)));
                processes.children[victim] = processes.start()?;
                hand_overs.push((at, process, was_quiet && is_quiet));
            }
            5..=7 => {
                stops += 1;
                let millis =
                    if random.within(0, 1) == 0 { random.within(50, 2_000) } else { random.within(4_500, 7_000) };
                Processes::signal(&processes.children[victim], "-STOP")?;
                thread::sleep(Duration::from_millis(millis));
                Processes::signal(&processes.children[victim], "-CONT")?;
                if millis >= 4_500 {
                    hand_overs.push((at, process, was_quiet && is_quiet));
                }
            }
            _ => {
                let sql = "SELECT count(pg_terminate_backend(pid)) FROM pg_stat_activity
                    WHERE pid <> pg_backend_pid() AND application_name = 'avmarks' AND random() < 0.5";
                let ended: i64 = postgres::Client::connect(&url, postgres::NoTls)?.query_one(sql, &[])?.get(0);
                terminated += u64::try_from(ended)?;
            }
        }
        if let Some(restart) = restart.as_ref().filter(|_| fault % 10 == 0 && !is_quiet) {
            restarts += 1;
            let status = Command::new("sh").args(["-c", restart]).status()?;
            if !status.success() {
                return Err(format!("the database did not restart: {status}").into());
            }
        }
        let pause = if is_quiet { 5_000 } else { random.within(200, 3_000) };
        thread::sleep(Duration::from_millis(pause));
    }
    // The last hand-over has its time too.
    thread::sleep(Duration::from_secs(5));
    let lasted = began.elapsed();
    is_over.store(true, Ordering::Relaxed);
    let (mut accepted, mut refused) = (Vec::new(), 0);
    for writer in writers {
        let (names, failures) = writer.join().map_err(|_| "a writer failed")?;
        accepted.extend(names);
        refused += failures;
    }
    let left = wait_for_the_rest(&mut store, &mut processes)?;
    drop(processes);

    let vendor = vendor.lock().unwrap();
    let lost = accepted.iter().filter(|name| !vendor.served.contains(name)).count();
    let passed = |only_quiet: bool| {
        let some = hand_overs.iter().filter(|(.., is_quiet)| *is_quiet || !only_quiet);
        some.flat_map(|(at, process, _)| passed(&vendor.calls, *at, *process)).collect::<Vec<_>>()
    };
    let seconds = lasted.as_secs_f64();
    println!(
        "{count} faults in {seconds:.0} s: {kills} kills -9, {stops} SIGSTOPs, {terminated} connections ended, {restarts} crashes of the database"
    );
    println!(
        "{} webhooks accepted, {refused} commits refused or not answered, {lost} webhooks lost, {left} batches left",
        accepted.len()
    );
    let calls = &vendor.calls;
    let checked = over(calls.iter().map(|call| call.checked_at));
    let first = calls.iter().map(|call| call.at).min().unwrap_or(began);
    let last = calls.iter().map(|call| call.at).max().unwrap_or(first);
    let arrived = over(calls.iter().map(|call| u64::try_from((call.at - first).as_micros()).unwrap_or(u64::MAX)));
    println!(
        "{} calls, {:.0} a second; over 200 in 1,000 ms: {checked} when checked, {arrived} when they arrived; {} of an older epoch after a newer",
        calls.len(),
        calls.len() as f64 / (last - first).as_secs_f64().max(1.0),
        late(calls)
    );
    print_spread("no other fault within 5 s", passed(true));
    print_spread("all", passed(false));
    if lost > 0 || left > 0 || checked > 0 { Err(format!("seed {seed} failed").into()) } else { Ok(()) }
}

/// How many batches are left once nothing changes any more, or all are done with.
fn wait_for_the_rest(store: &mut PostgresStore, processes: &mut Processes) -> Result<usize, Box<dyn Error>> {
    let end = Instant::now() + Duration::from_secs(60);
    loop {
        processes.supervise()?;
        let left = store.status().map(|status| status.batches);
        match left {
            Ok(0) => return Ok(0),
            Ok(left) if Instant::now() > end => return Ok(left),
            Err(error) if Instant::now() > end => return Err(error.into()),
            _ => thread::sleep(Duration::from_millis(200)),
        }
    }
}

/// Of each slot that a process called last before it was gone, how long until another process called.
fn passed(calls: &[Call], at: Instant, process: u32) -> Vec<Duration> {
    let mut last: BTreeMap<u8, u32> = BTreeMap::new();
    for call in calls.iter().filter(|call| call.at < at) {
        last.insert(call.slot, call.process);
    }
    let slots = last.into_iter().filter(|(_, it)| *it == process).map(|(slot, _)| slot);
    let first = |slot| calls.iter().find(|call| call.at >= at && call.slot == slot && call.process != process);
    slots.filter_map(|slot| first(slot).map(|call| call.at - at)).collect()
}

/// Calls more than 200 in 1,000 ms, by these moments in microseconds.
fn over(moments: impl Iterator<Item = u64>) -> usize {
    let mut moments: Vec<_> = moments.collect();
    moments.sort_unstable();
    moments.windows(201).filter(|few| few[200] - few[0] < 1_000_000).count()
}

fn late(calls: &[Call]) -> usize {
    let mut epochs: BTreeMap<u8, u64> = BTreeMap::new();
    let mut late = 0;
    for call in calls {
        let epoch = epochs.entry(call.slot).or_default();
        late += usize::from(call.epoch < *epoch);
        *epoch = call.epoch.max(*epoch);
    }
    late
}

fn print_spread(which: &str, mut times: Vec<Duration>) {
    times.sort_unstable();
    let Some(last) = times.last() else { return println!("{which}: no hand-over") };
    let part = |percent: usize| times[(times.len() - 1) * percent / 100].as_secs_f64();
    println!(
        "{which}: {} slots passed on; from the fault to another process's first call of the slot: median {:.2} s, 95 % {:.2} s, longest {:.2} s",
        times.len(),
        part(50),
        part(95),
        last.as_secs_f64()
    );
}
