//! The certificate authority: made at first start, and stored in files. Clients must be configured to trust it.

mod files;

use std::collections::HashMap;
use std::fmt;
use std::io;
use std::net::{IpAddr, Ipv4Addr, Ipv6Addr};
use std::path::PathBuf;
use std::sync::{Arc, Mutex, PoisonError, Weak};
use std::time::{Duration, SystemTime};

use avmarks_spec::Excerpt;
use rcgen::{
    BasicConstraints, CertificateParams, CidrSubnet, DistinguishedName, DnType, ExtendedKeyUsagePurpose,
    GeneralSubtree, IsCa, Issuer, KeyPair, KeyUsagePurpose, NameConstraints, PKCS_ECDSA_P256_SHA256, PublicKeyData,
};
use tokio_rustls::TlsAcceptor;
use tokio_rustls::rustls;
use tokio_rustls::rustls::crypto::ring;
use tokio_rustls::rustls::pki_types::pem::PemObject;
use tokio_rustls::rustls::pki_types::{CertificateDer, PrivateKeyDer, PrivatePkcs8KeyDer};
use tokio_rustls::rustls::server::{ClientHello, ResolvesServerCert};
use tokio_rustls::rustls::sign::CertifiedKey;

/// Why there is no certificate authority.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum AuthorityError {
    /// A file of it cannot be read or written.
    #[error("`{}`: {cause}", path.display())]
    File {
        /// The file.
        path: PathBuf,
        /// Why not.
        cause: io::Error,
    },
    /// A file of it contains something else.
    #[error("`{}` {what}; remove it and its neighbour to have new ones made, or give another folder", path.display())]
    Content {
        /// The file.
        path: PathBuf,
        /// What is wrong with it.
        what: &'static str,
    },
    /// None could be made.
    #[error("no certificate could be made: {what}")]
    Make {
        /// What is wrong.
        what: String,
    },
}

impl AuthorityError {
    fn make(cause: impl fmt::Display) -> Self {
        Self::Make { what: cause.to_string() }
    }
}

/// A certificate authority for tests. Whoever trusts its certificate takes the emulator for the hosts that are named in it, and
/// for no other: the certificate is constrained to them (RFC 5280, section 4.2.1.10).
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

/// What the certificate of every authority is called.
const NAME: &str = "avmarks emulator, for tests only";

/// How far a certificate reaches back, for clocks that are behind.
const BACK: Duration = Duration::from_secs(2 * 86_400);

/// How long the certificate of an authority is valid.
const VALID: Duration = Duration::from_secs(3_650 * 86_400);

/// How long the certificate of a host is valid: at most 398 days, or browsers and Apple's systems refuse it.
const HOST_VALID: Duration = Duration::from_secs(390 * 86_400);

impl Authority {
    /// The name of the file with the certificate, in the folder of [`Authority::load_or_make`].
    pub const CERTIFICATE_FILE: &'static str = "avmarks-ca.pem";
    /// The name of the file with the key, and the certificate once more.
    pub const KEY_FILE: &'static str = "avmarks-ca.key.pem";

    /// A new authority for the vendor's hosts, `localhost`, and addresses of the loopback network and of private ones.
    ///
    /// # Errors
    ///
    /// [`AuthorityError::Make`].
    pub fn make() -> Result<Self, AuthorityError> {
        Self::make_for(&[])
    }

    /// A new authority as that of [`Authority::make`], for these hosts as well: a name, which stands for all names below it
    /// too, with or without `*.` in front; an address; or `*` for any host.
    ///
    /// # Errors
    ///
    /// [`AuthorityError::Make`].
    ///
    /// ```
    /// use avmarks_emulator::{Authority, Emulator, Settings};
    ///
    /// let mut settings = Settings::default();
    /// settings.proxied_hosts.push("*.example.com".to_owned());
    /// settings.authority = Some(Authority::make_for(&settings.proxied_hosts)?);
    /// assert!(Emulator::new(settings).is_ok());
    /// # Ok::<(), avmarks_emulator::AuthorityError>(())
    /// ```
    pub fn make_for(hosts: &[String]) -> Result<Self, AuthorityError> {
        let key = KeyPair::generate_for(&PKCS_ECDSA_P256_SHA256).map_err(AuthorityError::make)?;
        let mut params = Self::params();
        params.name_constraints = constraints(hosts);
        let pem = params.self_signed(&key).map_err(AuthorityError::make)?.pem().into();
        Ok(Self { issuer: Arc::new(Issuer::new(params, key)), pem })
    }

    /// The certificate, in PEM, for clients to trust.
    #[must_use]
    pub fn pem(&self) -> &str {
        &self.pem
    }

    /// Key and certificate, in PEM. A secret.
    fn to_secret_pem(&self) -> String {
        format!("{}{}", self.issuer.key().serialize_pem(), self.pem)
    }

