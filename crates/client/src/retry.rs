//! The retry schedule: the action after each response, the waits, and the end of retries.

use std::time::Duration;

use avmarks_protocol::{Action, ErrorCode};
use avmarks_spec::Timestamp;

use crate::pace::whole_millis;
use crate::random::Random;
use crate::response::{AttemptResult, TransportError, UnexpectedKind, UnexpectedResponse};

/// The minimum time for an attempt: more than the 3 s after which the service's backend gives up (1047/34620). An attempt
/// that would have less is not made.
pub const ATTEMPT_TIMEOUT_MIN: Duration = Duration::from_millis(3_001);

/// When and how often a call is sent again.
///
/// A response that asks for a wait by `Retry-After` is obeyed, be it a refusal of the service or not the service's: the call is not sent
/// again earlier, nor is anything else of the job. A wait that is longer than the budget ends the job.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct RetrySettings {
    /// Attempts of one call, at least 1. Default: 5.
    pub attempts_max: u32,
    /// Time for all attempts of one call and the waits between them, from its first attempt on; at least
    /// [`ATTEMPT_TIMEOUT_MIN`]. Default: 30 s.
    pub budget: Duration,
    /// Time for one attempt, at least [`ATTEMPT_TIMEOUT_MIN`]; an attempt near the end of the budget gets the remaining time.
    /// Default: 5 s.
    pub attempt_timeout: Duration,
    /// Waits after errors that pass at once ([`Action::RetryNow`]) and after lost answers. Default: up to 100 ms, 200 ms, 400 ms …
    pub immediate: Backoff,
    /// Waits if the service asks for a pause ([`Action::RetryLater`]). Default: 1 s, and up to 500 ms, 1 s, 2 s … more.
    pub delayed: Backoff,
}

impl Default for RetrySettings {
    fn default() -> Self {
        let up_to =
            |base| Backoff { least: Duration::ZERO, base: Duration::from_millis(base), max: Duration::from_secs(10) };
        Self {
            attempts_max: 5,
            budget: Duration::from_secs(30),
            attempt_timeout: Duration::from_secs(5),
            immediate: up_to(100),
            delayed: Backoff { least: Duration::from_secs(1), ..up_to(500) },
        }
    }
}

/// Waits that grow: a fixed part, and a random one whose bound doubles with each attempt ("full jitter").
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
    /// The bound of the random part after the first attempt; it doubles with each further one.
    pub base: Duration,
    /// The bound of the random part at most.
    pub max: Duration,
}

impl Backoff {
    /// The wait after this many attempts, in whole milliseconds. `random` is a number of the caller, from the whole range
    /// alike: 0 gives the shortest wait, the largest the longest.
    #[must_use]
    pub fn delay(&self, attempts: u32, random: u32) -> Duration {
        let factor = 1u32.checked_shl(attempts.saturating_sub(1)).unwrap_or(u32::MAX);
        let bound = whole_millis(self.base.saturating_mul(factor).min(self.max)).as_millis();
        let share = (bound.saturating_add(1)).saturating_mul(u128::from(random)) >> 32;
        whole_millis(self.least).saturating_add(Duration::from_millis(u64::try_from(share).unwrap_or(u64::MAX)))
    }
}

/// What to do after an attempt.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Advice {
    /// The call has its answer.
    Done,
    /// Send the call again, and nothing else before the pause is over.
    Retry {
        /// The wait before the next attempt of this call.
        after: Duration,
        /// The wait before any attempt.
        pause: Duration,
    },
    /// Make a new signature and send the call again, unless one was made for it before.
    Renew {
        /// The wait before the next attempt.
        after: Duration,
    },
    /// Send the accounts of the call in smaller calls.
    Split,
    /// Do not send the call again, nor anything else in this scope.
    GiveUp(Scope),
}

/// What fails for the same reason as a call that was given up.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Scope {
    /// The call alone.
    Call,
    /// All calls for its group.
    Group,
    /// All calls: the reason is the app, the caller or the way to the service.
    Job,
}

