//! `avmarks send config`: each setting, and where it is from.

use std::fmt;

use serde::Serialize;

use super::{Origin, Setting, Settings};
use crate::error::Error;
use crate::input::Shown;
use crate::output::{FAINT, Foreign, Format, HEAD};

/// Prints the settings, then says what is wrong with them.
pub(crate) fn show(settings: &Settings, format: Format) -> Result<(), Error> {
    format.print(&Table::of(settings))?;
    settings.check(&[])
}

#[derive(Serialize)]
struct Table {
    /// The file that was read.
    file: Option<String>,
    settings: Vec<Line>,
    #[serde(skip)]
    shown_file: Option<String>,
}

#[derive(Serialize)]
struct Line {
    name: &'static str,
    /// None where it is not set; `…` where it is a secret.
    value: Option<String>,
    from: &'static str,
    /// The option, variable or line.
    #[serde(rename = "where")]
    place: Option<String>,
}

impl Table {
    fn of(settings: &Settings) -> Self {
        let line = |setting: &Setting| match settings.values.get(setting) {
            Some(value) => Line {
                name: setting.name(),
                value: Some(settings.shown(*setting, &value.text)),
                from: match value.origin {
                    Origin::Option => "option",
                    Origin::Environment => "environment",
                    Origin::File(_) => "file",
                    Origin::Default => "default",
                },
                place: match value.origin {
                    Origin::Option => Some(setting.flag()),
                    Origin::Environment => Some(setting.variable()),
                    Origin::File(line) => Some(format!("line {line}")),
                    Origin::Default => None,
                },
            },
            None => Line { name: setting.name(), value: None, from: "nowhere", place: None },
        };
        Self {
            file: settings.file.as_ref().map(|path| path.to_string_lossy().into_owned()),
            settings: Setting::ALL.iter().map(line).collect(),
            shown_file: settings.file.as_deref().map(|path| Shown(path).to_string()),
        }
    }
}

impl fmt::Display for Table {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match &self.shown_file {
            Some(file) => writeln!(f, "{HEAD}file{HEAD:#}  {file}")?,
            None => writeln!(f, "{HEAD}file{HEAD:#}  {FAINT}none{FAINT:#}")?,
        }
        let longest = |length: fn(&Line) -> usize| self.settings.iter().map(length).max().unwrap_or_default();
        let name_width = longest(|line| line.name.len());
        let value_width = longest(|line| line.value.as_deref().unwrap_or_default().chars().count()).min(48);
        for Line { name, value, from, place } in &self.settings {
            let Some(value) = value else {
                writeln!(f, "  {FAINT}{name:name_width$}  -{FAINT:#}")?;
                continue;
            };
            let value = Foreign(value).to_string();
            let place = place.as_deref().map(|place| format!(" {place}")).unwrap_or_default();
            writeln!(f, "  {name:name_width$}  {value:value_width$}  {FAINT}{from}{place}{FAINT:#}")?;
        }
        Ok(())
    }
}
