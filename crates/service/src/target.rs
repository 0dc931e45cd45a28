//! The group that a call names, and the messages of its refusals.

use avmarks_protocol::{BodyPath, Endpoint};
use avmarks_rules::{Omission, Operator, Refusal, Refused};
use avmarks_spec::{Excerpt, GroupId, Limits};

use crate::app::Group;

/// The group that a call names, and who calls.
pub(crate) struct Target<'a> {
    /// None if the body names no group, or not by a well-formed id.
    pub(crate) id: Option<GroupId>,
    pub(crate) found: Option<&'a Group>,
    pub(crate) operator: Operator,
    /// Who calls; none where the query does not tell, and so no rule about who may call can be looked at.
    pub(crate) identifier: Option<&'a str>,
    pub(crate) endpoint: Endpoint,
    /// Where the call names its accounts.
    pub(crate) accounts: BodyPath,
    /// Where the call names 500 or 600 first.
    pub(crate) special: Option<BodyPath>,
}

impl Target<'_> {
    /// A refusal of the group, as a sentence with its path. `omitted` is the first mark that was left out.
    pub(crate) fn refusal_message(
        &self,
        refused: Refused,
        limits: &Limits,
        omitted: Option<&Omission>,
    ) -> (Option<BodyPath>, String) {
        // A violation about the group needs a group id in the body.
        let id = self.id.map(|id| id.to_string()).unwrap_or_default();
        let who = Excerpt(self.identifier.unwrap_or_default());
        let Refused { refusal, count, mark } = refused;
        match refusal {
            Refusal::GroupExists => {
                (Some(BodyPath::GroupId), format!("there is no group `{id}`, or it has been destroyed"))
            }
            Refusal::GroupType | Refusal::ListType | Refusal::CountType => {
                let kind = self.found.map(|group| group.room.kind()).unwrap_or_default();
                let only = match self.endpoint {
                    Endpoint::ModifyUserInfo | Endpoint::AddRobots | Endpoint::DelRobots => {
                        "only an `AVChatRoom` has marks"
                    }
                    _ => "this call serves an `AVChatRoom` alone",
                };
                (Some(BodyPath::GroupId), format!("group `{id}` is of type `{kind}`; {only}"))
            }
            Refusal::Plan | Refusal::ListPlan => {
                (None, "the plan of the app does not include this; it needs a higher one".to_owned())
            }
            Refusal::Switch | Refusal::ListSwitch => {
                (None, "the list of online members is off for this app; switch it on in the console".to_owned())
            }
            Refusal::Permission if self.endpoint == Endpoint::ModifyAdmin => {
                (None, format!("`{who}` is not an app admin, and app admins alone set and delete administrators"))
            }
            Refusal::SpecialAdmin if self.endpoint != Endpoint::ModifyUserInfo => (
                Some(self.accounts),
                format!("robots hold mark 500, which is for app admins alone, and `{who}` is not one"),
            ),
            Refusal::Permission => (None, format!("`{who}` is neither an app admin nor the owner of group `{id}`")),
            Refusal::SpecialAdmin => {
                let path = self.special.unwrap_or(self.accounts);
                let message = format!("`{path}` is special: 500 and 600 are for app admins alone, and `{who}` is none");
                (Some(path), message)
            }
            Refusal::MarksPerGroup => (
                Some(self.accounts),
                format!(
                    "group `{id}` would have {} different marks; it has at most {}",
                    count.unwrap_or_default(),
                    limits.marks_per_group_max
                ),
            ),
            Refusal::MembersPerMark => (
                Some(self.accounts),
                format!(
                    "mark {} would have more than {} holders in group `{id}`",
                    mark.map(|mark| mark.to_string()).unwrap_or_default(),
                    limits.members_per_mark_max
                ),
            ),
            Refusal::SixthAdmin => (
                Some(BodyPath::AdminAccounts),
                format!(
                    "group `{id}` would have {} administrators; it has at most {}",
                    count.unwrap_or_default(),
                    limits.group_admins_max
                ),
            ),
            Refusal::AllFailed => {
                let first = omitted.map(|omitted| {
                    let (account, mark, because) = (Excerpt(omitted.account.as_str()), omitted.mark, omitted.because);
                    format!(", the first being `{account}` with mark {mark} ({because})")
                });
                let first = first.unwrap_or_default();
                let list = self.accounts;
                (Some(list), format!("no account of `{list}` could be served in group `{id}`{first}"))
            }
            // The steps before look at no group.
            _ => {
                debug_assert!(false, "{refusal:?} is not a refusal of a group");
                (None, refusal.description().to_owned())
            }
        }
    }
}
