//! `avmarks send`, against a server on this machine.

mod accounts;
mod outcomes;
mod plan;
mod resume;
mod robots;
mod settings;

use std::net::TcpListener;
use std::process::Command;
use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::sync::mpsc::{Receiver, Sender, channel};

use super::run::{Run, command, feed, file, folder};
use super::server::{Entry, Server};

/// The key of the server.
const KEY: &str = "5bd2850fff3ecb11d7c805251c51ee463a25727bddc2385f3fa8bfee1bb93b5e";

const GROUP: &str = "@TGS#a6I4ZUUGO";

/// The accounts and marks of `examples/students.csv`: 1,200 students, 30 of whom are offline.
fn students() -> String {
    let mark = |number| if number <= 600 { 1000 } else { 1001 };
    let lines = (1..=1_200).map(|number| format!("student{number},{}\n", mark(number)));
    ["account,mark\n".to_owned()].into_iter().chain(lines).collect()
}

/// A file of them in a new folder for the test of this name.
fn students_file(test: &str) -> String {
    file(&folder(test), "students.csv", students())
}

/// A server that runs, and what it has dealt with.
pub(crate) struct Loopback {
    pub(crate) url: String,
    log: Receiver<Entry>,
    /// From which request on answers are held back.
    held_from: Arc<AtomicUsize>,
}

impl Loopback {
    pub(crate) fn start(server: impl FnOnce(Sender<Entry>) -> Server) -> Self {
        let listener = TcpListener::bind(("127.0.0.1", 0)).unwrap();
        let url = format!("http://{}", listener.local_addr().unwrap());
        let (sender, log) = channel();
        let server = Arc::new(server(sender));
        let held_from = server.held_from();
        std::thread::spawn(move || server.serve(&listener));
        Self { url, log, held_from }
    }

    /// Holds answers back from the request of this number on.
    fn hold_from(&self, request: usize) {
        self.held_from.store(request, Ordering::Relaxed);
    }

    /// Holds no answer back any more.
    fn release(&self) {
        self.hold_from(usize::MAX);
    }

    /// What it has dealt with since it was last asked.
    fn entries(&self) -> Vec<Entry> {
        self.log.try_iter().collect()
    }

    /// The next requests, which are waited for.
    fn wait_for(&self, requests: usize) -> Vec<Entry> {
        self.log.iter().take(requests).collect()
    }

    /// `avmarks send` with all settings that it needs, by the environment.
    fn command(&self, arguments: &[&str]) -> Command {
        let mut command = send_command(arguments);
        command.env("AVMARKS_URL", &self.url);
        command
    }

    fn send(&self, arguments: &[&str]) -> Run {
        feed(self.command(arguments), b"")
    }
}

/// `avmarks send` with all settings but where the service is.
fn send_command(arguments: &[&str]) -> Command {
    let mut command = command(&[&["send"], arguments].concat());
    command.env("AVMARKS_SDKAPPID", "1400000000").env("AVMARKS_GROUP", GROUP).env("AVMARKS_KEY", KEY);
    command
}

#[test]
fn the_example_file_matches_the_tests() {
    let example = concat!(env!("CARGO_MANIFEST_DIR"), "/../../examples/students.csv");
    // The crate as a registry has it comes without the project around it.
    if let Ok(example) = std::fs::read_to_string(example) {
        assert_eq!(example, students());
    }
}
