//! `avmarks send`: marks and robots set and deleted at the service, and who is online there.

mod accounts;
mod admins;
mod ask;
mod change;
mod config;
mod dry_run;
pub(crate) mod fields;
mod interrupt;
mod plan;
mod report;
mod resume;
mod settings;

use avmarks_client::PlanKind;

use accounts::Lines;

use crate::args::{AdminsCommand, RobotsCommand, SendCommand};
use crate::error::Error;
use crate::output::{Format, Verdict};

pub(crate) fn run(command: &SendCommand, format: Format) -> Result<Verdict, Error> {
    match command {
        SendCommand::Set(args) => change::run(&args.sending, PlanKind::SetMarks, Lines::Marks(&args.marks), format),
        SendCommand::Delete(args) => {
            change::run(&args.sending, PlanKind::DeleteMarks, Lines::Marks(&args.marks), format)
        }
        SendCommand::Robots(RobotsCommand::Add(args)) => change::run(args, PlanKind::AddRobots, Lines::Account, format),
        SendCommand::Robots(RobotsCommand::Delete(args)) => {
            change::run(args, PlanKind::DeleteRobots, Lines::Account, format)
        }
        SendCommand::Check(args) => ask::check(args, format),
        SendCommand::Admins(AdminsCommand::Add(args)) => admins::change(args, PlanKind::SetMarks, format),
        SendCommand::Admins(AdminsCommand::Delete(args)) => admins::change(args, PlanKind::DeleteMarks, format),
        SendCommand::Admins(AdminsCommand::List(args)) => admins::list(args, format),
        SendCommand::List(args) => ask::list(args, format),
        SendCommand::Count(args) => ask::count(args, format),
        SendCommand::Config(args) => config::show(args, format),
    }
}
