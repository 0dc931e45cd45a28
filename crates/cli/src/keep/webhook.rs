//! A webhook: checked, stored, answered.

use std::time::Duration;

use avmarks_keeper_store::{Event, PresenceChange};
use avmarks_protocol::webhook::{ACKNOWLEDGEMENT, EventType, Webhook, WebhookError, WebhookMember, WebhookQuery};
use avmarks_spec::readings::AccountId;
use avmarks_spec::{GroupId, Timestamp, UserId};
use hyper::StatusCode;

use super::http::{Answer, answer, error_answer};
use super::settings::ServerSettings;
use super::shared::Shared;
use crate::clock::time_of_day;

/// How long a webhook may wait to be stored: the service waits for 2 seconds.
const STORE_WITHIN: Duration = Duration::from_millis(1_500);

/// The webhook by which the service reports that a limit is near (1047/60256). It is sent to the same URL.
const OVER_LIMIT: &str = "Alert.RequestOverLimit";

/// Refuses a webhook that is not of the app, or not signed: before its body is read, which anybody could send.
pub(super) fn admit(shared: &Shared, query: &str) -> Result<(), Answer> {
    check(&shared.settings, query, time_of_day()).map_err(|error| {
        shared.metrics.add("avmarks_keep_webhooks_total", &[("result", "refused")], 1);
        tracing::warn!(%error, "a webhook was refused");
        error_answer(StatusCode::FORBIDDEN, error)
    })
}

/// Answers a webhook that was not refused: OK only when it is stored, or does not matter.
pub(super) async fn receive(shared: &Shared, body: &[u8]) -> Result<Answer, Answer> {
    let count = |result: &'static str| shared.metrics.add("avmarks_keep_webhooks_total", &[("result", result)], 1);
    let acknowledged = |result| {
        count(result);
        Ok(answer(StatusCode::OK, "application/json", ACKNOWLEDGEMENT))
    };
    let webhook = match Webhook::parse(body) {
        Ok(webhook) => webhook,
        Err(WebhookError::UnknownCommand { found }) => {
            if found == OVER_LIMIT {
                tracing::warn!("the service tells that a limit of calls is near");
            }
            return acknowledged(if found == OVER_LIMIT { "over-limit" } else { "ignored" });
        }
        Err(error) => {
            count("unreadable");
            tracing::warn!(%error, "a webhook cannot be read");
            return Err(error_answer(StatusCode::BAD_REQUEST, error));
        }
    };
    let Ok(group) = GroupId::parse(webhook.group_id()) else {
        return acknowledged("ignored");
    };
    let events = events(group, &webhook);
    if events.is_empty() {
        return acknowledged("ignored");
    }
    let until = tokio::time::Instant::now() + STORE_WITHIN;
    if !shared.lookup.may_want(&events).await {
        return acknowledged("unwanted");
    }
    match tokio::time::timeout_at(until, shared.writer.accept(events)).await {
        Ok(Ok(())) => acknowledged("accepted"),
        _ => {
            count("unavailable");
            shared.writer.missed(group);
            Err(error_answer(
                StatusCode::SERVICE_UNAVAILABLE,
                "the webhook was not stored in time; the group is looked at anew later",
            ))
        }
    }
}

/// Whether the query is of the app, and signed if a token is known.
fn check(settings: &ServerSettings, query: &str, now: Timestamp) -> Result<(), String> {
    let query = WebhookQuery::parse(query).map_err(|error| error.to_string())?;
    if query.sdkappid != settings.app {
        return Err(format!("`SdkAppid` is `{}`: expected `{}`", query.sdkappid, settings.app));
    }
    let Some(token) = &settings.webhook_token else { return Ok(()) };
    match (&query.sign, query.request_time_seconds) {
        (Some(sign), Some(time)) => {
            token.check(sign, time, now, Some(settings.webhook_age)).map_err(|error| error.to_string())
        }
        _ => Err("`Sign` or `RequestTime` is missing from the URL; check that the console has a token".to_owned()),
    }
}

/// The event of a webhook for each account.
fn events(group: GroupId, webhook: &Webhook) -> Vec<Event> {
    let of = |members: &[WebhookMember], change: fn(UserId) -> PresenceChange, at: Option<Timestamp>| {
        let accounts = members.iter().filter_map(|member| UserId::parse_as(&member.account, AccountId::Utf8).ok());
        accounts.map(|account| Event { group, change: change(account), at }).collect()
    };
    match webhook {
        Webhook::AfterMemberJoin(change) => of(&change.members, PresenceChange::Joined, change.event_time),
        Webhook::AfterMemberExit(change) => of(&change.members, PresenceChange::Left, change.event_time),
        Webhook::MemberStateChange(change) if change.event_type == EventType::Offline => {
            of(&change.members, PresenceChange::Offline, change.event_time)
        }
        // In doubt an account counts as online.
        Webhook::MemberStateChange(change) => of(&change.members, PresenceChange::Online, change.event_time),
        Webhook::AfterGroupDestroyed(gone) => {
            vec![Event { group, change: PresenceChange::Destroyed, at: gone.event_time }]
        }
        _ => Vec::new(),
    }
}

#[cfg(test)]
mod tests {
    use avmarks_protocol::SdkAppId;
    use avmarks_protocol::webhook::WebhookToken;

    use super::*;

    fn settings(token: Option<&str>) -> ServerSettings {
        ServerSettings {
            app: SdkAppId::EXAMPLE,
            token: None,
            webhook_token: token.map(|token| WebhookToken::new(token).unwrap()),
            webhook_age: Duration::from_secs(300),
            body_bytes_max: 1_024,
        }
    }

    fn at(seconds: u64) -> Timestamp {
        Timestamp::from_millis(seconds * 1_000)
    }

    #[test]
    fn another_app_is_refused() {
        let query = |app: u64| format!("SdkAppid={app}&CallbackCommand=Group.CallbackAfterMemberExit");
        assert_eq!(check(&settings(None), &query(1_400_000_000), at(0)), Ok(()));
        let error = check(&settings(None), &query(1_400_000_001), at(0)).unwrap_err();
        assert_eq!(error, "`SdkAppid` is `1400000001`: expected `1400000000`");
        assert!(check(&settings(None), "", at(0)).is_err());
    }

    #[test]
    fn a_signature_must_be_right_and_young() {
        let token = WebhookToken::new("xxxxyyyy").unwrap();
        let query =
            |time: u64, sign: &str| format!("SdkAppid=1400000000&CallbackCommand=c&Sign={sign}&RequestTime={time}");
        let signed = query(1_000, &token.sign(1_000));
        for (now, is_right) in [(1_000, true), (1_300, true), (1_301, false), (700, true), (699, false)] {
            assert_eq!(check(&settings(Some("xxxxyyyy")), &signed, at(now)).is_ok(), is_right, "{now}");
        }
        assert!(check(&settings(Some("xxxxyyyy")), &query(1_001, &token.sign(1_000)), at(1_000)).is_err());
        let unsigned = check(&settings(Some("xxxxyyyy")), "SdkAppid=1400000000&CallbackCommand=c", at(0)).unwrap_err();
        assert!(unsigned.starts_with("`Sign` or `RequestTime` is missing"), "{unsigned}");
    }
}
