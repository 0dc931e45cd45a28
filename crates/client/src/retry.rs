//! The retry schedule: what to do about what came back, how long to wait, and when to give up.

use std::time::Duration;

use avmarks_protocol::{Action, ErrorCode};
use avmarks_spec::Timestamp;

use crate::Signer;
use crate::pace::whole_millis;
use crate::random::Random;
use crate::reply::{AttemptResult, Failure, UnexpectedKind};

/// How long the service's backend takes at most before it gives up; a caller should wait longer. Source: 1047/34620.
pub const BACKEND_TIMEOUT: Duration = Duration::from_secs(3);

/// The least time that a try is given: more than [`BACKEND_TIMEOUT`]. A try that would have less is not made.
pub const TRY_TIMEOUT_MIN: Duration = Duration::from_millis(3_001);

/// How a call is tried again.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct RetrySettings {
    /// Tries of one call in all, at least 1. Default: 5.
    pub tries_max: u32,
    /// Time for all tries of one call with the waits between them, from its first try on; at least
    /// [`TRY_TIMEOUT_MIN`]. Default: 30 s.
    pub budget: Duration,
    /// Time for one try, at least [`TRY_TIMEOUT_MIN`]; a try near the end of the budget is given what is left.
    /// Default: 5 s.
    pub try_timeout: Duration,
    /// Waits after failures that pass at once ([`Action::RetryNow`]) and lost answers. Default: up to 100 ms, 200 ms, 400 ms …
    pub now: Backoff,
    /// Waits where the service asks for a pause ([`Action::RetryLater`]). Default: 1 s, and up to 500 ms, 1 s, 2 s … more.
    pub later: Backoff,
}

impl Default for RetrySettings {
    fn default() -> Self {
        let up_to =
            |base| Backoff { least: Duration::ZERO, base: Duration::from_millis(base), max: Duration::from_secs(10) };
        Self {
            tries_max: 5,
            budget: Duration::from_secs(30),
            try_timeout: Duration::from_secs(5),
            now: up_to(100),
            later: Backoff { least: Duration::from_secs(1), ..up_to(500) },
        }
    }
}

/// Waits that grow: a fixed part, and a random one whose bound doubles with each try ("full jitter").
///
/// ```
/// use avmarks_client::Backoff;
/// use std::time::Duration;
///
/// let ms = Duration::from_millis;
/// let backoff = Backoff { least: ms(1_000), base: ms(100), max: ms(300) };
/// assert_eq!(backoff.delay(1, u32::MAX), ms(1_100));
/// assert_eq!(backoff.delay(2, u32::MAX), ms(1_200));
/// assert_eq!(backoff.delay(9, u32::MAX), ms(1_300));
/// assert_eq!(backoff.delay(9, 0), ms(1_000));
/// ```
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Backoff {
    /// The part that is always waited.
    pub least: Duration,
    /// The bound of the random part after the first try; it doubles with each further one.
    pub base: Duration,
    /// The bound of the random part at most.
    pub max: Duration,
}

impl Backoff {
    /// The wait after this many tries, in whole milliseconds. `random` is a number of the caller, from the whole range
    /// alike: 0 gives the shortest wait, the largest the longest.
    #[must_use]
    pub fn delay(&self, tries: u32, random: u32) -> Duration {
        let factor = 1u32.checked_shl(tries.saturating_sub(1)).unwrap_or(u32::MAX);
        let bound = whole_millis(self.base.saturating_mul(factor).min(self.max)).as_millis();
        let share = (bound.saturating_add(1)).saturating_mul(u128::from(random)) >> 32;
        whole_millis(self.least).saturating_add(Duration::from_millis(u64::try_from(share).unwrap_or(u64::MAX)))
    }
}

/// What to do about what came back.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub enum Advice {
    /// It was served: nothing more.
    Done,
    /// Send it again, after the waits of [`RetrySettings::now`].
    Again,
    /// Send it again after the waits of [`RetrySettings::later`], and send nothing else for the fixed part of these.
    AgainLater {
        /// A wait that the code's own text asks for; the longer one counts.
        least: Duration,
    },
    /// Send it once more and no oftener, after a wait.
    AgainOnce,
    /// Make a new signature and send it again, once.
    Renew {
        /// A wait that the code's own text asks for.
        least: Duration,
    },
    /// Ask for fewer accounts at once.
    Split,
    /// Do not send it again.
    GiveUp(Scope),
}

