//! Where in a body something stands.

use core::fmt;

/// A place in a request or an answer, by the vendor's field names; indexes count from 0.
///
/// ```
/// use avmarks_protocol::Place;
///
/// assert_eq!(Place::Mark(3, 1).to_string(), "MemberList[3].Marks[1]");
/// assert_eq!(Place::Mark(3, 1).pointer(), "/MemberList/3/Marks/1");
/// assert_eq!(Place::MemberAccount(3).to_string(), "Member_Account[3]");
/// assert_eq!(Place::Body.pointer(), "");
/// ```
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
#[non_exhaustive]
pub enum Place {
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
    /// `Member_Account` where it is a list of accounts: in requests for robots, and on both sides of `check_members`.
    MemberAccounts,
    /// An account of that list.
    MemberAccount(usize),
    /// `Admin_Account` where it is a list of accounts: in a request of `modify_admin`.
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

impl Place {
    /// The place as a JSON pointer (RFC 6901); empty for the body as a whole.
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

    /// The name of the field that stands here, or that holds what stands here.
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

    /// The list that this stands in, the index of its item, and whether this is the item or a field of it.
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

/// Whether a place is an item of a list or a field of that item.
#[derive(Clone, Copy)]
enum Part {
    Whole,
    Field,
}

impl fmt::Display for Place {
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
    fn every_place_has_a_name_and_a_pointer_and_knows_its_entry() {
        for (place, name, pointer, entry) in [
            (Place::Body, "the body", "", None),
            (Place::GroupId, "GroupId", "/GroupId", None),
            (Place::CommandType, "CommandType", "/CommandType", None),
            (Place::Timestamp, "Timestamp", "/Timestamp", None),
            (Place::MarkFilter, "Mark", "/Mark", None),
            (Place::MemberList, "MemberList", "/MemberList", None),
            (Place::Entry(2), "MemberList[2]", "/MemberList/2", Some(2)),
            (Place::Account(2), "MemberList[2].Member_Account", "/MemberList/2/Member_Account", Some(2)),
            (Place::Marks(0), "MemberList[0].Marks", "/MemberList/0/Marks", Some(0)),
            (Place::Mark(3, 1), "MemberList[3].Marks[1]", "/MemberList/3/Marks/1", Some(3)),
            (Place::JoinTime(1), "MemberList[1].JoinTime", "/MemberList/1/JoinTime", Some(1)),
            (Place::NickName(1), "MemberList[1].NickName", "/MemberList/1/NickName", Some(1)),
            (Place::Avatar(1), "MemberList[1].Avatar", "/MemberList/1/Avatar", Some(1)),
            (Place::Remark(1), "MemberList[1].Remark", "/MemberList/1/Remark", Some(1)),
            (Place::MemberAccounts, "Member_Account", "/Member_Account", None),
            (Place::MemberAccount(3), "Member_Account[3]", "/Member_Account/3", Some(3)),
            (Place::AdminAccounts, "Admin_Account", "/Admin_Account", None),
            (Place::AdminAccount(0), "Admin_Account[0]", "/Admin_Account/0", Some(0)),
            (Place::AdminList, "Admin_List", "/Admin_List", None),
            (Place::AdminEntry(4), "Admin_List[4]", "/Admin_List/4", Some(4)),
            (Place::AdminEntryAccount(4), "Admin_List[4].Admin_Account", "/Admin_List/4/Admin_Account", Some(4)),
            (Place::AdminEntryAvatar(4), "Admin_List[4].Avatar", "/Admin_List/4/Avatar", Some(4)),
            (Place::AdminEntryNickName(4), "Admin_List[4].NickName", "/Admin_List/4/NickName", Some(4)),
            (Place::ActionStatus, "ActionStatus", "/ActionStatus", None),
            (Place::ErrorCode, "ErrorCode", "/ErrorCode", None),
            (Place::ErrorInfo, "ErrorInfo", "/ErrorInfo", None),
            (Place::RequestId, "RequestId", "/RequestId", None),
            (Place::NextTimestamp, "NextTimestamp", "/NextTimestamp", None),
            (Place::OnlineMemberNum, "OnlineMemberNum", "/OnlineMemberNum", None),
            (Place::ExpireTime, "ExpireTime", "/ExpireTime", None),
        ] {
            assert_eq!((place.to_string(), place.pointer(), place.entry()), (name.into(), pointer.into(), entry));
        }
    }
}
