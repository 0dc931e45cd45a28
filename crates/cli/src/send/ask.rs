//! `avmarks send list`, `count` and `check`.

use std::fmt;

use avmarks_client::{AttemptResult, CheckedMember, MemberCheck};
use avmarks_protocol::get_members::Listed;
use avmarks_rules::Policy;
use avmarks_spec::OneLine;
use avmarks_transport_ureq::CallError;
use serde::{Serialize, Serializer};

use super::accounts::{Inputs, Lines, one_reads_stdin};
use super::fields::line_of;
use super::report::Hint;
use super::settings::CALL;
use crate::args::{AccountCallArgs, ListArgs, SendSettingArgs};
use crate::error::Error;
use crate::output::{Foreign, Format, Verdict};
use crate::settings::Settings;

/// Prints all pages, or nothing: half a list looks like a whole one.
pub(super) fn list(args: &ListArgs, format: Format) -> Result<Verdict, Error> {
    let settings = asked(&args.settings)?;
    let (client, group) = (settings.client()?, settings.group()?);
    let mut members = Vec::new();
    let pages = match args.mark {
        Some(mark) => client.online_members_with_mark(group, mark),
        None => client.online_members(group),
    };
    for page in pages {
        members.extend(page.map_err(unanswered)?);
    }
    format.print_of_send(&List { group: group.as_str(), mark: args.mark.map(|mark| mark.number()), members })?;
    Ok(Verdict::Accepted)
}

pub(super) fn count(args: &SendSettingArgs, format: Format) -> Result<Verdict, Error> {
    let settings = asked(args)?;
    let (client, group) = (settings.client()?, settings.group()?);
    let online = client.online_count(group).map_err(unanswered)?;
    format.print_of_send(&Count { group: group.as_str(), online })?;
    Ok(Verdict::Accepted)
}

/// Prints who is online of all accounts, or nothing.
pub(super) fn check(args: &AccountCallArgs, format: Format) -> Result<Verdict, Error> {
    let settings = asked(&args.settings)?;
    one_reads_stdin(&args.accounts, &settings)?;
    let group = settings.group()?;
    let inputs = Inputs::read(&args.accounts, Lines::Account)?;
    let check = MemberCheck::new(group.as_str(), inputs.accounts(), &settings.plan());
    let check = inputs.checked(check)?;
    let members = settings.client()?.check(check).map_err(unanswered)?;
    let online = members.iter().filter(|member| member.is_online).count();
    let total = members.len();
    format.print_of_send(&Checked { group: group.as_str(), counts: Counts { online, total }, members })?;
    Ok(match online {
        0 => Verdict::Refused,
        all if all == total => Verdict::Accepted,
        _ => Verdict::Partly,
    })
}

/// The settings, with all that a call needs.
pub(super) fn asked(args: &SendSettingArgs) -> Result<Settings, Error> {
    let settings = Settings::find(args, Policy::default());
    settings.check(&CALL)?;
    Ok(settings)
}

/// That a call has no result, with advice for the code with which it was refused.
pub(super) fn unanswered(error: CallError) -> Error {
    let code = match &error {
        CallError::Unanswered(unanswered) => match unanswered.result() {
            Some(AttemptResult::Refused { code, .. }) => Some(*code),
            _ => None,
        },
        _ => None,
    };
    let hint = code.map(|code| Hint::of_question(code).to_string());
    Error::Unanswered { what: OneLine(&error.to_string()).to_string(), hint }
}

/// Who is online; as text, one account a line, as `--file` reads it.
#[derive(Serialize)]
struct List<'a> {
    group: &'a str,
    mark: Option<u32>,
    members: Vec<Listed>,
}

impl fmt::Display for List<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.members.iter().try_for_each(|member| writeln!(f, "{}", Foreign(&line_of(&member.account))))
    }
}

/// How many are online.
#[derive(Serialize)]
struct Count<'a> {
    group: &'a str,
    online: u64,
}

impl fmt::Display for Count<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        writeln!(f, "{}", self.online)
    }
}

/// Who is online of the accounts asked about; as text, one account a line, as `--file` reads it.
#[derive(Serialize)]
struct Checked<'a> {
    group: &'a str,
    counts: Counts,
    #[serde(rename = "accounts", serialize_with = "each")]
    members: Vec<CheckedMember>,
}

#[derive(Serialize)]
struct Counts {
    online: usize,
    total: usize,
}

#[derive(Serialize)]
struct Member<'a> {
    account: &'a str,
    online: bool,
}

fn each<S: Serializer>(members: &[CheckedMember], serializer: S) -> Result<S::Ok, S::Error> {
    let each = members.iter().map(|member| Member { account: member.account.as_str(), online: member.is_online });
    serializer.collect_seq(each)
}

impl fmt::Display for Checked<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let mut online = self.members.iter().filter(|member| member.is_online);
        online.try_for_each(|member| writeln!(f, "{}", Foreign(&line_of(member.account.as_str()))))
    }
}
