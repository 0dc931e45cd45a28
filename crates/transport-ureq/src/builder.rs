//! How a client is made.

use std::sync::Arc;
use std::sync::atomic::AtomicU64;
use std::time::Duration;

use avmarks_client::{Job, JobSettings, PaceSettings, Signer};
use avmarks_protocol::region::BaseUrl;
use avmarks_spec::Timestamp;
use ureq::Agent;

use crate::build_error::BuildError;
use crate::client::{Client, Paces, Seeds};
use crate::clock::Clock;
use crate::exchange::Route;
use crate::proxy::{self, ProxyError, ProxyInUse, proxy_from_environment};
#[cfg(feature = "rustls")]
use crate::roots::Roots;

/// Makes a [`Client`].
#[derive(Debug)]
#[must_use = "it does nothing until it is built"]
pub struct ClientBuilder {
    base: BaseUrl,
    signer: Arc<Signer>,
    settings: JobSettings,
    pace: PaceSettings,
    http_allowed: bool,
    response_bytes_max: u64,
    clock: Clock,
    seeds: Seeds,
    agent: Option<Agent>,
    network: Network,
    /// The first network setting that was changed: a supplied agent has its own settings.
    network_changed: Option<&'static str>,
}

/// The parts of an agent.
#[derive(Debug)]
struct Network {
    timeouts: Timeouts,
    proxy: ProxySetting,
    #[cfg(feature = "rustls")]
    roots: Roots,
}

/// Which proxy is used.
#[derive(Debug)]
enum ProxySetting {
    Environment,
    None,
    Given(Result<ProxyInUse, ProxyError>),
}

/// How long each part of a request may take. Each is limited by the remaining time of the attempt
/// ([`RetrySettings::attempt_timeout`](avmarks_client::RetrySettings::attempt_timeout)) as well.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Timeouts {
    /// To look up the host's name. Default: 2 s.
    pub resolve: Duration,
    /// To connect, TLS and a proxy included. Default: 3 s.
    pub connect: Duration,
    /// To send the head of the request, and again to send its body. Default: 3 s.
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

/// Connections that are kept for the next call. ureq's own number, 3, would close those of attempts that were made at a time.
const KEPT_CONNECTIONS_MAX: usize = 64;

/// How much of a response is read. 500 accounts with ten marks each are below 100 kB.
const RESPONSE_BYTES_MAX: u64 = 4 << 20;

impl Client {
    /// A client of the service at `base`, which is a [`Region`](avmarks_protocol::region::Region) or any base of a URL.
    pub fn builder(base: impl Into<BaseUrl>, signer: impl Into<Arc<Signer>>) -> ClientBuilder {
        ClientBuilder::new(base.into(), signer.into())
    }
}

impl ClientBuilder {
    fn new(base: BaseUrl, signer: Arc<Signer>) -> Self {
        Self {
            base,
            signer,
            settings: JobSettings::default(),
            pace: PaceSettings::default(),
            http_allowed: false,
            response_bytes_max: RESPONSE_BYTES_MAX,
            clock: Clock::system(),
            seeds: Seeds::Random,
            agent: None,
            network: Network {
                timeouts: Timeouts::default(),
                proxy: ProxySetting::Environment,
                #[cfg(feature = "rustls")]
                roots: Roots::default(),
            },
            network_changed: None,
        }
    }

    /// How calls are made. [`JobSettings::retry`] applies to every call.
    pub fn settings(mut self, settings: JobSettings) -> Self {
        self.settings = settings;
        self
    }

    /// The pace of all calls of the client together, for each command apart. Default: 200 in any 1,000 ms, with a margin.
    pub fn pace(mut self, pace: PaceSettings) -> Self {
        self.pace = pace;
        self
    }

    /// Allows `http` to hosts other than this one. **Anyone who can read the traffic gets the signature**, and with it access to the app.
    pub fn allow_http(mut self) -> Self {
        self.http_allowed = true;
        self
    }

    /// How many bytes of a response are read at most, and may come of decoding it; one that is longer counts as truncated. Default:
    /// 4 MiB.
    pub fn response_bytes_max(mut self, bytes: u64) -> Self {
        self.response_bytes_max = bytes;
        self
    }

    /// How long each part of a request may take.
    pub fn timeouts(mut self, timeouts: Timeouts) -> Self {
        self.network.timeouts = timeouts;
        self.network_changed("timeouts");
        self
    }

    /// Connects directly. Without it, the proxy of the environment is used ([`proxy_from_environment`]).
    pub fn without_proxy(mut self) -> Self {
        self.network.proxy = ProxySetting::None;
        self.network_changed("without_proxy");
        self
    }