impl RetrySettings {
    /// What to do after the last of `attempts` attempts of a call, whose response asked for this wait by `Retry-After`. A wait that the
    /// other side asks for and that is longer than the budget ends the job: the next call would be asked for it as well.
    ///
    /// The calls that set and delete are idempotent: setting or deleting a mark twice has the same effect as once.
    /// There are two exceptions: setting 500, which robots have, again restarts its three days (`gap:pin-renewal`), and a
    /// repeated call undoes what another program changed between the two.
    pub(crate) fn advise(
        &self,
        result: &AttemptResult,
        asked: Option<Duration>,
        attempts: u32,
        random: &mut Random,
    ) -> Advice {
        let asked = asked.unwrap_or_default();
        match self.advice(result, attempts, random) {
            Advice::Retry { .. } | Advice::Renew { .. } if asked > self.budget => Advice::GiveUp(Scope::Job),
            Advice::Retry { after, pause } => Advice::Retry { after: after.max(asked), pause: pause.max(asked) },
            Advice::Renew { after } => Advice::Renew { after: after.max(asked) },
            other => other,
        }
    }

    /// The same without `Retry-After`.
    fn advice(&self, result: &AttemptResult, attempts: u32, random: &mut Random) -> Advice {
        match result {
            AttemptResult::Served { .. } | AttemptResult::Accepted => Advice::Done,
            AttemptResult::Refused { code, .. } => self.after_refusal(*code, attempts, random),
            // It was served: to send it again would be answered alike.
            AttemptResult::IncompleteAnswer(_) => Advice::GiveUp(Scope::Call),
            AttemptResult::UnexpectedResponse(response) => self.after_unexpected(response, attempts, random),
            AttemptResult::Failed(TransportError::Unusable { .. }) => Advice::GiveUp(Scope::Job),
            AttemptResult::Failed(_) => self.immediate(attempts, random),
        }
    }

    fn after_refusal(&self, code: ErrorCode, attempts: u32, random: &mut Random) -> Advice {
        let number = code.number();
        let asked = WAITS.iter().find(|(waiting, _)| *waiting == number).map_or(Duration::ZERO, |(_, wait)| *wait);
        match code.row().map(|row| row.action) {
            Some(Action::RetryNow | Action::RetryLater) if ONCE.contains(&number) => match attempts {
                0 | 1 => Advice::Retry { after: self.delayed.delay(attempts, random.number()), pause: Duration::ZERO },
                _ => Advice::GiveUp(Scope::Call),
            },
            Some(Action::RetryNow) => self.immediate(attempts, random),
            Some(Action::RetryLater) => self.delayed(attempts, asked, random),
            Some(Action::RenewSignature) if asked > self.budget => Advice::GiveUp(Scope::Job),
            Some(Action::RenewSignature) => Advice::Renew { after: asked },
            Some(Action::SplitRequest) => Advice::Split,
            Some(Action::ChangePlanOrSwitch | Action::AskOwner) => Advice::GiveUp(Scope::Job),
            _ if ABOUT_THE_JOB.contains(&number) => Advice::GiveUp(Scope::Job),
            _ if ABOUT_THE_GROUP.contains(&number) => Advice::GiveUp(Scope::Group),
            _ => Advice::GiveUp(Scope::Call),
        }
    }

    fn after_unexpected(&self, response: &UnexpectedResponse, attempts: u32, random: &mut Random) -> Advice {
        match (&response.kind, response.status) {
            (UnexpectedKind::Status, 429) => self.delayed(attempts, Duration::ZERO, random),
            (UnexpectedKind::Status, 408 | 500..) => self.immediate(attempts, random),
            // The service always answers with status 200, so this response is not from the service.
            (UnexpectedKind::Status | UnexpectedKind::Redirect, _) => Advice::GiveUp(Scope::Job),
            // The next answer would be encoded as well.
            (UnexpectedKind::Encoded { .. }, _) => Advice::GiveUp(Scope::Job),
            _ => self.immediate(attempts, random),
        }
    }

    fn immediate(&self, attempts: u32, random: &mut Random) -> Advice {
        Advice::Retry { after: self.immediate.delay(attempts, random.number()), pause: Duration::ZERO }
    }

