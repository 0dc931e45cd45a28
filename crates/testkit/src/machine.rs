//! Machines that answer scenario lines: the service, the rules engine alone, the naive oracle.

use avmarks_service::{App, Settings, scenario::Scenario};
use avmarks_spec::Limits;
use serde_json::Value;

use crate::oracle::Oracle;

/// What a machine said to a line.
#[derive(Clone, Debug, PartialEq)]
pub enum Reply {
    /// What `avmarks replay` would print.
    Answer(Value),
    /// The line is beyond what this machine knows.
    Unsupported,
}

/// Something that answers scenario lines.
pub trait Machine {
    /// Answers the next line.
    ///
    /// # Errors
    ///
    /// Why the line is no valid input.
    fn answer(&mut self, text: &str) -> Result<Reply, String>;

    /// Whether `because` has all reasons of an answer, or only the one that decided a refusal.
    fn lists_all_reasons(&self) -> bool {
        true
    }
}

impl Machine for Scenario {
    fn answer(&mut self, text: &str) -> Result<Reply, String> {
        let said = Scenario::answer(self, text).map_err(|error| error.to_string())?;
        serde_json::from_slice(&said).map(Reply::Answer).map_err(|error| format!("the answer is no JSON: {error}"))
    }
}

/// The service with other limits than the documented ones.
#[must_use]
pub fn service_with(limits: Limits) -> Scenario {
    let mut settings = Settings::default();
    settings.terms.limits = limits;
    Scenario::new(App::new(settings))
}

/// The oracle, and the number of the line it is at.
#[derive(Clone, Default)]
pub struct OracleMachine {
    /// The oracle itself.
    pub oracle: Oracle,
    line: u64,
}

impl OracleMachine {
    /// The oracle with these limits.
    #[must_use]
    pub fn with_limits(limits: Limits) -> Self {
        Self { oracle: Oracle::with_limits(limits), line: 0 }
    }
}

impl Machine for OracleMachine {
    fn answer(&mut self, text: &str) -> Result<Reply, String> {
        self.line += 1;
        self.oracle.answer(self.line, text).map(Reply::Answer)
    }

    fn lists_all_reasons(&self) -> bool {
        false
    }
}
