//! Why a client cannot be made.

use avmarks_client::JobError;
use avmarks_protocol::region::BaseUrl;

use crate::proxy::ProxyError;

/// Why a client cannot be made.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum BuildError {
    /// `http` to another host than this one.
    #[error("`{base}` would show the signature to anyone who can read the traffic; use `https`, or allow `http`")]
    Http {
        /// The base.
        base: BaseUrl,
    },
    /// `https`, and nothing that speaks TLS.
    #[error("there is no TLS: build with the feature `rustls`, or hand in an agent that has it")]
    NoTls,
    /// A setting that an agent already has, and an agent.
    #[error("`{setting}` was called, and an agent was handed in, which has its own; set it there")]
    AgentHasItsOwn {
        /// The method of [`ClientBuilder`](crate::ClientBuilder).
        setting: &'static str,
    },
    /// The proxy cannot be used.
    #[error(transparent)]
    Proxy(#[from] ProxyError),
    /// An extra root certificate cannot be used.
    #[error("extra root certificate {number}: {reason}")]
    RootCertificate {
        /// Which one, from 1, in the order in which they were added.
        number: usize,
        /// The problem.
        reason: String,
    },
    /// A setting is out of range.
    #[error(transparent)]
    Settings(#[from] JobError),
}
