//! Official accounts: acknowledged. It is not checked that the official account exists.

use super::answer::Reply;
use super::body::CallBody;
use super::call::Call;
use super::field::Field;
use super::messages::{BODY, RANDOM_MAX};

/// Bytes of a name. Source: 1047/60755, request fields.
const NAME_BYTES_MAX: usize = 150;
/// Official accounts that one call may name. Source: 1047/60758, sample request.
const ACCOUNTS_MAX: usize = 50;

const OFFICIAL: Field = Field::account("Official_Account").required();
const BY_SIBLING: &str = "1047/60755, by its sibling `create_official_account`: no page of its own was read";

pub(super) const CALLS: &[Call] = &[
    Call::new(
        "official_account_open_http_svc/create_official_account",
        "1047/60755; under which name the id is answered is ours",
        "Creates an official account.",
        &[
            Field::account("Owner_Account").required(),
            Field::name("Name", NAME_BYTES_MAX).required(),
            Field::account("OfficialAccountUserID"),
        ],
    )
    .answers(&[OFFICIAL])
    .acknowledges(created),
    Call::new(
        "official_account_open_http_svc/destroy_official_account",
        BY_SIBLING,
        "Destroys an official account.",
        &[OFFICIAL],
    ),
    Call::new(
        "official_account_open_http_svc/modify_official_account_base_info",
        BY_SIBLING,
        "Changes the profile of an official account.",
        &[OFFICIAL, Field::name("Name", NAME_BYTES_MAX)],
    ),
    Call::new(
        "official_account_open_http_svc/get_official_account_info",
        "1047/60758",
        "Describes up to 50 official accounts: none.",
        &[Field::objects("OfficialAccountIdList", ACCOUNTS_MAX, &[OFFICIAL]).required()],
    ),
    Call::new(
        "official_account_open_http_svc/send_official_account_msg",
        BY_SIBLING,
        "Sends a message to the subscribers of an official account.",
        &[OFFICIAL, Field::number("Random", 0, RANDOM_MAX).required(), BODY],
    ),
    Call::new(
        "official_account_open_http_svc/official_account_msg_recall",
        BY_SIBLING,
        "Recalls messages of an official account.",
        &[OFFICIAL, Field::any_texts("MsgKeyList")],
    ),
    Call::new(
        "official_account_open_http_svc/official_account_msg_get_simple",
        BY_SIBLING,
        "Reads messages of an official account: none.",
        &[OFFICIAL, Field::number("ReqMsgNumber", 1, i64::MAX)],
    ),
    Call::new(
        "official_account_open_http_svc/get_subscriber_info",
        BY_SIBLING,
        "Lists the subscribers of an official account: none.",
        &[OFFICIAL, Field::count("Limit"), Field::any_text("Next")],
    ),
    Call::new(
        "official_account_open_http_svc/add_subscriber",
        BY_SIBLING,
        "Adds subscribers to an official account.",
        &[OFFICIAL, Field::any_objects("SubscriberList", &[])],
    ),
    Call::new(
        "official_account_open_http_svc/delete_subscriber",
        BY_SIBLING,
        "Removes subscribers of an official account.",
        &[OFFICIAL, Field::accounts("SubscriberToDel_Account", usize::MAX)],
    ),
    Call::new(
        "official_account_open_http_svc/modify_subscriber_info",
        BY_SIBLING,
        "Changes what is kept of a subscriber.",
        &[OFFICIAL, Field::account("Subscriber_Account").required()],
    ),
    Call::new(
        "official_account_open_http_svc/get_subscribed_official_account_list",
        BY_SIBLING,
        "Lists the official accounts that an account subscribes to: none.",
        &[Field::account("Subscriber_Account").required()],
    ),
];

/// The id that is asked for, or one that begins as those of the page do.
fn created(given: &CallBody<'_>) -> Reply {
    let id = given.text("OfficialAccountUserID").filter(|id| !id.is_empty());
    Reply::ok().with("Official_Account", id.unwrap_or("@TOA#_@TOA#a"))
}
