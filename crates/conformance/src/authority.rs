//! Certificates for the listener, made for one run: the harness trusts the authority, which exists only in memory.

use std::collections::HashMap;
use std::sync::{Arc, Mutex, PoisonError};

use rcgen::{BasicConstraints, CertificateParams, DnType, IsCa, Issuer, KeyPair, KeyUsagePurpose};
use rustls::ServerConfig;
use rustls::crypto::ring;
use rustls::pki_types::{CertificateDer, PrivateKeyDer, PrivatePkcs8KeyDer};
use rustls::server::{ClientHello, ResolvesServerCert};
use rustls::sign::CertifiedKey;

/// Why there are no certificates.
#[derive(Debug, thiserror::Error)]
#[error("no certificate could be made: {0}")]
pub(crate) struct AuthorityError(String);

impl AuthorityError {
    fn of(error: impl std::fmt::Display) -> Self {
        Self(error.to_string())
    }
}

/// Signs certificates for any host.
pub(crate) struct Authority {
    issuer: Issuer<'static, KeyPair>,
    pem: String,
    /// Of each host that was asked for.
    made: Mutex<HashMap<String, Arc<CertifiedKey>>>,
}

impl std::fmt::Debug for Authority {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Authority").finish_non_exhaustive()
    }
}

impl Authority {
    pub(crate) fn make() -> Result<Self, AuthorityError> {
        let key = KeyPair::generate().map_err(AuthorityError::of)?;
        let mut params = CertificateParams::default();
        params.distinguished_name.push(DnType::CommonName, "avmarks conformance, for one run");
        params.is_ca = IsCa::Ca(BasicConstraints::Constrained(0));
        params.key_usages = vec![KeyUsagePurpose::KeyCertSign, KeyUsagePurpose::CrlSign];
        let pem = params.self_signed(&key).map_err(AuthorityError::of)?.pem();
        Ok(Self { issuer: Issuer::new(params, key), pem, made: Mutex::default() })
    }

    /// The certificate that a harness must trust.
    pub(crate) fn pem(&self) -> &str {
        &self.pem
    }

    /// Accepts TLS for any host.
    pub(crate) fn server(self) -> Result<ServerConfig, AuthorityError> {
        let builder = ServerConfig::builder_with_provider(Arc::new(ring::default_provider()));
        let builder = builder.with_safe_default_protocol_versions().map_err(AuthorityError::of)?;
        Ok(builder.with_no_client_auth().with_cert_resolver(Arc::new(self)))
    }

    fn certify(&self, host: &str) -> Result<CertifiedKey, AuthorityError> {
        let key = KeyPair::generate().map_err(AuthorityError::of)?;
        let mut names = vec![host.to_owned()];
        names.extend(["localhost", "127.0.0.1"].into_iter().filter(|name| *name != host).map(str::to_owned));
        let params = CertificateParams::new(names).map_err(AuthorityError::of)?;
        let certificate = params.signed_by(&key, &self.issuer).map_err(AuthorityError::of)?;
        let der = PrivateKeyDer::Pkcs8(PrivatePkcs8KeyDer::from(key.serialize_der()));
        let signer = ring::sign::any_supported_type(&der).map_err(AuthorityError::of)?;
        Ok(CertifiedKey::new(vec![CertificateDer::from(certificate.der().to_vec())], signer))
    }
}

impl ResolvesServerCert for Authority {
    fn resolve(&self, hello: ClientHello<'_>) -> Option<Arc<CertifiedKey>> {
        // Who calls an address sends no name.
        let host = hello.server_name().unwrap_or("localhost").to_owned();
        let mut made = self.made.lock().unwrap_or_else(PoisonError::into_inner);
        if let Some(known) = made.get(&host) {
            return Some(Arc::clone(known));
        }
        let certified = Arc::new(self.certify(&host).ok()?);
        made.insert(host, Arc::clone(&certified));
        Some(certified)
    }
}
