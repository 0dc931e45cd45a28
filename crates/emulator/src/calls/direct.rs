//! Messages to accounts. The last are kept, so that a test can look at them (`GET /_avmarks/messages`); nothing is sent to anybody.
//!
//! Ours: an account need not have been imported to be written to, unless the emulator is strict (90012). The webhooks of a message to an
//! account are those of `sendmsg`, which alone their pages name; `UnreadMsgNum` is 0 in them, and `OnlineOnlyFlag` too, which
//! `sendmsg` has not.

use serde_json::json;

use super::answer::{Object, Reply};
use super::body::Given;
use super::call::{Answered, Asked, Call};
use super::field::Field;
use super::messages::{
    BODY, CUSTOM_DATA, FORBID, FORBID_AFTER, FORBID_BEFORE, FROM, RANDOM_MAX, body, contents, forbids, message,
};
use super::refused::Refused;
use super::view::{Memberships, exists};
use crate::state::{Message, State};
use crate::webhooks::{CallWebhook, WebhookEvent};

const RANDOM: Field = Field::number("MsgRandom", 0, RANDOM_MAX).required().invalid(90_005);
const SYNC: Field = Field::number("SyncOtherMachine", 1, 2).invalid(90_031);
/// Seconds that a message may be kept for who is offline. Source: 1047/34919, request fields.
const LIFE_TIME: Field = Field::number("MsgLifeTime", 0, 604_800).invalid(90_026);
const TIME_STAMP: Field = Field::number("MsgTimeStamp", 0, RANDOM_MAX).invalid(90_006);

pub(super) const CALLS: &[Call] = &[
    Call::new(
        "openim/sendmsg",
        "1047/34919",
        "Sends a message to an account.",
        &[
            SYNC,
            FROM.invalid(90_008),
            Field::account("To_Account").required().invalid(90_003),
            LIFE_TIME,
            RANDOM,
            TIME_STAMP,
            BODY.invalid(90_002),
            CUSTOM_DATA,
            FORBID,
        ],
    )
    .codes(90_010, 90_010)
    .answers(&[
        Field::number("MsgTime", 0, i64::MAX),
        Field::text("MsgKey", usize::MAX),
        Field::text("MsgId", usize::MAX),
    ])
    .asks(WebhookEvent::BeforeDirectMessage, before_send)
    .runs(send),
    Call::new(
        "openim/batchsendmsg",
        "1047/34920",
        "Sends a message to up to 500 accounts; those that are not there are listed.",
        &[
            SYNC,
            FROM.invalid(90_008),
            Field::accounts("To_Account", 500).required().invalid(90_003).over(90_011),
            LIFE_TIME,
            RANDOM,
            BODY.invalid(90_002),
        ],
    )
    .codes(90_010, 90_010)
    .answers(&[
        Field::text("MsgKey", usize::MAX),
        Field::objects(
            "ErrorList",
            usize::MAX,
            &[Field::account("To_Account").required(), Field::number("ErrorCode", 1, i64::MAX).required()],
        ),
    ])
    .runs(send_to_many),
];

/// What tells a message from others. Source: 1047/34919, sample response.
fn key(message: &Message) -> String {
    format!("{}_{}_{}", message.seq, message.random, message.time)
}

fn kept(state: &mut State, message: Message) -> Message {
    let seq = state.calls.messages.push(message.clone());
    Message { seq, ..message }
}

/// A message that may be sent to an account, with the next number.
fn sendable(state: &State, given: &Given<'_>) -> Result<Message, Refused> {
    if let Some(account) = given.account("To_Account").filter(|account| given.terms.strict && !exists(state, account)) {
        return Err(Refused::new(90_012, format!("`To_Account` is `{account}`, and there is no such account")));
    }
    let mut message = message(given, "sendmsg", "MsgRandom", body(given, 93_000)?);
    message.to = given.text("To_Account").map(str::to_owned).into_iter().collect();
    Ok(Message { seq: state.calls.messages.count + 1, ..message })
}

/// The webhooks of a message to an account begin alike. Source: 1047/34364 and 34365, sample requests.
fn of_message(given: &Given<'_>, event: WebhookEvent, message: &Message) -> CallWebhook {
    CallWebhook::new(event, given.now)
        .with("From_Account", message.from.as_str())
        .with("To_Account", given.text("To_Account").unwrap_or_default())
        .with("MsgSeq", message.seq)
        .with("MsgRandom", message.random)
        .with("MsgTime", message.time)
        .with("MsgKey", key(message))
}

fn before_send(state: &State, given: &Given<'_>) -> Asked {
    let message = sendable(state, given)?;
    let webhook = || contents(of_message(given, WebhookEvent::BeforeDirectMessage, &message), given, &message);
    Ok((!forbids(given, FORBID_BEFORE)).then(webhook))
}

fn send(state: &mut State, given: &Given<'_>) -> Answered {
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

fn send_to_many(state: &mut State, given: &Given<'_>) -> Answered {
    let accounts = given.accounts("To_Account");
    let absent: Vec<_> = match given.terms.strict {
        true => {
            let memberships = Memberships::of_strangers(state, &accounts);
            accounts.iter().filter(|account| !memberships.exists(state, account)).copied().collect()
        }
        false => Vec::new(),
    };
    let mut message = message(given, "batchsendmsg", "MsgRandom", body(given, 93_000)?);
    message.to = accounts.iter().filter(|account| !absent.contains(account)).map(ToString::to_string).collect();
    let reply = Reply::ok().with("MsgKey", key(&kept(state, message)));
    let errors = absent
        .iter()
        .map(|account| Object(vec![("To_Account", json!(account.as_str())), ("ErrorCode", json!(70_107))]));
    Ok(if absent.is_empty() { reply } else { reply.with("ErrorList", errors.collect::<Vec<_>>()) })
}
