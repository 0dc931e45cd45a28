//! Error codes: an open number, and one table with the meaning of each in the documents.

mod cause;
mod table;

use core::fmt;

pub use cause::Cause;
pub use table::ERROR_CODES;

/// `ErrorCode` of an answer. Open: the vendor adds codes, and one that is not in [`ERROR_CODES`] is kept as it is.
///
/// ```
/// use avmarks_protocol::{Action, ErrorCode};
///
/// let code = ErrorCode::new(70001);
/// assert_eq!(code.action(), Some(Action::RenewSignature));
/// assert_eq!(code.row().unwrap().name, "usersig-expired");
/// assert_eq!(ErrorCode::new(123_456).action(), None);
/// assert_eq!(serde_json::to_string(&ErrorCode::OK).unwrap(), "0");
/// ```
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, serde::Serialize, serde::Deserialize)]
#[serde(transparent)]
pub struct ErrorCode(i64);

impl ErrorCode {
    /// 0: no error. It has no row.
    pub const OK: Self = Self(0);

    /// The code of this number.
    #[must_use]
    pub const fn new(number: i64) -> Self {
        Self(number)
    }

    /// The number on the wire.
    #[must_use]
    pub const fn number(self) -> i64 {
        self.0
    }

    /// The row of the code; `None` for 0 and for codes that they do not list.
    #[must_use]
    pub fn row(self) -> Option<&'static ErrorRow> {
        let at = ERROR_CODES.binary_search_by_key(&self, |row| row.code).ok()?;
        ERROR_CODES.get(at)
    }

    /// The action for the code; `None` for 0 and for codes that the documents do not list.
    #[must_use]
    pub fn action(self) -> Option<Action> {
        Some(self.row()?.action)
    }
}

impl fmt::Display for ErrorCode {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.0.fmt(f)
    }
}

/// The meaning of a code in the documents.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub struct ErrorRow {
    /// The code.
    pub code: ErrorCode,
    /// A short name, ours and stable.
    pub name: &'static str,
    /// The meaning, in our words. If two texts disagree, both meanings.
    pub meaning: &'static str,
    /// The action of a program that knows only the code; [`ErrorCode::causes`] has advice for people.
    pub action: Action,
    /// Which text of the vendor lists it, in words.
    pub listed: &'static str,
    /// The document, by its number at the vendor's.
    pub document: &'static str,
}

avmarks_spec::named_enum! {
    /// The action of a caller for a code. Derived from the meanings; the vendor's list has no such column. The names are ours.
    ///
    /// ```
    /// use avmarks_protocol::Action;
    ///
    /// assert_eq!(Action::RetryLater.name(), "retry-later");
    /// ```
    #[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
    pub enum Action {
        /// A passing failure of the service: the same request may succeed at once.
        RetryNow = "retry-now",
        /// Too many requests, or a state that passes: the same request may succeed after a pause.
        RetryLater = "retry-later",
        /// The signature is old, damaged, or not of this app, user or key: a new one is needed.
        RenewSignature = "renew-signature",
        /// The request is wrong and will be refused as often as it is sent.
        FixRequest = "fix-request",
        /// The request asks for too much at once.
        SplitRequest = "split-request",
        /// The app's plan or a switch of its console does not allow it.
        ChangePlanOrSwitch = "change-plan-or-switch",
        /// Only the app's owner or the vendor can change it: a disabled app, an allowlist, a blocklist.
        AskOwner = "ask-owner",
        /// No remedy is known.
        GiveUp = "give-up",
    }
}

impl Action {
    /// The advice as a sentence for people.
    #[must_use]
    pub const fn advice(self) -> &'static str {
        match self {
            Self::RetryNow => "Send the same request again.",
            Self::RetryLater => "Wait, then send the same request again, at a slower pace.",
            Self::RenewSignature => {
                "Make a new signature, with this app's key, for the identifier and the app of the query."
            }
            Self::FixRequest => "Correct the request; the same one will be refused again.",
            Self::SplitRequest => "Ask for less at once: split the request.",
            Self::ChangePlanOrSwitch => "Check the app's plan and its switches in the console.",
            Self::AskOwner => "Ask the app's owner, or the vendor, to change the app's settings or state.",
            Self::GiveUp => "Do not retry: no remedy is known. Show the code and its ErrorInfo to a person.",
        }
    }
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeSet;

    use super::*;

    #[test]
    fn codes_ascend_and_names_are_unique_slugs() {
        assert!(ERROR_CODES.windows(2).all(|pair| pair[0].code < pair[1].code));
        let names: BTreeSet<_> = ERROR_CODES.iter().map(|row| row.name).collect();
        assert_eq!(names.len(), ERROR_CODES.len());
        for row in ERROR_CODES {
            let slug = |c: char| c.is_ascii_lowercase() || c.is_ascii_digit() || c == '-';
            assert!(row.name.chars().all(slug), "{}", row.name);
            assert!(!row.meaning.is_empty() && !row.meaning.ends_with('.'), "{}", row.code);
            assert_eq!(row.code.row(), Some(row));
        }
    }

    #[test]
    fn every_code_in_use_has_a_row() {
        for code in [
            10001, 10002, 10003, 10004, 10005, 10007, 10010, 10015, 10019, 10059, 60002, 60003, 60007, 60009, 60010,
            60012, 60025, 70001, 70003, 70009, 70013, 70014,
        ] {
            assert!(ErrorCode::new(code).row().is_some(), "{code}");
        }
        assert_eq!(ErrorCode::OK.row(), None);
    }

    #[test]
    fn where_texts_disagree_the_meaning_has_both() {
        for code in [10007, 10015, 60004, 60005, 60020] {
            let meaning = ErrorCode::new(code).row().unwrap().meaning;
            assert!(meaning.contains("; "), "{code}: {meaning}");
        }
        assert!(ErrorCode::new(60004).row().unwrap().meaning.contains("newer text"));
        assert!(ErrorCode::new(10015).row().unwrap().meaning.contains("general list"));
    }

    /// A pause alone may not do: what these say may be the request's error.
    #[test]
    fn advice_says_what_to_check_before_retrying() {
        for (number, check) in [(60008, "first check the service name"), (60013, "first check what stands between")] {
            let row = ErrorCode::new(number).row().unwrap();
            assert_eq!(row.action, Action::RetryLater, "{number}");
            assert!(row.meaning.contains(check), "{}", row.meaning);
        }
    }

    #[test]
    fn actions_have_names_of_their_own() {
        let names: BTreeSet<_> = Action::ALL.iter().map(|action| action.name()).collect();
        assert_eq!(names.len(), Action::ALL.len());
        for row in ERROR_CODES {
            assert!(Action::ALL.contains(&row.action));
        }
    }

    #[test]
    fn each_action_has_a_name_and_advice() {
        let advice: BTreeSet<_> = Action::ALL.iter().map(|action| action.advice()).collect();
        assert_eq!(advice.len(), Action::ALL.len());
        assert!(advice.iter().all(|sentence| sentence.contains(' ') && sentence.ends_with('.')), "{advice:?}");
        assert_eq!(Action::RetryLater.to_string(), "retry-later");
    }

    #[test]
    fn unknown_codes_survive() {
        for number in [i64::MIN, -1, 1, 80_001, i64::MAX] {
            let code: ErrorCode = serde_json::from_str(&number.to_string()).unwrap();
            assert_eq!(serde_json::to_string(&code).unwrap(), number.to_string());
            assert_eq!((code.number(), code.to_string()), (number, number.to_string()));
        }
        assert!(serde_json::from_str::<ErrorCode>("\"0\"").is_err());
    }
}
