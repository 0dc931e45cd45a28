//! Malformed requests, drawn from a seed: random bytes, bent HTTP, hostile framing, bent JSON. Each must be answered, or its
//! connection closed.

use std::io::{ErrorKind, Read, Write};
use std::net::{Shutdown, SocketAddr, TcpStream};
use std::sync::Once;
use std::sync::atomic::{AtomicU64, Ordering};
use std::time::Duration;

/// Nothing takes that long; a hang becomes a failure.
const PATIENCE: Duration = Duration::from_secs(30);

/// What became of the requests.
#[derive(Clone, Copy, Debug, Default)]
pub(crate) struct Told {
    pub(crate) sent: u64,
    /// With HTTP.
    pub(crate) answered: u64,
    /// Without a word, or with an alert of TLS.
    pub(crate) closed: u64,
}

/// Draws requests, and sends them.
pub(crate) struct Storm {
    random: Random,
}

static PANICS: AtomicU64 = AtomicU64::new(0);

/// How many threads of emulators have panicked since the first storm.
pub(crate) fn panics() -> u64 {
    PANICS.load(Ordering::SeqCst)
}

impl Storm {
    pub(crate) fn new(seed: u64) -> Self {
        static ONCE: Once = Once::new();
        ONCE.call_once(|| {
            let before = std::panic::take_hook();
            std::panic::set_hook(Box::new(move |panic| {
                if std::thread::current().name().is_some_and(|name| name.starts_with("avmarks-emulator")) {
                    PANICS.fetch_add(1, Ordering::SeqCst);
                }
                before(panic);
            }));
        });
        Self { random: Random(seed | 1) }
    }

    /// Sends `count` requests.
    pub(crate) fn blow(&mut self, address: SocketAddr, count: u64) -> Told {
        let mut told = Told::default();
        let mut kept = None;
        for _ in 0..count {
            told.sent += 1;
            let is_answered = match self.random.below(4) {
                0 => self.random_bytes(address),
                1 => self.bent_http(address),
                2 => self.hostile_framing(address),
                _ => self.bent_json(address, &mut kept),
            };
            if is_answered { told.answered += 1 } else { told.closed += 1 }
        }
        told
    }

    fn random_bytes(&mut self, address: SocketAddr) -> bool {
        let mut bytes: Vec<u8> = (0..self.random.below(600)).map(|_| self.random.byte()).collect();
        if let (0, Some(first)) = (self.random.below(4), bytes.first_mut()) {
            // A TLS handshake, it seems.
            *first = 0x16;
        }
        sent_alone(address, &bytes)
    }

    fn bent_http(&mut self, address: SocketAddr) -> bool {
        let mut bytes = request(self.random.pick(PATHS), self.random.pick(BODIES).as_bytes());
        for _ in 0..=self.random.below(6) {
            self.bend(&mut bytes);
        }
        sent_alone(address, &bytes)
    }

    fn hostile_framing(&mut self, address: SocketAddr) -> bool {
        let first = self.random.pick(&["POST", "GET", "CONNECT", "HEAD", "OPTIONS", "\0", "POST  ", "post", "PRI"]);
        let target = self.random.pick(PATHS);
        let version = self.random.pick(&["HTTP/1.1", "HTTP/1.0", "HTTP/2.0", "HTTP/9", "http/1.1", ""]);
        let mut request = format!("{first} {target}?{QUERY} {version}\r\n");
        for _ in 0..self.random.below(5) {
            request.push_str(self.random.pick(FRAMING));
            request.push_str(self.random.pick(&["\r\n", "\n", "\r", "\r\n ", ""]));
        }
        request.push_str(self.random.pick(&["\r\n", "\n\n", "\r\n\r\n", ""]));
        request.push_str(self.random.pick(BODIES));
        sent_alone(address, request.as_bytes())
    }

    /// Well framed, so it must be answered by the API; on one connection as long as that lasts.
    fn bent_json(&mut self, address: SocketAddr, kept: &mut Option<TcpStream>) -> bool {
        let mut body = self.random.pick(BODIES).as_bytes().to_vec();
        for _ in 0..=self.random.below(4) {
            self.bend(&mut body);
        }
        let request = request(self.random.pick(PATHS), &body);
        let stream = kept.get_or_insert_with(|| connect(address));
        stream.write_all(&request).expect("a well framed request is taken");
        let answer = one_answer(stream);
        let envelope: serde_json::Value = serde_json::from_slice(&answer).expect("the API answers JSON");
        assert!(envelope["ErrorCode"].is_i64(), "{envelope} to {}", String::from_utf8_lossy(&body));
        true
    }

    fn bend(&mut self, bytes: &mut Vec<u8>) {
        let at = self.random.below(bytes.len() as u64) as usize;
        match self.random.below(6) {
            _ if bytes.is_empty() => bytes.push(self.random.byte()),
            0 => bytes[at] = self.random.byte(),
            1 => drop(bytes.remove(at)),
            2 => bytes.insert(at, self.random.byte()),
            3 => bytes.truncate(at),
            4 => bytes.insert(at, *b"{}[]\",:\\\r\n\0 -+e9".get(self.random.below(17) as usize).unwrap_or(&b'{')),
            _ => {
                let piece = bytes[at..bytes.len().min(at + 20)].to_vec();
                let times = self.random.below(20) as usize;
                bytes.splice(at..at, piece.repeat(times));
            }
        }
    }
}

