//! The configuration file: TOML, of which the table `[serve]` is meant here.

use std::collections::BTreeMap;
use std::path::Path;

use avmarks_spec::{Excerpt, OneLine};
use toml::de::{DeTable, DeValue};

use super::found::{Given, Origin};
use super::setting::Setting;
use crate::error::Error;
use crate::input::Source;
use crate::names;
use crate::settings::file::{BYTES_MAX, Place, SERVE, line};

/// What the file gives.
pub(super) fn read(path: &Path) -> Result<BTreeMap<Setting, Given>, Error> {
    let text = Source::File(path.to_owned()).read_text(BYTES_MAX, "a configuration")?;
    let place = |at: usize| Place { path, line: line(&text, at) };
    let wrong = |at: usize, what: String| Error::Setting { place: place(at).to_string(), what };
    let table = DeTable::parse(&text).map_err(|fault| {
        let at = fault.span().map_or(text.len(), |span| span.start);
        wrong(at, format!("this is not TOML: {}", OneLine(fault.message())))
    })?;
    let Some((key, table)) = table.get_ref().iter().find(|(key, _)| key.get_ref() == SERVE) else {
        return Ok(BTreeMap::new());
    };
    let DeValue::Table(table) = table.get_ref() else {
        return Err(wrong(key.span().start, format!("`{SERVE}` must be a table: write [{SERVE}]")));
    };
    let mut found = BTreeMap::new();
    for (key, value) in table {
        let at = key.span().start;
        let (setting, texts) = setting(key.get_ref(), value.get_ref()).map_err(|what| wrong(at, what))?;
        found.insert(setting, Given { texts, origin: Origin::File(path.to_owned(), place(at).line) });
    }
    Ok(found)
}

/// The setting of a key, and its values as texts.
fn setting(key: &str, value: &DeValue<'_>) -> Result<(Setting, Vec<String>), String> {
    let Some(setting) = Setting::ALL.iter().copied().find(|setting| setting.name() == key) else {
        if key == "key" {
            return Err(
                "a key is not read from here; put it into a file of its own and name that as `key_file`".to_owned()
            );
        }
        let near = names::near(key, Setting::ALL.iter().map(|setting| setting.name().to_owned()));
        return Err(format!("`{}` is no setting of [{SERVE}]{near}", Excerpt(key)));
    };
    let texts = match value {
        DeValue::Array(values) if setting.is_list() => values.iter().map(|value| text(value.get_ref())).collect(),
        value => text(value).map(|text| vec![text]),
    };
    let list = if setting.is_list() { ", or a list of those" } else { "" };
    let wanted =
        format!("`{setting}` is of type {}; give a string, a whole number or a boolean{list}", value.type_str());
    texts.map(|texts| (setting, texts)).ok_or(wanted)
}

fn text(value: &DeValue<'_>) -> Option<String> {
    match value {
        DeValue::String(text) => Some(text.to_string()),
        // What does not fit is too large for every setting.
        DeValue::Integer(number) => {
            Some(i64::from_str_radix(number.as_str(), number.radix()).unwrap_or(i64::MAX).to_string())
        }
        DeValue::Boolean(boolean) => Some(boolean.to_string()),
        _ => None,
    }
}