    /// Connects through this proxy instead of that of the environment: `http` or `https`, and where needed user and password,
    /// percent-encoded: `http://user:password@proxy:8080`. **They are a secret**, which no error repeats.
    pub fn proxy(mut self, url: &str) -> Self {
        self.network.proxy = ProxySetting::Given(proxy::parse(url, "proxy"));
        self.network_changed("proxy");
        self
    }

    /// Trusts the certificates of this PEM text, which may contain several, as roots in addition to Mozilla's.
    #[cfg(feature = "rustls")]
    pub fn root_certificates_pem(mut self, pem: &[u8]) -> Self {
        self.network.roots.add_pem(pem);
        self.network_changed("root_certificates_pem");
        self
    }

    /// Trusts this certificate, in DER, as a root besides Mozilla's.
    #[cfg(feature = "rustls")]
    pub fn root_certificate_der(mut self, der: &[u8]) -> Self {
        self.network.roots.add_der(der);
        self.network_changed("root_certificate_der");
        self
    }

    /// Sends by this agent: for another TLS, another resolver, a proxy of your own.
    ///
    /// Its time-outs per phase, proxy, certificates and `User-Agent` hold, so none of these can be set here as well. What a
    /// status means, redirects (which are not followed) and the time of a whole attempt are set for each request. An
    /// agent is fastest that has all three by itself: `http_status_as_error(false)`, `max_redirects(0)` and a
    /// `timeout_global` that is [`RetrySettings::attempt_timeout`](avmarks_client::RetrySettings::attempt_timeout).
    pub fn agent(mut self, agent: Agent) -> Self {
        self.agent = Some(agent);
        self
    }

    /// Another clock, for tests. It should never run back.
    pub fn clock(mut self, now: impl Fn() -> Timestamp + Send + Sync + 'static) -> Self {
        self.clock = Clock::of(now);
        self
    }

    /// The seed of the first job or call, for tests; the next ones have the numbers after it.
    pub fn seed(mut self, seed: u64) -> Self {
        self.seeds = Seeds::Counted(AtomicU64::new(seed));
        self
    }

    /// The client. Nothing is sent.
    ///
    /// # Errors
    ///
    /// [`BuildError`] if a setting is invalid.
    pub fn build(self) -> Result<Client, BuildError> {
        if !self.base.is_https() && !self.base.is_loopback() && !self.http_allowed {
            return Err(BuildError::Http { base: self.base });
        }
        // A job without plans checks the settings as any other.
        let _ = Job::new(Vec::new(), Arc::clone(&self.signer), self.settings, 0)?;
        let (agent, proxy) = match (self.agent, self.network_changed) {
            (Some(_), Some(setting)) => return Err(BuildError::AgentHasItsOwn { setting }),
            (Some(agent), None) => (agent, None),
            (None, _) if cfg!(not(feature = "rustls")) && self.base.is_https() => return Err(BuildError::NoTls),
            (None, _) => self.network.agent(&self.base, self.settings.retry.attempt_timeout)?,
        };
        let route = Route { agent, base: self.base, proxy, response_bytes_max: self.response_bytes_max };
        Ok(Client {
            route,
            signer: self.signer,
            settings: self.settings,
            pace: self.pace,
            clock: self.clock,
            seeds: self.seeds,
            paces: Paces::default(),
        })
    }

    fn network_changed(&mut self, setting: &'static str) {
        self.network_changed.get_or_insert(setting);
    }
}

impl Network {
    fn agent(self, base: &BaseUrl, attempt_timeout: Duration) -> Result<(Agent, Option<ProxyInUse>), BuildError> {
        let Timeouts { resolve, connect, send, response, body } = self.timeouts;
        let mut config = Agent::config_builder()
            .http_status_as_error(false)
            .max_redirects(0)
            .user_agent(concat!("avmarks/", env!("CARGO_PKG_VERSION")))
            .max_idle_connections(KEPT_CONNECTIONS_MAX)
            .max_idle_connections_per_host(KEPT_CONNECTIONS_MAX)
            .timeout_global(Some(attempt_timeout))
            .timeout_resolve(Some(resolve))
            .timeout_connect(Some(connect))
            .timeout_send_request(Some(send))
            .timeout_send_body(Some(send))
            .timeout_recv_response(Some(response))
            .timeout_recv_body(Some(body));
        let proxy = match self.proxy {
            ProxySetting::Environment => proxy_from_environment(base)?,
            ProxySetting::None => None,
            ProxySetting::Given(proxy) => Some(proxy?),
        };
        config = config.proxy(proxy.as_ref().map(ProxyInUse::proxy));
        #[cfg(feature = "rustls")]
        {
            config = config.tls_config(self.roots.into_config()?);
        }
        Ok((config.build().new_agent(), proxy))
    }
}
