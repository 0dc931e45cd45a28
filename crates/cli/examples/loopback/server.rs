//! HTTP around an app: enough of it for a client on this machine, and no more.

use std::borrow::Cow;
use std::fmt;
use std::io::{self, BufRead, BufReader, Read, Write};
use std::net::{TcpListener, TcpStream};
use std::sync::atomic::{AtomicUsize, Ordering};
use std::sync::mpsc::Sender;
use std::sync::{Arc, Mutex, PoisonError};
use std::thread;
use std::time::{Duration, SystemTime, UNIX_EPOCH};

use avmarks_protocol::secret::SecretKey;
use avmarks_protocol::{ErrorCode, check_members, modify_user_info};
use avmarks_rules::Presence;
use avmarks_service::{App, Request, Settings};
use avmarks_spec::{GroupId, GroupType, Timestamp, UserId};

/// The key of `examples/loopback.key`.
const KEY: &str = "5bd2850fff3ecb11d7c805251c51ee463a25727bddc2385f3fa8bfee1bb93b5e";

/// Every so many of the students are offline.
const OFFLINE_EVERY: usize = 40;

/// An app whose group `@TGS#a6I4ZUUGO` has the members `student1` to `student1200`, of whom `student40`, `student80` and so
/// on are offline. It checks signatures.
pub(crate) fn class() -> App {
    let mut settings = Settings::default();
    settings.key = SecretKey::new(KEY).ok();
    let mut app = App::new(settings);
    let students: Vec<_> = (1..=1_200).filter_map(|number| UserId::parse(&format!("student{number}")).ok()).collect();
    let offline: Vec<_> = students.iter().copied().skip(OFFLINE_EVERY - 1).step_by(OFFLINE_EVERY).collect();
    if let Ok(group) = GroupId::parse("@TGS#a6I4ZUUGO") {
        app.create_group(group, GroupType::AvChatRoom, None, now());
        app.apply_presence(group, Presence::Join, &students, now());
        app.apply_presence(group, Presence::Disconnect, &offline, now());
    }
    app
}

/// What goes wrong with a request.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Mishap {
    /// It is answered with 10002, and nothing is done.
    Busy,
    /// It is carried out, and the connection closed instead of an answer.
    AnswerLost,
}

/// A request that was dealt with.
#[derive(Clone, Debug)]
pub(crate) struct Entry {
    /// From 1.
    pub(crate) number: usize,
    /// The last part of its path.
    pub(crate) command: String,
    /// The accounts that it names, if it is about marks, robots or `check_members`.
    pub(crate) accounts: Vec<String>,
    pub(crate) code: ErrorCode,
    pub(crate) mishap: Option<Mishap>,
}

impl fmt::Display for Entry {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Self { number, command, accounts, code, mishap } = self;
        write!(f, "{number}  {command}  {} accounts  {code}", accounts.len())?;
        if *mishap == Some(Mishap::AnswerLost) { f.write_str("  answer lost") } else { Ok(()) }
    }
}

/// The app, and what goes wrong.
pub(crate) struct Server {
    app: Mutex<App>,
    mishaps: Vec<(usize, Mishap)>,
    /// From this request on, answers are held back.
    held_from: Arc<AtomicUsize>,
    requests: AtomicUsize,
    log: Mutex<Sender<Entry>>,
}

impl Server {
    pub(crate) fn new(app: App, log: Sender<Entry>) -> Self {
        let (held_from, requests) = (Arc::new(AtomicUsize::new(usize::MAX)), AtomicUsize::new(0));
        Self { app: Mutex::new(app), mishaps: Vec::new(), held_from, requests, log: Mutex::new(log) }
    }

    /// Lets this go wrong with the request of this number, from 1.
    pub(crate) fn mishap(mut self, number: usize, mishap: Mishap) -> Self {
        self.mishaps.push((number, mishap));
        self
    }

    /// From which request on answers are held back, when they are carried out; may be changed at any time.
    #[allow(dead_code, reason = "tests need it")]
    pub(crate) fn held_from(&self) -> Arc<AtomicUsize> {
        Arc::clone(&self.held_from)
    }

