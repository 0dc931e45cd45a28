//! Printing: text for people or JSON for programs, colour on terminals, and the exit status.

use std::fmt::{self, Write as _};
use std::io::{self, Write};
use std::process::ExitCode;

use anstream::stream::RawStream;
use anstream::{AutoStream, ColorChoice};
use anstyle::{AnsiColor, Style};
use serde::Serialize;

use crate::error::Error;

/// Accepted, done.
pub(crate) const GOOD: Style = AnsiColor::Green.on_default().bold();
/// Refused, wrong.
pub(crate) const BAD: Style = AnsiColor::Red.on_default().bold();
/// Ids and codes.
pub(crate) const ID: Style = AnsiColor::Cyan.on_default();
/// Headings.
pub(crate) const HEAD: Style = Style::new().bold();
/// What may be passed over.
pub(crate) const FAINT: Style = Style::new().dimmed();

/// How an answer is printed.
#[derive(Clone, Copy, Debug)]
pub(crate) enum Format {
    Human,
    Json,
}

impl Format {
    pub(crate) const fn new(json: bool) -> Self {
        if json { Self::Json } else { Self::Human }
    }

    /// Prints an answer of `avmarks send`.
    pub(crate) fn print_of_send<T: Serialize + fmt::Display>(self, answer: &T) -> Result<(), Error> {
        self.print(&Versioned { version: SEND_VERSION, answer })
    }

    /// Prints `answer`: as one line of JSON, or as its text.
    pub(crate) fn print<T: Serialize + fmt::Display>(self, answer: &T) -> Result<(), Error> {
        match self {
            Self::Json => {
                let mut json = serde_json::to_vec(answer).map_err(|error| Error::Output(error.into()))?;
                json.push(b'\n');
                print_raw(&json)
            }
            Self::Human => print_styled(&answer.to_string()),
        }
    }
}

/// A value of `avmarks-embed`: its JSON is printed as it is, its text by the command.
#[derive(Serialize)]
#[serde(transparent)]
pub(crate) struct Text<'a, T>(pub(crate) &'a T);

/// The version of the JSON of `avmarks send`: another number if a field changes its name or meaning, or is removed.
const SEND_VERSION: u32 = 4;

/// An answer of `avmarks send`, whose JSON begins with the version.
#[derive(Serialize)]
struct Versioned<'a, T> {
    version: u32,
    #[serde(flatten)]
    answer: &'a T,
}

impl<T: fmt::Display> fmt::Display for Versioned<'_, T> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.answer.fmt(f)
    }
}

/// The result, as the exit status.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Verdict {
    Accepted,
    Refused,
    /// Done in part.
    Partly,
}

impl Verdict {
    pub(crate) const fn of(accepted: bool) -> Self {
        if accepted { Self::Accepted } else { Self::Refused }
    }
}

impl From<Verdict> for ExitCode {
    fn from(verdict: Verdict) -> Self {
        match verdict {
            Verdict::Accepted => Self::SUCCESS,
            Verdict::Refused => Self::FAILURE,
            Verdict::Partly => Self::from(3),
        }
    }
}

impl fmt::Display for Verdict {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Accepted => write!(f, "{GOOD}accepted{GOOD:#}"),
            Self::Refused => write!(f, "{BAD}refused{BAD:#}"),
            Self::Partly => write!(f, "{HEAD}in part{HEAD:#}"),
        }
    }
}

/// Prints the bytes as they are.
pub(crate) fn print_raw(bytes: &[u8]) -> Result<(), Error> {
    print_to(io::stdout().lock(), bytes)
}

/// The most errors that are printed one by one.
pub(crate) const DETAILS_MAX: usize = 20;

/// Prints on standard error what went wrong: the first errors, how many more there are, and what to do.
pub(crate) fn complain(error: &Error) {
    let mut err = styled(io::stderr().lock());
    let (details, count) = error.details();
    let shown = details.get(..DETAILS_MAX).unwrap_or(details);
    // Where this cannot be printed either, the exit status is all that is left.
    for detail in shown {
        let _ = writeln!(err, "{BAD}error:{BAD:#} {detail}");
    }
    if count > shown.len() {
        let _ = writeln!(err, "… and {} more", count - shown.len());
    }
    let _ = writeln!(err, "{BAD}error:{BAD:#} {error}");
    if let Some(hint) = error.hint() {
        let _ = write!(err, "{hint}");
    }
}

/// Prints a note on standard error.
pub(crate) fn remark(note: fmt::Arguments<'_>) {
    let mut err = styled(io::stderr().lock());
    // Where this cannot be printed, the work is done anyway.
    let _ = writeln!(err, "{HEAD}note:{HEAD:#} {note}");
}

fn print_styled(text: &str) -> Result<(), Error> {
    print_to(styled(io::stdout().lock()), text.as_bytes())
}

/// Prints all of it. A reader that closes the pipe has read enough: that is not an error, and the verdict stays the same.
fn print_to(mut out: impl Write, bytes: &[u8]) -> Result<(), Error> {
    match out.write_all(bytes).and_then(|()| out.flush()).map_err(Error::Output) {
        Err(error) if error.is_closed_pipe() => Ok(()),
        printed => printed,
    }
}

/// The stream with its colours on a terminal that wants them, and without them anywhere else.
fn styled<S: RawStream>(stream: S) -> AutoStream<S> {
    let choice = if stream.is_terminal() { AutoStream::choice(&stream) } else { ColorChoice::Never };
    AutoStream::new(stream, choice)
}

/// Text of others for a terminal: in full, with characters that control it, end a line, turn the direction of writing or do not show
/// as JSON escapes them, so that JSON stays the same JSON.
pub(crate) struct Foreign<'a>(pub(crate) &'a str);

impl fmt::Display for Foreign<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        for c in self.0.chars() {
            match c.is_control() || is_unseen(c) {
                true => write!(f, "\\u{:04x}", u32::from(c))?,
                false => f.write_char(c)?,
            }
        }
        Ok(())
    }
}

/// Whether a character ends a line, turns the direction of writing, or has no width: those that [`avmarks_spec::OneLine`] escapes.
const fn is_unseen(found: char) -> bool {
    matches!(found, '\u{200b}'..='\u{200f}' | '\u{2028}'..='\u{202e}' | '\u{2060}'..='\u{206f}' | '\u{feff}')
}

/// Items with commas between them.
pub(crate) struct Commas<'a, T>(pub(crate) &'a [T]);

impl<T: fmt::Display> fmt::Display for Commas<'_, T> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        for (at, item) in self.0.iter().enumerate() {
            write!(f, "{}{item}", if at == 0 { "" } else { ", " })?;
        }
        Ok(())
    }
}

#[cfg(test)]
mod tests {
    use avmarks_spec::OneLine;

    use super::*;

    #[test]
    fn foreign_text_escapes_what_a_message_escapes() {
        for found in '\0'..=char::MAX {
            let text = found.to_string();
            let is_escaped = Foreign(&text).to_string() != text;
            assert_eq!(is_escaped, OneLine(&text).to_string() != text, "{found:?}");
        }
        assert_eq!(Foreign("a\u{202e}\u{1b}[31m").to_string(), "a\\u202e\\u001b[31m");
    }
}