impl Advice {
    /// The same, but to give up where the code asks for a wait that is longer than the budget: so it would for other calls.
    fn within(self, budget: Duration) -> Self {
        match self {
            Self::AgainLater { least } | Self::Renew { least } if least > budget => Self::GiveUp(Scope::Job),
            other => other,
        }
    }
}

/// What follows a try of a call.
pub(crate) struct Next {
    /// Nothing of the job is sent for so long.
    pub(crate) pause: Duration,
    pub(crate) then: Then,
}

/// What becomes of a call after a try that did not settle it.
pub(crate) enum Then {
    /// It is tried again after this wait.
    Again(Duration),
    /// Its accounts are sent in smaller calls.
    Split,
    GiveUp(Scope),
}

/// A call as the rules see it: its tries so far, the one that has just ended included.
pub(crate) struct Tried<'a> {
    pub(crate) tries: usize,
    /// Whether a signature was renewed for it.
    pub(crate) renewed: &'a mut bool,
    pub(crate) signer: &'a Signer,
    /// The signature of the try that has just ended.
    pub(crate) generation: u64,
}

impl RetrySettings {
    /// What follows a try after which `advice` was given. Whether the wait leaves time for another try is for the caller to see.
    pub(crate) fn next(&self, advice: Advice, call: Tried<'_>, random: &mut Random) -> Next {
        let tries = u32::try_from(call.tries).unwrap_or(u32::MAX);
        let mut pause = Duration::ZERO;
        let wait = match advice.within(self.budget) {
            Advice::Again => self.now.delay(tries, random.number()),
            Advice::AgainLater { least } => {
                pause = whole_millis(self.later.least);
                self.later.delay(tries, random.number()).max(least)
            }
            Advice::AgainOnce if tries < 2 => self.later.delay(tries, random.number()),
            Advice::Renew { least } if !*call.renewed && call.signer.renew(call.generation) => {
                *call.renewed = true;
                least
            }
            Advice::Split => return Next { pause, then: Then::Split },
            Advice::Renew { .. } => return Next { pause, then: Then::GiveUp(Scope::Job) },
            Advice::GiveUp(reach) => return Next { pause, then: Then::GiveUp(reach) },
            Advice::AgainOnce | Advice::Done => return Next { pause, then: Then::GiveUp(Scope::Call) },
        };
        let then = if tries < self.tries_max { Then::Again(wait) } else { Then::GiveUp(Scope::Call) };
        Next { pause, then }
    }

    /// The last moment at which a call may be tried again that was first tried at `first`.
    pub(crate) fn last_start(&self, first: Timestamp) -> Timestamp {
        first.saturating_add(self.budget.saturating_sub(TRY_TIMEOUT_MIN))
    }

    /// How long a try may take that begins at `now`.
    pub(crate) fn timeout(&self, now: Timestamp, last_start: Timestamp) -> Duration {
        self.try_timeout.min(last_start.saturating_add(TRY_TIMEOUT_MIN).saturating_duration_since(now))
    }
}

/// What is hopeless, too, where a call was given up.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Scope {
    /// The call alone.
    Call,
    /// All calls of its group.
    Group,
    /// All calls: it is about the app, the caller or the way to the service.
    Job,
}

