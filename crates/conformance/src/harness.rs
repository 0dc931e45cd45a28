//! A harness as a process: lines of JSON on its standard input and output, one question at a time.

use std::collections::{BTreeSet, VecDeque};
use std::io::{BufRead, BufReader, Read, Write};
use std::process::{Child, Command, ExitStatus, Stdio};
use std::sync::mpsc::{Receiver, RecvTimeoutError, SyncSender, sync_channel};
use std::sync::{Arc, Mutex, PoisonError};
use std::thread;
use std::time::{Duration, Instant};

use serde::Deserialize;
use serde_json::{Map, Value};

use crate::reply::{Reply, excerpt};

/// How long a harness may take.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub struct Timeouts {
    /// To reply to `start`. Default: 60 s.
    pub start: Duration,
    /// To reply to a question. Default: 10 s.
    pub case: Duration,
}

impl Default for Timeouts {
    fn default() -> Self {
        Self { start: Duration::from_secs(60), case: Duration::from_secs(10) }
    }
}

/// The SDK behind a harness, as it says itself.
#[derive(Clone, Debug, Default, PartialEq, Eq, Deserialize, serde::Serialize)]
#[non_exhaustive]
pub struct Sdk {
    /// Its name, as its registry has it.
    pub name: String,
    /// Its version.
    pub version: String,
    /// Its language.
    pub language: String,
}

avmarks_spec::named_enum! {
    /// How a harness broke: the case that was asked fails so.
    #[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
    #[non_exhaustive]
    pub enum HarnessFailure {
        /// It ended.
        Crash = "crash",
        /// It did not reply in time.
        Silence = "silence",
        /// A line was no JSON object, or no reply.
        NotJson = "no-json",
        /// The reply was to another question.
        WrongId = "wrong-id",
        /// It was not asked, since it had broken too often.
        NotAsked = "not-asked",
    }
}

/// Why a harness gave no reply that can be used.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Broken {
    pub(crate) how: HarnessFailure,
    pub(crate) message: String,
}

/// Why a harness cannot be used at all.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum StartError {
    /// The program does not run.
    #[error("`{program}` cannot be run: {error}")]
    Spawn {
        /// The program.
        program: String,
        /// Why not.
        error: std::io::Error,
    },
    /// It gave no reply to `start`.
    #[error("the harness did not start: {message}")]
    Broken {
        /// What was seen.
        message: String,
    },
    /// Its reply to `start` is not what the protocol asks for.
    #[error("the harness did not start: its reply to `start` {what}")]
    Reply {
        /// What is wrong.
        what: String,
    },
}

/// What a harness reports when it starts.
#[derive(Clone, Debug, Deserialize)]
pub(crate) struct Introduction {
    protocol: u64,
    pub(crate) sdk: Sdk,
    /// The questions and verbs that it can answer.
    pub(crate) can: Vec<String>,
}

/// The version of the protocol.
pub(crate) const PROTOCOL: u64 = 1;

/// A line of more bytes is not a reply.
const LINE_BYTES_MAX: u64 = 16 * 1_024 * 1_024;

/// How much of the end of standard error is kept.
const STDERR_BYTES_MAX: usize = 4_096;

/// How long a harness may take to end after it was asked to stop.
const LEAVE: Duration = Duration::from_secs(1);

/// A running harness. It is ended when it is dropped.
#[derive(Debug)]
pub(crate) struct Harness {
    child: Child,
    /// To the thread that writes: a harness that does not read must not hold up the runner.
    stdin: Option<SyncSender<Vec<u8>>>,
    lines: Receiver<Vec<u8>>,
    stderr: Arc<Mutex<VecDeque<u8>>>,
    stderr_ended: Receiver<()>,
    replied_again: BTreeSet<u64>,
}

