//! The service that an SDK meets: it records each request, and answers as the case says. HTTP, TLS and a proxy on one port of this
//! host.

use std::io::{self, BufRead, BufReader, Read, Write};
use std::net::{Ipv4Addr, Shutdown, SocketAddr, TcpListener, TcpStream};
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::thread;
use std::time::Duration;

use avmarks_protocol::Endpoint;
use rustls::{ServerConfig, ServerConnection, StreamOwned};
use serde_json::{Value, json};

use crate::case::Answer;
use crate::http::{self, Request};
use crate::reply::Recorded;

/// Listens until it is dropped.
#[derive(Debug)]
pub(crate) struct Listener {
    address: SocketAddr,
    shared: Arc<Shared>,
}

#[derive(Debug)]
struct Shared {
    tls: Arc<ServerConfig>,
    stopped: AtomicBool,
    state: Mutex<State>,
}

#[derive(Debug, Default)]
struct State {
    recorded: Vec<Recorded>,
    answers: Vec<Answer>,
}

/// How long a connection may be silent.
const IDLE: Duration = Duration::from_secs(120);

impl Listener {
    /// Listens on a free port of the loopback network.
    pub(crate) fn start(tls: ServerConfig) -> io::Result<Self> {
        let listener = TcpListener::bind((Ipv4Addr::LOCALHOST, 0))?;
        let address = listener.local_addr()?;
        let shared = Arc::new(Shared { tls: Arc::new(tls), stopped: AtomicBool::new(false), state: Mutex::default() });
        let of_thread = Arc::clone(&shared);
        thread::Builder::new().name("conformance-listener".to_owned()).spawn(move || accept(&listener, &of_thread))?;
        Ok(Self { address, shared })
    }

    pub(crate) const fn address(&self) -> SocketAddr {
        self.address
    }

    /// Forgets what was recorded, and answers so from now on; the last answer is repeated.
    pub(crate) fn begin(&self, answers: &[Answer]) {
        *self.shared.state() = State { recorded: Vec::new(), answers: answers.to_vec() };
    }

    /// The requests recorded since the last reset.
    pub(crate) fn recorded(&self) -> Vec<Recorded> {
        self.shared.state().recorded.clone()
    }
}

impl Drop for Listener {
    fn drop(&mut self) {
        self.shared.stopped.store(true, Ordering::Relaxed);
        // Wakes up the thread that waits for connections.
        drop(TcpStream::connect(self.address));
    }
}

impl Shared {
    fn state(&self) -> MutexGuard<'_, State> {
        self.state.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// Records a request, and returns its answer.
    fn answer(&self, request: Recorded) -> Answer {
        let mut state = self.state();
        let at = state.recorded.len().min(state.answers.len().saturating_sub(1));
        state.recorded.push(request);
        state.answers.get(at).cloned().unwrap_or(Answer::Served)
    }
}

fn accept(listener: &TcpListener, shared: &Arc<Shared>) {
    for stream in listener.incoming() {
        if shared.stopped.load(Ordering::Relaxed) {
            return;
        }
        let Ok(stream) = stream else { continue };
        let shared = Arc::clone(shared);
        // A connection that no thread can be had for is closed.
        let _ = thread::Builder::new().name("conformance-connection".to_owned()).spawn(move || {
            let _ = connection(stream, &shared);
        });
    }
}

/// A stream with a buffer for what is read.
struct Buffered<S: Read + Write>(BufReader<S>);

impl<S: Read + Write> Read for Buffered<S> {
    fn read(&mut self, buffer: &mut [u8]) -> io::Result<usize> {
        self.0.read(buffer)
    }
}

impl<S: Read + Write> BufRead for Buffered<S> {
    fn fill_buf(&mut self) -> io::Result<&[u8]> {
        self.0.fill_buf()
    }

    fn consume(&mut self, amount: usize) {
        self.0.consume(amount);
    }
}

impl<S: Read + Write> Write for Buffered<S> {
    fn write(&mut self, buffer: &[u8]) -> io::Result<usize> {
        self.0.get_mut().write(buffer)
    }

    fn flush(&mut self) -> io::Result<()> {
        self.0.get_mut().flush()
    }
}

