//! The position of a value in a body.

use core::fmt;

/// A path in a request or an answer, by the vendor's field names; indexes count from 0.
///
/// ```
/// use avmarks_protocol::BodyPath;
///
/// assert_eq!(BodyPath::Mark(3, 1).to_string(), "MemberList[3].Marks[1]");
/// assert_eq!(BodyPath::Mark(3, 1).pointer(), "/MemberList/3/Marks/1");
/// assert_eq!(BodyPath::MemberAccount(3).to_string(), "Member_Account[3]");
/// assert_eq!(BodyPath::Body.pointer(), "");
/// ```
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
#[non_exhaustive]
pub enum BodyPath {
    /// The body as a whole.
    Body,
    /// `GroupId`.
    GroupId,
    /// `CommandType`.
    CommandType,
    /// `Timestamp` of a list request.
    Timestamp,
    /// `Mark` of a list request.
    MarkFilter,
    /// `MemberList`.
    MemberList,
    /// An entry of `MemberList`.
    Entry(usize),
    /// `Member_Account` of an entry.
    Account(usize),
    /// `Marks` of an entry.
    Marks(usize),
    /// A mark of an entry.
    Mark(usize, usize),
    /// `JoinTime` of an entry.
    JoinTime(usize),
    /// `NickName` of an entry.
    NickName(usize),
    /// `Avatar` of an entry.
    Avatar(usize),
    /// `Remark` of an entry.
    Remark(usize),
    /// `Member_Account` if it is a list of accounts: in requests for robots, and on both sides of `check_members`.
    MemberAccounts,
    /// An account of that list.
    MemberAccount(usize),
    /// `Admin_Account` if it is a list of accounts: in a request of `modify_admin`.
    AdminAccounts,
    /// An account of that list.
    AdminAccount(usize),
    /// `Admin_List` of an answer.
    AdminList,
    /// An entry of `Admin_List`.
    AdminEntry(usize),
    /// `Admin_Account` of such an entry.
    AdminEntryAccount(usize),
    /// `Avatar` of such an entry.
    AdminEntryAvatar(usize),
    /// `NickName` of such an entry.
    AdminEntryNickName(usize),
    /// `ActionStatus` of an answer.
    ActionStatus,
    /// `ErrorCode` of an answer.
    ErrorCode,
    /// `ErrorInfo` of an answer.
    ErrorInfo,
    /// `RequestId` of an answer.
    RequestId,
    /// `NextTimestamp` of an answer.
    NextTimestamp,
    /// `OnlineMemberNum` of an answer.
    OnlineMemberNum,
    /// `ExpireTime` of an answer.
    ExpireTime,
}

impl BodyPath {
    /// The path as a JSON pointer (RFC 6901); empty for the body as a whole.
    #[must_use]
    pub fn pointer(self) -> String {
        match self {
            Self::Body => String::new(),
            Self::Mark(entry, mark) => format!("/MemberList/{entry}/Marks/{mark}"),
            _ => match self.item() {
                Some((list, entry, Part::Whole)) => format!("/{list}/{entry}"),
                Some((list, entry, Part::Field)) => format!("/{list}/{entry}/{}", self.field()),
                None => format!("/{}", self.field()),
            },
        }
    }

    /// The name of the field at this position, or of the field that contains it.
    #[must_use]
    pub const fn field(self) -> &'static str {
        match self {
            Self::Body => "",
            Self::GroupId => "GroupId",
            Self::CommandType => "CommandType",
            Self::Timestamp => "Timestamp",
            Self::MarkFilter => "Mark",
            Self::MemberList | Self::Entry(_) => "MemberList",
            Self::Account(_) | Self::MemberAccounts | Self::MemberAccount(_) => "Member_Account",
            Self::Marks(_) | Self::Mark(..) => "Marks",
            Self::JoinTime(_) => "JoinTime",
            Self::NickName(_) | Self::AdminEntryNickName(_) => "NickName",
            Self::Avatar(_) | Self::AdminEntryAvatar(_) => "Avatar",
            Self::Remark(_) => "Remark",
            Self::AdminAccounts | Self::AdminAccount(_) | Self::AdminEntryAccount(_) => "Admin_Account",
            Self::AdminList | Self::AdminEntry(_) => "Admin_List",
            Self::ActionStatus => "ActionStatus",
            Self::ErrorCode => "ErrorCode",
            Self::ErrorInfo => "ErrorInfo",
            Self::RequestId => "RequestId",
            Self::NextTimestamp => "NextTimestamp",
            Self::OnlineMemberNum => "OnlineMemberNum",
            Self::ExpireTime => "ExpireTime",
        }
    }

    /// The index of the entry that this is or is part of: in `MemberList`, in `Admin_List`, or in a list of accounts.
    #[must_use]
    pub const fn entry(self) -> Option<usize> {
        match self.item() {
            Some((_, entry, _)) => Some(entry),
            None => None,
        }
    }

    /// The list that contains this position, the index of its item, and whether this is the item or a field of it.
    const fn item(self) -> Option<(&'static str, usize, Part)> {
        match self {
            Self::Entry(entry) => Some(("MemberList", entry, Part::Whole)),
            Self::Account(entry)
            | Self::Marks(entry)
            | Self::Mark(entry, _)
            | Self::JoinTime(entry)
            | Self::NickName(entry)
            | Self::Avatar(entry)
            | Self::Remark(entry) => Some(("MemberList", entry, Part::Field)),
            Self::MemberAccount(entry) => Some(("Member_Account", entry, Part::Whole)),
            Self::AdminAccount(entry) => Some(("Admin_Account", entry, Part::Whole)),
            Self::AdminEntry(entry) => Some(("Admin_List", entry, Part::Whole)),
            Self::AdminEntryAccount(entry) | Self::AdminEntryAvatar(entry) | Self::AdminEntryNickName(entry) => {
                Some(("Admin_List", entry, Part::Field))
            }
            _ => None,
        }
    }
}

