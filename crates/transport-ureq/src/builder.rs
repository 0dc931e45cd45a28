//! How a client is made.

use std::sync::atomic::AtomicU64;
use std::sync::{Arc, Mutex};
use std::time::Duration;

use avmarks_client::{Job, JobFault, JobSettings, Pace, Signer};
use avmarks_protocol::region::BaseUrl;
use avmarks_spec::Timestamp;
use ureq::Agent;

use crate::client::{Client, Seeds};
use crate::clock::Clock;

/// Makes a [`Client`].
#[derive(Debug)]
#[must_use = "it does nothing until it is built"]
pub struct ClientBuilder {
    base: BaseUrl,
    signer: Arc<Signer>,
    settings: JobSettings,
    timeouts: Timeouts,
    http_allowed: bool,
    proxy_from_env: bool,
    response_bytes_max: u64,
    clock: Clock,
    seeds: Seeds,
}

/// How long each part of a request may take. Each is bounded by what is left of the try's time
/// ([`RetrySettings::try_timeout`](avmarks_client::RetrySettings::try_timeout)) as well.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Timeouts {
    /// To look up the host's name. Default: 2 s.
    pub resolve: Duration,
    /// To connect, TLS and a proxy included. Default: 3 s.
    pub connect: Duration,
    /// To send the request. Default: 3 s.
    pub send: Duration,
    /// From then on to the head of the response; more than the 3 s after which the service's backend gives up. Default: 5 s.
    pub response: Duration,
    /// To receive its body. Default: 5 s.
    pub body: Duration,
}

impl Default for Timeouts {
    fn default() -> Self {
        let seconds = Duration::from_secs;
        Self { resolve: seconds(2), connect: seconds(3), send: seconds(3), response: seconds(5), body: seconds(5) }
    }
}

/// Connections that are kept for the next call. ureq's own number, 3, would close those of tries that were made at a time.
const KEPT_CONNECTIONS_MAX: usize = 64;

/// How much of a response is read. 500 accounts with ten marks each are below 100 kB.
const RESPONSE_BYTES_MAX: u64 = 4 << 20;

impl ClientBuilder {
    pub(crate) fn new(base: BaseUrl, signer: Arc<Signer>) -> Self {
        Self {
            base,
            signer,
            settings: JobSettings::default(),
            timeouts: Timeouts::default(),
            http_allowed: false,
            proxy_from_env: true,
            response_bytes_max: RESPONSE_BYTES_MAX,
            clock: Clock::system(),
            seeds: Seeds::Random,
        }
    }

    /// How calls are paced, retried and counted; [`JobSettings::pace`] is that of all calls of the client together, for each
    /// command apart.
    pub fn settings(mut self, settings: JobSettings) -> Self {
        self.settings = settings;
        self
    }

    /// How long each part of a request may take.
    pub fn timeouts(mut self, timeouts: Timeouts) -> Self {
        self.timeouts = timeouts;
        self
    }

    /// Allows `http` to hosts other than this one. **Whoever sees the traffic then has the signature**, and with it the app.
    pub fn allow_http(mut self) -> Self {
        self.http_allowed = true;
        self
    }

    /// Passes over `HTTPS_PROXY`, `ALL_PROXY`, `HTTP_PROXY` and `NO_PROXY` of the environment.
    pub fn without_proxy(mut self) -> Self {
        self.proxy_from_env = false;
        self
    }

    /// How many bytes of a response are read at most; one that is longer counts as cut. Default: 4 MiB.
    pub fn response_bytes_max(mut self, bytes: u64) -> Self {
        self.response_bytes_max = bytes;
        self
    }

    /// Another clock, for tests.
    pub fn clock(mut self, now: impl Fn() -> Timestamp + Send + Sync + 'static) -> Self {
        self.clock = Clock::of(now);
        self
    }

    /// The seed of the first job or call, for tests; the next ones have the numbers after it.
    pub fn seed(mut self, seed: u64) -> Self {
        self.seeds = Seeds::Counted(AtomicU64::new(seed));
        self
    }

    /// The client.
    ///
    /// # Errors
    ///
    /// [`BuildFault`] where a setting is at fault.
    pub fn build(self) -> Result<Client, BuildFault> {
        if !self.base.is_https() && !self.base.is_loopback() && !self.http_allowed {
            return Err(BuildFault::Http { base: self.base });
        }
        // A job without plans checks the settings as any other.
        Job::new(Vec::new(), Arc::clone(&self.signer), self.settings, 0)?;
        let agent = self.own_agent();
        Ok(Client {
            base: self.base,
            signer: self.signer,
            settings: self.settings,
            agent,
            response_bytes_max: self.response_bytes_max,
            clock: self.clock,
            seeds: self.seeds,
            pace: Mutex::new(Pace::new(self.settings.pace)),
        })
    }

    fn own_agent(&self) -> Agent {
        let Timeouts { resolve, connect, send, response, body } = self.timeouts;
        let mut config = Agent::config_builder()
            .http_status_as_error(false)
            .max_redirects(0)
            .user_agent(concat!("avmarks/", env!("CARGO_PKG_VERSION")))
            .max_idle_connections(KEPT_CONNECTIONS_MAX)
            .max_idle_connections_per_host(KEPT_CONNECTIONS_MAX)
            .timeout_global(Some(self.settings.retry.try_timeout))
            .timeout_resolve(Some(resolve))
            .timeout_connect(Some(connect))
            .timeout_send_request(Some(send))
            .timeout_send_body(Some(send))
            .timeout_recv_response(Some(response))
            .timeout_recv_body(Some(body));
        if !self.proxy_from_env {
            config = config.proxy(None);
        }
        config.build().new_agent()
    }
}

/// Why there is no client.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum BuildFault {
    /// `http` to another host than this one.
    #[error("`{base}` would show the signature to whoever sees the traffic; use `https`, or allow `http`")]
    Http {
        /// The base.
        base: BaseUrl,
    },
    /// A setting is out of range.
    #[error(transparent)]
    Settings(#[from] JobFault),
}
