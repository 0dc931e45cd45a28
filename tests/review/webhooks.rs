//! Every webhook in every revision.

use avmarks_protocol::webhook::{
    ACKNOWLEDGEMENT, AfterGroupDestroyed, EventCause, EventType, ExitType, JoinType, MemberStateChange,
    MembershipChange, Revision, Webhook, WebhookMember,
};
use avmarks_spec::Timestamp;

use crate::Page;
use crate::world::GROUP;

pub(crate) fn pages() -> Vec<Page> {
    let mut pages = Vec::new();
    for (name, shows, rests_on, webhook) in webhooks() {
        for revision in Revision::ALL {
            let shows = format!("{shows}, as of revision `{}`", revision.name());
            pages.push(Page::new(
                "webhook",
                format!("{name}_{}", revision.name()),
                &shows,
                rests_on,
                webhook.to_json(*revision),
            ));
        }
    }
    pages.push(Page::new(
        "webhook",
        "acknowledgement",
        "what a backend answers to each of them",
        "1047/34354 answer",
        ACKNOWLEDGEMENT,
    ));
    pages
}

fn webhooks() -> [(&'static str, &'static str, &'static str, Webhook); 4] {
    let (group_id, members): (_, Vec<WebhookMember>) = (GROUP.to_owned(), vec!["jared".into(), "tommy".into()]);
    let event_time = Some(Timestamp::from_millis(1_670_574_414_123));
    let (group_type, extra) = (Some("AVChatRoom".to_owned()), avmarks_protocol::Extra::default());
    let operator = "leckie".to_owned();
    [
        (
            "after_member_join",
            "accounts joined",
            "1047/34372",
            Webhook::AfterMemberJoin(MembershipChange {
                group_id: group_id.clone(),
                group_type: group_type.clone(),
                change_type: JoinType::Apply,
                operator: operator.clone(),
                members: members.clone(),
                event_time,
                extra: extra.clone(),
            }),
        ),
        (
            "after_member_exit",
            "accounts were removed",
            "1047/34373; CLEAR-LEAVE",
            Webhook::AfterMemberExit(MembershipChange {
                group_id: group_id.clone(),
                group_type: group_type.clone(),
                change_type: ExitType::Kicked,
                operator: operator.clone(),
                members: members.clone(),
                event_time,
                extra: extra.clone(),
            }),
        ),
        (
            "after_group_destroyed",
            "the group was disbanded",
            "1047/34377",
            Webhook::AfterGroupDestroyed(AfterGroupDestroyed {
                group_id: group_id.clone(),
                group_type,
                owner: Some(operator),
                name: Some("MyFirstGroup".to_owned()),
                members: Some(members.clone()),
                event_time,
                extra: extra.clone(),
            }),
        ),
        (
            "member_state_change",
            "accounts went offline",
            "1047/48734; CLEAR-OFFLINE",
            Webhook::MemberStateChange(MemberStateChange {
                group_id,
                event_type: EventType::Offline,
                event_cause: Some(EventCause::HeartbeatInterrupt),
                members,
                event_time,
                extra,
            }),
        ),
    ]
}
