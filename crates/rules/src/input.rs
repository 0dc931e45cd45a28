//! The parts of a call, and the changes of presence.

use avmarks_spec::UserId;

use crate::mark_list::MarkList;

/// Who makes a call.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Operator {
    /// An app admin.
    Admin,
    /// A user. It may be the owner of the group.
    User(UserId),
    /// A caller whose identifier is not a user id. It is never an owner.
    Invalid,
}

/// `CommandType`: 1 sets marks, 2 deletes them (`COMMAND-TYPE`).
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Command {
    /// `CommandType` 1.
    Set,
    /// `CommandType` 2.
    Delete,
}

impl Command {
    /// The number on the wire.
    #[must_use]
    pub const fn number(self) -> u8 {
        match self {
            Self::Set => 1,
            Self::Delete => 2,
        }
    }
}

/// One account of a call, with the marks that the call sets or deletes.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Entry {
    /// The account.
    pub account: UserId,
    /// The marks, in order.
    pub marks: MarkList,
}

/// A call that changes nothing.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum ReadCall {
    /// The online list (`get_members`).
    List,
    /// The number of online members (`get_online_member_num`).
    Count,
    /// Which of these accounts are online (`check_members`).
    Check,
    /// The administrators (`get_admin_list`).
    AdminList,
}

/// A change of presence: what clients do, and what the vendor's webhooks report.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Presence {
    /// The account joins the group.
    Join,
    /// The account quits, is removed or is banned.
    Leave,
    /// The connection of the account is lost.
    Disconnect,
    /// The connection of the account is back.
    Reconnect,
}
