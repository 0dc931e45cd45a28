//! Causes of a code, with advice for each. One code can have causes that need different remedies, so the
//! code alone does not determine what to do.
//!
//! Derived from the texts about the codes (1047/34348, 1047/50294) and from the clauses; the vendor states no remedies.

use avmarks_spec::{Clause, Gap};

use super::{ErrorCode, ErrorRow};

/// One of the reasons for which a code is answered.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub struct Cause {
    /// The code.
    pub code: ErrorCode,
    /// When it applies, in words: half a sentence.
    pub when: &'static str,
    /// The clauses that are broken then; none if no clause is about it.
    pub clauses: &'static [Clause],
    /// The gaps that the code, or the refusal, depends on.
    pub gaps: &'static [Gap],
    /// The reading of the gap under which this code is returned; none if that is the default.
    pub under: Option<(Gap, &'static str)>,
    /// What to do, in one sentence or two.
    pub advice: &'static str,
    origin: Origin,
}

/// Where the error lies that a code is about.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Origin {
    /// In the request by itself: one that a preflight has passed does not have it.
    Request,
    /// In the group or its members, whether marks are set or deleted.
    Group,
    /// In the group, where marks are set.
    Setting,
    /// In the group, where administrators are set.
    Administrators,
    /// In the app, the caller, or the service.
    App,
}

impl Cause {
    /// Whether it may apply to a request that passed a preflight.
    fn remains_after_preflight(&self, sets: Option<bool>) -> bool {
        match (self.origin, sets) {
            (Origin::Request, _) => false,
            (Origin::Group | Origin::App, _) | (_, None) => true,
            (Origin::Setting, Some(sets)) => sets,
            (Origin::Administrators, Some(_)) => false,
        }
    }
}

impl ErrorCode {
    /// Every cause of this code, those by default first. None if [`ErrorRow::action`] says all that there is to say, and
    /// none of a code that no document lists.
    #[must_use]
    pub fn causes(self) -> &'static [Cause] {
        let start = CAUSES.partition_point(|cause| cause.code < self);
        let end = CAUSES.partition_point(|cause| cause.code <= self);
        CAUSES.get(start..end).unwrap_or_default()
    }

    /// The causes that remain for a request that passed a preflight: it breaks no rule by itself. `sets` says whether it set marks
    /// (`CommandType` 1 of `modify_user_info`) or deleted them (2), if that is known. All causes if none remains: then the refusal and
    /// this table disagree.
    ///
    /// ```
    /// use avmarks_protocol::ErrorCode;
    ///
    /// let code = ErrorCode::new(10004);
    /// assert!(code.causes().len() > 2);
    /// let causes = code.causes_after_preflight(Some(false));
    /// assert!(causes[0].when.starts_with("no account of the call could be served"));
    /// assert!(causes.iter().skip(1).all(|cause| cause.under.is_some()));
    /// ```
    #[must_use]
    pub fn causes_after_preflight(self, sets: Option<bool>) -> Vec<&'static Cause> {
        let remaining: Vec<_> = self.causes().iter().filter(|cause| cause.remains_after_preflight(sets)).collect();
        if remaining.is_empty() { self.causes().iter().collect() } else { remaining }
    }
}

impl ErrorRow {
    /// What to do, as far as the code alone determines it, as a sentence.
    #[must_use]
    pub fn advice(&self) -> &'static str {
        match self.code.causes() {
            [] => self.action.advice(),
            [only] => only.advice,
            _ => "What to do depends on the cause.",
        }
    }
}

macro_rules! causes {
    ($( $code:literal $origin:ident [$($clause:ident)*] [$($gap:ident)*] $(under $under:ident $reading:literal)?
        $when:literal $advice:expr; )*) => {
        /// Every cause, by ascending code; of one code those by default first.
        pub(super) const CAUSES: &[Cause] = &[ $( Cause {
            code: ErrorCode::new($code),
            when: $when,
            clauses: &[$( Clause::$clause ),*],
            gaps: &[$( Gap::$gap ),*],
            under: under!($($under $reading)?),
            origin: Origin::$origin,
            advice: $advice,
        }, )* ];
    };
}

