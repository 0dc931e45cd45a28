//! The accounts to send, with their marks if they have any: from arguments, a file or standard input. Everything that is wrong is
//! reported with its place before anything is sent.

use std::fmt;

use avmarks_client::{PlanError, PlanErrors};
use avmarks_spec::{Excerpt, Mark};

use crate::args::AccountArgs;
use crate::error::Error;
use crate::input::{ShownPath, Source};
use crate::mark::parse_mark;
use crate::output::DETAILS_MAX;
use crate::send::fields::{Field, HEADERS, begins_as_json, carriage_return, fields};
use crate::settings::Settings;

/// The names of the second column of a header.
const MARK_HEADERS: [&str; 2] = ["mark", "marks"];

/// Some ten million accounts.
const FILE_BYTES_MAX: u64 = 256 * 1_024 * 1_024;

/// The content of a line of a file.
#[derive(Clone, Copy, Debug)]
pub(super) enum Lines<'a> {
    /// An account.
    Account,
    /// An account and a mark; where these are not empty, an account alone, which gets all of them.
    Marks(&'a [Mark]),
}

/// The inputs so far, and their errors.
pub(super) struct Inputs<'a> {
    lines: Lines<'a>,
    source: Option<&'a Source>,
    inputs: Vec<Input>,
    errors: Errors,
}

/// The first of the errors, and how many there are.
#[derive(Default)]
struct Errors {
    first: Vec<(Place, String)>,
    count: usize,
}