    /// The authority of [`Authority::to_secret_pem`]; or what is wrong with the text.
    fn from_secret_pem(text: &str) -> Result<Self, &'static str> {
        let at = text.find("-----BEGIN CERTIFICATE-----").ok_or("holds no certificate")?;
        let (key, pem) = text.split_at(at);
        let key = KeyPair::from_pem(key).map_err(|_| "holds no key of a certificate authority")?;
        let certificate = CertificateDer::from_pem_slice(pem.as_bytes()).map_err(|_| "holds no certificate")?;
        let holds = |part: &[u8]| certificate.windows(part.len().max(1)).any(|window| window == part);
        if !holds(key.subject_public_key_info().as_slice()) {
            return Err("holds a certificate that is not that of its key");
        }
        // What is signed names its issuer, and the name is not read from the certificate.
        if !holds(NAME.as_bytes()) {
            return Err("holds the certificate of another authority");
        }
        Ok(Self { issuer: Arc::new(Issuer::new(Self::params(), key)), pem: pem.into() })
    }

    /// Whether its certificate lets it vouch for this host.
    pub(crate) fn covers(&self, host: &str) -> bool {
        let Ok(certificate) = CertificateDer::from_pem_slice(self.pem.as_bytes()) else { return false };
        let holds = |part: &[u8]| certificate.windows(part.len().max(1)).any(|window| window == part);
        // The extension, by its identifier: 2.5.29.30.
        let is_constrained = holds(&[0x55, 0x1d, 0x1e]);
        let name = without_star(host);
        let mut suffixes = name.match_indices('.').filter_map(|(at, _)| name.get(at + 1..));
        !is_constrained
            || host != "*"
                && (host.parse::<IpAddr>().is_ok()
                    || holds(&dns_name(name))
                    || suffixes.any(|end| holds(&dns_name(end))))
    }

    fn params() -> CertificateParams {
        let mut params = CertificateParams::default();
        params.distinguished_name = DistinguishedName::new();
        params.distinguished_name.push(DnType::CommonName, NAME);
        params.is_ca = IsCa::Ca(BasicConstraints::Constrained(0));
        params.key_usages = vec![KeyUsagePurpose::KeyCertSign, KeyUsagePurpose::CrlSign];
        let now = SystemTime::now();
        (params.not_before, params.not_after) = ((now - BACK).into(), (now + VALID).into());
        params
    }

    /// A certificate for a name or an address.
    fn certify(&self, host: &str) -> Result<CertifiedKey, AuthorityError> {
        let key = KeyPair::generate_for(&PKCS_ECDSA_P256_SHA256).map_err(AuthorityError::make)?;
        let is_here = host == "localhost" || host.parse().is_ok_and(|address: IpAddr| address.is_loopback());
        let here: &[&str] = if is_here { &["localhost", "127.0.0.1", "::1"] } else { &[] };
        let others = here.iter().copied().filter(|name| *name != host);
        let names: Vec<_> = std::iter::once(host).chain(others).map(str::to_owned).collect();
        let mut params = CertificateParams::new(names).map_err(AuthorityError::make)?;
        params.distinguished_name = DistinguishedName::new();
        params.use_authority_key_identifier_extension = true;
        params.key_usages = vec![KeyUsagePurpose::DigitalSignature];
        params.extended_key_usages = vec![ExtendedKeyUsagePurpose::ServerAuth];
        let now = SystemTime::now();
        (params.not_before, params.not_after) = ((now - BACK).into(), (now + HOST_VALID).into());
        let certificate = params.signed_by(&key, &*self.issuer).map_err(AuthorityError::make)?;
        let der = PrivateKeyDer::Pkcs8(PrivatePkcs8KeyDer::from(key.serialize_der()));
        let signer = ring::sign::any_supported_type(&der);
        let signer = signer.map_err(AuthorityError::make)?;
        Ok(CertifiedKey::new(vec![CertificateDer::from(certificate.der().to_vec())], signer))
    }
}

/// The names that are always permitted.
const PERMITTED_NAMES: [&str; 4] = ["localhost", "tim.qq.com", "im.qcloud.com", "my-imcloud.com"];
/// The networks that are: loopback and private ones. Sources: RFC 1918, RFC 4193, RFC 4291.
const PERMITTED_NETWORKS: [(IpAddr, u8); 6] = [
    (IpAddr::V4(Ipv4Addr::new(127, 0, 0, 0)), 8),
    (IpAddr::V4(Ipv4Addr::new(10, 0, 0, 0)), 8),
    (IpAddr::V4(Ipv4Addr::new(172, 16, 0, 0)), 12),
    (IpAddr::V4(Ipv4Addr::new(192, 168, 0, 0)), 16),
    (IpAddr::V6(Ipv6Addr::LOCALHOST), 128),
    (IpAddr::V6(Ipv6Addr::new(0xfc00, 0, 0, 0, 0, 0, 0, 0)), 7),
];

