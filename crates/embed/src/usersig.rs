//! `usersig_sign`, `usersig_verify`, `usersig_explain`. Neither key nor signature is in any reply, except for the signature that was asked for.

use std::borrow::Cow;
use std::time::Duration;

use avmarks_protocol::secret::SecretKey;
use avmarks_protocol::usersig::{self, Finding, Token, UserSig};
use avmarks_protocol::{ErrorCode, SdkAppId};
use avmarks_spec::Timestamp;
use serde::{Deserialize, Serialize};

use crate::error::RequestError;
use crate::reply::{Whole, json};
use crate::request::Request;
use crate::shape::{Number, Text};

#[derive(Deserialize)]
struct ToSign<'a> {
    #[serde(borrow)]
    key: Text<'a>,
    sdkappid: Number<u64>,
    #[serde(borrow)]
    identifier: Text<'a>,
    now_ms: Number<u64>,
    expire_seconds: Option<Number<u64>>,
    #[serde(borrow)]
    userbuf: Option<Text<'a>>,
}

#[derive(Deserialize)]
struct ToVerify<'a> {
    #[serde(borrow)]
    key: Text<'a>,
    sdkappid: Number<u64>,
    #[serde(borrow)]
    identifier: Text<'a>,
    now_ms: Number<u64>,
    #[serde(borrow)]
    usersig: Text<'a>,
}

#[derive(Deserialize)]
struct ToExplain<'a> {
    #[serde(borrow)]
    key: Option<Text<'a>>,
    sdkappid: Option<Number<u64>>,
    #[serde(borrow)]
    identifier: Option<Text<'a>>,
    now_ms: Number<u64>,
    #[serde(borrow)]
    usersig: Text<'a>,
}

/// The key of a field `key`; what is wrong with it says nothing of it but where to look.
pub(crate) fn key(key: &Text<'_>) -> Result<SecretKey, RequestError> {
    SecretKey::new(&key.0).map_err(|error| RequestError::invalid("/key", format!("invalid key: {error}")))
}

/// The app of a field `sdkappid`.
pub(crate) fn app(Number(number): Number<u64>) -> Result<SdkAppId, RequestError> {
    SdkAppId::new(number).map_err(|error| RequestError::invalid("/sdkappid", error.to_string()))
}

#[derive(Serialize)]
pub struct Signed<'a> {
    pub usersig: &'a str,
}

/// The validity that the vendor's packages give a signature: 180 days.
const VALID_FOR: Duration = Duration::from_secs(180 * 24 * 60 * 60);

pub(crate) fn sign(request: &Request<'_>) -> Result<String, RequestError> {
    let ToSign { key: secret, sdkappid, identifier, now_ms, expire_seconds, userbuf } = request.fields()?;
    let now = Timestamp::from_millis(now_ms.0);
    let valid_for = expire_seconds.map_or(VALID_FOR, |seconds| Duration::from_secs(seconds.0));
    let userbuf = userbuf.as_ref().map(|userbuf| userbuf.0.as_bytes());
    let sig = UserSig::sign(&key(&secret)?, app(sdkappid)?, &identifier.0, now, valid_for, userbuf);
    json(&Signed { usersig: sig.as_str() })
}

#[derive(Serialize)]
pub struct Verified {
    pub accepted: bool,
    pub code: ErrorCode,
    pub message: Option<String>,
    /// What it claims, whether that is true or not; none if it cannot be read.
    pub token: Option<TokenFields>,
}

pub(crate) fn verify(request: &Request<'_>) -> Result<String, RequestError> {
    let ToVerify { key: secret, sdkappid, identifier, now_ms, usersig } = request.fields()?;
    let now = Timestamp::from_millis(now_ms.0);
    json(&Verified::new(&usersig.0, &key(&secret)?, app(sdkappid)?, &identifier.0, now))
}

impl Verified {
    /// Whether the service would accept a signature, as it is or percent-encoded, as a URL has it.
    #[must_use]
    pub fn new(given: &str, key: &SecretKey, app: SdkAppId, identifier: &str, now: Timestamp) -> Self {
        let sig = UserSig::from_url(given);
        match usersig::verify(&sig, key, app, identifier, now) {
            Ok(token) => {
                Self { accepted: true, code: ErrorCode::OK, message: None, token: Some(TokenFields::of(&token)) }
            }
            Err(error) => Self {
                accepted: false,
                code: error.code(),
                message: Some(error.to_string()),
                token: Token::decode(sig.as_str()).ok().map(|token| TokenFields::of(&token)),
            },
        }
    }
}

