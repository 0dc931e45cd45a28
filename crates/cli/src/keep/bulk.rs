//! Many wants at once: JSON Lines or CSV.

use std::collections::BTreeSet;

use avmarks_keeper_store::NewWant;
use avmarks_spec::{GroupId, Mark, UserId};
use serde::Deserialize;

use crate::send::fields::fields;

/// A want in the body of a request.
#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct WantBody {
    #[serde(default)]
    pub(super) marks: Vec<i64>,
    #[serde(default)]
    pub(super) robot: bool,
}

/// A line of JSON Lines.
#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
struct Line {
    group: String,
    account: String,
    #[serde(default)]
    marks: Vec<i64>,
    #[serde(default)]
    robot: bool,
}

/// The columns of CSV.
const HEADER: [&str; 4] = ["group", "account", "marks", "robot"];

/// Something of a line, with the number of the line, from 1.
type OfLine<T> = (usize, T);

/// A want of these values.
///
/// # Errors
///
/// What is wrong with the first value that is, and what is expected.
pub(super) fn want(group: &str, account: &str, body: &WantBody) -> Result<NewWant, String> {
    let group = GroupId::parse(group).map_err(|error| format!("invalid group `{group}`: {error}"))?;
    let account = UserId::parse(account).map_err(|error| format!("invalid account `{account}`: {error}"))?;
    let marks = body.marks.iter().map(|number| Mark::new(*number).map_err(|error| error.to_string()));
    Ok(NewWant { group, account, marks: marks.collect::<Result<BTreeSet<_>, _>>()?, robot: body.robot })
}

/// The wants of JSON Lines, one object a line, or of CSV with the columns group, account, marks (divided by blanks) and robot (`true` or
/// `false`; may be left out). Blank lines, and the mark that some programs put before UTF-8, are passed over. A line without marks and without robot wants nothing any more.
/// Each with its line, from 1.
///
/// # Errors
///
/// Everything that is wrong, each with its line from 1.
pub(super) fn wants(text: &str, is_csv: bool) -> Result<Vec<OfLine<NewWant>>, Vec<OfLine<String>>> {
    let text = text.strip_prefix('\u{feff}').unwrap_or(text);
    let (mut wants, mut errors) = (Vec::new(), Vec::new());
    for (at, line) in text.lines().enumerate().filter(|(_, line)| !line.trim().is_empty()) {
        let is_header =
            is_csv && at == 0 && line.to_ascii_lowercase().starts_with(HEADER.join(",").get(..13).unwrap_or_default());
        if is_header {
            continue;
        }
        match if is_csv { of_csv(line) } else { of_json(line) } {
            Ok(want) => wants.push((at + 1, want)),
            Err(error) => errors.push((at + 1, error)),
        }
    }
    if errors.is_empty() { Ok(wants) } else { Err(errors) }
}

fn of_json(line: &str) -> Result<NewWant, String> {
    let Line { group, account, marks, robot } = serde_json::from_str(line).map_err(|error| error.to_string())?;
    want(&group, &account, &WantBody { marks, robot })
}

fn of_csv(line: &str) -> Result<NewWant, String> {
    let fields = fields(line).map_err(|error| error.to_string())?;
    let texts: Vec<&str> = fields.iter().map(|field| &*field.text).collect();
    let (group, account, marks, robot) = match texts.as_slice() {
        [group, account, marks] => (group, account, marks, "false"),
        [group, account, marks, robot] => (group, account, marks, *robot),
        _ => return Err(format!("{} columns: expected {}", texts.len(), HEADER.join(","))),
    };
    let number = |text: &str| text.parse().map_err(|_| format!("invalid mark `{text}`: expected an integer"));
    let marks = marks.split_ascii_whitespace().map(number).collect::<Result<_, _>>()?;
    let robot = match robot {
        "" | "false" => false,
        "true" => true,
        other => return Err(format!("invalid robot `{other}`: expected true or false")),
    };
    want(group, account, &WantBody { marks, robot })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn both_forms_give_the_same_wants() {
        let json = "{\"group\":\"@TGS#a\",\"account\":\"a b\",\"marks\":[1000,500]}\n\n{\"group\":\"g\",\"account\":\"r\",\"robot\":true}\n";
        let csv = "group,account,marks,robot\n@TGS#a,a b,1000 500\n\n\"g\",r,,true\n";
        let read =
            |text: &str, is_csv| wants(text, is_csv).unwrap().into_iter().unzip::<_, _, Vec<usize>, Vec<NewWant>>();
        assert_eq!(read(json, false).1, read(csv, true).1);
        assert_eq!((read(json, false).0, read(csv, true).0), (vec![1, 3], vec![2, 4]));
        assert_eq!(read(&format!("\u{feff}{csv}").replace('\n', "\r\n"), true), read(csv, true));
        assert_eq!(read("@TGS#a,a b,1000 500\n", true).0, [1]);
    }

    #[test]
    fn every_error_is_told_with_its_line() {
        let errors = wants("g,a,1000\ng,a,x\n\ng\ng,a,999\ng,a,1000,maybe\n", true).unwrap_err();
        let lines: Vec<_> = errors.iter().map(|(line, _)| *line).collect();
        assert_eq!(lines, [2, 4, 5, 6]);
        assert_eq!(errors[0].1, "invalid mark `x`: expected an integer");
        assert_eq!(errors[1].1, "1 columns: expected group,account,marks,robot");
        assert_eq!(errors[3].1, "invalid robot `maybe`: expected true or false");
        let errors = wants("{\"group\":\"g\",\"account\":\"a\",\"mark\":[1000]}\n", false).unwrap_err();
        assert!(errors[0].1.contains("unknown field `mark`"), "{errors:?}");
    }
}
