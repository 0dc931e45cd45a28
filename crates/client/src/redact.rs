//! Redacts signatures that come back: an error page or a transport's message may repeat the URL, and the signature with it.

use std::borrow::Cow;

use memchr::{memchr3, memmem};

/// What replaces a signature.
const REPLACEMENT: &[u8] = "…".as_bytes();

/// The name before the signature in a URL.
const NAME: &[u8] = b"usersig=";

/// How many bytes of a signature at the end of a text are taken for a truncated one.
const TAIL_MIN: usize = 8;

/// How many first bytes of a signature are taken for a part of it anywhere.
const PART_MIN: usize = 16;

/// `bytes` without these signatures, borrowed if there is none.
///
/// A signature is found as it was sent, with any of its characters escaped for a URL (`%2A`), for JSON (`\u002a`) or for HTML
/// (`&#42;`, `&#x2a;`), and in the alphabet of base64 that it was made from. Its first part is found as well: 16 bytes anywhere, 8
/// bytes at the end. So is whatever follows `usersig=`.
pub(crate) fn redacted<'a>(bytes: &'a [u8], signatures: &[&str]) -> Cow<'a, [u8]> {
    let signatures: Vec<&[u8]> =
        signatures.iter().map(|text| text.as_bytes()).filter(|text| !text.is_empty()).collect();
    if !may_hold_one(bytes, &signatures) {
        return Cow::Borrowed(bytes);
    }
    let mut clean: Vec<u8> = Vec::new();
    let mut kept_from = 0;
    let mut at = 0;
    while let Some(rest) = bytes.get(at..).filter(|rest| !rest.is_empty()) {
        let (skip, cut) = found(rest, &signatures);
        if cut > 0 {
            clean.extend_from_slice(bytes.get(kept_from..at + skip).unwrap_or_default());
            clean.extend_from_slice(REPLACEMENT);
            kept_from = at + skip + cut;
        }
        at += (skip + cut).max(1);
    }
    if kept_from == 0 {
        return Cow::Borrowed(bytes);
    }
    clean.extend_from_slice(bytes.get(kept_from..).unwrap_or_default());
    Cow::Owned(clean)
}

/// A cheap test that nearly all bodies fail: whether the bytes contain an escape, the name, or the start of a signature.
fn may_hold_one(bytes: &[u8], signatures: &[&[u8]]) -> bool {
    let start = |signature: &&[u8]| {
        let plain = signature.iter().take(TAIL_MIN).take_while(|byte| byte.is_ascii_alphanumeric()).count();
        plain == 0 || memmem::find(bytes, signature.get(..plain).unwrap_or_default()).is_some()
    };
    memchr3(b'%', b'\\', b'&', bytes).is_some() || memmem::find(bytes, NAME).is_some() || signatures.iter().any(start)
}

/// The signature at the start of `rest`: how many bytes before it stay, and how many are redacted.
fn found(rest: &[u8], signatures: &[&[u8]]) -> (usize, usize) {
    if let Some(value) = rest.strip_prefix(NAME) {
        let of_a_signature = |byte: &u8| byte.is_ascii_alphanumeric() || b"*-_%+/=.~".contains(byte);
        return (NAME.len(), value.iter().take_while(|byte| of_a_signature(byte)).count());
    }
    (0, signatures.iter().map(|signature| matched(rest, signature)).max().unwrap_or_default())
}

/// How many bytes at the start of `rest` are the signature or a part of it that is long enough.
fn matched(rest: &[u8], signature: &[u8]) -> usize {
    let mut length = 0;
    for (index, wanted) in signature.iter().enumerate() {
        let left = rest.get(length..).unwrap_or_default();
        match character(left) {
            Some((found, width)) if is_same(found, *wanted) => length += width,
            // The text ends here, perhaps in the middle of an escape.
            None if index >= TAIL_MIN => return rest.len(),
            _ if index >= PART_MIN => return length,
            _ => return 0,
        }
    }
    length
}

