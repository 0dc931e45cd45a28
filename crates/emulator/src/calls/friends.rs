//! Friends, blocklists and lists of friends (`sns`): acknowledged. There are no friends and no blocked accounts.

use serde_json::{Value, json};

use super::answer::{Object, Reply};
use super::body::CallBody;
use super::call::Call;
use super::field::Field;

/// Accounts that one call may name. Source: 269/1644, 269/1646 and 269/3718, request fields.
const ACCOUNTS_MAX: usize = 1_000;
/// Accounts that one `friend_get_list` may name. Source: 269/8609, request fields.
const LISTED_MAX: usize = 100;

const FROM: Field = Field::account("From_Account").required();
const TO: Field = Field::accounts("To_Account", ACCOUNTS_MAX).required();
const CHECK_TYPE: Field = Field::name("CheckType", 64).required();
const DELETE_TYPE: Field = Field::text("DeleteType", 64);
const ADDED: Field = Field::objects(
    "AddFriendItem",
    usize::MAX,
    &[Field::account("To_Account").required(), Field::text("AddSource", 64)],
)
.required();
const LISTS: Field = Field::texts("GroupName", usize::MAX);
const START: Field = Field::number("StartIndex", 0, i64::MAX).required();
const SEQUENCE: Field = Field::number("LastSequence", 0, i64::MAX);
const ROW: &[Field] = &[
    Field::account("To_Account").required(),
    Field::number("ResultCode", 0, i64::MAX).required(),
    Field::text("ResultInfo", usize::MAX).required(),
];
const RELATION: &[Field] = &[
    Field::account("To_Account").required(),
    Field::name("Relation", 64).required(),
    Field::number("ResultCode", 0, i64::MAX).required(),
    Field::text("ResultInfo", usize::MAX).required(),
];
const CURRENT: Field = Field::number("CurrentSequence", 0, i64::MAX).required();
const RESULTS: &[Field] = &[Field::objects("ResultItem", usize::MAX, ROW).required()];

const fn call(path: &'static str, source: &'static str, says: &'static str, fields: &'static [Field]) -> Call {
    Call::new(path, source, says, fields).codes(30_001, 30_001)
}

pub(super) const CALLS: &[Call] = &[
    call(
        "sns/friend_add",
        "1047/34902",
        "Adds friends; each is answered as if it had been added.",
        &[
            FROM,
            ADDED,
            Field::one_of("AddType", &["Add_Type_Single", "Add_Type_Both"]),
            Field::number("ForceAddFlags", 0, 1),
        ],
    )
    .answers(RESULTS)
    .acknowledges(added),
    call(
        "sns/friend_import",
        "1047/34903",
        "Takes over friends; each is answered as if it had been taken over.",
        &[FROM, ADDED],
    )
    .answers(RESULTS)
    .acknowledges(added),
    call(
        "sns/friend_update",
        "269/12525",
        "Changes what is kept of friends; each is answered as if it had been changed.",
        &[FROM, Field::objects("UpdateItem", usize::MAX, &[Field::account("To_Account").required()]).required()],
    )
    .answers(RESULTS)
    .acknowledges(updated),
    call("sns/friend_delete", "269/1644", "Deletes friends.", &[FROM, TO, DELETE_TYPE])
        .answers(RESULTS)
        .acknowledges(named),
    call("sns/friend_delete_all", "269/1645", "Deletes all friends.", &[FROM, DELETE_TYPE]),
    call("sns/friend_check", "269/1646", "Answers for each account that it is not a friend.", &[FROM, TO, CHECK_TYPE])
        .answers(&[Field::objects("InfoItem", usize::MAX, RELATION).required()])
        .acknowledges(strangers),
    call(
        "sns/friend_get",
        "269/1647",
        "Lists all friends: none.",
        &[FROM, START, Field::number("StandardSequence", 0, i64::MAX), Field::number("CustomSequence", 0, i64::MAX)],
    )
    .answers(&[
        Field::objects("UserDataItem", usize::MAX, &[]).required(),
        Field::number("StandardSequence", 0, i64::MAX).required(),
        Field::number("CustomSequence", 0, i64::MAX).required(),
        Field::number("FriendNum", 0, i64::MAX).required(),
        Field::number("CompleteFlag", 0, 1).required(),
        Field::number("NextStartIndex", 0, i64::MAX).required(),
    ])
    .acknowledges(no_friends),
    call(
        "sns/friend_get_list",
        "269/8609; the row of an account that is not a friend is our reading",
        "Reads what is kept of up to 100 friends: nothing.",
        &[FROM, Field::accounts("To_Account", LISTED_MAX).required(), Field::texts("TagList", usize::MAX).required()],
    )
    .answers(&[Field::objects("InfoItem", usize::MAX, ROW).required()])
    .acknowledges(listed),
    call("sns/black_list_add", "269/3718", "Blocks accounts.", &[FROM, TO]).answers(RESULTS).acknowledges(named),
    call("sns/black_list_delete", "269/3719", "Unblocks accounts.", &[FROM, TO]).answers(RESULTS).acknowledges(named),
    call(
        "sns/black_list_get",
        "1047/34914",
        "Lists the blocked accounts: none.",
        &[FROM, START, Field::number("MaxLimited", 0, 1_000).required(), SEQUENCE.required()],
    )
    .answers(&[
        Field::objects("BlackListItem", usize::MAX, &[]).required(),
        Field::number("StartIndex", 0, i64::MAX).required(),
        // The page spells it so.
        Field::number("CurruentSequence", 0, i64::MAX).required(),
    ])
    .acknowledges(nobody_blocked),
    call(
        "sns/black_list_check",
        "269/3725",
        "Answers for each account that it is not blocked.",
        &[FROM, TO, CHECK_TYPE],
    )
    .answers(&[Field::objects("BlackListCheckItem", usize::MAX, RELATION).required()])
    .acknowledges(unblocked),
    call(
        "sns/group_add",
        "269/10107",
        "Adds lists of friends.",
        &[FROM, LISTS.required(), Field::accounts("To_Account", ACCOUNTS_MAX)],
    )
    .answers(&[Field::objects("ResultItem", usize::MAX, ROW).required(), CURRENT])
    .acknowledges(lists_added),
    call("sns/group_delete", "269/10108", "Deletes lists of friends.", &[FROM, LISTS.required()])
        .answers(&[CURRENT])
        .acknowledges(lists_deleted),
    call(
        "sns/group_get",
        "269/54763",
        "Reads lists of friends: those that are asked for have nobody in them.",
        &[FROM, SEQUENCE, LISTS, Field::text("NeedFriend", 64)],
    )
    .answers(&[
        Field::objects(
            "ResultItem",
            usize::MAX,
            &[
                Field::text("GroupName", usize::MAX).required(),
                Field::number("FriendNumber", 0, i64::MAX).required(),
                Field::accounts("To_Account", usize::MAX),
            ],
        )
        .required(),
        CURRENT,
    ])
    .acknowledges(empty_lists),
];