macro_rules! under {
    () => {
        None
    };
    ($gap:ident $reading:literal) => {
        Some((Gap::$gap, $reading))
    };
}

const BRING_ONLINE: &str = "Check that the accounts are in the group and online: the same request can succeed once one of them is. Mark 500, which robots hold, needs neither by default: there only a full mark fails, and the request can succeed once the mark is deleted from one of its holders. A delete needs no repetition, since an account that is offline holds no marks.";
const NAME_THE_GROUP: &str =
    "Check the group id, the app (sdkappid) and the region; where these are right, create the group first.";
const CORRECT: &str =
    "Correct the request; the same one will be refused again. A preflight lists everything that is wrong with it.";
const SWITCH_ON: &str = "Switch the list of online members on in the console; the same request can succeed then.";
const USE_AVCHATROOM: &str = "Use a group of the type AVChatRoom.";

causes! {
    10004 Group [AllFailed] [AllFailedCode]
        "no account of the call could be served: each is offline or not in the group, or the mark has all its holders"
        BRING_ONLINE;
    10004 Setting [MarksPerGroup] [Eleventh]
        "the group would have more than 10 different custom marks"
        "Delete a mark that is not needed any longer from all its holders, or use one that the group has; the same request can succeed then.";
    10004 Administrators [] [SixthAdmin]
        "the group would have more than five administrators"
        "Name at most five accounts; where the group has administrators already, delete some first.";
    10004 Request [Required CommandType AccountId MarkRange MarksPerGroup] [DuplicateField AccountId MarkMax]
        "the request breaks a rule by itself"
        CORRECT;
    10004 Request [AccountsMax] [TooManyCode] under TooManyCode "10004"
        "the call names more than 500 accounts"
        "Split the request: at most 500 accounts in each.";
    10004 Group [GroupType] [WrongTypeCode] under WrongTypeCode "10004"
        "the group is not an AVChatRoom"
        USE_AVCHATROOM;
    10004 Setting [MembersPerMark] [OverCapacity] under OverCapacity "refuse-call"
        "a mark has all the holders it may have"
        "Delete the mark from accounts that do not need it, or name fewer accounts; the same request can succeed then.";

    10007 Group [GroupType] [WrongTypeCode CountTypes]
        "the group is not an AVChatRoom"
        USE_AVCHATROOM;
    10007 App [Switch] [SwitchCode SwitchList]
        "the list of online members is switched off in the console"
        SWITCH_ON;
    10007 App [Permission SpecialAdmin] [RestOwner]
        "the caller may not do this: an app admin may, and the owner of the group except for marks 500 and 600, robots and administrators"
        "Let an app admin make the call.";

    10010 Group [GroupExists] []
        "there is no such group, or it was destroyed"
        NAME_THE_GROUP;

    10015 Request [GroupId] [GroupId]
        "the group id is malformed"
        "Correct the group id: 1 to 48 bytes of printable ASCII.";
    10015 Group [GroupExists] []
        "the group was not found, as the general list says of this code"
        NAME_THE_GROUP;

    10019 App [] []
        "an account that the call names does not exist"
        "Check the account, and import it where it is missing; the same request can succeed then.";
    10019 Group [AllFailed] [AllFailedCode] under AllFailedCode "10019"
        "no account of the call could be served: each is offline or not in the group, or the mark has all its holders"
        BRING_ONLINE;

    10059 App [Plan] [PlanCode LowPlanList]
        "the app's plan does not include the feature"
        "Choose a plan that includes it; the same request can succeed then.";
    10059 App [Switch] [SwitchCode] under SwitchCode "10059"
        "the list of online members is switched off in the console"
        SWITCH_ON;

    60004 App [] []
        "the account check failed for the moment (newer text)"
        "Wait, then send the same request again, once.";
    60004 Request [] []
        "the UserID or the UserSig in the URL or the body is wrong (text of 2023)"
        "Check both, and make a new signature.";
    60005 App [] []
        "the account check failed for the moment (newer text)"
        "Wait, then send the same request again, once.";
    60005 Request [] []
        "the UserID or the UserSig in the URL or the body is wrong (text of 2023)"
        "Check both, and make a new signature.";

    60007 App [Rate] [RateScope]
        "more than 200 calls of this kind came within one second"
        "Wait, then send the same request again, at a slower pace. The limit is fixed: these calls are not among those whose limit the console can raise.";

    60008 Request [] [HttpCodes]
        "the service name in the path is wrong, or the form of the request"
        "Check the path first: with a wrong one, the same request will be refused again.";
    60008 App [] []
        "the service took too long"
        "Wait, then send the same request again, at a slower pace.";

    60010 App [AdminCaller] [RestOwner]
        "the identifier of the query is not an app admin"
        "Call as an app admin, with a signature for that identifier; admins are named in the console.";

    60013 App [] []
        "the answer is not JSON, of which the list says no more"
        "First check what stands between you and the service, and whether the call took effect; then send the request again.";

    70107 App [] []
        "the account has not been imported"
        "Import the account first; the same request can succeed then.";
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeSet;

    use super::*;

    fn clauses(causes: &[&Cause]) -> Vec<Clause> {
        causes.iter().flat_map(|cause| cause.clauses).copied().collect()
    }

    #[test]
    fn causes_are_sorted_and_defaults_come_first() {
        let order: Vec<_> = CAUSES.iter().map(|cause| (cause.code, cause.under.is_some())).collect();
        assert!(order.is_sorted(), "{order:?}");
        for cause in CAUSES {
            let row = cause.code.row().unwrap();
            assert!(cause.code.causes().contains(cause) && row.advice() != row.action.advice(), "{}", cause.code);
            assert!(cause.under.is_none() || cause.code.causes()[0].under.is_none(), "{}", cause.code);
            assert!(!cause.when.ends_with('.') && cause.advice.ends_with('.'), "{cause:?}");
            if let Some((gap, reading)) = cause.under {
                assert!(gap.readings().iter().skip(1).any(|row| row.name == reading), "{gap} {reading}");
                assert!(cause.gaps.contains(&gap), "{gap}");
            }
        }
        let listed: BTreeSet<_> = CAUSES.iter().map(|cause| (cause.code, cause.when)).collect();
        assert_eq!(listed.len(), CAUSES.len());
        for code in [0, 60009, 123_456, i64::MIN, i64::MAX] {
            assert_eq!(ErrorCode::new(code).causes(), []);
        }
    }

    #[test]
    fn code_advice_agrees_with_its_causes() {
        let advice = |code| ErrorCode::new(code).row().unwrap().advice();
        assert_eq!(advice(10004), "What to do depends on the cause.");
        assert!(advice(10010).starts_with("Check the group id, the app (sdkappid) and the region"));
        assert!(advice(60007).contains("The limit is fixed"));
        assert_eq!(advice(10002), "Send the same request again.");
        assert!(ErrorCode::new(60008).causes()[0].advice.starts_with("Check the path first"));
    }

    #[test]
    fn a_preflight_leaves_fewer_causes() {
        use Clause::{AllFailed, MarksPerGroup};
        let by_default = |sets| {
            let causes = ErrorCode::new(10004).causes_after_preflight(sets);
            clauses(&causes.into_iter().filter(|cause| cause.under.is_none()).collect::<Vec<_>>())
        };
        assert_eq!(by_default(Some(true)), [AllFailed, MarksPerGroup]);
        assert_eq!(by_default(Some(false)), [AllFailed]);
    }

    #[test]
    fn without_a_remaining_cause_all_are_given() {
        for code in [60009, 10007, 10004].map(ErrorCode::new) {
            let remaining = code.causes_after_preflight(None).len();
            assert_eq!(remaining == 0, code.causes().is_empty());
        }
        let only_request = CAUSES.chunk_by(|first, second| first.code == second.code);
        let mut only_request = only_request.filter(|causes| causes.iter().all(|cause| cause.origin == Origin::Request));
        assert!(only_request.all(|causes| causes[0].code.causes_after_preflight(None).len() == causes.len()));
    }
}
