//! A server for tests: reads requests, keeps their bytes, and answers byte by byte as it is told.

use std::io::{BufRead, BufReader, Read, Write};
use std::net::{TcpListener, TcpStream};
use std::sync::{Arc, Mutex};
use std::thread;

use avmarks_protocol::modify_user_info;
use avmarks_protocol::region::BaseUrl;

/// What is done about a request, one after the other.
#[derive(Clone, Debug)]
pub(crate) enum Act {
    /// Writes these bytes.
    Write(Vec<u8>),
    /// Ends the connection.
    Close,
    /// Says nothing until the other side ends the connection.
    Hang,
}

pub(crate) struct Server {
    port: u16,
    seen: Arc<Mutex<Seen>>,
}

/// What has come in so far.
#[derive(Default)]
struct Seen {
    connections: usize,
    requests: Vec<Vec<u8>>,
}

impl Server {
    /// Serves whoever connects. `act` says what to do about a request, of which it gets the number, from 0, and the body;
    /// it may be asked about several at a time.
    pub(crate) fn start(act: impl Fn(usize, &[u8]) -> Vec<Act> + Send + Sync + 'static) -> Self {
        Self::start_with(|stream| stream, act)
    }

    /// [`Server::start`] on streams of another kind, such as TLS.
    pub(crate) fn start_with<S: Read + Write + Send + 'static>(
        wrap: impl Fn(TcpStream) -> S + Send + 'static,
        act: impl Fn(usize, &[u8]) -> Vec<Act> + Send + Sync + 'static,
    ) -> Self {
        let listener = TcpListener::bind("127.0.0.1:0").unwrap();
        let port = listener.local_addr().unwrap().port();
        let seen = Arc::new(Mutex::new(Seen::default()));
        let (act, kept) = (Arc::new(act), Arc::clone(&seen));
        thread::spawn(move || {
            for stream in listener.incoming() {
                kept.lock().unwrap().connections += 1;
                let (stream, act, kept) = (wrap(stream.unwrap()), Arc::clone(&act), Arc::clone(&kept));
                thread::spawn(move || serve(stream, &*act, &kept));
            }
        });
        Self { port, seen }
    }

    /// A server that says `bytes` to whoever connects, and does not listen.
    pub(crate) fn deaf(bytes: &'static [u8]) -> Self {
        let says_first = move |mut stream: TcpStream| {
            stream.write_all(bytes).unwrap();
            stream
        };
        Self::start_with(says_first, |_, _| Vec::new())
    }

    pub(crate) fn port(&self) -> u16 {
        self.port
    }

    pub(crate) fn base(&self) -> BaseUrl {
        BaseUrl::parse(&format!("http://127.0.0.1:{}", self.port)).unwrap()
    }

    /// The requests that came in, whole, in order.
    pub(crate) fn requests(&self) -> Vec<Vec<u8>> {
        self.seen.lock().unwrap().requests.clone()
    }

    pub(crate) fn connections(&self) -> usize {
        self.seen.lock().unwrap().connections
    }
}

/// Serves one connection until it ends; that the other side may end it at any time is what is tested.
fn serve<S: Read + Write>(stream: S, act: &dyn Fn(usize, &[u8]) -> Vec<Act>, seen: &Mutex<Seen>) {
    let mut stream = BufReader::new(stream);
    while let Some((head, body)) = request(&mut stream) {
        let number = {
            let mut seen = seen.lock().unwrap();
            seen.requests.push([&*head, &*body].concat());
            seen.requests.len() - 1
        };
        for act in act(number, &body) {
            match act {
                Act::Write(bytes) => {
                    if stream.get_mut().write_all(&bytes).and_then(|()| stream.get_mut().flush()).is_err() {
                        return;
                    }
                }
                Act::Close => return,
                Act::Hang => {
                    let _ = stream.read(&mut [0]);
                    return;
                }
            }
        }
    }
}

/// The next request: its head with the empty line, and its body.
fn request(stream: &mut impl BufRead) -> Option<(Vec<u8>, Vec<u8>)> {
    let mut head = Vec::new();
    while !head.ends_with(b"\r\n\r\n") {
        if stream.read_until(b'\n', &mut head).ok()? == 0 {
            return None;
        }
    }
    let text = String::from_utf8(head.clone()).unwrap().to_ascii_lowercase();
    let length = text.lines().find_map(|line| line.strip_prefix("content-length:"));
    let mut body = vec![0; length.map_or(0, |length| length.trim().parse().unwrap())];
    stream.read_exact(&mut body).ok()?;
    Some((head, body))
}

/// A response with its length.
pub(crate) fn response(status: u16, body: &[u8]) -> Vec<u8> {
    let head = format!("HTTP/1.1 {status} Text\r\nContent-Length: {}\r\n\r\n", body.len());
    [head.as_bytes(), body].concat()
}

/// The answer of a service that serves everybody.
pub(crate) fn served(body: &[u8]) -> Vec<u8> {
    let request = modify_user_info::Request::parse(body).unwrap();
    let served = request.member_list.iter().map(|member| {
        let marks = member.marks.iter().filter_map(|mark| mark.to_i64()).collect();
        modify_user_info::Served::new(&*member.account, marks)
    });
    modify_user_info::Answer::served(request.command_type.to_i64().unwrap(), served.collect()).to_json()
}

/// What such a service does about a request.
pub(crate) fn serve_all(_: usize, body: &[u8]) -> Vec<Act> {
    vec![Act::Write(response(200, &served(body)))]
}
