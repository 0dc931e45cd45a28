//! `avmarks send`: marks set and deleted at the service, and who is online there.

mod accounts;
mod ask;
mod change;
mod fields;
mod interrupt;
mod plan;
mod rehearsal;
mod report;
mod resume;
mod watch;

use avmarks_client::Change;

use crate::args::{SendArgs, SendCommand};
use crate::error::Error;
use crate::output::{Format, Verdict};
use crate::settings::{Settings, show};

pub(crate) fn run(args: &SendArgs, format: Format) -> Result<Verdict, Error> {
    match &args.command {
        SendCommand::Set(args) => change::run(args, Change::Set, format),
        SendCommand::Delete(args) => change::run(args, Change::Delete, format),
        SendCommand::List(args) => ask::list(args, format),
        SendCommand::Count(args) => ask::count(args, format),
        SendCommand::Config(args) => show(&Settings::find(&args.settings), format).map(|()| Verdict::Accepted),
    }
}
