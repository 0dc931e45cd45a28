//! Messages to accounts. The last are kept, so that a test can look at them (`GET /_avmarks/messages`); nothing is sent to anybody.
//!
//! Ours: an account need not have been imported to be written to, unless the emulator is strict (90012). The webhooks of a message to an
//! account are those of `sendmsg`, which alone their pages name; `UnreadMsgNum` is 0 in them, and `OnlineOnlyFlag` too, which
//! `sendmsg` has not.

use serde_json::json;

use super::accounts::{ABSENT_ACCOUNTS, with_absent};
use super::answer::{Object, Reply};
use super::body::CallBody;
use super::call::{Answered, Call, WebhookResult};
use super::field::Field;
use super::messages::{
    BODY, CUSTOM_DATA, FORBID, FORBID_AFTER, FORBID_BEFORE, FROM, RANDOM_MAX, body, contents, forbids, message,
};
use super::refused::Refused;
use super::view::exists;
use crate::state::{Message, State};
use crate::webhooks::{CallWebhook, WebhookEvent};

/// The accounts of a message, what identifies it, and what it consists of.
pub(super) const SENDER: Field = FROM.required().invalid(90_008);
pub(super) const TO: Field = Field::account("To_Account").required().invalid(90_003);
pub(super) const KEY: Field = Field::name("MsgKey", 255).required();
pub(super) const CONTENT: Field = BODY.invalid(90_002);
const RANDOM: Field = Field::number("MsgRandom", 0, RANDOM_MAX).required().invalid(90_005);
const SYNC: Field = Field::number("SyncOtherMachine", 1, 2).invalid(90_031);
/// Seconds that a message may be kept for who is offline. Source: 1047/34919, request fields.
const LIFE_TIME: Field = Field::number("MsgLifeTime", 0, 604_800).invalid(90_026);
const TIME_STAMP: Field = Field::number("MsgTimeStamp", 0, RANDOM_MAX).invalid(90_006);

/// A call about messages between accounts.
pub(super) const fn call(
    path: &'static str,
    source: &'static str,
    says: &'static str,
    fields: &'static [Field],
) -> Call {
    Call::new(path, source, says, fields).codes(90_010, 90_010)
}

pub(super) const CALLS: &[Call] = &[
    call(
        "openim/sendmsg",
        "1047/34919",
        "Sends a message to an account.",
        &[SYNC, FROM.invalid(90_008), TO, LIFE_TIME, RANDOM, TIME_STAMP, CONTENT, CUSTOM_DATA, FORBID],
    )
    .answers(&[Field::count("MsgTime"), Field::any_text("MsgKey"), Field::any_text("MsgId")])
    .before(WebhookEvent::BeforeDirectMessage, before_send)
    .runs(send),
    call(
        "openim/batchsendmsg",
        "1047/34920",
        "Sends a message to up to 500 accounts; those that are not there are listed.",
        &[
            SYNC,
            FROM.invalid(90_008),
            Field::accounts("To_Account", 500).required().invalid(90_003).over(90_011),
            LIFE_TIME,
            RANDOM,
            CONTENT,
        ],
    )
    .answers(&[Field::any_text("MsgKey"), ABSENT_ACCOUNTS])
    .runs(send_to_many),
    call(
        "openim/admin_getroammsg",
        "269/42794, with `From_Account` and `To_Account` as older copies call `Operator_Account` and `Peer_Account`; \
         that the newest message comes first is ours",
        "Reads the messages between two accounts that were sent within a time, out of the last that are kept.",
        &[
            Field::account("Operator_Account"),
            Field::account("Peer_Account"),
            Field::account("From_Account"),
            Field::account("To_Account"),
            Field::number("MaxCnt", 1, i64::MAX).required(),
            Field::count("MinTime").required(),
            Field::count("MaxTime").required(),
            Field::text("LastMsgKey", 255),
        ],
    )
    .answers(&[
        Field::number("Complete", 0, 1).required(),
        Field::count("MsgCnt").required(),
        Field::count("LastMsgTime").required(),
        Field::any_text("LastMsgKey").required(),
        Field::any_objects("MsgList", &[Field::any_text("MsgKey").required()]).required(),
    ])
    .looks(between),
];

/// What identifies a message. Source: 1047/34919, sample response.
fn key(message: &Message) -> String {
    format!("{}_{}_{}", message.seq, message.random, message.time)
}

fn kept(state: &mut State, message: Message) -> Message {
    let seq = state.calls.messages.push(message.clone());
    Message { seq, ..message }
}

/// A message that may be sent to an account, with the next number.
fn sendable(state: &State, given: &CallBody<'_>) -> Result<Message, Refused> {
    if let Some(account) = given.account("To_Account").filter(|account| given.terms.strict && !exists(state, account)) {
        return Err(Refused::new(90_012, format!("`To_Account` is `{account}`, and there is no such account")));
    }
    let mut message = message(given, "sendmsg", "MsgRandom", body(given, 93_000)?);
    message.to = given.text("To_Account").map(str::to_owned).into_iter().collect();
    Ok(Message { seq: state.calls.messages.count + 1, ..message })
}

