//! Sends the same bodies by ureq alone and by this crate to the same server, in turn, and prints both rates and their ratio.
//!
//! ```console
//! $ cargo run --release -p avmarks-transport-ureq --example against_raw_ureq
//! ```
//!
//! The server is a thread of this process that looks up the answer to each body, and says it at once or after 2 ms. All have
//! the same time-outs, one connection, and one request at a time; the pace is lifted. *ureq alone* sends bodies that were
//! made before and throws the answers away; *answers read* parses them as well. `Client::call` sends the same bodies,
//! makes a URL for each, looks for the signature in the answer and reads its code; `Client::run` makes the bodies, too,
//! reads the whole answer, and finds out what became of each account. Who is first changes from round to round; the ratio is
//! the median of the ratios of the rounds.

use std::collections::HashMap;
use std::error::Error;
use std::io::{self, BufRead, BufReader, Read, Write};
use std::net::{TcpListener, TcpStream};
use std::sync::Arc;
use std::sync::atomic::AtomicBool;
use std::time::{Duration, Instant};

use avmarks_client::{CallRequest, JobSettings, PaceSettings, Plan, PlanSettings, SignatureSettings, Signer, State};
use avmarks_protocol::SdkAppId;
use avmarks_protocol::modify_user_info::{self, Answer, Request, Served};
use avmarks_protocol::region::BaseUrl;
use avmarks_protocol::secret::SecretKey;
use avmarks_protocol::url::{CallUrl, Query};
use avmarks_spec::UserId;
use avmarks_transport_ureq::{Client, Timeouts};

/// Calls of a round: few, so that the ways take turns often.
const CALLS: usize = 10;

/// A way to send all bodies once.
type Way<'a> = &'a dyn Fn() -> Result<(), Box<dyn Error>>;

fn main() -> Result<(), Box<dyn Error>> {
    println!("One connection, rounds of {CALLS} calls each way, in turn\n");
    println!("| work | ureq alone | this | this / ureq alone | 10th to 90th percentile |\n|---|---|---|---|---|");
    for (latency, rounds) in [(0, 2_001), (2, 201)] {
        for accounts in [1, 50, 500] {
            compare(accounts, Duration::from_millis(latency), rounds)?;
        }
    }
    Ok(())
}

fn compare(accounts: usize, latency: Duration, rounds: usize) -> Result<(), Box<dyn Error>> {
    let settings = PlanSettings { accounts_per_call_max: accounts, ..PlanSettings::default() };
    let wanted = (0..accounts * CALLS).map(|number| (format!("student{number}"), [1_000, 1_001]));
    let plan = Plan::set_marks("@TGS#a6I4ZUUGO", wanted, &settings)?;
    let bodies: Vec<Vec<u8>> = plan.calls().map(|call| plan.body(call)).collect();
    let mut answers = HashMap::new();
    for body in &bodies {
        answers.insert(body.clone(), answer(body)?);
    }
    let base = BaseUrl::parse(&format!("http://127.0.0.1:{}", serve(answers, latency)?))?;

    let key = SecretKey::new("5bd2850fff3ecb11d7c805251c51ee463a25727bddc2385f3fa8bfee1bb93b5e")?;
    let admin = UserId::parse("administrator")?;
    let signer = Arc::new(Signer::with_key(SdkAppId::EXAMPLE, admin, key, SignatureSettings::default())?);
    let pace = PaceSettings { calls_max: 1_000_000, window: Duration::from_millis(1), margin: Duration::ZERO };
    let settings = JobSettings::default();
    let client = Client::builder(base.clone(), Arc::clone(&signer)).pace(pace).without_proxy().build()?;

    let query = Query {
        sdkappid: signer.app(),
        identifier: signer.identifier().to_string(),
        usersig: signer.sign(client.now()),
        random: Some(u32::MAX),
    };
    let url = CallUrl::new(&base, modify_user_info::PATH, &query);
    let timeouts = Timeouts::default();
    let raw = ureq::Agent::config_builder()
        .http_status_as_error(false)
        .max_redirects(0)
        .proxy(None)
        .timeout_global(Some(settings.retry.attempt_timeout))
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
        let applied = job.report().count(State::Applied);
        if applied == plan.len() { Ok(()) } else { Err(format!("{applied} applied").into()) }
    };
    let by_call = || -> Result<(), Box<dyn Error>> {
        for body in &bodies {
            let path = modify_user_info::PATH.to_owned();
            client.call(CallRequest { path, body: body.clone(), repeatable: true })?;
        }
        Ok(())
    };
    let ways: [(&str, Way<'_>); 4] = [
        ("ureq alone", &by_ureq),
        ("ureq, answers read", &by_ureq_read),
        ("`Client::call`", &by_call),
        ("`Client::run`", &by_job),
    ];
    // The first round, which connects, does not count.
    for (_, way) in ways {
        rate(way)?;
    }
    let mut rates = vec![Vec::new(); ways.len()];
    for round in 0..rounds {
        for turn in 0..ways.len() {
            let at = (round + turn) % ways.len();
            if let (Some((_, way)), Some(rates)) = (ways.get(at), rates.get_mut(at)) {
                rates.push(rate(way)?);
            }
        }
    }
    let (alone, others) = rates.split_first().ok_or("nothing was measured")?;
    let latency = latency.as_millis();
    for ((name, _), rates) in ways.iter().skip(1).zip(others) {
        let ratios: Vec<f64> = rates.iter().zip(alone).map(|(this, alone)| this / alone).collect();
        let [low, middle, high] = [0.1, 0.5, 0.9].map(|at| quantile(&ratios, at));
        let (alone, this) = (quantile(alone, 0.5), quantile(rates, 0.5));
        let work = format!("{name}, calls of {accounts}, answered after {latency} ms");
        println!("| {work} | {alone:.0}/s | {this:.0}/s | {middle:.2}x | {low:.2} to {high:.2} |");
    }
    Ok(())
}

/// Calls per second of one round.
fn rate(round: Way<'_>) -> Result<f64, Box<dyn Error>> {
    let began = Instant::now();
    round()?;
    Ok(CALLS as f64 / began.elapsed().as_secs_f64())
}

/// The value below which this share of the values lies.
fn quantile(values: &[f64], at: f64) -> f64 {
    let mut values = values.to_vec();
    values.sort_unstable_by(f64::total_cmp);
    let last = values.len().saturating_sub(1);
    values.get((last as f64 * at).round() as usize).copied().unwrap_or(f64::NAN)
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

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_way_has_each_call_answered() {
        compare(3, Duration::ZERO, 2).unwrap();
    }
}
