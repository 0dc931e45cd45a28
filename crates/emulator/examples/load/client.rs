//! Connections that ask, wait for the answer, and ask again.

use std::fmt;
use std::net::SocketAddr;
use std::sync::Arc;
use std::time::{Duration, Instant};

use memchr::memmem;
use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::TcpStream;
use tokio::sync::Barrier;
use tokio::task::JoinSet;

const QUERY: &str = "sdkappid=1400000000&identifier=administrator&usersig=unchecked&random=1&contenttype=json";

/// A call, and its answer.
#[derive(Clone, Copy)]
pub(crate) struct Work {
    pub(crate) name: &'static str,
    /// Without `/v4/`.
    pub(crate) path: &'static str,
    pub(crate) body: &'static str,
    pub(crate) answer: &'static str,
}

/// A whole request.
pub(crate) fn request(path: &str, body: &str) -> String {
    let length = body.len();
    format!("POST /v4/{path}?{QUERY} HTTP/1.1\r\nHost: localhost\r\nContent-Length: {length}\r\n\r\n{body}")
}

/// What came of one round, or of several.
#[derive(Default)]
pub(crate) struct Round {
    /// How long each answer took, in microseconds.
    waits: Vec<u32>,
    errors: u64,
    time: Duration,
}

impl Round {
    /// Answers a second.
    pub(crate) fn rate(&self) -> f64 {
        self.waits.len() as f64 / self.time.as_secs_f64().max(f64::MIN_POSITIVE)
    }

    pub(crate) const fn errors(&self) -> u64 {
        self.errors
    }

    pub(crate) fn add(&mut self, other: Self) {
        self.waits.extend(other.waits);
        self.errors += other.errors;
        self.time += other.time;
    }

    /// The wait in milliseconds that this share of the answers did not exceed.
    fn percentile(&self, share: f64) -> f64 {
        let mut waits = self.waits.clone();
        waits.sort_unstable();
        let at = (waits.len() as f64 * share) as usize;
        waits.get(at.min(waits.len().saturating_sub(1))).map_or(0.0, |wait| f64::from(*wait) / 1_000.0)
    }
}

impl fmt::Display for Round {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let (count, errors, rate) = (self.waits.len(), self.errors, self.rate());
        let (p50, p99) = (self.percentile(0.5), self.percentile(0.99));
        write!(f, "{rate:.0} requests/s, p50 {p50:.2} ms, p99 {p99:.2} ms, {count} answers, {errors} errors")
    }
}

/// Asks for `time` over so many connections; any answer but that of `work` is an error. The time begins when every connection has had
/// its first answer.
pub(crate) async fn round(address: SocketAddr, connections: usize, time: Duration, work: Work) -> Round {
    let ready = Arc::new(Barrier::new(connections + 1));
    let mut set = JoinSet::new();
    for _ in 0..connections {
        set.spawn(connection(address, time, work, Arc::clone(&ready)));
    }
    ready.wait().await;
    let begun = Instant::now();
    let mut round = Round::default();
    while let Some(ended) = set.join_next().await {
        round.add(ended.unwrap_or_default());
    }
    Round { time: begun.elapsed(), ..round }
}

async fn connection(address: SocketAddr, time: Duration, work: Work, ready: Arc<Barrier>) -> Round {
    let request = request(work.path, work.body);
    let (request, expected) = (request.as_bytes(), work.answer.as_bytes());
    let mut buffer = vec![0; 16_384];
    let mut stream = TcpStream::connect(address).await.ok();
    let is_right = match &mut stream {
        Some(stream) => {
            let _ = stream.set_nodelay(true);
            exchange(stream, request, &mut buffer).await == Some(expected)
        }
        None => false,
    };
    // The others wait for this one, whatever became of it.
    ready.wait().await;
    let mut round = Round::default();
    let Some(mut stream) = stream.filter(|_| is_right) else { return Round { errors: 1, ..round } };
    let begun = Instant::now();
    while begun.elapsed() < time {
        let asked = Instant::now();
        if exchange(&mut stream, request, &mut buffer).await != Some(expected) {
            round.errors += 1;
            return round;
        }
        round.waits.push(u32::try_from(asked.elapsed().as_micros()).unwrap_or(u32::MAX));
    }
    round
}

/// Asks so many times over each of so many connections.
pub(crate) async fn calls(address: SocketAddr, connections: u64, calls: u64, work: Work) -> Result<(), String> {
    let mut set = JoinSet::new();
    for _ in 0..connections {
        set.spawn(async move {
            let request = request(work.path, work.body);
            let mut buffer = vec![0; 16_384];
            let mut stream = TcpStream::connect(address).await.ok()?;
            for _ in 0..calls {
                let answer = exchange(&mut stream, request.as_bytes(), &mut buffer).await?;
                (answer == work.answer.as_bytes()).then_some(())?;
            }
            Some(())
        });
    }
    let ended = set.join_all().await;
    if ended.iter().all(Option::is_some) { Ok(()) } else { Err(format!("a call of {} failed", work.name)) }
}

/// The body of one answer.
pub(crate) async fn exchange<'a>(stream: &mut TcpStream, request: &[u8], buffer: &'a mut [u8]) -> Option<&'a [u8]> {
    stream.write_all(request).await.ok()?;
    let mut read = 0;
    loop {
        read += match stream.read(buffer.get_mut(read..)?).await.ok()? {
            0 => return None,
            some => some,
        };
        let so_far = buffer.get(..read)?;
        let Some(head_end) = memmem::find(so_far, b"\r\n\r\n") else { continue };
        let head = std::str::from_utf8(so_far.get(..head_end)?).ok()?;
        let mut fields = head.lines().filter_map(|line| line.split_once(": "));
        let (_, length) = fields.find(|(name, _)| name.eq_ignore_ascii_case("content-length"))?;
        let (start, length) = (head_end + 4, length.parse::<usize>().ok()?);
        if read >= start + length {
            return buffer.get(start..start + length);
        }
    }
}
