//! A position in a JSON text, which advances over one token after the other. The readers of the usual shapes share it.
//!
//! None of these readers says what is wrong with a text. Each reads it in one pass, or returns none, and the text then goes to the
//! reader that knows every error and its place. So they have one way to be wrong: to read what that one reads otherwise. The fuzz
//! targets `modify_user_info_request` and `answers` compare the two for every input.
//!
//! A cursor stays in registers as long as no function that is called gets a reference to it; in memory, it takes a third longer. So
//! the functions that move it are inlined, and those that are called take bytes, and return how many they have read.

mod nesting;
mod scan;

use std::borrow::Cow;

pub(crate) use scan::bare_bytes;

/// A text, and the part of it that has not been read.
#[derive(Clone, Copy)]
pub(crate) struct Cursor<'a> {
    text: &'a str,
    /// The end of `text`.
    rest: &'a [u8],
}

impl<'a> Cursor<'a> {
    /// At the start of a text.
    pub(crate) const fn new(text: &'a str) -> Self {
        Self { text, rest: text.as_bytes() }
    }

    /// The end of the text: nothing but white space is left.
    pub(crate) fn end(&mut self) -> Option<()> {
        self.next().is_none().then_some(())
    }

    /// An object, each of its fields read by `field`, with the cursor before its name.
    #[inline(always)]
    pub(crate) fn object(&mut self, mut field: impl FnMut(&mut Self) -> Option<()>) -> Option<()> {
        self.several(b'{', b'}', |cursor| {
            cursor.next();
            field(cursor)
        })
    }

    /// An array, each of its items read by `item`.
    #[inline(always)]
    pub(crate) fn array(&mut self, item: impl FnMut(&mut Self) -> Option<()>) -> Option<()> {
        self.several(b'[', b']', item)
    }

    #[inline(always)]
    fn several(&mut self, open: u8, close: u8, mut item: impl FnMut(&mut Self) -> Option<()>) -> Option<()> {
        self.take(open)?;
        if self.take(close).is_some() {
            return Some(());
        }
        loop {
            item(self)?;
            if self.take(b',').is_none() {
                return self.take(close);
            }
        }
    }

    /// Whether the field whose name starts here is this one, given in its quotes; if so, the cursor moves behind its colon.
    #[inline(always)]
    pub(crate) fn field(&mut self, quoted: &[u8]) -> Option<bool> {
        let Some(rest) = self.rest.strip_prefix(quoted) else { return Some(false) };
        self.rest = rest;
        self.take(b':')?;
        Some(true)
    }

    /// The name of the field that starts here; the cursor moves behind its colon. None if the name has an escape.
    #[inline(always)]
    pub(crate) fn name(&mut self) -> Option<&'a str> {
        let name = self.bare_string()?;
        self.take(b':')?;
        Some(name)
    }

    /// A string.
    #[inline(always)]
    pub(crate) fn string(&mut self) -> Option<Cow<'a, str>> {
        self.next();
        if let Some(text) = self.bare_string() {
            return Some(Cow::Borrowed(text));
        }
        let (text, bytes) = escaped_string(self.text.get(self.at()..)?)?;
        self.pass(bytes)?;
        Some(Cow::Owned(text))
    }

    /// A string without escapes. Where there is none, the cursor stays.
    #[inline(always)]
    fn bare_string(&mut self) -> Option<&'a str> {
        let (b'"', inner) = self.rest.split_first()? else { return None };
        let bytes = bare_bytes(inner)?;
        let (b'"', rest) = inner.get(bytes..)?.split_first()? else { return None };
        let start = self.text.len() - inner.len();
        let text = self.text.get(start..start + bytes)?;
        self.rest = rest;
        Some(text)
    }

    /// An integer that is not negative. What follows it is not checked.
    #[inline(always)]
    pub(crate) fn integer(&mut self) -> Option<i64> {
        self.next();
        let first = *self.rest.first()?;
        let (number, digits) = scan::digits(self.rest)?;
        self.pass(digits)?;
        (first != b'0' || digits == 1).then_some(number)
    }

    /// Passes over a value of any type by JSON's grammar, without a look at what it says.
    #[inline(always)]
    pub(crate) fn skip_value(&mut self) -> Option<()> {
        self.next();
        self.pass(scan::value(self.rest)?)
    }

    /// The text of a value of any type, likewise.
    #[inline(always)]
    pub(crate) fn value(&mut self) -> Option<&'a str> {
        self.next();
        let start = self.at();
        self.skip_value()?;
        self.text.get(start..self.at())
    }

    /// Moves the cursor to where `read` returns it. A function that is called takes the cursor itself, and no reference to it.
    #[inline(always)]
    pub(crate) fn pass_with(&mut self, read: impl FnOnce(Self) -> Option<Self>) -> Option<()> {
        *self = read(*self)?;
        Some(())
    }

    /// This byte, which must come next.
    #[inline(always)]
    fn take(&mut self, wanted: u8) -> Option<()> {
        match self.rest {
            [byte, rest @ ..] if *byte == wanted => self.rest = rest,
            [0..=b' ', ..] => {
                self.rest = scan::behind_blanks(self.rest);
                let (byte, rest) = self.rest.split_first()?;
                if *byte != wanted {
                    return None;
                }
                self.rest = rest;
            }
            _ => return None,
        }
        Some(())
    }

    /// What comes next behind white space, to which the cursor moves.
    #[inline(always)]
    fn next(&mut self) -> Option<u8> {
        let byte = *self.rest.first()?;
        if byte > b' ' {
            return Some(byte);
        }
        self.rest = scan::behind_blanks(self.rest);
        self.rest.first().copied()
    }

    #[inline(always)]
    fn pass(&mut self, bytes: usize) -> Option<()> {
        self.rest = self.rest.get(bytes..)?;
        Some(())
    }

    /// How many bytes of the text have been read.
    #[inline(always)]
    const fn at(&self) -> usize {
        self.text.len() - self.rest.len()
    }
}

/// Keeps a value if none is kept yet.
#[inline(always)]
pub(crate) fn once<T>(kept: &mut Option<T>, value: T) -> Option<()> {
    kept.replace(value).is_none().then_some(())
}

/// The string at the start of a text, as serde_json reads it, and how many bytes it takes there.
#[cold]
fn escaped_string(text: &str) -> Option<(String, usize)> {
    let mut strings = serde_json::Deserializer::from_str(text).into_iter();
    let text = strings.next()?.ok()?;
    Some((text, strings.byte_offset()))
}

#[cfg(test)]
mod tests;
