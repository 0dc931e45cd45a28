//! Conversations of accounts, their lists and marks: acknowledged. No account has a conversation.

use super::call::Call;
use super::field::Field;

const FROM: Field = Field::account("From_Account").required();
const PLACE_MAX: i64 = u32::MAX as i64;

const fn place(name: &'static str) -> Field {
    Field::number(name, 0, PLACE_MAX)
}

const fn call(path: &'static str, source: &'static str, says: &'static str, fields: &'static [Field]) -> Call {
    Call::new(path, source, says, fields).codes(50_002, 50_002)
}

pub(super) const CALLS: &[Call] = &[
    call(
        "recentcontact/get_list",
        "269/62118",
        "Lists the conversations of an account: none.",
        &[
            FROM,
            place("TimeStamp").required(),
            place("StartIndex").required(),
            place("TopTimeStamp").required(),
            place("TopStartIndex").required(),
            Field::number("AssistFlags", 0, PLACE_MAX).required(),
        ],
    )
    .answers(&[
        Field::any_objects("SessionItem", &[]).required(),
        Field::number("CompleteFlag", 0, 1).required().when_empty(1),
        place("TimeStamp").required(),
        place("StartIndex").required(),
        place("TopTimeStamp").required(),
        place("TopStartIndex").required(),
    ]),
    call(
        "recentcontact/delete",
        "269/62119, with `type` as public SDKs call `Type`",
        "Deletes a conversation.",
        &[
            FROM,
            Field::number("Type", 1, 2),
            Field::number("type", 1, 2),
            Field::account("To_Account"),
            Field::text("ToGroupid", 48),
            Field::number("ClearRamble", 0, 1),
        ],
    ),
    call(
        "recentcontact/create_contact_group",
        "269/81914",
        "Creates lists of conversations.",
        &[FROM, Field::any_objects("GroupContactItem", &[Field::name("GroupName", 1_024).required()])],
    ),
    call(
        "recentcontact/update_contact_group",
        "269/81916",
        "Changes a list of conversations.",
        &[FROM, Field::number("UpdateType", 1, 2), Field::object("UpdateGroup", &[])],
    ),
    call(
        "recentcontact/del_contact_group",
        "269/81915",
        "Deletes lists of conversations.",
        &[FROM, Field::any_texts("GroupName")],
    ),
    call(
        "recentcontact/mark_contact",
        "269/81918",
        "Marks conversations.",
        &[FROM, Field::any_objects("MarkItem", &[])],
    ),
    call(
        "recentcontact/search_contact_group",
        "269/81917",
        "Looks conversations up in the lists: none is found.",
        &[FROM, Field::any_objects("ContactItem", &[])],
    ),
    call(
        "recentcontact/get_contact_group",
        "269/81919",
        "Reads the lists of conversations: none.",
        &[FROM, place("StartIndex")],
    ),
];
