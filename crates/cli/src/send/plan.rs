//! `--plan` and `--dry-run`: the calls that would be made, and the first request as it would be sent.

use std::collections::BTreeMap;
use std::fmt;
use std::ops::Range;

use avmarks_client::{Plan, PlanKind};
use avmarks_protocol::url::{CallUrl, Query};
use avmarks_protocol::usersig::UserSig;
use avmarks_spec::{Clause, Limits, Mark};
use serde::Serialize;
use serde_json::value::RawValue;

use super::report::many;
use super::settings::Target;
use crate::error::Error;
use crate::output::{FAINT, Foreign, Format, HEAD, Verdict};

/// Calls that people are shown, unless all are asked for; programs have all of them.
const SHOWN_MAX: usize = 20;

/// Shows the plan, and the first request where there is a target for it.
pub(super) fn show(plan: &Plan, target: Option<&Target>, all: bool, format: Format) -> Result<Verdict, Error> {
    let mut holders: BTreeMap<Mark, usize> = BTreeMap::new();
    for mark in plan.accounts().flat_map(|(_, marks)| marks) {
        *holders.entry(*mark).or_default() += 1;
    }
    format.print_of_send(&Shown {
        kind: plan.kind(),
        group: plan.group().as_str(),
        inputs: plan.inputs(),
        accounts: plan.len(),
        marks: holders.iter().map(|(mark, accounts)| MarkLine { mark: mark.number(), accounts: *accounts }).collect(),
        notes: notes(plan, &holders),
        calls: plan.calls().map(|call| CallLine::of(plan, call)).collect(),
        request: target.and_then(|target| FirstRequest::of(plan, target)),
        shown_max: if all { usize::MAX } else { SHOWN_MAX },
    })?;
    Ok(Verdict::Accepted)
}

#[derive(Serialize)]
struct Shown<'a> {
    #[serde(rename = "change")]
    kind: PlanKind,
    group: &'a str,
    inputs: usize,
    accounts: usize,
    marks: Vec<MarkLine>,
    notes: Vec<String>,
    calls: Vec<CallLine<'a>>,
    #[serde(skip_serializing_if = "Option::is_none")]
    request: Option<FirstRequest>,
    #[serde(skip)]
    shown_max: usize,
}

#[derive(Serialize)]
struct MarkLine {
    mark: u32,
    accounts: usize,
}

#[derive(Serialize)]
struct CallLine<'a> {
    /// Its first account's index, from 0.
    first: usize,
    accounts: usize,
    from: &'a str,
    to: &'a str,
    /// Of the body.
    bytes: usize,
}

impl<'a> CallLine<'a> {
    fn of(plan: &'a Plan, call: Range<usize>) -> Self {
        let account = |at: usize| plan.account(at).map_or("", |(account, _)| account);
        Self {
            first: call.start,
            accounts: call.len(),
            from: account(call.start),
            to: account(call.end.saturating_sub(1)),
            bytes: plan.body(call).len(),
        }
    }
}

#[derive(Serialize)]
struct FirstRequest {
    method: &'static str,
    /// With `…` where each try has a value of its own.
    url: String,
    body: Box<RawValue>,
}

impl FirstRequest {
    fn of(plan: &Plan, target: &Target) -> Option<Self> {
        let query = Query {
            sdkappid: target.app,
            identifier: target.identifier.to_string(),
            usersig: UserSig::new(""),
            random: Some(0),
        };
        let url = CallUrl::new(&target.base, plan.kind().endpoint().path(), &query);
        let body = String::from_utf8(plan.body(plan.calls().next()?)).ok()?;
        Some(Self {
            method: "POST",
            url: url.redacted().replace("&random=0&", "&random=…&"),
            body: RawValue::from_string(body).ok()?,
        })
    }
}

/// What the service will mind, as far as the inputs show it.
fn notes(plan: &Plan, holders: &BTreeMap<Mark, usize>) -> Vec<String> {
    let most = Limits::DOCUMENTED.members_per_mark_max;
    let full = holders.iter().filter(|(_, accounts)| plan.kind().sets() && **accounts > most);
    let full = full.map(|(mark, accounts)| {
        let clause = Clause::MembersPerMark;
        format!("mark {mark} is for {accounts} accounts, and {most} members at most hold one mark ({clause})")
    });
    let special: Vec<_> = plan.special_marks().map(|mark| mark.to_string()).collect();
    let admin = (!special.is_empty())
        .then(|| format!("{} may be changed by an app admin alone ({})", special.join(" and "), Clause::SpecialAdmin));
    full.chain(admin).collect()
}

impl fmt::Display for Shown<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let what = match self.kind {
            PlanKind::SetMarks => "set marks of",
            PlanKind::DeleteMarks => "delete marks of",
            PlanKind::AddRobots => "add robots,",
            PlanKind::DeleteRobots => "delete robots,",
        };
        let (accounts, calls) = (many(self.accounts, "account", "accounts"), many(self.calls.len(), "call", "calls"));
        writeln!(f, "{what} {accounts} in {HEAD}{}{HEAD:#}: {calls}; nothing was sent", Foreign(self.group))?;
        for MarkLine { mark, accounts } in &self.marks {
            writeln!(f, "  mark {mark:<10}  {}", many(*accounts, "account", "accounts"))?;
        }
        for (number, CallLine { accounts, from, to, bytes, .. }) in (1..).zip(&self.calls).take(self.shown_max) {
            let (from, to) = (Foreign(from), Foreign(to));
            writeln!(
                f,
                "  call {number:<10}  {}, {FAINT}{from} to {to}, {bytes} bytes{FAINT:#}",
                many(*accounts, "account", "accounts")
            )?;
        }
        if self.calls.len() > self.shown_max {
            writeln!(f, "  … and {} calls more; --all shows them", self.calls.len() - self.shown_max)?;
        }
        for note in &self.notes {
            writeln!(f, "{HEAD}note{HEAD:#}  {note}")?;
        }
        if let Some(FirstRequest { method, url, body }) = &self.request {
            writeln!(f, "{HEAD}first request{HEAD:#}  {method} {url}\n{}", Foreign(body.get()))?;
        }
        Ok(())
    }
}