/// What to do about what came back from a call that sets or deletes marks or robots, whose calls are idempotent: a mark that is set
/// twice is set once, and one that is deleted twice is gone. Two things are not: setting 500, which robots have, again starts its
/// three days anew (`gap:pin-renewal`), and a repeated call undoes what somebody else changed between the two.
///
/// ```
/// use avmarks_client::{Advice, PlanKind, Scope, Reply, advice};
///
/// let heard = |body: &str| Reply::new(200, body.as_bytes()).read(PlanKind::SetMarks).heard;
/// let busy = heard(r#"{"ActionStatus":"FAIL","ErrorCode":10002,"ErrorInfo":""}"#);
/// assert_eq!(advice(&busy), Advice::Again);
/// let absent = heard(r#"{"ActionStatus":"FAIL","ErrorCode":10010,"ErrorInfo":""}"#);
/// assert_eq!(advice(&absent), Advice::GiveUp(Scope::Group));
/// ```
#[must_use]
pub fn advice(heard: &AttemptResult) -> Advice {
    match heard {
        AttemptResult::Served { .. } | AttemptResult::Accepted => Advice::Done,
        AttemptResult::Refused { code, .. } => about_code(*code),
        // It was served: to ask again would be answered alike.
        AttemptResult::IncompleteAnswer(_) => Advice::GiveUp(Scope::Call),
        AttemptResult::UnexpectedResponse(foreign) => match foreign.kind {
            UnexpectedKind::Status if foreign.status == 429 => Advice::AgainLater { least: Duration::ZERO },
            UnexpectedKind::Status if foreign.status == 408 || foreign.status >= 500 => Advice::Again,
            // The service answers with 200 alone: whoever this is, it is not the service.
            UnexpectedKind::Status | UnexpectedKind::Redirect => Advice::GiveUp(Scope::Job),
            _ => Advice::Again,
        },
        AttemptResult::Failed(Failure::Unusable { .. }) => Advice::GiveUp(Scope::Job),
        AttemptResult::Failed(_) => Advice::Again,
    }
}

/// Codes whose texts say that one more try is worth it, and no more.
const ONCE: &[i64] = &[10008, 60004, 60005];

/// Codes about the app, the caller or the URL that the table files under "mend the request".
const ABOUT_THE_JOB: &[i64] = &[10003, 10012, 60006, 60009, 60010, 60012, 60025, 60026, 70020, 70403];

/// Codes about the group.
const ABOUT_THE_GROUP: &[i64] = &[10010, 10015];

/// Waits that a code's text asks for.
const WAITS: &[(i64, Duration)] = &[(60028, Duration::from_secs(86_400)), (70050, Duration::from_secs(60))];

fn about_code(code: ErrorCode) -> Advice {
    let number = code.number();
    let least = WAITS.iter().find(|(waiting, _)| *waiting == number).map_or(Duration::ZERO, |(_, wait)| *wait);
    match code.row().map(|row| row.action) {
        Some(Action::RetryNow | Action::RetryLater) if ONCE.contains(&number) => Advice::AgainOnce,
        Some(Action::RetryNow) => Advice::Again,
        Some(Action::RetryLater) => Advice::AgainLater { least },
        Some(Action::RenewSignature) => Advice::Renew { least },
        Some(Action::SplitRequest) => Advice::Split,
        Some(Action::ChangePlanOrSwitch | Action::AskOwner) => Advice::GiveUp(Scope::Job),
        _ if ABOUT_THE_JOB.contains(&number) => Advice::GiveUp(Scope::Job),
        _ if ABOUT_THE_GROUP.contains(&number) => Advice::GiveUp(Scope::Group),
        _ => Advice::GiveUp(Scope::Call),
    }
}

#[cfg(test)]
mod tests {
    use avmarks_protocol::ERROR_CODES;

    use super::*;

    #[test]
    fn every_code_of_the_table_has_the_advice_of_its_action() {
        for row in ERROR_CODES {
            let advice = about_code(row.code);
            let fits = match row.action {
                Action::RetryNow | Action::RetryLater => {
                    matches!(advice, Advice::Again | Advice::AgainOnce | Advice::AgainLater { .. })
                }
                Action::RenewSignature => matches!(advice, Advice::Renew { .. }),
                Action::SplitRequest => advice == Advice::Split,
                Action::ChangePlanOrSwitch | Action::AskOwner => advice == Advice::GiveUp(Scope::Job),
                _ => matches!(advice, Advice::GiveUp(_)),
            };
            assert!(fits, "{}: {advice:?}", row.code);
        }
        assert_eq!(about_code(ErrorCode::new(123_456)), Advice::GiveUp(Scope::Call));
    }

    #[test]
    fn codes_named_here_are_in_the_table() {
        let waits = WAITS.iter().map(|(code, _)| code);
        for code in ONCE.iter().chain(ABOUT_THE_JOB).chain(ABOUT_THE_GROUP).chain(waits) {
            assert!(ErrorCode::new(*code).row().is_some(), "{code}");
        }
    }

