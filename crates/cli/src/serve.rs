//! `avmarks serve`: the emulator, until it is told to stop.

mod file;
mod found;
mod lines;
mod logs;
mod ready;
mod setting;
mod told;
mod webhooks;

use std::net::SocketAddr;
use std::process::exit;
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::mpsc;

use avmarks_emulator::{Authority, Emulator, Running, SeedFault};
use avmarks_service::App;

use crate::args::ServeArgs;
use crate::error::Error;
use crate::input::Source;
use crate::output::{Format, Verdict, remark};
use found::Found;
use ready::Ready;
use told::Told;

/// What shells take a process for that Ctrl-C ended.
const INTERRUPTED: i32 = 130;

/// A scenario: some hundred thousand lines.
const SCENARIO_BYTES_MAX: u64 = 256 * 1_024 * 1_024;

pub(crate) fn run(args: &ServeArgs, format: Format) -> Result<Verdict, Error> {
    let Ready { address, settings, ca_dir, seed, groups, log } = Ready::of(&Found::find(args)?)?;
    let _log = logs::begin(log)?;
    let is_keyed = settings.app.key.is_some();
    let authority = ca_dir.as_deref().map(Authority::load_or_make).transpose().map_err(Error::Authority)?;
    let settings = settings.with_authority(authority);
    let (app, admin) = (settings.app.sdkappid, settings.app.admins.first().cloned());
    let emulator = Emulator::new(settings).map_err(Error::Setup)?;
    match &seed {
        Some(_) if emulator.goes_on() => {
            remark(format_args!("--data has a state to go on from, so --seed is passed over"))
        }
        Some(source) => sow(&emulator, source)?,
        None => {}
    }
    for group in &groups {
        let line = serde_json::json!({ "at": 0, "do": "create_group", "group": group.as_str() });
        emulator.play(&line.to_string()).map_err(|fault| Error::Seed { what: "--group".to_owned(), fault })?;
    }
    let stop = signals()?;
    let running = emulator.start(address).map_err(|fault| Error::Listen { address, fault })?;
    warn_of_others(running.address());
    format.print(&Told::of(&running, app, admin, ca_dir.as_deref(), groups.first(), is_keyed))?;
    wait(running, &stop);
    Ok(Verdict::Accepted)
}

/// Takes in a snapshot or a scenario, which are told apart by their first line.
fn sow(emulator: &Emulator, source: &Source) -> Result<(), Error> {
    let text = source.read_text(SCENARIO_BYTES_MAX, "a scenario or a snapshot")?;
    let fault = |fault: SeedFault| Error::Seed { what: source.to_string(), fault };
    let is_scenario =
        text.lines().next().is_some_and(|line| line.contains("\"do\"")) || !text.trim_start().starts_with('{');
    if is_scenario {
        return emulator.play(&text).map_err(fault);
    }
    let app = App::restore(text.as_bytes());
    let app = app.map_err(|fault| Error::Snapshot { what: source.to_string(), fault })?;
    emulator.seed(app).map_err(fault)
}

fn warn_of_others(address: SocketAddr) {
    if !address.ip().is_loopback() {
        remark(format_args!(
            "{address} can be reached by others, who may do anything to this emulator; there is no password"
        ));
    }
}

/// Hears of Ctrl-C and the like: the first time it is passed on, the second time the process ends.
fn signals() -> Result<mpsc::Receiver<()>, Error> {
    static STOPPING: AtomicBool = AtomicBool::new(false);
    let (heard, stop) = mpsc::channel();
    let handler = move || {
        if STOPPING.swap(true, Ordering::Relaxed) {
            exit(INTERRUPTED);
        }
        // Whoever waited has gone: it is over anyway.
        let _ = heard.send(());
    };
    ctrlc::set_handler(handler).map_err(Error::Signals)?;
    Ok(stop)
}

fn wait(running: Running, stop: &mpsc::Receiver<()>) {
    let _ = stop.recv();
    tracing::info!("stopping: what is being answered is finished");
    if let Err(fault) = running.stop() {
        tracing::error!(%fault, "it did not listen");
    }
}
