//! All problems of a signature, for people.

use core::fmt;

use avmarks_spec::Timestamp;

use crate::app_id::SdkAppId;
use crate::error_code::ErrorCode;
use crate::secret::SecretKey;

use super::corruption::{Corruption, repair};
use super::maker::{MakerMistake, mistakes};
use super::token::Token;
use super::token_error::TokenError;
use super::{UserSigError, errors_of};

/// All that was found about a signature.
#[derive(Clone, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub struct Explanation {
    /// The findings, in the order of the checks of [`verify`](super::verify), notes behind refusals. Empty if no
    /// problem was found with the given data.
    pub findings: Vec<Finding>,
    /// The content of the signature, if it could be read, perhaps after a repair.
    pub token: Option<Token>,
}

impl Explanation {
    /// The code that the service would answer with; none where it would take the signature.
    #[must_use]
    pub fn code(&self) -> Option<ErrorCode> {
        self.findings.iter().find_map(Finding::code)
    }
}

/// One thing that was found about a signature. Its text, one line, says what to do about it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Finding(pub(super) FindingKind);

#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub(super) enum FindingKind {
    /// It was corrupted on its way.
    #[error("{0}")]
    Corrupted(Corruption),
    /// It can be read once that is undone; what follows is about it as it was made.
    #[error("with that undone it can be read; what follows is about it as it was made")]
    ReadableOnceRepaired,
    /// It cannot be read.
    #[error("the signature cannot be read: {0}")]
    Unreadable(TokenError),
    /// It is another user's, another app's, of another key, or expired.
    #[error("{}", refused(.0))]
    Refused(UserSigError),
    /// It was made with this key, and its maker did something else wrong.
    #[error("the signature was made with this key, but {0}")]
    MadeWrong(MakerMistake),
    /// Its `TLS.time` is too large for seconds and of the size of another unit. Not refused for that: no document says so.
    #[error("`TLS.time` is `{found}`, which looks like {unit}; it is in Unix seconds: divide the maker's clock")]
    TimeInOtherUnit {
        /// The number found.
        found: u64,
        /// The unit that it looks like.
        unit: &'static str,
    },
    /// Its `TLS.expire` looks like the end of its validity in Unix seconds; it should be the number of seconds from `TLS.time`. Not refused
    /// for that.
    #[error("`TLS.expire` is `{found}`, which looks like a moment; it is the number of seconds from `TLS.time` on")]
    ExpireIsMoment {
        /// The number found.
        found: u64,
    },
    /// It was made with this key, and says that it was made later than now: a clock is wrong. Not refused for that.
    #[error("the signature says it was made {} from now; set the clock of its maker right", Span(*.ahead_seconds))]
    FromTheFuture {
        /// How far ahead, in seconds.
        ahead_seconds: u64,
    },
    /// It is valid for less than the 24 hours that the vendor advises. Not refused for that.
    #[error("the signature is valid for {} in all; the vendor advises at least 24 h", Span(*.seconds))]
    ShortValidity {
        /// For how long it is valid in all, in seconds.
        seconds: u64,
    },
}

/// The validity that the vendor advises, at least. Source: 1047/34348, 70001.
const VALID_SECONDS_ADVISED_MIN: u64 = 24 * 60 * 60;

impl Finding {
    /// The code that the service would answer with; none for a note.
    #[must_use]
    pub const fn code(&self) -> Option<ErrorCode> {
        match &self.0 {
            FindingKind::Corrupted(_) | FindingKind::Unreadable(_) => Some(ErrorCode::new(70003)),
            FindingKind::Refused(error) => Some(error.code()),
            FindingKind::MadeWrong(_) => Some(ErrorCode::new(70009)),
            FindingKind::ReadableOnceRepaired
            | FindingKind::TimeInOtherUnit { .. }
            | FindingKind::ExpireIsMoment { .. }
            | FindingKind::FromTheFuture { .. }
            | FindingKind::ShortValidity { .. } => None,
        }
    }

    /// Whether this is a note, for which the service would not refuse.
    #[must_use]
    pub const fn is_note(&self) -> bool {
        self.code().is_none()
    }
}

impl From<UserSigError> for Finding {
    fn from(error: UserSigError) -> Self {
        Self(FindingKind::Refused(error))
    }
}

