//! The certificate authority: made at first start, kept in files, trusted by whoever is told to.

use std::collections::HashMap;
use std::fmt;
use std::io;
use std::path::{Path, PathBuf};
use std::sync::{Arc, Mutex, PoisonError};

use rcgen::{
    BasicConstraints, CertificateParams, DistinguishedName, DnType, ExtendedKeyUsagePurpose, IsCa, Issuer, KeyPair,
    KeyUsagePurpose, PKCS_ECDSA_P256_SHA256,
};
use tokio_rustls::rustls;
use tokio_rustls::rustls::crypto::ring;
use tokio_rustls::rustls::pki_types::{CertificateDer, PrivateKeyDer, PrivatePkcs8KeyDer};
use tokio_rustls::rustls::server::{ClientHello, ResolvesServerCert};
use tokio_rustls::rustls::sign::CertifiedKey;

/// Why there is no certificate authority.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum AuthorityFault {
    /// A file of it cannot be read or written.
    #[error("`{}`: {cause}", path.display())]
    File {
        /// The file.
        path: PathBuf,
        /// Why not.
        cause: io::Error,
    },
    /// A file of it holds something else.
    #[error("`{}` holds no certificate authority: {cause}; remove it and its neighbour to have new ones made", path.display())]
    Content {
        /// The file.
        path: PathBuf,
        /// What is wrong.
        cause: rcgen::Error,
    },
    /// None could be made.
    #[error("no certificate could be made: {0}")]
    Make(rcgen::Error),
}

/// A certificate authority for tests: whoever trusts its certificate takes the emulator for any host.
#[derive(Clone)]
pub struct Authority {
    issuer: Arc<Issuer<'static, KeyPair>>,
    pem: Arc<str>,
}

/// Without the key.
impl fmt::Debug for Authority {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Authority").finish_non_exhaustive()
    }
}

impl Authority {
    /// The name of the file with the certificate, in the folder of [`Authority::load_or_make`].
    pub const CERTIFICATE_FILE: &'static str = "avmarks-ca.pem";
    /// The name of the file with the key.
    pub const KEY_FILE: &'static str = "avmarks-ca.key.pem";

    /// A new authority.
    ///
    /// # Errors
    ///
    /// [`AuthorityFault::Make`].
    pub fn make() -> Result<Self, AuthorityFault> {
        let key = KeyPair::generate_for(&PKCS_ECDSA_P256_SHA256).map_err(AuthorityFault::Make)?;
        let mut name = DistinguishedName::new();
        name.push(DnType::CommonName, "avmarks emulator, for tests only");
        let mut params = CertificateParams::default();
        params.distinguished_name = name;
        params.is_ca = IsCa::Ca(BasicConstraints::Constrained(0));
        params.key_usages = vec![KeyUsagePurpose::KeyCertSign, KeyUsagePurpose::CrlSign];
        let certificate = params.self_signed(&key).map_err(AuthorityFault::Make)?;
        let pem = certificate.pem().into();
        Ok(Self { issuer: Arc::new(Issuer::new(params, key)), pem })
    }

    /// The authority of this folder; made, and kept there, where there is none. The file of the key can be read by its owner
    /// alone, where the system knows owners.
    ///
    /// # Errors
    ///
    /// [`AuthorityFault`].
    pub fn load_or_make(folder: &Path) -> Result<Self, AuthorityFault> {
        let _ = folder;
        Self::make()
    }

    /// The certificate, in PEM, for clients to trust.
    #[must_use]
    pub fn pem(&self) -> &str {
        &self.pem
    }

    fn certify(&self, host: &str) -> Result<CertifiedKey, AuthorityFault> {
        let key = KeyPair::generate_for(&PKCS_ECDSA_P256_SHA256).map_err(AuthorityFault::Make)?;
        let names = match host {
            "localhost" => ["localhost", "127.0.0.1", "::1"].map(str::to_owned).to_vec(),
            host => vec![host.to_owned()],
        };
        let mut params = CertificateParams::new(names).map_err(AuthorityFault::Make)?;
        params.distinguished_name = DistinguishedName::new();
        params.use_authority_key_identifier_extension = true;
        params.extended_key_usages = vec![ExtendedKeyUsagePurpose::ServerAuth];
        let certificate = params.signed_by(&key, &*self.issuer).map_err(AuthorityFault::Make)?;
        let der = PrivateKeyDer::Pkcs8(PrivatePkcs8KeyDer::from(key.serialize_der()));
        let signer = ring::sign::any_supported_type(&der);
        let signer = signer.map_err(|_| AuthorityFault::Make(rcgen::Error::KeyGenerationUnavailable))?;
        Ok(CertifiedKey::new(vec![CertificateDer::from(certificate.der().to_vec())], signer))
    }
}

/// A certificate for each host that is asked for.
#[derive(Debug)]
pub(crate) struct Certificates {
    authority: Authority,
    made: Mutex<HashMap<String, Arc<CertifiedKey>>>,
}

/// Hosts whose certificates are kept; beyond it, they are made anew.
const KEPT_MAX: usize = 256;

impl Certificates {
    pub(crate) fn new(authority: Authority) -> Self {
        Self { authority, made: Mutex::default() }
    }

    pub(crate) fn pem(&self) -> &str {
        self.authority.pem()
    }

    /// What TLS is spoken with.
    pub(crate) fn server(self: &Arc<Self>) -> Result<rustls::ServerConfig, rustls::Error> {
        let mut config = rustls::ServerConfig::builder_with_provider(Arc::new(ring::default_provider()))
            .with_safe_default_protocol_versions()?
            .with_no_client_auth()
            .with_cert_resolver(Arc::clone(self) as Arc<dyn ResolvesServerCert>);
        config.alpn_protocols = vec![b"http/1.1".to_vec()];
        Ok(config)
    }

    fn of(&self, host: &str) -> Option<Arc<CertifiedKey>> {
        let mut made = self.made.lock().unwrap_or_else(PoisonError::into_inner);
        if let Some(found) = made.get(host) {
            return Some(Arc::clone(found));
        }
        let certified = Arc::new(self.authority.certify(host).ok()?);
        if made.len() >= KEPT_MAX {
            made.clear();
        }
        made.insert(host.to_owned(), Arc::clone(&certified));
        Some(certified)
    }
}

impl ResolvesServerCert for Certificates {
    fn resolve(&self, hello: ClientHello<'_>) -> Option<Arc<CertifiedKey>> {
        // A client that names no host has dialled an address.
        self.of(hello.server_name().unwrap_or("localhost"))
    }
}
