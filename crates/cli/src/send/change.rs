//! `avmarks send set`, `delete` and `robots`.

use avmarks_client::{Plan, PlanKind};

use super::accounts::{Inputs, Lines, one_reads_stdin};
use super::interrupt;
use super::report::{Report, ReportOptions};
use super::resume::Resume;
use super::settings::{CALL, GROUP};
use super::{dry_run, plan};
use crate::args::SendingArgs;
use crate::error::Error;
use crate::input::{ShownPath, Source, not_both_stdin};
use crate::output::{Format, Verdict, complain, remark};
use crate::progress::Bar;
use crate::settings::{Setting, Settings};

/// Makes the plan, and then shows it, runs it in the app of a snapshot, or sends it.
pub(super) fn run(args: &SendingArgs, kind: PlanKind, lines: Lines<'_>, format: Format) -> Result<Verdict, Error> {
    not_both_stdin(args.accounts.file.as_ref(), args.state.as_ref())?;
    let app = args.state.as_ref().map(Source::read_app).transpose()?;
    let policy = app.as_ref().map(|app| app.settings().terms.policy).unwrap_or_default();
    let settings = Settings::find(&args.settings, policy);
    settings.check(needed(args))?;
    if !args.plan && !args.dry_run {
        one_reads_stdin(&args.accounts, &settings)?;
    }
    let (group, planned) = (settings.group()?, settings.plan());
    let inputs = Inputs::read(&args.accounts, lines)?;
    let group = group.as_str();
    let plan = match kind {
        PlanKind::SetMarks => Plan::set_marks(group, inputs.with_marks(), &planned),
        PlanKind::DeleteMarks => Plan::delete_marks(group, inputs.with_marks(), &planned),
        PlanKind::AddRobots => Plan::add_robots(group, inputs.accounts(), &planned),
        PlanKind::DeleteRobots => Plan::delete_robots(group, inputs.accounts(), &planned),
    };
    let plan = inputs.checked(plan)?;
    match app {
        _ if args.plan => plan::show(&plan, None, args.all, format),
        Some(mut app) => {
            let mut of_app = app.settings().clone();
            of_app.terms.policy = *settings.policy();
            app.configure(of_app);
            dry_run::run(plan, app, &settings, args.all, format)
        }
        None if args.dry_run => plan::show(&plan, Some(&settings.target()?), args.all, format),
        None => send(args, plan, &settings, format),
    }
}

/// The settings without which it cannot be done.
fn needed(args: &SendingArgs) -> &'static [&'static [Setting]] {
    let [call @ .., _] = &CALL;
    match (args.plan, args.dry_run) {
        (true, _) => &[GROUP],
        (false, true) => call,
        (false, false) => &CALL,
    }
}

/// Carries the plan out, and reports.
fn send(args: &SendingArgs, plan: Plan, settings: &Settings, format: Format) -> Result<Verdict, Error> {
    let client = settings.client()?;
    let inputs = args.accounts.file.iter();
    let mut resume = args.resume.as_deref().map(|path| Resume::open(path, inputs)).transpose()?;
    let how = settings.job(settings.deadline(client.now()));
    let accounts = plan.len();
    let job = match resume.as_ref().and_then(Resume::progress) {
        Some(progress) => client.resume(vec![plan], progress, how),
        None => client.job(vec![plan], how),
    };
    let job = job
        .map_err(|error| Error::Job { what: args.resume.as_deref().map(|path| ShownPath(path).to_string()), error })?;
    let earlier = job.answered();
    if let Some(resume) = &mut resume {
        // Before anything is sent, it shows whether it can be.
        resume.save(&job)?;
    }

    let stop = interrupt::stop();
    let mut bar = Bar::new("accounts answered");
    let job = client.run(job, stop, |job| {
        if let Some(resume) = &mut resume {
            resume.keep(job);
        }
        bar.show(job.answered(), accounts);
    });
    bar.finish();
    let kept = match resume {
        Some(resume) => resume.finish(&job),
        None => Ok(interrupt::how_to_go_on(&job)),
    };
    let report = Report::of(&job, ReportOptions { all: args.all, earlier, is_dry_run: false });
    format.print_of_send(&report)?;
    match kept {
        Ok(Some(note)) => remark(format_args!("{note}")),
        Ok(None) => {}
        // The report is printed, and the exit status is about the accounts.
        Err(error) => complain(&error),
    }
    Ok(report.verdict())
}
