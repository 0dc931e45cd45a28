//! The calls of the API that this crate speaks.

use crate::envelope::{Envelope, envelope_json};
use crate::error_code::ErrorCode;
use crate::{
    add_robots, check_members, del_robots, get_admin_list, get_members, get_online_member_num, modify_admin,
    modify_user_info,
};

/// A call of the API. The enum is exhaustive: a new call is a compile error in each `match`.
///
/// ```
/// use avmarks_protocol::Endpoint;
///
/// let path = "v4/group_open_avchatroom_http_svc/modify_user_info";
/// assert_eq!(Endpoint::from_path(path), Some(Endpoint::ModifyUserInfo));
/// assert_eq!(Endpoint::ModifyUserInfo.path(), path);
/// assert_eq!(Endpoint::ModifyUserInfo.command(), "modify_user_info");
/// ```
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Endpoint {
    /// Sets or deletes marks ([`modify_user_info`]).
    ModifyUserInfo,
    /// The list of online members ([`get_members`]).
    GetMembers,
    /// The number of online members ([`get_online_member_num`]).
    GetOnlineMemberNum,
    /// Puts robots into the online list ([`add_robots`]).
    AddRobots,
    /// Takes robots out of the online list ([`del_robots`]).
    DelRobots,
    /// Which of some accounts are online ([`check_members`]).
    CheckMembers,
    /// Sets or deletes administrators of a group ([`modify_admin`]).
    ModifyAdmin,
    /// The administrators of a group ([`get_admin_list`]).
    GetAdminList,
}

impl Endpoint {
    /// Every call.
    pub const ALL: &'static [Self] = &[
        Self::ModifyUserInfo,
        Self::GetMembers,
        Self::GetOnlineMemberNum,
        Self::AddRobots,
        Self::DelRobots,
        Self::CheckMembers,
        Self::ModifyAdmin,
        Self::GetAdminList,
    ];

    /// The path of the URL, without a slash in front.
    #[must_use]
    pub const fn path(self) -> &'static str {
        match self {
            Self::ModifyUserInfo => modify_user_info::PATH,
            Self::GetMembers => get_members::PATH,
            Self::GetOnlineMemberNum => get_online_member_num::PATH,
            Self::AddRobots => add_robots::PATH,
            Self::DelRobots => del_robots::PATH,
            Self::CheckMembers => check_members::PATH,
            Self::ModifyAdmin => modify_admin::PATH,
            Self::GetAdminList => get_admin_list::PATH,
        }
    }

    /// The last part of the path, by which the documents call it.
    #[must_use]
    pub fn command(self) -> &'static str {
        self.path().rsplit('/').next().unwrap_or_default()
    }

    /// The call of this path; paths are case-sensitive (1047/34620), and one slash in front is allowed.
    #[must_use]
    pub fn from_path(path: &str) -> Option<Self> {
        let path = path.strip_prefix('/').unwrap_or(path);
        Self::ALL.iter().copied().find(|endpoint| endpoint.path() == path)
    }

    /// The answer that refuses a call, in the order of fields that its other answers have; the bare envelope if the path is not
    /// a call of this crate.
    ///
    /// ```
    /// use avmarks_protocol::{Endpoint, ErrorCode};
    ///
    /// let count = Some(Endpoint::GetOnlineMemberNum);
    /// let body = Endpoint::refused_answer(count, ErrorCode::new(10010), "no such group");
    /// assert_eq!(body, br#"{"ActionStatus":"FAIL","ErrorInfo":"no such group","ErrorCode":10010}"#);
    /// ```
    #[must_use]
    pub fn refused_answer(endpoint: Option<Self>, code: ErrorCode, info: impl Into<String>) -> Vec<u8> {
        match endpoint {
            Some(Self::ModifyUserInfo) => modify_user_info::Answer::refused(code, info).to_json(),
            Some(Self::GetMembers) => get_members::Answer::refused(code, info).to_json(),
            Some(Self::GetOnlineMemberNum) => get_online_member_num::Answer::refused(code, info).to_json(),
            Some(Self::CheckMembers) => check_members::Answer::refused(code, info).to_json(),
            Some(Self::GetAdminList) => get_admin_list::Answer::refused(code, info).to_json(),
            Some(Self::AddRobots | Self::DelRobots | Self::ModifyAdmin) => {
                add_robots::Answer::refused(code, info).to_json()
            }
            None => envelope_json(&Envelope::fail(code, info)),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// The paths of 1047/50294, 1047/50293, 1047/38521, and 1047/60523 to 60527.
    #[test]
    fn a_call_is_found_by_its_whole_path() {
        let (avchatroom, group) = ("v4/group_open_avchatroom_http_svc", "v4/group_open_http_svc");
        let calls = [
            (Endpoint::ModifyUserInfo, avchatroom, "modify_user_info"),
            (Endpoint::GetMembers, avchatroom, "get_members"),
            (Endpoint::GetOnlineMemberNum, group, "get_online_member_num"),
            (Endpoint::AddRobots, avchatroom, "add_robots"),
            (Endpoint::DelRobots, avchatroom, "del_robots"),
            (Endpoint::CheckMembers, avchatroom, "check_members"),
            (Endpoint::ModifyAdmin, avchatroom, "modify_admin"),
            (Endpoint::GetAdminList, avchatroom, "get_admin_list"),
        ];
        assert_eq!(calls.map(|(call, _, _)| call), Endpoint::ALL);
        for (call, service, command) in calls {
            let path = format!("{service}/{command}");
            assert_eq!((call.path(), call.command()), (&*path, command));
            assert_eq!(Endpoint::from_path(&path), Some(call));
            assert_eq!(Endpoint::from_path(&format!("/{path}")), Some(call));
            for other in [format!("//{path}"), format!("{path}/"), path.to_uppercase(), command.to_owned()] {
                assert_eq!(Endpoint::from_path(&other), None, "{other}");
            }
        }
        // The path of the English page's parameter table, which its sample contradicts.
        assert_eq!(Endpoint::from_path("v4/group_open_http_svc/modify_group_member_info"), None);
    }
}
