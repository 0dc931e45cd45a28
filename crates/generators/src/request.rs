//! Requests of the three calls: [`Valid`], [`Nearly`] valid, [`Hostile`].
//!
//! All of it is about bodies, under the default policy and the documented limits.

mod fault;

use std::fmt;

use avmarks_protocol::{Endpoint, Integer, Place, get_members, get_online_member_num, modify_user_info};

pub use fault::Fault;

use crate::hostile::{Trick, spoilt};
use crate::json::Sketch;
use crate::{Body, Choices, Generate, words};

/// A request, typed.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Request {
    /// Sets or deletes marks.
    ModifyUserInfo(modify_user_info::Request<'static>),
    /// Asks for the list of online members.
    GetMembers(get_members::Request<'static>),
    /// Asks for their number.
    GetOnlineMemberNum(get_online_member_num::Request<'static>),
}

impl Request {
    /// The call that it is of.
    #[must_use]
    pub const fn endpoint(&self) -> Endpoint {
        match self {
            Self::ModifyUserInfo(_) => Endpoint::ModifyUserInfo,
            Self::GetMembers(_) => Endpoint::GetMembers,
            Self::GetOnlineMemberNum(_) => Endpoint::GetOnlineMemberNum,
        }
    }

    /// The body, compact, in the order of the vendor's samples.
    #[must_use]
    pub fn to_json(&self) -> Vec<u8> {
        match self {
            Self::ModifyUserInfo(request) => request.to_json(),
            Self::GetMembers(request) => request.to_json(),
            Self::GetOnlineMemberNum(request) => request.to_json(),
        }
    }

    fn generate(endpoint: Endpoint, commands: [i64; 3], choices: &mut Choices<'_>) -> Self {
        let group_id = words::group_id(choices).into();
        match endpoint {
            Endpoint::ModifyUserInfo => {
                let command_type = choices.pick(&commands);
                let member_list = members(command_type, choices);
                Self::ModifyUserInfo(modify_user_info::Request {
                    group_id,
                    command_type: command_type.into(),
                    member_list,
                })
            }
            Endpoint::GetMembers => Self::GetMembers(get_members::Request {
                group_id,
                timestamp: choices.pick(&[0_i64, 0, 1, 1_025, 1_669_872_112, 1 << 53, i64::MAX]).into(),
                mark: choices.perhaps(words::mark).map(Into::into),
            }),
            Endpoint::GetOnlineMemberNum => Self::GetOnlineMemberNum(get_online_member_num::Request { group_id }),
        }
    }

    /// How many marks each entry has; none of a call without entries.
    fn marks(&self) -> Vec<usize> {
        match self {
            Self::ModifyUserInfo(request) => request.member_list.iter().map(|member| member.marks.len()).collect(),
            _ => Vec::new(),
        }
    }
}

const SET_OR_DELETE: [i64; 3] = [1, 1, 2];
const SET: [i64; 3] = [1, 1, 1];

/// Mostly one to four accounts; up to forty now and then, and seldom as many as one call may have.
fn members(command_type: i64, choices: &mut Choices<'_>) -> Vec<modify_user_info::Member<'static>> {
    let count = match choices.byte() {
        count @ 0..=219 => usize::from(count % 4) + 1,
        count @ 220..=249 => usize::from(count) - 210,
        count => 500 - usize::from(255 - count) % 3,
    };
    let member = |choices: &mut Choices<'_>| modify_user_info::Member {
        account: words::account(choices).into(),
        marks: marks(command_type, choices),
    };
    let first = member(choices);
    if count > 4 {
        // All have the marks of the first, so that a long request needs no long text of choices.
        let another = |number| modify_user_info::Member { account: format!("u{number}").into(), ..first.clone() };
        return (1..=count).map(another).collect();
    }
    let others: Vec<_> = (1..count).map(|_| member(choices)).collect();
    [vec![first], others].concat()
}

/// One to three marks; up to sixteen now and then; of a deletion, now and then more different ones than a group can have,
/// which is no fault of a deletion.
fn marks(command_type: i64, choices: &mut Choices<'_>) -> modify_user_info::Marks<Integer<'static>> {
    match choices.byte() {
        count @ 0..=239 => (0..=count % 3).map(|_| words::mark(choices).into()).collect(),
        count @ 252.. if command_type == 2 => (2_000..2_011 + i64::from(count % 8)).map(Into::into).collect(),
        count => (0..=count % 16).map(|_| words::mark(choices).into()).collect(),
    }
}

/// A request in which [`preflight`](avmarks_service::preflight) finds nothing, and one way to write it.
///
/// ```
/// use avmarks_generators::{Generate, request::Valid};
/// use avmarks_service::{preflight, rules::Policy, spec::Limits};
///
/// let valid = Valid::from_bytes(&[]);
/// assert_eq!(valid.body.to_string(), r#"{"GroupId":"g","CommandType":1,"MemberList":[{"Member_Account":"u1","Marks":[1000]}]}"#);
/// assert!(preflight(valid.request.endpoint(), &valid.body, &Policy::default(), &Limits::DOCUMENTED).is_empty());
/// ```
#[derive(Clone, PartialEq, Eq)]
pub struct Valid {
    /// What is asked.
    pub request: Request,
    /// The request as bytes: as [`Request::to_json`] has it, or in other white space, another order of the fields, with
    /// escapes, or with fields that no document names, which the service passes over.
    pub body: Body,
}

impl Valid {
    /// A request of this call.
    #[must_use]
    pub fn of(endpoint: Endpoint, choices: &mut Choices<'_>) -> Self {
        Self::sketched(Request::generate(endpoint, SET_OR_DELETE, choices), choices).0
    }

    fn sketched(request: Request, choices: &mut Choices<'_>) -> (Self, Sketch) {
        let sketch = Sketch::of(&request.to_json(), choices);
        (Self { request, body: sketch.body() }, sketch)
    }
}

impl Generate for Valid {
    const BYTES: usize = 64;

    fn generate(choices: &mut Choices<'_>) -> Self {
        Self::of(endpoint(choices), choices)
    }
}

impl fmt::Debug for Valid {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let endpoint = self.request.endpoint();
        f.debug_struct("Valid").field("endpoint", &endpoint).field("body", &self.body).finish_non_exhaustive()
    }
}

/// A request that would be valid but for one fault.
///
/// ```
/// use avmarks_generators::{Choices, request::{Fault, Nearly}};
/// use avmarks_service::protocol::Endpoint;
/// use avmarks_service::{preflight, rules::Policy, spec::Limits};
///
/// let nearly = Nearly::with(Endpoint::ModifyUserInfo, Fault::MarkRange, &mut Choices::new(&[])).unwrap();
/// assert_eq!(nearly.body.to_string(), r#"{"GroupId":"g","CommandType":1,"MemberList":[{"Member_Account":"u1","Marks":[999]}]}"#);
///
/// let found = preflight(nearly.endpoint(), &nearly.body, &Policy::default(), &Limits::DOCUMENTED);
/// assert_eq!((found.len(), found[0].reason, found[0].place), (1, nearly.fault.refusal(), Some(nearly.place)));
/// ```
#[derive(Clone, PartialEq, Eq)]
pub struct Nearly {
    /// What is wrong with it.
    pub fault: Fault,
    /// Where.
    pub place: Place,
    /// The request with the fault, as bytes.
    pub body: Body,
    /// The request without it.
    pub mended: Valid,
}

impl Nearly {
    /// A request of this call, with one of the faults that it can have.
    #[must_use]
    pub fn of(endpoint: Endpoint, choices: &mut Choices<'_>) -> Self {
        let faults: Vec<_> = Fault::ALL.iter().copied().filter(|fault| fault.is_of(endpoint)).collect();
        let fault = choices.pick_from(&faults).unwrap_or(Fault::Cut);
        Self::made(endpoint, fault, choices)
    }

    /// A request of this call with this fault; none where the call has nothing that can be wrong so.
    #[must_use]
    pub fn with(endpoint: Endpoint, fault: Fault, choices: &mut Choices<'_>) -> Option<Self> {
        fault.is_of(endpoint).then(|| Self::made(endpoint, fault, choices))
    }

    fn made(endpoint: Endpoint, fault: Fault, choices: &mut Choices<'_>) -> Self {
        // A deletion may name as many marks as it likes.
        let commands = if fault == Fault::TooManyMarks { SET } else { SET_OR_DELETE };
        let request = Request::generate(endpoint, commands, choices);
        let (mended, sketch) = Valid::sketched(request, choices);
        let (place, body) = fault.put(&mended.request, sketch, choices);
        Self { fault, place, body, mended }
    }

    /// The call that it is of.
    #[must_use]
    pub const fn endpoint(&self) -> Endpoint {
        self.mended.request.endpoint()
    }
}

impl Generate for Nearly {
    const BYTES: usize = 64;

    fn generate(choices: &mut Choices<'_>) -> Self {
        Self::of(endpoint(choices), choices)
    }
}

impl fmt::Debug for Nearly {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Self { fault, place, body, .. } = self;
        f.debug_struct("Nearly")
            .field("endpoint", &self.endpoint())
            .field("fault", fault)
            .field("place", &format_args!("{place}"))
            .field("body", body)
            .finish_non_exhaustive()
    }
}

/// A body that was meant ill: a request with several tricks in it. It may be valid all the same.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Hostile {
    /// The call that it is sent to.
    pub endpoint: Endpoint,
    /// What was done to it, in this order.
    pub tricks: Vec<Trick>,
    /// What came of it.
    pub body: Body,
}

impl Hostile {
    /// A body that is sent to this call.
    #[must_use]
    pub fn of(endpoint: Endpoint, choices: &mut Choices<'_>) -> Self {
        let (_, sketch) = Valid::sketched(Request::generate(endpoint, SET_OR_DELETE, choices), choices);
        let (tricks, body) = spoilt(sketch, choices);
        Self { endpoint, tricks, body }
    }
}

impl Generate for Hostile {
    const BYTES: usize = 96;

    fn generate(choices: &mut Choices<'_>) -> Self {
        Self::of(endpoint(choices), choices)
    }
}

/// Mostly the call that sets marks, for it has most to go wrong.
fn endpoint(choices: &mut Choices<'_>) -> Endpoint {
    use Endpoint::{GetMembers, GetOnlineMemberNum, ModifyUserInfo};
    choices.pick(&[ModifyUserInfo, ModifyUserInfo, ModifyUserInfo, GetMembers, GetOnlineMemberNum])
}
