//! The texts of a request as the log keeps them.

use std::borrow::Cow;

use avmarks_protocol::url::redact_usersig;
use avmarks_service::Request;

/// Characters that are kept of a method, a path or an identifier.
const CHARACTERS_MAX: usize = 200;
/// Bytes that are kept of a body.
const BODY_BYTES_MAX: usize = 4_096;

/// Method, path, identifier and the beginnings of both bodies. Each request is kept and few are read, so that all lie in one piece of
/// memory.
#[derive(Clone, Debug)]
pub(super) struct Texts {
    all: Box<str>,
    /// Where each of the first four ends.
    ends: [u32; 4],
}

impl Texts {
    /// Those of a request without signatures, save in its bodies; an `identifier` that is unknown is empty.
    pub(super) fn new(request: &Request<'_>, identifier: &str, answer: &[u8]) -> Self {
        let [method, path, identifier] = [request.method, request.path, identifier].map(redact_usersig);
        let [method, path, identifier] = [&method, &path, &identifier].map(|text| start_of(text));
        let [request, answer] = [request.bytes(), answer].map(start_of_body);
        let parts = [method, path, identifier, request, answer];
        let mut all = String::with_capacity(parts.iter().map(|(text, rest)| text.len() + rest.len()).sum());
        let mut ends = [0; 4];
        for (part, (text, rest)) in parts.iter().enumerate() {
            all.push_str(text);
            all.push_str(rest);
            if let Some(end) = ends.get_mut(part) {
                // All of them together are shorter than 20,000 bytes.
                *end = u32::try_from(all.len()).unwrap_or(u32::MAX);
            }
        }
        Self { all: all.into_boxed_str(), ends }
    }

    /// Bytes of all of them.
    pub(super) const fn len(&self) -> usize {
        self.all.len()
    }

    pub(super) fn method(&self) -> &str {
        let [method, ..] = self.ends;
        self.between(0, method)
    }

    pub(super) fn path(&self) -> &str {
        let [method, path, ..] = self.ends;
        self.between(method, path)
    }

    pub(super) fn identifier(&self) -> Option<&str> {
        let [_, path, identifier, _] = self.ends;
        Some(self.between(path, identifier)).filter(|identifier| !identifier.is_empty())
    }

    /// How the body of the request begins; it ends with `…` if there is more.
    pub(super) fn request(&self) -> &str {
        let [.., identifier, request] = self.ends;
        self.between(identifier, request)
    }

    /// How the answer begins.
    pub(super) fn answer(&self) -> &str {
        let [.., request] = self.ends;
        self.all.get(request as usize..).unwrap_or_default()
    }

    fn between(&self, start: u32, end: u32) -> &str {
        self.all.get(start as usize..end as usize).unwrap_or_default()
    }
}

/// The text that replaces omitted text.
const REST: &str = "…";

/// How a text of a request begins, which may be as long as a head; and what stands for the rest of it.
fn start_of(text: &str) -> (Cow<'_, str>, &'static str) {
    // Bytes are counted faster than characters, and there are at least as many.
    let end = if text.len() <= CHARACTERS_MAX { None } else { text.char_indices().nth(CHARACTERS_MAX) };
    match end {
        Some((end, _)) => (Cow::Borrowed(text.get(..end).unwrap_or_default()), REST),
        None => (Cow::Borrowed(text), ""),
    }
}

/// The same of a body.
fn start_of_body(body: &[u8]) -> (Cow<'_, str>, &'static str) {
    let start = body.get(..BODY_BYTES_MAX).unwrap_or(body);
    // Nearly all are UTF-8, which is seen at once.
    let text = std::str::from_utf8(start).map_or_else(|_| String::from_utf8_lossy(start), Cow::Borrowed);
    (text, if start.len() < body.len() { REST } else { "" })
}

#[cfg(test)]
mod tests {
    use super::*;

    fn texts(method: &str, path: &str, identifier: &str, request: &[u8], answer: &[u8]) -> Texts {
        Texts::new(&Request::signed(method, path, "", request), identifier, answer)
    }

    #[test]
    fn each_text_is_found_again() {
        let kept = texts("POST", "/v4/é", "admin", b"{\"a\":\xff}", b"{}");
        assert_eq!((kept.method(), kept.path(), kept.identifier()), ("POST", "/v4/é", Some("admin")));
        assert_eq!((kept.request(), kept.answer()), ("{\"a\":\u{fffd}}", "{}"));
        assert_eq!(kept.len(), 4 + 6 + 5 + 9 + 2);
        let none = texts("", "", "", b"", b"");
        assert_eq!(
            (none.method(), none.identifier(), none.request(), none.answer(), none.len()),
            ("", None, "", "", 0)
        );
    }

    #[test]
    fn no_signature_is_kept_of_a_path() {
        let kept = texts("POST&usersig=eJw", "/v4/x&usersig=eJw", "a?usersig=eJw", b"", b"");
        assert_eq!(
            (kept.method(), kept.path(), kept.identifier()),
            ("POST&usersig=…", "/v4/x&usersig=…", Some("a?usersig=…"))
        );
    }

    #[test]
    fn long_texts_are_cut() {
        for (characters, ends) in [(CHARACTERS_MAX, ""), (CHARACTERS_MAX + 1, REST)] {
            let (text, kept) = ("é".repeat(characters), "é".repeat(CHARACTERS_MAX));
            assert_eq!(texts("POST", &text, "a", b"", b"").path(), format!("{kept}{ends}"));
        }
        let (whole, longer) = ("x".repeat(BODY_BYTES_MAX), "x".repeat(BODY_BYTES_MAX + 1));
        let kept = texts("POST", "/", "a", whole.as_bytes(), longer.as_bytes());
        assert_eq!((kept.request(), kept.answer()), (&*whole, &*format!("{whole}…")));
    }
}
