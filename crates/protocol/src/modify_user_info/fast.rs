//! The fast parser of a request: one pass over a body of the usual form.

use std::borrow::Cow;

use super::marks::Marks;
use super::member::{DraftMember, Member};
use crate::cursor::{Cursor, once};
use crate::integer::Integer;

/// A parsed request.
pub(super) struct ParsedBody<'a, E> {
    pub(super) group_id: Cow<'a, str>,
    pub(super) command_type: Integer<'a>,
    pub(super) member_list: Vec<E>,
}

/// What takes in the entries of a request while it is read: [`read_entries`]. Each of its functions may return none, which ends the
/// reading.
pub trait EntrySink<'a> {
    /// An entry starts.
    fn start(&mut self) -> Option<()>;
    /// The account of the entry that was started last.
    fn account(&mut self, account: Cow<'a, str>) -> Option<()>;
    /// The list of its marks starts. It may come before the account.
    fn marks(&mut self) -> Option<()> {
        Some(())
    }
    /// The next of its marks.
    fn mark(&mut self, mark: i64) -> Option<()>;
    /// The entry ends; it has an account and a list of marks, which may be empty.
    fn end(&mut self) -> Option<()> {
        Some(())
    }
}

/// The content of a request except its entries.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Head<'a> {
    /// `GroupId`.
    pub group_id: Cow<'a, str>,
    /// `CommandType`.
    pub command_type: i64,
}

/// Reads a request in one pass, and hands each entry on as it comes, so that whoever keeps entries of another type needs no list
/// of these. This is for a request as nearly everybody writes it: with any other, and where `sink` ends the reading, there is none,
/// and what was passed on is ignored. [`Draft::parse`](super::Draft::parse) reads them all, and says what is wrong.
///
/// ```
/// use std::borrow::Cow;
/// use avmarks_protocol::modify_user_info::{EntrySink, read_entries};
///
/// #[derive(Default)]
/// struct Count {
///     accounts: usize,
///     marks: usize,
/// }
///
/// impl<'a> EntrySink<'a> for Count {
///     fn start(&mut self) -> Option<()> {
///         Some(())
///     }
///     fn account(&mut self, _: Cow<'a, str>) -> Option<()> {
///         self.accounts += 1;
///         Some(())
///     }
///     fn mark(&mut self, _: i64) -> Option<()> {
///         self.marks += 1;
///         Some(())
///     }
/// }
///
/// let text = r#"{"GroupId":"@TGS#a","CommandType":1,"MemberList":[{"Member_Account":"teacher10","Marks":[1000,1001]}]}"#;
/// let mut count = Count::default();
/// let head = read_entries(text, &mut count).unwrap();
/// assert_eq!((&*head.group_id, head.command_type), ("@TGS#a", 1));
/// assert_eq!((count.accounts, count.marks), (1, 2));
/// assert!(read_entries(&text.replace("1000", "\"1000\""), &mut count).is_none());
/// ```
pub fn read_entries<'a>(text: &'a str, sink: &mut impl EntrySink<'a>) -> Option<Head<'a>> {
    let mut cursor = Cursor::new(text);
    let (mut group_id, mut command_type, mut member_list) = (None, None, None);
    cursor.object(|cursor| match () {
        () if cursor.field(b"\"GroupId\"")? => once(&mut group_id, cursor.string()?),
        () if cursor.field(b"\"CommandType\"")? => once(&mut command_type, cursor.integer()?),
        () if cursor.field(b"\"MemberList\"")? => {
            cursor.array(|cursor| {
                sink.start()?;
                entry(cursor, sink)?;
                sink.end()
            })?;
            once(&mut member_list, ())
        }
        () => unknown(cursor),
    })?;
    cursor.end()?;
    member_list?;
    Some(Head { group_id: group_id?, command_type: command_type? })
}

/// An entry, filled where it lies.
pub(super) trait Entry<'a>: Default {
    fn name(&mut self, account: Cow<'a, str>);
    /// The list of its marks, empty yet.
    fn list(&mut self) {}
    fn mark(&mut self, mark: Integer<'a>);
}

impl<'a> Entry<'a> for Member<'a> {
    fn name(&mut self, account: Cow<'a, str>) {
        self.account = account;
    }

    #[inline(always)]
    fn mark(&mut self, mark: Integer<'a>) {
        self.marks.push(mark);
    }
}

