//! The names that can be asked for, and those that are close to a slip of the pen.

use std::ffi::OsStr;
use std::fmt;

use avmarks_embed::explain::{TOPICS, plain};
use avmarks_protocol::{ERROR_CODES, Endpoint};
use avmarks_spec::{Clause, Gap};
use clap::builder::{PossibleValue, Str, StringValueParser, TypedValueParser};
use clap::{Arg, Command};

/// Reads any text of an option, with names that completions offer.
#[derive(Clone)]
pub(crate) struct WithNames<N>(pub(crate) fn() -> Vec<N>);

impl<N: Into<Str> + Clone + 'static> TypedValueParser for WithNames<N> {
    type Value = String;

    fn parse_ref(&self, command: &Command, arg: Option<&Arg>, value: &OsStr) -> Result<String, clap::Error> {
        StringValueParser::new().parse_ref(command, arg, value)
    }

    fn possible_values(&self) -> Option<Box<dyn Iterator<Item = PossibleValue> + '_>> {
        Some(Box::new((self.0)().into_iter().map(PossibleValue::new)))
    }
}

/// The ids of the gaps.
pub(crate) fn gaps() -> impl Iterator<Item = String> {
    Gap::ALL.iter().map(|gap| gap.id().to_owned())
}

/// The ids of clauses and gaps, the numbers and names of error codes, the special marks, the calls, and `precedence`.
pub(crate) fn all() -> impl Iterator<Item = String> {
    let calls = Endpoint::ALL.iter().map(|endpoint| endpoint.command()).chain(TOPICS.iter().map(|(name, _)| *name));
    let others = calls.chain(["500", "600", "precedence"]).map(str::to_owned);
    let clauses = Clause::ALL.iter().map(|clause| clause.id().to_owned());
    let codes = ERROR_CODES.iter().flat_map(|row| [row.code.to_string(), row.name.to_owned()]);
    clauses.chain(gaps()).chain(codes).chain(others)
}

/// The names that are close to `text`, as a question in brackets; nothing if none is.
pub(crate) fn near(text: &str, names: impl Iterator<Item = String>) -> String {
    const SHOWN_MAX: usize = 3;
    const TEXT_CHARACTERS_MAX: usize = 40;
    let asked = characters(text);
    if asked.is_empty() || asked.len() > TEXT_CHARACTERS_MAX {
        return String::new();
    }
    let mut close: Vec<_> = names
        .filter_map(|name| {
            let known = characters(&name);
            let steps = distance(&asked, &known);
            let is_part = asked.len() > 2 && known.windows(asked.len()).any(|part| part == asked);
            (is_part || steps <= asked.len().max(known.len()) / 4).then_some((steps, name))
        })
        .collect();
    close.sort();
    close.truncate(SHOWN_MAX);
    match close.is_empty() {
        true => String::new(),
        false => format!(" (did you mean {}?)", Either(close.iter().map(|(_, name)| name.as_str()).collect())),
    }
}

fn characters(text: &str) -> Vec<char> {
    plain(text).chars().collect()
}

/// How many characters must be inserted, removed or changed (Levenshtein distance).
fn distance(one: &[char], other: &[char]) -> usize {
    let mut row: Vec<usize> = (0..=other.len()).collect();
    for (at, a) in one.iter().enumerate() {
        let mut diagonal = at;
        let mut left = at + 1;
        for (b, cell) in other.iter().zip(row.iter_mut().skip(1)) {
            let above = *cell;
            left = (diagonal + usize::from(a != b)).min(left + 1).min(above + 1);
            *cell = left;
            diagonal = above;
        }
    }
    match other.is_empty() {
        true => one.len(),
        false => row.last().copied().unwrap_or_default(),
    }
}

/// Names in backticks with commas, and `or` before the last.
struct Either<'a>(Vec<&'a str>);

impl fmt::Display for Either<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        for (at, name) in self.0.iter().enumerate() {
            let between = match at {
                0 => "",
                _ if at + 1 == self.0.len() => " or ",
                _ => ", ",
            };
            write!(f, "{between}`{name}`")?;
        }
        Ok(())
    }
}

#[cfg(test)]
mod tests {
    use avmarks_embed::explain::GAP;

    use super::*;

    #[test]
    fn distances_are_those_of_the_textbook() {
        for (one, other, steps) in
            [("kitten", "sitting", 3), ("", "abc", 3), ("abc", "", 3), ("a", "a", 0), ("ab", "ba", 2)]
        {
            assert_eq!(distance(&characters(one), &characters(other)), steps, "{one} {other}");
        }
    }

    /// So that a name finds one thing, however it is written.
    #[test]
    fn normalised_names_are_unique() {
        let mut plain: Vec<_> = all().filter(|name| !name.starts_with(GAP)).map(|name| super::plain(&name)).collect();
        let mut of_gaps: Vec<_> = gaps().map(|name| super::plain(&name)).collect();
        for names in [&mut plain, &mut of_gaps] {
            names.sort();
            assert!(names.windows(2).all(|pair| pair[0] != pair[1]), "{names:?}");
        }
    }

    #[test]
    fn slips_find_what_was_meant() {
        for (slip, meant) in [
            ("ONLINE-ONY", " (did you mean `ONLINE-ONLY`?)"),
            ("pagesize", " (did you mean `gap:page-size`?)"),
            ("1004", " (did you mean `10004`?)"),
            ("account-id", " (did you mean `ACCOUNT-ID` or `gap:account-id`?)"),
            ("no such thing at all", ""),
            ("", ""),
        ] {
            assert!(near(slip, all()).starts_with(meant.trim_end_matches("?)")), "{slip}: {}", near(slip, all()));
        }
        assert_eq!(near(&"x".repeat(1 << 20), all()), "");
    }
}