impl Errors {
    fn push(&mut self, place: Place, error: impl FnOnce() -> String) {
        self.count += 1;
        if self.first.len() < DETAILS_MAX {
            self.first.push((place, error()));
        }
    }
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
    /// All given accounts. [`Inputs::checked`] reports their errors.
    ///
    /// # Errors
    ///
    /// Where the file cannot be read, or there is nothing at all.
    pub(super) fn read(args: &'a AccountArgs, lines: Lines<'a>) -> Result<Self, Error> {
        let source = args.file.as_ref();
        let mut inputs = Self { lines, source, inputs: Vec::new(), errors: Errors::default() };
        for (at, account) in args.accounts.iter().enumerate() {
            inputs.take_argument(at, account);
        }
        if let Some(source) = source {
            let file = source.read_limited(FILE_BYTES_MAX, "a list of accounts")?;
            inputs.take_file(source.text_of(&file)?);
        }
        if inputs.inputs.is_empty() && inputs.errors.count == 0 {
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

    /// The inputs, in this order.
    ///
    /// # Errors
    ///
    /// Everything that is wrong with any of them, by its place.
    pub(super) fn checked<T>(self, made: Result<T, PlanErrors>) -> Result<T, Error> {
        let Self { source, inputs, mut errors, .. } = self;
        let mut of_the_whole = Vec::new();
        let mut of_inputs = Errors::default();
        for error in made.as_ref().err().into_iter().flat_map(|found| found.as_slice()) {
            match (error.input().and_then(|at| inputs.get(at)), error) {
                // Already among the errors of the argument.
                (_, PlanError::NoMarks { .. } | PlanError::NoAccounts) => {}
                (Some(input), error) => of_inputs.push(input.place, || without_place(error)),
                (None, error) => of_the_whole.push(error.to_string()),
            }
        }
        errors.first.extend(of_inputs.first);
        errors.first.sort_by_key(|(place, _)| *place);
        errors.first.truncate(DETAILS_MAX);
        let count = of_the_whole.len() + errors.count + of_inputs.count;
        let shown = |(place, error): (Place, String)| format!("{}: {error}", InWords { place, source });
        match made {
            Ok(made) if count == 0 => Ok(made),
            _ => Err(Error::Accounts {
                first: of_the_whole.into_iter().chain(errors.first.into_iter().map(shown)).collect(),
                count,
            }),
        }
    }

    fn take_argument(&mut self, at: usize, account: &str) {
        let place = Place::Argument(at);
        if matches!(self.lines, Lines::Marks([])) {
            self.errors.push(place, || format!("`{}` has no marks; give --mark", Excerpt(account)));
        }
        self.inputs.push(Input { place, account: account.to_owned(), mark: None });
    }

    fn take_file(&mut self, file: &[u8]) {
        let mut is_first = true;
        for (place, line) in (1..).map(Place::Line).zip(file.split(|byte| *byte == b'\n')) {
            let line = line.strip_suffix(b"\r").unwrap_or(line);
            match self.input(line, is_first) {
                Ok(Row::Blank) => continue,
                Ok(Row::Header) => {}
                Ok(Row::Account { account, mark }) => self.inputs.push(Input { place, account, mark }),
                Err(error) => self.errors.push(place, || error),
            }
            is_first = false;
        }
    }

    /// The content of a line; `is_first` if only blank lines precede it.
    fn input(&self, line: &[u8], is_first: bool) -> Result<Row, String> {
        let line = std::str::from_utf8(line).map_err(|error| {
            format!("invalid UTF-8 at byte {} of the line; save the file as UTF-8", error.valid_up_to())
        })?;
        let has_marks = matches!(self.lines, Lines::Marks([]));
        if is_first && let Some(separator) = other_separator(line, has_marks) {
            return Err(format!(
                "the columns are separated by {separator}, and must be by commas; save the file as CSV with commas"
            ));
        }
        if let Some(error) = carriage_return(line) {
            return Err(error);
        }
        if begins_as_json(line) {
            return Err(format!(
                "`{}` begins like JSON; write a line for each account, or put the account in quotes",
                Excerpt(line)
            ));
        }
        let fields = fields(line).map_err(|error| error.to_string())?;
        let Some(first) = fields.first() else { return Ok(Row::Blank) };
        let account = Excerpt(&first.text);
        if !first.is_quoted && first.text.starts_with('#') {
            return Err(format!(
                "`{account}` begins like a comment, and there are none; take it out, or put the account in quotes"
            ));
        }
        match (fields.as_slice(), self.lines) {
            ([Field { text, is_quoted: false }], _) if text.is_empty() => Ok(Row::Blank),
            ([_, mark], Lines::Marks([])) if is_first && is_named(mark, &MARK_HEADERS) => Ok(Row::Header),
            ([name, _], Lines::Marks([])) if name.text.is_empty() => {
                Err("no account before the comma; write `account,mark`".to_owned())
            }
            ([_, mark], Lines::Marks([])) if mark.text.is_empty() => {
                Err(format!("`{account}` has no mark behind the comma; write `account,mark`"))
            }
            ([account, mark], Lines::Marks([])) => match parse_mark(&mark.text) {
                Ok(mark) => Ok(Row::Account { account: account.text.to_string(), mark: Some(mark) }),
                Err(expected) => Err(format!("invalid mark `{}`: {expected}", Excerpt(&mark.text))),
            },
            ([_], Lines::Marks([])) => {
                Err(format!("`{account}` has no mark; write `account,mark`, or give --mark for all lines"))
            }
            (fields, Lines::Marks([])) => Err(format!(
                "{} fields; write `account,mark`, a line for each mark, and put an account that has a comma in quotes",
                fields.len()
            )),
            ([name], Lines::Marks(_)) if is_first && !name.is_quoted && is_named(name, &HEADERS) => Err(format!(
                "`{account}` looks like a header, which only files of `account,mark` have; remove it, or put the account in quotes"
            )),
            ([name], Lines::Account) if is_first && !name.is_quoted && is_named(name, &HEADERS) => Err(format!(
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

/// The error of an input, without its number.
fn without_place(error: &PlanError) -> String {
    match error {
        PlanError::Account { found, error, .. } if found.is_empty() => format!("no account: {error}"),
        PlanError::Account { found, error, .. } => {
            let expected = match found.is_ascii() {
                true => "expected 1 to 32 bytes of printable ASCII",
                false => "--reading account_id=utf8 accepts such ids",
            };
            format!("invalid account `{}`: {error}; {expected}", Excerpt(found))
        }
        PlanError::CustomMarks { found, max, mark, .. } => format!(
            "mark `{mark}` makes more than {max} different custom marks ({found} in all); a group has at most {max}"
        ),
        other => other.to_string(),
    }
}

/// Refuses accounts and a secret that are both on standard input.
pub(super) fn one_reads_stdin(accounts: &AccountArgs, settings: &Settings) -> Result<(), Error> {
    let is_asked_twice = accounts.file == Some(Source::Stdin) && settings.reads_secret_from_stdin();
    if is_asked_twice { Err(Error::StdinTwice) } else { Ok(()) }
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
            (Place::Line(line), Some(Source::File(path))) => write!(f, "{} line {line}", ShownPath(path)),
            (Place::Line(line), _) => write!(f, "standard input, line {line}"),
        }
    }
}

/// The content of a line.
enum Row {
    Blank,
    Header,
    Account { account: String, mark: Option<Mark> },
}

/// Whether a field is one of these names. In the second field, quotation marks make no difference: many programs quote all
/// headers, and `mark` is not a mark.
fn is_named(field: &Field<'_>, names: &[&str]) -> bool {
    names.iter().any(|name| field.text.eq_ignore_ascii_case(name))
}

/// What separates the columns of a header that is not separated by commas, or where lines have marks, of an account and a mark.
fn other_separator(line: &str, has_marks: bool) -> Option<&'static str> {
    let names = |text: &str| text.trim().trim_matches('"').to_ascii_lowercase();
    [(';', "semicolons"), ('\t', "tabs")].into_iter().find_map(|(separator, name)| {
        let (_, second) = line.split_once(separator)?;
        let second = names(second.split(separator).next()?);
        (MARK_HEADERS.contains(&&*second) || has_marks && parse_mark(&second).is_ok()).then_some(name)
    })
}
