//! The calls of the API that this crate speaks.

use crate::envelope::{Envelope, envelope_json};
use crate::error_code::ErrorCode;
use crate::{
    add_robots, check_members, del_robots, get_admin_list, get_members, get_online_member_num, modify_admin,
    modify_user_info,
};

macro_rules! endpoints {
    ($(#[$meta:meta])* enum Endpoint { $( $(#[$call_meta:meta])* $call:ident $module:ident, )* }) => {
        $(#[$meta])*
        #[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
        pub enum Endpoint { $( $(#[$call_meta])* $call, )* }

        impl Endpoint {
            /// Every call.
            pub const ALL: &'static [Self] = &[ $( Self::$call, )* ];

            /// The path of the URL, without a slash in front.
            #[must_use]
            pub const fn path(self) -> &'static str {
                match self { $( Self::$call => $module::PATH, )* }
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
                    $( Some(Self::$call) => $module::Answer::refused(code, info).to_json(), )*
                    None => envelope_json(&Envelope::fail(code, info)),
                }
            }
        }
    };
}

endpoints! {
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
    enum Endpoint {
        /// Sets or deletes marks ([`modify_user_info`]).
        ModifyUserInfo modify_user_info,
        /// The list of online members ([`get_members`]).
        GetMembers get_members,
        /// The number of online members ([`get_online_member_num`]).
        GetOnlineMemberNum get_online_member_num,
        /// Puts robots into the online list ([`add_robots`]).
        AddRobots add_robots,
        /// Takes robots out of the online list ([`del_robots`]).
        DelRobots del_robots,
        /// Which of some accounts are online ([`check_members`]).
        CheckMembers check_members,
        /// Sets or deletes administrators of a group ([`modify_admin`]).
        ModifyAdmin modify_admin,
        /// The administrators of a group ([`get_admin_list`]).
        GetAdminList get_admin_list,
    }
}

impl Endpoint {
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
