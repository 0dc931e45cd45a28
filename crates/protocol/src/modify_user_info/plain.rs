//! A request as nearly everybody writes it, read in one pass.
//!
//! What is unusual is not read here, and no fault is told: the text then goes to the reader that knows all of it. So there
//! is one way to be wrong, to read what that one reads otherwise, and the fuzz target `modify_user_info_request` holds
//! every input against serde's own reading.

use std::borrow::Cow;

use super::{DraftMember, Member};
use crate::Integer;

/// What a plain text holds.
pub(super) struct Plain<'a, E> {
    pub(super) group_id: Cow<'a, str>,
    pub(super) command_type: Integer<'a>,
    pub(super) member_list: Vec<E>,
}

/// An entry, filled where it lies.
pub(super) trait Entry<'a>: Default {
    fn name(&mut self, account: Cow<'a, str>);
    fn mark(&mut self, mark: Integer<'a>);
}

impl<'a> Entry<'a> for Member<'a> {
    fn name(&mut self, account: Cow<'a, str>) {
        self.account = account;
    }

    fn mark(&mut self, mark: Integer<'a>) {
        self.marks.push(mark);
    }
}

impl<'a> Entry<'a> for DraftMember<'a> {
    fn name(&mut self, account: Cow<'a, str>) {
        self.account = Some(account);
    }

    fn mark(&mut self, mark: Integer<'a>) {
        self.marks.get_or_insert_default().push(Some(mark));
    }
}

/// The request that a text is. None where anything is wrong with it, and where it has a field that no document names, a
/// list without items, or an integer that is negative or long.
pub(super) fn read<'a, E: Entry<'a>>(text: &'a str) -> Option<Plain<'a, E>> {
    /// For so many bytes of the text, room for an entry is kept, so that most lists of entries are one allocation. No text with
    /// an entry is shorter.
    const ENTRY_BYTES: usize = 64;
    let mut reader = Reader { text, at: 0 };
    let (mut group_id, mut command_type, mut member_list) = (None, None, None);
    reader.several(b'{', b'}', |reader| match () {
        () if reader.field(b"\"GroupId\"")? => once(&mut group_id, reader.string()?),
        () if reader.field(b"\"CommandType\"")? => once(&mut command_type, reader.number()?),
        () if reader.field(b"\"MemberList\"")? => {
            let mut members = Vec::with_capacity(text.len() / ENTRY_BYTES);
            reader.several(b'[', b']', |reader| {
                members.push(E::default());
                reader.entry(members.last_mut()?)
            })?;
            once(&mut member_list, members)
        }
        () => None,
    })?;
    let is_all = reader.next().is_none();
    is_all.then_some(Plain { group_id: group_id?, command_type: command_type?.into(), member_list: member_list? })
}

/// Keeps a value where none is kept yet.
fn once<T>(kept: &mut Option<T>, value: T) -> Option<()> {
    kept.replace(value).is_none().then_some(())
}

/// A text, and how many of its bytes have been read.
struct Reader<'a> {
    text: &'a str,
    at: usize,
}

impl<'a> Reader<'a> {
    fn entry(&mut self, entry: &mut impl Entry<'a>) -> Option<()> {
        let (mut account, mut marks) = (None, None);
        self.several(b'{', b'}', |reader| match () {
            () if reader.field(b"\"Member_Account\"")? => {
                entry.name(reader.string()?);
                once(&mut account, ())
            }
            () if reader.field(b"\"Marks\"")? => {
                reader.several(b'[', b']', |reader| {
                    entry.mark(reader.number()?.into());
                    Some(())
                })?;
                once(&mut marks, ())
            }
            () => None,
        })?;
        account.and(marks)
    }

    /// One item or more between brackets, with commas between them.
    fn several(&mut self, open: u8, close: u8, mut item: impl FnMut(&mut Self) -> Option<()>) -> Option<()> {
        self.take(open)?;
        loop {
            item(self)?;
            if self.take(close).is_some() {
                return Some(());
            }
            self.take(b',')?;
        }
    }

    /// Whether this field is next, given in its quotes; if so, it has been read, and its colon, without which nothing is.
    fn field(&mut self, quoted: &[u8]) -> Option<bool> {
        self.next();
        let is_next = self.rest().starts_with(quoted);
        if is_next {
            self.at += quoted.len();
            self.take(b':')?;
        }
        Some(is_next)
    }

