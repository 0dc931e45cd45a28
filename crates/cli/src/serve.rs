//! `avmarks serve`: the emulator, until it is told to stop.

mod file;
mod found;
mod lines;
mod logs;
mod ready;
mod seed;
mod setting;
mod told;
mod webhooks;

use std::net::SocketAddr;
use std::process::exit;
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::mpsc;

use avmarks_emulator::{Authority, Emulator, Running};
use avmarks_service::scenario::{Input, Line};
use avmarks_spec::{GroupType, Timestamp};

use crate::args::ServeArgs;
use crate::error::Error;
use crate::output::{Format, Verdict, remark};
use found::Found;
use ready::Ready;
use told::Told;

/// What shells take a process for that Ctrl-C ended.
const INTERRUPTED: i32 = 130;

pub(crate) fn run(args: &ServeArgs, format: Format) -> Result<Verdict, Error> {
    let found = Found::find(args)?;
    let Ready { address, settings, ca_dir, seed, groups, log } = Ready::of(&found)?;
    let _log = logs::begin(log)?;
    let authority = ca_dir.as_deref().map(Authority::load_or_make).transpose().map_err(Error::Authority)?;
    let settings = settings.with_authority(authority);
    let emulator = Emulator::new(settings).map_err(Error::Setup)?;
    match &seed {
        Some(_) if emulator.resumed() => {
            remark(format_args!("--data has a state to go on from, so --seed is passed over"))
        }
        Some(source) => seed::sow(&emulator, source, &found)?,
        None => {}
    }
    for group in &groups {
        let input = Input::CreateGroup { group: *group, kind: GroupType::AvChatRoom, owner: None };
        seed::play(&emulator, &Line { at: Timestamp::EPOCH, input })
            .map_err(|fault| Error::Seed { what: "--group".to_owned(), fault })?;
    }
    let stop = signals()?;
    let running = emulator.start(address).map_err(|fault| Error::Listen { address, fault })?;
    warn_of_others(running.address());
    format.print(&Told::of(&running, ca_dir.as_deref(), groups.first()))?;
    wait(running, &stop);
    Ok(Verdict::Accepted)
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