    /// Serves for ever, each connection by a thread.
    pub(crate) fn serve(self: Arc<Self>, listener: &TcpListener) {
        for stream in listener.incoming().flatten() {
            let server = Arc::clone(&self);
            // Who hangs up has heard enough.
            thread::spawn(move || server.converse(stream));
        }
    }

    fn converse(&self, stream: TcpStream) -> io::Result<()> {
        stream.set_nodelay(true)?;
        let mut reader = BufReader::new(stream.try_clone()?);
        let mut writer = stream;
        while let Some(asked) = HttpRequest::read(&mut reader)? {
            let Some(body) = self.answer(&asked) else { return Ok(()) };
            let head = "HTTP/1.1 200 OK\r\nContent-Type: application/json\r\nContent-Length: ";
            let mut response = format!("{head}{}\r\n\r\n", body.len()).into_bytes();
            response.extend(body);
            writer.write_all(&response)?;
        }
        Ok(())
    }

    /// The body of the answer; none if it is lost.
    fn answer(&self, asked: &HttpRequest) -> Option<Vec<u8>> {
        let number = self.requests.fetch_add(1, Ordering::Relaxed) + 1;
        let mishap = self.mishaps.iter().find(|(at, _)| *at == number).map(|(_, mishap)| *mishap);
        let (code, body) = if mishap == Some(Mishap::Busy) {
            let busy = ErrorCode::new(10002);
            (busy, modify_user_info::Answer::refused(busy, "the server is busy; try again").to_json())
        } else {
            let HttpRequest { method, path, query, body } = asked;
            let request = Request::signed(method, path, query, body);
            let answer = self.app.lock().unwrap_or_else(PoisonError::into_inner).handle(&request, now()).answer;
            (answer.code, answer.body)
        };
        let command = asked.path.rsplit('/').next().unwrap_or_default().to_owned();
        let log = self.log.lock().unwrap_or_else(PoisonError::into_inner);
        // Nobody may listen any more.
        let _ = log.send(Entry { number, command, accounts: asked.accounts(), code, mishap });
        drop(log);
        while number >= self.held_from.load(Ordering::Relaxed) {
            thread::sleep(Duration::from_millis(1));
        }
        (mishap != Some(Mishap::AnswerLost)).then_some(body)
    }
}

/// A request as it came.
struct HttpRequest {
    method: String,
    path: String,
    query: String,
    body: Vec<u8>,
}

impl HttpRequest {
    /// None if the connection ends.
    fn read(reader: &mut impl BufRead) -> io::Result<Option<Self>> {
        const BYTES_MAX: u64 = 4 << 20;
        let mut reader = reader.take(BYTES_MAX);
        let mut line = String::new();
        if reader.read_line(&mut line)? == 0 {
            return Ok(None);
        }
        let mut words = line.split_ascii_whitespace().map(str::to_owned);
        let (method, target) = (words.next().unwrap_or_default(), words.next().unwrap_or_default());
        let (path, query) = target.split_once('?').unwrap_or((&target, ""));
        let mut length = 0;
        loop {
            let mut field = String::new();
            reader.read_line(&mut field)?;
            let Some((name, value)) = field.split_once(':') else { break };
            if name.eq_ignore_ascii_case("content-length") {
                length = value.trim().parse().map_err(|error| io::Error::new(io::ErrorKind::InvalidData, error))?;
            }
        }
        let mut body = Vec::new();
        reader.take(length).read_to_end(&mut body)?;
        Ok(Some(Self { method, path: path.to_owned(), query: query.to_owned(), body }))
    }

    fn accounts(&self) -> Vec<String> {
        if let Ok(request) = modify_user_info::Request::parse(&self.body) {
            return request.member_list.into_iter().map(|member| member.account.into_owned()).collect();
        }
        let request = check_members::Request::parse(&self.body);
        let accounts = request.map(|request| request.accounts).unwrap_or_default();
        accounts.into_iter().map(Cow::into_owned).collect()
    }
}

fn now() -> Timestamp {
    Timestamp::EPOCH.saturating_add(SystemTime::now().duration_since(UNIX_EPOCH).unwrap_or_default())
}
