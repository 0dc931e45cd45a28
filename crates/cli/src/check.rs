//! `avmarks check`: everything that is wrong with a request, and what the service would answer.

use std::fmt;

use avmarks_protocol::internal::without_trailing_commas;
use avmarks_protocol::{Endpoint, ErrorCode, modify_user_info};
use avmarks_rules::{Policy, Reason, Refusal};
use avmarks_service::{App, Note, Request, Settings, Violation, notes, preflight};
use avmarks_spec::readings::TrailingComma;
use avmarks_spec::{Clause, Gap, Limits, Timestamp};
use serde::Serialize;
use serde_json::value::RawValue;

use crate::args::CheckArgs;
use crate::encoding::Encoding;
use crate::error::Error;
use crate::input::not_both_stdin;
use crate::output::{Commas, FAINT, Foreign, Format, GOOD, HEAD, ID, Verdict};

/// Reads no more of a body than shows that it is over the limit.
pub(crate) fn run(args: &CheckArgs, format: Format) -> Result<Verdict, Error> {
    not_both_stdin(Some(&args.file), args.state.as_ref())?;
    let mut app = match &args.state {
        Some(snapshot) => snapshot.read_app()?,
        None => App::new(Settings::default()),
    };
    args.configure(&mut app);
    let terms = app.settings().terms;
    let limit = terms.limits.body_bytes_max;
    let body = args.file.read_up_to(limit as u64 + 1)?;
    let checked = if body.len() > limit {
        Checked::too_large(args.call, &terms.policy, limit)
    } else if args.state.is_some() {
        Checked::dry(args, &app, &body)
    } else {
        Checked::alone(args.call, &body, &terms.policy, &terms.limits)
    };
    format.print(&checked)?;
    Ok(Verdict::of(checked.accepted))
}

impl CheckArgs {
    fn configure(&self, app: &mut App) {
        self.policy.configure(app);
        if self.trailing_comma && app.settings().terms.policy.trailing_comma != TrailingComma::Accept {
            let mut settings = app.settings().clone();
            settings.terms.policy.trailing_comma = TrailingComma::Accept;
            app.configure(settings);
        }
    }
}

/// What came out, as JSON (its fields) or as text.
#[derive(Serialize)]
struct Checked {
    accepted: bool,
    violations: Vec<Found>,
    /// The exact answer; none where a body that is in order was looked at by itself.
    answer: Option<Box<RawValue>>,
    because: Vec<&'static str>,
    omitted: Vec<Omitted>,
    /// What is accepted and was surely not meant.
    notes: Vec<Note>,
    /// What would do, beyond what the violations say.
    #[serde(skip_serializing_if = "Option::is_none")]
    hint: Option<String>,
    /// The accounts with the marks that would be served.
    #[serde(skip)]
    served: Vec<modify_user_info::Served>,
    /// What of the question was not taken as it was asked; `because` has it as a gap.
    #[serde(skip)]
    note: Option<&'static str>,
}

/// A violation, with its place in words.
#[derive(Serialize)]
struct Found {
    step: u8,
    code: ErrorCode,
    because: Vec<&'static str>,
    pointer: Option<String>,
    message: String,
    #[serde(skip)]
    place: Option<String>,
}

/// A mark that would be omitted.
#[derive(Serialize)]
struct Omitted {
    account: String,
    mark: u32,
    because: &'static str,
    #[serde(skip)]
    says: &'static str,
}

const TRAILING_COMMA_HINT: &str =
    "--trailing-comma reads a comma before `]` or `}`, which the vendor's samples have and JSON has not";

const EARLIER_NOTE: &str = "--at lies before the snapshot's latest time, which was taken instead";

/// The most violations that people are shown; programs have all of them.
const SHOWN_MAX: usize = 20;

impl Checked {
    /// A body by itself.
    fn alone(call: Endpoint, body: &[u8], policy: &Policy, limits: &Limits) -> Self {
        let violations = preflight(call, body, policy, limits);
        let precedence = Violation::by_precedence(&violations).then_some(Gap::Precedence.id());
        let violations: Vec<_> = violations.iter().map(Found::from).collect();
        let mut because = violations.first().map(|first| first.because.clone()).unwrap_or_default();
        because.extend(precedence);
        if policy.trailing_comma == TrailingComma::Accept && has_trailing_comma(body) {
            let gap = Gap::TrailingComma.id();
            because.extend((!because.contains(&gap)).then_some(gap));
        }
        let hint = hint(&violations, body);
        let notes = notes(call, body, policy);
        Self { answer: answer_to(call, &violations), because, notes, hint, ..Self::of(violations) }
    }

    /// A request against an app and its groups.
    fn dry(args: &CheckArgs, app: &App, body: &[u8]) -> Self {
        let at = args.at.map_or(app.now(), Timestamp::from_millis);
        let call = Request::trusted(&args.identifier, args.call.path(), body);
        let dry = app.dry_run(&call, at);
        let violations: Vec<_> = dry.violations.iter().map(Found::from).collect();
        let policy = &app.settings().terms.policy;
        let hint = hint(&violations, body);
        // The other calls' answers name no account with its marks.
        let served = (args.call == Endpoint::ModifyUserInfo)
            .then(|| modify_user_info::Answer::parse(&dry.answer.body).ok())
            .flatten();
        let omitted = dry.answer.omitted.iter().map(|omission| Omitted {
            account: omission.account.as_str().to_owned(),
            mark: omission.mark.number(),
            because: omission.because.id(),
            says: omission.because.row().description,
        });
        Self {
            answer: raw(dry.answer.body),
            because: dry.answer.because.iter().copied().map(Reason::id).collect(),
            omitted: omitted.collect(),
            notes: notes(args.call, body, policy),
            served: served.and_then(|answer| answer.member_list).unwrap_or_default(),
            hint,
            note: (at < app.now()).then_some(EARLIER_NOTE),
            ..Self::of(violations)
        }
    }

