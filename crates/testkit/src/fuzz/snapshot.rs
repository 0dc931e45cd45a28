//! Snapshots, tampered with.

use std::borrow::Cow;
use std::ops::Range;

use arbitrary::{Result, Unstructured};
use avmarks_generators::arbitrary_value;
use avmarks_generators::operations::{Run, small_limits};
use avmarks_protocol::{Endpoint, add_robots, get_members, get_online_member_num, modify_admin, modify_user_info};
use avmarks_rules::Presence;
use avmarks_service::{App, Request};
use avmarks_spec::{GroupId, Timestamp, UserId};

use crate::service_with;

/// What is restored, from whatever bytes, is written so that it is restored alike. Both go on alike, and at any time on the
/// way the state is one that can be restored. Below 8, the first byte says that what follows are edits of a good snapshot,
/// and the operations that it is of.
pub fn snapshot(bytes: &[u8]) {
    let restored_app = match bytes.split_first() {
        // Where the bytes end, `Unstructured` gives zeros, and no errors.
        Some((0..8, rest)) => App::restore(tampered(&mut Unstructured::new(rest)).unwrap_or_default().as_bytes()),
        _ => App::restore(bytes),
    };
    let Ok(mut app) = restored_app else { return };
    let mut again = restored(&app);
    let groups: Vec<_> = app.groups().take(3).collect();
    for group in groups {
        for step in 0..STEPS {
            let (ours, theirs) = (go_on(&mut app, group, step), go_on(&mut again, group, step));
            assert_eq!(ours, theirs, "step {step} in `{group}`");
        }
        restored(&app);
    }
    for end in [app.next_deadline().unwrap_or_default(), Timestamp::from_millis(u64::MAX)] {
        assert_eq!(app.tick(end), again.tick(end));
        restored(&app);
    }
    // A pin that was set near the end of time may end after it.
    assert!(app.next_deadline().is_none_or(|end| end > Timestamp::LATEST));
    assert_eq!(app.snapshot(), again.snapshot());
}

/// A snapshot after some operations, with up to five edits. Without edits, it must be possible to restore it.
fn tampered(source: &mut Unstructured<'_>) -> Result<String> {
    let count = source.arbitrary::<u8>()? % 6;
    let edits = (0..count).map(|_| source.arbitrary()).collect::<Result<Vec<_>>>()?;
    // Where the service is restored makes no difference here, and is passed over.
    source.arbitrary::<u8>()?;
    let run: Run = arbitrary_value(source);
    let (mut service, mut at) = (service_with(small_limits()), 0);
    for step in run.steps {
        let (now, line) = step.line(at);
        at = now;
        let answer = service.answer(&line);
        assert!(answer.is_ok(), "no valid line: {line}");
    }
    restored(service.app());
    let json = String::from_utf8(service.app().snapshot()).unwrap_or_default();
    Ok(edits.into_iter().fold(json, edited))
}

/// One number, truth value or object of a snapshot changed; which, and how.
fn edited(mut json: String, (which, how): (u16, u8)) -> String {
    let numbers = runs(&json, |c| c.is_ascii_digit());
    let chosen = |runs: &[Range<usize>], at: u16| runs.get(usize::from(at) % runs.len().max(1)).cloned();
    let text = |run: Range<usize>| json.get(run).unwrap_or_default();
    let Some(number) = chosen(&numbers, which) else { return json };
    let value: u64 = text(number.clone()).parse().unwrap_or_default();
    let (place, new) = match how % 8 {
        0 => (number, "0".to_owned()),
        1 => (number, value.saturating_add(1).to_string()),
        2 => (number, value.saturating_sub(1).to_string()),
        3 => (number, u64::MAX.to_string()),
        4 | 5 => (number, chosen(&numbers, u16::from(how / 8)).map(text).unwrap_or_default().to_owned()),
        6 => {
            let words = runs(&json, |c| c.is_ascii_lowercase());
            let truths: Vec<_> =
                words.into_iter().filter(|word| matches!(text(word.clone()), "true" | "false")).collect();
            let Some(truth) = chosen(&truths, which) else { return json };
            let other = if text(truth.clone()) == "true" { "false" } else { "true" };
            (truth, other.to_owned())
        }
        _ => {
            // An object without others in it, twice or not at all.
            let insides = runs(&json, |c| !matches!(c, '{' | '}'));
            let Some(inside) = chosen(&insides, which) else { return json };
            let object = inside.start.saturating_sub(1)..inside.end.saturating_add(1);
            let twice = format!("{0},{0}", text(object.clone()));
            (object, if how < 128 { twice } else { String::new() })
        }
    };
    if json.get(place.clone()).is_some() {
        json.replace_range(place, &new);
    }
    json
}

