//! Faults on demand: what a client must bear with, injected into the answers of the API.
//!
//! A fault strikes *before* the call or *after* it. Before: the call has no effect, as if it had never arrived. After: the
//! call is judged, takes effect, and its answer is what suffers: what a client sees that sends a call twice.

use std::collections::VecDeque;
use std::fmt::Write as _;
use std::sync::{Mutex, MutexGuard, PoisonError};
use std::time::Duration;

use avmarks_protocol::internal::Fields;
use avmarks_protocol::{Endpoint, ErrorCode};
use axum::http::StatusCode;
use serde::ser::{Serialize, SerializeMap, Serializer};

/// A fault with its moment.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Injection {
    pub(crate) kind: Kind,
    /// Whether the call takes effect first.
    pub(crate) after: bool,
}

/// What goes wrong.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) enum Kind {
    /// The API answers this code.
    Code(i64),
    /// A gateway answers with this HTTP status.
    Status(StatusCode, Page),
    /// A gateway answers 200, with a page in HTML.
    Html,
    /// The connection ends in the middle of the body.
    Cut,
    /// The answer takes its time.
    Delay(Duration),
    /// `ErrorCode` is a string.
    CodeAsString,
    /// The answer lacks `MemberList`.
    NoMemberList,
}

impl Kind {
    pub(crate) const fn name(&self) -> &'static str {
        match self {
            Self::Code(_) => "code",
            Self::Status(..) => "status",
            Self::Html => "html",
            Self::Cut => "cut",
            Self::Delay(_) => "delay",
            Self::CodeAsString => "code_as_string",
            Self::NoMemberList => "no_member_list",
        }
    }
}

avmarks_spec::named_enum! {
    /// What a gateway sends along.
    #[derive(Clone, Copy, Debug, PartialEq, Eq)]
    pub(crate) enum Page {
        Html = "html",
        Json = "json",
        Empty = "empty",
    }
}

/// Serialised as requested, defaults filled in.
impl Serialize for Injection {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        let mut row = serializer.serialize_map(None)?;
        row.serialize_entry("kind", self.kind.name())?;
        match &self.kind {
            Kind::Code(code) => row.serialize_entry("code", code)?,
            Kind::Status(status, page) => {
                row.serialize_entry("status", &status.as_u16())?;
                row.serialize_entry("body", page.name())?;
            }
            Kind::Delay(by) => row.serialize_entry("ms", &by.as_millis())?,
            Kind::Html | Kind::Cut | Kind::CodeAsString | Kind::NoMemberList => {}
        }
        row.serialize_entry("after", &self.after)?;
        row.end()
    }
}

/// A fault that waits for calls.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Queued {
    /// The path of the calls that it strikes; any, if there is none.
    pub(crate) path: Option<String>,
    /// How many calls it still strikes.
    pub(crate) times: u64,
    pub(crate) injection: Injection,
}

/// The faults that wait, in the order in which they were asked for. They have a lock of their own, because every request looks at them
/// before its body is read.
#[derive(Debug, Default)]
pub(crate) struct Faults {
    queue: Mutex<VecDeque<Queued>>,
}

impl Faults {
    /// How many may wait at once.
    pub(crate) const QUEUED_MAX: usize = 1_000;

    /// A thread that panicked while it held the lock has changed a whole fault or none.
    fn queue(&self) -> MutexGuard<'_, VecDeque<Queued>> {
        self.queue.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// Puts one behind the others; whether there was room for it.
    pub(crate) fn push(&self, queued: Queued) -> bool {
        let mut queue = self.queue();
        let fits = queue.len() < Self::QUEUED_MAX;
        if fits {
            queue.push_back(queued);
        }
        fits
    }

    /// Calls all of them off; how many there were.
    pub(crate) fn clear(&self) -> usize {
        self.queue().drain(..).len()
    }

    pub(crate) fn is_empty(&self) -> bool {
        self.queue().is_empty()
    }

