//! `avmarks`: checks, replays and explains requests about marks in audio-video groups, and sends them.
//!
//! Everything is decided in `avmarks-service`, `avmarks-client` and the crates below them; here files are read, arguments
//! parsed and answers printed. Exit codes: 0 accepted or done, 1 refused or nothing done, 2 wrong usage or input that
//! cannot be read, 3 done in part, 4 configuration errors; a reader that closes the pipe changes none of them.
#![forbid(unsafe_code)]

mod args;
mod check;
mod clock;
mod conformance;
mod encoding;
mod error;
mod explain;
mod input;
mod keep;
mod manual;
mod mark;
mod names;
mod output;
mod policy;
mod progress;
mod readings;
mod replay;
mod save;
mod secret;
mod send;
mod serve;
mod settings;
mod usersig;

use std::process::ExitCode;

use args::{Cli, Command};
use error::Error;
use output::{Format, Verdict};

fn main() -> ExitCode {
    let cli = args::parse();
    match run(&cli) {
        Ok(verdict) => verdict.into(),
        Err(error) => {
            output::complain(&error);
            ExitCode::from(error.status())
        }
    }
}

fn run(cli: &Cli) -> Result<Verdict, Error> {
    let format = Format::new(cli.json);
    match &cli.command {
        Command::Check(args) => check::run(args, format),
        Command::Replay(args) => replay::run(args),
        Command::Explain(args) => explain::run(args, format),
        Command::Serve(args) => serve::run(args, format),
        Command::Keep(args) => keep::run(args, format),
        Command::Usersig(command) => usersig::run(command, format),
        Command::Send(command) => send::run(command, format),
        Command::Policy(options) => policy::run(options, format),
        Command::Generate(args) => conformance::generate(args),
        Command::Conformance(command) => conformance::conformance(command, format),
        Command::Completions(args) => manual::completions(args),
        Command::Man(args) => manual::pages(args),
    }
}
