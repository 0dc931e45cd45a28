//! A report as JUnit XML: a suite for each category, of which each case is one.

use std::collections::BTreeMap;
use std::fmt::Write;

use crate::case::{Category, Level};
use crate::report::{CaseReport, MinimalCase, Report, State};

/// The report as JUnit XML, for the readers of test results that CI systems have. What the documents leave open counts as
/// skipped where the SDK does otherwise.
#[must_use]
pub fn junit(report: &Report) -> String {
    let mut suites: BTreeMap<Category, Vec<&CaseReport>> = BTreeMap::new();
    for result in &report.results {
        suites.entry(result.category).or_default().push(result);
    }
    let mut xml = String::from("<?xml version=\"1.0\" encoding=\"UTF-8\"?>\n");
    let name = format!("{} {}", report.sdk.name, report.sdk.version);
    // Writing to a string does not fail.
    let _ = writeln!(xml, "<testsuites name=\"{}\">", attribute(&name));
    for (category, results) in suites {
        let failures = results.iter().filter(|result| result.state.is_failure() && result.level != Level::Gap).count();
        let skipped = results.iter().filter(|result| is_skipped(result)).count();
        let seconds: f64 = results.iter().map(|result| result.took.as_secs_f64()).sum();
        let (suite, tests) = (category.name(), results.len());
        let _ = writeln!(
            xml,
            "  <testsuite name=\"{suite}\" tests=\"{tests}\" failures=\"{failures}\" errors=\"0\" skipped=\"{skipped}\" time=\"{seconds:.3}\">"
        );
        for result in results {
            case(&mut xml, result);
        }
        xml.push_str("  </testsuite>\n");
    }
    xml.push_str("</testsuites>\n");
    xml
}

fn is_skipped(result: &CaseReport) -> bool {
    matches!(result.state, State::Skipped { .. }) || result.state.is_failure() && result.level == Level::Gap
}

fn case(xml: &mut String, result: &CaseReport) {
    let CaseReport { id, category, took, .. } = result;
    let head = format!(
        "    <testcase classname=\"{}\" name=\"{}\" time=\"{:.3}\"",
        category.name(),
        attribute(id),
        took.as_secs_f64()
    );
    let (tag, message) = match &result.state {
        State::Passed => {
            let _ = writeln!(xml, "{head}/>");
            return;
        }
        State::Skipped { why, .. } => ("skipped", why),
        State::Failed { message, .. } if result.level == Level::Gap => ("skipped", message),
        State::Failed { message, .. } => ("failure", message),
    };
    let mut text = format!("{}\n{}", result.description, result.url.as_deref().unwrap_or_default());
    if let Some(MinimalCase { question, message }) = &result.smallest {
        let _ = write!(text, "\nsmallest: {question}\n{message}");
    }
    let kind = if tag == "failure" { format!(" type=\"{}\"", result.state.name()) } else { String::new() };
    let _ = writeln!(
        xml,
        "{head}>\n      <{tag} message=\"{}\"{kind}>{}</{tag}>\n    </testcase>",
        attribute(message),
        escaped(&text)
    );
}

/// The same as the value of an attribute, where a reader takes a line break for a blank unless it is written as a number.
fn attribute(text: &str) -> String {
    escaped(text).replace('\n', "&#10;").replace('\t', "&#9;")
}

/// Text that is valid in XML 1.0 (section 2.2): escaped, without control characters.
fn escaped(text: &str) -> String {
    let mut escaped = String::with_capacity(text.len());
    for character in text.chars() {
        match character {
            '&' => escaped.push_str("&amp;"),
            '<' => escaped.push_str("&lt;"),
            '>' => escaped.push_str("&gt;"),
            '"' => escaped.push_str("&quot;"),
            '\n' | '\t' => escaped.push(character),
            '\u{fffe}' | '\u{ffff}' => {}
            character if character.is_control() => {}
            character => escaped.push(character),
        }
    }
    escaped
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn control_characters_are_dropped_and_markup_is_escaped() {
        let text = "a<b>&\"'\u{0}\u{1b}[1m\u{7f}\u{85}\u{fffe}\u{ffff}\r\n\té\u{1f600}]]>";
        assert_eq!(escaped(text), "a&lt;b&gt;&amp;&quot;'[1m\n\té\u{1f600}]]&gt;");
        // In an attribute a line break is kept as a number, or a reader makes it a blank.
        assert_eq!(attribute(text), "a&lt;b&gt;&amp;&quot;'[1m&#10;&#9;é\u{1f600}]]&gt;");
    }
}