    /// A body of which no more was read than the limit, and one byte.
    fn too_large(call: Endpoint, policy: &Policy, limit: usize) -> Self {
        let reason = Refusal::BodySize;
        let found = Found {
            step: reason.step(),
            code: ErrorCode::new(i64::from(reason.code(policy))),
            because: reason.clause().map(Clause::id).into_iter().chain(reason.gap().map(Gap::id)).collect(),
            pointer: Some(String::new()),
            message: format!("body over the limit: it has more than {limit} bytes, and no more of it is read"),
            place: Some("the body".to_owned()),
        };
        let (because, violations) = (found.because.clone(), vec![found]);
        Self { answer: answer_to(call, &violations), because, ..Self::of(violations) }
    }

    fn of(violations: Vec<Found>) -> Self {
        Self {
            accepted: violations.is_empty(),
            violations,
            answer: None,
            because: Vec::new(),
            omitted: Vec::new(),
            notes: Vec::new(),
            hint: None,
            served: Vec::new(),
            note: None,
        }
    }
}

impl From<&Violation> for Found {
    fn from(violation: &Violation) -> Self {
        Self {
            step: violation.reason.step(),
            code: violation.code,
            because: violation.because.iter().copied().map(Reason::id).collect(),
            pointer: violation.pointer(),
            message: violation.message.clone(),
            place: violation.path.map(|path| path.to_string()),
        }
    }
}

/// The answer to the first violation, in the call's own order of fields; none where there is none.
fn answer_to(call: Endpoint, violations: &[Found]) -> Option<Box<RawValue>> {
    let Found { code, message, .. } = violations.first()?;
    raw(Endpoint::refused_answer(Some(call), *code, message))
}

fn raw(json: Vec<u8>) -> Option<Box<RawValue>> {
    // What the service writes is JSON.
    String::from_utf8(json).ok().and_then(|json| RawValue::from_string(json).ok())
}

/// What to do about a body that is not JSON, where the file shows the cause.
fn hint(violations: &[Found], body: &[u8]) -> Option<String> {
    // It is named where the body can be read without such commas, and nowhere else.
    if violations.iter().any(|found| found.because.contains(&Gap::TrailingComma.id())) {
        return Some(TRAILING_COMMA_HINT.to_owned());
    }
    violations.iter().find(|found| found.because.contains(&Clause::JsonBody.id()))?;
    Encoding::of(body).map(|encoding| format!("the body is sent as it is in the file: {encoding}"))
}

fn has_trailing_comma(body: &[u8]) -> bool {
    std::str::from_utf8(body).is_ok_and(|text| without_trailing_commas(text) != text)
}

impl fmt::Display for Checked {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        writeln!(f, "{}", Verdict::of(self.accepted))?;
        for found in self.violations.iter().take(SHOWN_MAX) {
            write!(f, "{found}")?;
        }
        if self.violations.len() > SHOWN_MAX {
            writeln!(f, "  … and {} more (--json lists all)", self.violations.len() - SHOWN_MAX)?;
        }
        for served in &self.served {
            writeln!(f, "  {GOOD}served{GOOD:#}    {}  {}", Foreign(&served.account), Commas(&served.marks))?;
        }
        for Omitted { account, mark, because, says } in &self.omitted {
            writeln!(
                f,
                "  {HEAD}omitted{HEAD:#}   {}  {mark}  {ID}{because}{ID:#}  {FAINT}{says}{FAINT:#}",
                Foreign(account)
            )?;
        }
        if !self.notes.is_empty() {
            writeln!(f, "{HEAD}notes{HEAD:#}")?;
        }
        for Note { pointer, message, .. } in &self.notes {
            match pointer.as_str() {
                "" => writeln!(f, "  {}", Foreign(message))?,
                pointer => writeln!(f, "  {ID}{}{ID:#}  {}", Foreign(pointer), Foreign(message))?,
            }
        }
        if !self.because.is_empty() {
            writeln!(f, "{HEAD}because{HEAD:#}   {ID}{}{ID:#}", Commas(&self.because))?;
        }
        match &self.answer {
            Some(answer) => writeln!(f, "{HEAD}answer{HEAD:#}    {}", Foreign(answer.get()))?,
            None => f.write_str(
                "The body breaks no rule by itself (steps 6 to 12). Whether the group and its members allow the call, --state SNAPSHOT tells; `avmarks replay --save` writes one.\n",
            )?,
        }
        if let Some(hint) = &self.hint {
            writeln!(f, "{HEAD}hint{HEAD:#}      {hint}")?;
        }
        match self.note {
            Some(note) => writeln!(f, "{HEAD}note{HEAD:#}: {note}"),
            None => Ok(()),
        }
    }
}

impl fmt::Display for Found {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Self { step, code, because, message, place, .. } = self;
        write!(f, "  step {step:<2}  {ID}{code}{ID:#}  {ID}{}{ID:#}", Commas(because))?;
        // Most messages name it themselves.
        if let Some(place) = place.as_deref().filter(|place| !message.contains(*place)) {
            write!(f, "  {HEAD}{place}{HEAD:#}")?;
        }
        writeln!(f, "\n           {}", Foreign(message))
    }
}
