//! An app's own server: takes webhooks in, and answers as it is told.

use std::io::{BufRead, BufReader, Read, Write};
use std::net::{SocketAddr, TcpListener, TcpStream};
use std::sync::mpsc::{Receiver as Channel, Sender, channel};
use std::sync::{Arc, Mutex};

use avmarks_emulator::protocol::webhook::ACKNOWLEDGEMENT;

/// A request that came.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Came {
    /// The path and the query.
    pub(crate) target: String,
    pub(crate) head: String,
    pub(crate) body: String,
    /// Which connection it came on, from 0.
    pub(crate) connection: usize,
}

/// How a request is answered.
#[derive(Clone, Copy, Debug)]
pub(crate) enum Manner {
    /// As the vendor wants it.
    Acknowledge,
    /// With this status and body.
    Answer(u16, &'static str),
    /// Not at all: the connection ends.
    HangUp,
    /// Not before [`Receiver::release`], if at all.
    Wait,
}

pub(crate) struct Receiver {
    pub(crate) address: SocketAddr,
    came: Arc<Mutex<Vec<Came>>>,
    release: Sender<()>,
}

impl Receiver {
    /// Answers the requests in these manners, one after the other, and any more as the vendor wants it.
    pub(crate) fn start(manners: &[Manner]) -> Self {
        let listener = TcpListener::bind("127.0.0.1:0").unwrap();
        let address = listener.local_addr().unwrap();
        let came = Arc::new(Mutex::new(Vec::new()));
        let (release, released) = channel();
        let (seen, manners) = (Arc::clone(&came), manners.to_vec());
        let released = Arc::new(Mutex::new(released));
        std::thread::spawn(move || {
            for (connection, stream) in listener.incoming().enumerate() {
                let (seen, manners, released) = (Arc::clone(&seen), manners.clone(), Arc::clone(&released));
                std::thread::spawn(move || serve(stream.unwrap(), connection, &seen, &manners, &released));
            }
        });
        Self { address, came, release }
    }

    pub(crate) fn url(&self) -> String {
        format!("http://{}/hook", self.address)
    }

    /// What came so far.
    pub(crate) fn came(&self) -> Vec<Came> {
        self.came.lock().unwrap().clone()
    }

    /// Lets one that waits be answered.
    pub(crate) fn release(&self) {
        self.release.send(()).unwrap();
    }
}

fn serve(
    stream: TcpStream,
    connection: usize,
    seen: &Mutex<Vec<Came>>,
    manners: &[Manner],
    released: &Mutex<Channel<()>>,
) {
    let mut stream = BufReader::new(stream);
    while let Some((target, head, body)) = request(&mut stream) {
        let number = {
            let mut seen = seen.lock().unwrap();
            seen.push(Came { target, head, body, connection });
            seen.len() - 1
        };
        let acknowledgement = std::str::from_utf8(ACKNOWLEDGEMENT).unwrap();
        let (status, body) = match manners.get(number).copied().unwrap_or(Manner::Acknowledge) {
            Manner::Acknowledge => (200, acknowledgement),
            Manner::Answer(status, body) => (status, body),
            Manner::HangUp => return,
            Manner::Wait => {
                let _ = released.lock().unwrap().recv();
                (200, acknowledgement)
            }
        };
        let length = body.len();
        let answer =
            format!("HTTP/1.1 {status} X\r\nContent-Type: application/json\r\nContent-Length: {length}\r\n\r\n{body}");
        if stream.get_mut().write_all(answer.as_bytes()).is_err() {
            return;
        }
    }
}

/// The target, the head and the body of the next request, or `None` if the connection has ended.
fn request(stream: &mut BufReader<TcpStream>) -> Option<(String, String, String)> {
    let mut head = String::new();
    while !head.ends_with("\r\n\r\n") {
        if stream.read_line(&mut head).ok()? == 0 {
            return None;
        }
    }
    let target = head.strip_prefix("POST ")?.split(' ').next()?.to_owned();
    let length = head.to_ascii_lowercase().lines().find_map(|line| line.strip_prefix("content-length: ")?.parse().ok());
    let mut body = vec![0; length?];
    stream.read_exact(&mut body).ok()?;
    Some((target, head, String::from_utf8(body).unwrap()))
}