impl Harness {
    /// Runs a program with these variables besides those that there are, and asks it to start.
    pub(crate) fn start(
        words: &[String],
        variables: &[(&str, String)],
        start: &Map<String, Value>,
        timeout: Duration,
    ) -> Result<(Self, Introduction), StartError> {
        let mut words = words.iter();
        let program = words.next().cloned().unwrap_or_default();
        let mut command = Command::new(&program);
        command.args(words).stdin(Stdio::piped()).stdout(Stdio::piped()).stderr(Stdio::piped());
        command.envs(variables.iter().map(|(name, value)| (name, value)));
        let mut child = command.spawn().map_err(|error| StartError::Spawn { program, error })?;
        let (to_lines, lines) = sync_channel(16);
        if let Some(stdout) = child.stdout.take() {
            thread::spawn(move || send_lines(BufReader::new(stdout), &to_lines));
        }
        let stderr = Arc::new(Mutex::new(VecDeque::new()));
        let (to_ended, stderr_ended) = sync_channel(1);
        if let Some(pipe) = child.stderr.take() {
            let kept = Arc::clone(&stderr);
            thread::spawn(move || {
                keep_end(pipe, &kept);
                let _ = to_ended.send(());
            });
        }
        let (to_stdin, written) = sync_channel::<Vec<u8>>(2);
        if let Some(mut pipe) = child.stdin.take() {
            thread::spawn(move || {
                while written.recv().is_ok_and(|line| pipe.write_all(&line).and_then(|()| pipe.flush()).is_ok()) {}
            });
        }
        let mut harness =
            Self { child, stdin: Some(to_stdin), lines, stderr, stderr_ended, replied_again: BTreeSet::new() };
        let reply =
            harness.object(0, start, timeout).map_err(|broken| StartError::Broken { message: broken.message })?;
        let introduction: Introduction = serde_json::from_value(Value::Object(reply))
            .map_err(|error| StartError::Reply { what: format!("cannot be read: {error}") })?;
        match introduction.protocol {
            PROTOCOL => Ok((harness, introduction)),
            other => Err(StartError::Reply { what: format!("has protocol {other}; expected {PROTOCOL}") }),
        }
    }

    /// Asks a question, which has this id, and waits for the reply.
    pub(crate) fn ask(&mut self, id: u64, question: &Map<String, Value>, timeout: Duration) -> Result<Reply, Broken> {
        let object = self.object(id, question, timeout)?;
        Reply::of(&object)
            .map_err(|message| Broken { how: HarnessFailure::NotJson, message: self.with_stderr(&message) })
    }

    fn object(
        &mut self,
        id: u64,
        question: &Map<String, Value>,
        timeout: Duration,
    ) -> Result<Map<String, Value>, Broken> {
        let mut line = serde_json::to_vec(question).unwrap_or_default();
        line.push(b'\n');
        // Where it has ended, the end of its lines says so below.
        let _ = self.stdin.as_ref().map(|stdin| stdin.try_send(line));
        let until = Instant::now() + timeout;
        loop {
            let line = match self.lines.recv_timeout(until.saturating_duration_since(Instant::now())) {
                Ok(line) => line,
                Err(RecvTimeoutError::Timeout) => {
                    let message = format!("no reply within {} s", timeout.as_secs_f32());
                    return Err(Broken { how: HarnessFailure::Silence, message: self.with_stderr(&message) });
                }
                Err(RecvTimeoutError::Disconnected) => return Err(self.crash()),
            };
            let broken = |how, what: &str| Broken { how, message: self.with_stderr(what) };
            let Ok(Value::Object(object)) = serde_json::from_slice(&line) else {
                let what = if line.len() as u64 >= LINE_BYTES_MAX {
                    format!("a line has more than {LINE_BYTES_MAX} bytes")
                } else {
                    "a line is no JSON object".to_owned()
                };
                let start = line.get(..800).unwrap_or(&line);
                let text = excerpt(String::from_utf8_lossy(start).trim_end(), 200);
                return Err(broken(HarnessFailure::NotJson, &format!("{what}: {text}")));
            };
            match object.get("id").and_then(Value::as_u64) {
                Some(found) if found == id => return Ok(object),
                // Each earlier question has its reply, or the harness would be gone.
                Some(found @ 1..) if found < id => {
                    self.replied_again.insert(found);
                }
                _ => {
                    let found = object.get("id").map_or_else(|| "none".to_owned(), Value::to_string);
                    let what = format!("a reply has the id {}: expected {id}", excerpt(&found, 60));
                    return Err(broken(HarnessFailure::WrongId, &what));
                }
            }
        }
    }

