//! A run: every case is asked, judged, and made small where it fails.

use std::collections::BTreeSet;
use std::fs;
use std::io;
use std::path::PathBuf;
use std::time::{Duration, Instant, SystemTime, UNIX_EPOCH};

use avmarks_spec::Timestamp;
use serde_json::{Map, Value, json};

use crate::authority::Authority;
use crate::case::{Case, Category, Level, Question};
use crate::cases::{CASES_VERSION, cases};
use crate::command_line::words;
use crate::error::RunError;
use crate::generated::generated;
use crate::harness::{Broken, Harness, HarnessFailure, Introduction, PROTOCOL, Sdk, StartError, Timeouts};
use crate::judge::{Outcome, judge};
use crate::line::{cases_hash, object};
use crate::listener::Listener;
use crate::reply::{Observation, excerpt};
use crate::report::{CaseReport, MinimalCase, Report, State};
use crate::shrink::smaller;
use crate::test_app::{APP, IDENTIFIER, KEY, TOKEN, TestApp, TestAppError};
use crate::verb::Verb;

/// What is run.
#[derive(Clone, Debug)]
#[non_exhaustive]
pub struct RunSettings {
    /// The command that runs the harness: a program and its arguments, without a shell.
    pub command: String,
    /// The categories that are asked; all of them if none is named.
    pub categories: Vec<Category>,
    /// What more cases are generated of.
    pub seed: u64,
    /// How many more. Default: none.
    pub count: usize,
    /// How long the harness may take.
    pub timeouts: Timeouts,
}

impl RunSettings {
    /// All cases, and no generated ones.
    #[must_use]
    pub fn new(command: impl Into<String>) -> Self {
        Self { command: command.into(), categories: Vec::new(), seed: 0, count: 0, timeouts: Timeouts::default() }
    }
}

/// How often a harness that broke is started again.
pub const RESTARTS_MAX: usize = 10;

/// How often a harness is asked again to make a failure small.
pub const SHRINK_QUESTIONS_MAX: usize = 200;

/// Runs the cases. `progress` is called before each, with how many were asked and how many there are.
///
/// The harness gets variables that lead its requests to the listener, also those of an SDK whose host is hard-wired to the vendor's:
/// nothing is to reach the service.
///
/// # Errors
///
/// [`RunError`]. A harness that breaks later fails the case that was asked.
pub fn run(settings: &RunSettings, mut progress: impl FnMut(usize, usize)) -> Result<Report, RunError> {
    let words = words(&settings.command)?;
    let mut all = cases();
    let hash = cases_hash(&all)?;
    all.extend(generated(settings.seed, settings.count));
    let is_asked = |category| settings.categories.is_empty() || settings.categories.contains(&category);
    let (asked, others): (Vec<_>, Vec<_>) = all.into_iter().partition(|case| is_asked(case.category()));

    let mut runner = Runner::start(words, settings)?;
    let mut reports = Vec::with_capacity(asked.len());
    // The id of the last question of each case.
    let mut last_ids = Vec::with_capacity(asked.len());
    for (at, case) in asked.iter().enumerate() {
        progress(at, asked.len());
        reports.push(runner.report(case)?);
        last_ids.push(runner.id);
    }
    progress(asked.len(), asked.len());
    let others = others.into_iter().map(|case| case.id).collect();
    let (sdk, restarts, replied_again) = runner.stop();
    for id in replied_again {
        let case = reports.get_mut(last_ids.partition_point(|last| *last < id));
        let is_broken = |state: &State| matches!(state, State::Failed { breakage: Some(_), .. });
        if let Some(report) = case.filter(|report| !is_broken(&report.state)) {
            let message = "it replied more than once".to_owned();
            report.state = State::Failed { message, breakage: Some(HarnessFailure::WrongId) };
            report.smallest = None;
        }
    }
    Ok(Report::new(sdk, hash, restarts, reports, &asked, others))
}

/// The harness and the listener.
struct Runner {
    words: Vec<String>,
    timeouts: Timeouts,
    seed: u64,
    listener: Listener,
    certificate: CertificateFile,
    /// None after it broke.
    harness: Option<Harness>,
    introduction: Introduction,
    restarts: usize,
    id: u64,
    /// Questions that a harness replied to more than once.
    replied_again: BTreeSet<u64>,
}

/// The certificate that a harness must trust. It is removed when it is dropped.
struct CertificateFile(PathBuf);