const QUERY: &str = "sdkappid=1400000000&identifier=administrator&usersig=x&random=1&contenttype=json";

const PATHS: &[&str] = &[
    "/v4/group_open_avchatroom_http_svc/modify_user_info",
    "/v4/group_open_avchatroom_http_svc/get_members",
    "/v4/group_open_http_svc/get_online_member_num",
    "/v4/group_open_http_svc/create_group",
    "/v4/group_open_http_svc/get_group_info",
    "/v4/group_open_http_svc/destroy_group",
    "/v4/openim/sendmsg",
];

const BODIES: &[&str] = &[
    r##"{"GroupId":"@TGS#a6I4ZUUGO","CommandType":1,"MemberList":[{"Member_Account":"teacher10","Marks":[1000,1001]},]}"##,
    r##"{"GroupId":"@TGS#a6I4ZUUGO","Timestamp":0,"Mark":1000}"##,
    r#"{"GroupId":"live"}"#,
    r#"{"Type":"AVChatRoom","Name":"\u0061\ud83d\ude00","MemberList":[]}"#,
    r#"{"GroupIdList":["a","b"],"ResponseFilter":{"GroupBaseInfoFilter":["Type"]}}"#,
    "[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[",
    "",
];

const FRAMING: &[&str] = &[
    "Content-Length: 5",
    "Content-Length: -1",
    "Content-Length: 99999999999999999999999",
    "Content-Length: 5, 6",
    "Content-Length: 1000000",
    "Transfer-Encoding: chunked",
    "Transfer-Encoding: gzip, chunked",
    "transfer-encoding: identity",
    "Expect: 100-continue",
    "Expect: the unexpected",
    "Connection: close, upgrade",
    "Upgrade: h2c",
    "Host: a\0b",
    "Host",
    ": no name",
    "Na me: x",
    "X-\u{fc}: \u{fc}",
    "Cookie: ",
];

fn request(path: &str, body: &[u8]) -> Vec<u8> {
    let head = format!("POST {path}?{QUERY} HTTP/1.1\r\nHost: x\r\nContent-Length: {}\r\n\r\n", body.len());
    [head.as_bytes(), body].concat()
}

fn connect(address: SocketAddr) -> TcpStream {
    let stream = TcpStream::connect(address).expect("a connection is taken");
    stream.set_read_timeout(Some(PATIENCE)).expect("a time-out");
    stream.set_write_timeout(Some(PATIENCE)).expect("a time-out");
    stream
}

/// Sends these bytes and no more, and says whether they are answered with HTTP.
fn sent_alone(address: SocketAddr, bytes: &[u8]) -> bool {
    let mut stream = connect(address);
    // Whoever has heard enough may have closed it already.
    let _ = stream.write_all(bytes);
    let _ = stream.shutdown(Shutdown::Write);
    let mut answer = Vec::new();
    if let Err(error) = stream.read_to_end(&mut answer) {
        let is_closed = matches!(error.kind(), ErrorKind::ConnectionReset | ErrorKind::ConnectionAborted);
        assert!(is_closed, "{error}: no answer to {:?}", String::from_utf8_lossy(bytes));
    }
    let is_alert = answer.first() == Some(&0x15);
    assert!(answer.is_empty() || is_alert || answer.starts_with(b"HTTP/1."), "{:?}", String::from_utf8_lossy(&answer));
    !answer.is_empty() && !is_alert
}

/// The body of one answer.
fn one_answer(stream: &mut TcpStream) -> Vec<u8> {
    let mut head = Vec::new();
    while !head.ends_with(b"\r\n\r\n") {
        let mut byte = [0];
        stream.read_exact(&mut byte).expect("an answer");
        head.extend(byte);
    }
    let head = String::from_utf8(head).expect("a head is text").to_ascii_lowercase();
    assert!(head.starts_with("http/1.1 200 "), "{head}");
    let length = head.lines().find_map(|line| line.strip_prefix("content-length: "));
    let mut body = vec![0; length.and_then(|length| length.parse().ok()).expect("a length")];
    stream.read_exact(&mut body).expect("a body");
    body
}

/// xorshift64*: the same seed, the same storm.
struct Random(u64);

impl Random {
    fn next(&mut self) -> u64 {
        self.0 ^= self.0 >> 12;
        self.0 ^= self.0 << 25;
        self.0 ^= self.0 >> 27;
        self.0.wrapping_mul(0x2545_f491_4f6c_dd1d) >> 16
    }

    fn below(&mut self, end: u64) -> u64 {
        self.next() % end.max(1)
    }

    fn byte(&mut self) -> u8 {
        self.next() as u8
    }

    fn pick<'a>(&mut self, from: &[&'a str]) -> &'a str {
        from[self.below(from.len() as u64) as usize]
    }
}
