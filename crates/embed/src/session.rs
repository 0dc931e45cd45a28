//! A session: a service with its groups, asked by lines of a scenario or by calls.

use std::borrow::Cow;

use avmarks_protocol::Endpoint;
use avmarks_service::{App, Response, Settings, scenario::Scenario, scenario::events_json};
use avmarks_spec::Timestamp;
use serde::{Deserialize, Serialize};
use serde_json::value::RawValue;

use crate::check::{Checked, OmittedMark, endpoint, ids};
use crate::error::{ErrorKind, RequestError};
use crate::policy::policy_of;
use crate::reply::{EMPTY, Json, json};
use crate::request::Request;
use crate::shape::{Number, Text};
use crate::usersig::key;

#[derive(Debug)]
pub(crate) struct Session {
    scenario: Scenario,
}

#[derive(Deserialize)]
struct ToOpen<'a> {
    #[serde(borrow)]
    policy: Option<&'a RawValue>,
    #[serde(borrow)]
    key: Option<Text<'a>>,
}

#[derive(Deserialize)]
struct ToCall<'a> {
    #[serde(borrow)]
    endpoint: Cow<'a, str>,
    at_ms: Number<u64>,
    #[serde(borrow, rename = "as")]
    identifier: Option<Text<'a>>,
    #[serde(borrow, default)]
    want: Vec<Cow<'a, str>>,
}

impl ToCall<'_> {
    fn wants(&self, name: &str) -> bool {
        self.want.iter().any(|wanted| wanted == name)
    }

    fn identifier(&self) -> &str {
        self.identifier.as_ref().map_or("administrator", |identifier| &identifier.0)
    }

    fn endpoint_and_time(&self) -> Result<(Endpoint, Timestamp), RequestError> {
        Ok((endpoint(&self.endpoint)?, Timestamp::from_millis(self.at_ms.0)))
    }
}

#[derive(Serialize)]
struct Called {
    answer: Json,
    because: Vec<&'static str>,
    omitted: Vec<OmittedMark>,
    #[serde(skip_serializing_if = "Option::is_none")]
    events: Option<Json>,
}

impl Session {
    pub(crate) fn open(request: &Request<'_>) -> Result<Self, RequestError> {
        let asked: ToOpen<'_> = request.fields()?;
        let mut app = match request.body {
            [] => App::new(Settings::default()),
            snapshot => restored(snapshot)?,
        };
        let mut settings = app.settings().clone();
        settings.terms.policy = policy_of(asked.policy, settings.terms.policy)?;
        settings.key = asked.key.as_ref().map(key).transpose()?;
        app.configure(settings);
        Ok(Self { scenario: Scenario::new(app) })
    }

    pub(crate) fn ask(&mut self, request: &Request<'_>) -> Result<String, RequestError> {
        match request.verb.name {
            "line" => self.line(request.body),
            "call" => self.call(request),
            "dry_run" => self.dry_run(request),
            "snapshot" => text(self.scenario.app().snapshot()),
            "restore" => {
                let mut app = restored(request.body)?;
                let mut settings = app.settings().clone();
                settings.key.clone_from(&self.scenario.app().settings().key);
                app.configure(settings);
                *self.scenario.app_mut() = app;
                Ok(EMPTY.to_owned())
            }
            _ => Err(RequestError::unanswered()),
        }
    }

    fn line(&mut self, line: &[u8]) -> Result<String, RequestError> {
        match self.scenario.answer_bytes(line) {
            Ok(answer) => text(answer),
            Err(error) => Err(RequestError::new(ErrorKind::Line, None, error.to_string())),
        }
    }

    fn call(&mut self, request: &Request<'_>) -> Result<String, RequestError> {
        let asked: ToCall<'_> = request.fields()?;
        let (endpoint, at) = asked.endpoint_and_time()?;
        let call = avmarks_service::Request::trusted(asked.identifier(), endpoint.path(), request.body);
        let Response { answer, events: brought, .. } = self.scenario.app_mut().handle(&call, at);
        json(&Called {
            because: ids(&answer.because),
            answer: Json(answer.body),
            omitted: answer.omitted.into_iter().map(OmittedMark).collect(),
            events: asked.wants("events").then(|| Json(events_json(&brought))),
        })
    }

    fn dry_run(&self, request: &Request<'_>) -> Result<String, RequestError> {
        let asked: ToCall<'_> = request.fields()?;
        let (endpoint, at) = asked.endpoint_and_time()?;
        let call = avmarks_service::Request::trusted(asked.identifier(), endpoint.path(), request.body);
        json(&Checked::dry_run(self.scenario.app(), endpoint, &call, at, |name| asked.wants(name)))
    }
}

fn restored(snapshot: &[u8]) -> Result<App, RequestError> {
    App::restore(snapshot).map_err(|error| RequestError::body(error.to_string()))
}

/// What the service writes is JSON, and so UTF-8.
fn text(json: Vec<u8>) -> Result<String, RequestError> {
    String::from_utf8(json).map_err(|_| RequestError::unanswered())
}