impl<'a> Entry<'a> for DraftMember<'a> {
    fn name(&mut self, account: Cow<'a, str>) {
        self.account = Some(account);
    }

    fn list(&mut self) {
        self.marks = Some(Marks::new());
    }

    #[inline(always)]
    fn mark(&mut self, mark: Integer<'a>) {
        if let Some(marks) = &mut self.marks {
            marks.push(Some(mark));
        }
    }
}

/// Entries, each filled where it lies.
struct Members<E> {
    list: Vec<E>,
    /// How many are likely there.
    expected: usize,
}

impl<'a, E: Entry<'a>> EntrySink<'a> for Members<E> {
    #[inline(always)]
    fn start(&mut self) -> Option<()> {
        if self.list.capacity() == 0 {
            self.list.reserve_exact(self.expected);
        }
        self.list.push(E::default());
        Some(())
    }

    #[inline(always)]
    fn account(&mut self, account: Cow<'a, str>) -> Option<()> {
        self.list.last_mut()?.name(account);
        Some(())
    }

    #[inline(always)]
    fn marks(&mut self) -> Option<()> {
        self.list.last_mut()?.list();
        Some(())
    }

    #[inline(always)]
    fn mark(&mut self, mark: i64) -> Option<()> {
        self.list.last_mut()?.mark(mark.into());
        Some(())
    }
}

/// The request that a text is. None if anything is wrong with it, and if it has an integer that is negative or long, or an
/// escape in the name of a field. Fields that no document names are passed over.
pub(super) fn read<'a, E: Entry<'a>>(text: &'a str) -> Option<ParsedBody<'a, E>> {
    /// Memory for one entry is reserved per this number of bytes of text, so that most lists of entries need one allocation. No text with
    /// an entry is shorter.
    const ENTRY_BYTES: usize = 64;
    let mut members = Members { list: Vec::new(), expected: text.len() / ENTRY_BYTES };
    let Head { group_id, command_type } = read_entries(text, &mut members)?;
    Some(ParsedBody { group_id, command_type: command_type.into(), member_list: members.list })
}

#[inline(always)]
fn entry<'a>(cursor: &mut Cursor<'a>, sink: &mut impl EntrySink<'a>) -> Option<()> {
    let (mut account, mut marks) = (None, None);
    cursor.object(|cursor| match () {
        () if cursor.field(b"\"Member_Account\"")? => {
            sink.account(cursor.string()?)?;
            once(&mut account, ())
        }
        () if cursor.field(b"\"Marks\"")? => {
            sink.marks()?;
            cursor.array(|cursor| sink.mark(cursor.integer()?))?;
            once(&mut marks, ())
        }
        () => unknown(cursor),
    })?;
    account.and(marks)
}

