//! The log on standard error.

use std::io::IsTerminal;

use tracing::Level;
use tracing_subscriber::Layer;
use tracing_subscriber::filter::Targets;
use tracing_subscriber::layer::SubscriberExt;
use tracing_subscriber::util::SubscriberInitExt;

use super::found::wrong;

/// How the log is written, and what it tells.
#[derive(Clone, Copy, Debug)]
pub(super) struct Log {
    pub(super) form: Form,
    pub(super) level: Level,
}

#[derive(Clone, Copy, Debug, Default)]
pub(super) enum Form {
    #[default]
    Human,
    Json,
}

impl Form {
    pub(super) fn parse(text: &str) -> Result<Self, String> {
        match text {
            "human" => Ok(Self::Human),
            "json" => Ok(Self::Json),
            text => Err(wrong(text, "give human or json")),
        }
    }
}

pub(super) fn level(text: &str) -> Result<Level, String> {
    // Numbers are levels as well, elsewhere.
    let level = text.parse().ok().filter(|_| text.bytes().all(|byte| byte.is_ascii_lowercase()));
    level.ok_or_else(|| wrong(text, "give error, warn, info, debug or trace"))
}

/// Begins it; of what the crates below tell, nothing is shown: a request of theirs may hold a signature.
pub(super) fn begin(log: Log) {
    let ours = Targets::new().with_target("avmarks", log.level).with_target("avmarks_emulator", log.level);
    let lines = tracing_subscriber::fmt::layer().with_writer(std::io::stderr).with_target(false);
    let begun = match log.form {
        Form::Human => {
            let is_terminal = std::io::stderr().is_terminal() && std::env::var_os("NO_COLOR").is_none();
            tracing_subscriber::registry().with(lines.with_ansi(is_terminal).with_filter(ours)).try_init()
        }
        Form::Json => {
            tracing_subscriber::registry().with(lines.json().flatten_event(true).with_filter(ours)).try_init()
        }
    };
    // Only one that is there already stands in its way.
    let _ = begun;
}
