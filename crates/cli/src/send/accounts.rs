//! The accounts to send, with their marks: from arguments, a file or standard input. All that is wrong is found, and told by
//! its place, before anything is sent.

use std::fmt;

use avmarks_client::{Change, Plan, PlanFault, PlanSettings};
use avmarks_spec::{Excerpt, GroupId, Mark};

use crate::args::ChangeArgs;
use crate::error::Error;
use crate::input::{Shown, Source};
use crate::mark::parse_mark;
use crate::send::fields::{Field, HEADERS, fields};

/// Some ten million accounts.
const FILE_BYTES_MAX: u64 = 256 * 1_024 * 1_024;

/// Plans to make this change, of all accounts given.
///
/// # Errors
///
/// Everything that is wrong with any of them.
pub(crate) fn plan(args: &ChangeArgs, change: Change, group: &GroupId, settings: &PlanSettings) -> Result<Plan, Error> {
    let mut inputs = Inputs::new(&args.marks);
    for (at, account) in args.accounts.iter().enumerate() {
        inputs.take_argument(at, account);
    }
    if let Some(source) = &args.file {
        inputs.take_file(&source.read_limited(FILE_BYTES_MAX, "a list of accounts")?);
    }
    if inputs.inputs.is_empty() && inputs.faults.is_empty() {
        return Err(Error::NoAccounts { file: args.file.as_ref().map(Source::to_string) });
    }
    inputs.plan(args.file.as_ref(), change, group, settings)
}

/// What was read so far, and what was found wrong with it.
struct Inputs<'a> {
    /// The marks of every account, where they do not stand with it.
    marks: &'a [Mark],
    inputs: Vec<Input>,
    faults: Vec<(Place, String)>,
}

struct Input {
    place: Place,
    account: String,
    /// Where it stands with the account.
    mark: Option<Mark>,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
enum Place {
    /// From 0.
    Argument(usize),
    /// From 1.
    Line(u64),
}

impl<'a> Inputs<'a> {
    const fn new(marks: &'a [Mark]) -> Self {
        Self { marks, inputs: Vec::new(), faults: Vec::new() }
    }

    fn take_argument(&mut self, at: usize, account: &str) {
        let place = Place::Argument(at);
        if self.marks.is_empty() {
            self.faults.push((place, format!("`{}` has no marks; give --mark", Excerpt(account))));
        }
        self.inputs.push(Input { place, account: account.to_owned(), mark: None });
    }

    fn take_file(&mut self, file: &[u8]) {
        let file = file.strip_prefix("\u{feff}".as_bytes()).unwrap_or(file);
        let mut is_first = true;
        for (place, line) in (1..).map(Place::Line).zip(file.split(|byte| *byte == b'\n')) {
            let line = line.strip_suffix(b"\r").unwrap_or(line);
            match self.input(line, is_first) {
                Ok(Row::Blank) => continue,
                Ok(Row::Header) => {}
                Ok(Row::Account { account, mark }) => self.inputs.push(Input { place, account, mark }),
                Err(fault) => self.faults.push((place, fault)),
            }
            is_first = false;
        }
    }

