//! The settings as values of their types.

use std::fmt::Display;
use std::net::{IpAddr, Ipv4Addr, SocketAddr};
use std::path::PathBuf;
use std::time::Duration;

use avmarks_emulator::{Clock, Settings, set_limit};
use avmarks_protocol::SdkAppId;
use avmarks_rules::{PROFILES, Policy};
use avmarks_spec::{Gap, GroupId, Limits, Timestamp};

use super::found::{Found, wrong};
use super::logs::{Form, Log};
use super::setting::Setting;
use crate::args::KeyArgs;
use crate::error::Error;
use crate::input::Source;
use crate::names;

/// Where it listens where nobody says.
const PORT: u16 = 8_600;

/// Bytes of a stub.
const STUB_BYTES_MAX: u64 = 1_048_576;

/// Everything that is needed to begin.
pub(super) struct Ready {
    pub(super) address: SocketAddr,
    pub(super) settings: Settings,
    /// Where the certificate authority is kept; none where there is no place for it.
    pub(super) ca_dir: Option<PathBuf>,
    pub(super) seed: Option<Source>,
    pub(super) groups: Vec<GroupId>,
    pub(super) log: Log,
}

impl Ready {
    /// What was found, and the defaults for the rest. Reads the file with the key.
    pub(super) fn of(found: &Found) -> Result<Self, Error> {
        let listen = found.one(Setting::Listen, |text| match text {
            "localhost" => Ok(Ipv4Addr::LOCALHOST.into()),
            text => text.parse::<IpAddr>().map_err(|_| wrong(text, "give an address, such as 127.0.0.1 or ::")),
        })?;
        let port = found.one(Setting::Port, |text| number(text, u16::MAX))?.unwrap_or(PORT);
        let group = |text: &str| GroupId::parse(text).map_err(|fault| wrong(text, fault));
        Ok(Self {
            address: (listen.unwrap_or(Ipv4Addr::LOCALHOST.into()), port).into(),
            settings: settings(found)?,
            ca_dir: found.path(Setting::CaDir)?.or_else(data_folder),
            seed: found.path(Setting::Seed)?.map(|path| Source::from(path.into_os_string())),
            groups: found.many(Setting::Group, group)?.unwrap_or_default(),
            log: Log {
                form: found.one(Setting::Log, Form::parse)?.unwrap_or_default(),
                level: found.one(Setting::LogLevel, super::logs::level)?.unwrap_or(tracing::Level::INFO),
            },
        })
    }
}

fn settings(found: &Found) -> Result<Settings, Error> {
    let mut settings = Settings::default();
    put_app(found, &mut settings.app)?;
    settings.app.key = key(found)?;
    put(&mut settings.strict, found.one(Setting::Strict, boolean)?);
    put(&mut settings.clock, clock(found)?.map(Clock::standing_at));
    put(&mut settings.proxied_hosts, found.many(Setting::ProxiedHost, host)?);
    put(&mut settings.control_hosts, found.many(Setting::ControlHost, one_host)?);
    let count = |setting| found.one(setting, |text| number(text, usize::MAX));
    let count_from = |setting, least: usize| found.one(setting, |text| number_from(text, least as u64, usize::MAX));
    // Beyond which the emulator would refuse to be set up: said here, it is said of the option.
    let seconds_max = Settings::TIMEOUT_MAX.as_secs();
    let seconds_from =
        |setting, least| found.one(setting, |text| number_from(text, least, seconds_max).map(Duration::from_secs));
    let seconds = |setting| seconds_from(setting, 1);
    put(&mut settings.connections_max, count_from(Setting::ConnectionsMax, 1)?);
    put(&mut settings.head_bytes_max, count_from(Setting::HeadBytesMax, Settings::HEAD_BYTES_LEAST)?);
    put(&mut settings.head_timeout, seconds(Setting::HeadTimeout)?);
    put(&mut settings.body_timeout, seconds(Setting::BodyTimeout)?);
    put(&mut settings.stop_timeout, seconds_from(Setting::StopTimeout, 0)?);
    put(&mut settings.groups_max, count(Setting::GroupsMax)?);
    put(&mut settings.members_max, count(Setting::MembersMax)?);
    put(&mut settings.log_entries_max, count(Setting::LogEntriesMax)?);
    put(&mut settings.journal_bytes_max, count(Setting::JournalBytesMax)?);
    settings.data = found.path(Setting::Data)?;
    put(&mut settings.data_repair, found.one(Setting::DataRepair, boolean)?);
    settings.webhooks = super::webhooks::webhooks(found)?;
    for (path, file) in found.many(Setting::Stub, stub)?.unwrap_or_default() {
        let file = Source::from(found.folder(Setting::Stub).join(file).into_os_string());
        settings.stubs.push((path, file.read_limited(STUB_BYTES_MAX, "a stub")?));
    }
    put(&mut settings.stub_unknown_ok, found.one(Setting::StubUnknown, unknown)?);
    Ok(settings)
}