/// The webhooks of a message to an account begin alike. Source: 1047/34364 and 34365, sample requests.
fn of_message(given: &CallBody<'_>, event: WebhookEvent, message: &Message) -> CallWebhook {
    CallWebhook::new(event, given.now)
        .with("From_Account", message.from.as_str())
        .with("To_Account", given.text("To_Account").unwrap_or_default())
        .with("MsgSeq", message.seq)
        .with("MsgRandom", message.random)
        .with("MsgTime", message.time)
        .with("MsgKey", key(message))
}

fn before_send(state: &State, given: &CallBody<'_>) -> WebhookResult {
    let message = sendable(state, given)?;
    let webhook = || contents(of_message(given, WebhookEvent::BeforeDirectMessage, &message), given, &message);
    Ok((!forbids(given, FORBID_BEFORE)).then(webhook))
}

fn send(state: &mut State, given: &CallBody<'_>) -> Answered {
    let message = sendable(state, given)?;
    let id = format!("{}-{}-{}", message.seq, message.time, message.random);
    let reply = Reply::ok().with("MsgTime", message.time).with("MsgKey", key(&message)).with("MsgId", id);
    if given.terms.discards {
        return Ok(reply);
    }
    state.calls.messages.push(message.clone());
    let webhook = || {
        // How many messages an account has not read is not kept.
        let webhook = of_message(given, WebhookEvent::AfterDirectMessage, &message)
            .with("SendMsgResult", 0)
            .with("ErrorInfo", "send msg succeed")
            .with("UnreadMsgNum", 0);
        contents(webhook, given, &message)
    };
    Ok(reply.telling((!forbids(given, FORBID_AFTER)).then(webhook)))
}

fn send_to_many(state: &mut State, given: &CallBody<'_>) -> Answered {
    let accounts = given.accounts("To_Account");
    let absent: Vec<_> = match given.terms.strict {
        true => accounts.iter().filter(|account| !exists(state, account)).copied().collect(),
        false => Vec::new(),
    };
    let mut message = message(given, "batchsendmsg", "MsgRandom", body(given, 93_000)?);
    message.to = accounts.iter().filter(|account| !absent.contains(account)).map(ToString::to_string).collect();
    let reply = Reply::ok().with("MsgKey", key(&kept(state, message)));
    Ok(with_absent(reply, &absent))
}

/// The messages between two accounts, the newest first: `LastMsgKey` and the time of the last are what the next page is asked with.
fn between(state: &State, given: &CallBody<'_>) -> Answered {
    let one_of = |newer: &'static str, older: &'static str| {
        let text = given.text(newer).or_else(|| given.text(older));
        text.ok_or_else(|| Refused::new(90_003, format!("neither `{newer}` nor `{older}` names an account")))
    };
    let operator = one_of("Operator_Account", "From_Account")?;
    let peer = one_of("Peer_Account", "To_Account")?;
    let bound = |name| given.number(name).unwrap_or_default();
    let within = bound("MinTime")..=bound("MaxTime");
    let is_asked = |message: &&Message| {
        let went = |from: &str, to: &str| message.from == from && message.to.iter().any(|account| account == to);
        within.contains(&message.time) && (went(operator, peer) || went(peer, operator))
    };
    let mut found = state.calls.messages.last.iter().rev().filter(is_asked).peekable();
    // Behind the last message of the page before.
    if let Some(last) = given.text("LastMsgKey").filter(|last| !last.is_empty()) {
        let is_before = |message: &&Message| key(message) != last;
        if found.by_ref().find(|message| !is_before(message)).is_none() {
            return Err(Refused::new(90_010, "`LastMsgKey` names no message that is kept"));
        }
    }
    let most = given.number("MaxCnt").unwrap_or_default();
    let mut page = Vec::new();
    while let Some(message) = found.next_if(|_| page.len() < most) {
        page.push(message);
    }
    let is_complete = u8::from(found.peek().is_none());
    let (time, last) = page.last().map_or((0, String::new()), |message| (message.time, key(message)));
    let rows: Vec<_> = page.into_iter().map(|message| roaming(message, operator, peer)).collect();
    Ok(Reply::ok()
        .with("Complete", is_complete)
        .with("MsgCnt", rows.len())
        .with("LastMsgTime", time)
        .with("LastMsgKey", last)
        .with("MsgList", rows))
}

/// A message between two accounts as it is read. Source: 269/42794, sample response.
fn roaming(message: &Message, operator: &str, peer: &str) -> Object {
    let to = if message.from == operator { peer } else { operator };
    Object(vec![
        ("From_Account", json!(message.from)),
        ("To_Account", json!(to)),
        ("MsgSeq", json!(message.seq)),
        ("MsgRandom", json!(message.random)),
        ("MsgTimeStamp", json!(message.time)),
        ("MsgFlagBits", json!(0)),
        ("MsgKey", json!(key(message))),
        ("MsgBody", message.body.clone()),
        ("CloudCustomData", json!(message.custom.as_deref().unwrap_or_default())),
    ])
}