    #[test]
    fn a_wait_as_long_as_the_budget_is_within_it_and_a_longer_one_ends_the_job() {
        let minute = Duration::from_secs(60);
        for advice in [Advice::AgainLater { least: minute }, Advice::Renew { least: minute }] {
            assert_eq!(advice.within(minute), advice);
            assert_eq!(advice.within(minute - Duration::from_millis(1)), Advice::GiveUp(Scope::Job));
        }
    }

    #[test]
    fn a_status_that_is_not_the_services_says_whether_to_come_back() {
        let after = |status| advice(&crate::Reply::new(status, b"<html>").read(crate::PlanKind::SetMarks).heard);
        assert_eq!(after(429), Advice::AgainLater { least: Duration::ZERO });
        assert_eq!([408, 500, 502, 599].map(after), [Advice::Again; 4]);
        assert_eq!([301, 401, 404, 407, 428, 430, 499].map(after), [Advice::GiveUp(Scope::Job); 7]);
    }

    #[test]
    fn waits_stay_within_their_bounds() {
        let backoff = RetrySettings::default().now;
        for tries in [0, 1, 2, 3, 32, 33, u32::MAX] {
            let bound = Duration::from_millis(100 << tries.saturating_sub(1).min(10)).min(Duration::from_secs(10));
            assert_eq!(backoff.delay(tries, 0), Duration::ZERO);
            assert_eq!(backoff.delay(tries, u32::MAX), bound, "{tries}");
        }
        let endless = Backoff { least: Duration::MAX, base: Duration::MAX, max: Duration::MAX };
        assert!(endless.delay(u32::MAX, u32::MAX) >= Duration::from_millis(u64::MAX));
        let half = Backoff { least: Duration::ZERO, base: Duration::from_millis(1), max: Duration::MAX };
        assert_eq!((half.delay(1, u32::MAX / 2), half.delay(1, u32::MAX)), (Duration::ZERO, Duration::from_millis(1)));
    }

    /// The codes with advice of their own, beside what the action of each says.
    #[test]
    fn codes_with_their_own_advice_are_just_these() {
        let codes = |wanted: Advice| {
            let of_it = ERROR_CODES.iter().map(|row| row.code).filter(|code| about_code(*code) == wanted);
            of_it.map(ErrorCode::number).collect::<Vec<_>>()
        };
        assert_eq!(codes(Advice::AgainOnce), [10008, 60004, 60005]);
        assert_eq!(codes(Advice::GiveUp(Scope::Group)), [10010, 10015]);
        let of_the_action = |code: &ErrorCode| {
            let action = code.row().map(|row| row.action);
            matches!(action, Some(Action::ChangePlanOrSwitch | Action::AskOwner))
        };
        let mut about_the_job =
            ERROR_CODES.iter().map(|row| row.code).filter(of_the_action).map(ErrorCode::number).collect::<Vec<_>>();
        about_the_job.extend([10003, 10012, 60006, 60009, 60010, 60012, 60025, 60026, 70020, 70403]);
        about_the_job.sort_unstable();
        assert_eq!(codes(Advice::GiveUp(Scope::Job)), about_the_job);
        assert_eq!(about_code(ErrorCode::new(60028)), Advice::AgainLater { least: Duration::from_secs(86_400) });
        assert_eq!(about_code(ErrorCode::new(70050)), Advice::Renew { least: Duration::from_secs(60) });
        for row in ERROR_CODES.iter().filter(|row| ![60028, 70050].contains(&row.code.number())) {
            let least = match about_code(row.code) {
                Advice::AgainLater { least } | Advice::Renew { least } => least,
                _ => Duration::ZERO,
            };
            assert_eq!(least, Duration::ZERO, "{}", row.code);
        }
    }

    /// 1047/34620: three seconds; a caller waits longer than that.
    #[test]
    fn a_try_outlasts_the_backend() {
        assert_eq!(BACKEND_TIMEOUT, Duration::from_secs(3));
        assert_eq!(TRY_TIMEOUT_MIN, BACKEND_TIMEOUT + Duration::from_millis(1));
    }
}