fn row(account: &str) -> Object {
    Object(vec![("To_Account", json!(account)), ("ResultCode", json!(0)), ("ResultInfo", json!(""))])
}

fn rows<'a>(accounts: impl IntoIterator<Item = &'a str>) -> Vec<Object> {
    accounts.into_iter().map(row).collect()
}

/// The accounts that a list of texts names, as they came.
fn texts<'a>(given: &'a CallBody<'_>) -> Vec<&'a str> {
    given.texts("To_Account").unwrap_or_default()
}

fn of_items(given: &CallBody<'_>, list: &str) -> Reply {
    let parts = given.parts(list);
    Reply::ok().with("ResultItem", rows(parts.iter().filter_map(|part| part.text("To_Account"))))
}

fn added(given: &CallBody<'_>) -> Reply {
    of_items(given, "AddFriendItem")
}

fn updated(given: &CallBody<'_>) -> Reply {
    of_items(given, "UpdateItem")
}

fn named(given: &CallBody<'_>) -> Reply {
    Reply::ok().with("ResultItem", rows(texts(given)))
}

fn listed(given: &CallBody<'_>) -> Reply {
    Reply::ok().with("InfoItem", rows(texts(given)))
}

fn related(given: &CallBody<'_>, list: &'static str, relation: &str) -> Reply {
    let row = |account: &str| {
        let mut fields = row(account).0;
        fields.insert(1, ("Relation", json!(relation)));
        Object(fields)
    };
    Reply::ok().with(list, texts(given).into_iter().map(row).collect::<Vec<_>>())
}

fn strangers(given: &CallBody<'_>) -> Reply {
    related(given, "InfoItem", "CheckResult_Type_NoRelation")
}

fn unblocked(given: &CallBody<'_>) -> Reply {
    related(given, "BlackListCheckItem", "BlackCheckResult_Type_NO")
}

fn no_friends(_: &CallBody<'_>) -> Reply {
    Reply::ok()
        .with("UserDataItem", Vec::<Value>::new())
        .with("StandardSequence", 0)
        .with("CustomSequence", 0)
        .with("FriendNum", 0)
        .with("CompleteFlag", 1)
        .with("NextStartIndex", 0)
}

fn nobody_blocked(_: &CallBody<'_>) -> Reply {
    Reply::ok().with("BlackListItem", Vec::<Value>::new()).with("StartIndex", 0).with("CurruentSequence", 0)
}

fn lists_added(given: &CallBody<'_>) -> Reply {
    named(given).with("CurrentSequence", 1)
}

fn lists_deleted(_: &CallBody<'_>) -> Reply {
    Reply::ok().with("CurrentSequence", 1)
}

fn empty_lists(given: &CallBody<'_>) -> Reply {
    let lists = given.texts("GroupName").unwrap_or_default().into_iter();
    let rows = lists
        .map(|name| Object(vec![("GroupName", json!(name)), ("FriendNumber", json!(0)), ("To_Account", json!([]))]));
    Reply::ok().with("ResultItem", rows.collect::<Vec<_>>()).with("CurrentSequence", 1)
}
