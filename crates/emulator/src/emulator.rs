//! An emulator as a value: set up, then started on an address, in this process.

use std::collections::BTreeMap;
use std::hash::{BuildHasher, RandomState};
use std::io;
use std::net::{Ipv4Addr, Ipv6Addr, SocketAddr, TcpListener};
use std::sync::Arc;
use std::thread::JoinHandle;

use avmarks_service::App;
use tokio::sync::watch;

use crate::authority::{Authority, AuthorityError, Certificates};
use crate::host::is_served;
use crate::journal::{self, DataError};
use crate::settings::{Settings, SettingsError};
use crate::shared::Shared;
use crate::state::CallState;
use crate::webhooks::{Outbox, WebhookSettingsError};
use crate::world::{PlayError, World};

/// Why an emulator cannot be set up.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum SetupError {
    /// A setting is out of its range.
    #[error(transparent)]
    Settings(#[from] SettingsError),
    /// It has no certificate authority.
    #[error(transparent)]
    Authority(#[from] AuthorityError),
    /// Its state cannot be read, or kept.
    #[error(transparent)]
    Data(#[from] DataError),
    /// Webhooks cannot be sent to the configured URL.
    #[error(transparent)]
    Webhooks(#[from] WebhookSettingsError),
}

/// An emulator that has been set up, and does not listen yet. Cheap to clone: the clones are one emulator.
#[derive(Clone)]
pub struct Emulator {
    pub(crate) shared: Arc<Shared>,
}

impl Emulator {
    /// Sets an emulator up; with [`Settings::data`], as it was when it ended, however that was.
    ///
    /// # Errors
    ///
    /// [`SetupError`] if a setting is out of its range; if it is to have a certificate authority of its own, and none can be made; if the folder for
    /// its state is in use, cannot be written, or holds something that cannot be read; or if webhooks cannot be sent
    /// to the configured URL.
    pub fn new(settings: Settings) -> Result<Self, SetupError> {
        settings.check()?;
        // Ids come from strangers. Where rooms were there before, the seed is settled, and stays.
        avmarks_rules::set_hash_seed(RandomState::new().hash_one(()));
        let settings = settings.in_force();
        let hosts = settings.certified_hosts();
        let authority = match &settings.authority {
            Some(authority) => authority.clone(),
            None => Authority::make_for(&hosts)?,
        };
        for host in hosts.iter().filter(|host| !authority.covers(host)) {
            tracing::warn!(%host, "the certificate authority was made for other hosts, and clients that trust it refuse this one; remove its files to have it made anew");
        }
        let outbox = Outbox::new(settings.webhooks.clone(), settings.log_entries_max)?;
        let known = settings.clone();
        let certificates = Certificates::new(authority, move |host| is_served(host, &known));
        Ok(Self { shared: Arc::new(Shared::new(settings, certificates, outbox)?) })
    }

    /// The certificate of its authority, in PEM, for clients to trust.
    #[must_use]
    pub fn certificate_pem(&self) -> &str {
        self.shared.certificates.pem()
    }

    /// Whether it was resumed from a state that [`Settings::data`] held.
    #[must_use]
    pub fn resumed(&self) -> bool {
        self.shared.lock().resumed
    }

    /// What its app is set up with at the moment: other than [`Settings::app`] if a state says so, or the control API has
    /// changed it.
    #[must_use]
    pub fn app_settings(&self) -> avmarks_service::Settings {
        self.shared.lock().state.app.settings().clone()
    }

    /// Runs the lines of a scenario (`docs/scenario.md`); a time before now is treated as now.
    ///
    /// # Errors
    ///
    /// [`SeedError`] at the first line that is no valid input, or for which there is no room; those before it have been taken
    /// in.
    ///
    /// ```
    /// use avmarks_emulator::{Emulator, Settings};
    ///
    /// let emulator = Emulator::new(Settings::default())?;
    /// emulator.play(r#"{"at":0,"do":"create_group","group":"live"}"#).unwrap();
    /// let error = emulator.play(r#"{"at":0,"do":"sing"}"#).unwrap_err();
    /// assert!(error.to_string().starts_with("line 1: "));
    /// # Ok::<(), avmarks_emulator::SetupError>(())
    /// ```
    pub fn play(&self, lines: &str) -> Result<(), SeedError> {
        self.change(|world| {
            let played = world.play(lines, drop);
            played.map_err(|PlayError { line, cause, .. }| SeedError::Line { line, what: cause.to_string() })
        })
    }

    /// Puts another app in the place of this one, its settings and its time as well; the signing key stays, and so does
    /// [`Settings::strict`].
    ///
    /// # Errors
    ///
    /// [`SeedError::Capacity`] if it has more groups or members than there may be.
    pub fn seed(&self, app: App) -> Result<(), SeedError> {
        self.change(|world| {
            world.capacity.check_app(&app).map_err(|full| SeedError::Capacity(full.to_string()))?;
            world.replace(app, BTreeMap::new(), CallState::default());
            Ok(())
        })
    }

    /// Everything as it was when it was first served, with what had been [played](Self::play) or [seeded](Self::seed) by then:
    /// groups, settings, the clock; no fault waits, the log is empty. Where it has gone on from a state that
    /// [`Settings::data`] held, or was not served yet, it is as it was set up.
    ///
    /// # Errors
    ///
    /// [`SeedError::NotPersisted`] if it cannot be persisted.
    pub fn reset(&self) -> Result<(), SeedError> {
        self.change(|world| {
            world.reset(&self.shared.settings);
            Ok(())
        })
    }

    /// Makes a change, and waits until it is persisted.
    fn change(&self, change: impl FnOnce(&mut World) -> Result<(), SeedError>) -> Result<(), SeedError> {
        let changed = journal::wait(self.shared.change(change));
        changed.unwrap_or_else(|failure| Err(SeedError::NotPersisted(failure.to_string())))
    }

    /// Listens on `address` (port 0: any that is free) from threads of its own, until the value returned is stopped or
    /// dropped.
    ///
    /// # Errors
    ///
    /// Where the address cannot be listened on, or there are no threads to be had.
    pub fn start(&self, address: SocketAddr) -> io::Result<Running> {
        self.start_on(vec![TcpListener::bind(address)?])
    }

    /// Listens on this port (0: any that is free) of both loopback addresses: some clients find `::1` first when they look up
    /// `localhost`, and others 127.0.0.1. Where the machine has no IPv6, on 127.0.0.1 alone. Otherwise as
    /// [`start`](Self::start); [`Running::address`] is that of 127.0.0.1.
    ///
    /// # Errors
    ///
    /// Where the port cannot be listened on, or there are no threads to be had.
    pub fn start_on_localhost(&self, port: u16) -> io::Result<Running> {
        let first = TcpListener::bind((Ipv4Addr::LOCALHOST, port))?;
        let second = match TcpListener::bind((Ipv6Addr::LOCALHOST, first.local_addr()?.port())) {
            Ok(second) => Some(second),
            Err(error) if error.kind() == io::ErrorKind::AddrInUse => return Err(error),
            Err(_) => None,
        };
        self.start_on([first].into_iter().chain(second).collect())
    }

    fn start_on(&self, listeners: Vec<TcpListener>) -> io::Result<Running> {
        listeners.iter().try_for_each(|listener| listener.set_nonblocking(true))?;
        let first = listeners.first().ok_or(io::ErrorKind::InvalidInput)?;
        let address = first.local_addr()?;
        let runtime = tokio::runtime::Builder::new_multi_thread()
            .worker_threads(2)
            .thread_name("avmarks-emulator")
            .enable_all()
            .build()?;
        // Here and not in the thread, so that whatever is put in from now on is no part of the start.
        self.shared.lock().starts();
        let (stop, mut stopped) = watch::channel(());
        let emulator = self.clone();
        let thread = std::thread::Builder::new().name("avmarks-emulator".to_owned()).spawn(move || {
            runtime.block_on(async move {
                let listeners = listeners.into_iter().map(tokio::net::TcpListener::from_std);
                let listeners = listeners.collect::<io::Result<_>>()?;
                crate::serve::run(listeners, emulator.shared, async move { drop(stopped.changed().await) }).await;
                Ok(())
            })
        })?;
        Ok(Running { emulator: self.clone(), address, stop: Some(stop), thread: Some(thread) })
    }
}

/// Serves `emulator` on `listener` until `stop` is over; then takes no new connection, finishes what is being answered, and
/// returns. HTTP, HTTPS and proxy requests are distinguished by their first bytes.
pub async fn serve(listener: tokio::net::TcpListener, emulator: Emulator, stop: impl Future<Output = ()>) {
    crate::serve::run(vec![listener], emulator.shared, stop).await;
}

/// Why something cannot be taken in.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum SeedError {
    /// A line of a scenario is not a valid input, or exceeds the capacity of the emulator.
    #[error("line {line}: {what}")]
    Line {
        /// The line, from 1.
        line: u64,
        /// What is wrong with it.
        what: String,
    },
    /// There is no room for it all.
    #[error("{0}")]
    Capacity(String),
    /// It cannot be persisted.
    #[error("{0}")]
    NotPersisted(String),
}

/// An emulator that listens. Dropping it stops it.
pub struct Running {
    emulator: Emulator,
    address: SocketAddr,
    stop: Option<watch::Sender<()>>,
    thread: Option<JoinHandle<io::Result<()>>>,
}

impl Running {
    /// Where it listens.
    #[must_use]
    pub const fn address(&self) -> SocketAddr {
        self.address
    }

    /// Its base URL, over HTTP.
    #[must_use]
    pub fn url(&self) -> String {
        format!("http://{}", self.address)
    }

    /// The emulator.
    #[must_use]
    pub const fn emulator(&self) -> &Emulator {
        &self.emulator
    }

    /// Stops it: no new connection, and what is being answered is finished. Returns when all is over.
    ///
    /// # Errors
    ///
    /// Where it could not listen in the first place.
    pub fn stop(mut self) -> io::Result<()> {
        self.finish()
    }

    fn finish(&mut self) -> io::Result<()> {
        drop(self.stop.take());
        match self.thread.take().map(JoinHandle::join) {
            Some(Ok(ended)) => ended,
            _ => Ok(()),
        }
    }
}

impl Drop for Running {
    fn drop(&mut self) {
        // Nobody is left to tell.
        let _ = self.finish();
    }
}
