//! How values of options are read.

use std::ops::RangeInclusive;
use std::path::PathBuf;

use avmarks_protocol::Endpoint;
use avmarks_rules::{PROFILES, Policy};
use avmarks_spec::Timestamp;
use clap::builder::{OsStringValueParser, PossibleValue, PossibleValuesParser, TypedValueParser};

use crate::error::Error;
use crate::names::{self, WithNames};
use crate::readings::GapReading;

/// The latest time, in milliseconds since the Unix epoch: as in a scenario.
pub(super) const AT_MS_MAX: u64 = Timestamp::LATEST.as_millis();

/// The same in seconds.
pub(super) const AT_SECONDS_MAX: u64 = AT_MS_MAX / 1_000;

/// Integers of this range.
pub(super) fn integer(
    range: RangeInclusive<u64>,
) -> impl Fn(&str) -> Result<u64, Error> + Clone + Send + Sync + 'static {
    move |text| {
        let number = text.parse().ok().filter(|number| range.contains(number));
        number.ok_or(Error::NotInteger { least: *range.start(), most: *range.end() })
    }
}

/// A path. An empty one is accepted, so that the command can report it.
pub(super) fn path() -> impl TypedValueParser<Value = PathBuf> {
    OsStringValueParser::new().map(PathBuf::from)
}

/// The command of a call, such as `modify_user_info`.
pub(super) fn call() -> impl TypedValueParser<Value = Endpoint> {
    let names = Endpoint::ALL.iter().map(|endpoint| endpoint.command());
    PossibleValuesParser::new(names).map(|name| {
        let named = Endpoint::ALL.iter().copied().find(|endpoint| endpoint.command() == name);
        // The parser lets only the names above through.
        named.unwrap_or(Endpoint::ModifyUserInfo)
    })
}

/// The name of a profile.
pub(super) fn profile() -> impl TypedValueParser<Value = Policy> {
    let profiles = PROFILES.iter().map(|profile| PossibleValue::new(profile.name).help(profile.meaning));
    // The parser lets only the names above through.
    PossibleValuesParser::new(profiles).map(|name| Policy::profile(&name).unwrap_or_default())
}

/// `GAP=READING`.
pub(super) fn reading() -> impl TypedValueParser<Value = GapReading> {
    WithNames(GapReading::names).try_map(|text| GapReading::parse(&text).map_err(Error::Reading))
}

/// What `avmarks explain` explains; any text, as it is read leniently.
pub(super) fn subject() -> impl TypedValueParser<Value = String> {
    WithNames(|| names::all().collect::<Vec<_>>())
}
