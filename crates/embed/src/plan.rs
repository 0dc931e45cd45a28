//! `plan`: the calls for any number of accounts; and the plans of a job.

use std::borrow::Cow;
use std::collections::BTreeMap;
use std::ops::Range;

use avmarks_client::{Plan, PlanError, PlanErrors, PlanKind, PlanSettings};
use avmarks_spec::{Clause, Limits, Mark};
use serde::{Deserialize, Serialize};

use crate::error::RequestError;
use crate::reply::json;
use crate::request::Request;
use crate::shape::{Number, Text};

/// What a plan is made of.
#[derive(Deserialize)]
pub(crate) struct ToPlan<'a> {
    #[serde(borrow)]
    change: Cow<'a, str>,
    #[serde(borrow)]
    group: Text<'a>,
    #[serde(borrow)]
    inputs: Vec<Input<'a>>,
    accounts_per_call: Option<Number<u64>>,
    #[serde(borrow, default)]
    want: Vec<Cow<'a, str>>,
}

#[derive(Deserialize)]
struct Input<'a> {
    #[serde(borrow)]
    account: Text<'a>,
    marks: Option<Vec<Number<i64>>>,
}

impl ToPlan<'_> {
    /// The plan, or everything that is wrong with the inputs.
    pub(crate) fn plan(&self, pointer: &str) -> Result<Result<Plan, PlanErrors>, RequestError> {
        let mut settings = PlanSettings::default();
        if let Some(Number(accounts)) = self.accounts_per_call {
            settings.accounts_per_call_max = usize::try_from(accounts).unwrap_or(usize::MAX);
        }
        let kind = PlanKind::ALL.iter().find(|kind| kind.name() == self.change);
        let Some(kind) = kind else { return Err(RequestError::unanswered()) };
        if !kind.names_served()
            && let Some(at) = self.inputs.iter().position(|input| input.marks.is_some())
        {
            let message = "marks of a robot: expected none, as its mark is 500";
            return Err(RequestError::invalid(format!("{pointer}/inputs/{at}/marks"), message));
        }
        let marks = |input: &Input<'_>| input.marks.iter().flatten().map(|mark| mark.0).collect::<Vec<_>>();
        let wanted = self.inputs.iter().map(|input| (&*input.account.0, marks(input)));
        let accounts = self.inputs.iter().map(|input| &*input.account.0);
        Ok(match kind {
            PlanKind::SetMarks => Plan::set_marks(&self.group.0, wanted, &settings),
            PlanKind::DeleteMarks => Plan::delete_marks(&self.group.0, wanted, &settings),
            PlanKind::AddRobots => Plan::add_robots(&self.group.0, accounts, &settings),
            PlanKind::DeleteRobots => Plan::delete_robots(&self.group.0, accounts, &settings),
        })
    }
}

#[derive(Serialize)]
struct Refused {
    accepted: bool,
    errors: Vec<InputError>,
}

#[derive(Serialize)]
struct InputError {
    because: Option<&'static str>,
    /// The input that is wrong, from 0; none if it is not about one.
    input: Option<usize>,
    message: String,
}

impl From<&PlanError> for InputError {
    fn from(error: &PlanError) -> Self {
        Self { because: error.clause().map(Clause::id), input: error.input(), message: error.to_string() }
    }
}

#[derive(Serialize)]
pub struct Planned<'a> {
    pub accepted: bool,
    pub change: &'static str,
    pub group: &'a str,
    /// Before merging.
    pub inputs: usize,
    /// After merging.
    pub accounts: usize,
    pub needs_admin: bool,
    pub marks: Vec<MarkLine>,
    /// What the service will refuse or omit, as far as the inputs show it.
    pub notes: Vec<String>,
    pub calls: Vec<CallLine<'a>>,
}

#[derive(Serialize)]
pub struct MarkLine {
    pub mark: u32,
    pub accounts: usize,
}

#[derive(Serialize)]
pub struct CallLine<'a> {
    pub first: usize,
    pub accounts: usize,
    pub from: &'a str,
    pub to: &'a str,
    pub bytes: usize,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub body: Option<String>,
}

impl<'a> CallLine<'a> {
    fn of(plan: &'a Plan, call: Range<usize>, with_body: bool) -> Self {
        let account = |at: usize| plan.account(at).map(|(account, _)| account).unwrap_or_default();
        let body = plan.body(call.clone());
        Self {
            first: call.start,
            accounts: call.len(),
            from: account(call.start),
            to: account(call.end.saturating_sub(1)),
            bytes: body.len(),
            // What is written is JSON, and so UTF-8.
            body: with_body.then(|| String::from_utf8(body).unwrap_or_default()),
        }
    }
}

pub(crate) fn plan(request: &Request<'_>) -> Result<String, RequestError> {
    let asked: ToPlan<'_> = request.fields()?;
    let plan = match asked.plan("")? {
        Ok(plan) => plan,
        Err(errors) => {
            return json(&Refused {
                accepted: false,
                errors: errors.as_slice().iter().map(InputError::from).collect(),
            });
        }
    };
    json(&Planned::new(&plan, asked.want.iter().any(|wanted| wanted == "bodies")))
}

impl<'a> Planned<'a> {
    /// The calls of a plan, with their bodies or without.
    #[must_use]
    pub fn new(plan: &'a Plan, with_bodies: bool) -> Self {
        let mut holders: BTreeMap<Mark, usize> = BTreeMap::new();
        for mark in plan.accounts().flat_map(|(_, marks)| marks) {
            *holders.entry(*mark).or_default() += 1;
        }
        let line = |(mark, accounts): (&Mark, &usize)| MarkLine { mark: mark.number(), accounts: *accounts };
        Self {
            accepted: true,
            change: plan.kind().name(),
            group: plan.group().as_str(),
            inputs: plan.inputs(),
            accounts: plan.len(),
            needs_admin: plan.needs_admin(),
            marks: holders.iter().map(line).collect(),
            notes: notes(plan, &holders),
            calls: plan.calls().map(|call| CallLine::of(plan, call, with_bodies)).collect(),
        }
    }
}

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
