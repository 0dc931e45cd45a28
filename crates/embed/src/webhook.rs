//! `webhook_parse`, `webhook_verify`, `webhook_build`.

use std::time::Duration;

use avmarks_protocol::webhook::{Revision, Webhook, WebhookMember, WebhookQuery, WebhookToken};
use avmarks_spec::Timestamp;
use serde::{Deserialize, Serialize};

use crate::error::RequestError;
use crate::reply::{Whole, json};
use crate::request::Request;
use crate::shape::{Number, Text};
use crate::usersig::app;

/// The fields of a webhook. A field that its command does not have is null.
#[derive(Default, Serialize)]
struct Parsed<'a> {
    accepted: bool,
    /// Why it cannot be read.
    message: Option<String>,
    command: Option<&'static str>,
    group: Option<&'a str>,
    /// Online or offline, as the service writes it.
    event: Option<&'a str>,
    /// How they joined or left, or why they went on- or offline, as the service writes it.
    cause: Option<&'a str>,
    operator: Option<&'a str>,
    accounts: Option<Vec<&'a str>>,
    at_ms: Option<Whole<u64>>,
}

pub(crate) fn parse(request: &Request<'_>) -> Result<String, RequestError> {
    match Webhook::parse(request.body) {
        Ok(webhook) => json(&Parsed::of(&webhook)?),
        Err(error) => json(&Parsed { message: Some(error.to_string()), ..Parsed::default() }),
    }
}

impl<'a> Parsed<'a> {
    fn of(webhook: &'a Webhook) -> Result<Self, RequestError> {
        let accounts = |members: &'a [WebhookMember]| Some(members.iter().map(|member| &*member.account).collect());
        let at = |time: Option<Timestamp>| time.map(|time| Whole(time.as_millis()));
        let whole = Self {
            accepted: true,
            command: Some(webhook.command()),
            group: Some(webhook.group_id()),
            ..Self::default()
        };
        Ok(match webhook {
            Webhook::AfterMemberJoin(join) => Self {
                cause: Some(join.change_type.as_str()),
                operator: Some(&join.operator),
                accounts: accounts(&join.members),
                at_ms: at(join.event_time),
                ..whole
            },
            Webhook::AfterMemberExit(exit) => Self {
                cause: Some(exit.change_type.as_str()),
                operator: Some(&exit.operator),
                accounts: accounts(&exit.members),
                at_ms: at(exit.event_time),
                ..whole
            },
            Webhook::AfterGroupDestroyed(destroyed) => Self {
                accounts: destroyed.members.as_deref().and_then(accounts),
                at_ms: at(destroyed.event_time),
                ..whole
            },
            Webhook::MemberStateChange(change) => Self {
                event: Some(change.event_type.as_str()),
                cause: change.event_cause.as_ref().map(|cause| cause.as_str()),
                accounts: accounts(&change.members),
                at_ms: at(change.event_time),
                ..whole
            },
            _ => return Err(RequestError::unanswered()),
        })
    }
}

#[derive(Deserialize)]
struct ToVerify<'a> {
    #[serde(borrow)]
    query: Text<'a>,
    sdkappid: Number<u64>,
    now_ms: Number<u64>,
    #[serde(borrow)]
    token: Option<Text<'a>>,
    window_seconds: Option<Number<u64>>,
}

#[derive(Serialize)]
struct Verified {
    accepted: bool,
    message: Option<String>,
    command: Option<String>,
}

/// The token of a field `token`; what is wrong with it says nothing of it but where to look.
fn token(token: &Text<'_>) -> Result<WebhookToken, RequestError> {
    WebhookToken::new(&token.0).map_err(|error| RequestError::invalid("/token", format!("invalid token: {error}")))
}

pub(crate) fn verify(request: &Request<'_>) -> Result<String, RequestError> {
    let asked: ToVerify<'_> = request.fields()?;
    let (app, token) = (app(asked.sdkappid)?, asked.token.as_ref().map(token).transpose()?);
    let query = match WebhookQuery::parse(&asked.query.0) {
        Ok(query) => query,
        Err(error) => return json(&Verified { accepted: false, message: Some(error.to_string()), command: None }),
    };
    let window = asked.window_seconds.map(|seconds| Duration::from_secs(seconds.0));
    let message = if query.sdkappid != app {
        Some(format!("`SdkAppid` is `{}`: expected {app}", query.sdkappid))
    } else {
        match (&token, &query.sign, query.request_time_seconds) {
            (None, ..) => None,
            (Some(token), Some(sign), Some(time)) => {
                let checked = token.check(sign, time, Timestamp::from_millis(asked.now_ms.0), window);
                checked.err().map(|error| error.to_string())
            }
            (Some(_), ..) => Some("`Sign` or `RequestTime` is missing from the URL".to_owned()),
        }
    };
    json(&Verified { accepted: message.is_none(), message, command: Some(query.command) })
}

#[derive(Deserialize)]
struct ToBuild<'a> {
    #[serde(borrow)]
    revision: Option<Text<'a>>,
    sdkappid: Number<u64>,
    now_ms: Number<u64>,
    #[serde(borrow)]
    token: Option<Text<'a>>,
}

#[derive(Serialize)]
struct Built {
    query: String,
    body: String,
}

pub(crate) fn build(request: &Request<'_>) -> Result<String, RequestError> {
    let asked: ToBuild<'_> = request.fields()?;
    let token = asked.token.as_ref().map(token).transpose()?;
    let revision = asked.revision.and_then(|name| Revision::from_name(&name.0)).unwrap_or_default();
    let webhook = Webhook::parse(request.body).map_err(|error| RequestError::body(error.to_string()))?;
    let seconds = Timestamp::from_millis(asked.now_ms.0).as_seconds();
    let query = WebhookQuery {
        sdkappid: app(asked.sdkappid)?,
        command: webhook.command().to_owned(),
        contenttype: Some("json".to_owned()),
        client_ip: None,
        opt_platform: None,
        sign: token.as_ref().map(|token| token.sign(seconds)),
        request_time_seconds: token.is_some().then_some(seconds),
    };
    // What is written is JSON, and so UTF-8.
    let body = String::from_utf8(webhook.to_json(revision)).map_err(|_| RequestError::unanswered())?;
    json(&Built { query: query.to_text(), body })
}