/// Passes over a field that no document names.
#[inline(always)]
fn unknown(cursor: &mut Cursor<'_>) -> Option<()> {
    cursor.name()?;
    cursor.skip_value()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::modify_user_info::{Draft, Request};
    use crate::tests::every_change;

    const USUAL: &str =
        r#"{"GroupId":"@TGS#a","CommandType":1,"MemberList":[{"Member_Account":"acc","Marks":[1000]}]}"#;

    /// Whether a text is read here; if so, it is read as by the reader that knows all.
    fn is_plain(text: &str) -> bool {
        let (request, draft) = (read::<Member<'_>>(text), read::<DraftMember<'_>>(text));
        assert_eq!(request.is_some(), draft.is_some());
        let (Some(request), Some(draft)) = (request, draft) else { return false };
        let any = Draft::parse_any(text);
        let ParsedBody { group_id, command_type, member_list } = request;
        assert_eq!(Ok(Draft::from(Request { group_id, command_type, member_list })), any, "{text}");
        let ParsedBody { group_id, command_type, member_list } = draft;
        let draft = Draft {
            group_id: Some(group_id),
            command_type: Some(command_type),
            member_list: Some(member_list),
            errors: Vec::new(),
        };
        assert_eq!(Ok(draft), any, "{text}");
        true
    }

    #[test]
    fn the_fast_reader_reads_plain_requests() {
        for text in [
            USUAL,
            "\t{ \"MemberList\" : [ {\"Marks\":[ 1 , 0,2,3,\r4 ],\n\"Member_Account\":\"\"} ] ,\"GroupId\":\"\", \"CommandType\": 2 } ",
            r#"{"GroupId":"\u4e2d\"文","CommandType":999999999999999999,"MemberList":[{"Member_Account":"a\\","Marks":[1000]}]}"#,
            r#"{"GroupId":"","CommandType":0,"MemberList":[ {"Member_Account":"","Marks":[ ]}]}"#,
            r#"{"GroupId":"","CommandType":0,"MemberList":[]}"#,
        ] {
            assert!(is_plain(text), "{text}");
        }
    }

    #[test]
    fn the_fast_reader_skips_unknown_fields() {
        for (from, to) in [
            (r#""GroupId""#, r#""More":[1, -2.50e+3,{"GroupId":[]} ],"GroupId""#),
            (r#""Marks""#, r#""More":{"Marks":"\ud800","\udc00":[[[]]]} , "Marks""#),
            (r#""Marks""#, r#""marks":null,"":true,"marks":false,"Marks""#),
            ("]}]}", r#"],"a":"\"\\\/\b\f\n\r\t\u00E9"}],"b":"é"}"#),
        ] {
            let text = USUAL.replacen(from, to, 1);
            assert_ne!(text, USUAL);
            assert!(is_plain(&text), "{text}");
        }
        let deep = format!("{}1{}", r#"[{"a":"#.repeat(50_000), "}]".repeat(50_000));
        assert!(is_plain(&USUAL.replace(r#""Marks""#, &format!(r#""More":{deep},"Marks""#))));
        assert!(!is_plain(&USUAL.replace(r#""Marks""#, &format!(r#""More":[{deep},"Marks""#))));
    }

    #[test]
    fn the_fast_reader_declines_everything_else() {
        for (from, to) in [
            ("acc", "a\tc"),
            ("acc", "acc\t"),
            ("acc", "accaccacc\t"),
            ("acc", r"\x"),
            ("acc", r"\ud800"),
            ("1000", "-1"),
            ("1000", "01000"),
            ("1000", "1000.0"),
            ("1000", "1e3"),
            ("1000", "1000000000000000000"),
            ("1000", "9223372036854775808"),
            ("1000", "\"1000\""),
            ("1000", "1000,"),
            ("1000", ","),
            ("1000]", "1000"),
            ("[1000]", "1000"),
            ("[1000]", "null"),
            (r#""Marks""#, r#""marks""#),
            (r#""Marks""#, r#""\u004darks""#),
            (r#""Marks""#, r#""a\\":1,"Marks""#),
            (r#""Marks""#, r#""More":,"Marks""#),
            (r#""Marks""#, r#""More":01,"Marks""#),
            (r#""Marks""#, r#""More":[1,],"Marks""#),
            (r#""Marks""#, r#""More":"\ud80","Marks""#),
            (r#""Marks""#, r#""More":nul,"Marks""#),
            (r#""Marks""#, r#""Marks":[1],"Marks""#),
            (r#""Marks":"#, r#""Marks""#),
            (r#""Marks""#, r#""Member_Account""Marks""#),
            (r#""CommandType""#, r#""GroupId""CommandType""#),
            (r#""Marks":[1000]"#, r#""Member_Account":"a""#),
            (r#","Marks":[1000]"#, ""),
            (r#""CommandType":1"#, r#""GroupId":"a""#),
            (r#""GroupId":"@TGS#a","#, ""),
            ("}]}", "}]}}"),
            ("}]}", "},]}"),
            ("}]}", "}],}"),
            ("}]}", "}]"),
        ] {
            let text = USUAL.replacen(from, to, 1);
            assert_ne!(text, USUAL);
            assert!(!is_plain(&text), "{text}");
        }
    }

    #[test]
    fn both_readers_agree_on_changed_requests() {
        for sample in [USUAL, &USUAL.replacen(r#""Marks""#, r#""x":[-0.5e3,{"y":"\u00e9"}], "Marks""#, 1)] {
            every_change(sample, is_plain);
        }
    }
}