impl fmt::Display for Finding {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.0.fmt(f)
    }
}

fn refused(error: &UserSigError) -> String {
    match error {
        UserSigError::Expired { at_seconds, now_seconds } => {
            let ago = Span(now_seconds.saturating_sub(*at_seconds));
            format!("the signature expired at `{at_seconds}` (Unix seconds), {ago} ago; make a new one")
        }
        UserSigError::OtherUser { .. } | UserSigError::OtherApp { .. } => {
            format!("{error}; make one for the user and app of the request, or ask as those it is for")
        }
        _ => format!(
            "{error}; compare this app's key with the one that the console shows: if it is another, make a new signature with that; if not, correct what its maker signs, by one of the vendor's packages"
        ),
    }
}

/// A span of time for people: its two largest units.
struct Span(u64);

impl fmt::Display for Span {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let seconds = self.0;
        let (days, hours, minutes) = (seconds / 86_400, seconds / 3_600 % 24, seconds / 60 % 60);
        match (days, hours, minutes) {
            (0, 0, 0) => write!(f, "{seconds} s"),
            (0, 0, _) => write!(f, "{minutes} min {} s", seconds % 60),
            (0, ..) => write!(f, "{hours} h {minutes} min"),
            _ => write!(f, "{days} d {hours} h"),
        }
    }
}

/// All problems of a signature, with the expected values: corrupted in transit, another user's, another app's, of another
/// key, expired; and as notes, a clock ahead and a short validity. Values that are not given are not checked.
///
/// If undoing a corruption results in a readable signature, the findings continue with that one.
///
/// ```
/// use std::time::Duration;
///
/// use avmarks_protocol::secret::SecretKey;
/// use avmarks_protocol::SdkAppId;
/// use avmarks_protocol::usersig::{UserSig, explain};
/// use avmarks_spec::Timestamp;
///
/// let key = SecretKey::new("throw-away").unwrap();
/// let app = SdkAppId::new(1_400_000_000).unwrap();
/// let (made, day) = (Timestamp::from_millis(1_795_412_030_000), Duration::from_secs(86_400));
/// let sig = UserSig::sign(&key, app, "admin", made, day, None);
/// let sent = format!("\"{}\"", sig.as_str());
///
/// let explanation = explain(&sent, Some(&key), Some(app), Some("admin"), Timestamp::from_millis(1_795_505_630_000));
/// let findings: Vec<_> = explanation.findings.iter().map(ToString::to_string).collect();
/// assert_eq!(
///     findings,
///     [
///         "quotation marks stand around the signature; remove them",
///         "with that undone it can be read; what follows is about it as it was made",
///         "the signature expired at `1795498430` (Unix seconds), 2 h 0 min ago; make a new one",
///     ]
/// );
/// assert_eq!(explanation.code().unwrap().number(), 70003);
/// ```
#[must_use]
pub fn explain(
    sig: &str,
    key: Option<&SecretKey>,
    app: Option<SdkAppId>,
    identifier: Option<&str>,
    now: Timestamp,
) -> Explanation {
    let explained =
        |findings: Vec<_>, token| Explanation { findings: findings.into_iter().map(Finding).collect(), token };
    let repaired = repair(sig);
    let mut findings: Vec<_> = repaired.corruptions.into_iter().map(FindingKind::Corrupted).collect();
    let token = match repaired.token {
        Ok(token) => token,
        Err(error) => {
            findings.push(FindingKind::Unreadable(error));
            return explained(findings, None);
        }
    };
    if !findings.is_empty() {
        findings.push(FindingKind::ReadableOnceRepaired);
    }
    findings.extend(refusals(&token, key, app, identifier, now));
    if let Some(unit) = unit_of(token.issued_at_seconds()) {
        findings.push(FindingKind::TimeInOtherUnit { found: token.issued_at_seconds(), unit });
    } else if let Some(ahead_seconds @ 1..) = token.issued_at_seconds().checked_sub(now.as_seconds()) {
        findings.push(FindingKind::FromTheFuture { ahead_seconds });
    }
    if is_moment(token.valid_for_seconds()) {
        findings.push(FindingKind::ExpireIsMoment { found: token.valid_for_seconds() });
    }
    if token.valid_for_seconds() < VALID_SECONDS_ADVISED_MIN {
        findings.push(FindingKind::ShortValidity { seconds: token.valid_for_seconds() });
    }
    explained(findings, Some(token))
}

