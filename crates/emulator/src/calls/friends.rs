//! Friends, blocklists and lists of friends (`sns`): acknowledged. There are no friends and no blocked accounts.

use serde_json::json;

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
const ADDED: Field =
    Field::any_objects("AddFriendItem", &[Field::account("To_Account").required(), Field::text("AddSource", 64)])
        .required();
const LISTS: Field = Field::any_texts("GroupName");
const START: Field = Field::count("StartIndex").required();
const SEQUENCE: Field = Field::count("LastSequence");
const ROW: &[Field] = &[
    Field::account("To_Account").required(),
    Field::count("ResultCode").required(),
    Field::any_text("ResultInfo").required(),
];
const RELATION: &[Field] = &[
    Field::account("To_Account").required(),
    Field::name("Relation", 64).required(),
    Field::count("ResultCode").required(),
    Field::any_text("ResultInfo").required(),
];
const CURRENT: Field = Field::count("CurrentSequence").required().when_empty(1);
const RESULTS: &[Field] = &[Field::any_objects("ResultItem", ROW).required()];

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
        &[FROM, Field::any_objects("UpdateItem", &[Field::account("To_Account").required()]).required()],
    )
    .answers(RESULTS)
    .acknowledges(|given| of_items(given, "UpdateItem")),
    call("sns/friend_delete", "269/1644", "Deletes friends.", &[FROM, TO, DELETE_TYPE])
        .answers(RESULTS)
        .acknowledges(named),
    call("sns/friend_delete_all", "269/1645", "Deletes all friends.", &[FROM, DELETE_TYPE]),
    call("sns/friend_check", "269/1646", "Answers for each account that it is not a friend.", &[FROM, TO, CHECK_TYPE])
        .answers(&[Field::any_objects("InfoItem", RELATION).required()])
        .acknowledges(|given| related(given, "InfoItem", "CheckResult_Type_NoRelation")),
    call(
        "sns/friend_get",
        "269/1647",
        "Lists all friends: none.",
        &[FROM, START, Field::count("StandardSequence"), Field::count("CustomSequence")],
    )
    .answers(&[
        Field::any_objects("UserDataItem", &[]).required(),
        Field::count("StandardSequence").required(),
        Field::count("CustomSequence").required(),
        Field::count("FriendNum").required(),
        Field::number("CompleteFlag", 0, 1).required().when_empty(1),
        Field::count("NextStartIndex").required(),
    ]),
    call(
        "sns/friend_get_list",
        "269/8609; the row of an account that is not a friend is our reading",
        "Reads what is kept of up to 100 friends: nothing.",
        &[FROM, Field::accounts("To_Account", LISTED_MAX).required(), Field::any_texts("TagList").required()],
    )
    .answers(&[Field::any_objects("InfoItem", ROW).required()])
    .acknowledges(|given| Reply::ok().with("InfoItem", rows(texts(given)))),
    call("sns/black_list_add", "269/3718", "Blocks accounts.", &[FROM, TO]).answers(RESULTS).acknowledges(named),
    call("sns/black_list_delete", "269/3719", "Unblocks accounts.", &[FROM, TO]).answers(RESULTS).acknowledges(named),
    call(
        "sns/black_list_get",
        "1047/34914",
        "Lists the blocked accounts: none.",
        &[FROM, START, Field::number("MaxLimited", 0, 1_000).required(), SEQUENCE.required()],
    )
    .answers(&[
        Field::any_objects("BlackListItem", &[]).required(),
        Field::count("StartIndex").required(),
        // The page spells it so.
        Field::count("CurruentSequence").required(),
    ]),
    call(
        "sns/black_list_check",
        "269/3725",
        "Answers for each account that it is not blocked.",
        &[FROM, TO, CHECK_TYPE],
    )
    .answers(&[Field::any_objects("BlackListCheckItem", RELATION).required()])
    .acknowledges(|given| related(given, "BlackListCheckItem", "BlackCheckResult_Type_NO")),
    call(
        "sns/group_add",
        "269/10107",
        "Adds lists of friends.",
        &[FROM, LISTS.required(), Field::accounts("To_Account", ACCOUNTS_MAX)],
    )
    .answers(&[Field::any_objects("ResultItem", ROW).required(), CURRENT])
    .acknowledges(|given| named(given).with("CurrentSequence", 1)),
    call("sns/group_delete", "269/10108", "Deletes lists of friends.", &[FROM, LISTS.required()]).answers(&[CURRENT]),
    call(
        "sns/group_get",
        "269/54763",
        "Reads lists of friends: those that are asked for have nobody in them.",
        &[FROM, SEQUENCE, LISTS, Field::text("NeedFriend", 64)],
    )
    .answers(&[
        Field::any_objects(
            "ResultItem",
            &[
                Field::any_text("GroupName").required(),
                Field::count("FriendNumber").required(),
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

fn named(given: &CallBody<'_>) -> Reply {
    Reply::ok().with("ResultItem", rows(texts(given)))
}

fn related(given: &CallBody<'_>, list: &'static str, relation: &str) -> Reply {
    let row = |account: &str| {
        let mut fields = row(account).0;
        fields.insert(1, ("Relation", json!(relation)));
        Object(fields)
    };
    Reply::ok().with(list, texts(given).into_iter().map(row).collect::<Vec<_>>())
}

fn empty_lists(given: &CallBody<'_>) -> Reply {
    let lists = given.texts("GroupName").unwrap_or_default().into_iter();
    let rows = lists
        .map(|name| Object(vec![("GroupName", json!(name)), ("FriendNumber", json!(0)), ("To_Account", json!([]))]));
    Reply::ok().with("ResultItem", rows.collect::<Vec<_>>()).with("CurrentSequence", 1)
}
