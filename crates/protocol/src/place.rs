//! Where in a body something stands.

use core::fmt;

/// A place in a request or an answer, by the vendor's field names; indexes count from 0.
///
/// ```
/// use avmarks_protocol::Place;
///
/// assert_eq!(Place::Mark(3, 1).to_string(), "MemberList[3].Marks[1]");
/// assert_eq!(Place::Mark(3, 1).pointer(), "/MemberList/3/Marks/1");
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
    /// `ActionStatus` of an answer.
    ActionStatus,
    /// `ErrorCode` of an answer.
    ErrorCode,
    /// `ErrorInfo` of an answer.
    ErrorInfo,
    /// `NextTimestamp` of an answer.
    NextTimestamp,
    /// `OnlineMemberNum` of an answer.
    OnlineMemberNum,
}

impl Place {
    /// The place as a JSON pointer (RFC 6901); empty for the body as a whole.
    #[must_use]
    pub fn pointer(self) -> String {
        match self {
            Self::Body => String::new(),
            Self::Entry(entry) => format!("/MemberList/{entry}"),
            Self::Mark(entry, mark) => format!("/MemberList/{entry}/Marks/{mark}"),
            _ => match self.entry() {
                Some(entry) => format!("/MemberList/{entry}/{}", self.field()),
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
            Self::Account(_) => "Member_Account",
            Self::Marks(_) | Self::Mark(..) => "Marks",
            Self::JoinTime(_) => "JoinTime",
            Self::NickName(_) => "NickName",
            Self::Avatar(_) => "Avatar",
            Self::ActionStatus => "ActionStatus",
            Self::ErrorCode => "ErrorCode",
            Self::ErrorInfo => "ErrorInfo",
            Self::NextTimestamp => "NextTimestamp",
            Self::OnlineMemberNum => "OnlineMemberNum",
        }
    }

    /// The index of the entry of `MemberList` that this is part of.
    #[must_use]
    pub const fn entry(self) -> Option<usize> {
        match self {
            Self::Entry(entry)
            | Self::Account(entry)
            | Self::Marks(entry)
            | Self::Mark(entry, _)
            | Self::JoinTime(entry)
            | Self::NickName(entry)
            | Self::Avatar(entry) => Some(entry),
            _ => None,
        }
    }
}

impl fmt::Display for Place {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Body => f.write_str("the body"),
            Self::Entry(entry) => write!(f, "MemberList[{entry}]"),
            Self::Mark(entry, mark) => write!(f, "MemberList[{entry}].Marks[{mark}]"),
            _ => match self.entry() {
                Some(entry) => write!(f, "MemberList[{entry}].{}", self.field()),
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
            (Place::ActionStatus, "ActionStatus", "/ActionStatus", None),
            (Place::ErrorCode, "ErrorCode", "/ErrorCode", None),
            (Place::ErrorInfo, "ErrorInfo", "/ErrorInfo", None),
            (Place::NextTimestamp, "NextTimestamp", "/NextTimestamp", None),
            (Place::OnlineMemberNum, "OnlineMemberNum", "/OnlineMemberNum", None),
        ] {
            assert_eq!((place.to_string(), place.pointer(), place.entry()), (name.into(), pointer.into(), entry));
        }
    }
}
