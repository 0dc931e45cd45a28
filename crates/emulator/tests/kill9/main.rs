//! Kills an emulator under load, again and again, and compares what is there afterwards with what was answered.
//!
//! `AVMARKS_KILLS` says how often (5), `AVMARKS_SEED` where the random numbers start. `.ci/kill9 COUNT` is the long form.
#![cfg(test)]

mod client;
mod model;

use std::error::Error;
use std::io::{BufRead, BufReader};
use std::path::{Path, PathBuf};
use std::process::{Child, Command, ExitCode, Stdio};
use std::sync::mpsc::channel;
use std::time::{Duration, Instant, SystemTime};

use avmarks_emulator::{Emulator, Settings};

use client::Client;
use model::{Load, Random};

type Result<T> = std::result::Result<T, Box<dyn Error>>;

/// Clients at once, each with accounts of its own.
const CLIENTS: usize = 6;
/// So little that generations begin all the time.
const JOURNAL_BYTES_MAX: usize = 20_000;

fn main() -> ExitCode {
    let mut arguments = std::env::args().skip(1);
    let done = match (arguments.next().as_deref(), arguments.next()) {
        (Some("serve"), Some(folder)) => serve(Path::new(&folder)),
        _ => kill_again_and_again(),
    };
    match done {
        Ok(()) => ExitCode::SUCCESS,
        Err(error) => {
            eprintln!("{error}");
            ExitCode::FAILURE
        }
    }
}

/// The process that is killed.
fn serve(folder: &Path) -> Result<()> {
    let mut settings = Settings::default();
    settings.data = Some(folder.to_owned());
    settings.journal_bytes_max = JOURNAL_BYTES_MAX;
    // How many calls per second there may be is not what is checked.
    settings.app.terms.limits.calls_per_window_max = 1_000_000;
    let running = Emulator::new(settings)?.start("127.0.0.1:0".parse()?)?;
    println!("{}", running.address());
    loop {
        std::thread::park();
    }
}

fn number(variable: &str) -> Result<Option<u64>> {
    std::env::var(variable)
        .ok()
        .map(|text| text.parse().map_err(|_| format!("`{variable}` is no number").into()))
        .transpose()
}

fn kill_again_and_again() -> Result<()> {
    let kills = number("AVMARKS_KILLS")?.unwrap_or(5);
    let time = SystemTime::now().duration_since(SystemTime::UNIX_EPOCH)?;
    let seed = number("AVMARKS_SEED")?.unwrap_or(time.as_millis() as u64);
    let folder = Folder(std::env::temp_dir().join(format!("avmarks-kill9-{}", std::process::id())));
    let told = |error: Box<dyn Error>| format!("seed {seed}, {}: {error}", folder.0.display());

    let mut random = Random(seed);
    let mut loads: Vec<_> = (0..CLIENTS).map(|client| Load::new(client, random.next())).collect();
    let mut starts = Vec::new();
    let (mut running, _) = Killed::start(&folder.0).map_err(told)?;
    Client::connect(&running.address)?.post("/_avmarks/groups", r#"{"group":"room"}"#)?;
    for _ in 0..kills {
        let address = running.address.clone();
        let (answered, one_answered) = channel();
        let threads: Vec<_> = loads
            .into_iter()
            .map(|mut load| {
                let (address, answered) = (address.clone(), answered.clone());
                std::thread::spawn(move || {
                    load.run(&address, &answered).map(|()| load).map_err(|error| error.to_string())
                })
            })
            .collect();
        // However slow the disk is: it is killed under load.
        one_answered.recv_timeout(Duration::from_secs(60)).map_err(|_| told("nothing is answered".into()))?;
        std::thread::sleep(Duration::from_micros(random.next() % 250_000));
        running.child.kill()?;
        running.child.wait()?;
        loads = Vec::new();
        for thread in threads {
            let load = thread.join().map_err(|_| "a client has panicked")?;
            loads.push(load.map_err(|error| told(error.into()))?);
        }
        let (again, took) = Killed::start(&folder.0).map_err(told)?;
        running = again;
        starts.push(took);
        let state = Client::connect(&running.address)?.get("/_avmarks/state")?;
        for load in &mut loads {
            load.compare(&state).map_err(told)?;
        }
    }
    running.child.kill()?;
    running.child.wait()?;
    let (answered, in_flight) = loads.iter().fold((0, (0, 0)), |(answered, (kept, lost)), load| {
        (answered + load.answered, (kept + load.in_flight_kept, lost + load.in_flight_gone))
    });
    starts.sort_unstable();
    let (median, longest) = (starts.get(starts.len() / 2), starts.last());
    println!(
        "{kills} kills, {answered} answered changes, 0 of them lost; {} in flight, {} of them kept; restart {:?} ms in the median, {:?} ms at most; seed {seed}",
        in_flight.0 + in_flight.1,
        in_flight.0,
        median.map_or(0, Duration::as_millis),
        longest.map_or(0, Duration::as_millis),
    );
    std::fs::remove_dir_all(&folder.0)?;
    Ok(())
}

/// Where the state is; left behind where something is wrong, to be looked at.
struct Folder(PathBuf);

/// An emulator that is going to be killed, and is with this value.
struct Killed {
    child: Child,
    address: String,
}

impl Killed {
    fn start(folder: &Path) -> Result<(Self, Duration)> {
        let begun = Instant::now();
        let mut command = Command::new(std::env::current_exe()?);
        let mut child = command.arg("serve").arg(folder).stdin(Stdio::null()).stdout(Stdio::piped()).spawn()?;
        let mut address = String::new();
        let out = child.stdout.take().ok_or("there is no output")?;
        let mut killed = Self { child, address: String::new() };
        BufReader::new(out).read_line(&mut address)?;
        killed.address = address.trim_end().to_owned();
        if killed.address.is_empty() {
            return Err("the emulator did not start".into());
        }
        Ok((killed, begun.elapsed()))
    }
}

impl Drop for Killed {
    fn drop(&mut self) {
        let _ = self.child.kill();
        let _ = self.child.wait();
    }
}
