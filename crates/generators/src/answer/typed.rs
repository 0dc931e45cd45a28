//! What an answer says, typed. A macro writes what is the same of every call.

use avmarks_protocol::internal::envelope_json;
use avmarks_protocol::{
    AnswerError, ERROR_CODES, Endpoint, Envelope, ErrorCode, add_robots, check_members, del_robots, get_admin_list,
    get_members, get_online_member_num, modify_admin, modify_user_info,
};

use crate::choices::Choices;
use crate::samples;

macro_rules! answers {
    ($( $call:ident $module:ident $description:literal )*) => {
        /// An answer, typed. The list is closed, as that of [`Endpoint`] is.
        #[derive(Clone, Debug, PartialEq, Eq)]
        pub enum Answer {
            $( #[doc = $description] $call($module::Answer), )*
            /// To whatever call, before it was known which: the envelope alone, with `ErrorInfo` before `ErrorCode`.
            Envelope(Envelope),
        }

        impl Answer {
            /// Status, code and sentence.
            #[must_use]
            pub const fn envelope(&self) -> &Envelope {
                match self {
                    $( Self::$call(answer) => &answer.envelope, )*
                    Self::Envelope(envelope) => envelope,
                }
            }

            /// The body, compact, in the order of the vendor's samples.
            #[must_use]
            pub fn to_json(&self) -> Vec<u8> {
                match self {
                    $( Self::$call(answer) => answer.to_json(), )*
                    Self::Envelope(envelope) => envelope_json(envelope),
                }
            }

            /// The answer to this call that a body is read as.
            ///
            /// # Errors
            ///
            /// [`AnswerError`], as of the type of the call's own module.
            ///
            /// ```
            /// use avmarks_generators::answer::Answer;
            /// use avmarks_protocol::Endpoint;
            ///
            /// let answer = Answer::parse(Endpoint::AddRobots, br#"{"ActionStatus":"OK","ErrorCode":0,"ErrorInfo":""}"#).unwrap();
            /// assert!(matches!(&answer, Answer::AddRobots(answer) if answer.envelope.is_ok()));
            /// ```
            pub fn parse(endpoint: Endpoint, body: &[u8]) -> Result<Self, AnswerError> {
                match endpoint { $( Endpoint::$call => $module::Answer::parse(body).map(Self::$call), )* }
            }

            /// An answer to this call that says that it was refused.
            fn refused_by(endpoint: Endpoint, code: ErrorCode, info: &str) -> Self {
                match endpoint { $( Endpoint::$call => Self::$call($module::Answer::refused(code, info)), )* }
            }
        }
    };
}

answers! {
    ModifyUserInfo modify_user_info "To a call that sets or deletes marks."
    GetMembers get_members "To a pull of the list."
    GetOnlineMemberNum get_online_member_num "To a question for the number."
    AddRobots add_robots "To a call that puts robots into the list."
    DelRobots del_robots "To a call that takes robots out."
    CheckMembers check_members "To a question which of some accounts are online."
    ModifyAdmin modify_admin "To a call that sets or deletes administrators."
    GetAdminList get_admin_list "To a question for the administrators."
}

impl Answer {
    /// An answer that says that the call was served.
    pub(super) fn served(endpoint: Endpoint, choices: &mut Choices<'_>) -> Self {
        match endpoint {
            Endpoint::ModifyUserInfo => {
                let served = |choices: &mut Choices<'_>| {
                    modify_user_info::Served::new(samples::account(choices), choices.few(samples::mark))
                };
                let command = choices.pick(&[1, 2]);
                Self::ModifyUserInfo(modify_user_info::Answer::served(command, many(choices, served)))
            }
            Endpoint::GetMembers => {
                let next = choices.pick(&[0, 1_025, 1_669_872_112, i64::MAX]);
                Self::GetMembers(get_members::Answer::page(many(choices, listed), next))
            }
            Endpoint::GetOnlineMemberNum => {
                let count = choices.pick(&[0, 1, 1_000, 1_000_000, i64::MAX]);
                Self::GetOnlineMemberNum(get_online_member_num::Answer::count(count))
            }
            Endpoint::AddRobots => Self::AddRobots(add_robots::Answer::ok()),
            Endpoint::DelRobots => Self::DelRobots(del_robots::Answer::ok()),
            Endpoint::CheckMembers => {
                let accounts = many(choices, |choices| samples::account(choices).to_owned());
                Self::CheckMembers(check_members::Answer::online(accounts))
            }
            Endpoint::ModifyAdmin => Self::ModifyAdmin(modify_admin::Answer::ok()),
            Endpoint::GetAdminList => Self::GetAdminList(get_admin_list::Answer::admins(many(choices, admin))),
        }
    }

    /// An answer that says that the call was refused; none of an endpoint if no call was known.
    pub(super) fn refused(endpoint: Option<Endpoint>, choices: &mut Choices<'_>) -> Self {
        let code = code(choices);
        let info = choices.pick(&[
            "internal error",
            "",
            "invalid \"Marks\"",
            "\u{7fa4}\u{7ec4}\u{4e0d}\u{5b58}\u{5728}",
            "a\nb\u{0}",
        ]);
        match endpoint {
            Some(endpoint) => Self::refused_by(endpoint, code, info),
            None => Self::Envelope(Envelope::fail(code, info)),
        }
    }
}

fn listed(choices: &mut Choices<'_>) -> get_members::Listed {
    let mut listed = get_members::Listed::new(choices.pick(&[1_669_872_112, 0, i64::MAX]), samples::account(choices));
    listed.nick_name = nick_name(choices);
    listed.avatar = avatar(choices);
    listed.remark = choices.pick(&[None, None, Some(""), Some("\u{4e00}")]).map(str::to_owned);
    listed.marks = choices.perhaps(|choices| choices.few(samples::mark)).map(Into::into);
    listed
}

fn admin(choices: &mut Choices<'_>) -> get_admin_list::Admin {
    let mut admin = get_admin_list::Admin::new(samples::account(choices));
    admin.nick_name = nick_name(choices);
    admin.avatar = avatar(choices);
    admin
}

fn nick_name(choices: &mut Choices<'_>) -> Option<String> {
    choices.pick(&[Some(""), None, Some("\u{1f600}\"\\\n")]).map(str::to_owned)
}

fn avatar(choices: &mut Choices<'_>) -> Option<String> {
    choices.pick(&[Some(""), None, Some("https://example.com/a.png")]).map(str::to_owned)
}

/// One to three; none, up to six, or as many as one call names, now and then.
fn many<T: Clone>(choices: &mut Choices<'_>, one: impl Fn(&mut Choices<'_>) -> T) -> Vec<T> {
    if choices.one_in(64) {
        return vec![one(choices); 500];
    }
    choices.few(one)
}

/// A code of the vendor's list, or now and then one that no list has.
fn code(choices: &mut Choices<'_>) -> ErrorCode {
    match choices.byte() % 8 {
        7 => ErrorCode::new(choices.pick(&[1, -1, 99_999, 1 << 40, i64::MAX, i64::MIN])),
        _ => choices.pick_from(ERROR_CODES).map_or(ErrorCode::OK, |row| row.code),
    }
}
