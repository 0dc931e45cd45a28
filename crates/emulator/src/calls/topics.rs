//! Topics of communities: acknowledged. No community has one.

use avmarks_spec::GroupType;

use super::answer::Reply;
use super::body::CallBody;
use super::call::Call;
use super::field::Field;
use super::groups::TEXT_BYTES_MAX;

/// Only a community has topics. Source: 1047/49471, applicable group types.
const COMMUNITY_ALONE: &[(GroupType, i64)] = &[
    (GroupType::Private, 10_007),
    (GroupType::Public, 10_007),
    (GroupType::ChatRoom, 10_007),
    (GroupType::AvChatRoom, 10_007),
];
const NAME: Field = Field::name("TopicName", TEXT_BYTES_MAX);
const TOPIC: Field = Field::text("TopicId", TEXT_BYTES_MAX);
const FROM: Field = Field::account("From_Account");
const CREATED: &[Field] = &[Field::name("TopicId", usize::MAX).required()];

pub(super) const CALLS: &[Call] = &[
    Call::new(
        "million_group_open_http_svc/create_topic",
        "1047/49471; the code for other types is ours, by its siblings",
        "Creates a topic.",
        &[Field::group(), NAME.required(), TOPIC, FROM],
    )
    .of_group(COMMUNITY_ALONE)
    .answers(CREATED)
    .acknowledges(created),
    Call::new(
        "group_open_http_svc/import_topic",
        "1047/49471, by its sibling `create_topic`: no page of its own was read",
        "Takes over a topic that was created elsewhere.",
        &[Field::group(), NAME.required(), TOPIC, FROM],
    )
    .of_group(COMMUNITY_ALONE)
    .answers(CREATED)
    .acknowledges(created),
    Call::new(
        "million_group_open_http_svc/modify_topic",
        "1047/49471, by its sibling `create_topic`: no page of its own was read",
        "Changes a topic.",
        &[Field::group(), TOPIC, NAME],
    )
    .of_group(COMMUNITY_ALONE),
    Call::new(
        "million_group_open_http_svc/destroy_topic",
        "1047/49471, by its sibling `create_topic`: no page of its own was read",
        "Destroys topics.",
        &[Field::group(), Field::any_texts("TopicIdList")],
    )
    .of_group(COMMUNITY_ALONE),
    Call::new(
        "million_group_open_http_svc/get_topic",
        "1047/49471, by its sibling `create_topic`: no page of its own was read",
        "Describes topics: none.",
        &[Field::group(), FROM, Field::any_texts("TopicIdList")],
    )
    .of_group(COMMUNITY_ALONE)
    .answers(&[Field::any_objects("TopicInfo", &[]).required()]),
];

/// The id that is asked for, or one as the page's sample has it.
fn created(given: &CallBody<'_>) -> Reply {
    let group = given.text("GroupId").unwrap_or_default();
    let id = given.text("TopicId").filter(|id| !id.is_empty()).map(str::to_owned);
    Reply::ok().with("TopicId", id.unwrap_or_else(|| format!("{group}@TOPIC#_1")))
}
