//! HTTPS on the same port, by whoever trusts the authority.

use std::net::{SocketAddr, TcpStream};
use std::sync::Arc;

use avmarks_emulator::Authority;
use tokio_rustls::rustls::crypto::ring;
use tokio_rustls::rustls::pki_types::pem::PemObject;
use tokio_rustls::rustls::pki_types::{CertificateDer, ServerName};
use tokio_rustls::rustls::{ClientConfig, ClientConnection, RootCertStore, StreamOwned};

use crate::client::{ask, connect, exchange};
use crate::{COUNT, QUERY, post, start};

pub(crate) type TlsStream = StreamOwned<ClientConnection, TcpStream>;

/// TLS to `host` on this connection, by a client that trusts the certificate in `pem`. The handshake comes with the first
/// byte that is sent.
pub(crate) fn tls(stream: TcpStream, pem: &str, host: &str) -> TlsStream {
    let mut roots = RootCertStore::empty();
    roots.add(CertificateDer::from_pem_slice(pem.as_bytes()).unwrap()).unwrap();
    let config = ClientConfig::builder_with_provider(Arc::new(ring::default_provider()))
        .with_safe_default_protocol_versions()
        .unwrap()
        .with_root_certificates(roots)
        .with_no_client_auth();
    let host = ServerName::try_from(host.to_owned()).unwrap();
    StreamOwned::new(ClientConnection::new(Arc::new(config), host).unwrap(), stream)
}

fn shakes_hands(address: SocketAddr, pem: &str, host: &str) -> bool {
    let mut stream = tls(connect(address), pem, host);
    let mut shaken = stream.conn.complete_io(&mut stream.sock);
    if shaken.is_ok() {
        shaken = stream.conn.complete_io(&mut stream.sock);
    }
    shaken.is_ok()
}

#[test]
fn whoever_trusts_the_authority_is_answered() {
    let running = start(|_| {});
    let pem = running.emulator().certificate_pem();
    for host in
        ["localhost", "127.0.0.1", "console.tim.qq.com", "adminapisgp.im.qcloud.com", "adminapijpn.my-imcloud.com"]
    {
        let mut stream = tls(connect(running.address()), pem, host);
        for _ in 0..2 {
            assert_eq!(exchange(&mut stream, post(COUNT, QUERY, "{}")).code(), 10004, "{host}");
        }
    }
    // Plain HTTP is answered anyway.
    assert_eq!(ask(running.address(), post(COUNT, QUERY, "{}")).code(), 10004);
}

#[test]
fn whoever_does_not_trust_it_ends_the_handshake() {
    let running = start(|_| {});
    let another = Authority::make().unwrap();
    assert!(!shakes_hands(running.address(), another.pem(), "localhost"));
    assert!(shakes_hands(running.address(), running.emulator().certificate_pem(), "localhost"));
}

#[test]
fn unnamed_addresses_are_not_trusted() {
    let running = start(|_| {});
    let pem = running.emulator().certificate_pem();
    assert!(!shakes_hands(running.address(), pem, "192.0.2.1"));
}

#[test]
fn the_certificate_names_the_dialled_address() {
    let emulator = avmarks_emulator::Emulator::new(avmarks_emulator::Settings::default()).unwrap();
    let running = emulator.start("0.0.0.0:0".parse().unwrap()).unwrap();
    // Every address of the loopback network is this machine, on Linux at least.
    let address: SocketAddr = ([127, 9, 8, 7], running.address().port()).into();
    if TcpStream::connect(address).is_ok() {
        assert!(shakes_hands(address, emulator.certificate_pem(), "127.9.8.7"));
    }
}

#[test]
fn one_authority_covers_several_emulators() {
    let authority = Authority::make().unwrap();
    let emulators = [1, 2].map(|_| start(|settings| settings.authority = Some(authority.clone())));
    for running in &emulators {
        assert_eq!(running.emulator().certificate_pem(), authority.pem());
        assert!(shakes_hands(running.address(), authority.pem(), "console.tim.qq.com"));
    }
}

#[test]
fn no_certificate_is_made_for_a_foreign_host() {
    let running = start(|_| {});
    let pem = running.emulator().certificate_pem();
    for host in ["www.google.com", "tim.qq.com.example.com", "no.such.example"] {
        assert!(!shakes_hands(running.address(), pem, host), "{host}");
    }
    let more = start(|settings| {
        settings.proxied_hosts = vec!["*.example.com".to_owned()];
        settings.control_hosts = vec!["emulator.test".to_owned()];
    });
    let pem = more.emulator().certificate_pem();
    for (host, served) in [
        ("a.example.com", true),
        ("emulator.test", true),
        ("localhost", true),
        ("console.tim.qq.com", false),
        ("www.google.com", false),
    ] {
        assert_eq!(shakes_hands(more.address(), pem, host), served, "{host}");
    }
}

#[test]
fn an_authority_vouches_for_its_own_hosts_alone() {
    // The emulator stands in for all hosts, and the authority was made for the vendor's.
    let authority = Authority::make().unwrap();
    let running = start(|settings| {
        settings.proxied_hosts = vec!["*".to_owned()];
        settings.authority = Some(authority.clone());
    });
    for (host, trusted) in [
        ("console.tim.qq.com", true),
        ("my-imcloud.com", true),
        ("localhost", true),
        ("127.0.0.1", true),
        ("www.google.com", false),
        ("xtim.qq.com", false),
        ("qq.com", false),
    ] {
        assert_eq!(shakes_hands(running.address(), authority.pem(), host), trusted, "{host}");
    }
    for (hosts, trusted) in [(["google.com"], true), (["*.google.com"], true), (["*"], true), (["example.com"], false)]
    {
        let authority = Authority::make_for(&hosts.map(str::to_owned)).unwrap();
        let running = start(|settings| {
            settings.proxied_hosts = vec!["*".to_owned()];
            settings.authority = Some(authority.clone());
        });
        assert_eq!(shakes_hands(running.address(), authority.pem(), "www.google.com"), trusted, "{hosts:?}");
    }
}
