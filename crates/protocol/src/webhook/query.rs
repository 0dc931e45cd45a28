//! The query of a webhook's URL.

use core::fmt;

use crate::app_id::SdkAppId;
use crate::url::{Parameter, QueryError, encoded, once, pairs};

/// The query that the service puts behind an app's own URL.
///
/// Source: 1047/34354, webhook protocols and security. The receiver must check that [`sdkappid`](Self::sdkappid) is its
/// own. Only `SdkAppid` and `CallbackCommand` are in every sample. It prints without [`sign`](Self::sign), which whoever
/// reads it could send again; [`to_text`](Self::to_text) has it.
///
/// ```
/// use avmarks_protocol::webhook::WebhookQuery;
///
/// let text = "SdkAppid=1400000000&CallbackCommand=Group.CallbackAfterMemberExit&contenttype=json&ClientIP=127.0.0.1\
///             &OptPlatform=RESTAPI";
/// let query = WebhookQuery::parse(text).unwrap();
/// assert_eq!(query.sdkappid.number(), 1_400_000_000);
/// assert_eq!(query.opt_platform.as_deref(), Some("RESTAPI"));
/// assert_eq!(query.to_text(), text);
/// ```
#[derive(Clone, PartialEq, Eq)]
pub struct WebhookQuery {
    /// `SdkAppid`: the app.
    pub sdkappid: SdkAppId,
    /// `CallbackCommand`.
    pub command: String,
    /// `contenttype`: optional, and `json` in whatever case, since the tables say `JSON` and the samples `json`.
    pub contenttype: Option<String>,
    /// `ClientIP`: the address of the client that caused it.
    pub client_ip: Option<String>,
    /// `OptPlatform`: `RESTAPI`, `Web`, `Android`, `iOS`, `Windows`, `macOS`, `iPad`, `Unknown`, or another.
    pub opt_platform: Option<String>,
    /// `Sign`, if a token is configured; [`WebhookToken::check`](super::WebhookToken::check) says whether it is good.
    pub sign: Option<String>,
    /// `RequestTime` of `Sign`, in Unix seconds.
    pub request_time_seconds: Option<u64>,
}

impl WebhookQuery {
    /// The query of this text, with or without `?` in front. Order is free, unknown parameters are passed over, and an
    /// empty value counts as missing, but the parameter must not occur again.
    ///
    /// # Errors
    ///
    /// [`QueryError`] if `SdkAppid` or `CallbackCommand` is missing, or a parameter is duplicated or wrong.
    pub fn parse(text: &str) -> Result<Self, QueryError> {
        const NAMES: [&str; 7] =
            ["SdkAppid", "CallbackCommand", "contenttype", "ClientIP", "OptPlatform", "Sign", "RequestTime"];
        let mut found = NAMES.map(|name| (name, Parameter::<String>::Missing));
        for (name, value) in pairs(text) {
            if let Some((_, parameter)) = found.iter_mut().find(|(known, _)| *known == name.text) {
                parameter.record(value);
            }
        }
        let [app, command, contenttype, client_ip, opt_platform, sign, request_time] = found;
        let (app, command) = (required(app)?, required(command)?);
        let contenttype = optional(contenttype)?;
        if let Some(found) = contenttype.as_ref().filter(|found| !found.eq_ignore_ascii_case("json")) {
            return Err(QueryError::WrongContentType { found: found.clone() });
        }
        Ok(Self {
            sdkappid: SdkAppId::parse(&app)
                .map_err(|_| QueryError::Malformed { name: "SdkAppid", found: app.clone() })?,
            command,
            contenttype,
            client_ip: optional(client_ip)?,
            opt_platform: optional(opt_platform)?,
            sign: optional(sign)?,
            request_time_seconds: optional(request_time)?.map(seconds).transpose()?,
        })
    }

    /// The query as the service sends it, without `?`, in the order of the vendor's sample. **It contains the signature**: do not
    /// log it.
    #[must_use]
    pub fn to_text(&self) -> String {
        let mut text = format!("SdkAppid={}&CallbackCommand={}", self.sdkappid, encoded(&self.command));
        let request_time = self.request_time_seconds.map(|seconds| seconds.to_string());
        for (name, value) in [
            ("contenttype", &self.contenttype),
            ("ClientIP", &self.client_ip),
            ("OptPlatform", &self.opt_platform),
            ("Sign", &self.sign),
            ("RequestTime", &request_time),
        ] {
            if let Some(value) = value {
                text.push_str(&format!("&{name}={}", encoded(value)));
            }
        }
        text
    }
}

impl fmt::Debug for WebhookQuery {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("WebhookQuery")
            .field("sdkappid", &self.sdkappid)
            .field("command", &self.command)
            .field("contenttype", &self.contenttype)
            .field("client_ip", &self.client_ip)
            .field("opt_platform", &self.opt_platform)
            .field("sign", &self.sign.as_ref().map(|_| format_args!("…")))
            .field("request_time_seconds", &self.request_time_seconds)
            .finish()
    }
}

type Found = (&'static str, Parameter);

fn optional((name, parameter): Found) -> Result<Option<String>, QueryError> {
    match parameter {
        Parameter::Missing | Parameter::Empty => Ok(None),
        found => once(&found, name).cloned().map(Some),
    }
}

fn required((name, parameter): Found) -> Result<String, QueryError> {
    once(&parameter, name).cloned()
}

/// Seconds in plain decimal: the signature covers the text, so another way of writing the number is another text.
fn seconds(text: String) -> Result<u64, QueryError> {
    match text.parse::<u64>() {
        Ok(seconds) if seconds.to_string() == text => Ok(seconds),
        _ => Err(QueryError::Malformed { name: "RequestTime", found: text }),
    }
}
