//! Another emulator or mock, held to the cases: each body is sent to it, and its verdict is compared.

use std::io::Read;
use std::time::{Duration, Instant};

use avmarks_protocol::region::{BaseUrl, BaseUrlError};
use avmarks_protocol::url::{CallUrl, Query};
use avmarks_protocol::usersig::UserSig;
use avmarks_protocol::{Endpoint, Envelope};
use ureq::Agent;

use crate::case::{Case, Category, Expect, Judged, Question};
use crate::cases::cases;
use crate::generated::generated;
use crate::harness::Sdk;
use crate::line::cases_hash;
use crate::reply::excerpt;
use crate::report::{CaseReport, Report, State};
use crate::test_app::{APP, IDENTIFIER};

/// What is held to the cases.
#[derive(Clone, Debug)]
#[non_exhaustive]
pub struct EmulateSettings {
    /// Where it is, without a path.
    pub url: String,
    /// The app of the requests. Default: 1400000000.
    pub sdkappid: u64,
    /// The caller. Default: `administrator`.
    pub identifier: String,
    /// A signature of the caller, if the emulator checks it.
    pub usersig: Option<String>,
    /// What more cases are generated of.
    pub seed: u64,
    /// How many more. Default: none.
    pub count: usize,
}

impl EmulateSettings {
    /// The app of the emulator's own defaults.
    #[must_use]
    pub fn new(url: impl Into<String>) -> Self {
        let (sdkappid, identifier) = (APP, IDENTIFIER.to_owned());
        Self { url: url.into(), sdkappid, identifier, usersig: None, seed: 0, count: 0 }
    }
}

/// Why an emulator was not held to the cases.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum EmulateError {
    /// The URL is none.
    #[error(transparent)]
    Url(#[from] BaseUrlError),
    /// The app is none.
    #[error(transparent)]
    App(#[from] avmarks_protocol::SdkAppIdError),
    /// The URL does not answer.
    #[error("`{url}` does not answer: {what}")]
    Unreachable {
        /// The URL.
        url: String,
        /// The error of the connection.
        what: String,
    },
    /// The app of the cases cannot be made.
    #[error("{0}")]
    Setup(String),
}

/// How long a request may take.
const TIMEOUT: Duration = Duration::from_secs(10);

/// The pause before each request.
const PAUSE: Duration = Duration::from_millis(6);

/// How much of an answer is read.
const ANSWER_BYTES_MAX: u64 = 4 << 20;

/// Codes that refuse the form of a body: if one is accepted, the answer has another code, such as 10010, as the groups of the
/// cases need not exist.
const REFUSED_FORM: [i64; 4] = [60_003, 10_004, 10_005, 10_015];

/// Sends the body of each case of category `check` to an emulator, and compares its verdict. `progress` is called as by
/// [`run`](crate::run()).
///
/// The groups of the cases must not exist there, so that nothing but the form of a body decides.
///
/// # Errors
///
/// [`EmulateError`] if nothing can be asked.
pub fn emulate(settings: &EmulateSettings, mut progress: impl FnMut(usize, usize)) -> Result<Report, EmulateError> {
    let base = BaseUrl::parse(&settings.url)?;
    let query = Query {
        sdkappid: avmarks_protocol::SdkAppId::new(settings.sdkappid)?,
        identifier: settings.identifier.clone(),
        usersig: UserSig::new(settings.usersig.clone().unwrap_or_else(|| "conformance".to_owned())),
        random: Some(0),
    };
    let all = cases();
    let hash = cases_hash(&all).map_err(|error| EmulateError::Setup(error.to_string()))?;
    let mut asked: Vec<Case> = all.into_iter().filter(|case| case.category() == Category::Check).collect();
    asked.extend(generated(settings.seed, settings.count));
    let target = Target { agent: agent(), base, query };
    let mut results = Vec::with_capacity(asked.len());
    for (at, case) in asked.iter().enumerate() {
        progress(at, asked.len());
        let (Question::Check { endpoint, body }, Expect::Judged(judged)) = (&case.question, &case.expect) else {
            continue;
        };
        // Every emulator of the service admits no more than 200 calls of a command in a second (`RATE`).
        std::thread::sleep(PAUSE);
        let begun = Instant::now();
        let state = match target.ask(*endpoint, body, at) {
            Ok((status, answer)) => match verdict(judged, status, &answer) {
                Ok(()) => State::Passed,
                Err(message) => State::Failed { message, breakage: None },
            },
            // One that never answered is not there.
            Err(what) if at == 0 => return Err(EmulateError::Unreachable { url: settings.url.clone(), what }),
            Err(what) => State::Failed { message: format!("it did not answer: {what}"), breakage: None },
        };
        results.push(CaseReport::new(case, state, None, begun.elapsed()));
    }
    progress(asked.len(), asked.len());
    let sdk = Sdk { name: settings.url.clone(), version: "–".to_owned(), language: "HTTP".to_owned() };
    Ok(Report::new(sdk, hash, 0, results, &asked, Vec::new()))
}

struct Target {
    agent: Agent,
    base: BaseUrl,
    query: Query,
}

fn agent() -> Agent {
    // A refusal has the status 200, and any other is an answer as well; no redirect is followed, and no proxy asked.
    let config = Agent::config_builder().http_status_as_error(false).max_redirects(0).proxy(None);
    config.timeout_global(Some(TIMEOUT)).build().into()
}

impl Target {
    fn ask(&self, endpoint: Endpoint, body: &[u8], number: usize) -> Result<(u16, Vec<u8>), String> {
        let query = Query { random: u32::try_from(number).ok(), ..self.query.clone() };
        let url = CallUrl::new(&self.base, endpoint.path(), &query);
        let request = self.agent.post(url.as_str()).header("content-type", "application/json");
        // The text of an error may have the URL in it, and there the signature.
        let failed = |error: ureq::Error| error.to_string().replace(url.as_str(), url.redacted());
        let mut response = request.send(body).map_err(failed)?;
        let status = response.status().as_u16();
        let mut answer = Vec::new();
        let reader = response.body_mut().as_reader().take(ANSWER_BYTES_MAX).read_to_end(&mut answer);
        reader.map_err(|error| error.to_string())?;
        Ok((status, answer))
    }
}

/// Whether the answer to a body is that of the documents.
fn verdict(judged: &Judged, status: u16, answer: &[u8]) -> Result<(), String> {
    const SHOWN_MAX: usize = 240;
    if status != 200 {
        return Err(format!("expected the status 200 (HTTP-200); found {status}"));
    }
    let shown = excerpt(&String::from_utf8_lossy(answer), SHOWN_MAX);
    let envelope = Envelope::parse(answer).map_err(|error| format!("the answer cannot be read: {error}: {shown}"))?;
    let found = envelope.error_code.number();
    match (judged.refusal, judged.code) {
        (None, _) if REFUSED_FORM.contains(&found) => Err(format!("expected that the body is accepted; found {shown}")),
        (None, _) => Ok(()),
        (Some(_), Some(code)) if code != found => Err(format!("expected code {code}; found {shown}")),
        (Some(_), None) if !REFUSED_FORM.contains(&found) => {
            Err(format!("expected that the body is refused; found {shown}"))
        }
        _ => Ok(()),
    }
}
