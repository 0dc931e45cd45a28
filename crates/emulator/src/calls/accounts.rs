//! Accounts: imported, looked up, deleted, logged out, and whether they are online.
//!
//! Ours: an account that takes part in a group has logged in and is therefore one, whether or not it was imported; it is online while it
//! has a connection in any group. `kick` takes these connections away.

use avmarks_rules::Presence;
use avmarks_spec::UserId;
use serde_json::{Value, json};

use super::answer::{Object, Reply};
use super::body::{CallBody, Part};
use super::call::{Answered, Call};
use super::field::Field;
use super::profiles::{IMAGE, NICK, VALUE_BYTES_MAX};
use super::refused::Refused;
use super::view::{exists, is_online};
use crate::state::{Changes, State};
use crate::webhooks::Initiator;

/// 70107: there is no such account.
const ABSENT: i64 = 70_107;

const NICK_FIELD: Field = Field::text("Nick", VALUE_BYTES_MAX).over(40_601);
const FACE_URL_FIELD: Field = Field::text("FaceUrl", VALUE_BYTES_MAX).over(40_601);
const USER_ID: &[Field] = &[Field::any_text("UserID").required()];
const RESULTS: &[Field] = &[Field::any_objects(
    "ResultItem",
    &[
        Field::any_text("UserID").required(),
        Field::count("ResultCode").required(),
        Field::any_text("ResultInfo").required(),
        Field::one_of("AccountStatus", &["Imported", "NotImported"]),
    ],
)];
const TO_ACCOUNT: &[Field] =
    &[Field::accounts("To_Account", 500).required().invalid(90_003).over(90_011), Field::number("IsNeedDetail", 0, 1)];
const ONLINE: &[Field] =
    &[Field::any_objects("QueryResult", &[Field::account("To_Account").required()]), ABSENT_ACCOUNTS];
/// The accounts that are not there.
pub(super) const ABSENT_ACCOUNTS: Field = Field::any_objects(
    "ErrorList",
    &[Field::account("To_Account").required(), Field::number("ErrorCode", 1, i64::MAX).required()],
);

const fn call(path: &'static str, source: &'static str, says: &'static str, fields: &'static [Field]) -> Call {
    Call::new(path, source, says, fields).codes(70_402, 70_402)
}

pub(super) const CALLS: &[Call] = &[
    call(
        "im_open_login_svc/account_import",
        "1047/34953, with `Identifier` as older copies call `UserID`",
        "Imports an account; one that is there keeps its profile where nothing new is said.",
        &[Field::account("UserID"), Field::account("Identifier"), NICK_FIELD, FACE_URL_FIELD],
    )
    .runs(import),
    call(
        "im_open_login_svc/multiaccount_import",
        "1047/34954",
        "Imports up to 100 accounts, named by `AccountList` or, in the older form, by `Accounts`.",
        &[
            Field::texts("Accounts", 100),
            Field::objects("AccountList", 100, &[Field::any_text("UserID").required(), NICK_FIELD, FACE_URL_FIELD]),
        ],
    )
    .answers(&[Field::any_texts("FailAccounts")])
    .runs(import_many),
    call(
        "im_open_login_svc/account_check",
        "1047/34956",
        "Tells of each of up to 100 accounts whether it is there.",
        &[Field::objects("CheckItem", 100, USER_ID).required()],
    )
    .answers(RESULTS)
    .looks(check),
    call(
        "im_open_login_svc/account_delete",
        "1047/34955",
        "Deletes up to 100 accounts, which leave their groups.",
        &[Field::objects("DeleteItem", 100, USER_ID).required()],
    )
    .answers(RESULTS)
    .runs(delete),
    call(
        "im_open_login_svc/kick",
        "1047/34957, with `Identifier` as older copies call `UserID`",
        "Logs an account out, so that it is offline in its groups.",
        &[Field::account("UserID"), Field::account("Identifier")],
    )
    .runs(kick),
    Call::new(
        "openim/query_online_status",
        "1047/35477",
        "Tells of up to 500 accounts whether they are online.",
        TO_ACCOUNT,
    )
    .codes(90_001, 90_011)
    .answers(ONLINE)
    .looks(online),
    Call::new("openim/querystate", "1047/35477, under its older name", "As `query_online_status`.", TO_ACCOUNT)
        .codes(90_001, 90_011)
        .answers(ONLINE)
        .looks(online),
];

fn put(state: &mut State, account: UserId, part: Part<'_>) {
    let kept = state.calls.accounts.entry(account).or_default();
    for (field, tag) in [("Nick", NICK), ("FaceUrl", IMAGE)] {
        let Some(text) = part.text(field) else { continue };
        let profile = &mut kept.0.get_or_insert_default().0;
        match profile.get_mut(tag) {
            // Suites import the same accounts again and again.
            Some(Value::String(same)) if same == text => {}
            Some(other) => *other = json!(text),
            None => {
                profile.insert(tag.to_owned(), json!(text));
            }
        }
    }
}

