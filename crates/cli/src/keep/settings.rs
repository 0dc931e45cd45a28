//! The settings of `avmarks keep` as values of their types.

use std::net::{IpAddr, Ipv4Addr, SocketAddr};
use std::path::PathBuf;
use std::sync::Arc;
use std::time::Duration;

use avmarks_client::{JobSettings, PaceSettings, RetrySettings, SignatureSettings, Signer};
use avmarks_keeper::Settings as KeeperSettings;
use avmarks_keeper_store::{MemoryStore, PostgresStore, SqliteStore, Store};
use avmarks_protocol::SdkAppId;
use avmarks_protocol::region::BaseUrl;
use avmarks_protocol::webhook::WebhookToken;
use avmarks_spec::{Limits, UserId};
use avmarks_transport_ureq::{Client, ClientBuilder};

use crate::clock::time_of_day;
use crate::error::Error;
use crate::secret;
use crate::serve::logs::Log;
use crate::settings::{Setting, Settings, address};

/// What must be given.
pub(super) const NEEDED: [&[Setting]; 3] =
    [&[Setting::Sdkappid], &[Setting::Region, Setting::Url], &[Setting::KeyFile, Setting::Key]];

/// Everything that is needed to start.
pub(super) struct KeepSettings {
    pub(super) listen: SocketAddr,
    pub(super) server: ServerSettings,
    pub(super) store: StorePlace,
    pub(super) client: Client,
    pub(super) keeper: KeeperSettings,
    pub(super) log: Log,
}

/// What the server checks.
#[derive(Debug)]
pub(super) struct ServerSettings {
    pub(super) app: SdkAppId,
    /// The token of the API, of the page and of the metrics; without one, they are for the loopback network alone.
    pub(super) token: Option<String>,
    pub(super) webhook_token: Option<WebhookToken>,
    pub(super) webhook_age: Duration,
    pub(super) body_bytes_max: usize,
}

/// Where the store is.
#[derive(Debug)]
pub(super) enum StorePlace {
    /// In memory: it ends with the process.
    Memory,
    /// A file of SQLite.
    File(PathBuf),
    /// A database of PostgreSQL, by its URL. **It may contain a password.**
    Postgres(String),
}

impl StorePlace {
    /// The place of a setting: a URL of PostgreSQL, or else a file.
    fn of(settings: &Settings) -> Self {
        let text = settings.text(Setting::KeepStore).unwrap_or_default();
        let is_url = text.starts_with("postgresql://") || text.starts_with("postgres://") || text.contains("host=");
        match is_url {
            true => Self::Postgres(text.to_owned()),
            false => Self::File(settings.path(Setting::KeepStore).unwrap_or_default()),
        }
    }

    /// How many connections store what comes in: as many commits wait for the disk of PostgreSQL at a time, and one writes a file.
    pub(super) const fn writers(&self) -> usize {
        match self {
            Self::Memory | Self::File(_) => 1,
            Self::Postgres(_) => 4,
        }
    }

    /// The database that notifies when another node has stored something; none if no other node can.
    pub(super) fn listener(&self) -> Option<&str> {
        match self {
            Self::Memory | Self::File(_) => None,
            Self::Postgres(url) => Some(url),
        }
    }

    /// Opens it, for as many calls in a second as these limits allow.
    pub(super) fn open(&self, limits: Limits) -> Result<Box<dyn Store>, Error> {
        match self {
            Self::Memory => Ok(Box::new(MemoryStore::new(limits, Arc::new(time_of_day)))),
            Self::File(path) => {
                let store = SqliteStore::open(path, limits, Arc::new(time_of_day));
                let what = || crate::input::ShownPath(path).to_string();
                Ok(Box::new(store.map_err(|error| Error::Store { what: what(), error })?))
            }
            Self::Postgres(url) => {
                let store = PostgresStore::connect(url, limits);
                Ok(Box::new(store.map_err(|error| Error::Store { what: "PostgreSQL".to_owned(), error })?))
            }
        }
    }
}

