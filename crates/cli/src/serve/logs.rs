//! The log on standard error.

use std::io::IsTerminal;
use std::time::Duration;

use tracing::Level;
use tracing_subscriber::Layer;
use tracing_subscriber::filter::Targets;
use tracing_subscriber::layer::SubscriberExt;
use tracing_subscriber::util::SubscriberInitExt;

use super::lines::Lines;
use crate::error::Error;

/// The form and the level of the log.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Log {
    is_json: bool,
    level: Level,
}

impl Log {
    /// The log of these settings, which were checked.
    pub(crate) fn of(form: Option<&str>, level: Option<&str>) -> Self {
        Self { is_json: form == Some("json"), level: level.and_then(|level| level.parse().ok()).unwrap_or(Level::INFO) }
    }
}

/// The log, which is written to its end when this is dropped, as far as somebody takes it.
pub(crate) struct Logging(Option<Lines>);

/// How long writing the last lines may take if they are not read.
const LAST_LINES: Duration = Duration::from_secs(1);

/// Starts the log. It shows no events of dependencies, because their requests may contain a signature. Nothing waits for
/// the reader of the log: lines that are not read in time are dropped and counted.
pub(crate) fn begin(log: Log) -> Result<Logging, Error> {
    let lost = |dropped| tracing::error!(dropped, "lines of the log were dropped, because they were not read in time");
    let lines = Lines::to(std::io::stderr(), lost).map_err(Error::Log)?;
    let ours = Targets::new().with_target("avmarks", log.level).with_target("avmarks_emulator", log.level);
    let writer = lines.clone();
    let layer = tracing_subscriber::fmt::layer().with_writer(move || writer.clone()).with_target(false);
    let begun = if log.is_json {
        tracing_subscriber::registry().with(layer.json().flatten_event(true).with_filter(ours)).try_init()
    } else {
        let is_terminal = std::io::stderr().is_terminal() && std::env::var_os("NO_COLOR").is_none();
        tracing_subscriber::registry().with(layer.with_ansi(is_terminal).with_filter(ours)).try_init()
    };
    // Only one that is there already stands in its way.
    Ok(Logging(begun.ok().map(|()| lines)))
}

impl Drop for Logging {
    fn drop(&mut self) {
        if let Some(lines) = &self.0 {
            lines.flush(LAST_LINES);
        }
    }
}
