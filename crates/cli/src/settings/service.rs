//! The service that the commands with a client call: its URL, and the connection to it.

use avmarks_protocol::region::{BaseUrl, Region};
use avmarks_transport_ureq::{BuildError, Client, ClientBuilder, ProxyError};

use super::value::NO_PROXY;
use super::{Setting, Settings};
use crate::error::Error;
use crate::input::Source;

impl Settings {
    /// The base URL of the service. `None` if neither a region nor a URL is set.
    pub(crate) fn base(&self) -> Result<Option<BaseUrl>, Error> {
        match self.text(Setting::Region).and_then(Region::from_name) {
            Some(region) => Ok(Some(region.base_url())),
            None => self.parsed(Setting::Url, BaseUrl::parse),
        }
    }

    /// The client of this builder, with the proxy and the certificates that are set. Reads the certificates.
    pub(crate) fn client_of(&self, mut builder: ClientBuilder) -> Result<Client, Error> {
        builder = match self.text(Setting::Proxy) {
            Some(NO_PROXY) => builder.without_proxy(),
            Some(url) => builder.proxy(url),
            None => builder,
        };
        if let Some(path) = self.path(Setting::Ca) {
            let pem = Source::File(path).read_certificates().map_err(|error| self.error(Setting::Ca, error))?;
            builder = builder.root_certificates_pem(pem.as_bytes());
        }
        builder.build().map_err(|error| match error {
            BuildError::Http { base } => Error::settings(format!(
                "`{base}` would show the signature to anyone who can read the traffic; use `https`"
            )),
            BuildError::Proxy(error) => Error::settings(proxy_error(&error)),
            BuildError::RootCertificate { .. } => self.error(Setting::Ca, error),
            other => Error::settings(other),
        })
    }
}

/// What is wrong with a proxy, and how to do without one.
pub(crate) fn proxy_error(error: &ProxyError) -> String {
    format!("{error}; `--proxy none` calls without a proxy")
}
