//! The service that the commands with a client call: its URL, and the connection to it.

use avmarks_protocol::region::{BaseUrl, Region};
use avmarks_transport_ureq::{BuildError, Client, ClientBuilder};

use super::value::NO_PROXY;
use super::{Setting, Settings};
use crate::error::Error;
use crate::input::Source;

impl Settings {
    /// The base URL of the service, by these two settings. `None` if neither is set.
    pub(crate) fn base_of(&self, region: Setting, url: Setting) -> Result<Option<BaseUrl>, Error> {
        match self.text(region).and_then(Region::from_name) {
            Some(region) => Ok(Some(region.base_url())),
            None => self.parsed(url, BaseUrl::parse),
        }
    }

    /// The client of this builder, with the proxy and the certificates of these two settings. Reads the certificates.
    pub(crate) fn client_of(&self, mut builder: ClientBuilder, proxy: Setting, ca: Setting) -> Result<Client, Error> {
        builder = match self.text(proxy) {
            Some(NO_PROXY) => builder.without_proxy(),
            Some(url) => builder.proxy(url),
            None => builder,
        };
        if let Some(path) = self.path(ca) {
            let pem = Source::File(path).read_certificates().map_err(|error| self.error(ca, error))?;
            builder = builder.root_certificates_pem(pem.as_bytes());
        }
        builder.build().map_err(|error| match error {
            BuildError::Http { base } => {
                Error::settings(format!("`{base}` would show the signature to whoever sees the traffic; use `https`"))
            }
            BuildError::RootCertificate { .. } => self.error(ca, error),
            other => Error::settings(other),
        })
    }
}