/// What a certificate is constrained to; nothing where `hosts` has all.
fn constraints(hosts: &[String]) -> Option<NameConstraints> {
    if hosts.iter().any(|host| host == "*") {
        return None;
    }
    let names = PERMITTED_NAMES.into_iter().chain(hosts.iter().map(|host| without_star(host)));
    let single = |address: IpAddr| (address, if address.is_ipv4() { 32 } else { 128 });
    let subtree = |name: &str| match name.parse::<IpAddr>() {
        Ok(address) => network(single(address)),
        Err(_) => GeneralSubtree::DnsName(name.to_ascii_lowercase()),
    };
    let permitted_subtrees = names.map(subtree).chain(PERMITTED_NETWORKS.into_iter().map(network)).collect();
    Some(NameConstraints { permitted_subtrees, excluded_subtrees: Vec::new() })
}

fn network((address, prefix): (IpAddr, u8)) -> GeneralSubtree {
    GeneralSubtree::IpAddress(CidrSubnet::from_addr_prefix(address, prefix))
}

fn without_star(host: &str) -> &str {
    host.strip_prefix("*.").unwrap_or(host)
}

/// A name as in a certificate: its tag (`dNSName`), its length, its text.
fn dns_name(name: &str) -> Vec<u8> {
    let length = u8::try_from(name.len()).unwrap_or(u8::MAX);
    [&[0x82, length], name.to_ascii_lowercase().as_bytes()].concat()
}

/// A certificate for each host that is asked for, and that the emulator answers for.
pub(crate) struct Certificates {
    authority: Authority,
    serves: Box<dyn Fn(&str) -> bool + Send + Sync>,
    made: Mutex<HashMap<String, Arc<CertifiedKey>>>,
    /// The TLS configuration for clients that connected to this host or address.
    acceptors: Mutex<HashMap<String, Arc<rustls::ServerConfig>>>,
}

/// Hosts whose certificates are kept; beyond it, they are made again.
const KEPT_MAX: usize = 256;

impl fmt::Debug for Certificates {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Certificates").finish_non_exhaustive()
    }
}

impl Certificates {
    /// Certificates for the hosts that `serves` takes.
    pub(crate) fn new(authority: Authority, serves: impl Fn(&str) -> bool + Send + Sync + 'static) -> Self {
        Self { authority, serves: Box::new(serves), made: Mutex::default(), acceptors: Mutex::default() }
    }

    pub(crate) fn pem(&self) -> &str {
        self.authority.pem()
    }

    /// The TLS configuration for a client that connected to `host`, a name or an address.
    pub(crate) fn acceptor(self: &Arc<Self>, host: &str) -> Result<TlsAcceptor, rustls::Error> {
        let mut acceptors = self.acceptors.lock().unwrap_or_else(PoisonError::into_inner);
        if let Some(config) = acceptors.get(host) {
            return Ok(Arc::clone(config).into());
        }
        let resolver = Resolver { certificates: Arc::downgrade(self), dialled: host.to_owned() };
        let mut config = rustls::ServerConfig::builder_with_provider(Arc::new(ring::default_provider()))
            .with_safe_default_protocol_versions()?
            .with_no_client_auth()
            .with_cert_resolver(Arc::new(resolver));
        config.alpn_protocols = vec![b"http/1.1".to_vec()];
        let config = Arc::new(config);
        if acceptors.len() >= KEPT_MAX {
            acceptors.clear();
        }
        acceptors.insert(host.to_owned(), Arc::clone(&config));
        Ok(config.into())
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

/// Finds the certificate that a client wants to see.
#[derive(Debug)]
struct Resolver {
    /// Weak, because they keep the configuration that has this resolver.
    certificates: Weak<Certificates>,
    dialled: String,
}

impl ResolvesServerCert for Resolver {
    /// Nothing for a host that the emulator does not answer for: the handshake ends.
    fn resolve(&self, hello: ClientHello<'_>) -> Option<Arc<CertifiedKey>> {
        let certificates = self.certificates.upgrade()?;
        // A client that names no host has dialled an address.
        let host = hello.server_name().unwrap_or(&self.dialled);
        if host != self.dialled && !(certificates.serves)(host) {
            tracing::warn!(host = %Excerpt(host), "TLS was asked for a host that the emulator does not stand in for");
            return None;
        }
        certificates.of(host)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn certificates_are_freed_with_their_acceptors() {
        let hosts = ["localhost".to_owned()];
        let certificates = Arc::new(Certificates::new(Authority::make_for(&hosts).unwrap(), |_| true));
        let acceptor = certificates.acceptor("localhost").unwrap();
        let watched = Arc::downgrade(&certificates);
        drop((acceptor, certificates));
        assert!(watched.upgrade().is_none());
    }
}
