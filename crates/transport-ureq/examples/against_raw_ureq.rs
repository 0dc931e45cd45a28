//! Sends the same bodies by ureq alone and by this crate to the same server, in turn, and prints both rates.
//!
//! ```console
//! $ cargo run --release -p avmarks-transport-ureq --example against_raw_ureq
//! ```
//!
//! The server is a thread of this process that looks up the answer to each body, and says it at once or after 2 ms. All have
//! the same time-outs, one connection, and one request at a time; the pace is lifted. *ureq alone* sends bodies that were
//! made before and throws the answers away; *answers read* parses them as well. `Client::call` sends the same bodies,
//! makes a URL for each, looks for the signature in the answer and reads its code; `Client::run` makes the bodies, too,
//! reads the whole answer, and finds out what became of each account.

use std::collections::HashMap;
use std::error::Error;
use std::io::{self, BufRead, BufReader, Read, Write};
use std::net::{TcpListener, TcpStream};
use std::sync::Arc;
use std::sync::atomic::AtomicBool;
use std::time::{Duration, Instant};

use avmarks_client::{
    CallRequest, Change, JobSettings, PaceSettings, Plan, PlanSettings, SignatureSettings, Signer, State,
};
use avmarks_protocol::modify_user_info::{self, Answer, Request, Served};
use avmarks_protocol::region::BaseUrl;
use avmarks_protocol::secret::SecretKey;
use avmarks_protocol::url::{CallUrl, Query, SdkAppId};
use avmarks_spec::UserId;
use avmarks_transport_ureq::{Client, Timeouts};

const ROUNDS: usize = 101;
const CALLS: usize = 40;

fn main() -> Result<(), Box<dyn Error>> {
    println!(
        "{ROUNDS} rounds of {CALLS} calls each way, in turn; median of the rounds, and of the ratios of each pair"
    );
    for latency in [0, 2] {
        for accounts in [1, 50, 500] {
            compare(accounts, Duration::from_millis(latency))?;
        }
    }
    Ok(())
}

fn compare(accounts: usize, latency: Duration) -> Result<(), Box<dyn Error>> {
    let settings = PlanSettings { accounts_per_call_max: accounts, ..PlanSettings::default() };
    let wanted = (0..accounts * CALLS).map(|number| (format!("student{number}"), [1_000, 1_001]));
    let plan = Plan::new(Change::Set, "@TGS#a6I4ZUUGO", wanted, &settings)?;
    let bodies: Vec<Vec<u8>> = plan.calls().map(|call| call.body()).collect();
    let mut answers = HashMap::new();
    for body in &bodies {
        answers.insert(body.clone(), answer(body)?);
    }
    let base = BaseUrl::parse(&format!("http://127.0.0.1:{}", serve(answers, latency)?))?;

    let key = SecretKey::new("5bd2850fff3ecb11d7c805251c51ee463a25727bddc2385f3fa8bfee1bb93b5e")?;
    let admin = UserId::parse("administrator")?;
    let signer = Arc::new(Signer::with_key(SdkAppId::EXAMPLE, admin, key, SignatureSettings::default())?);
    let pace = PaceSettings { calls_max: 1_000_000, window: Duration::from_millis(1) };
    let settings = JobSettings { pace, ..JobSettings::default() };
    let client = Client::builder(base.clone(), Arc::clone(&signer)).settings(settings).without_proxy().build()?;

    let query = Query {
        sdkappid: signer.app(),
        identifier: signer.identifier().to_string(),
        usersig: signer.sign(client.now()).usersig,
        random: Some(u32::MAX),
    };
    let url = CallUrl::new(&base, modify_user_info::PATH, &query);
    let timeouts = Timeouts::default();
    let raw = ureq::Agent::config_builder()
        .http_status_as_error(false)
        .max_redirects(0)
        .proxy(None)
        .timeout_global(Some(settings.retry.try_timeout))
        .timeout_resolve(Some(timeouts.resolve))
        .timeout_connect(Some(timeouts.connect))
        .timeout_send_request(Some(timeouts.send))
        .timeout_send_body(Some(timeouts.send))
        .timeout_recv_response(Some(timeouts.response))
        .timeout_recv_body(Some(timeouts.body))
        .build()
        .new_agent();

    let by_ureq = || -> Result<(), Box<dyn Error>> {
        for body in &bodies {
            let mut response = raw.post(url.as_str()).content_type("application/json").send(body)?;
            response.body_mut().read_to_vec()?;
        }
        Ok(())
    };
    let by_ureq_read = || -> Result<(), Box<dyn Error>> {
        for body in &bodies {
            let mut response = raw.post(url.as_str()).content_type("application/json").send(body)?;
            Answer::parse(&response.body_mut().read_to_vec()?)?;
        }
        Ok(())
    };
    let by_job = || -> Result<(), Box<dyn Error>> {
        let job = client.job(vec![plan.clone()], settings)?;
        let job = client.run(job, &AtomicBool::new(false), |_| ());
        let applied = job.report().counts().of(State::Applied);
        if applied == plan.len() { Ok(()) } else { Err(format!("{applied} applied").into()) }
    };
    let by_call = || -> Result<(), Box<dyn Error>> {
        for body in &bodies {
            let path = modify_user_info::PATH.to_owned();
            client.call(CallRequest { path, body: body.clone(), repeatable: true })?;
        }
        Ok(())
    };
    let (mut ureq, mut read, mut job, mut call) = (Vec::new(), Vec::new(), Vec::new(), Vec::new());
    // The first round, which connects, does not count.
    for round in [&by_ureq as &dyn Fn() -> _, &by_ureq_read, &by_job, &by_call] {
        rate(round)?;
    }
    for _ in 0..ROUNDS {
        ureq.push(rate(&by_ureq)?);
        read.push(rate(&by_ureq_read)?);
        job.push(rate(&by_job)?);
        call.push(rate(&by_call)?);
    }
    let bytes = bodies.first().map_or(0, Vec::len);
    let latency = latency.as_millis();
    println!("\n{accounts} accounts in a call, bodies of {bytes} bytes, answers after {latency} ms");
    println!("  {:<18} {:>7.0} calls/s", "ureq alone", median(&mut ureq.clone()));
    for (name, rates) in [("ureq, answers read", read), ("Client::run", job), ("Client::call", call)] {
        let mut ratios: Vec<f64> = rates.iter().zip(&ureq).map(|(ours, theirs)| ours / theirs).collect();
        let ratio = median(&mut ratios);
        let spread = (ratios.get(ROUNDS / 10), ratios.get(ROUNDS - 1 - ROUNDS / 10));
        let (low, high) = (spread.0.copied().unwrap_or(ratio), spread.1.copied().unwrap_or(ratio));
        println!(
            "  {name:<18} {:>7.0} calls/s, {ratio:.3} of ureq alone (80 % of the rounds: {low:.3} to {high:.3})",
            median(&mut rates.clone())
        );
    }
    Ok(())
}