#[derive(Serialize)]
pub struct Explained {
    /// None if nothing is wrong, and not all of it was looked at.
    pub accepted: Option<bool>,
    pub code: ErrorCode,
    pub findings: Vec<FindingLine>,
    pub token: Option<TokenFields>,
    /// What the signature was not held against, because it was not given.
    pub unchecked: Vec<&'static str>,
}

#[derive(Serialize)]
pub struct FindingLine {
    /// None for a note.
    pub code: Option<ErrorCode>,
    pub message: Cow<'static, str>,
}

/// That the text was decoded before it was looked at, as the service does.
const DECODED: &str = "the signature is percent-encoded, as in a URL, and was decoded once; if your HTTP client encodes what it is \
                       given, give it the decoded one: encoded twice, it is refused with 70003";

pub(crate) fn explain(request: &Request<'_>) -> Result<String, RequestError> {
    let ToExplain { key: secret, sdkappid, identifier, now_ms, usersig } = request.fields()?;
    let key = secret.as_ref().map(key).transpose()?;
    let app = sdkappid.map(app).transpose()?;
    let identifier = identifier.as_ref().map(|identifier| &*identifier.0);
    json(&Explained::new(&usersig.0, key.as_ref(), app, identifier, Timestamp::from_millis(now_ms.0)))
}

impl Explained {
    /// Everything that is wrong with a signature, encoded or not, as far as the given fields show it.
    #[must_use]
    pub fn new(
        given: &str,
        key: Option<&SecretKey>,
        app: Option<SdkAppId>,
        identifier: Option<&str>,
        now: Timestamp,
    ) -> Self {
        let decoded = UserSig::from_url(given);
        let is_from_url = decoded.as_str() != given && Token::decode(decoded.as_str()).is_ok();
        let sig = if is_from_url { decoded.as_str() } else { given };
        let explanation = usersig::explain(sig, key, app, identifier, now);
        let line = |finding: &Finding| FindingLine { code: finding.code(), message: Cow::Owned(finding.to_string()) };
        let mut findings: Vec<_> = explanation.findings.iter().map(line).collect();
        findings.extend(is_from_url.then_some(FindingLine { code: None, message: Cow::Borrowed(DECODED) }));
        let missing = [(key.is_none(), "key"), (app.is_none(), "sdkappid"), (identifier.is_none(), "identifier")];
        let unchecked: Vec<_> =
            missing.into_iter().filter(|(is_missing, _)| *is_missing).map(|(_, what)| what).collect();
        let code = explanation.code();
        Self {
            accepted: match code {
                Some(_) => Some(false),
                None => unchecked.is_empty().then_some(true),
            },
            code: code.unwrap_or(ErrorCode::OK),
            findings,
            token: explanation.token.as_ref().map(TokenFields::of),
            unchecked,
        }
    }
}

/// What a signature contains, except for its MAC.
#[derive(Serialize)]
pub struct TokenFields {
    pub version: &'static str,
    pub identifier: String,
    pub sdkappid: Whole<u64>,
    pub time: Whole<u64>,
    pub expire: Whole<u64>,
    pub expires_at: Whole<u64>,
    pub userbuf: Option<UserBuf>,
}

/// As text if it is text.
#[derive(Serialize)]
#[serde(untagged)]
pub enum UserBuf {
    Text(String),
    Bytes(Vec<u8>),
}

impl TokenFields {
    fn of(token: &Token) -> Self {
        let userbuf = token.userbuf().map(|bytes| match std::str::from_utf8(bytes) {
            Ok(text) => UserBuf::Text(text.to_owned()),
            Err(_) => UserBuf::Bytes(bytes.to_owned()),
        });
        Self {
            version: token.version(),
            identifier: token.identifier().to_owned(),
            sdkappid: Whole(token.sdkappid()),
            time: Whole(token.issued_at_seconds()),
            expire: Whole(token.valid_for_seconds()),
            expires_at: Whole(token.expires_at_seconds()),
            userbuf,
        }
    }
}
