//! Pushing to all accounts, with their attributes and tags: acknowledged. No account has an attribute or a tag.

use serde_json::json;

use super::answer::{Object, Reply};
use super::body::CallBody;
use super::call::Call;
use super::field::Field;
use super::messages::{BODY, FROM, RANDOM_MAX};

/// Accounts that one call may name. Source: 269/45937 to 269/45943, request fields.
const ACCOUNTS_MAX: usize = 100;
/// Seconds that a push may be kept for who is offline. Source: 269/45934, request fields.
const LIFE_TIME_MAX: i64 = 604_800;

const TO: Field = Field::accounts("To_Account", ACCOUNTS_MAX).required();
const OF_ACCOUNT: Field = Field::account("To_Account").required();
const USER_ATTRS: Field = Field::objects("UserAttrs", ACCOUNTS_MAX, &[OF_ACCOUNT]);
const USER_TAGS: Field = Field::objects("UserTags", ACCOUNTS_MAX, &[OF_ACCOUNT]);

const fn call(path: &'static str, source: &'static str, says: &'static str, fields: &'static [Field]) -> Call {
    Call::new(path, source, says, fields).codes(90_001, 90_001)
}

pub(super) const CALLS: &[Call] = &[
    call(
        "all_member_push/im_push",
        "269/45934",
        "Pushes a message to all accounts.",
        &[
            FROM,
            Field::number("MsgRandom", 0, RANDOM_MAX).required(),
            BODY,
            Field::number("MsgLifeTime", 0, LIFE_TIME_MAX),
        ],
    )
    .answers(&[Field::name("TaskId", usize::MAX).required()])
    .acknowledges(pushed),
    call(
        "all_member_push/im_set_attr_name",
        "269/45935",
        "Names the attributes of the app.",
        &[Field::object("AttrNames", &[]).required()],
    ),
    call("all_member_push/im_get_attr_name", "269/45936", "Tells the names of the attributes: none.", &[])
        .answers(&[Field::object("AttrNames", &[]).required()]),
    call("all_member_push/im_set_attr", "269/45938", "Sets attributes of up to 100 accounts.", &[USER_ATTRS]),
    call("all_member_push/im_remove_attr", "269/45939", "Removes attributes of up to 100 accounts.", &[USER_ATTRS]),
    call("all_member_push/im_get_attr", "269/45937", "Reads the attributes of up to 100 accounts: none.", &[TO])
        .answers(&[Field::any_objects("UserAttrs", &[OF_ACCOUNT, Field::object("Attrs", &[]).required()]).required()])
        .acknowledges(|given| each(given, "UserAttrs", "Attrs", &json!({}))),
    call("all_member_push/im_add_tag", "269/45941", "Adds tags to up to 100 accounts.", &[USER_TAGS]),
    call("all_member_push/im_remove_tag", "269/45942", "Removes tags of up to 100 accounts.", &[USER_TAGS]),
    call("all_member_push/im_remove_all_tags", "269/45943", "Removes all tags of up to 100 accounts.", &[TO]),
    call("all_member_push/im_get_tag", "269/45940", "Reads the tags of up to 100 accounts: none.", &[TO])
        .answers(&[Field::any_objects("UserTags", &[OF_ACCOUNT, Field::any_texts("Tags")]).required()])
        .acknowledges(|given| each(given, "UserTags", "Tags", &json!([]))),
];

fn pushed(given: &CallBody<'_>) -> Reply {
    let random = given.number::<i64>("MsgRandom").unwrap_or_default();
    Reply::ok().with("TaskId", format!("{random}_{}", given.now.as_seconds()))
}

fn each(given: &CallBody<'_>, list: &'static str, field: &'static str, nothing: &serde_json::Value) -> Reply {
    let accounts = given.texts("To_Account").unwrap_or_default().into_iter();
    let rows = accounts.map(|account| Object(vec![("To_Account", json!(account)), (field, nothing.clone())]));
    Reply::ok().with(list, rows.collect::<Vec<_>>())
}
