//! `avmarks send config`: each setting, and where it is from.

use std::fmt;

use serde::Serialize;

use avmarks_rules::Policy;
use avmarks_transport_ureq::ProxyInUse;

use super::settings::CALL;
use crate::args::SendSettingArgs;
use crate::error::Error;
use crate::input::ShownPath;
use crate::output::{FAINT, Foreign, Format, HEAD, Verdict};
use crate::settings::{Command, Origin, Setting, Settings, proxy_error};

/// Prints the settings, then their errors, and the missing settings of a call.
pub(super) fn show(args: &SendSettingArgs, format: Format) -> Result<Verdict, Error> {
    let settings = Settings::find(args, Policy::default());
    let proxy = settings.environment_proxy();
    format.print_of_send(&Table::of(&settings, proxy.as_ref().ok().and_then(Option::as_ref)))?;
    let mut errors = match settings.check(&CALL) {
        Ok(()) => Vec::new(),
        Err(Error::Settings { errors }) => errors,
        Err(other) => return Err(other),
    };
    errors.extend(proxy.err().map(|error| proxy_error(&error)));
    if errors.is_empty() { Ok(Verdict::Accepted) } else { Err(Error::Settings { errors }) }
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
    /// None if it is not set; `…` if it is a secret.
    value: Option<String>,
    from: &'static str,
    /// The option, variable or line.
    #[serde(rename = "where")]
    place: Option<String>,
}

impl Table {
    /// `proxy` is that of the environment, if one applies.
    fn of(settings: &Settings, proxy: Option<&ProxyInUse>) -> Self {
        let line = |setting: Setting| {
            if let Some(proxy) = proxy.filter(|_| setting == Setting::Proxy) {
                let place = Some(proxy.origin().to_owned());
                return Line {
                    name: setting.name(),
                    value: Some(proxy.address().to_owned()),
                    from: "environment",
                    place,
                };
            }
            let texts: Vec<_> = settings.texts(setting).iter().map(|text| settings.shown(setting, text)).collect();
            let (from, place) = match settings.origin(setting) {
                Some(Origin::Option) => ("option", Some(setting.flag())),
                Some(Origin::Environment) => ("environment", Some(setting.variable())),
                Some(Origin::File(line)) => ("file", Some(format!("line {line}"))),
                Some(Origin::Default) => ("default", None),
                None => ("nowhere", None),
            };
            Line { name: setting.name(), value: (!texts.is_empty()).then(|| texts.join(",")), from, place }
        };
        Self {
            file: settings.file().map(|path| path.to_string_lossy().into_owned()),
            settings: Setting::of(Command::Send).map(line).collect(),
            shown_file: settings.file().map(|path| ShownPath(path).to_string()),
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