/// The account of a call about one.
fn account(given: &CallBody<'_>) -> Result<UserId, Refused> {
    let account = given.account("UserID").or_else(|| given.account("Identifier"));
    account.ok_or_else(|| Refused::new(70_402, "`UserID` is missing"))
}

fn import(state: &mut State, given: &CallBody<'_>) -> Answered {
    put(state, account(given)?, given.part());
    Ok(Reply::ok())
}

fn import_many(state: &mut State, given: &CallBody<'_>) -> Answered {
    let (texts, parts) = (given.texts("Accounts").unwrap_or_default(), given.parts("AccountList"));
    if texts.is_empty() && parts.is_empty() {
        return Err(Refused::new(70_402, "neither `AccountList` nor `Accounts` names an account"));
    }
    let mut failed = Vec::new();
    for text in texts {
        match UserId::parse_as(text, given.reading) {
            Ok(account) => {
                state.calls.accounts.entry(account).or_default();
            }
            Err(_) => failed.push(text),
        }
    }
    for part in parts {
        match part.account("UserID") {
            Some(account) => put(state, account, part),
            None => failed.extend(part.text("UserID")),
        }
    }
    Ok(Reply::ok().with("FailAccounts", failed))
}

fn check(state: &State, given: &CallBody<'_>) -> Answered {
    let rows = given.parts("CheckItem").into_iter().map(|part| {
        let is_there = part.account("UserID").is_some_and(|account| exists(state, &account));
        let status = if is_there { "Imported" } else { "NotImported" };
        result(part, 0, "", Some(status))
    });
    Ok(Reply::ok().with("ResultItem", rows.collect::<Vec<_>>()))
}

fn result(part: Part<'_>, code: i64, info: &str, status: Option<&str>) -> Object {
    let id = part.text("UserID").unwrap_or_default();
    let mut row = vec![("UserID", json!(id)), ("ResultCode", json!(code)), ("ResultInfo", json!(info))];
    row.extend(status.map(|status| ("AccountStatus", json!(status))));
    Object(row)
}

fn delete(state: &mut State, given: &CallBody<'_>) -> Answered {
    let mut rows = Vec::new();
    let mut changes = Changes { at: given.now, ..Changes::default() };
    for part in given.parts("DeleteItem") {
        match part.account("UserID").filter(|account| exists(state, account)) {
            Some(account) => {
                state.calls.accounts.remove(&account);
                changes.events.extend(everywhere(state, account, Presence::Leave, given).events);
                rows.push(result(part, 0, "", None));
            }
            None => rows.push(result(part, ABSENT, "there is no such account", None)),
        }
    }
    Ok(Reply::ok().with("ResultItem", rows).and(changes, Initiator::Admin))
}

fn kick(state: &mut State, given: &CallBody<'_>) -> Answered {
    let account = account(given)?;
    if !exists(state, &account) {
        return Err(Refused::new(ABSENT, format!("there is no account `{account}`")));
    }
    Ok(Reply::ok().and(everywhere(state, account, Presence::Disconnect, given), Initiator::Member))
}

/// Lets this happen to an account in each of its groups.
fn everywhere(state: &mut State, account: UserId, presence: Presence, given: &CallBody<'_>) -> Changes {
    let mut changes = Changes { at: given.now, ..Changes::default() };
    let groups: Vec<_> = state.groups_of(&account).map(|(id, _)| id).collect();
    for id in groups {
        changes.events.extend(state.apply_presence(id, presence, &[account], given.now).events);
    }
    changes
}

/// The pages call the field `State` in one place and `Status` in another; both are there.
fn online(state: &State, given: &CallBody<'_>) -> Answered {
    let (mut rows, mut absent) = (Vec::new(), Vec::new());
    for account in given.accounts("To_Account") {
        if !exists(state, &account) {
            absent.push(account);
            continue;
        }
        let is_online = is_online(state, &account);
        let status = json!(if is_online { "Online" } else { "Offline" });
        let mut row: Vec<(&str, Value)> =
            vec![("To_Account", json!(account.as_str())), ("State", status.clone()), ("Status", status)];
        if is_online && given.number("IsNeedDetail") == Some(1) {
            row.push(("Detail", json!([{ "Platform": "Web", "Status": "Online" }])));
        }
        rows.push(Object(row));
    }
    Ok(with_absent(Reply::ok().with("QueryResult", rows), &absent))
}

/// With the accounts that are not there, if there are any.
pub(super) fn with_absent(reply: Reply, absent: &[UserId]) -> Reply {
    if absent.is_empty() {
        return reply;
    }
    let row = |account: &UserId| Object(vec![("To_Account", json!(account.as_str())), ("ErrorCode", json!(ABSENT))]);
    reply.with("ErrorList", absent.iter().map(row).collect::<Vec<_>>())
}