    /// A retry after a pause for everything, or after the wait that was asked for if that is longer.
    fn delayed(&self, attempts: u32, asked: Duration, random: &mut Random) -> Advice {
        if asked > self.budget {
            return Advice::GiveUp(Scope::Job);
        }
        let after = self.delayed.delay(attempts, random.number()).max(asked);
        Advice::Retry { after, pause: whole_millis(self.delayed.least).max(asked) }
    }

    /// The last time at which a call that was first sent at `first` may be sent again.
    pub(crate) fn last_start(&self, first: Timestamp) -> Timestamp {
        first.saturating_add(self.budget.saturating_sub(ATTEMPT_TIMEOUT_MIN))
    }

    /// How long an attempt may take that begins at `now`.
    pub(crate) fn timeout(&self, now: Timestamp, last_start: Timestamp) -> Duration {
        self.attempt_timeout.min(last_start.saturating_add(ATTEMPT_TIMEOUT_MIN).saturating_duration_since(now))
    }
}

/// Codes whose texts say that one more attempt is worth it, and no more.
const ONCE: &[i64] = &[10008, 60004, 60005];

/// Codes about the app, the caller or the URL that the table files under "mend the request".
const ABOUT_THE_JOB: &[i64] = &[10003, 10012, 60006, 60009, 60010, 60012, 60025, 60026, 70020, 70403];

/// Codes about the group.
const ABOUT_THE_GROUP: &[i64] = &[10010, 10015];

/// Waits that a code's text asks for.
const WAITS: &[(i64, Duration)] = &[(60028, Duration::from_secs(86_400)), (70050, Duration::from_secs(60))];

/// Whether the call was refused because it names too many accounts.
pub(crate) fn is_too_large(result: &AttemptResult) -> bool {
    matches!(result, AttemptResult::Refused { code, .. } if code.row().is_some_and(|row| row.action == Action::SplitRequest))
}

#[cfg(test)]
mod tests {
    use avmarks_protocol::ERROR_CODES;

    use super::*;
    use crate::PlanKind;
    use crate::response::Response;

    const NOW: Timestamp = Timestamp::from_millis(1_795_412_030_000);

    fn after_code(code: i64, attempts: u32) -> Advice {
        RetrySettings::default().after_refusal(ErrorCode::new(code), attempts, &mut Random::new(7))
    }

    fn after_response(settings: RetrySettings, response: &Response<'_>) -> Advice {
        let result = response.parse(PlanKind::SetMarks, NOW).result;
        settings.advise(&result, response.asked_wait(NOW), 1, &mut Random::new(7))
    }

    #[test]
    fn every_code_has_the_advice_of_its_action() {
        for row in ERROR_CODES {
            let advice = after_code(row.code.number(), 1);
            let asks_too_long = WAITS.iter().any(|(code, wait)| *code == row.code.number() && wait.as_secs() > 30);
            let fits = match row.action {
                _ if asks_too_long => advice == Advice::GiveUp(Scope::Job),
                Action::RetryNow | Action::RetryLater => matches!(advice, Advice::Retry { .. }),
                Action::RenewSignature => matches!(advice, Advice::Renew { .. }),
                Action::SplitRequest => advice == Advice::Split,
                Action::ChangePlanOrSwitch | Action::AskOwner => advice == Advice::GiveUp(Scope::Job),
                _ => matches!(advice, Advice::GiveUp(_)),
            };
            assert!(fits, "{}: {advice:?}", row.code);
        }
        assert_eq!(after_code(123_456, 1), Advice::GiveUp(Scope::Call));
    }

    #[test]
    fn some_codes_are_retried_once() {
        for code in ONCE {
            assert!(matches!(after_code(*code, 1), Advice::Retry { .. }));
            assert_eq!(after_code(*code, 2), Advice::GiveUp(Scope::Call));
        }
    }

    #[test]
    fn codes_named_here_are_in_the_table() {
        let waits = WAITS.iter().map(|(code, _)| code);
        for code in ONCE.iter().chain(ABOUT_THE_JOB).chain(ABOUT_THE_GROUP).chain(waits) {
            assert!(ErrorCode::new(*code).row().is_some(), "{code}");
        }
    }

