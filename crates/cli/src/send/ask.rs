//! `avmarks send list` and `avmarks send count`.

use std::fmt;

use avmarks_protocol::get_members::Listed;
use avmarks_spec::OneLine;
use serde::Serialize;

use super::fields::line_of;
use crate::args::{CountArgs, ListArgs, SettingArgs};
use crate::error::Error;
use crate::output::{Foreign, Format, Verdict};
use crate::settings::Settings;

/// Prints all pages, or nothing: half a list looks like a whole one.
pub(super) fn list(args: &ListArgs, format: Format) -> Result<Verdict, Error> {
    let settings = asked(&args.settings)?;
    let (client, group) = (settings.client()?, settings.group()?);
    let mut members = Vec::new();
    for page in client.online_members(group, args.mark) {
        members.extend(page.map_err(unanswered)?);
    }
    format.print(&List { group: group.as_str(), mark: args.mark.map(|mark| mark.number()), members })?;
    Ok(Verdict::Accepted)
}

pub(super) fn count(args: &CountArgs, format: Format) -> Result<Verdict, Error> {
    let settings = asked(&args.settings)?;
    let (client, group) = (settings.client()?, settings.group()?);
    let online = client.online_count(&group).map_err(unanswered)?;
    format.print(&Count { group: group.as_str(), online })?;
    Ok(Verdict::Accepted)
}

/// The settings, with all that a question needs.
fn asked(args: &SettingArgs) -> Result<Settings, Error> {
    let settings = Settings::find(args);
    let [app, base] = Settings::TARGET;
    settings.check(&[Settings::GROUP, app, base, Settings::CREDENTIAL])?;
    Ok(settings)
}

fn unanswered(fault: impl fmt::Display) -> Error {
    Error::Unanswered(OneLine(&fault.to_string()).to_string())
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