    /// The ids of questions that were replied to more than once, as far as it is known.
    pub(crate) fn take_replied_again(&mut self) -> BTreeSet<u64> {
        std::mem::take(&mut self.replied_again)
    }

    /// It has closed its standard output: how it ended.
    fn crash(&mut self) -> Broken {
        let ended = wait(&mut self.child, LEAVE);
        let message = match ended {
            Some(status) => format!("it ended: {status}"),
            None => "it closed its standard output".to_owned(),
        };
        // What it said last may still be on its way.
        let _ = self.stderr_ended.recv_timeout(Duration::from_millis(500));
        Broken { how: HarnessFailure::Crash, message: self.with_stderr(&message) }
    }

    fn with_stderr(&self, message: &str) -> String {
        let kept: Vec<u8> = self.stderr.lock().unwrap_or_else(PoisonError::into_inner).iter().copied().collect();
        let kept = String::from_utf8_lossy(&kept);
        match kept.trim() {
            "" => message.to_owned(),
            // The end of it has the error.
            said => {
                let from = said.char_indices().rev().nth(599).map_or(0, |(at, _)| at);
                format!("{message}; standard error: {}", excerpt(said.get(from..).unwrap_or(said), 600))
            }
        }
    }

    /// Asks it to stop, and lets it end by itself. Gives the ids of questions that it replied to more than once.
    pub(crate) fn stop(mut self) -> BTreeSet<u64> {
        if let Some(stdin) = self.stdin.take() {
            let _ = stdin.try_send(b"{\"do\":\"stop\"}\n".to_vec());
        }
        wait(&mut self.child, LEAVE);
        let _ = self.child.kill();
        // Whatever is there now was not asked for.
        for _ in 0..100 {
            let Ok(line) = self.lines.recv_timeout(Duration::from_millis(100)) else { break };
            let reply: Value = serde_json::from_slice(&line).unwrap_or_default();
            self.replied_again.extend(reply.get("id").and_then(Value::as_u64));
        }
        self.take_replied_again()
    }
}

impl Drop for Harness {
    fn drop(&mut self) {
        drop(self.stdin.take());
        // Where it has ended already, there is nothing to end.
        let _ = self.child.kill();
        let _ = self.child.wait();
    }
}

/// Waits for the end of a process, but no longer than this.
fn wait(child: &mut Child, timeout: Duration) -> Option<ExitStatus> {
    let until = Instant::now() + timeout;
    loop {
        match child.try_wait() {
            Ok(Some(status)) => return Some(status),
            Ok(None) if Instant::now() < until => thread::sleep(Duration::from_millis(5)),
            _ => return None,
        }
    }
}

/// Sends each line of bytes, split at LF, until the end or until the receiver is dropped.
fn send_lines(mut reader: impl BufRead, lines: &SyncSender<Vec<u8>>) {
    loop {
        let mut line = Vec::new();
        match reader.by_ref().take(LINE_BYTES_MAX).read_until(b'\n', &mut line) {
            Ok(1..) if lines.send(line).is_ok() => {}
            _ => return,
        }
    }
}

/// Keeps the end of what is written there.
fn keep_end(mut pipe: impl Read, kept: &Mutex<VecDeque<u8>>) {
    let mut buffer = [0; 1_024];
    while let Ok(count @ 1..) = pipe.read(&mut buffer) {
        let mut kept = kept.lock().unwrap_or_else(PoisonError::into_inner);
        kept.extend(buffer.get(..count).unwrap_or_default());
        let superfluous = kept.len().saturating_sub(STDERR_BYTES_MAX);
        kept.drain(..superfluous);
    }
}
