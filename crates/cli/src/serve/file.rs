//! The configuration file: TOML, of which the table `[serve]` is meant here.

use std::collections::BTreeMap;
use std::path::{Path, PathBuf};

use avmarks_spec::{Excerpt, OneLine};
use toml::de::{DeTable, DeValue};

use super::found::{Given, Origin};
use super::setting::Setting;
use crate::error::Error;
use crate::input::{Shown, Source};
use crate::names;

/// A configuration is a page at most.
const BYTES_MAX: u64 = 1_024 * 1_024;

/// The table.
const TABLE: &str = "serve";

/// Where the configuration is: what is named must be there, the others may be.
pub(super) fn place(named: Option<&Path>, environment: impl Fn(&str) -> Option<String>) -> Option<PathBuf> {
    let by_variable = || environment("AVMARKS_CONFIG").map(PathBuf::from);
    if let Some(named) = named.map(Path::to_owned).or_else(by_variable) {
        return Some(named);
    }
    let of_user = environment("XDG_CONFIG_HOME").map(PathBuf::from).filter(|folder| folder.is_absolute());
    let of_user = of_user.or_else(|| environment("HOME").map(|home| Path::new(&home).join(".config")));
    let of_user = of_user.map(|folder| folder.join("avmarks").join("config.toml"));
    [Some(PathBuf::from("avmarks.toml")), of_user].into_iter().flatten().find(|path| path.is_file())
}

/// What the file gives.
pub(super) fn read(path: &Path) -> Result<BTreeMap<Setting, Given>, Error> {
    let text = Source::File(path.to_owned()).read_text(BYTES_MAX, "a configuration")?;
    let line = |at: usize| text.bytes().take(at).filter(|byte| *byte == b'\n').count() + 1;
    let wrong = |at: usize, what: String| Error::Setting { place: format!("{} line {}", Shown(path), line(at)), what };
    let table = DeTable::parse(&text).map_err(|fault| {
        let at = fault.span().map_or(text.len(), |span| span.start);
        wrong(at, format!("this is not TOML: {}", OneLine(fault.message())))
    })?;
    let Some((key, table)) = table.get_ref().iter().find(|(key, _)| key.get_ref() == TABLE) else {
        return Ok(BTreeMap::new());
    };
    let DeValue::Table(table) = table.get_ref() else {
        return Err(wrong(key.span().start, format!("`{TABLE}` must be a table: write [{TABLE}]")));
    };
    let mut found = BTreeMap::new();
    for (key, value) in table {
        let at = key.span().start;
        let (setting, texts) = setting(key.get_ref(), value.get_ref()).map_err(|what| wrong(at, what))?;
        found.insert(setting, Given { texts, origin: Origin::File(path.to_owned(), line(at)) });
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
        return Err(format!("`{}` is no setting of [{TABLE}]{near}", Excerpt(key)));
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
