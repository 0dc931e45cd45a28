//! Calls that are checked, field by field, and acknowledged; nothing is kept of them.

use avmarks_spec::GroupType;

use serde_json::json;

use super::answer::{Object, Reply};
use super::body::CallBody;
use super::call::Call;
use super::direct::{self, CONTENT, KEY, SENDER, TO};
use super::field::Field;
use super::messages::SEQUENCE;

const AV: &[(GroupType, i64)] = &[(GroupType::AvChatRoom, 10_007)];
/// The types whose messages have no extension. Source: 1047/52170, applicable group types.
const UNEXTENDED: &[(GroupType, i64)] = &[(GroupType::AvChatRoom, 10_007), (GroupType::Community, 10_007)];
/// At most 20 pairs, with keys of at most 100 bytes. Source: 1047/52170, request fields.
const EXTENSIONS: Field =
    Field::objects("ExtensionList", 20, &[Field::name("Key", 100).required(), Field::any_text("Value")]);
const OPERATE_TYPE: Field = Field::number("OperateType", 1, 3).required();
const NO_EXTENSION: &[Field] = &[Field::any_objects("ExtensionList", &[]).required()];
const SEQUENCES: Field = Field::any_objects("MsgSeqList", &[SEQUENCE]);

pub(super) const CALLS: &[Call] = &[
    Call::new(
        "group_open_http_svc/set_unread_msg_num",
        "1047/34909",
        "Sets how many messages a member has not read.",
        &[Field::group(), Field::member(), Field::number("UnreadMsgNum", 0, u32::MAX as i64).required()],
    )
    .of_group(&[]),
    Call::new(
        "group_open_http_svc/delete_group_msg_by_sender",
        "1047/34970",
        "Recalls what an account has sent lately.",
        &[Field::group(), Field::account("Sender_Account").required()],
    )
    .of_group(&[]),
    Call::new(
        "openim/modify_group_msg",
        "1047/47948; the code for an AVChatRoom is ours, by its siblings",
        "Changes a message of a group.",
        &[Field::group(), SEQUENCE],
    )
    .of_group(AV),
    Call::new(
        "group_open_http_svc/group_msg_receipt",
        "no page was read; the fields are those that public SDKs send, and the code for an AVChatRoom is ours",
        "Tells that a member has read messages of a group.",
        &[Field::group(), Field::account("From_Account"), SEQUENCES.required()],
    )
    .of_group(AV),
    Call::new(
        "group_open_http_svc/get_group_msg_receipt",
        "269/77694; the code for an AVChatRoom is ours, by its siblings",
        "Tells how many have read messages of a group: receipts are not kept.",
        &[Field::group(), SEQUENCES.required()],
    )
    .of_group(AV),
    Call::new(
        "group_open_http_svc/get_group_msg_receipt_detail",
        "269/77693; the code for an AVChatRoom is ours, by its siblings",
        "Lists who has read a message of a group: receipts are not kept.",
        &[Field::group(), SEQUENCE, Field::number("Filter", 0, 1), Field::any_text("Cursor"), Field::count("Count")],
    )
    .of_group(AV),
    Call::new(
        "openim_msg_ext_http_svc/group_set_key_values",
        "1047/52170; the code for other types is ours, by its siblings",
        "Sets, deletes or clears the extension of a message of a group.",
        &[Field::group(), SEQUENCE, OPERATE_TYPE, EXTENSIONS],
    )
    .of_group(UNEXTENDED),
    Call::new(
        "openim_msg_ext_http_svc/group_get_key_values",
        "1047/52169; the code for other types is ours, by its siblings",
        "Reads the extension of a message of a group: there is none.",
        &[Field::group(), SEQUENCE],
    )
    .of_group(UNEXTENDED)
    .answers(NO_EXTENSION),
    direct::call(
        "openim_msg_ext_http_svc/set_key_values",
        "1047/51195",
        "Sets, deletes or clears the extension of a message between accounts.",
        &[Field::account("From_Account"), TO, KEY, OPERATE_TYPE, EXTENSIONS],
    ),
    direct::call(
        "openim_msg_ext_http_svc/get_key_values",
        "1047/51195, by its sibling `set_key_values`: no page of its own was read",
        "Reads the extension of a message between accounts: there is none.",
        &[Field::account("From_Account"), TO, KEY],
    )
    .answers(NO_EXTENSION),
    direct::call(
        "openim/importmsg",
        "1047/35014",
        "Takes over a message between accounts that was sent elsewhere.",
        &[SENDER, TO, CONTENT],
    ),
    direct::call("openim/admin_msgwithdraw", "1047/35015", "Recalls a message between accounts.", &[SENDER, TO, KEY]),
    direct::call(
        "openim/admin_set_msg_read",
        "1047/38996",
        "Marks the messages between two accounts as read.",
        &[Field::account("Report_Account").required(), Field::account("Peer_Account").required()],
    ),
    direct::call("openim/modify_c2c_msg", "269/74740", "Changes a message between accounts.", &[SENDER, TO, KEY]),
    direct::call(
        "openim/c2c_msg_read_receipt",
        "no page was read; the fields are those that public SDKs send",
        "Tells that an account has read messages of another.",
        &[Field::account("Operator_Account").required(), Field::account("Peer_Account").required()],
    ),
    direct::call(
        "openim/get_c2c_unread_msg_num",
        "269/56043; which messages have been read is not kept",
        "Counts the messages that an account has not read: none, of any account.",
        &[TO, Field::accounts("Peer_Account", PEERS_MAX)],
    )
    .answers(&[
        Field::count("AllC2CUnreadMsgNum").required(),
        Field::any_objects(
            "C2CUnreadMsgNumList",
            &[Field::account("Peer_Account").required(), Field::count("C2CUnreadMsgNum").required()],
        )
        .required(),
    ])
    .acknowledges(none_unread),
];

/// Accounts that one `get_c2c_unread_msg_num` may name. Source: 269/56043, request fields.
const PEERS_MAX: usize = 10;

fn none_unread(given: &CallBody<'_>) -> Reply {
    let peers = given.texts("Peer_Account").unwrap_or_default().into_iter();
    let rows = peers.map(|peer| Object(vec![("Peer_Account", json!(peer)), ("C2CUnreadMsgNum", json!(0))]));
    Reply::ok().with("AllC2CUnreadMsgNum", 0).with("C2CUnreadMsgNumList", rows.collect::<Vec<_>>())
}
