//! Steps 7 to 12 of the calls that name accounts without marks: robots, `check_members` and administrators.

use std::borrow::Cow;
use std::ops::ControlFlow;

use avmarks_protocol::{BodyPath, Endpoint, add_robots, modify_admin};
use avmarks_rules::{Command, Entry};
use avmarks_spec::{Gap, Mark, UserId};

use super::{Body, Read, Reader};

impl Reader<'_> {
    /// 9 and 10 of a list of accounts.
    fn account_list(
        &mut self,
        list: BodyPath,
        item: fn(usize) -> BodyPath,
        accounts: &[Option<Cow<'_, str>>],
        gap: Gap,
    ) -> ControlFlow<(), Vec<UserId>> {
        self.length(list, "accounts", accounts.len(), Some(gap))?;
        let mut ids = Vec::with_capacity(accounts.len());
        for (at, account) in accounts.iter().enumerate() {
            if let Some(account) = account {
                ids.extend(self.account(item(at), account)?);
            }
        }
        ControlFlow::Continue(ids)
    }

    /// Robots are added and deleted by mark 500; `check_members` has the same body.
    pub(super) fn accounts_of(&mut self, endpoint: Endpoint, draft: &add_robots::Draft<'_>) -> ControlFlow<(), Read> {
        self.fields(&draft.errors)?;
        let gap = if endpoint == Endpoint::CheckMembers { Gap::CheckMax } else { Gap::RobotsMax };
        let accounts = match &draft.accounts {
            Some(accounts) => self.account_list(BodyPath::MemberAccounts, BodyPath::MemberAccount, accounts, gap)?,
            None => Vec::new(),
        };
        let group = self.group_id(draft.group_id.as_deref())?;
        let (special, body) = match endpoint {
            Endpoint::CheckMembers => (None, Body::Check { accounts }),
            _ => {
                let kind = if endpoint == Endpoint::DelRobots { Command::Delete } else { Command::Set };
                let pinned = |account| Entry { account, marks: [Mark::PINNED].into_iter().collect() };
                let entries = accounts.into_iter().map(pinned).collect();
                (Some(BodyPath::MemberAccounts), Body::Marks { kind, entries })
            }
        };
        ControlFlow::Continue(Read { group, special, body: Some(body) })
    }

    pub(super) fn admins(&mut self, draft: &modify_admin::Draft<'_>) -> ControlFlow<(), Read> {
        self.fields(&draft.errors)?;
        let kind = self.command_type(draft.command_type)?;
        let accounts = match &draft.accounts {
            Some(accounts) => {
                self.account_list(BodyPath::AdminAccounts, BodyPath::AdminAccount, accounts, Gap::AdminsMax)?
            }
            None => Vec::new(),
        };
        let group = self.group_id(draft.group_id.as_deref())?;
        ControlFlow::Continue(Read { group, special: None, body: kind.map(|kind| Body::Admins { kind, accounts }) })
    }
}
