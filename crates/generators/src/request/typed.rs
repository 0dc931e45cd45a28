//! What a request says, typed. A macro writes what is the same of every call.

use std::borrow::Cow;

use avmarks_protocol::{
    Endpoint, Integer, add_robots, check_members, del_robots, get_admin_list, get_members, get_online_member_num,
    modify_admin, modify_user_info,
};

use crate::choices::Choices;
use crate::samples;

macro_rules! requests {
    ($( $call:ident $module:ident $description:literal )*) => {
        /// A request, typed. The list is closed, as that of [`Endpoint`] is.
        #[derive(Clone, Debug, PartialEq, Eq)]
        pub enum Request { $( #[doc = $description] $call($module::Request<'static>), )* }

        impl Request {
            /// The call that it is of.
            #[must_use]
            pub const fn endpoint(&self) -> Endpoint {
                match self { $( Self::$call(_) => Endpoint::$call, )* }
            }

            /// The body, compact, in the order of the vendor's samples.
            #[must_use]
            pub fn to_json(&self) -> Vec<u8> {
                match self { $( Self::$call(request) => request.to_json(), )* }
            }
        }
    };
}

requests! {
    ModifyUserInfo modify_user_info "Sets or deletes marks."
    GetMembers get_members "Asks for the list of online members."
    GetOnlineMemberNum get_online_member_num "Asks for their number."
    AddRobots add_robots "Puts robots into the online list."
    DelRobots del_robots "Takes robots out of it."
    CheckMembers check_members "Asks which of some accounts are online."
    ModifyAdmin modify_admin "Sets or deletes administrators."
    GetAdminList get_admin_list "Asks for the administrators."
}

pub(super) const SET_OR_DELETE: [i64; 3] = [1, 1, 2];
pub(super) const SET: [i64; 3] = [1, 1, 1];

impl Request {
    /// A request of this call; if it has a `CommandType`, one of `commands`.
    pub(super) fn generate(endpoint: Endpoint, commands: [i64; 3], choices: &mut Choices<'_>) -> Self {
        let group_id = samples::group_id(choices).into();
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
                mark: choices.perhaps(samples::mark).map(Into::into),
            }),
            Endpoint::GetOnlineMemberNum => Self::GetOnlineMemberNum(get_online_member_num::Request { group_id }),
            Endpoint::AddRobots => Self::AddRobots(add_robots::Request { group_id, accounts: accounts(choices) }),
            Endpoint::DelRobots => Self::DelRobots(del_robots::Request { group_id, accounts: accounts(choices) }),
            Endpoint::CheckMembers => {
                Self::CheckMembers(check_members::Request { group_id, accounts: accounts(choices) })
            }
            Endpoint::ModifyAdmin => {
                let command_type = choices.pick(&commands).into();
                Self::ModifyAdmin(modify_admin::Request { group_id, command_type, accounts: accounts(choices) })
            }
            Endpoint::GetAdminList => Self::GetAdminList(get_admin_list::Request { group_id }),
        }
    }

    /// How many marks each item of its list has; no items of a call without a list.
    pub(super) fn marks(&self) -> Vec<usize> {
        let accounts = match self {
            Self::ModifyUserInfo(request) => {
                return request.member_list.iter().map(|member| member.marks.len()).collect();
            }
            Self::AddRobots(request) | Self::DelRobots(request) | Self::CheckMembers(request) => &request.accounts,
            Self::ModifyAdmin(request) => &request.accounts,
            Self::GetMembers(_) | Self::GetOnlineMemberNum(_) | Self::GetAdminList(_) => return Vec::new(),
        };
        vec![0; accounts.len()]
    }
}

/// Mostly one to four; up to forty now and then, and seldom as many as one call may have. `one` makes the first and those of a
/// short list; a long list repeats the first with other accounts, so that it needs no long text of choices.
fn list<T>(choices: &mut Choices<'_>, one: impl Fn(&mut Choices<'_>) -> T, again: impl Fn(&T, String) -> T) -> Vec<T> {
    let count = match choices.byte() {
        count @ 0..=219 => usize::from(count % 4) + 1,
        count @ 220..=249 => usize::from(count) - 210,
        count => 500 - usize::from(255 - count) % 3,
    };
    let first = one(choices);
    if count > 4 {
        return (1..=count).map(|number| again(&first, format!("u{number}"))).collect();
    }
    let mut items = vec![first];
    items.extend((1..count).map(|_| one(choices)));
    items
}

fn members(command_type: i64, choices: &mut Choices<'_>) -> Vec<modify_user_info::Member<'static>> {
    let one = |choices: &mut Choices<'_>| modify_user_info::Member {
        account: samples::account(choices).into(),
        marks: marks(command_type, choices),
    };
    list(choices, one, |first, account| modify_user_info::Member { account: account.into(), ..first.clone() })
}

fn accounts(choices: &mut Choices<'_>) -> Vec<Cow<'static, str>> {
    list(choices, |choices| samples::account(choices).into(), |_, account| account.into())
}

/// One to three marks; up to sixteen now and then; of a deletion, now and then more different ones than a group can have,
/// which is not an error of a deletion.
fn marks(command_type: i64, choices: &mut Choices<'_>) -> modify_user_info::Marks<Integer<'static>> {
    match choices.byte() {
        count @ 0..=239 => (0..=count % 3).map(|_| samples::mark(choices).into()).collect(),
        count @ 252.. if command_type == 2 => (2_000..2_011 + i64::from(count % 8)).map(Into::into).collect(),
        count => (0..=count % 16).map(|_| samples::mark(choices).into()).collect(),
    }
}