    pub(crate) fn all(&self) -> Vec<Queued> {
        self.queue().iter().cloned().collect()
    }

    /// The fault that the next call of this path meets, where it waits before anything else: its body is read behind the
    /// wait, so that nothing is held meanwhile.
    pub(crate) fn take_delay(&self, path: &str) -> Option<Injection> {
        Self::take_first(&mut self.queue(), path, |injection| injection.delay_before().is_some())
    }

    /// The fault that strikes the next call of this path: the first that waits for it, once less from now on.
    pub(crate) fn take(&self, path: &str) -> Option<Injection> {
        Self::take_first(&mut self.queue(), path, |_| true)
    }

    fn take_first(
        queue: &mut VecDeque<Queued>,
        path: &str,
        is_wanted: impl Fn(&Injection) -> bool,
    ) -> Option<Injection> {
        let at = queue.iter().position(|queued| queued.strikes(path))?;
        let queued = queue.get_mut(at).filter(|queued| is_wanted(&queued.injection))?;
        queued.times = queued.times.saturating_sub(1);
        let injection = queued.injection.clone();
        if queued.times == 0 {
            queue.remove(at);
        }
        Some(injection)
    }
}

impl Queued {
    fn strikes(&self, path: &str) -> bool {
        self.path.as_deref().is_none_or(|wanted| same_path(wanted, path))
    }
}

/// With or without a slash in front, as the API takes them.
fn same_path(one: &str, other: &str) -> bool {
    one.strip_prefix('/').unwrap_or(one) == other.strip_prefix('/').unwrap_or(other)
}

/// An answer as a fault leaves it.
#[derive(Debug, PartialEq, Eq)]
pub(crate) enum Mangled {
    /// The body of an answer of the API.
    Answer(Vec<u8>),
    /// Something else.
    Page { status: StatusCode, content_type: &'static str, text: Vec<u8> },
    /// The body of which half is sent, before the connection ends.
    Cut(Vec<u8>),
}

/// The text of a code that is injected.
const INFO: &str = "injected by /_avmarks/faults";

impl Injection {
    /// Whether the call never takes effect.
    pub(crate) const fn replaces(&self) -> bool {
        !self.after && !matches!(self.kind, Kind::Delay(_))
    }

    /// How long the call waits before it takes effect.
    pub(crate) fn delay_before(&self) -> Option<Duration> {
        self.delay().filter(|_| !self.after)
    }

    /// How long the answer waits.
    pub(crate) fn delay_after(&self) -> Option<Duration> {
        self.delay().filter(|_| self.after)
    }

    const fn delay(&self) -> Option<Duration> {
        match self.kind {
            Kind::Delay(by) => Some(by),
            _ => None,
        }
    }

    /// The code that is answered in the place of the call, and its text.
    pub(crate) const fn code(&self) -> Option<(i64, &'static str)> {
        match self.kind {
            Kind::Code(code) => Some((code, INFO)),
            _ => None,
        }
    }

