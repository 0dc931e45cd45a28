//! `avmarks send set`, `delete` and `robots`.

use avmarks_client::{Plan, PlanKind, PlanSettings};
use avmarks_spec::readings::AccountId;

use super::accounts::{Inputs, Lines};
use super::interrupt;
use super::report::{Report, Told};
use super::resume::Resume;
use super::watch::Bar;
use super::{plan, rehearsal};
use crate::args::SendingArgs;
use crate::error::Error;
use crate::input::{Shown, Source};
use crate::output::{Format, Verdict, complain, remark};
use crate::settings::{Setting, Settings};

/// Plans, and then does what is asked: shows the plan, rehearses it, or carries it out.
pub(super) fn run(args: &SendingArgs, kind: PlanKind, lines: Lines<'_>, format: Format) -> Result<Verdict, Error> {
    let settings = Settings::find(&args.settings);
    settings.check(&needed(args))?;
    one_reads_stdin(args, &settings)?;
    let app = args.state.as_ref().map(Source::read_app).transpose()?;
    let policy = args.policy.over(app.as_ref().map(|app| app.settings().terms.policy).unwrap_or_default());
    let (group, planned) = (settings.group()?, plan_settings(&settings, policy.account_id));
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
            args.policy.configure(&mut app);
            rehearsal::run(plan, app, &settings, args.all, format)
        }
        None if args.dry_run => plan::show(&plan, Some(&settings.target()?), args.all, format),
        None => send(args, plan, &settings, format),
    }
}

/// What the accounts of a call are held against.
pub(super) fn plan_settings(settings: &Settings, account_id: AccountId) -> PlanSettings {
    PlanSettings { accounts_per_call_max: settings.accounts_per_call(), account_id, ..PlanSettings::default() }
}

/// The settings without which it cannot be done.
fn needed(args: &SendingArgs) -> Vec<&'static [Setting]> {
    let mut needed = vec![Settings::GROUP];
    if !args.plan {
        needed.extend(Settings::TARGET);
    }
    if !args.plan && !args.dry_run {
        needed.push(Settings::CREDENTIAL);
    }
    needed
}

fn one_reads_stdin(args: &SendingArgs, settings: &Settings) -> Result<(), Error> {
    let needs_secret = !args.plan && !args.dry_run;
    let readers = [
        args.accounts.file == Some(Source::Stdin),
        args.state == Some(Source::Stdin),
        needs_secret && settings.reads_secret_from_stdin(),
    ];
    if readers.into_iter().filter(|reads| *reads).count() > 1 { Err(Error::StdinTwice) } else { Ok(()) }
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
    let job =
        job.map_err(|fault| Error::Job { what: args.resume.as_deref().map(|path| Shown(path).to_string()), fault })?;
    let earlier = job.answered();
    if let Some(resume) = &mut resume {
        // Before anything is sent, it shows whether it can be.
        resume.save(&job)?;
    }

    let stop = interrupt::stop();
    let mut bar = Bar::new(accounts);
    let job = client.run(job, stop, |job| {
        if let Some(resume) = &mut resume {
            resume.keep(job);
        }
        bar.show(job.answered());
    });
    bar.finish();
    let kept = match resume {
        Some(resume) => resume.finish(&job),
        None => Ok(interrupt::how_to_go_on(&job)),
    };
    let report = Report::of(&job, Told { all: args.all, earlier, is_rehearsal: false });
    format.print(&report)?;
    match kept {
        Ok(Some(note)) => remark(format_args!("{note}")),
        Ok(None) => {}
        // What became of the accounts is told, and the exit status is about that.
        Err(error) => complain(&error),
    }
    Ok(report.verdict())
}
