//! Plans 100,000 accounts, carries the calls out at the documented pace in virtual time, and prints what it took.
//!
//! ```console
//! $ cargo run --release -p avmarks-client --example hundred_thousand
//! ```
//!
//! The service is a function: it serves each account but every fiftieth, and answers after 50 ms of virtual time. At most 32 attempts
//! are in flight. The memory is the most that the process held (`VmHWM`), where the system tells.

use std::collections::VecDeque;
use std::error::Error;
use std::sync::Arc;
use std::time::{Duration, Instant};

use avmarks_client::{
    Job, JobSettings, Pace, PaceSettings, Plan, PlanSettings, Response, SignatureSettings, Signer, State, Step,
};
use avmarks_protocol::SdkAppId;
use avmarks_protocol::modify_user_info::{Answer, Request, Served};
use avmarks_protocol::secret::SecretKey;
use avmarks_spec::{Timestamp, UserId};

const ACCOUNTS: usize = 100_000;
const LATENCY: Duration = Duration::from_millis(50);
const START: Timestamp = Timestamp::from_millis(1_795_412_030_000);

fn main() -> Result<(), Box<dyn Error>> {
    for per_call in [500, 1] {
        run(per_call)?;
    }
    Ok(())
}

fn run(per_call: usize) -> Result<(), Box<dyn Error>> {
    let before = peak_kib();
    let began = Instant::now();
    let settings = PlanSettings { accounts_per_call_max: per_call, ..PlanSettings::default() };
    let wanted = (0..ACCOUNTS).map(|number| (format!("student{number}"), [1_000, 1_001]));
    let plan = Plan::set_marks("@TGS#a6I4ZUUGO", wanted, &settings)?;
    let (planned_in, planned_kib) = (began.elapsed(), peak_kib());

    let key = SecretKey::new("5bd2850fff3ecb11d7c805251c51ee463a25727bddc2385f3fa8bfee1bb93b5e")?;
    let signer =
        Signer::with_key(SdkAppId::EXAMPLE, UserId::parse("administrator")?, key, SignatureSettings::default())?;
    let settings = JobSettings { in_flight_max: 32, ..JobSettings::default() };
    let mut job = Job::new(vec![plan], Arc::new(signer), settings, 7)?;

    let mut pace = Pace::new(PaceSettings::default());
    let (mut now, mut sent, mut in_service) = (START, 0u32, Duration::ZERO);
    let mut coming: VecDeque<(Timestamp, u64, Vec<u8>)> = VecDeque::new();
    let began = Instant::now();
    loop {
        if coming.front().is_some_and(|(arrives, ..)| *arrives <= now)
            && let Some((_, id, answer)) = coming.pop_front()
        {
            job.on_response(id, now, &Response::new(200, &answer))?;
            continue;
        }
        match job.poll(now, &mut pace) {
            Step::Send(transmit) => {
                sent += 1;
                let asked = Instant::now();
                coming.push_back((now.saturating_add(LATENCY), transmit.id, serve(&transmit.body)?));
                in_service += asked.elapsed();
            }
            Step::WaitUntil(then) => match coming.front() {
                Some((arrives, ..)) if *arrives <= then => now = now.max(*arrives),
                _ => now = then,
            },
            Step::Done => break,
        }
    }
    let driven_in = began.elapsed().saturating_sub(in_service);
    let began = Instant::now();
    let report = job.report();
    let reported_in = began.elapsed();
    let progress = job.progress().to_json().len();

    println!("{ACCOUNTS} accounts, at most {per_call} in a call");
    println!("  planned    in {planned_in:.1?}, peak memory {planned_kib} KiB (before: {before} KiB)");
    println!(
        "  carried out: {sent} calls in {:.3} s of virtual time",
        now.saturating_duration_since(START).as_secs_f64()
    );
    println!(
        "  cost       {driven_in:.1?} of our own, {:.1?} a call, beside {in_service:.1?} of the service's",
        driven_in / sent
    );
    println!("  reported   in {reported_in:.1?}:");
    for state in State::ALL.iter().filter(|state| report.count(**state) > 0) {
        println!("             {} {}", report.count(*state), state.name());
    }
    println!("  progress   {progress} bytes");
    println!("  memory     peak {} KiB, with every answer kept\n", peak_kib());
    Ok(())
}

fn serve(body: &[u8]) -> Result<Vec<u8>, Box<dyn Error>> {
    let request = Request::parse(body)?;
    let online =
        request.member_list.iter().filter(|member| !member.account.ends_with("49") && !member.account.ends_with("99"));
    let served = online
        .map(|member| Served::new(&*member.account, member.marks.iter().filter_map(|mark| mark.to_i64()).collect()));
    Ok(Answer::served(1, served.collect()).to_json())
}

/// The most memory that the process has held so far, in KiB; 0 where the system does not tell.
fn peak_kib() -> u64 {
    let status = std::fs::read_to_string("/proc/self/status").unwrap_or_default();
    let line = status.lines().find_map(|line| line.strip_prefix("VmHWM:"));
    line.and_then(|line| line.trim().trim_end_matches(" kB").trim().parse().ok()).unwrap_or_default()
}
