//! The four webhooks.

use avmarks_protocol::webhook::{
    AfterGroupDestroyed, ExitType, JoinType, MemberStateChange, MembershipChange, Revision, Webhook,
};

/// A webhook that is read is written in every revision so that it is read again, and what we write stays as it is. The newest
/// revisions have every field, so nothing is lost in them. Of the four kinds, just the one of its command reads it.
pub fn webhooks(body: &[u8]) {
    let webhook = Webhook::parse(body);
    let kinds = [
        MembershipChange::<JoinType>::parse(body).map(Webhook::AfterMemberJoin),
        MembershipChange::<ExitType>::parse(body).map(Webhook::AfterMemberExit),
        AfterGroupDestroyed::parse(body).map(Webhook::AfterGroupDestroyed),
        MemberStateChange::parse(body).map(Webhook::MemberStateChange),
    ];
    let read: Vec<_> = kinds.into_iter().flatten().collect();
    assert_eq!(read.iter().collect::<Vec<_>>(), webhook.iter().collect::<Vec<_>>());
    let Ok(webhook) = webhook else { return };
    for revision in Revision::ALL {
        let written = webhook.to_json(*revision);
        let again = Webhook::parse(&written);
        let essence = |webhook: &Webhook| (webhook.command(), webhook.group_id().to_owned());
        assert_eq!(again.as_ref().map(essence), Ok(essence(&webhook)));
        assert_eq!(again.as_ref().map(|again| again.to_json(*revision)).as_ref(), Ok(&written));
        if matches!(revision, Revision::NewestEn | Revision::Newest) {
            assert_eq!(again.as_ref(), Ok(&webhook), "{revision} lost something");
        }
    }
}
