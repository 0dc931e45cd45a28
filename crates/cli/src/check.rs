//! `avmarks check`: all violations of a request, and the answer of the service.

use std::fmt;

use avmarks_embed::check::{Checked, OmittedMark};
use avmarks_protocol::{Endpoint, modify_user_info};
use avmarks_rules::Reason;
use avmarks_service::{App, Note, Request, RequestBody, Settings, Violation};
use avmarks_spec::readings::TrailingComma;
use avmarks_spec::{Clause, Gap, Timestamp};
use serde::Serialize;

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
    let bytes = args.file.read_up_to(limit as u64 + 1)?;
    let body = if bytes.len() > limit { RequestBody::TooLong(None) } else { RequestBody::Bytes(&bytes) };
    let at = args.at.map_or(app.now(), Timestamp::from_millis);
    let checked = match args.state {
        Some(_) => {
            let call = Request { body, ..Request::trusted(&args.identifier, args.call.path(), b"") };
            Checked::dry_run(&app, args.call, &call, at, |_| true)
        }
        None => Checked::alone(args.call, body, &terms.policy, |_| true),
    };
    let shown = CheckOutput {
        hint: hint(&checked.violations, &bytes),
        served: if args.state.is_some() { served(args.call, &checked) } else { Vec::new() },
        note: (at < app.now()).then_some(EARLIER_NOTE),
        checked,
    };
    format.print(&shown)?;
    Ok(Verdict::of(shown.checked.accepted))
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
struct CheckOutput {
    #[serde(flatten)]
    checked: Checked,
    /// Advice beyond the texts of the violations.
    #[serde(skip_serializing_if = "Option::is_none")]
    hint: Option<String>,
    /// The accounts with the marks that would be served.
    #[serde(skip)]
    served: Vec<modify_user_info::Served>,
    /// The part of the input that was changed; `because` has it as a gap.
    #[serde(skip)]
    note: Option<&'static str>,
}

const TRAILING_COMMA_HINT: &str =
    "--trailing-comma reads a comma before `]` or `}`, which the vendor's samples have and JSON does not allow";

const EARLIER_NOTE: &str = "--at lies before the snapshot's latest time, which was taken instead";

/// The most violations that people are shown; programs have all of them.
const SHOWN_MAX: usize = 20;

/// The accounts of the answer with their marks; the answers of other calls name none.
fn served(call: Endpoint, checked: &Checked) -> Vec<modify_user_info::Served> {
    let answer = checked.answer.iter().flatten().find(|_| call == Endpoint::ModifyUserInfo);
    let answer = answer.and_then(|answer| modify_user_info::Answer::parse(&answer.0).ok());
    answer.and_then(|answer| answer.member_list).unwrap_or_default()
}

/// What to do about a body that is not JSON, where the file shows the cause.
fn hint(violations: &[Violation], body: &[u8]) -> Option<String> {
    let rests_on = |reason| violations.iter().any(|violation| violation.because.contains(&reason));
    // It is named if the body can be read without such commas, and nowhere else.
    if rests_on(Reason::Gap(Gap::TrailingComma)) {
        return Some(TRAILING_COMMA_HINT.to_owned());
    }
    let encoding = Encoding::of(body).filter(|_| rests_on(Reason::Clause(Clause::JsonBody)));
    encoding.map(|encoding| format!("the body is sent as it is in the file: {encoding}"))
}

impl fmt::Display for CheckOutput {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Checked { accepted, violations, answer, because, omitted, notes } = &self.checked;
        writeln!(f, "{}", Verdict::of(*accepted))?;
        for violation in violations.iter().take(SHOWN_MAX) {
            write!(f, "{}", Found(violation))?;
        }
        if violations.len() > SHOWN_MAX {
            writeln!(f, "  … and {} more (--json lists all)", violations.len() - SHOWN_MAX)?;
        }
        for served in &self.served {
            writeln!(f, "  {GOOD}served{GOOD:#}    {}  {}", Foreign(&served.account), Commas(&served.marks))?;
        }
        for OmittedMark(omission) in omitted.iter().flatten() {
            let (account, mark, because) = (Foreign(omission.account.as_str()), omission.mark, omission.because);
            let says = because.description();
            writeln!(f, "  {HEAD}omitted{HEAD:#}   {account}  {mark}  {ID}{because}{ID:#}  {FAINT}{says}{FAINT:#}")?;
        }
        let notes = notes.as_deref().unwrap_or_default();
        if !notes.is_empty() {
            writeln!(f, "{HEAD}notes{HEAD:#}")?;
        }
        for Note { pointer, message, .. } in notes {
            match pointer.as_str() {
                "" => writeln!(f, "  {}", Foreign(message))?,
                pointer => writeln!(f, "  {ID}{}{ID:#}  {}", Foreign(pointer), Foreign(message))?,
            }
        }
        if let Some(because) = because.as_deref().filter(|because| !because.is_empty()) {
            writeln!(f, "{HEAD}because{HEAD:#}   {ID}{}{ID:#}", Commas(because))?;
        }
        match answer.iter().flatten().next() {
            Some(answer) => writeln!(f, "{HEAD}answer{HEAD:#}    {}", Foreign(answer.as_str()))?,
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

/// A violation, with its place in words.
struct Found<'a>(&'a Violation);

impl fmt::Display for Found<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Violation { refusal, path, code, because, message, .. } = self.0;
        write!(f, "  step {:<2}  {ID}{code}{ID:#}  {ID}{}{ID:#}", refusal.step(), Commas(because))?;
        // Most messages name it themselves.
        if let Some(place) = path.map(|path| path.to_string()).filter(|place| !message.contains(place)) {
            write!(f, "  {HEAD}{place}{HEAD:#}")?;
        }
        writeln!(f, "\n           {}", Foreign(message))
    }
}
