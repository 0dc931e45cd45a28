//! The result of each webhook that was sent.

use serde::Serialize;
use serde_json::value::RawValue;

/// Characters of an answer that are kept.
const ANSWER_CHARACTERS_MAX: usize = 1_000;

/// A webhook that was sent, and what was answered. Never a token, never a `Sign`.
#[derive(Clone, Debug, Serialize)]
pub(crate) struct Delivery {
    /// Counts from 1.
    pub(crate) number: u64,
    /// When the reported event happened.
    pub(crate) at: u64,
    pub(crate) command: &'static str,
    pub(crate) group: String,
    pub(crate) url: String,
    /// Without `Sign`.
    pub(crate) query: String,
    pub(crate) body: Box<RawValue>,
    /// Counts from 1.
    pub(crate) attempt: u32,
    /// Whether it was sent before, because that was asked for.
    pub(crate) duplicate: bool,
    pub(crate) took_ms: u64,
    /// The HTTP status, if there was one.
    pub(crate) status: Option<u16>,
    /// The start of the answer, if it is shown.
    pub(crate) answer: Option<String>,
    /// Why it has failed, where it has.
    pub(crate) error: Option<String>,
    /// Whether it will be sent again.
    pub(crate) again: bool,
    /// The effect on the call that waited for it: `passes`, `refuses`, `discards` or `changes`; none if no call did.
    pub(crate) ruling: Option<&'static str>,
}

impl Delivery {
    /// About how much memory it takes.
    pub(crate) fn bytes(&self) -> usize {
        let texts = [&self.group, &self.url, &self.query].into_iter().chain(&self.answer).chain(&self.error);
        size_of::<Self>() + self.body.get().len() + texts.map(String::len).sum::<usize>()
    }

    /// How an answer begins, as text.
    pub(super) fn excerpt(answer: &[u8]) -> String {
        String::from_utf8_lossy(answer).chars().take(ANSWER_CHARACTERS_MAX).collect()
    }

    /// The body of a webhook, which is JSON.
    pub(super) fn json(body: &[u8]) -> Box<RawValue> {
        let text = String::from_utf8_lossy(body).into_owned();
        RawValue::from_string(text).unwrap_or_default()
    }
}
