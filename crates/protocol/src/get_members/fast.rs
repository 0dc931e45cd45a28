//! The fast parser of a page: one pass over a body of the usual form.

use super::{Answer, Listed};
use crate::cursor::{Cursor, once};
use crate::envelope::EnvelopeFields;
use crate::extra::Extra;
use crate::modify_user_info::Marks;

/// The answer that a text is. None if anything is wrong with it, and if it has a `null` instead of a value, an integer
/// that is negative or long, an escape in the name of a field, or a `Remark` or `Marks` that belongs among the unknown fields.
pub(super) fn read(text: &str) -> Option<Answer> {
    /// Memory for one member is reserved per this number of bytes of text, so that most lists need one allocation.
    const LISTED_BYTES: usize = 96;
    let mut cursor = Cursor::new(text);
    let (mut fields, mut member_list, mut next_timestamp) = (EnvelopeFields::default(), None, None);
    cursor.object(|cursor| match () {
        () if cursor.field(b"\"MemberList\"")? => {
            let mut members = Vec::with_capacity(text.len() / LISTED_BYTES);
            cursor.array(|cursor| {
                members.push(Listed {
                    join_time: 0,
                    account: String::new(),
                    nick_name: None,
                    avatar: None,
                    remark: None,
                    marks: None,
                    extra: Extra::default(),
                });
                listed(cursor, members.last_mut()?)
            })?;
            once(&mut member_list, members)
        }
        () if cursor.field(b"\"NextTimestamp\"")? => once(&mut next_timestamp, cursor.integer()?),
        () => cursor.pass_with(|cursor| fields.read(cursor)),
    })?;
    cursor.end()?;
    let (envelope, extra) = fields.finish()?;
    Some(Answer { envelope, member_list, next_timestamp, extra })
}

/// Fills a member where it lies.
#[inline(always)]
fn listed(cursor: &mut Cursor<'_>, listed: &mut Listed) -> Option<()> {
    let (mut join_time, mut account) = (None, None);
    cursor.object(|cursor| match () {
        () if cursor.field(b"\"JoinTime\"")? => {
            listed.join_time = cursor.integer()?;
            once(&mut join_time, ())
        }
        () if cursor.field(b"\"Member_Account\"")? => {
            listed.account = cursor.string()?.into_owned();
            once(&mut account, ())
        }
        () if cursor.field(b"\"NickName\"")? => once(&mut listed.nick_name, cursor.string()?.into_owned()),
        () if cursor.field(b"\"Avatar\"")? => once(&mut listed.avatar, cursor.string()?.into_owned()),
        () if cursor.field(b"\"Remark\"")? => once(&mut listed.remark, cursor.string()?.into_owned()),
        () if cursor.field(b"\"Marks\"")? => {
            let mut marks = Marks::new();
            cursor.array(|cursor| {
                marks.push(cursor.integer()?);
                Some(())
            })?;
            once(&mut listed.marks, marks)
        }
        () => cursor.pass_with(|cursor| listed.extra.keep(cursor)),
    })?;
    join_time.and(account)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::tests::every_change;

    const USUAL: &str = r#"{"ActionStatus":"OK","ErrorCode":0,"ErrorInfo":"","MemberList":[{"JoinTime":1669872112,"Member_Account":"acc","NickName":"n","Avatar":"u"}],"NextTimestamp":7}"#;

    /// Whether a text is read here; if so, it is read as by the reader that knows all, and what is written of it is read again.
    fn is_plain(text: &str) -> bool {
        let Some(answer) = read(text) else { return false };
        assert_eq!(Ok(&answer), Answer::parse_any(text).as_ref(), "{text}");
        assert_eq!(Ok(&answer), Answer::parse(&answer.to_json()).as_ref(), "{text}");
        true
    }

    #[test]
    fn the_fast_reader_reads_plain_pages() {
        for text in [
            USUAL,
            r#"{"ErrorCode":10004,"ActionStatus":"FAIL"}"#,
            r#"{"ActionStatus":"OK","ErrorCode":0,"MemberList":[],"NextTimestamp":0}"#,
            " { \"MemberList\" : [ { \"Member_Account\" : \"a\\n\" , \"JoinTime\" : 0 } ] , \"ActionStatus\" : \"OK\" , \"ErrorCode\" : 0 }\n",
            r#"{"ActionStatus":"OK","ErrorCode":0,"MemberList":[{"Marks":[500,1000],"Remark":"r","x":[ 1.50 ],"JoinTime":1,"Member_Account":"a"},{"JoinTime":1,"Member_Account":"b","Marks":[ ],"Role":null}],"CommandType":1,"JoinTime":"\udc00"}"#,
        ] {
            assert!(is_plain(text), "{text}");
        }
    }

    #[test]
    fn the_fast_reader_declines_everything_else() {
        for (from, to) in [
            ("acc", r"\ud800"),
            ("1669872112", "-1"),
            ("1669872112", "01669872112"),
            ("1669872112", "1000000000000000000"),
            (r#""NickName":"n""#, r#""NickName":null"#),
            (r#""NickName":"n""#, r#""Avatar":"n""#),
            (r#""NickName":"n""#, r#""Avata\u0072":"n""#),
            (r#""NickName":"n""#, r#""Remark":7"#),
            (r#""NickName":"n""#, r#""Remark":"r","Remark":"r""#),
            (r#""NickName":"n""#, r#""Marks":null"#),
            (r#""NickName":"n""#, r#""Marks":[1.0]"#),
            (r#""NickName":"n""#, r#""Marks":[1],"Marks":[1]"#),
            (r#""NickName":"n""#, r#""x":"\u00e""#),
            (r#""JoinTime":1669872112,"#, ""),
            (r#""Member_Account":"acc","#, ""),
            (r#""NextTimestamp":7"#, r#""NextTimestamp":null"#),
            (r#""NextTimestamp":7"#, r#""NextTimestamp":7,"NextTimestamp":7"#),
            (r#""ErrorCode":0,"#, ""),
            ("}]", "},]"),
        ] {
            let text = USUAL.replacen(from, to, 1);
            assert_ne!(text, USUAL);
            assert!(!is_plain(&text), "{text}");
        }
    }

    #[test]
    fn both_readers_agree_on_changed_pages() {
        for sample in [USUAL, &USUAL.replacen(r#""Avatar""#, r#""Marks":[1],"x":[-0.5e3,{"y":"\u00e9"}], "Avatar""#, 1)]
        {
            every_change(sample, is_plain);
        }
    }
}
