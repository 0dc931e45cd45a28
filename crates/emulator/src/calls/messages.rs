//! Messages to groups. The last of each group are kept, so that a test can look at them
//! (`GET /_avmarks/groups/{group}/messages`); nothing is sent to anybody.
//!
//! Ours: a sender need not be a member; a message with the random number and body of one that the same group was sent within five minutes is
//! answered as that one and not kept again, because the page says that it is discarded, and no webhook is sent for it. A message that a
//! webhook discards is answered with the next number, which is not used up.

use avmarks_spec::GroupType;
use serde_json::{Value, json};

use super::answer::{Object, Reply};
use super::body::CallBody;
use super::call::{Answered, Call, WebhookResult};
use super::field::Field;
use super::json::Json;
use super::refused::Refused;
use crate::state::{Message, State};
use crate::webhooks::{CallWebhook, WebhookEvent};

/// Bytes of a message. Source: 1047/34919, code 80002 and 93000.
const BODY_BYTES_MAX: usize = 12_288;
/// Messages of a page. Source: 1047/34971, request fields.
const PAGE_MAX: i64 = 20;
/// The number of seconds within which the same random number means a repetition. Source: 1047/34959, request fields.
const REPEATED_WITHIN: u64 = 300;
/// 10030: there is no such message. Source: 1047/34965, response fields.
const ABSENT: i64 = 10_030;

const AV: (GroupType, i64) = (GroupType::AvChatRoom, 10_007);
const ELEMENTS: &[Field] = &[Field::name("MsgType", 64).required(), Field::object("MsgContent", &[]).required()];
pub(super) const BODY: Field = Field::any_objects("MsgBody", ELEMENTS).required();
pub(super) const RANDOM_MAX: i64 = u32::MAX as i64;
pub(super) const FROM: Field = Field::account("From_Account");
pub(super) const CUSTOM_DATA: Field = Field::text("CloudCustomData", BODY_BYTES_MAX);
/// The webhooks that a message suppresses. Source: 1047/34959 and 34919, request fields.
pub(super) const FORBID: Field = Field::texts("ForbidCallbackControl", 2);
pub(super) const FORBID_BEFORE: &str = "ForbidBeforeSendMsgCallback";
pub(super) const FORBID_AFTER: &str = "ForbidAfterSendMsgCallback";
/// The number of a message in its group.
pub(super) const SEQUENCE: Field = Field::count("MsgSeq").required();
const ONLINE_ONLY: Field = Field::number("OnlineOnlyFlag", 0, 1);
const SENT: &[Field] = &[Field::count("MsgTime"), Field::count("MsgSeq")];

pub(super) const CALLS: &[Call] = &[
    Call::new(
        "group_open_http_svc/send_group_msg",
        "1047/34959",
        "Sends a message to a group.",
        &[
            Field::group(),
            Field::number("Random", 0, RANDOM_MAX).required(),
            Field::one_of("MsgPriority", &["High", "Normal", "Low", "Lowest"]),
            FROM,
            BODY,
            CUSTOM_DATA,
            ONLINE_ONLY,
            FORBID,
        ],
    )
    .of_group(&[])
    .answers(SENT)
    .before(WebhookEvent::BeforeGroupMessage, before_send)
    .runs(send),
    Call::new(
        "group_open_http_svc/send_group_system_notification",
        "1047/34958; the code for named members of an AVChatRoom is ours",
        "Sends a notification to a group, or to up to 500 of its members where its type is not AVChatRoom.",
        &[Field::group(), Field::name("Content", BODY_BYTES_MAX).required(), Field::accounts("ToMembers_Account", 500)],
    )
    .of_group(&[])
    .runs(notify),
    Call::new(
        "group_open_http_svc/send_broadcast_msg",
        "1047/49440; the code without the plan is ours, by the counters",
        "Sends a message to every audio-video group.",
        &[FROM, Field::number("Random", 0, RANDOM_MAX).required(), BODY, CUSTOM_DATA],
    )
    .needs_plan()
    .answers(&[Field::count("MsgSeq")])
    .runs(broadcast),
    Call::new(
        "group_open_http_svc/group_msg_recall",
        "1047/34965; the code for an AVChatRoom is ours, by its siblings",
        "Recalls messages of a group.",
        &[Field::group(), Field::any_objects("MsgSeqList", &[SEQUENCE]).required()],
    )
    .of_group(&[AV])
    .answers(&[Field::any_objects("RecallRetList", &[SEQUENCE, Field::count("RetCode").required()])])
    .runs(recall),
    Call::new(
        "group_open_http_svc/group_msg_get_simple",
        "1047/34971; the code for an AVChatRoom is ours, by its siblings",
        "Reads the last messages of a group, or those up to a number; at most 20.",
        &[Field::group(), Field::number("ReqMsgNumber", 1, i64::MAX).required(), Field::count("ReqMsgSeq")],
    )
    .of_group(&[AV])
    .answers(&[
        Field::text("GroupId", 48),
        Field::number("IsFinished", 0, 2),
        Field::any_objects("RspMsgList", &[SEQUENCE]),
    ])
    .looks(read),
    Call::new(
        "group_open_http_svc/import_group_msg",
        "1047/34968",
        "Takes over messages that were sent elsewhere.",
        &[
            Field::group(),
            Field::any_objects(
                "MsgList",
                &[
                    Field::account("From_Account").required(),
                    Field::number("SendTime", 0, RANDOM_MAX).required(),
                    Field::number("Random", 0, RANDOM_MAX),
                    BODY,
                ],
            )
            .required(),
        ],
    )
    .of_group(&[AV])
    .answers(&[Field::any_objects(
        "ImportMsgResult",
        &[SEQUENCE, Field::count("MsgTime").required(), Field::count("Result").required()],
    )])
    .runs(import),
];