/// Every reason to refuse a signature that can be read. Where another key seems to have been used, what a maker can do wrong with the
/// right key is tried first.
fn refusals(
    token: &Token,
    key: Option<&SecretKey>,
    app: Option<SdkAppId>,
    identifier: Option<&str>,
    now: Timestamp,
) -> Vec<FindingKind> {
    let mut findings = Vec::new();
    for error in errors_of(token, key, app, identifier, now) {
        let mistakes = match (&error, key) {
            (UserSigError::OtherKey, Some(key)) => mistakes(token, key.as_bytes()),
            _ => Vec::new(),
        };
        if mistakes.is_empty() {
            findings.push(FindingKind::Refused(error));
        } else {
            findings.extend(mistakes.into_iter().map(FindingKind::MadeWrong));
        }
    }
    findings
}

/// The unit that a `TLS.time` is in, if it cannot be seconds: 10^11 s is the year 5138, and 10^11 ms 1973.
const fn unit_of(time: u64) -> Option<&'static str> {
    match time {
        0..100_000_000_000 => None,
        100_000_000_000..100_000_000_000_000 => Some("milliseconds"),
        100_000_000_000_000..100_000_000_000_000_000 => Some("microseconds"),
        _ => Some("nanoseconds"),
    }
}

/// Whether a validity looks like a time: a billion seconds are 32 years, or a time in September 2001.
const fn is_moment(validity: u64) -> bool {
    matches!(validity, 1_000_000_000..100_000_000_000)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::usersig::UserSig;

    fn findings(sig: &UserSig, key: &str, now_seconds: u64) -> Vec<FindingKind> {
        let key = SecretKey::new(key).unwrap();
        let explanation = explain(sig.as_str(), Some(&key), None, None, Timestamp::from_millis(now_seconds * 1_000));
        explanation.findings.into_iter().map(|finding| finding.0).collect()
    }

    #[test]
    fn a_span_has_its_two_largest_units() {
        for (seconds, text) in [
            (0, "0 s"),
            (59, "59 s"),
            (60, "1 min 0 s"),
            (3_599, "59 min 59 s"),
            (3_600, "1 h 0 min"),
            (7_384, "2 h 3 min"),
            (86_399, "23 h 59 min"),
            (86_400, "1 d 0 h"),
            (180 * 86_400 + 3 * 3_600 + 59 * 60, "180 d 3 h"),
        ] {
            assert_eq!(Span(seconds).to_string(), text);
        }
    }

    /// 1047/34348, 70001: at least 24 hours.
    #[test]
    fn a_validity_below_a_day_is_noted() {
        let sign =
            |seconds| UserSig::with_fields(&SecretKey::new("k").unwrap(), SdkAppId::EXAMPLE, "a", 7, seconds, None);
        assert_eq!(findings(&sign(86_400), "k", 7), []);
        assert_eq!(findings(&sign(86_399), "k", 7), [FindingKind::ShortValidity { seconds: 86_399 }]);
    }

    #[test]
    fn only_a_decoded_key_is_recognised() {
        let (text, bytes) = ("c3a9", "é");
        let sign =
            |key: &str| UserSig::with_fields(&SecretKey::new(key).unwrap(), SdkAppId::EXAMPLE, "a", 7, 86_400, None);
        let other = [FindingKind::Refused(UserSigError::OtherKey)];
        assert_eq!(findings(&sign(bytes), text, 7), [FindingKind::MadeWrong(MakerMistake::KeyDecodedAsHex)]);
        assert_eq!(findings(&sign(text), text, 7), []);
        // Another key's, hexadecimal or not, or with a digit too many or too few.
        for (maker, checker) in [("other", text), (text, "c3a8"), (bytes, "c3a9a"), (bytes, "c3a"), (bytes, "c3xy")] {
            assert_eq!(findings(&sign(maker), checker, 7), other, "{maker} {checker}");
        }
    }

    #[test]
    fn a_time_in_another_unit_is_named() {
        let sign =
            |time| UserSig::with_fields(&SecretKey::new("k").unwrap(), SdkAppId::EXAMPLE, "a", time, 86_400, None);
        let in_unit = |found, unit| vec![FindingKind::TimeInOtherUnit { found, unit }];
        for (time, expected) in [
            (0, vec![]),
            (7, vec![]),
            (8, vec![FindingKind::FromTheFuture { ahead_seconds: 1 }]),
            (99_999_999_999, vec![FindingKind::FromTheFuture { ahead_seconds: 99_999_999_992 }]),
            (100_000_000_000, in_unit(100_000_000_000, "milliseconds")),
            (1_795_900_000_000, in_unit(1_795_900_000_000, "milliseconds")),
            (99_999_999_999_999, in_unit(99_999_999_999_999, "milliseconds")),
            (100_000_000_000_000, in_unit(100_000_000_000_000, "microseconds")),
            (99_999_999_999_999_999, in_unit(99_999_999_999_999_999, "microseconds")),
            (100_000_000_000_000_000, in_unit(100_000_000_000_000_000, "nanoseconds")),
            (1_795_900_000_000_000_000, in_unit(1_795_900_000_000_000_000, "nanoseconds")),
        ] {
            assert_eq!(findings(&sign(time), "k", 7), expected, "{time}");
        }
    }

    #[test]
    fn a_moment_as_validity_is_named() {
        let sign =
            |seconds| UserSig::with_fields(&SecretKey::new("k").unwrap(), SdkAppId::EXAMPLE, "a", 7, seconds, None);
        assert_eq!(findings(&sign(999_999_999), "k", 7), []);
        for found in [1_000_000_000, 1_795_498_430, 99_999_999_999] {
            assert_eq!(findings(&sign(found), "k", 7), [FindingKind::ExpireIsMoment { found }]);
        }
        assert!(Finding(FindingKind::ExpireIsMoment { found: 1_000_000_000 }).is_note());
        assert_eq!(findings(&sign(100_000_000_000), "k", 7), []);
    }

    #[test]
    fn findings_advise_and_notes_are_marked() {
        let sig = UserSig::with_fields(&SecretKey::new("k").unwrap(), SdkAppId::EXAMPLE, "a", 7, 60, None);
        let repaired = format!("'{}'", sig.as_str());
        let explanation = explain(&repaired, Some(&SecretKey::new("c3a9").unwrap()), None, Some("b"), Timestamp::EPOCH);
        let found: Vec<_> = explanation.findings.iter().map(|found| (found.is_note(), found.to_string())).collect();
        let expected = [
            (false, "quotation marks stand around the signature; remove them"),
            (true, "with that undone it can be read; what follows is about it as it was made"),
            (
                false,
                "the signature is for user `a`, and the request for `b`; make one for the user and app of the request, or ask as those it is for",
            ),
            (
                false,
                "the signature was not made with this app's key, or was changed afterwards; compare this app's key with the one that the console shows: if it is another, make a new signature with that; if not, correct what its maker signs, by one of the vendor's packages",
            ),
            (true, "the signature says it was made 7 s from now; set the clock of its maker right"),
            (true, "the signature is valid for 1 min 0 s in all; the vendor advises at least 24 h"),
        ];
        assert_eq!(found, expected.map(|(is_note, text)| (is_note, text.to_owned())));
        assert_eq!(
            Finding(FindingKind::Unreadable(TokenError::NotObject)).to_string(),
            "the signature cannot be read: the JSON inside is not an object"
        );
    }

    /// 1047/34348: what the service answers to a signature that cannot be read, and to one of another key.
    #[test]
    fn a_finding_has_the_code_of_its_refusal() {
        for (finding, code) in [
            (FindingKind::Corrupted(Corruption::Quoted), Some(70003)),
            (FindingKind::Unreadable(TokenError::Empty), Some(70003)),
            (FindingKind::MadeWrong(MakerMistake::KeyDecodedAsHex), Some(70009)),
            (FindingKind::Refused(UserSigError::OtherKey), Some(70009)),
            (FindingKind::ReadableOnceRepaired, None),
            (FindingKind::ShortValidity { seconds: 1 }, None),
        ] {
            let finding = Finding(finding);
            assert_eq!(finding.code().map(ErrorCode::number), code, "{finding:?}");
        }
    }
}