/// The positions of the longest runs of such characters.
fn runs(text: &str, wanted: impl Fn(char) -> bool) -> Vec<Range<usize>> {
    let mut runs: Vec<Range<usize>> = Vec::new();
    for (at, found) in text.char_indices().filter(|(_, found)| wanted(*found)) {
        let end = at + found.len_utf8();
        match runs.last_mut() {
            Some(last) if last.end == at => last.end = end,
            _ => runs.push(at..end),
        }
    }
    runs
}

/// The app, restored from its own snapshot.
fn restored(app: &App) -> App {
    let json = app.snapshot();
    let again = App::restore(&json);
    let text = String::from_utf8_lossy(&json);
    assert!(again.is_ok(), "own snapshot not read: {:?}\n{text}", again.err());
    let again = again.unwrap_or_else(|_| App::new(app.settings().clone()));
    assert_eq!(String::from_utf8_lossy(&again.snapshot()), text, "a snapshot of what was restored differs");
    again
}

const STEPS: u8 = 15;

/// What happens to a group next, as text.
fn go_on(app: &mut App, group: GroupId, step: u8) -> String {
    let now = app.now();
    let later = Timestamp::from_millis(now.as_millis().saturating_add(40_000));
    let member = app.room(&group).and_then(|room| room.members(now).first().map(|member| member.account));
    let newcomer = UserId::parse("newcomer");
    let who = member.or(newcomer.ok());
    let accounts: Vec<_> = who.into_iter().collect();
    let newcomers: Vec<_> = newcomer.into_iter().collect();
    match step {
        0 => call(app, Endpoint::GetMembers, get_members_body(group), now),
        1 => call(app, Endpoint::GetOnlineMemberNum, group_body(group), now),
        2 => call(app, Endpoint::AddRobots, accounts_body(group, &newcomers), now),
        3 => format!("{:?}", app.apply_presence(group, Presence::Join, &newcomers, now)),
        4 => call(app, Endpoint::ModifyUserInfo, marks_body(group, 1, &accounts, &[1_000, 500, 2_000_000]), now),
        5 => call(app, Endpoint::ModifyUserInfo, marks_body(group, 1, &newcomers, &[500, 600, 1_000]), now),
        6 => call(app, Endpoint::ModifyAdmin, admins_body(group, 1, &accounts), now),
        7 => call(app, Endpoint::CheckMembers, accounts_body(group, &accounts), now),
        8 => format!("{:?}", app.apply_presence(group, Presence::Disconnect, &accounts, later)),
        9 => call(app, Endpoint::ModifyUserInfo, marks_body(group, 2, &newcomers, &[600, 1_000]), later),
        10 => call(app, Endpoint::DelRobots, accounts_body(group, &accounts), later),
        11 => call(app, Endpoint::GetMembers, get_members_body(group), later),
        12 => call(app, Endpoint::CheckMembers, accounts_body(group, &accounts), later),
        13 => format!("{:?}", app.apply_presence(group, Presence::Leave, &accounts, later)),
        _ => call(app, Endpoint::GetAdminList, group_body(group), later),
    }
}

fn call(app: &mut App, endpoint: Endpoint, body: Vec<u8>, at: Timestamp) -> String {
    let identifier = app.settings().admins.first().cloned().unwrap_or_default();
    let call = Request::trusted(&identifier, endpoint.path(), &body);
    let (dry, response) = (app.dry_run(&call, at), app.handle(&call, at));
    assert_eq!(dry.answer, response.answer, "a dry run foresaw something else");
    format!("{response:?}")
}

fn get_members_body(group: GroupId) -> Vec<u8> {
    get_members::Request { group_id: group.as_str().into(), timestamp: 0.into(), mark: None }.to_json()
}

fn group_body(group: GroupId) -> Vec<u8> {
    get_online_member_num::Request { group_id: group.as_str().into() }.to_json()
}

fn accounts_body(group: GroupId, accounts: &[UserId]) -> Vec<u8> {
    add_robots::Request { group_id: group.as_str().into(), accounts: names(accounts) }.to_json()
}

fn admins_body(group: GroupId, command: i64, accounts: &[UserId]) -> Vec<u8> {
    let command_type = command.into();
    modify_admin::Request { group_id: group.as_str().into(), command_type, accounts: names(accounts) }.to_json()
}

fn names(accounts: &[UserId]) -> Vec<Cow<'_, str>> {
    accounts.iter().map(|account| account.as_str().into()).collect()
}

fn marks_body(group: GroupId, command: i64, accounts: &[UserId], marks: &[i64]) -> Vec<u8> {
    let member = |account: &UserId| modify_user_info::Member {
        account: account.as_str().to_owned().into(),
        marks: marks.iter().map(|mark| (*mark).into()).collect(),
    };
    modify_user_info::Request {
        group_id: group.as_str().into(),
        command_type: command.into(),
        member_list: accounts.iter().map(member).collect(),
    }
    .to_json()
}