/// Whether a path is an item of a list or a field of that item.
#[derive(Clone, Copy)]
enum Part {
    Whole,
    Field,
}

impl fmt::Display for BodyPath {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Body => f.write_str("the body"),
            Self::Mark(entry, mark) => write!(f, "MemberList[{entry}].Marks[{mark}]"),
            _ => match self.item() {
                Some((list, entry, Part::Whole)) => write!(f, "{list}[{entry}]"),
                Some((list, entry, Part::Field)) => write!(f, "{list}[{entry}].{}", self.field()),
                None => f.write_str(self.field()),
            },
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_path_has_name_pointer_and_entry() {
        for (path, name, pointer, entry) in [
            (BodyPath::Body, "the body", "", None),
            (BodyPath::GroupId, "GroupId", "/GroupId", None),
            (BodyPath::CommandType, "CommandType", "/CommandType", None),
            (BodyPath::Timestamp, "Timestamp", "/Timestamp", None),
            (BodyPath::MarkFilter, "Mark", "/Mark", None),
            (BodyPath::MemberList, "MemberList", "/MemberList", None),
            (BodyPath::Entry(2), "MemberList[2]", "/MemberList/2", Some(2)),
            (BodyPath::Account(2), "MemberList[2].Member_Account", "/MemberList/2/Member_Account", Some(2)),
            (BodyPath::Marks(0), "MemberList[0].Marks", "/MemberList/0/Marks", Some(0)),
            (BodyPath::Mark(3, 1), "MemberList[3].Marks[1]", "/MemberList/3/Marks/1", Some(3)),
            (BodyPath::JoinTime(1), "MemberList[1].JoinTime", "/MemberList/1/JoinTime", Some(1)),
            (BodyPath::NickName(1), "MemberList[1].NickName", "/MemberList/1/NickName", Some(1)),
            (BodyPath::Avatar(1), "MemberList[1].Avatar", "/MemberList/1/Avatar", Some(1)),
            (BodyPath::Remark(1), "MemberList[1].Remark", "/MemberList/1/Remark", Some(1)),
            (BodyPath::MemberAccounts, "Member_Account", "/Member_Account", None),
            (BodyPath::MemberAccount(3), "Member_Account[3]", "/Member_Account/3", Some(3)),
            (BodyPath::AdminAccounts, "Admin_Account", "/Admin_Account", None),
            (BodyPath::AdminAccount(0), "Admin_Account[0]", "/Admin_Account/0", Some(0)),
            (BodyPath::AdminList, "Admin_List", "/Admin_List", None),
            (BodyPath::AdminEntry(4), "Admin_List[4]", "/Admin_List/4", Some(4)),
            (BodyPath::AdminEntryAccount(4), "Admin_List[4].Admin_Account", "/Admin_List/4/Admin_Account", Some(4)),
            (BodyPath::AdminEntryAvatar(4), "Admin_List[4].Avatar", "/Admin_List/4/Avatar", Some(4)),
            (BodyPath::AdminEntryNickName(4), "Admin_List[4].NickName", "/Admin_List/4/NickName", Some(4)),
            (BodyPath::ActionStatus, "ActionStatus", "/ActionStatus", None),
            (BodyPath::ErrorCode, "ErrorCode", "/ErrorCode", None),
            (BodyPath::ErrorInfo, "ErrorInfo", "/ErrorInfo", None),
            (BodyPath::RequestId, "RequestId", "/RequestId", None),
            (BodyPath::NextTimestamp, "NextTimestamp", "/NextTimestamp", None),
            (BodyPath::OnlineMemberNum, "OnlineMemberNum", "/OnlineMemberNum", None),
            (BodyPath::ExpireTime, "ExpireTime", "/ExpireTime", None),
        ] {
            assert_eq!((path.to_string(), path.pointer(), path.entry()), (name.into(), pointer.into(), entry));
        }
    }
}
