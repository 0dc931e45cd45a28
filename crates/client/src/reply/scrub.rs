//! Signatures that come back: an error page or a transport's message may repeat the URL, and the signature with it.

use std::borrow::Cow;

use memchr::memmem;

/// What is put in the place of a signature.
const INSTEAD: &[u8] = "…".as_bytes();

/// The name before the signature in a URL.
const NAME: &[u8] = b"usersig=";

/// How many bytes of a signature at the end of a body that was cut are taken for one.
const TAIL_BYTES_MIN: usize = 8;

/// `bytes` without the signature: neither as it was sent, nor percent-encoded, nor whatever stands behind `usersig=`, nor
/// its first part where the bytes end in the middle of it. Borrowed where there was nothing to cut out.
pub(crate) fn scrubbed<'a>(bytes: &'a [u8], usersig: &str) -> Cow<'a, [u8]> {
    // Nearly all bodies have none, and are long. However it is written, a signature begins as far as this alike.
    let start = usersig.bytes().take(TAIL_BYTES_MIN).take_while(|byte| *byte != b'*').collect::<Vec<_>>();
    let may_have_one = usersig.starts_with('*') || (!start.is_empty() && memmem::find(bytes, &start).is_some());
    if !may_have_one && memmem::find(bytes, NAME).is_none() {
        return Cow::Borrowed(bytes);
    }
    let texts = [usersig.to_owned(), usersig.replace('*', "%2A"), usersig.replace('*', "%2a")];
    let texts: Vec<&[u8]> = texts.iter().map(String::as_bytes).filter(|text| !text.is_empty()).collect();
    let firsts: Vec<u8> = texts.iter().chain([&NAME]).filter_map(|text| text.first().copied()).collect();
    let mut clean: Vec<u8> = Vec::new();
    let mut kept_from = 0;
    let mut at = 0;
    while let Some(rest) = bytes.get(at..) {
        // Most bytes start nothing.
        let Some(start) = rest.iter().position(|byte| firsts.contains(byte)) else { break };
        at += start;
        let rest = rest.get(start..).unwrap_or_default();
        let (skip, cut) = found(rest, &texts);
        if cut > 0 {
            clean.extend_from_slice(bytes.get(kept_from..at + skip).unwrap_or_default());
            clean.extend_from_slice(INSTEAD);
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

/// [`scrubbed`] for a text.
pub(crate) fn scrubbed_text(text: String, usersig: &str) -> String {
    match scrubbed(text.as_bytes(), usersig) {
        Cow::Borrowed(_) => text,
        Cow::Owned(clean) => String::from_utf8_lossy(&clean).into_owned(),
    }
}

/// What of a signature stands at the start of `rest`: how many bytes before it stay, and how many are cut out.
fn found(rest: &[u8], texts: &[&[u8]]) -> (usize, usize) {
    if let Some(value) = rest.strip_prefix(NAME) {
        let of_a_signature = |byte: &u8| byte.is_ascii_alphanumeric() || b"*-_%+/=.~".contains(byte);
        return (NAME.len(), value.iter().take_while(|byte| of_a_signature(byte)).count());
    }
    for text in texts {
        let is_its_tail = rest.len() >= TAIL_BYTES_MIN.min(text.len()) && text.starts_with(rest);
        if rest.starts_with(text) || is_its_tail {
            return (0, text.len().min(rest.len()));
        }
    }
    (0, 0)
}

#[cfg(test)]
mod tests {
    use super::*;

    const SIG: &str = "eJwtzMEKgkAUheF3mXXInTtz*abc-_";

    #[test]
    fn a_signature_is_cut_out_however_it_is_written() {
        for (text, clean) in [
            (format!("GET /v4?usersig={SIG}&random=1"), "GET /v4?usersig=…&random=1"),
            (format!("usersig={SIG}&again={SIG}"), "usersig=…&again=…"),
            (SIG.to_owned(), "…"),
            (format!("a {SIG}{SIG} b"), "a …… b"),
            (format!("<p>{}</p>", SIG.replace('*', "%2A")), "<p>…</p>"),
            (format!("<p>{}</p>", SIG.replace('*', "%2a")), "<p>…</p>"),
            (format!("it ends {}", &SIG[..12]), "it ends …"),
            ("usersig=another%2Bone.".to_owned(), "usersig=…"),
            ("usersig=\" usersig=x\"".to_owned(), "usersig=\" usersig=…\""),
            ("nothing of eJwtz here".to_owned(), "nothing of eJwtz here"),
            (format!("a tail of eight {}", &SIG[..8]), "a tail of eight …"),
            (format!("and of seven {}", &SIG[..7]), "and of seven eJwtzME"),
            // Right behind a byte like its first.
            (format!("e{SIG}"), "e…"),
            (format!("uusersig={SIG}"), "uusersig=…"),
            (String::new(), ""),
        ] {
            assert_eq!(scrubbed_text(text, SIG), clean);
        }
    }

    #[test]
    fn an_empty_signature_is_nowhere() {
        assert_eq!(scrubbed_text("abc".to_owned(), ""), "abc");
        assert_eq!(scrubbed_text("usersig=abc".to_owned(), ""), "usersig=…");
    }

    #[test]
    fn a_short_or_odd_signature_is_cut_out_as_well() {
        for (usersig, text, clean) in [
            ("ab", "xabx ab", "x…x …"),
            ("a", "bab", "b…b"),
            ("*ab", "x*ab %2Aab %2aab", "x… … …"),
            ("a*b", "a*b a%2Ab a", "… … a"),
            ("*", "x*", "x…"),
        ] {
            assert_eq!(scrubbed_text(text.to_owned(), usersig), clean, "{usersig}");
        }
    }
}
