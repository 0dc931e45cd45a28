//! The accounts to send, with their marks if they have any: from arguments, a file or standard input. Everything that is wrong is
//! reported with its place before anything is sent.

use std::borrow::Cow;
use std::collections::{BTreeMap, BTreeSet};
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
    /// An account and a mark; or, if these marks are not empty, only an account, which gets all of them.
    Marks(&'a [Mark]),
}

/// The given accounts, and the errors of their lines. A file is kept as it is and read whenever its accounts are asked for, so that ten million take no
/// more memory than their text.
pub(super) struct Inputs<'a> {
    lines: Lines<'a>,
    arguments: &'a [String],
    source: Option<&'a Source>,
    file: Vec<u8>,
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
        let file = match source {
            Some(source) => {
                let mut file = source.read_limited(FILE_BYTES_MAX, "a list of accounts")?;
                let before_text = file.len() - source.text_of(&file)?.len();
                file.drain(..before_text);
                file
            }
            None => Vec::new(),
        };
        let mut inputs = Self { lines, arguments: &args.accounts, source, file, errors: Errors::default() };
        let (mut errors, mut is_empty) = (Errors::default(), true);
        for (place, row) in inputs.rows() {
            match (place, row) {
                (Place::Argument(_), Ok(Row::Account { account, .. })) if matches!(lines, Lines::Marks([])) => {
                    errors.push(place, || format!("`{}` has no marks; give --mark", Excerpt(&account)));
                }
                (_, Ok(Row::Account { .. })) => is_empty = false,
                (_, Ok(_)) => {}
                (_, Err(error)) => errors.push(place, || error),
            }
        }
        if is_empty && errors.count == 0 {
            return Err(Error::NoAccounts { file: source.map(Source::to_string) });
        }
        inputs.errors = errors;
        Ok(inputs)
    }

    /// Each argument and line, in the order given.
    fn rows(&self) -> impl Iterator<Item = (Place, Result<Row<'_>, String>)> {
        let account = |account| Ok(Row::Account { account: Cow::Borrowed(account), mark: None });
        let arguments =
            self.arguments.iter().enumerate().map(move |(at, text)| (Place::Argument(at), account(&**text)));
        let mut is_first = true;
        let lines = (1..).map(Place::Line).zip(self.file.split(|byte| *byte == b'\n')).map(move |(place, line)| {
            let row = self.row(line.strip_suffix(b"\r").unwrap_or(line), is_first);
            is_first &= matches!(row, Ok(Row::Blank));
            (place, row)
        });
        arguments.chain(lines)
    }

    /// The accounts, in the order given.
    pub(super) fn accounts(&self) -> impl Iterator<Item = Cow<'_, str>> {
        self.with_marks().map(|(account, _)| account)
    }

    /// The accounts, each with its marks.
    pub(super) fn with_marks(&self) -> impl Iterator<Item = (Cow<'_, str>, impl Iterator<Item = i64>)> {
        self.rows().filter_map(|(_, row)| {
            let Ok(Row::Account { account, mark }) = row else { return None };
            let of_all = match (mark, self.lines) {
                (None, Lines::Marks(marks)) => marks,
                _ => &[],
            };
            Some((account, mark.into_iter().chain(of_all.iter().copied()).map(|mark| i64::from(mark.number()))))
        })
    }

    /// The places of these inputs, which are numbered from 0.
    fn places(&self, numbers: &BTreeSet<usize>) -> BTreeMap<usize, Place> {
        if numbers.is_empty() {
            return BTreeMap::new();
        }
        let inputs = self.rows().filter(|(_, row)| matches!(row, Ok(Row::Account { .. })));
        inputs.map(|(place, _)| place).enumerate().filter(|(at, _)| numbers.contains(at)).collect()
    }

    /// The inputs, in this order.
    ///
    /// # Errors
    ///
    /// Everything that is wrong with any of them, by its place.
    pub(super) fn checked<T>(self, made: Result<T, PlanErrors>) -> Result<T, Error> {
        // Already among the errors of the argument.
        let is_known = |error: &PlanError| matches!(error, PlanError::NoMarks { .. } | PlanError::NoAccounts);
        let found = || made.as_ref().err().into_iter().flat_map(PlanErrors::as_slice).filter(|error| !is_known(error));
        let places = self.places(&found().filter_map(|error| error.input()).take(DETAILS_MAX).collect());
        let Self { source, mut errors, .. } = self;
        let mut of_the_whole = Vec::new();
        let mut of_inputs = Errors::default();
        for error in found() {
            match error.input().map(|at| places.get(&at)) {
                Some(Some(place)) => of_inputs.push(*place, || without_place(error)),
                // Of those behind the first, only the number is told.
                Some(None) => of_inputs.count += 1,
                None => of_the_whole.push(error.to_string()),
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

    /// The content of a line; `is_first` if only blank lines precede it.
    fn row<'l>(&self, line: &'l [u8], is_first: bool) -> Result<Row<'l>, String> {
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
                Ok(mark) => Ok(Row::Account { account: account.text.clone(), mark: Some(mark) }),
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
            ([account], _) => Ok(Row::Account { account: account.text.clone(), mark: None }),
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
enum Row<'a> {
    Blank,
    Header,
    Account { account: Cow<'a, str>, mark: Option<Mark> },
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