/// Whether two characters are equivalent: a UserSig writes `*`, `-` and `_` for the `+`, `/` and `=` of base64.
fn is_same(found: u8, wanted: u8) -> bool {
    found == wanted || matches!((found, wanted), (b'+', b'*') | (b'/', b'-') | (b'=', b'_'))
}

/// The first character of `bytes`, unescaped, and its width in bytes. None if the bytes end before it does.
fn character(bytes: &[u8]) -> Option<(u8, usize)> {
    let literal = bytes.first().map(|first| (*first, 1));
    let unescaped = match bytes {
        [b'%', digits @ ..] => number(digits, 16, 2).map(|(value, digits)| (value, 1 + digits)),
        [b'\\', b'u', digits @ ..] => number(digits, 16, 4).map(|(value, digits)| (value, 2 + digits)),
        [b'\\', b'/', ..] => Some((b'/', 2)),
        [b'&', b'#', b'x' | b'X', digits @ ..] => entity(digits, 16).map(|(value, width)| (value, 3 + width)),
        [b'&', b'#', digits @ ..] => entity(digits, 10).map(|(value, width)| (value, 2 + width)),
        _ => literal,
    };
    let is_cut_short = matches!(bytes, [b'%' | b'\\' | b'&', ..]) && bytes.len() < ESCAPE_MAX;
    unescaped.or(if is_cut_short { None } else { literal })
}

/// The longest escape that is read: `&#x0002a;`.
const ESCAPE_MAX: usize = 9;

/// The number of a character reference in HTML, and its width with the semicolon.
fn entity(bytes: &[u8], radix: u32) -> Option<(u8, usize)> {
    let end = bytes.iter().take(ESCAPE_MAX).position(|byte| *byte == b';')?;
    number(bytes, radix, end).map(|(value, width)| (value, width + 1))
}

/// The number of so many digits, and how many these are.
fn number(bytes: &[u8], radix: u32, digits: usize) -> Option<(u8, usize)> {
    let text = std::str::from_utf8(bytes.get(..digits)?).ok()?;
    let is_number = text.chars().all(|digit| digit.is_digit(radix));
    let value = is_number.then(|| u32::from_str_radix(text, radix).ok()).flatten()?;
    Some((u8::try_from(value).ok()?, digits))
}

#[cfg(test)]
mod tests {
    use super::*;

    const SIG: &str = "eJwtzMEKgkAUheF3mXXInTtz*abc-_";

    fn clean(text: &str, signatures: &[&str]) -> String {
        String::from_utf8(redacted(text.as_bytes(), signatures).into_owned()).unwrap()
    }

    #[test]
    fn a_signature_is_redacted_however_it_is_written() {
        for (text, expected) in [
            (format!("GET /v4?usersig={SIG}&random=1"), "GET /v4?usersig=…&random=1"),
            (format!("usersig={SIG}&again={SIG}"), "usersig=…&again=…"),
            (SIG.to_owned(), "…"),
            (format!("a {SIG}{SIG} b"), "a …… b"),
            (format!("<p>{}</p>", SIG.replace('*', "%2A")), "<p>…</p>"),
            (format!("<p>{}</p>", SIG.replace('*', "%2a").replace('_', "%5F")), "<p>…</p>"),
            (format!("\"{}\"", SIG.replace('*', "\\u002a").replace('-', "\\u002D")), "\"…\""),
            (format!("<p>{}</p>", SIG.replace('*', "&#42;").replace('-', "&#x2d;")), "<p>…</p>"),
            (SIG.bytes().map(|byte| format!("%{byte:02x}")).collect(), "…"),
            (SIG.bytes().map(|byte| format!("\\u{byte:04x}")).collect(), "…"),
            (SIG.replace('*', "+").replace('-', "/").replace('_', "="), "…"),
            (SIG.replace('*', "+").replace('-', "\\/").replace('_', "="), "…"),
            (format!("it ends {}", &SIG[..12]), "it ends …"),
            (format!("a part {} of it", &SIG[..16]), "a part … of it"),
            (format!("too short {} a part", &SIG[..15]), "too short eJwtzMEKgkAUheF a part"),
            (format!("it ends in an escape {}%2", &SIG[..27]), "it ends in an escape …"),
            ("usersig=another%2Bone.".to_owned(), "usersig=…"),
            ("usersig=\" usersig=x\"".to_owned(), "usersig=\" usersig=…\""),
            ("nothing of eJwtz here".to_owned(), "nothing of eJwtz here"),
            (format!("a tail of eight {}", &SIG[..8]), "a tail of eight …"),
            (format!("and of seven {}", &SIG[..7]), "and of seven eJwtzME"),
            ("100 % \\ & &# &#; \\u00 é %zz %".to_owned(), "100 % \\ & &# &#; \\u00 é %zz %"),
            (format!("uusersig={SIG}"), "uusersig=…"),
            (String::new(), ""),
        ] {
            assert_eq!(clean(&text, &[SIG]), expected, "{text}");
        }
    }