impl CertificateFile {
    fn write(pem: &str, port: u16) -> io::Result<Self> {
        let name = format!("avmarks-conformance-{}-{port}.pem", std::process::id());
        let path = std::env::temp_dir().join(name);
        fs::write(&path, pem)?;
        Ok(Self(path))
    }
}

impl Drop for CertificateFile {
    fn drop(&mut self) {
        // What cannot be removed is a certificate that nothing vouches with any longer.
        let _ = fs::remove_file(&self.0);
    }
}

/// The result of running a case once.
enum CaseRun {
    Judged(Outcome),
    Broken(Broken),
}

impl Runner {
    fn start(words: Vec<String>, settings: &RunSettings) -> Result<Self, RunError> {
        let authority = Authority::make()?;
        let pem = authority.pem().to_owned();
        let listener = Listener::start(authority.server()?)?;
        let certificate = CertificateFile::write(&pem, listener.address().port())?;
        let (harness, introduction) = launch(&words, &listener, &certificate, settings.seed, settings.timeouts.start)?;
        Ok(Self {
            words,
            timeouts: settings.timeouts,
            seed: settings.seed,
            listener,
            certificate,
            harness: Some(harness),
            introduction,
            restarts: 0,
            id: 0,
            replied_again: BTreeSet::new(),
        })
    }

    fn stop(mut self) -> (Sdk, usize, BTreeSet<u64>) {
        if let Some(harness) = self.harness {
            self.replied_again.extend(harness.stop());
        }
        (self.introduction.sdk, self.restarts, self.replied_again)
    }

    /// Asks a case, and makes it small where it fails.
    fn report(&mut self, case: &Case) -> Result<CaseReport, RunError> {
        let begun = Instant::now();
        let Some(case) = self.able(case) else {
            let why = "the harness does not say that it can".to_owned();
            return Ok(CaseReport::new(case, State::Skipped { why, url: None }, None, begun.elapsed()));
        };
        let asked = self.ask(&case)?;
        let elapsed = begun.elapsed();
        let (state, smallest) = match asked {
            CaseRun::Judged(Outcome::Passed) => (State::Passed, None),
            CaseRun::Judged(Outcome::Skipped { why, url }) => (State::Skipped { why, url }, None),
            CaseRun::Judged(Outcome::Failed(message)) => {
                // What is open is told, and looked into no further.
                let smallest = if case.level == Level::Gap { None } else { self.smallest(&case)? };
                (State::Failed { message, breakage: None }, smallest)
            }
            CaseRun::Broken(Broken { how, message }) => (State::Failed { message, breakage: Some(how) }, None),
        };
        Ok(CaseReport::new(&case, state, smallest, elapsed))
    }

    /// The case as this harness can be asked it. `None` if it does not say that it can.
    fn able(&self, case: &Case) -> Option<Case> {
        let can = |name: &str| self.introduction.can.iter().any(|able| able == name);
        let name = match &case.question {
            Question::Call { verb: Some(verb), .. } => verb.name(),
            Question::Call { verb: None, times, answers, .. } => {
                let verb = Verb::ALL.iter().copied().find(|verb| can(verb.name()))?;
                let (times, answers) = (*times, answers.clone());
                let question = Question::Call { verb: Some(verb), args: verb.simple(), times, answers };
                return Some(Case { question, ..case.clone() });
            }
            Question::Check { .. } => "check",
            Question::Classify { .. } => "classify",
            Question::UserSigMake { .. } => "usersig_make",
            Question::UserSigRead { .. } => "usersig_read",
            Question::Webhook { .. } => "webhook",
        };
        can(name).then(|| case.clone())
    }

    /// Asks a case once.
    fn ask(&mut self, case: &Case) -> Result<CaseRun, RunError> {
        let test_app = TestApp::at(now())?;
        let (times, answers) = match &case.question {
            Question::Call { times, answers, .. } => (*times, answers.as_slice()),
            _ => (1, &[][..]),
        };
        self.listener.begin(answers);
        let mut replies = Vec::new();
        for _ in 0..times {
            if let Err(broken) = self.running() {
                return Ok(CaseRun::Broken(broken));
            }
            self.id += 1;
            let question = object(&case.question, Some(self.id), &test_app)?;
            let Some(harness) = &mut self.harness else { break };
            let asked = harness.ask(self.id, &question, self.timeouts.case);
            self.replied_again.extend(harness.take_replied_again());
            match asked {
                Ok(reply) => replies.push(reply),
                Err(broken) => {
                    // It is out of step, or has ended.
                    self.harness = None;
                    return Ok(CaseRun::Broken(broken));
                }
            }
        }
        let seen = Observation { replies, requests: self.listener.recorded() };
        Ok(CaseRun::Judged(judge(case, &seen, &test_app)))
    }