/// The body of a message, if it is short enough.
pub(super) fn body(given: &CallBody<'_>, too_long: i64) -> Result<Value, Refused> {
    let body = given.part().any("MsgBody").map(Json::to_value).unwrap_or_default();
    let bytes = body.to_string().len();
    if bytes > BODY_BYTES_MAX {
        let info = format!("`MsgBody` has {bytes} bytes; at most {BODY_BYTES_MAX} are allowed");
        return Err(Refused::new(too_long, info));
    }
    Ok(body)
}

/// A message of this call, with these contents.
pub(super) fn message(given: &CallBody<'_>, command: &str, random: &str, body: Value) -> Message {
    Message {
        seq: 0,
        time: given.now.as_seconds(),
        command: command.to_owned(),
        from: given.text("From_Account").unwrap_or(given.caller).to_owned(),
        to: Vec::new(),
        random: given.number(random).unwrap_or_default(),
        body,
        custom: given.text("CloudCustomData").map(str::to_owned),
        recalled: false,
    }
}

/// Whether this webhook is not to be sent for a message.
pub(super) fn forbids(given: &CallBody<'_>, webhook: &str) -> bool {
    given.texts("ForbidCallbackControl").is_some_and(|forbidden| forbidden.contains(&webhook))
}

/// A message that may be sent to a group; where it repeats one, that one's time and number as well.
fn sendable(state: &State, given: &CallBody<'_>) -> Result<(Message, Option<(u64, u64)>), Refused> {
    let (id, body) = (given.group()?, body(given, 80_002)?);
    let message = message(given, "send_group_msg", "Random", body);
    let Some(group) = state.groups.get(&id) else { return Ok((message, None)) };
    if let Some(until) = given.account("From_Account").and_then(|account| group.muted_until(&account, given.now)) {
        return Err(Refused::new(10_017, format!("`From_Account` is muted in group `{id}` until {until}")));
    }
    let is_repeated = |before: &&Message| {
        before.random == message.random
            && before.body == message.body
            && before.from == message.from
            && before.time + REPEATED_WITHIN >= message.time
    };
    let repeated = group.more().messages.last.iter().find(is_repeated).map(|before| (before.time, before.seq));
    Ok((message, repeated))
}

fn before_send(state: &State, given: &CallBody<'_>) -> WebhookResult {
    let (message, repeated) = sendable(state, given)?;
    if repeated.is_some() || forbids(given, FORBID_BEFORE) {
        return Ok(None);
    }
    let webhook = of_message(state, given, WebhookEvent::BeforeGroupMessage, &message)?;
    Ok(Some(contents(webhook, given, &message)))
}

/// The webhooks of a message to a group begin alike. Source: 1047/34374 and 34375, sample requests.
fn of_message(
    state: &State,
    given: &CallBody<'_>,
    event: WebhookEvent,
    message: &Message,
) -> Result<CallWebhook, Refused> {
    let id = given.group()?;
    let kind = state.app.room(&id).map(avmarks_rules::Room::kind).unwrap_or_default();
    Ok(CallWebhook::new(event, given.now)
        .with("GroupId", id.as_str())
        .with("Type", kind.name())
        .with("From_Account", message.from.as_str())
        .with("Operator_Account", given.caller)
        .with("Random", message.random))
}

/// And they end alike.
pub(super) fn contents(webhook: CallWebhook, given: &CallBody<'_>, message: &Message) -> CallWebhook {
    webhook
        .with("OnlineOnlyFlag", given.number::<i64>("OnlineOnlyFlag").unwrap_or_default())
        .with("MsgBody", message.body.clone())
        .with_some("CloudCustomData", message.custom.as_deref())
}