    #[inline]
    fn string(&mut self) -> Option<Cow<'a, str>> {
        self.next();
        let quote = self.at;
        match self.bare_string() {
            Some(text) => Some(Cow::Borrowed(text)),
            None => self.escaped_string(quote).map(Cow::Owned),
        }
    }

    fn bare_string(&mut self) -> Option<&'a str> {
        self.take(b'"')?;
        let start = self.at;
        let end = start + bare_bytes(self.rest())?;
        let is_whole = self.text.as_bytes().get(end) == Some(&b'"');
        self.at = end + 1;
        self.text.get(start..end).filter(|_| is_whole)
    }

    /// The string whose quote stands at `quote`, as serde_json reads it.
    #[cold]
    fn escaped_string(&mut self, quote: usize) -> Option<String> {
        let mut strings = serde_json::Deserializer::from_str(self.text.get(quote..)?).into_iter();
        let text = strings.next()?.ok()?;
        self.at = quote + strings.byte_offset();
        Some(text)
    }

    /// An integer that is not negative. What comes behind it is not looked at.
    fn number(&mut self) -> Option<i64> {
        /// So many fit an `i64`, whatever they are.
        const DIGITS_MAX: usize = 18;
        let first = self.next()?;
        let mut number = 0;
        let mut digits = 0;
        while let Some(digit @ b'0'..=b'9') = self.rest().get(digits) {
            if digits == DIGITS_MAX {
                return None;
            }
            number = number * 10 + i64::from(digit - b'0');
            digits += 1;
        }
        self.at += digits;
        let is_number = match digits {
            0 => false,
            1 => true,
            _ => first != b'0',
        };
        is_number.then_some(number)
    }

    /// Reads this byte, which must come next.
    fn take(&mut self, wanted: u8) -> Option<()> {
        (self.next()? == wanted).then(|| self.at += 1)
    }

    /// What comes next behind white space.
    fn next(&mut self) -> Option<u8> {
        loop {
            match self.rest().first()? {
                b' ' | b'\t' | b'\r' | b'\n' => self.at += 1,
                other => return Some(*other),
            }
        }
    }

    fn rest(&self) -> &'a [u8] {
        self.text.as_bytes().get(self.at..).unwrap_or_default()
    }
}

/// How many bytes come before the first that cannot stand in a string as it is: a quote, a backslash, a control character;
/// none where every byte can.
/// Eight are looked at in one step: in `found`, the lowest bit that is set is the highest of the first such byte. (Bits above
/// it may be set by a borrow, and nobody looks at them.)
pub(super) fn bare_bytes(text: &[u8]) -> Option<usize> {
    const ONES: u64 = u64::from_ne_bytes([1; 8]);
    let below = |bytes: u64, limit: u8| bytes.wrapping_sub(ONES * u64::from(limit)) & !bytes;
    let (eights, rest) = text.as_chunks();
    for (at, eight) in eights.iter().enumerate() {
        let eight = u64::from_le_bytes(*eight);
        let is = |byte: u8| below(eight ^ (ONES * u64::from(byte)), 1);
        let found = (below(eight, b' ') | is(b'"') | is(b'\\')) & (ONES << 7);
        if found != 0 {
            return Some(at * 8 + found.trailing_zeros() as usize / 8);
        }
    }
    let last = rest.iter().position(|byte| matches!(byte, b'"' | b'\\' | ..b' '))?;
    Some(text.len() - rest.len() + last)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::modify_user_info::{Draft, Request};

    fn is_plain(text: &str) -> bool {
        let (request, draft) = (read::<Member<'_>>(text), read::<DraftMember<'_>>(text));
        let any = Draft::parse_any(text);
        let as_request = request.map(|Plain { group_id, command_type, member_list }| {
            Draft::from(Request { group_id, command_type, member_list })
        });
        for plain in [&as_request, &Draft::parse(text).ok().filter(|_| draft.is_some())].into_iter().flatten() {
            assert_eq!(Ok(plain), any.as_ref(), "{text}");
        }
        assert_eq!(as_request.is_some(), draft.is_some());
        as_request.is_some()
    }

    #[test]
    fn a_plain_request_is_read_whatever_its_order_blanks_and_escapes() {
        for text in [
            r#"{"GroupId":"@TGS#a","CommandType":1,"MemberList":[{"Member_Account":"a","Marks":[1000]}]}"#,
            "\t{ \"MemberList\" : [ {\"Marks\":[ 1 , 0,2,3,\r4 ],\n\"Member_Account\":\"\"} ] ,\"GroupId\":\"\", \"CommandType\": 2 } ",
            r#"{"GroupId":"\u4e2d\"文","CommandType":999999999999999999,"MemberList":[{"Member_Account":"a\\","Marks":[1000]}]}"#,
        ] {
            assert!(is_plain(text), "{text}");
        }
    }

    #[test]
    fn anything_else_is_left_to_the_reader_that_knows_all_of_it() {
        let usual = r#"{"GroupId":"@TGS#a","CommandType":1,"MemberList":[{"Member_Account":"acc","Marks":[1000]}]}"#;
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
            ("1000", "9223372036854775808"),
            ("1000", "\"1000\""),
            ("1000", ""),
            ("1000", "1000,"),
            ("1000]", "1000"),
            ("[1000]", "1000"),
            (r#""Marks""#, r#""marks""#),
            (r#""Marks""#, r#""More":[1],"Marks""#),
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
            ("}]}", "}]"),
        ] {
            let text = usual.replace(from, to);
            assert_ne!(text, usual);
            assert!(!is_plain(&text), "{text}");
        }
        (0..usual.len()).for_each(|end| assert!(!is_plain(&usual[..end])));
    }

    #[test]
    fn a_byte_that_cannot_stand_in_a_string_is_found_wherever_it_is() {
        for byte in 0..=u8::MAX {
            let is_bare = !matches!(byte, b'"' | b'\\' | 0..0x20);
            for at in 0..20 {
                let mut text = [b'a'; 20];
                text[at] = byte;
                assert_eq!(bare_bytes(&text), (!is_bare).then_some(at), "{byte} at {at}");
                text[at..].fill(b'"');
                text[at] = byte;
                let next = (at + 1 < text.len()).then_some(at + 1);
                assert_eq!(bare_bytes(&text), if is_bare { next } else { Some(at) }, "{byte} at {at}");
            }
        }
    }
}
