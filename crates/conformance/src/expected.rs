//! The failures that are known: a file of ids with reasons, which must be neither too long nor too short.

use crate::case::Level;
use crate::harness::HarnessFailure;
use crate::report::{CaseReport, Report, State};

/// The failures that are known.
///
/// A line is `ID  # REASON URL`, or `ID HOW  # REASON URL` where the harness breaks in that way (`crash`, `silence`, `no-json`,
/// `wrong-id`). In an id, `*` matches one component, and `**` at its end all that follow. Empty lines and lines that begin
/// with `#` are passed over.
///
/// ```
/// use avmarks_conformance::ExpectedFailures;
///
/// let known = ExpectedFailures::parse("refuse/**  # it validates nothing https://example.com/issues/1\n").unwrap();
/// assert_eq!(known.len(), 1);
/// let error = ExpectedFailures::parse("refuse/**\n").unwrap_err();
/// assert_eq!(error, ["line 1: it has no reason: expected `ID  # REASON URL`"]);
/// ```
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct ExpectedFailures(Vec<Entry>);

#[derive(Clone, Debug, PartialEq, Eq)]
struct Entry {
    line: usize,
    pattern: String,
    /// None for a wrong result.
    how: Option<HarnessFailure>,
}

impl ExpectedFailures {
    /// Reads a file.
    ///
    /// # Errors
    ///
    /// A sentence for each invalid line, with its number.
    pub fn parse(text: &str) -> Result<Self, Vec<String>> {
        let (mut entries, mut errors) = (Vec::<Entry>::new(), Vec::new());
        // Editors of some systems put it before the first character.
        let text = text.strip_prefix('\u{feff}').unwrap_or(text);
        for (at, line) in text.lines().enumerate() {
            let line_number = at + 1;
            if line.trim().is_empty() || line.trim_start().starts_with('#') {
                continue;
            }
            match entry(line_number, line) {
                Ok(entry) => match entries.iter().find(|earlier| earlier.pattern == entry.pattern) {
                    Some(earlier) => {
                        let pattern = &entry.pattern;
                        let first = earlier.line;
                        errors.push(format!("line {line_number}: `{pattern}` stands in line {first} already"));
                    }
                    None => entries.push(entry),
                },
                Err(what) => errors.push(format!("line {line_number}: {what}")),
            }
        }
        if errors.is_empty() { Ok(Self(entries)) } else { Err(errors) }
    }

    /// How many entries there are.
    #[must_use]
    pub const fn len(&self) -> usize {
        self.0.len()
    }

    /// Whether there is none.
    #[must_use]
    pub const fn is_empty(&self) -> bool {
        self.0.is_empty()
    }

    /// Holds a run against the file. A run is as expected if nothing comes back.
    #[must_use]
    pub fn compare(&self, report: &Report) -> Vec<Difference> {
        let mut differences = Vec::new();
        for result in report.failures() {
            if !self.0.iter().any(|entry| matches(&entry.pattern, &result.id)) {
                differences.push(Difference::Unexpected { id: result.id.clone() });
            }
        }
        for entry in &self.0 {
            let of_entry: Vec<_> = report.results.iter().filter(|result| matches(&entry.pattern, &result.id)).collect();
            // Cases of a category that was not asked say nothing.
            if of_entry.is_empty() && !report.others.iter().any(|id| matches(&entry.pattern, id)) {
                differences.push(Difference::Unmatched { line: entry.line, pattern: entry.pattern.clone() });
            }
            differences.extend(of_entry.into_iter().filter_map(|result| entry.difference(result)));
        }
        differences
    }
}

impl Entry {
    /// What of a result is not as the entry has it.
    fn difference(&self, result: &CaseReport) -> Option<Difference> {
        let (line, id) = (self.line, result.id.clone());
        match &result.state {
            State::Failed { breakage, .. } if *breakage == self.how => None,
            State::Failed { .. } => Some(Difference::Otherwise { line, id, found: result.state.name() }),
            // Of what is open, either is right.
            State::Passed if result.level == Level::Gap && self.pattern != result.id => None,
            State::Passed | State::Skipped { .. } => {
                Some(Difference::NotFailed { line, id, found: result.state.name() })
            }
        }
    }
}

/// Where a run and the file of expected failures differ.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum Difference {
    /// A case failed that is not in the file.
    #[error("{id} failed, and is not an expected failure")]
    Unexpected {
        /// The case.
        id: String,
    },
    /// An entry names no case.
    #[error("line {line}: `{pattern}` matches no case; correct or remove it")]
    Unmatched {
        /// Its line.
        line: usize,
        /// Its id.
        pattern: String,
    },
    /// A case of an entry did not fail.
    #[error("line {line}: {id} is expected to fail, and was {found}; remove it")]
    NotFailed {
        /// The line of the entry.
        line: usize,
        /// The case.
        id: String,
        /// The verdict that it got.
        found: &'static str,
    },
    /// A case of an entry failed in another way.
    #[error("line {line}: {id} fails in another way than the file says: {found}")]
    Otherwise {
        /// The line of the entry.
        line: usize,
        /// The case.
        id: String,
        /// The failure that it had.
        found: &'static str,
    },
}

