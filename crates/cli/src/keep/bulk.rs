//! Many wants at once: JSON Lines or CSV.

use std::collections::BTreeSet;

use avmarks_keeper_store::NewWant;
use avmarks_protocol::internal::json_object;
use avmarks_spec::{Excerpt, GroupId, Mark, UserId};
use serde::Deserialize;

use crate::encoding::Encoding;
use crate::mark::parse_mark;
use crate::send::fields::{Field, carriage_return, fields};

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
    let group = GroupId::parse(group).map_err(|error| format!("invalid group `{}`: {error}", Excerpt(group)))?;
    let account = UserId::parse(account).map_err(|error| format!("invalid account `{}`: {error}", Excerpt(account)))?;
    let marks = body.marks.iter().map(|number| Mark::new(*number).map_err(|error| error.to_string()));
    Ok(NewWant { group, account, marks: marks.collect::<Result<BTreeSet<_>, _>>()?, robot: body.robot })
}

/// What is wrong with lines.
#[derive(Debug, Default)]
pub(super) struct LineErrors {
    /// The first [`ERRORS_MAX`], each with its line, from 1.
    pub(super) first: Vec<OfLine<String>>,
    /// How many there are besides.
    pub(super) more: usize,
}

/// Errors that are listed one by one: a body of 16 MiB can have millions.
pub(super) const ERRORS_MAX: usize = 20;

impl LineErrors {
    fn push(&mut self, line: usize, error: String) {
        match self.first.len() < ERRORS_MAX {
            true => self.first.push((line, error)),
            false => self.more += 1,
        }
    }
}

/// The text of a body, without the mark that some programs put before UTF-8.
///
/// # Errors
///
/// What it is, if it is surely not UTF-8; else where it ceases to be.
pub(super) fn text(body: &[u8]) -> Result<&str, String> {
    match Encoding::of(body) {
        None | Some(Encoding::ByteOrderMark) => {}
        Some(encoding) => return Err(format!("the body cannot be read: {encoding}")),
    }
    let text = std::str::from_utf8(body);
    let text = text.map_err(|error| format!("invalid UTF-8 at byte {}; send UTF-8", error.valid_up_to()))?;
    Ok(text.strip_prefix('\u{feff}').unwrap_or(text))
}

/// The wants of JSON Lines, one object a line, or of CSV with the columns group, account, marks (divided by blanks) and robot (`true` or
/// `false`; may be left out). A first line of CSV that names these columns, in quotes or not, is a header. Blank lines are passed over. A line
/// without marks and without robot wants nothing any more. Each with its line, from 1.
///
/// # Errors
///
/// Everything that is wrong, each with its line from 1.
pub(super) fn wants(text: &str, is_csv: bool) -> Result<Vec<OfLine<NewWant>>, LineErrors> {
    let mut wants = Vec::new();
    let mut errors = LineErrors::default();
    let lines = (1..).zip(text.lines()).filter(|(_, line)| !line.trim().is_empty());
    for (number, line) in lines {
        match if is_csv { of_csv(line, number == 1) } else { of_json(line).map(Some) } {
            Ok(Some(want)) => wants.push((number, want)),
            Ok(None) => {}
            Err(error) => errors.push(number, error),
        }
    }
    if errors.first.is_empty() { Ok(wants) } else { Err(errors) }
}

fn of_json(line: &str) -> Result<NewWant, String> {
    let Line { group, account, marks, robot } = json_object(line.as_bytes())?;
    want(&group, &account, &WantBody { marks, robot })
}

/// The want of a line; none of a header.
fn of_csv(line: &str, is_first: bool) -> Result<Option<NewWant>, String> {
    if let Some(error) = carriage_return(line) {
        return Err(error);
    }
    let fields = fields(line).map_err(|error| error.to_string())?;
    let texts: Vec<&str> = fields.iter().map(|field| &*field.text).collect();
    let (group, account, marks, robot) = match texts.as_slice() {
        _ if is_first && is_header(&fields) => return Ok(None),
        [group, account, marks] => (group, account, marks, "false"),
        [group, account, marks, robot] => (group, account, marks, *robot),
        [lone] if lone.contains([';', '\t']) => {
            let expected = HEADER.join(",");
            return Err(format!("no commas: expected {expected}; save the file as CSV with commas"));
        }
        _ => return Err(format!("{} columns: expected {}", texts.len(), HEADER.join(","))),
    };
    let number = |text: &str| match parse_mark(text) {
        Ok(mark) => Ok(i64::from(mark.number())),
        Err(expected) => Err(format!("invalid mark `{}`: {expected}", Excerpt(text))),
    };
    let marks = marks.split_ascii_whitespace().map(number).collect::<Result<_, _>>()?;
    let robot = match robot.to_ascii_lowercase().as_str() {
        "" | "false" => false,
        "true" => true,
        _ => return Err(format!("invalid robot `{}`: expected true or false", Excerpt(robot))),
    };
    want(group, account, &WantBody { marks, robot }).map(Some)
}

