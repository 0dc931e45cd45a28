//! `--dry-run --state`: the plan carried out in the app of a snapshot, which is thrown away afterwards.

use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;

use avmarks_client::{Job, Pace, Plan, Response, Signer, Step};
use avmarks_protocol::ErrorCode;
use avmarks_protocol::usersig::UserSig;
use avmarks_rules::Reason;
use avmarks_service::{App, Request};
use avmarks_spec::Clause;

use super::report::{Report, ReportOptions};
use crate::error::Error;
use crate::output::{Format, Verdict};
use crate::settings::Settings;

/// Says what would become of each account, at the snapshot's latest time and after. The signature is taken as valid.
pub(super) fn run(plan: Plan, mut app: App, settings: &Settings, all: bool, format: Format) -> Result<Verdict, Error> {
    let target = settings.target()?;
    let mut now = app.now();
    let signer = Arc::new(Signer::fixed(target.app, target.identifier, UserSig::new("unchecked")));
    let job = Job::new(vec![plan], signer, settings.job(settings.deadline(now)), 0);
    let mut job = job.map_err(|error| Error::Job { what: None, error })?;
    let mut pace = Pace::new(settings.pace());
    let mut clauses: BTreeMap<ErrorCode, BTreeSet<Clause>> = BTreeMap::new();
    loop {
        match job.poll(now, &mut pace) {
            Step::Send(transmit) => {
                let (identifier, body) = (target.identifier.as_str(), &transmit.body);
                let response = app.handle(&Request::trusted(identifier, &transmit.path, body), now);
                if let Some(Reason::Clause(clause)) = response.answer.because.first() {
                    clauses.entry(response.answer.code).or_default().insert(*clause);
                }
                // It is in flight: it was handed out just now.
                let _ = job.on_response(transmit.id, now, &Response::new(200, &response.answer.body));
            }
            Step::WaitUntil(then) => now = then,
            Step::Done => break,
        }
    }
    let report = Report::of(&job, ReportOptions { all, earlier: 0, is_dry_run: true }).because(clauses);
    format.print_of_send(&report)?;
    Ok(report.verdict())
}