fn send(state: &mut State, given: &CallBody<'_>) -> Answered {
    let (message, repeated) = sendable(state, given)?;
    let answer = |time, seq| Reply::ok().with("MsgTime", time).with("MsgSeq", seq);
    if let Some((time, seq)) = repeated {
        return Ok(answer(time, seq));
    }
    let mut webhook = of_message(state, given, WebhookEvent::AfterGroupMessage, &message)?;
    let messages = &mut state.groups.entry(given.group()?).or_default().more_mut().messages;
    let time = message.time;
    if given.terms.discards {
        return Ok(answer(time, messages.count + 1));
    }
    let seq = messages.push(message.clone());
    webhook = contents(webhook.with("MsgSeq", seq).with("MsgTime", time), given, &message);
    Ok(answer(time, seq).telling(Some(webhook).filter(|_| !forbids(given, FORBID_AFTER))))
}

fn notify(state: &mut State, given: &CallBody<'_>) -> Answered {
    let (id, to) = (given.group()?, given.accounts("ToMembers_Account"));
    let is_av = state.app.room(&id).is_some_and(|room| room.kind() == GroupType::AvChatRoom);
    if is_av && !to.is_empty() {
        return Err(Refused::new(10_007, "`ToMembers_Account` names members; an `AVChatRoom` is notified as a whole"));
    }
    let content = given.text("Content").unwrap_or_default();
    let mut message = message(given, "send_group_system_notification", "", json!(content));
    message.to = to.iter().map(ToString::to_string).collect();
    state.groups.entry(id).or_default().more_mut().messages.push(message);
    Ok(Reply::ok())
}

fn broadcast(state: &mut State, given: &CallBody<'_>) -> Answered {
    let message = message(given, "send_broadcast_msg", "Random", body(given, 80_002)?);
    Ok(Reply::ok().with("MsgSeq", state.calls.messages.push(message)))
}

fn recall(state: &mut State, given: &CallBody<'_>) -> Answered {
    let messages = &mut state.groups.entry(given.group()?).or_default().more_mut().messages;
    let rows = given.parts("MsgSeqList").into_iter().map(|part| {
        let seq = part.number::<u64>("MsgSeq").unwrap_or_default();
        let found = messages.last.iter_mut().find(|message| message.seq == seq);
        let code = found.map_or(ABSENT, |message| {
            message.recalled = true;
            0
        });
        Object(vec![("MsgSeq", json!(seq)), ("RetCode", json!(code))])
    });
    Ok(Reply::ok().with("RecallRetList", rows.collect::<Vec<_>>()))
}

fn read(state: &State, given: &CallBody<'_>) -> Answered {
    let id = given.group()?;
    let asked: i64 = given.number("ReqMsgNumber").unwrap_or_default();
    let number = usize::try_from(asked.min(PAGE_MAX)).unwrap_or_default();
    // 0 is what an SDK sends that leaves the number out.
    let up_to = given.number("ReqMsgSeq").filter(|seq| *seq > 0).unwrap_or(u64::MAX);
    let messages = state.groups.get(&id).into_iter().flat_map(|group| group.more().messages.last.iter().rev());
    let page = messages.filter(|message| message.seq <= up_to).take(number).map(|message| {
        let body = if message.recalled { json!([]) } else { message.body.clone() };
        Object(vec![
            ("From_Account", json!(message.from)),
            ("IsPlaceMsg", json!(if message.recalled { 2 } else { 0 })),
            ("MsgBody", body),
            ("MsgPriority", json!(2)),
            ("MsgRandom", json!(message.random)),
            ("MsgSeq", json!(message.seq)),
            ("MsgTimeStamp", json!(message.time)),
        ])
    });
    let is_finished = u8::from(asked <= PAGE_MAX);
    let page = page.collect::<Vec<_>>();
    Ok(Reply::ok().with("GroupId", id.as_str()).with("IsFinished", is_finished).with("RspMsgList", page))
}

fn import(state: &mut State, given: &CallBody<'_>) -> Answered {
    let messages = &mut state.groups.entry(given.group()?).or_default().more_mut().messages;
    let rows = given.parts("MsgList").into_iter().map(|part| {
        let time = part.number::<u64>("SendTime").unwrap_or_default();
        let body = part.any("MsgBody").map(Json::to_value).unwrap_or_default();
        let seq = messages.push(Message {
            time,
            from: part.text("From_Account").unwrap_or_default().to_owned(),
            random: part.number("Random").unwrap_or_default(),
            ..message(given, "import_group_msg", "", body)
        });
        Object(vec![("MsgSeq", json!(seq)), ("MsgTime", json!(time)), ("Result", json!(0))])
    });
    Ok(Reply::ok().with("ImportMsgResult", rows.collect::<Vec<_>>()))
}
