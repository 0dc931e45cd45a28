//! Scenarios: inputs as lines of JSON, answered line by line. `docs/scenario.md` of the project has the format.

mod line;
mod output;

pub use line::{Input, Line, LineError};
pub use output::events_json;

use crate::answer::Answer;
use crate::app::{App, GroupEvent, Settings};
use crate::handle::Response;
use crate::request::Request;

/// Runs scenario lines on an [`App`].
///
/// ```
/// use avmarks_service::scenario::Scenario;
///
/// let mut scenario = Scenario::default();
/// let mut ask = |line: &str| scenario.answer(line).map(|answer| String::from_utf8(answer).unwrap());
/// assert_eq!(
///     ask(r#"{"at":0,"do":"create_group","group":"g"}"#).unwrap(),
///     r#"{"line":1,"events":[{"event":"group_created","group":"g"}]}"#
/// );
/// assert_eq!(
///     ask(r#"{"at":5,"do":"call","path":"v4/group_open_http_svc/get_online_member_num","body":{"GroupId":"g"}}"#).unwrap(),
///     r#"{"line":2,"answer":{"ActionStatus":"OK","ErrorInfo":"","ErrorCode":0,"OnlineMemberNum":0},"because":["gap:refresh-count"],"omitted":[]}"#
/// );
/// assert_eq!(
///     ask(r#"{"at":5,"do":"jion","group":"g"}"#).unwrap_err().to_string(),
///     "line 3: `do` is `jion`; there are `app`, `policy`, `create_group`, `destroy_group`, `join`, `leave`, `disconnect`, `reconnect`, `call`, `tick`"
/// );
/// ```
#[derive(Clone, Debug)]
pub struct Scenario {
    app: App,
    line: u64,
}

impl Default for Scenario {
    fn default() -> Self {
        Self::new(App::new(Settings::default()))
    }
}

impl Scenario {
    /// A scenario that starts with this app.
    #[must_use]
    pub const fn new(app: App) -> Self {
        Self { app, line: 0 }
    }

    /// The app in its current state.
    #[must_use]
    pub const fn app(&self) -> &App {
        &self.app
    }

    /// The current app, which a caller may query or change between lines.
    #[must_use]
    pub const fn app_mut(&mut self) -> &mut App {
        &mut self.app
    }

    /// Returns the app in its current state.
    #[must_use]
    pub fn into_app(self) -> App {
        self.app
    }

    /// Answers the next line, without a line break at its end.
    ///
    /// # Errors
    ///
    /// [`LineError`] if the line is not a valid input. It names the line. Nothing was changed.
    pub fn answer(&mut self, text: &str) -> Result<Vec<u8>, LineError> {
        self.step(text).map(|step| step.to_json())
    }

    /// [`Scenario::answer`] of a line that may be any bytes.
    ///
    /// # Errors
    ///
    /// [`LineError`] if the line is not UTF-8, and as of [`Scenario::answer`].
    pub fn answer_bytes(&mut self, line: &[u8]) -> Result<Vec<u8>, LineError> {
        match std::str::from_utf8(line) {
            Ok(text) => self.answer(text),
            Err(error) => {
                self.line += 1;
                let message = format!("it is not UTF-8: invalid at byte {}", error.valid_up_to());
                Err(LineError { line: Some(self.line), message })
            }
        }
    }

    /// Runs the next line, like [`Scenario::answer`], and returns its answer and events as values.
    ///
    /// # Errors
    ///
    /// [`LineError`] if the line is not a valid input. It names the line. Nothing was changed.
    pub fn step(&mut self, text: &str) -> Result<Step, LineError> {
        self.line += 1;
        let numbered = |error| LineError { line: Some(self.line), ..error };
        let line = Line::parse(text, &self.app.settings.terms.policy).map_err(numbered)?;
        Ok(line.run(&mut self.app, self.line))
    }
}

impl Line<'_> {
    /// Applies the input to `app`. `line` is its number in the scenario, for the [`Step`].
    ///
    /// ```
    /// use avmarks_service::scenario::{Input, Line};
    /// use avmarks_service::spec::Timestamp;
    /// use avmarks_service::{App, Settings};
    ///
    /// let mut app = App::new(Settings::default());
    /// let step = Line { at: Timestamp::from_millis(5), input: Input::Tick }.run(&mut app, 1);
    /// assert_eq!(step.to_json(), br#"{"line":1,"events":[]}"#);
    /// assert_eq!(app.now().as_millis(), 5);
    /// ```
    pub fn run(self, app: &mut App, line: u64) -> Step {
        let Self { at, input } = self;
        let events = match input {
            Input::Call { identifier, path, body } => {
                let request = Request::trusted(&identifier, &path, &body);
                let Response { answer, events, .. } = app.handle(&request, at);
                return Step { line, answer: Some(answer), events };
            }
            Input::App { sdkappid, admins, marks_supported, online_list_enabled } => {
                let events = app.tick(at);
                let settings = &mut app.settings;
                settings.sdkappid = sdkappid.unwrap_or(settings.sdkappid);
                if let Some(admins) = admins {
                    settings.admins = admins.into_iter().collect();
                }
                let terms = &mut settings.terms;
                terms.marks_supported = marks_supported.unwrap_or(terms.marks_supported);
                terms.online_list_enabled = online_list_enabled.unwrap_or(terms.online_list_enabled);
                events
            }
            Input::Policy(policy) => {
                let events = app.tick(at);
                app.settings.terms.policy = policy;
                events
            }
            Input::CreateGroup { group, kind, owner } => app.create_group(group, kind, owner, at),
            Input::DestroyGroup { group } => app.destroy_group(group, at),
            Input::Presence { presence, group, accounts } => app.apply_presence(group, presence, &accounts, at),
            Input::Tick => app.tick(at),
        };
        Step { line, answer: None, events }
    }
}

/// A line with its answer and events.
#[derive(Clone, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub struct Step {
    /// The number of the line, from 1.
    pub line: u64,
    /// The answer, where the line is a call.
    pub answer: Option<Answer>,
    /// The events, in order.
    pub events: Vec<GroupEvent>,
}

impl Step {
    /// The line that a scenario answers, without a line break at its end.
    #[must_use]
    pub fn to_json(&self) -> Vec<u8> {
        output::step(self)
    }
}
