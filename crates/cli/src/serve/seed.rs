//! The initial state of an emulator: a scenario, or a snapshot with its own settings.

use avmarks_emulator::{Emulator, SeedError};
use avmarks_service::scenario::{Input, Line};
use avmarks_service::{App, Settings};
use avmarks_spec::Gap;

use super::settings;
use crate::error::Error;
use crate::input::Source;
use crate::output::remark;
use crate::settings::Settings as Given;

/// A scenario: some hundred thousand lines.
const SCENARIO_BYTES_MAX: u64 = 256 * 1_024 * 1_024;

/// Loads a snapshot or a scenario, whichever the first line shows. The settings that are given go before those of a snapshot,
/// and these before the defaults.
pub(super) fn load(emulator: &Emulator, source: &Source, given: &Given) -> Result<(), Error> {
    let text = source.read_text(SCENARIO_BYTES_MAX, "a scenario or a snapshot")?;
    let failed = |error: SeedError| Error::Seed { what: source.to_string(), error };
    let is_scenario =
        text.lines().next().is_some_and(|line| line.contains("\"do\"")) || !text.trim_start().starts_with('{');
    if is_scenario {
        return emulator.play(&text).map_err(failed);
    }
    let app = App::restore(text.as_bytes());
    let mut app = app.map_err(|error| Error::Snapshot { what: source.to_string(), error })?;
    let mut of_app = app.settings().clone();
    settings::put_app(given, &mut of_app)?;
    app.configure(of_app);
    let (before, latest) = (emulator.app_settings(), app.now());
    emulator.seed(app).map_err(failed)?;
    match settings::clock(given) {
        Some(clock) if clock < latest => {
            let (clock, latest) = (clock.as_millis(), latest.as_millis());
            remark(format_args!("the clock cannot stop at {clock}: {source} is at {latest} already"));
        }
        Some(clock) => {
            play(emulator, &Line { at: clock, input: Input::Tick }).map_err(failed)?;
        }
        None => {}
    }
    let own = differing(&before, &emulator.app_settings());
    if !own.is_empty() {
        let own = own.join(", ");
        remark(format_args!("settings of {source} are in force where none is given here: {own}"));
    }
    Ok(())
}

/// Plays one line.
pub(super) fn play(emulator: &Emulator, line: &Line<'_>) -> Result<(), SeedError> {
    emulator.play(&String::from_utf8_lossy(&line.to_json()))
}

/// The settings that have changed, as a user would give them.
fn differing(before: &Settings, now: &Settings) -> Vec<String> {
    let (was, is) = (&before.terms, &now.terms);
    let mut differing = Vec::new();
    let mut note = |differs: bool, what: String| differs.then(|| differing.push(what));
    note(before.sdkappid != now.sdkappid, format!("sdkappid {}", now.sdkappid));
    note(before.admins != now.admins, "admins".to_owned());
    note(was.marks_supported != is.marks_supported, format!("marks_supported {}", is.marks_supported));
    note(was.online_list_enabled != is.online_list_enabled, format!("online_list_enabled {}", is.online_list_enabled));
    for gap in Gap::ALL {
        let reading = is.policy.reading(*gap);
        note(was.policy.reading(*gap) != reading, format!("{}={reading}", gap.id()));
    }
    note(was.limits != is.limits, "limits".to_owned());
    differing
}