    /// What a line says; `is_first` where nothing but blank lines stands before it.
    fn input(&self, line: &[u8], is_first: bool) -> Result<Row, String> {
        let line = std::str::from_utf8(line).map_err(|fault| {
            format!(
                "not UTF-8: the byte at {} of the line fits no character; save the file as UTF-8",
                fault.valid_up_to()
            )
        })?;
        let fields = fields(line).map_err(|fault| fault.to_string())?;
        let Some(first) = fields.first() else { return Ok(Row::Blank) };
        let account = Excerpt(&first.text);
        if !first.is_quoted && first.text.starts_with('#') {
            return Err(format!(
                "`{account}` begins like a comment, and there are none; take it out, or put the account in quotes"
            ));
        }
        match (fields.as_slice(), self.marks.is_empty()) {
            ([Field { text, is_quoted: false }], _) if text.is_empty() => Ok(Row::Blank),
            ([name], false) if is_first && is_header(name, &HEADERS) => Err(format!(
                "`{account}` looks like a header, which stands above `account,mark` alone; take it out, or put the account in quotes"
            )),
            ([account], false) => Ok(Row::Account { account: account.text.to_string(), mark: None }),
            (fields, false) => Err(format!(
                "{} fields where --mark is given, which leaves a line to its account; leave --mark out, or put an account that has a comma in quotes",
                fields.len()
            )),
            ([_, mark], true) if is_first && is_header(mark, &["mark", "marks"]) => Ok(Row::Header),
            ([name, _], true) if name.text.is_empty() => {
                Err("there is no account before the comma; write `account,mark`".to_owned())
            }
            ([_, mark], true) if mark.text.is_empty() => {
                Err(format!("`{account}` has no mark behind the comma; write `account,mark`"))
            }
            ([account, mark], true) => match parse_mark(&mark.text) {
                Ok(mark) => Ok(Row::Account { account: account.text.to_string(), mark: Some(mark) }),
                Err(fault) => Err(format!("`{}` is no mark; {fault}", Excerpt(&mark.text))),
            },
            ([_], true) => Err(format!("`{account}` has no mark; write `account,mark`, or give --mark for all lines")),
            (fields, true) => Err(format!(
                "{} fields; write `account,mark`, a line for each mark, and put an account that has a comma in quotes",
                fields.len()
            )),
        }
    }

    fn plan(
        self,
        source: Option<&Source>,
        change: Change,
        group: &GroupId,
        settings: &PlanSettings,
    ) -> Result<Plan, Error> {
        let Self { marks, inputs, mut faults } = self;
        let wanted = inputs.iter().map(|input| {
            let marks = input.mark.as_ref().map_or(marks, std::slice::from_ref);
            (&*input.account, marks.iter().map(|mark| i64::from(mark.number())))
        });
        let plan = Plan::new(change, group.as_str(), wanted, settings);
        let mut of_the_whole = Vec::new();
        for fault in plan.as_ref().err().into_iter().flat_map(|found| found.as_slice()) {
            match (fault.input().and_then(|at| inputs.get(at)), fault) {
                // Told already, of the argument.
                (_, PlanFault::NoMarks { .. } | PlanFault::NoAccounts) => {}
                (Some(input), fault) => faults.push((input.place, without_place(fault))),
                (None, fault) => of_the_whole.push(fault.to_string()),
            }
        }
        faults.sort_by_key(|(place, _)| *place);
        let shown = |(place, fault): (Place, String)| format!("{}: {fault}", InWords { place, source });
        match plan {
            Ok(plan) if faults.is_empty() => Ok(plan),
            _ => {
                Err(Error::Accounts { faults: of_the_whole.into_iter().chain(faults.into_iter().map(shown)).collect() })
            }
        }
    }
}

/// What is wrong with an input, without its number among all of them.
fn without_place(fault: &PlanFault) -> String {
    match fault {
        PlanFault::Account { found, fault, .. } if found.is_empty() => format!("there is no account: {fault}"),
        PlanFault::Account { found, fault, .. } => {
            format!("`{}` is no account: {fault}; give 1 to 32 bytes", Excerpt(found))
        }
        PlanFault::CustomMarks { found, max, mark, .. } => format!(
            "mark `{mark}` makes more than {max} different custom marks ({found} in all); a group has at most {max}"
        ),
        other => other.to_string(),
    }
}

/// A place, in words.
struct InWords<'a> {
    place: Place,
    source: Option<&'a Source>,
}

impl fmt::Display for InWords<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match (self.place, self.source) {
            (Place::Argument(at), _) => write!(f, "account {}", at + 1),
            (Place::Line(line), Some(Source::File(path))) => write!(f, "{} line {line}", Shown(path)),
            (Place::Line(line), _) => write!(f, "standard input, line {line}"),
        }
    }
}

/// What a line says.
enum Row {
    Blank,
    Header,
    Account { account: String, mark: Option<Mark> },
}

fn is_header(field: &Field<'_>, names: &[&str]) -> bool {
    !field.is_quoted && names.iter().any(|name| field.text.eq_ignore_ascii_case(name))
}