    #[test]
    fn a_signature_is_redacted_after_a_near_match() {
        for before in ["e", "ee", "eJ", "eJw", "eJwtzMEKgkA", "%65", "\\", "%", "usersig"] {
            let text = format!("{before}{SIG}!");
            assert_eq!(clean(&text, &[SIG]), format!("{before}…!"), "{text}");
        }
    }

    /// What may be the start of an escape at the end of a text is not taken for the character that it begins with.
    #[test]
    fn only_a_short_rest_may_be_cut() {
        assert_eq!(character(b"&#x0002a"), None);
        assert_eq!(character(b"&#x0002a;"), Some((b'*', 9)));
        assert_eq!(character(b"%zzzzzzz"), None);
        assert_eq!(character(b"%zzzzzzzz"), Some((b'%', 1)));
    }

    #[test]
    fn escapes_end_where_the_next_character_begins() {
        const SIG: &str = "eJwtzMEK-2KAUh";
        for escape in ["-", "/", "\\/", "%2D", "\\u002d", "&#45;", "&#x2d;", "&#X02D;", "&#x0002d;"] {
            assert_eq!(clean(&format!("a {} b", SIG.replace('-', escape)), &[SIG]), "a … b", "{escape}");
        }
        // Not a digit of that base: another text.
        for other in ["&#x2g;", "&#4a;", "%2g", "\\u002g"] {
            assert_eq!(clean(&format!("a{other}"), &["a2"]), format!("a{other}"));
        }
    }

    #[test]
    fn what_has_no_signature_is_borrowed() {
        assert!(matches!(redacted(b"100 %", &[SIG]), Cow::Borrowed(b"100 %")));
        assert!(matches!(redacted(b"nothing", &[SIG]), Cow::Borrowed(b"nothing")));
        assert_eq!(clean("a!", &["a"]), "…!");
    }

    #[test]
    fn every_one_of_several_signatures_is_redacted() {
        let other = SIG.replace("abc", "xyz");
        assert_eq!(clean(&format!("{SIG} {other} {SIG}"), &[SIG, &other]), "… … …");
        assert_eq!(clean(&format!("{other}{SIG}"), &[SIG, &other]), "……");
    }

    #[test]
    fn an_empty_signature_is_nowhere() {
        assert_eq!(clean("abc", &[""]), "abc");
        assert_eq!(clean("usersig=abc", &[""]), "usersig=…");
    }

    #[test]
    fn a_short_signature_is_redacted_as_well() {
        for (usersig, text, expected) in [
            ("ab", "xabx ab", "x…x …"),
            ("a", "bab", "b…b"),
            ("*ab", "x*ab %2Aab %2aab", "x… … …"),
            ("a*b", "a*b a%2Ab a", "… … a"),
            ("*", "x*", "x…"),
        ] {
            assert_eq!(clean(text, &[usersig]), expected, "{usersig}");
        }
    }
}
