//! The kind of a plan, and its command.

use avmarks_protocol::Endpoint;
use serde::{Deserialize, Serialize};

avmarks_spec::named_enum! {
    /// The kind of a plan. The enum is exhaustive: a new kind is a compile error in each `match`.
    ///
    /// ```
    /// use avmarks_client::PlanKind;
    ///
    /// assert_eq!(PlanKind::DeleteMarks.command_type(), Some(2));
    /// assert_eq!(PlanKind::AddRobots.endpoint().command(), "add_robots");
    /// assert_eq!(PlanKind::DeleteRobots.to_string(), "delete-robots");
    /// ```
    #[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
    #[serde(rename_all = "kebab-case")]
    pub enum PlanKind {
        /// Sets marks: `modify_user_info` with `CommandType` 1.
        #[serde(rename = "set")]
        SetMarks = "set",
        /// Deletes marks: `modify_user_info` with `CommandType` 2.
        #[serde(rename = "delete")]
        DeleteMarks = "delete",
        /// Adds robots to the online list: `add_robots`, which sets mark 500 on them. Source: 1047/60527.
        AddRobots = "add-robots",
        /// Deletes robots from the online list: `del_robots`, which deletes their mark 500. Source: 269/103785.
        DeleteRobots = "delete-robots",
    }
}

impl PlanKind {
    /// The command that carries it out. Each has a budget of 200 calls in a second (`RATE`); both kinds of marks share one.
    #[must_use]
    pub const fn endpoint(self) -> Endpoint {
        match self {
            Self::SetMarks | Self::DeleteMarks => Endpoint::ModifyUserInfo,
            Self::AddRobots => Endpoint::AddRobots,
            Self::DeleteRobots => Endpoint::DelRobots,
        }
    }

    /// `CommandType` on the wire; none for robots, whose commands have no such field. Source: 1047/50294, request fields.
    #[must_use]
    pub const fn command_type(self) -> Option<i64> {
        match self {
            Self::SetMarks => Some(1),
            Self::DeleteMarks => Some(2),
            Self::AddRobots | Self::DeleteRobots => None,
        }
    }

    /// Whether the answer names the accounts that were served: of marks it does, of robots not.
    #[must_use]
    pub const fn names_served(self) -> bool {
        matches!(self, Self::SetMarks | Self::DeleteMarks)
    }

    /// Whether marks are set and not deleted; of robots, mark 500.
    #[must_use]
    pub const fn sets(self) -> bool {
        matches!(self, Self::SetMarks | Self::AddRobots)
    }
}