/// Whether fields name the columns. `marks` is not a valid mark, so a want never looks like this.
fn is_header(fields: &[Field<'_>]) -> bool {
    let is_named = |(field, name): (&Field<'_>, &str)| field.text.eq_ignore_ascii_case(name);
    matches!(fields.len(), 3 | 4) && fields.iter().zip(HEADER).all(is_named)
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
        let marked = format!("\u{feff}{csv}").replace('\n', "\r\n");
        assert_eq!(read(text(marked.as_bytes()).unwrap(), true), read(csv, true));
        assert_eq!(read("@TGS#a,a b,1000 500\n", true).0, [1]);
    }

    #[test]
    fn a_header_names_its_columns() {
        let read = |text: &str| wants(text, true).unwrap().into_iter().map(|(line, _)| line).collect::<Vec<_>>();
        for header in ["group,account,marks", "\"group\",\"account\",\"marks\",\"robot\"", " Group , ACCOUNT , Marks "]
        {
            assert_eq!(read(&format!("{header}\n\"g\",\"a\",\"1000 pinned\",\"TRUE\"\n")), [2], "{header}");
        }
        // A group and an account may have these names.
        assert_eq!(read("group,account,1000\ngroup,account7,1000\n"), [1, 2]);
        assert_eq!(wants("g,a,1000\ngroup,account,marks\n", true).unwrap_err().first[0].0, 2);
    }

    #[test]
    fn other_forms_of_text_are_refused_by_name() {
        let error = |text: &str| wants(text, true).unwrap_err().first[0].1.clone();
        for text in ["group,account,marks\rg,a,1000\r", "g,a,1000\rg,b,1000\r"] {
            assert!(error(text).starts_with("a carriage return alone at byte "), "{text:?}");
        }
        for text in ["group;account;marks\n", "g\ta\t1000\n"] {
            assert!(error(text).ends_with("save the file as CSV with commas"), "{text:?}");
        }
        for (body, said) in [
            (&b"\xff\xfeg\0"[..], "it is UTF-16"),
            (b"\x1f\x8b\x08", "it is compressed (gzip)"),
            (b"PK\x03\x04", "it is a ZIP archive"),
            (b"g,\xff", "invalid UTF-8 at byte 2"),
        ] {
            assert!(text(body).unwrap_err().contains(said), "{body:?}");
        }
    }

    #[test]
    fn at_most_twenty_errors_are_kept() {
        for (lines, first, more) in [(20, 20, 0), (21, 20, 1), (5_000, 20, 4_980)] {
            for (line, is_csv) in [("x\n", true), ("{}\n", false)] {
                let errors = wants(&line.repeat(lines), is_csv).unwrap_err();
                assert_eq!((errors.first.len(), errors.more), (first, more), "{lines} {line}");
            }
        }
    }

    #[test]
    fn every_error_is_told_with_its_line() {
        let errors = wants("g,a,1000\ng,a,x\n\ng\ng,a,999\ng,a,1000,maybe\n", true).unwrap_err().first;
        let lines: Vec<_> = errors.iter().map(|(line, _)| *line).collect();
        assert_eq!(lines, [2, 4, 5, 6]);
        assert_eq!(
            errors[0].1,
            "invalid mark `x`: expected a number from 1000 to 4294967295, `pinned` (500) or `hidden` (600)"
        );
        assert_eq!(errors[1].1, "1 columns: expected group,account,marks,robot");
        assert_eq!(errors[3].1, "invalid robot `maybe`: expected true or false");
        let errors = wants("{\"group\":\"g\",\"account\":\"a\",\"mark\":[1000]}\n", false).unwrap_err().first;
        assert!(errors[0].1.contains("unknown field `mark`"), "{errors:?}");
    }
}