/// Answers the requests of a connection, inside TLS where it begins so.
fn connection(stream: TcpStream, shared: &Shared) -> io::Result<()> {
    /// The first byte of a connection in TLS: a record of the handshake.
    const HANDSHAKE: u8 = 22;
    stream.set_read_timeout(Some(IDLE))?;
    stream.set_write_timeout(Some(IDLE))?;
    stream.set_nodelay(true)?;
    let mut first = [0];
    if stream.peek(&mut first)? == 1 && first == [HANDSHAKE] {
        let tls = ServerConnection::new(Arc::clone(&shared.tls)).map_err(io::Error::other)?;
        let socket = stream.try_clone()?;
        let mut secured = Buffered(BufReader::new(StreamOwned::new(tls, stream)));
        return requests(&mut secured, &socket, shared).map(drop);
    }
    let mut plain = Buffered(BufReader::new(stream.try_clone()?));
    match requests(&mut plain, &stream, shared)? {
        // What comes next is a connection of its own, to whatever host.
        End::Tunnel => connection(stream, shared),
        End::Closed => Ok(()),
    }
}

/// Why no more requests are read.
enum End {
    Closed,
    Tunnel,
}

fn requests(stream: &mut (impl BufRead + Write), socket: &TcpStream, shared: &Shared) -> io::Result<End> {
    while let Some(request) = http::read(stream)? {
        if request.method == "CONNECT" {
            stream.write_all(b"HTTP/1.1 200 OK\r\n\r\n")?;
            stream.flush()?;
            return Ok(End::Tunnel);
        }
        let recorded = recorded(request);
        match shared.answer(recorded.clone()) {
            Answer::Served => {
                let body = served(&recorded).to_string();
                http::write(stream, 200, body.as_bytes(), body.len())?;
            }
            Answer::Body { status, body } => http::write(stream, status, body.as_bytes(), body.len())?,
            Answer::Cut { body } => {
                let start = body.as_bytes().get(..body.len() / 2).unwrap_or_default();
                http::write(stream, 200, start, body.len())?;
                socket.shutdown(Shutdown::Both)?;
                return Ok(End::Closed);
            }
            Answer::Closed => {
                socket.shutdown(Shutdown::Both)?;
                return Ok(End::Closed);
            }
        }
    }
    Ok(End::Closed)
}

/// The request as it is recorded. A proxy is given a whole URL.
fn recorded(request: Request) -> Recorded {
    let target = match request.target.split_once("://") {
        Some((_, rest)) => rest.split_once('/').map_or("", |(_, path)| path).to_owned(),
        None => request.target.trim_start_matches('/').to_owned(),
    };
    let (path, query) = target.split_once('?').unwrap_or((&target, ""));
    Recorded { method: request.method, path: path.to_owned(), query: query.to_owned(), body: request.body }
}

/// What the service would answer if every request is served and no account is online.
fn served(request: &Recorded) -> Value {
    let mut answer = json!({"ActionStatus": "OK", "ErrorCode": 0, "ErrorInfo": ""});
    let body: Value = serde_json::from_slice(&request.body).unwrap_or_default();
    let mut set = |name: &str, value: Value| {
        if let Some(answer) = answer.as_object_mut() {
            answer.insert(name.to_owned(), value);
        }
    };
    match Endpoint::from_path(&request.path) {
        Some(Endpoint::ModifyUserInfo) => {
            set("CommandType", body.get("CommandType").cloned().unwrap_or_default());
            set("MemberList", body.get("MemberList").cloned().unwrap_or_else(|| json!([])));
        }
        Some(Endpoint::GetMembers) => {
            set("MemberList", json!([]));
            set("NextTimestamp", json!(0));
        }
        Some(Endpoint::GetOnlineMemberNum) => set("OnlineMemberNum", json!(0)),
        Some(Endpoint::CheckMembers) => set("Member_Account", json!([])),
        Some(Endpoint::GetAdminList) => set("Admin_List", json!([])),
        Some(Endpoint::AddRobots | Endpoint::DelRobots | Endpoint::ModifyAdmin) | None => {}
    }
    answer
}