impl KeepSettings {
    /// The settings that were found. Reads the files of key, tokens and certificates.
    pub(super) fn of(settings: &Settings) -> Result<Self, Error> {
        let ip = settings.text(Setting::KeepListen).and_then(address).unwrap_or(Ipv4Addr::LOCALHOST.into());
        let listen = SocketAddr::from((ip, settings.number(Setting::KeepPort).unwrap_or_default()));
        let app = settings.parsed(Setting::Sdkappid, SdkAppId::parse)?.unwrap_or(SdkAppId::EXAMPLE);
        let seconds = |setting| settings.number(setting).map(Duration::from_secs);
        let defaults = KeeperSettings::default();
        let calls_max = settings.number(Setting::CallsPerSecond).unwrap_or(defaults.limits.calls_per_window_max);
        let server = ServerSettings {
            app,
            token: token(settings)?,
            webhook_token: secret::webhook_token_of(settings, Setting::KeepWebhookTokenFile)?,
            webhook_age: seconds(Setting::KeepWebhookAge).unwrap_or_default(),
            body_bytes_max: settings.number(Setting::KeepBodyBytesMax).unwrap_or_default(),
        };
        check_tokens(settings, ip, &server)?;
        Ok(Self {
            listen,
            server,
            store: StorePlace::of(settings),
            client: client(settings, app)?,
            keeper: KeeperSettings {
                in_flight_max: settings.number(Setting::KeepInFlight).unwrap_or(defaults.in_flight_max),
                sweep_every: seconds(Setting::KeepSweepEvery).or(defaults.sweep_every),
                page_every: seconds(Setting::KeepPageEvery).unwrap_or(defaults.page_every),
                prune: settings.text(Setting::KeepPrune) == Some("true"),
                limits: Limits { calls_per_window_max: calls_max, ..defaults.limits },
                // An account waits for the node to read as well.
                gather: defaults.gather.saturating_sub(super::node::READ_EVERY),
                ..defaults
            },
            log: Log::of(settings.text(Setting::LogForm), settings.text(Setting::LogLevel)),
        })
    }
}

/// Beyond the loopback network, anyone who reaches the port could change wants and send webhooks.
fn check_tokens(settings: &Settings, ip: IpAddr, server: &ServerSettings) -> Result<(), Error> {
    if ip.is_loopback() {
        return Ok(());
    }
    let needed = [
        (server.token.is_none(), Setting::KeepTokenFile),
        (server.webhook_token.is_none(), Setting::KeepWebhookTokenFile),
    ];
    match needed.into_iter().find(|(is_missing, _)| *is_missing) {
        Some((_, missing)) => {
            let what = format!("other machines can reach `{ip}`: give {} too, or listen on 127.0.0.1", missing.flag());
            Err(settings.error(Setting::KeepListen, what))
        }
        None => Ok(()),
    }
}

fn token(settings: &Settings) -> Result<Option<String>, Error> {
    let Some((origin, text)) = secret::of_file(settings, Setting::KeepTokenFile, "a token")? else { return Ok(None) };
    let bare = secret::bare(&origin, &text)?;
    match bare.is_empty() || bare.contains(char::is_whitespace) {
        true => Err(Error::secret(&origin, "the token is empty or has white space in it; expected one word")),
        false => Ok(Some(bare.to_owned())),
    }
}

fn client(settings: &Settings, app: SdkAppId) -> Result<Client, Error> {
    let base = settings.base()?;
    let base = base.ok_or_else(|| Error::settings("no `region` and no `url`"))?;
    let identifier =
        settings.parsed(Setting::Identifier, UserId::parse)?.ok_or_else(|| Error::settings("no `identifier`"))?;
    let key = secret::key_of(settings, Setting::KeyFile)?.ok_or(Error::NoKey)?;
    let signer = Signer::with_key(app, identifier, key, SignatureSettings::default()).map_err(Error::settings)?;
    settings.client_of(builder(base, signer))
}

/// A client that makes one attempt of each call, at once: permits of the store keep the rate, and the keeper decides when a call is sent again.
pub(super) fn builder(base: BaseUrl, signer: Signer) -> ClientBuilder {
    let retry = RetrySettings { attempts_max: 1, ..RetrySettings::default() };
    let pace = PaceSettings { calls_max: 1_000_000, margin: Duration::ZERO, ..PaceSettings::default() };
    Client::builder(base, signer).settings(JobSettings { retry, ..JobSettings::default() }).pace(pace)
}