/// Calls per second of one round.
fn rate(round: &dyn Fn() -> Result<(), Box<dyn Error>>) -> Result<f64, Box<dyn Error>> {
    let began = Instant::now();
    round()?;
    Ok(CALLS as f64 / began.elapsed().as_secs_f64())
}

/// The median; the numbers are sorted afterwards.
fn median(numbers: &mut [f64]) -> f64 {
    numbers.sort_by(f64::total_cmp);
    numbers.get(numbers.len() / 2).copied().unwrap_or_default()
}

/// The answer of a service that serves everybody.
fn answer(body: &[u8]) -> Result<Vec<u8>, Box<dyn Error>> {
    let request = Request::parse(body)?;
    let served = request.member_list.iter().map(|member| {
        let marks = member.marks.iter().filter_map(|mark| mark.to_i64());
        Served::new(&*member.account, marks.collect())
    });
    let body = Answer::served(1, served.collect()).to_json();
    let head = format!("HTTP/1.1 200 OK\r\nContent-Type: application/json\r\nContent-Length: {}\r\n\r\n", body.len());
    Ok([head.into_bytes(), body].concat())
}

/// Serves these answers to these bodies, and gives its port.
fn serve(answers: HashMap<Vec<u8>, Vec<u8>>, latency: Duration) -> io::Result<u16> {
    let listener = TcpListener::bind("127.0.0.1:0")?;
    let port = listener.local_addr()?.port();
    let answers = Arc::new(answers);
    std::thread::spawn(move || {
        for stream in listener.incoming() {
            let answers = Arc::clone(&answers);
            std::thread::spawn(move || stream.and_then(|stream| serve_one(stream, &answers, latency)));
        }
    });
    Ok(port)
}

fn serve_one(stream: TcpStream, answers: &HashMap<Vec<u8>, Vec<u8>>, latency: Duration) -> io::Result<()> {
    stream.set_nodelay(true)?;
    let mut stream = BufReader::new(stream);
    let (mut line, mut length) = (String::new(), 0);
    loop {
        line.clear();
        if stream.read_line(&mut line)? == 0 {
            return Ok(());
        }
        if let Some(value) = line.to_ascii_lowercase().strip_prefix("content-length:") {
            length = value.trim().parse().map_err(io::Error::other)?;
        }
        if line == "\r\n" {
            let mut body = vec![0; length];
            stream.read_exact(&mut body)?;
            let answer = answers.get(&body).ok_or_else(|| io::Error::other("a body that nobody expects"))?;
            if latency > Duration::ZERO {
                std::thread::sleep(latency);
            }
            stream.get_mut().write_all(answer)?;
        }
    }
}
