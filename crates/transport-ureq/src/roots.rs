//! What TLS trusts: Mozilla's roots, and those that were added.

use rustls::RootCertStore;
use ureq::tls::{Certificate, PemItem, RootCerts, TlsConfig, parse_pem};

use crate::build_error::BuildError;

/// The certificates that were added, or why one cannot be.
#[derive(Debug, Default)]
pub(crate) struct Roots(Vec<Result<Certificate<'static>, String>>);

impl Roots {
    pub(crate) fn add_der(&mut self, der: &[u8]) {
        self.0.push(Ok(Certificate::from_der(der).to_owned()));
    }

    /// Adds every certificate of a PEM text, which must have one. Keys and the like in it are ignored.
    pub(crate) fn add_pem(&mut self, pem: &[u8]) {
        let before = self.0.len();
        self.0.extend(parse_pem(pem).filter_map(|item| match item {
            Ok(PemItem::Certificate(certificate)) => Some(Ok(certificate)),
            Ok(_) => None,
            Err(error) => Some(Err(format!("not PEM: {error}"))),
        }));
        if self.0.len() == before {
            self.0.push(Err("the PEM text has no `BEGIN CERTIFICATE`".to_owned()));
        }
    }

    pub(crate) fn into_config(self) -> Result<TlsConfig, BuildError> {
        if self.0.is_empty() {
            return Ok(TlsConfig::default());
        }
        let mut extra = Vec::with_capacity(self.0.len());
        for (at, certificate) in self.0.into_iter().enumerate() {
            let checked = certificate.and_then(checked);
            extra.push(checked.map_err(|reason| BuildError::RootCertificate { number: at + 1, reason })?);
        }
        // ureq takes either Mozilla's roots or others, so Mozilla's are among the others.
        let mozilla = webpki_root_certs::TLS_SERVER_ROOT_CERTS.iter().map(|root| Certificate::from_der(root));
        let roots: RootCerts = mozilla.chain(extra).into();
        Ok(TlsConfig::builder().root_certs(roots).build())
    }
}

/// The certificate, where rustls takes it as a root. ureq would ignore one that it does not.
fn checked(certificate: Certificate<'static>) -> Result<Certificate<'static>, String> {
    let added = RootCertStore::empty().add(certificate.der().to_vec().into());
    added.map_err(|error| format!("not a certificate: {error}"))?;
    Ok(certificate)
}