    #[test]
    fn a_wait_beyond_the_budget_ends_the_job() {
        let minute = Duration::from_secs(60);
        for (budget, ends) in [(minute, false), (minute - Duration::from_millis(1), true)] {
            let settings = RetrySettings { budget, ..RetrySettings::default() };
            let mut random = Random::new(7);
            let renewed = settings.after_refusal(ErrorCode::new(70050), 1, &mut random);
            assert_eq!(renewed == Advice::GiveUp(Scope::Job), ends);
            assert_eq!(settings.delayed(1, minute, &mut random) == Advice::GiveUp(Scope::Job), ends);
            let busy = br#"{"ActionStatus":"FAIL","ErrorCode":10002,"ErrorInfo":""}"#;
            let too_many = br#"{"ActionStatus":"FAIL","ErrorCode":60007,"ErrorInfo":""}"#;
            let responses: [(u16, &[u8]); 9] = [
                (429, b""),
                (503, b""),
                (200, b""),
                (200, b"<html>"),
                (200, busy),
                (200, too_many),
                (429, busy),
                (503, busy),
                (503, too_many),
            ];
            for (status, body) in responses {
                let asked = after_response(settings, &Response::new(status, body).with_retry_after("60"));
                match asked {
                    Advice::Retry { after, pause } if !ends => assert!(after >= minute && pause >= minute),
                    other => assert!(ends && other == Advice::GiveUp(Scope::Job), "{other:?}"),
                }
            }
        }
    }

    #[test]
    fn a_status_says_whether_to_come_back() {
        let after = |status| after_response(RetrySettings::default(), &Response::new(status, b"<html>"));
        assert!(matches!(after(429), Advice::Retry { pause, .. } if pause == Duration::from_secs(1)));
        for status in [408, 500, 502, 599] {
            assert!(matches!(after(status), Advice::Retry { pause: Duration::ZERO, .. }), "{status}");
        }
        assert_eq!([301, 401, 404, 407, 428, 430, 499].map(after), [Advice::GiveUp(Scope::Job); 7]);
    }

    #[test]
    fn waits_stay_within_their_bounds() {
        let backoff = RetrySettings::default().immediate;
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

    /// The codes with advice of their own, besides that of their action.
    #[test]
    fn codes_with_their_own_advice_are_just_these() {
        let codes = |wanted: Advice, attempts: u32| {
            let numbers = ERROR_CODES.iter().map(|row| row.code.number());
            numbers.filter(|code| after_code(*code, attempts) == wanted).collect::<Vec<_>>()
        };
        let first = codes(Advice::GiveUp(Scope::Call), 1);
        let after_one: Vec<_> =
            codes(Advice::GiveUp(Scope::Call), 2).into_iter().filter(|code| !first.contains(code)).collect();
        assert_eq!(after_one, [10008, 60004, 60005]);
        assert_eq!(codes(Advice::GiveUp(Scope::Group), 1), [10010, 10015]);
        let of_the_action =
            |row: &&avmarks_protocol::ErrorRow| matches!(row.action, Action::ChangePlanOrSwitch | Action::AskOwner);
        let mut about_the_job: Vec<_> = ERROR_CODES.iter().filter(of_the_action).map(|row| row.code.number()).collect();
        about_the_job.extend([10003, 10012, 60006, 60009, 60010, 60012, 60025, 60026, 70020, 70403]);
        // Their waits of a day and a minute exceed the budget.
        about_the_job.extend([60028, 70050]);
        about_the_job.sort_unstable();
        assert_eq!(codes(Advice::GiveUp(Scope::Job), 1), about_the_job);
        assert_eq!(WAITS, [(60028, Duration::from_secs(86_400)), (70050, Duration::from_secs(60))]);
    }

    /// 1047/34620: the backend gives up after three seconds, and a caller waits longer.
    #[test]
    fn an_attempt_outlasts_the_backend() {
        assert_eq!(ATTEMPT_TIMEOUT_MIN, Duration::from_millis(3_001));
    }
}
