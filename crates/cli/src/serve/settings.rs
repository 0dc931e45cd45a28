//! The settings of `avmarks serve` as values of their types.

use std::net::{Ipv4Addr, SocketAddr};
use std::path::PathBuf;
use std::time::Duration;

use avmarks_emulator::protocol::webhook::Revision;
use avmarks_emulator::{Clock, ControlToken, Settings as EmulatorSettings, WebhookEvent, WebhookSettings};
use avmarks_protocol::SdkAppId;
use avmarks_spec::{GroupId, Timestamp};

use super::logs::Log;
use crate::error::Error;
use crate::input::Source;
use crate::secret;
use crate::settings::{Command, Setting, Settings, address, host_pattern, limit, stub};

/// The port if none is given.
const PORT: u16 = 8_600;

/// Bytes of a stub.
const STUB_BYTES_MAX: u64 = 1_048_576;

/// Everything that is needed to start.
pub(super) struct StartSettings {
    pub(super) address: SocketAddr,
    /// Whether to listen on both loopback addresses.
    pub(super) is_localhost: bool,
    pub(super) emulator: EmulatorSettings,
    /// The directory of the certificate authority; `None` if no user directory is known.
    pub(super) ca_dir: Option<PathBuf>,
    pub(super) seed: Option<Source>,
    pub(super) groups: Vec<GroupId>,
    pub(super) log: Log,
}

impl StartSettings {
    /// The settings that were found, and the defaults for the others. Reads the files of key, token and certificates.
    pub(super) fn of(settings: &Settings) -> Result<Self, Error> {
        let listen = settings.text(Setting::Listen).and_then(address).unwrap_or(Ipv4Addr::LOCALHOST.into());
        Ok(Self {
            is_localhost: settings.text(Setting::Listen) == Some("localhost"),
            address: (listen, settings.number(Setting::Port).unwrap_or(PORT)).into(),
            emulator: emulator(settings)?,
            ca_dir: settings.path(Setting::CaDir).or_else(data_folder),
            seed: settings.source(Setting::Seed),
            groups: settings.list(Setting::Groups, GroupId::parse)?.unwrap_or_default(),
            log: Log::of(settings.text(Setting::LogForm), settings.text(Setting::LogLevel)),
        })
    }
}

fn emulator(settings: &Settings) -> Result<EmulatorSettings, Error> {
    let mut emulator = EmulatorSettings::default();
    put_app(settings, &mut emulator.app)?;
    emulator.app.key = secret::key_of(settings, Setting::AppKeyFile)?;
    put(&mut emulator.strict, boolean(settings, Setting::Strict));
    put(&mut emulator.clock, clock(settings).map(Clock::standing_at));
    put(&mut emulator.proxied_hosts, settings.list(Setting::ProxiedHosts, host_pattern)?);
    put(&mut emulator.control_hosts, settings.list(Setting::ControlHosts, host_pattern)?);
    let seconds = |setting| settings.number(setting).map(Duration::from_secs);
    put(&mut emulator.connections_max, settings.number(Setting::ConnectionsMax));
    put(&mut emulator.head_bytes_max, settings.number(Setting::HeadBytesMax));
    put(&mut emulator.head_timeout, seconds(Setting::HeadTimeout));
    put(&mut emulator.body_timeout, seconds(Setting::BodyTimeout));
    put(&mut emulator.stop_timeout, seconds(Setting::StopTimeout));
    put(&mut emulator.groups_max, settings.number(Setting::GroupsMax));
    put(&mut emulator.members_max, settings.number(Setting::MembersMax));
    put(&mut emulator.log_entries_max, settings.number(Setting::LogEntriesMax));
    put(&mut emulator.large_bytes_max, settings.number(Setting::LargeBytesMax));
    if let Some((origin, text)) = secret::of_file(settings, Setting::ControlTokenFile, "a token")? {
        let token = ControlToken::new(secret::bare(&origin, &text)?).map_err(|error| Error::secret(&origin, error))?;
        emulator.control_token = Some(token);
    }
    put(&mut emulator.journal_bytes_max, settings.number(Setting::JournalBytesMax));
    emulator.data = settings.path(Setting::Data);
    put(&mut emulator.data_repair, boolean(settings, Setting::DataRepair));
    emulator.webhooks = webhooks(settings)?;
    for (path, file) in settings.list(Setting::Stubs, stub)?.unwrap_or_default() {
        let source = Source::from(settings.path_of(Setting::Stubs, &file).into_os_string());
        emulator.stubs.push((path, source.read_limited(STUB_BYTES_MAX, "a stub")?));
    }
    emulator.stub_unknown_ok = settings.text(Setting::StubUnknown) == Some("ok");
    Ok(emulator)
}