    /// What becomes of the answer to a call of `path`.
    pub(crate) fn mangle(&self, path: &str, body: Vec<u8>) -> Mangled {
        match self.kind {
            Kind::Code(code) => {
                let endpoint = Endpoint::from_path(path);
                let text = Endpoint::refused_answer(endpoint, ErrorCode::new(code), INFO);
                Mangled::Page { status: StatusCode::OK, content_type: "application/json", text }
            }
            Kind::Status(status, page) => gateway(status, page),
            Kind::Html => gateway(StatusCode::OK, Page::Html),
            Kind::Cut => Mangled::Cut(body),
            Kind::Delay(_) => Mangled::Answer(body),
            Kind::CodeAsString => Mangled::Answer(code_as_string(&body)),
            Kind::NoMemberList => Mangled::Answer(without_member_list(&body)),
        }
    }
}

/// What a gateway answers in the place of the API.
fn gateway(status: StatusCode, page: Page) -> Mangled {
    let reason = status.canonical_reason().unwrap_or("Unknown");
    let (content_type, text) = match page {
        Page::Html => {
            let title = format!("{} {reason}", status.as_u16());
            let text = format!(
                "<html>\r\n<head><title>{title}</title></head>\r\n<body>\r\n<center><h1>{title}</h1></center>\r\n</body>\r\n</html>\r\n"
            );
            ("text/html", text)
        }
        Page::Json => ("application/json", serde_json::json!({ "message": reason }).to_string()),
        Page::Empty => ("text/plain", String::new()),
    };
    Mangled::Page { status, content_type, text: text.into_bytes() }
}

/// The answer with its code in quotes.
fn code_as_string(body: &[u8]) -> Vec<u8> {
    const FIELD: &str = "\"ErrorCode\":";
    let text = String::from_utf8_lossy(body);
    // Within a string these quotes would be escaped: what is found is the field.
    let Some((before, after)) = text.split_once(FIELD) else { return body.to_vec() };
    let digits = after.len() - after.trim_start_matches(|c: char| c.is_ascii_digit() || c == '-').len();
    let (code, rest) = after.split_at(digits);
    let mut out = String::with_capacity(text.len() + 2);
    let _ = write!(out, "{before}{FIELD}\"{code}\"{rest}");
    out.into_bytes()
}

/// The answer without `MemberList`; as it is, if it has none.
fn without_member_list(body: &[u8]) -> Vec<u8> {
    let text = String::from_utf8_lossy(body);
    let list = serde_json::from_str::<Fields<'_>>(&text).ok().and_then(|mut fields| fields.take("MemberList").ok()?);
    match list {
        Some(list) => text.replacen(&format!(",\"MemberList\":{}", list.get()), "", 1).into_bytes(),
        None => body.to_vec(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn queued(path: Option<&str>, times: u64, code: i64) -> Queued {
        let injection = Injection { kind: Kind::Code(code), after: false };
        Queued { path: path.map(str::to_owned), times, injection }
    }

    #[test]
    fn the_first_matching_fault_is_injected() {
        let faults = Faults::default();
        assert!(faults.push(queued(Some("v4/a"), 2, 1)));
        assert!(faults.push(queued(None, 1, 2)));
        let strike = |path| {
            faults.take(path).map(|injection| match injection.kind {
                Kind::Code(code) => code,
                other => panic!("{other:?}"),
            })
        };
        assert_eq!(strike("/v4/a"), Some(1));
        assert_eq!(strike("/v4/b"), Some(2));
        assert_eq!(strike("/v4/b"), None);
        assert_eq!(strike("v4/a"), Some(1));
        assert_eq!(strike("/v4/a"), None);
    }

    #[test]
    fn the_queue_is_bounded() {
        let faults = Faults::default();
        for _ in 0..Faults::QUEUED_MAX {
            assert!(faults.push(queued(None, 1, 1)));
        }
        assert!(!faults.push(queued(None, 1, 1)));
        assert_eq!(faults.all().len(), Faults::QUEUED_MAX);
    }

    #[test]
    fn answers_are_bent_and_nothing_else_of_them() {
        let answer = br#"{"ActionStatus":"FAIL","ErrorInfo":"\"ErrorCode\":1","ErrorCode":10002,"OnlineMemberNum":0}"#;
        assert_eq!(
            String::from_utf8(code_as_string(answer)).unwrap(),
            r#"{"ActionStatus":"FAIL","ErrorInfo":"\"ErrorCode\":1","ErrorCode":"10002","OnlineMemberNum":0}"#
        );
        let answer = br#"{"ErrorCode":0,"MemberList":[{"Member_Account":"]"}],"NextTimestamp":0}"#;
        assert_eq!(without_member_list(answer), br#"{"ErrorCode":0,"NextTimestamp":0}"#);
        for none in [&b"{}"[..], b"no JSON"] {
            assert_eq!((code_as_string(none), without_member_list(none)), (none.to_vec(), none.to_vec()));
        }
    }
}
