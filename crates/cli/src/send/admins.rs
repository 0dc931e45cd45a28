//! `avmarks send admins`: the administrators of a group.

use std::borrow::Cow;
use std::collections::BTreeSet;
use std::fmt;

use avmarks_client::{CallRequest, PlanKind};
use avmarks_protocol::get_admin_list::Admin;
use avmarks_transport_ureq::CallError;
use serde::Serialize;

use super::accounts::{Inputs, Lines, one_reads_stdin};
use super::ask::{asked, unanswered};
use super::fields::line_of;
use crate::args::{AccountCallArgs, SendSettingArgs};
use crate::error::{Error, count_of};
use crate::output::{Foreign, Format, HEAD, Verdict};

/// Sets or deletes all of them by one call, which is served whole or refused.
pub(super) fn change(args: &AccountCallArgs, kind: PlanKind, format: Format) -> Result<Verdict, Error> {
    let settings = asked(&args.settings)?;
    one_reads_stdin(&args.accounts, &settings)?;
    let (group, planned) = (settings.group()?, settings.plan());
    let inputs = Inputs::read(&args.accounts, Lines::Account)?;
    let request = match kind.sets() {
        true => CallRequest::set_admins(group.as_str(), inputs.accounts(), &planned),
        false => CallRequest::delete_admins(group.as_str(), inputs.accounts(), &planned),
    };
    let mut named = BTreeSet::new();
    let accounts = inputs.accounts().filter(|account| named.insert(account.clone())).map(Cow::into_owned).collect();
    let request = inputs.checked(request)?;
    settings.client()?.call(request).map_err(|error| unanswered(CallError::Unanswered(error)))?;
    let change = if kind.sets() { "add" } else { "delete" };
    format.print_of_send(&Changed { change, group: group.as_str(), accounts })?;
    Ok(Verdict::Accepted)
}

pub(super) fn list(args: &SendSettingArgs, format: Format) -> Result<Verdict, Error> {
    let settings = asked(args)?;
    let (client, group) = (settings.client()?, settings.group()?);
    let admins = client.admins(group).map_err(unanswered)?;
    format.print_of_send(&List { group: group.as_str(), admins })?;
    Ok(Verdict::Accepted)
}

/// The change that was made.
#[derive(Serialize)]
struct Changed<'a> {
    change: &'static str,
    group: &'a str,
    /// Each once.
    accounts: Vec<String>,
}

impl fmt::Display for Changed<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let done = if self.change == "add" { "added to" } else { "deleted from" };
        let (accounts, group) = (count_of(self.accounts.len(), "account", "accounts"), Foreign(self.group));
        writeln!(f, "{accounts} {done} the administrators of {HEAD}{group}{HEAD:#}")
    }
}

/// The administrators; as text, one account a line, as `--file` reads it.
#[derive(Serialize)]
struct List<'a> {
    group: &'a str,
    /// As the service gave them.
    admins: Vec<Admin>,
}

impl fmt::Display for List<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.admins.iter().try_for_each(|admin| writeln!(f, "{}", Foreign(&line_of(&admin.account))))
    }
}
