//! The fast parser of an answer: one pass over a body of the usual form.

use super::marks::Marks;
use super::{Answer, Served};
use crate::cursor::{Cursor, once};
use crate::envelope::EnvelopeFields;
use crate::extra::Extra;

/// The answer that a text is. None if anything is wrong with it, and if it has a `null` instead of a value, an integer
/// that is negative or long, or an escape in the name of a field.
pub(super) fn read(text: &str) -> Option<Answer> {
    /// Memory for one account is reserved per this number of bytes of text, so that most lists need one allocation.
    const SERVED_BYTES: usize = 64;
    let mut cursor = Cursor::new(text);
    let (mut fields, mut command_type, mut member_list) = (EnvelopeFields::default(), None, None);
    cursor.object(|cursor| match () {
        () if cursor.field(b"\"CommandType\"")? => once(&mut command_type, cursor.integer()?),
        () if cursor.field(b"\"MemberList\"")? => {
            let mut members = Vec::with_capacity(text.len() / SERVED_BYTES);
            cursor.array(|cursor| {
                members.push(Served { account: String::new(), marks: Marks::new(), extra: Extra::default() });
                served(cursor, members.last_mut()?)
            })?;
            once(&mut member_list, members)
        }
        () => cursor.pass_with(|cursor| fields.read(cursor)),
    })?;
    cursor.end()?;
    let (envelope, extra) = fields.finish()?;
    Some(Answer { envelope, command_type, member_list, extra })
}

/// Fills an account where it lies.
#[inline(always)]
fn served(cursor: &mut Cursor<'_>, served: &mut Served) -> Option<()> {
    let (mut account, mut marks) = (None, None);
    cursor.object(|cursor| match () {
        () if cursor.field(b"\"Member_Account\"")? => {
            served.account = cursor.string()?.into_owned();
            once(&mut account, ())
        }
        () if cursor.field(b"\"Marks\"")? => {
            cursor.array(|cursor| {
                served.marks.push(cursor.integer()?);
                Some(())
            })?;
            once(&mut marks, ())
        }
        () => cursor.pass_with(|cursor| served.extra.keep(cursor)),
    })?;
    account.and(marks)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::tests::every_change;

    const USUAL: &str = r#"{"ActionStatus":"OK","ErrorCode":0,"ErrorInfo":"","CommandType":1,"MemberList":[{"Member_Account":"acc","Marks":[1000]}]}"#;

    /// Whether a text is read here; if so, it is read as by the reader that knows all, and what is written of it is read again.
    fn is_plain(text: &str) -> bool {
        let Some(answer) = read(text) else { return false };
        assert_eq!(Ok(&answer), Answer::parse_any(text).as_ref(), "{text}");
        assert_eq!(Ok(&answer), Answer::parse(&answer.to_json()).as_ref(), "{text}");
        true
    }

    #[test]
    fn the_fast_reader_reads_plain_answers() {
        for text in [
            USUAL,
            r#"{"ErrorCode":10004,"ActionStatus":"FAIL"}"#,
            r#"{"ActionStatus":"MAYBE","ErrorCode":999999999999999999,"RequestId":"r","ErrorInfo":"\u4e2d"}"#,
            r#"{"ActionStatus":"OK","ErrorCode":0,"MemberList":[]}"#,
            " { \"MemberList\" : [ { \"Marks\" : [ ] , \"Member_Account\" : \"a\\n\" } ] , \"ActionStatus\" : \"OK\" , \"ErrorCode\" : 0 }\n",
            r#"{"Marks":1,"ActionStatus":"OK","ErrorCode":0,"x":[ ],"MemberList":[{"CommandType":{},"Member_Account":"a","x":1.50,"Marks":[1,2,3,4,5],"x":"\ud800"}],"x":null}"#,
        ] {
            assert!(is_plain(text), "{text}");
        }
    }

    #[test]
    fn the_fast_reader_declines_everything_else() {
        for (from, to) in [
            ("acc", r"\ud800"),
            ("1000", "-1"),
            ("1000", "1000.0"),
            ("1000", "1000000000000000000"),
            ("[1000]", "null"),
            (r#""Marks""#, r#""marks""#),
            (r#""Marks""#, r#""\u004darks""#),
            (r#""Marks""#, r#""x":1e,"Marks""#),
            (r#""Marks""#, r#""Marks":[1],"Marks""#),
            (r#""Member_Account""#, r#""Account""#),
            (r#""ErrorInfo":"""#, r#""ErrorInfo":null"#),
            (r#""ErrorInfo":"""#, r#""ErrorInfo":"","ErrorInfo":"""#),
            (r#""ErrorInfo":"""#, r#""RequestId":7"#),
            (r#""ErrorInfo":"""#, r#""RequestId":"a","RequestId":"a""#),
            (r#""ErrorCode":0"#, r#""ErrorCode":-1"#),
            (r#""ErrorCode":0,"#, ""),
            (r#""ActionStatus":"OK","#, ""),
            (r#""CommandType":1"#, r#""CommandType":null"#),
            (r#""CommandType":1"#, r#""CommandType":1,"CommandType":1"#),
            (r#""MemberList":"#, r#""MemberList":[],"MemberList":"#),
            ("}]}", "}]}}"),
            ("}]}", "},]}"),
        ] {
            let text = USUAL.replacen(from, to, 1);
            assert_ne!(text, USUAL);
            assert!(!is_plain(&text), "{text}");
        }
    }

    #[test]
    fn both_readers_agree_on_changed_answers() {
        for sample in [USUAL, &USUAL.replacen(r#""Marks""#, r#""x":[-0.5e3,{"y":"\u00e9"}], "Marks""#, 1)] {
            every_change(sample, is_plain);
        }
    }
}