#[cfg(test)]
mod tests {
    use rustls::crypto::ring;
    use rustls::pki_types::pem::PemObject;
    use rustls::pki_types::{CertificateDer, ServerName};
    use rustls::{ClientConfig, ClientConnection, RootCertStore};

    use super::*;
    use crate::authority::Authority;

    fn started() -> (Listener, String) {
        let authority = Authority::make().unwrap();
        let pem = authority.pem().to_owned();
        (Listener::start(authority.server().unwrap()).unwrap(), pem)
    }

    /// All that comes back before the other side closes, or is silent for a moment.
    fn answer(stream: &mut (impl Read + Write), request: &str) -> String {
        stream.write_all(request.as_bytes()).unwrap();
        let mut found = Vec::new();
        let mut buffer = [0; 4_096];
        while !found.ends_with(b"}") {
            match stream.read(&mut buffer) {
                Ok(count @ 1..) => found.extend(&buffer[..count]),
                _ => break,
            }
        }
        String::from_utf8(found).unwrap()
    }

    fn secured(stream: TcpStream, pem: &str, host: &'static str) -> StreamOwned<ClientConnection, TcpStream> {
        let mut roots = RootCertStore::empty();
        roots.add(CertificateDer::from_pem_slice(pem.as_bytes()).unwrap()).unwrap();
        let config = ClientConfig::builder_with_provider(Arc::new(ring::default_provider()));
        let config = config.with_safe_default_protocol_versions().unwrap();
        let config = config.with_root_certificates(roots).with_no_client_auth();
        let name = ServerName::try_from(host).unwrap();
        StreamOwned::new(ClientConnection::new(Arc::new(config), name).unwrap(), stream)
    }

    const POST: &str = "POST /v4/group_open_http_svc/get_online_member_num?a=b HTTP/1.1\r\nContent-Length: 2\r\n\r\n{}";

    #[test]
    fn requests_are_recorded_over_http_tls_and_proxy() {
        let (listener, pem) = started();
        listener.begin(&[]);
        let connect = || TcpStream::connect(listener.address()).unwrap();
        let found = answer(&mut connect(), POST);
        assert!(
            found.ends_with(
                "\r\n\r\n{\"ActionStatus\":\"OK\",\"ErrorCode\":0,\"ErrorInfo\":\"\",\"OnlineMemberNum\":0}"
            ),
            "{found}"
        );
        let whole = POST.replace("POST /", "POST http://console.tim.qq.com/");
        assert_eq!(answer(&mut connect(), &whole), found);
        assert_eq!(answer(&mut secured(connect(), &pem, "localhost"), POST), found);

        let mut tunnel = connect();
        let said = "CONNECT console.tim.qq.com:443 HTTP/1.1\r\n\r\n";
        tunnel.write_all(said.as_bytes()).unwrap();
        let mut head = [0; 19];
        tunnel.read_exact(&mut head).unwrap();
        assert_eq!(&head, b"HTTP/1.1 200 OK\r\n\r\n");
        assert_eq!(answer(&mut secured(tunnel, &pem, "console.tim.qq.com"), POST), found);

        let recorded = listener.recorded();
        let expected = Recorded {
            method: "POST".to_owned(),
            path: "v4/group_open_http_svc/get_online_member_num".to_owned(),
            query: "a=b".to_owned(),
            body: b"{}".to_vec(),
        };
        assert_eq!(recorded, vec![expected; 4]);
        listener.begin(&[]);
        assert_eq!(listener.recorded(), []);
    }

    #[test]
    fn the_last_answer_is_repeated() {
        let (listener, _) = started();
        listener.begin(&[
            Answer::refused(10_002),
            Answer::Cut { body: "{\"ErrorCode\":0}".to_owned() },
            Answer::Closed,
        ]);
        let found: Vec<_> =
            (0..4).map(|_| answer(&mut TcpStream::connect(listener.address()).unwrap(), POST)).collect();
        assert!(found[0].contains("\"ErrorCode\":10002"), "{found:?}");
        assert!(found[1].contains("Content-Length: 15\r\n") && found[1].ends_with("\r\n\r\n{\"Error"), "{found:?}");
        assert_eq!(found[2..], ["", ""]);
        assert_eq!(listener.recorded().len(), 4);
    }
}
