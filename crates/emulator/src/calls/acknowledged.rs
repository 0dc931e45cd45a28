//! Calls that are looked at, field by field, and acknowledged; nothing is kept of them.

use avmarks_spec::GroupType;

use super::call::Call;
use super::field::Field;
use super::messages::BODY;

pub(super) const CALLS: &[Call] = &[
    Call::new(
        "group_open_http_svc/set_unread_msg_num",
        "1047/34909",
        "Sets how many messages a member has not read.",
        &[
            Field::group(),
            Field::account("Member_Account").required(),
            Field::number("UnreadMsgNum", 0, u32::MAX as i64).required(),
        ],
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
        &[Field::group(), Field::number("MsgSeq", 0, i64::MAX).required()],
    )
    .of_group(&[(GroupType::AvChatRoom, 10_007)]),
    Call::new(
        "openim/importmsg",
        "1047/35014",
        "Takes over a message between accounts that was sent elsewhere.",
        &[
            Field::account("From_Account").required().invalid(90_008),
            Field::account("To_Account").required().invalid(90_003),
            BODY.invalid(90_002),
        ],
    )
    .codes(90_010, 90_010),
    Call::new(
        "openim/admin_msgwithdraw",
        "1047/35015",
        "Recalls a message between accounts.",
        &[
            Field::account("From_Account").required().invalid(90_008),
            Field::account("To_Account").required().invalid(90_003),
            Field::name("MsgKey", 255).required(),
        ],
    )
    .codes(90_010, 90_010),
    Call::new(
        "openim/admin_set_msg_read",
        "1047/38996",
        "Marks the messages between two accounts as read.",
        &[Field::account("Report_Account").required(), Field::account("Peer_Account").required()],
    )
    .codes(90_010, 90_010),
];
