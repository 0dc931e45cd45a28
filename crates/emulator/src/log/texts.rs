//! The texts of a request as the log keeps them.

use std::borrow::Cow;

use avmarks_protocol::url::redact_usersig;
use avmarks_service::Request;

/// Characters that are kept of a method, a path or an identifier.
const CHARACTERS_MAX: usize = 200;
/// Bytes that are kept of a body.
const BODY_BYTES_MAX: usize = 4_096;

/// Method, path, identifier and the beginnings of both bodies. Each request is kept and few are read, so that all lie in one piece of
/// memory, and bodies are decoded only when they are shown.
#[derive(Clone, Debug)]
pub(super) struct Texts {
    all: Box<[u8]>,
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
        let mut all = Vec::with_capacity(parts.iter().map(|(start, rest)| start.len() + rest.len()).sum());
        let mut ends = [0; 4];
        for (part, (start, rest)) in parts.iter().enumerate() {
            all.extend_from_slice(start);
            all.extend_from_slice(rest.as_bytes());
            if let Some(end) = ends.get_mut(part) {
                // All of them together are shorter than 20,000 bytes.
                *end = u32::try_from(all.len()).unwrap_or(u32::MAX);
            }
        }
        Self { all: all.into_boxed_slice(), ends }
    }

    /// Bytes of all of them.
    pub(super) const fn len(&self) -> usize {
        self.all.len()
    }

    pub(super) fn method(&self) -> Cow<'_, str> {
        let [method, ..] = self.ends;
        self.between(0, method)
    }

    pub(super) fn path(&self) -> Cow<'_, str> {
        let [method, path, ..] = self.ends;
        self.between(method, path)
    }

    pub(super) fn identifier(&self) -> Option<Cow<'_, str>> {
        let [_, path, identifier, _] = self.ends;
        Some(self.between(path, identifier)).filter(|identifier| !identifier.is_empty())
    }

    /// How the body of the request begins; it ends with `…` if there is more.
    pub(super) fn request(&self) -> Cow<'_, str> {
        let [.., identifier, request] = self.ends;
        self.between(identifier, request)
    }

    /// How the answer begins.
    pub(super) fn answer(&self) -> Cow<'_, str> {
        let [.., request] = self.ends;
        String::from_utf8_lossy(self.all.get(request as usize..).unwrap_or_default())
    }

    fn between(&self, start: u32, end: u32) -> Cow<'_, str> {
        String::from_utf8_lossy(self.all.get(start as usize..end as usize).unwrap_or_default())
    }
}

/// The text that replaces omitted text.
const REST: &str = "…";

/// How a text of a request begins, which may be as long as a head; and what stands for the rest of it.
fn start_of(text: &str) -> (&[u8], &'static str) {
    // Bytes are counted faster than characters, and there are at least as many.
    let end = if text.len() <= CHARACTERS_MAX { None } else { text.char_indices().nth(CHARACTERS_MAX) };
    match end {
        Some((end, _)) => (text.get(..end).unwrap_or_default().as_bytes(), REST),
        None => (text.as_bytes(), ""),
    }
}

/// The same of a body.
fn start_of_body(body: &[u8]) -> (&[u8], &'static str) {
    match body.get(..BODY_BYTES_MAX) {
        Some(start) if start.len() < body.len() => (start, REST),
        _ => (body, ""),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn texts(method: &str, path: &str, identifier: &str, request: &[u8], answer: &[u8]) -> Texts {
        Texts::new(&Request::signed(method, path, "", request), identifier, answer)
    }

    /// Method, path, identifier (empty if there is none), request and answer.
    fn shown(texts: &Texts) -> [String; 5] {
        let identifier = texts.identifier().unwrap_or_default();
        [texts.method(), texts.path(), identifier, texts.request(), texts.answer()].map(Cow::into_owned)
    }

    #[test]
    fn each_text_is_found_again() {
        let kept = texts("POST", "/v4/é", "admin", b"{\"a\":\xff}", b"{}");
        assert_eq!(shown(&kept), ["POST", "/v4/é", "admin", "{\"a\":\u{fffd}}", "{}"]);
        assert_eq!(kept.len(), 4 + 6 + 5 + 7 + 2);
        let none = texts("", "", "", b"", b"");
        assert_eq!((shown(&none), none.identifier(), none.len()), ([const { String::new() }; 5], None, 0));
    }

    #[test]
    fn no_signature_is_kept_of_a_path() {
        let kept = texts("POST&usersig=eJw", "/v4/x&usersig=eJw", "a?usersig=eJw", b"", b"");
        assert_eq!(shown(&kept), ["POST&usersig=…", "/v4/x&usersig=…", "a?usersig=…", "", ""]);
    }

    #[test]
    fn long_texts_are_cut() {
        for (characters, ends) in [(CHARACTERS_MAX, ""), (CHARACTERS_MAX + 1, REST)] {
            let (text, kept) = ("é".repeat(characters), "é".repeat(CHARACTERS_MAX));
            assert_eq!(texts("POST", &text, "a", b"", b"").path(), format!("{kept}{ends}"));
        }
        let (whole, longer) = ("x".repeat(BODY_BYTES_MAX), "x".repeat(BODY_BYTES_MAX + 1));
        let kept = texts("POST", "/", "a", whole.as_bytes(), longer.as_bytes());
        assert_eq!((kept.request(), kept.answer()), (whole.as_str().into(), format!("{whole}…").into()));
        // A character that is cut through.
        let kept = texts("POST", "/", "a", format!("x{}", "é".repeat(BODY_BYTES_MAX / 2)).as_bytes(), b"");
        assert!(kept.request().ends_with("éé\u{fffd}…"));
    }
}
