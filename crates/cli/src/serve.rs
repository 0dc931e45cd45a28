//! `avmarks serve`: the emulator, until it is stopped.

mod banner;
mod lines;
pub(crate) mod logs;
mod seed;
mod settings;

use std::net::SocketAddr;
use std::process::exit;
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::mpsc;

use avmarks_emulator::{Authority, Emulator, Running};
use avmarks_rules::Policy;
use avmarks_service::scenario::{Input, Line};
use avmarks_spec::{GroupType, Timestamp};

use crate::args::ServeArgs;
use crate::error::Error;
use crate::output::{Format, Verdict, remark};
use crate::settings::Settings;
use banner::Banner;
use settings::StartSettings;

/// The exit status of a process that Ctrl-C ended.
const INTERRUPTED: i32 = 130;

pub(crate) fn run(args: &ServeArgs, format: Format) -> Result<Verdict, Error> {
    let settings = Settings::find(&args.settings(), Policy::default());
    settings.check(&[])?;
    let StartSettings { address, is_localhost, emulator, ca_dir, seed, groups, log } = StartSettings::of(&settings)?;
    let _log = logs::begin(log)?;
    let hosts = [&emulator.proxied_hosts[..], &emulator.control_hosts].concat();
    let authority = ca_dir.as_deref().map(|folder| Authority::load_or_make_for(folder, &hosts));
    let authority = authority.transpose().map_err(Error::Authority)?;
    let has_token = emulator.control_token.is_some();
    let emulator = Emulator::new(emulator.with_authority(authority)).map_err(Error::Setup)?;
    match &seed {
        Some(_) if emulator.resumed() => {
            remark(format_args!("--data has a state to continue from, so --seed is ignored"))
        }
        Some(source) => seed::load(&emulator, source, &settings)?,
        None => {}
    }
    for group in &groups {
        let input = Input::CreateGroup { group: *group, kind: GroupType::AvChatRoom, owner: None };
        let line = Line { at: Timestamp::EPOCH, input };
        seed::play(&emulator, &line).map_err(|error| Error::Seed { what: "--group".to_owned(), error })?;
    }
    let stop = signals()?;
    let started = if is_localhost { emulator.start_on_localhost(address.port()) } else { emulator.start(address) };
    let running = started.map_err(|error| Error::Listen { address, error })?;
    warn_of_others(running.address(), has_token);
    format.print(&Banner::of(&running, ca_dir.as_deref(), groups.first()))?;
    wait(running, &stop);
    Ok(Verdict::Accepted)
}

fn warn_of_others(address: SocketAddr, has_token: bool) {
    if !address.ip().is_loopback() {
        let control = if has_token { "with the control token" } else { "over loopback, without --control-token-file" };
        remark(format_args!("other machines can reach {address} and call the API; /_avmarks/ answers only {control}"));
    }
}

/// Receives the first Ctrl-C or SIGTERM; the second one ends the process.
pub(crate) fn signals() -> Result<mpsc::Receiver<()>, Error> {
    static STOPPING: AtomicBool = AtomicBool::new(false);
    let (sender, stop) = mpsc::channel();
    let handler = move || {
        if STOPPING.swap(true, Ordering::Relaxed) {
            exit(INTERRUPTED);
        }
        // The receiver is gone: the process is ending anyway.
        let _ = sender.send(());
    };
    ctrlc::set_handler(handler).map_err(Error::Signals)?;
    Ok(stop)
}

fn wait(running: Running, stop: &mpsc::Receiver<()>) {
    let _ = stop.recv();
    tracing::info!("stopping: what is being answered is finished");
    if let Err(error) = running.stop() {
        tracing::error!(%error, "it did not listen");
    }
}
