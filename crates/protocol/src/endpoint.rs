//! The three calls of the API that this crate speaks.

use crate::{get_members, get_online_member_num, modify_user_info};

/// A call of the API. The list is closed: a new one breaks the build of whoever must answer it.
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
}

impl Endpoint {
    /// Every call.
    pub const ALL: &'static [Self] = &[Self::ModifyUserInfo, Self::GetMembers, Self::GetOnlineMemberNum];

    /// The path of the URL, without a slash in front.
    #[must_use]
    pub const fn path(self) -> &'static str {
        match self {
            Self::ModifyUserInfo => modify_user_info::PATH,
            Self::GetMembers => get_members::PATH,
            Self::GetOnlineMemberNum => get_online_member_num::PATH,
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
}

#[cfg(test)]
mod tests {
    use super::*;

    /// The paths of 1047/50294, 1047/50293 and 1047/38521.
    #[test]
    fn a_call_is_found_by_its_whole_path_and_named_by_the_last_part() {
        for (call, service, command) in [
            (Endpoint::ModifyUserInfo, "v4/group_open_avchatroom_http_svc", "modify_user_info"),
            (Endpoint::GetMembers, "v4/group_open_avchatroom_http_svc", "get_members"),
            (Endpoint::GetOnlineMemberNum, "v4/group_open_http_svc", "get_online_member_num"),
        ] {
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
