//! The fields of a line, as CSV (RFC 4180) has them; but none goes on in the next line, as no account has a line break.

use std::borrow::Cow;

/// A field, without the blanks around it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Field<'a> {
    pub(crate) text: Cow<'a, str>,
    /// Whether it is in quotes: then it is used unchanged.
    pub(super) is_quoted: bool,
}

/// An error in the quotes of a line.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub(crate) enum QuoteError {
    #[error(
        "a quotation mark is not closed on its line; close it, or write the whole field in quotes and this mark twice"
    )]
    Open,
    #[error("text follows a closing quotation mark; end the field there, or write this mark twice")]
    Behind,
}

const BLANKS: &[char] = &[' ', '\t'];

/// The fields of a line; one that is empty where the line is blank.
pub(crate) fn fields(line: &str) -> Result<Vec<Field<'_>>, QuoteError> {
    let mut fields = Vec::new();
    let mut rest = line;
    loop {
        let (field, behind) = match rest.trim_start_matches(BLANKS).strip_prefix('"') {
            Some(quoted) => quoted_field(quoted)?,
            None => {
                let (text, behind) = rest.split_at(rest.find(',').unwrap_or(rest.len()));
                (Field { text: text.trim_matches(BLANKS).into(), is_quoted: false }, behind)
            }
        };
        fields.push(field);
        match behind.strip_prefix(',') {
            Some(next) => rest = next,
            None => return Ok(fields),
        }
    }
}

/// A field after its opening quote, and what follows it: a comma or nothing.
fn quoted_field(mut rest: &str) -> Result<(Field<'_>, &str), QuoteError> {
    let mut text = Cow::Borrowed("");
    loop {
        let (part, behind) = rest.split_once('"').ok_or(QuoteError::Open)?;
        text += part;
        match behind.strip_prefix('"') {
            Some(next) => {
                text += "\"";
                rest = next;
            }
            None => {
                let behind = behind.trim_start_matches(BLANKS);
                let ends = behind.is_empty() || behind.starts_with(',');
                return if ends { Ok((Field { text, is_quoted: true }, behind)) } else { Err(QuoteError::Behind) };
            }
        }
    }
}

/// A text as a line that is read as this one account: in quotes where it would be taken for something else.
pub(super) fn line_of(account: &str) -> Cow<'_, str> {
    let is_plain = account.trim_matches(BLANKS) == account && !account.contains(['"', ',']);
    let is_plain = is_plain && !account.starts_with('#') && !begins_as_json(account);
    match is_plain && !HEADERS.iter().any(|name| account.eq_ignore_ascii_case(name)) {
        true => account.into(),
        false => format!("\"{}\"", account.replace('"', "\"\"")).into(),
    }
}

/// What is wrong with a line that has a carriage return alone, which ends lines in some old files: all of these are one line.
pub(crate) fn carriage_return(line: &str) -> Option<String> {
    let at = line.find('\r').filter(|_| !line.contains('"'))?;
    Some(format!("a carriage return alone at byte {at}; save the file with line ends of LF, or of CR and LF"))
}

/// Whether a line begins like a JSON object or array, which a file of accounts in JSON does.
pub(super) fn begins_as_json(line: &str) -> bool {
    line.trim_start_matches(BLANKS).starts_with(['{', '['])
}

/// What looks like the header of a column of accounts.
pub(super) const HEADERS: [&str; 3] = ["account", "accounts", "member_account"];

#[cfg(test)]
mod tests {
    use super::*;

    fn read(line: &str) -> Result<Vec<(String, bool)>, QuoteError> {
        Ok(fields(line)?.into_iter().map(|field| (field.text.into_owned(), field.is_quoted)).collect())
    }

    #[test]
    fn fields_are_those_of_csv() {
        let plain = |text: &str| (text.to_owned(), false);
        let quoted = |text: &str| (text.to_owned(), true);
        for (line, expected) in [
            ("", vec![plain("")]),
            (" \t", vec![plain("")]),
            ("ann", vec![plain("ann")]),
            (" ann , 1000 ", vec![plain("ann"), plain("1000")]),
            ("ann,", vec![plain("ann"), plain("")]),
            (",", vec![plain(""), plain("")]),
            ("\"ann\",1000", vec![quoted("ann"), plain("1000")]),
            (" \" a,b \" , \"1000\"", vec![quoted(" a,b "), quoted("1000")]),
            ("\"a\"\"b\"\"\",1", vec![quoted("a\"b\""), plain("1")]),
            ("\"\"", vec![quoted("")]),
            ("a\"b,1", vec![plain("a\"b"), plain("1")]),
            ("a b,c", vec![plain("a b"), plain("c")]),
        ] {
            assert_eq!(read(line), Ok(expected), "{line}");
        }
    }

    #[test]
    fn what_is_written_is_read_again() {
        for (account, line) in [
            ("ann", "ann"),
            ("a b", "a b"),
            ("a,b", "\"a,b\""),
            (" a", "\" a\""),
            ("#1", "\"#1\""),
            ("{1}", "\"{1}\""),
            ("[1]", "\"[1]\""),
            ("1]", "1]"),
            ("Account", "\"Account\""),
        ] {
            assert_eq!(line_of(account), line);
        }
        for account in ["a\"b", "\"", "\"\"", ",", " ", "'a'"] {
            let line = line_of(account);
            let read = fields(&line).unwrap();
            assert_eq!(read.iter().map(|field| &*field.text).collect::<Vec<_>>(), [account]);
        }
    }

    #[test]
    fn unbalanced_quotes_are_errors() {
        for (line, error) in [
            ("\"", QuoteError::Open),
            ("\"ann,1000", QuoteError::Open),
            ("\"ann\"\",1000", QuoteError::Open),
            ("\"ann\"x,1000", QuoteError::Behind),
            ("a,\"1\" 2", QuoteError::Behind),
        ] {
            assert_eq!(read(line), Err(error), "{line}");
        }
    }
}