fn entry(line: usize, text: &str) -> Result<Entry, String> {
    const FORM: &str = "expected `ID  # REASON URL`";
    let (head, comment) = text.split_once('#').ok_or_else(|| format!("it has no reason: {FORM}"))?;
    let words: Vec<_> = comment.split_whitespace().collect();
    let is_url = |word: &&str| word.starts_with("https://") || word.starts_with("http://");
    if !words.iter().any(is_url) {
        return Err(format!("its reason has no URL: {FORM}"));
    }
    if words.iter().all(is_url) {
        return Err(format!("it has a URL and no reason: {FORM}"));
    }
    let mut words = head.split_whitespace();
    let (Some(pattern), how, None) = (words.next(), words.next(), words.next()) else {
        return Err(format!("`{}` is not an id: {FORM}", head.trim()));
    };
    let (rest, last) = pattern.rsplit_once('/').unwrap_or(("x", pattern));
    if last.is_empty() || rest.split('/').any(|component| component.is_empty() || component == "**") {
        return Err(format!("`{pattern}` is not an id: components between `/`, and `**` at the end alone"));
    }
    let how = how.map(|how| {
        let breakages = HarnessFailure::ALL.iter().copied();
        let known: Vec<_> = breakages.clone().map(HarnessFailure::name).collect();
        let unknown = || format!("invalid value `{how}`: expected one of {}", known.join(", "));
        breakages.into_iter().find(|breakage| breakage.name() == how).ok_or_else(unknown)
    });
    Ok(Entry { line, pattern: pattern.to_owned(), how: how.transpose()? })
}

/// Whether a pattern matches an id.
fn matches(pattern: &str, id: &str) -> bool {
    let (mut pattern, mut id) = (pattern.split('/'), id.split('/'));
    loop {
        match (pattern.next(), id.next()) {
            (None, None) => return true,
            (Some("**"), Some(_)) => return true,
            (Some("*"), Some(_)) => {}
            (Some(expected), Some(found)) if expected == found => {}
            _ => return false,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn one_star_matches_one_component() {
        for (pattern, id, expected) in [
            ("a/b/c", "a/b/c", true),
            ("a/b", "a/b/c", false),
            ("a/b/c", "a/b", false),
            ("a/*/c", "a/b/c", true),
            ("a/*", "a/b/c", false),
            ("*/*/*", "a/b/c", true),
            ("a/**", "a/b/c", true),
            ("a/b/**", "a/b/c", true),
            ("a/b/c/**", "a/b/c", false),
            ("**", "a", true),
            ("a/b*", "a/bc", false),
        ] {
            assert_eq!(matches(pattern, id), expected, "{pattern} {id}");
        }
    }

    #[test]
    fn each_wrong_line_is_named() {
        let text = "# known\n\na/b\na/b # no url\na/b # https://x\na//b # why https://x\na/**/b # why https://x\n**/a # why https://x\na/**/** # why https://x\n/a # why https://x\na b c # why https://x\na boom # why https://x\n# why https://x\n  # why\na # why https://x\na crash # why http://y\n";
        let errors = ExpectedFailures::parse(text).unwrap_err();
        let said: Vec<_> = errors.iter().map(ToString::to_string).collect();
        assert_eq!(
            said,
            [
                "line 3: it has no reason: expected `ID  # REASON URL`",
                "line 4: its reason has no URL: expected `ID  # REASON URL`",
                "line 5: it has a URL and no reason: expected `ID  # REASON URL`",
                "line 6: `a//b` is not an id: components between `/`, and `**` at the end alone",
                "line 7: `a/**/b` is not an id: components between `/`, and `**` at the end alone",
                "line 8: `**/a` is not an id: components between `/`, and `**` at the end alone",
                "line 9: `a/**/**` is not an id: components between `/`, and `**` at the end alone",
                "line 10: `/a` is not an id: components between `/`, and `**` at the end alone",
                "line 11: `a b c` is not an id: expected `ID  # REASON URL`",
                "line 12: invalid value `boom`: expected one of crash, silence, no-json, wrong-id, not-asked",
                "line 16: `a` stands in line 15 already",
            ]
        );
        let as_editors_write = "\u{feff}# known\r\n\r\n \t\r\na/b\tcrash # why https://x\r\n**  # why https://x";
        let known = ExpectedFailures::parse(as_editors_write).unwrap();
        let patterns: Vec<_> = known.0.iter().map(|entry| (entry.line, entry.pattern.as_str(), entry.how)).collect();
        assert_eq!(patterns, [(4, "a/b", Some(HarnessFailure::Crash)), (5, "**", None)]);
        assert_eq!(ExpectedFailures::parse("").unwrap().len(), 0);
        assert!(ExpectedFailures::parse("# nothing\n").unwrap().is_empty());
    }
}
