//! How many bytes a string, a number or any value takes.

use super::nesting::{Bracket, Nesting};

const ONES: u64 = u64::from_ne_bytes([1; 8]);
const HIGHEST_BITS: u64 = ONES << 7;

/// The text after white space.
#[cold]
pub(super) fn behind_blanks(mut text: &[u8]) -> &[u8] {
    while let [b' ' | b'\t' | b'\r' | b'\n', rest @ ..] = text {
        text = rest;
    }
    text
}

/// The number of bytes before the first that cannot be in a string unescaped: a quote, a backslash, a control character;
/// none if every byte can.
/// Eight are checked in one step: in `found`, the lowest bit that is set is the highest of the first such byte. (Bits above
/// it may be set by a borrow, and are ignored.)
#[inline]
pub(crate) fn bare_bytes(text: &[u8]) -> Option<usize> {
    let (eights, rest) = text.as_chunks();
    for (at, eight) in eights.iter().enumerate() {
        let eight = u64::from_le_bytes(*eight);
        // With one bit changed, a quote is 0x20 and comes next to the control characters; a space and `!` are more than that.
        let quote_or_control = (eight ^ (ONES * 2)).wrapping_sub(ONES * 0x21);
        let backslash = (eight ^ (ONES * u64::from(b'\\'))).wrapping_sub(ONES);
        let perhaps = (quote_or_control | backslash) & HIGHEST_BITS;
        if perhaps != 0 {
            // Bytes outside of ASCII may be among them.
            let found = perhaps & !eight;
            if found != 0 {
                return Some(at * 8 + found.trailing_zeros() as usize / 8);
            }
        }
    }
    let last = rest.iter().position(|byte| matches!(byte, b'"' | b'\\' | ..b' '))?;
    Some(text.len() - rest.len() + last)
}

/// Parses the digits at the start of a text: returns the number and the count of digits. `None` if there is no digit, or if there are
/// more than 18, because not every number of 19 digits fits an `i64`.
#[inline]
pub(super) fn digits(text: &[u8]) -> Option<(i64, usize)> {
    const DIGITS_MAX: usize = 18;
    let (mut number, mut digits) = match text.first_chunk() {
        Some(eight) => leading_digits(u64::from_le_bytes(*eight)),
        None => (0, 0),
    };
    // Else the digits end within the eight bytes.
    if digits == 0 || digits == 8 {
        while let Some(digit @ b'0'..=b'9') = text.get(digits) {
            if digits == DIGITS_MAX {
                return None;
            }
            number = number * 10 + u64::from(digit - b'0');
            digits += 1;
        }
    }
    (digits > 0).then_some((number.cast_signed(), digits))
}

/// Parses the digits at the start of eight bytes in one step. Both numbers are 0 if there is no digit.
#[inline(always)]
fn leading_digits(eight: u64) -> (u64, usize) {
    let values = eight ^ (ONES * u64::from(b'0'));
    // A value of ten or more sets the highest bit. It may change those of the bytes behind it, at which nobody looks.
    let others = (values.wrapping_add(ONES * (0x80 - 10)) | values) & HIGHEST_BITS;
    let digits = others.trailing_zeros() / 8;
    // The digits move to the end, behind zeros. Then each step makes one number of two: of two digits, of four, of eight.
    let aligned = values.checked_shl(64 - 8 * digits).unwrap_or(0);
    let twos = aligned.wrapping_mul(10).wrapping_add(aligned >> 8) & 0x00ff_00ff_00ff_00ff;
    let fours = twos.wrapping_mul(100).wrapping_add(twos >> 16) & 0x0000_ffff_0000_ffff;
    (fours.wrapping_mul(10_000).wrapping_add(fours >> 32) & 0xffff_ffff, digits as usize)
}

/// How many bytes the value at the start of a text takes, of whatever type, by the grammar of RFC 8259. The function does not
/// call itself, however deep the value is nested. It does not check what an escape means: half of a surrogate pair is accepted.
pub(super) fn value(text: &[u8]) -> Option<usize> {
    let mut rest = text;
    let mut nesting = Nesting::default();
    loop {
        rest = match blanks(rest) {
            [b'"', inner @ ..] => string(inner)?,
            [b'{', inner @ ..] => match blanks(inner) {
                [b'}', rest @ ..] => rest,
                inner => {
                    nesting.open(Bracket::Object);
                    rest = name(inner)?;
                    continue;
                }
            },
            [b'[', inner @ ..] => match blanks(inner) {
                [b']', rest @ ..] => rest,
                inner => {
                    nesting.open(Bracket::Array);
                    rest = inner;
                    continue;
                }
            },
            [b't', b'r', b'u', b'e', rest @ ..]
            | [b'f', b'a', b'l', b's', b'e', rest @ ..]
            | [b'n', b'u', b'l', b'l', rest @ ..] => rest,
            other => number(other)?,
        };
        // The value has ended, and with it perhaps those around it.
        loop {
            let Some(around) = nesting.innermost() else { return Some(text.len() - rest.len()) };
            rest = match (around, blanks(rest)) {
                (Bracket::Object, [b',', behind @ ..]) => {
                    rest = name(blanks(behind))?;
                    break;
                }
                (Bracket::Array, [b',', behind @ ..]) => {
                    rest = behind;
                    break;
                }
                (Bracket::Object, [b'}', behind @ ..]) | (Bracket::Array, [b']', behind @ ..]) => behind,
                _ => return None,
            };
            nesting.close();
        }
    }
}

#[inline(always)]
fn blanks(text: &[u8]) -> &[u8] {
    match text {
        [0..=b' ', ..] => behind_blanks(text),
        _ => text,
    }
}

/// The text after the name of a field and its colon.
fn name(text: &[u8]) -> Option<&[u8]> {
    blanks(string(text.strip_prefix(b"\"")?)?).strip_prefix(b":")
}

/// The text after a string whose first quote has been read.
fn string(mut text: &[u8]) -> Option<&[u8]> {
    loop {
        text = match text.get(bare_bytes(text)?..)? {
            [b'"', rest @ ..] => return Some(rest),
            [b'\\', b'"' | b'\\' | b'/' | b'b' | b'f' | b'n' | b'r' | b't', rest @ ..] => rest,
            [b'\\', b'u', a, b, c, d, rest @ ..] if [a, b, c, d].into_iter().all(u8::is_ascii_hexdigit) => rest,
            _ => return None,
        };
    }
}

/// The text after a number.
fn number(text: &[u8]) -> Option<&[u8]> {
    let mut rest = match text.strip_prefix(b"-").unwrap_or(text) {
        [b'0', rest @ ..] => rest,
        other => behind_digits(other)?,
    };
    if let [b'.', fraction @ ..] = rest {
        rest = behind_digits(fraction)?;
    }
    if let [b'e' | b'E', b'+' | b'-', exponent @ ..] | [b'e' | b'E', exponent @ ..] = rest {
        rest = behind_digits(exponent)?;
    }
    Some(rest)
}

/// The text after one or more digits.
fn behind_digits(text: &[u8]) -> Option<&[u8]> {
    let digits = text.iter().take_while(|byte| byte.is_ascii_digit()).count();
    text.get(digits..).filter(|_| digits > 0)
}