    /// Restarts the harness if it has failed.
    fn running(&mut self) -> Result<(), Broken> {
        if self.harness.is_some() {
            return Ok(());
        }
        let not_asked = |message: String| Broken { how: HarnessFailure::NotAsked, message };
        if self.restarts >= RESTARTS_MAX {
            return Err(not_asked(format!(
                "it was not asked: the harness had been started again {RESTARTS_MAX} times"
            )));
        }
        self.restarts += 1;
        let started = launch(&self.words, &self.listener, &self.certificate, self.seed, self.timeouts.start);
        let (harness, _) = started.map_err(|error| not_asked(format!("it was not asked: {error}")))?;
        self.harness = Some(harness);
        Ok(())
    }

    /// The smallest case that fails as this one does, by asking again.
    fn smallest(&mut self, case: &Case) -> Result<Option<MinimalCase>, RunError> {
        let (mut smallest, mut questions) = (None::<(Case, String)>, 0);
        'smaller: loop {
            let current = smallest.as_ref().map_or(case, |(case, _)| case).clone();
            for candidate in smaller(&current) {
                if questions >= SHRINK_QUESTIONS_MAX {
                    break 'smaller;
                }
                questions += 1;
                match self.ask(&candidate)? {
                    CaseRun::Judged(Outcome::Failed(message)) => {
                        smallest = Some((candidate, message));
                        continue 'smaller;
                    }
                    CaseRun::Judged(_) => {}
                    // A harness that breaks has another fault than the one that is looked for.
                    CaseRun::Broken(_) => break 'smaller,
                }
            }
            break;
        }
        let test_app = TestApp::at(now())?;
        let Some((case, message)) = smallest else { return Ok(None) };
        Ok(Some(MinimalCase { question: shown(&case.question, &test_app)?, message }))
    }
}

/// A question for people.
pub(crate) fn shown(question: &Question, test_app: &TestApp) -> Result<String, TestAppError> {
    const SHOWN_MAX: usize = 400;
    let text = match question {
        Question::Check { endpoint, body } => format!("{} {}", endpoint.command(), String::from_utf8_lossy(body)),
        Question::Call { verb: Some(verb), args, .. } => format!("{} {args}", verb.name()),
        question => Value::Object(object(question, None, test_app)?).to_string(),
    };
    Ok(excerpt(&text, SHOWN_MAX))
}

/// Starts a harness, and leads it to the listener.
fn launch(
    words: &[String],
    listener: &Listener,
    certificate: &CertificateFile,
    seed: u64,
    timeout: Duration,
) -> Result<(Harness, Introduction), StartError> {
    let address = listener.address();
    let (http, ca) = (format!("http://{address}"), certificate.0.display().to_string());
    let start = json!({
        "id": 0, "do": "start", "protocol": PROTOCOL, "kit": env!("CARGO_PKG_VERSION"), "cases": CASES_VERSION,
        "http": http, "https": format!("https://{address}"), "ca": ca,
        "sdkappid": APP, "identifier": IDENTIFIER, "key": KEY, "token": TOKEN, "seed": seed,
    });
    let proxies = ["HTTPS_PROXY", "https_proxy", "HTTP_PROXY", "http_proxy", "ALL_PROXY", "all_proxy"];
    let trusted = ["SSL_CERT_FILE", "REQUESTS_CA_BUNDLE", "CURL_CA_BUNDLE", "NODE_EXTRA_CA_CERTS"];
    let mut variables: Vec<(&str, String)> = proxies.map(|name| (name, http.clone())).to_vec();
    variables.extend(["NO_PROXY", "no_proxy"].map(|name| (name, String::new())));
    variables.extend(trusted.map(|name| (name, ca.clone())));
    let start = match start {
        Value::Object(start) => start,
        _ => Map::new(),
    };
    Harness::start(words, &variables, &start, timeout)
}

fn now() -> Timestamp {
    let since = SystemTime::now().duration_since(UNIX_EPOCH).unwrap_or_default();
    Timestamp::from_millis(u64::try_from(since.as_millis()).unwrap_or(u64::MAX))
}
