//! The accounts to send, with their marks where they have any: from arguments, a file or standard input. All that is wrong is found, and told by
//! its place, before anything is sent.

use std::fmt;

use avmarks_client::{PlanError, PlanErrors};
use avmarks_spec::{Excerpt, Mark};

use crate::args::AccountArgs;
use crate::error::Error;
use crate::input::{Shown, Source};
use crate::mark::parse_mark;
use crate::send::fields::{Field, HEADERS, fields};

/// Some ten million accounts.
const FILE_BYTES_MAX: u64 = 256 * 1_024 * 1_024;

/// What a line of a file holds.
#[derive(Clone, Copy, Debug)]
pub(super) enum Lines<'a> {
    /// An account.
    Account,
    /// An account and a mark; where these are not empty, an account alone, which gets all of them.
    Marks(&'a [Mark]),
}

/// What was read so far, and what was found wrong with it.
pub(super) struct Inputs<'a> {
    lines: Lines<'a>,
    source: Option<&'a Source>,
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
    /// All accounts given. What is wrong with one of them is told by [`Inputs::checked`].
    ///
    /// # Errors
    ///
    /// Where the file cannot be read, or there is nothing at all.
    pub(super) fn read(args: &'a AccountArgs, lines: Lines<'a>) -> Result<Self, Error> {
        let source = args.file.as_ref();
        let mut inputs = Self { lines, source, inputs: Vec::new(), faults: Vec::new() };
        for (at, account) in args.accounts.iter().enumerate() {
            inputs.take_argument(at, account);
        }
        if let Some(source) = source {
            inputs.take_file(&source.read_limited(FILE_BYTES_MAX, "a list of accounts")?);
        }
        if inputs.inputs.is_empty() && inputs.faults.is_empty() {
            return Err(Error::NoAccounts { file: source.map(Source::to_string) });
        }
        Ok(inputs)
    }

    /// The accounts, in the order given.
    pub(super) fn accounts(&self) -> impl Iterator<Item = &str> {
        self.inputs.iter().map(|input| &*input.account)
    }

    /// The accounts, each with its marks.
    pub(super) fn with_marks(&self) -> impl Iterator<Item = (&str, impl Iterator<Item = i64>)> {
        self.inputs.iter().map(|input| {
            let marks = match (&input.mark, self.lines) {
                (Some(mark), _) => std::slice::from_ref(mark),
                (None, Lines::Marks(marks)) => marks,
                (None, Lines::Account) => &[],
            };
            (&*input.account, marks.iter().map(|mark| i64::from(mark.number())))
        })
    }

    /// What was made of all of them, in this order.
    ///
    /// # Errors
    ///
    /// Everything that is wrong with any of them, by its place.
    pub(super) fn checked<T>(self, made: Result<T, PlanErrors>) -> Result<T, Error> {
        let Self { source, inputs, mut faults, .. } = self;
        let mut of_the_whole = Vec::new();
        for fault in made.as_ref().err().into_iter().flat_map(|found| found.as_slice()) {
            match (fault.input().and_then(|at| inputs.get(at)), fault) {
                // Told already, of the argument.
                (_, PlanError::NoMarks { .. } | PlanError::NoAccounts) => {}
                (Some(input), fault) => faults.push((input.place, without_place(fault))),
                (None, fault) => of_the_whole.push(fault.to_string()),
            }
        }
        faults.sort_by_key(|(place, _)| *place);
        let shown = |(place, fault): (Place, String)| format!("{}: {fault}", InWords { place, source });
        match made {
            Ok(made) if faults.is_empty() => Ok(made),
            _ => {
                Err(Error::Accounts { faults: of_the_whole.into_iter().chain(faults.into_iter().map(shown)).collect() })
            }
        }
    }

    fn take_argument(&mut self, at: usize, account: &str) {
        let place = Place::Argument(at);
        if matches!(self.lines, Lines::Marks([])) {
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
        match (fields.as_slice(), self.lines) {
            ([Field { text, is_quoted: false }], _) if text.is_empty() => Ok(Row::Blank),
            ([_, mark], Lines::Marks([])) if is_first && is_header(mark, &["mark", "marks"]) => Ok(Row::Header),
            ([name, _], Lines::Marks([])) if name.text.is_empty() => {
                Err("there is no account before the comma; write `account,mark`".to_owned())
            }
            ([_, mark], Lines::Marks([])) if mark.text.is_empty() => {
                Err(format!("`{account}` has no mark behind the comma; write `account,mark`"))
            }
            ([account, mark], Lines::Marks([])) => match parse_mark(&mark.text) {
                Ok(mark) => Ok(Row::Account { account: account.text.to_string(), mark: Some(mark) }),
                Err(fault) => Err(format!("`{}` is no mark; {fault}", Excerpt(&mark.text))),
            },
            ([_], Lines::Marks([])) => {
                Err(format!("`{account}` has no mark; write `account,mark`, or give --mark for all lines"))
            }
            (fields, Lines::Marks([])) => Err(format!(
                "{} fields; write `account,mark`, a line for each mark, and put an account that has a comma in quotes",
                fields.len()
            )),
            ([name], Lines::Marks(_)) if is_first && is_header(name, &HEADERS) => Err(format!(
                "`{account}` looks like a header, which stands above `account,mark` alone; take it out, or put the account in quotes"
            )),
            ([name], Lines::Account) if is_first && is_header(name, &HEADERS) => Err(format!(
                "`{account}` looks like a header, and a list of accounts has none; take it out, or put the account in quotes"
            )),
            ([account], _) => Ok(Row::Account { account: account.text.to_string(), mark: None }),
            (fields, Lines::Marks(_)) => Err(format!(
                "{} fields where --mark is given, which leaves a line to its account; leave --mark out, or put an account that has a comma in quotes",
                fields.len()
            )),
            (fields, Lines::Account) => Err(format!(
                "{} fields; write one account a line, and put an account that has a comma in quotes",
                fields.len()
            )),
        }
    }
}

/// What is wrong with an input, without its number among all of them.
fn without_place(fault: &PlanError) -> String {
    match fault {
        PlanError::Account { found, error, .. } if found.is_empty() => format!("there is no account: {error}"),
        PlanError::Account { found, error, .. } => {
            format!("`{}` is no account: {error}; give 1 to 32 bytes", Excerpt(found))
        }
        PlanError::CustomMarks { found, max, mark, .. } => format!(
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