/// Puts the settings of the app that are given, except its key, instead of others.
pub(super) fn put_app(settings: &Settings, app: &mut avmarks_service::Settings) -> Result<(), Error> {
    put(&mut app.sdkappid, settings.parsed(Setting::AppSdkappid, SdkAppId::parse)?);
    let admins = settings.texts(Setting::Admins);
    put(&mut app.admins, (!admins.is_empty()).then(|| admins.iter().cloned().collect()));
    put(&mut app.terms.marks_supported, boolean(settings, Setting::MarksSupported));
    put(&mut app.terms.online_list_enabled, boolean(settings, Setting::OnlineListEnabled));
    app.terms.policy = settings.policy_over(app.terms.policy);
    for (name, number) in settings.list(Setting::Limit, limit)?.unwrap_or_default() {
        // `limit` has tried it.
        let _ = app.terms.limits.set(&name, number);
    }
    Ok(())
}

/// The time at which the clock is stopped.
pub(super) fn clock(settings: &Settings) -> Option<Timestamp> {
    settings.number(Setting::StandingClock).map(Timestamp::from_millis)
}

fn put<T>(into: &mut T, given: Option<T>) {
    if let Some(given) = given {
        *into = given;
    }
}

fn boolean(settings: &Settings, setting: Setting) -> Option<bool> {
    settings.text(setting)?.parse().ok()
}

/// The settings of the webhooks, if there is a URL for them; without one, none of the others may be given.
fn webhooks(settings: &Settings) -> Result<Option<WebhookSettings>, Error> {
    let Some(url) = settings.text(Setting::WebhookUrl) else {
        let given = Setting::of(Command::Serve).find(|one| one.is_of_webhooks() && settings.text(*one).is_some());
        return given.map_or(Ok(None), |setting| {
            Err(settings.error(setting, "no URL for webhooks: give --webhook-url too, or leave this out"))
        });
    };
    let mut webhooks = WebhookSettings::new(url.to_owned());
    webhooks.token = secret::webhook_token_of(settings, Setting::WebhookTokenFile)?;
    webhooks.trusted = settings.source(Setting::WebhookTrusted).map(|source| source.read_certificates()).transpose()?;
    put(&mut webhooks.revision, settings.text(Setting::WebhookRevision).and_then(Revision::from_name));
    let event = |name: &str| WebhookEvent::from_name(name).ok_or("expected the `CallbackCommand` of a webhook");
    put(&mut webhooks.events, settings.list(Setting::WebhookEvents, event)?);
    put(&mut webhooks.retries, settings.number(Setting::WebhookRetries));
    put(&mut webhooks.duplicate, settings.number(Setting::WebhookDuplicate));
    put(&mut webhooks.reorder, settings.number(Setting::WebhookReorder));
    put(&mut webhooks.delay, settings.number(Setting::WebhookDelayMs).map(Duration::from_millis));
    put(&mut webhooks.seed, settings.number(Setting::WebhookSeed));
    Ok(Some(webhooks))
}

/// Where programs keep files that the user did not make.
fn data_folder() -> Option<PathBuf> {
    let variable = |name| std::env::var_os(name).filter(|text| !text.is_empty()).map(PathBuf::from);
    let folder = variable("XDG_DATA_HOME").filter(|folder| folder.is_absolute());
    let folder = folder.or_else(|| variable("HOME").map(|home| home.join(".local").join("share")));
    folder.or_else(|| variable("LOCALAPPDATA")).map(|folder| folder.join("avmarks"))
}
