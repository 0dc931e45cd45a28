//! `--plan` and `--dry-run`: the calls that would be made, and the first request as it would be sent.

use std::fmt;

use avmarks_client::{Plan, PlanKind};
use avmarks_embed::plan::{CallLine, MarkLine, Planned};
use avmarks_protocol::url::{CallUrl, Query};
use avmarks_protocol::usersig::UserSig;
use serde::Serialize;
use serde_json::value::RawValue;

use super::settings::Target;
use crate::error::{Error, count_of};
use crate::output::{FAINT, Foreign, Format, HEAD, Verdict};

/// Calls that people are shown, unless all are asked for; programs have all of them.
const SHOWN_MAX: usize = 20;

/// Shows the plan, and the first request if there is a target for it.
pub(super) fn show(plan: &Plan, target: Option<&Target>, all: bool, format: Format) -> Result<Verdict, Error> {
    format.print_of_send(&PlanOutput {
        plan: Planned::new(plan, false),
        request: target.and_then(|target| FirstRequest::of(plan, target)),
        kind: plan.kind(),
        shown_max: if all { usize::MAX } else { SHOWN_MAX },
    })?;
    Ok(Verdict::Accepted)
}

#[derive(Serialize)]
struct PlanOutput<'a> {
    #[serde(flatten)]
    plan: Planned<'a>,
    #[serde(skip_serializing_if = "Option::is_none")]
    request: Option<FirstRequest>,
    #[serde(skip)]
    kind: PlanKind,
    #[serde(skip)]
    shown_max: usize,
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

impl fmt::Display for PlanOutput<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let what = match self.kind {
            PlanKind::SetMarks => "set marks of",
            PlanKind::DeleteMarks => "delete marks of",
            PlanKind::AddRobots => "add robots,",
            PlanKind::DeleteRobots => "delete robots,",
        };
        let Planned { group, accounts, marks, notes, calls, .. } = &self.plan;
        let accounts = count_of(*accounts, "account", "accounts");
        let count = count_of(calls.len(), "call", "calls");
        writeln!(f, "{what} {accounts} in {HEAD}{}{HEAD:#}: {count}; nothing was sent", Foreign(group))?;
        for MarkLine { mark, accounts } in marks {
            writeln!(f, "  mark {mark:<10}  {}", count_of(*accounts, "account", "accounts"))?;
        }
        for (number, CallLine { accounts, from, to, bytes, .. }) in (1..).zip(calls).take(self.shown_max) {
            let (from, to) = (Foreign(from), Foreign(to));
            writeln!(
                f,
                "  call {number:<10}  {}, {FAINT}{from} to {to}, {bytes} bytes{FAINT:#}",
                count_of(*accounts, "account", "accounts")
            )?;
        }
        if calls.len() > self.shown_max {
            writeln!(f, "  … and {} calls more; --all shows them", calls.len() - self.shown_max)?;
        }
        for note in notes {
            writeln!(f, "{HEAD}note{HEAD:#}  {note}")?;
        }
        if let Some(FirstRequest { method, url, body }) = &self.request {
            writeln!(f, "{HEAD}first request{HEAD:#}  {method} {url}\n{}", Foreign(body.get()))?;
        }
        Ok(())
    }
}