/// What was given of the app, but for its key, into what it is set up with otherwise.
pub(super) fn put_app(found: &Found, app: &mut avmarks_service::Settings) -> Result<(), Error> {
    put(
        &mut app.sdkappid,
        found.one(Setting::Sdkappid, |text| SdkAppId::parse(text).map_err(|fault| wrong(text, fault)))?,
    );
    let admins = found.many(Setting::Admin, |text| match text {
        "" => Err("it is empty; give one".to_owned()),
        text => Ok(text.to_owned()),
    })?;
    put(&mut app.admins, admins.map(|admins| admins.into_iter().collect()));
    put(&mut app.terms.marks_supported, found.one(Setting::MarksSupported, boolean)?);
    put(&mut app.terms.online_list_enabled, found.one(Setting::OnlineListEnabled, boolean)?);
    put(&mut app.terms.policy, found.one(Setting::Policy, profile)?);
    for (gap, reading) in found.many(Setting::Reading, reading)?.unwrap_or_default() {
        // Both were looked up when the text was read.
        let _ = app.terms.policy.set(gap, &reading);
    }
    for (name, number) in found.many(Setting::Limit, limit)?.unwrap_or_default() {
        // It was tried when the text was read.
        let _ = set_limit(&mut app.terms.limits, &name, number);
    }
    Ok(())
}

/// Where the clock is to stand.
pub(super) fn clock(found: &Found) -> Result<Option<Timestamp>, Error> {
    let clock = found.one(Setting::Clock, |text| number(text, Clock::LATEST.as_millis()))?;
    Ok(clock.map(Timestamp::from_millis))
}

pub(super) fn put<T>(into: &mut T, given: Option<T>) {
    if let Some(given) = given {
        *into = given;
    }
}

/// The key: of the file that is named, of the environment, of the file that the configuration names.
fn key(found: &Found) -> Result<Option<avmarks_protocol::secret::SecretKey>, Error> {
    let named = found.path(Setting::KeyFile)?.map(|path| Source::from(path.into_os_string()));
    if found.is_in_file(Setting::KeyFile)
        && let Some(key) = (KeyArgs { key_file: None }).find()?
    {
        return Ok(Some(key));
    }
    KeyArgs { key_file: named }.find()
}

pub(super) fn number<T: TryFrom<u64> + PartialOrd + Display>(text: &str, most: T) -> Result<T, String> {
    number_from(text, 0, most)
}

fn number_from<T: TryFrom<u64> + PartialOrd + Display>(text: &str, least: u64, most: T) -> Result<T, String> {
    let number = text.parse::<u64>().ok().filter(|number| *number >= least);
    let number = number.and_then(|number| T::try_from(number).ok()).filter(|number| *number <= most);
    number.ok_or_else(|| wrong(text, format_args!("give a whole number from {least} to {most}")))
}

fn boolean(text: &str) -> Result<bool, String> {
    text.parse().map_err(|_| wrong(text, "give true or false"))
}

fn profile(text: &str) -> Result<Policy, String> {
    Policy::profile(text).ok_or_else(|| {
        let names: Vec<_> = PROFILES.iter().map(|profile| profile.name).collect();
        wrong(text, format_args!("give one of {}", names.join(", ")))
    })
}

fn reading(text: &str) -> Result<(Gap, String), String> {
    let wanted = || wrong(text, "write GAP=READING, such as gap:page-size=250");
    let (id, name) = text.split_once('=').ok_or_else(wanted)?;
    let gap = Gap::from_name(id).ok_or_else(|| {
        let near = names::near(id, names::gaps());
        wrong(id, format_args!("it is not a gap{near}; `avmarks policy` lists them"))
    })?;
    Policy::default().set(gap, name).map_err(|unknown| unknown.to_string())?;
    Ok((gap, name.to_owned()))
}

fn limit(text: &str) -> Result<(String, u64), String> {
    let wanted = || wrong(text, "write LIMIT=N, such as calls_per_window_max=1000");
    let (name, value) = text.split_once('=').ok_or_else(wanted)?;
    let value = number(value, u64::MAX)?;
    set_limit(&mut Limits::DOCUMENTED.clone(), name, value).map_err(|fault| fault.to_string())?;
    Ok((name.to_owned(), value))
}

fn stub(text: &str) -> Result<(String, String), String> {
    let wanted = || wrong(text, "write PATH=FILE, such as /v4/sns/friend_add=answer.json");
    let (path, file) = text.split_once('=').filter(|(path, _)| path.starts_with("/")).ok_or_else(wanted)?;
    Ok((path.to_owned(), file.to_owned()))
}

fn unknown(text: &str) -> Result<bool, String> {
    match text {
        "ok" => Ok(true),
        "60009" => Ok(false),
        text => Err(wrong(text, "give ok or 60009")),
    }
}

fn host(text: &str) -> Result<String, String> {
    let name = text.strip_prefix("*.").unwrap_or(text);
    let is_name = text == "*" || !name.is_empty() && !name.contains([':', '/', '*', ' ']);
    if is_name {
        Ok(text.to_ascii_lowercase())
    } else {
        Err(wrong(text, "give a name, `*.` and the end of one, or `*`"))
    }
}

/// A host by its whole name.
fn one_host(text: &str) -> Result<String, String> {
    match host(text) {
        Ok(name) if !name.contains('*') => Ok(name),
        _ => Err(wrong(text, "give a name without a port")),
    }
}

/// Where programs keep what they have made, and the user has not.
fn data_folder() -> Option<PathBuf> {
    let variable = |name| std::env::var_os(name).filter(|text| !text.is_empty()).map(PathBuf::from);
    let folder = variable("XDG_DATA_HOME").filter(|folder| folder.is_absolute());
    let folder = folder.or_else(|| variable("HOME").map(|home| home.join(".local").join("share")));
    folder.or_else(|| variable("LOCALAPPDATA")).map(|folder| folder.join("avmarks"))
}
