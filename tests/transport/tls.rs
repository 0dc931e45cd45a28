//! TLS: trusted with the extra root, refused without it or for another host's name.

use std::sync::Arc;

use avmarks_client::{AttemptResult, Job, State, TransportError};
use avmarks_protocol::region::BaseUrl;
use avmarks_transport_ureq::ClientBuilder;
use rcgen::{BasicConstraints, Certificate, CertificateParams, CertifiedIssuer, IsCa, KeyPair};
use rustls::{ServerConfig, ServerConnection, StreamOwned};

use crate::server::{Server, serve_all};
use crate::{GROUP, builder};

/// A certificate authority that nobody knows.
fn authority() -> CertifiedIssuer<'static, KeyPair> {
    let mut params = CertificateParams::new([]).unwrap();
    params.is_ca = IsCa::Ca(BasicConstraints::Unconstrained);
    CertifiedIssuer::self_signed(params, KeyPair::generate().unwrap()).unwrap()
}

/// A server whose certificate is for `name`.
fn serving(authority: &CertifiedIssuer<'static, KeyPair>, name: &str) -> Server {
    let key = KeyPair::generate().unwrap();
    let params = CertificateParams::new([name.to_owned()]).unwrap();
    serving_with(&params.signed_by(&key, authority).unwrap(), key)
}

fn serving_with(certificate: &Certificate, key: KeyPair) -> Server {
    let config = ServerConfig::builder_with_provider(Arc::new(rustls::crypto::ring::default_provider()))
        .with_safe_default_protocol_versions()
        .unwrap()
        .with_no_client_auth()
        .with_single_cert(vec![certificate.der().clone()], key.into())
        .unwrap();
    let config = Arc::new(config);
    Server::start_with(
        move |stream| StreamOwned::new(ServerConnection::new(Arc::clone(&config)).unwrap(), stream),
        serve_all,
    )
}

fn https(server: &Server) -> ClientBuilder {
    builder(BaseUrl::parse(&format!("https://127.0.0.1:{}", server.port())).unwrap())
}

fn set(builder: ClientBuilder) -> Job {
    builder.build().unwrap().set_marks(GROUP, (0..600).map(|at| (format!("u{at}"), [1_000]))).unwrap()
}

fn is_served(job: &Job) -> bool {
    job.report().count(State::Applied) == 600
}

/// That the job ended with its first try, and why.
fn refused(job: &Job) -> String {
    let tries: Vec<_> = job.calls().iter().flat_map(|call| call.attempts()).collect();
    assert_eq!((tries.len(), job.report().count(State::NotSent)), (1, 600));
    let AttemptResult::Failed(TransportError::Unusable { message }) = tries[0].result() else {
        panic!("{:?}", tries[0])
    };
    message.clone()
}

#[test]
fn an_extra_root_may_be_pem_or_der() {
    let (authority, other) = (authority(), authority());
    let server = serving(&authority, "127.0.0.1");
    assert!(is_served(&set(https(&server).root_certificate_der(authority.der()))));
    assert_eq!((server.requests().len(), server.connections()), (2, 1));
    let two = format!("# ours\n{}\n{}", other.pem(), authority.pem());
    assert!(is_served(&set(https(&server).root_certificates_pem(two.as_bytes()))));
}

#[test]
fn without_the_root_the_job_ends() {
    let server = serving(&authority(), "127.0.0.1");
    for (builder, part) in [
        (https(&server), "an authority that is trusted here; give the authority's certificate as an extra root"),
        // The other authority has the same name.
        (
            https(&server).root_certificate_der(authority().der()),
            "the authority of its issuer's name that is trusted here",
        ),
    ] {
        let message = refused(&set(builder));
        let expected = format!("the certificate of 127.0.0.1 is not accepted: it is not signed by {part}");
        assert!(message.starts_with(&expected) && message.contains("`--ca`"), "{message}");
    }
    assert!(server.requests().is_empty());
}

#[test]
fn a_certificate_for_another_host_is_refused() {
    let authority = authority();
    let server = serving(&authority, "console.tim.qq.com");
    let what = refused(&set(https(&server).root_certificate_der(authority.der())));
    assert!(what.contains("it is not for this host (") && what.contains("console.tim.qq.com"), "{what}");
    assert!(server.requests().is_empty());
}

#[test]
fn an_authority_as_server_is_named() {
    let mut params = CertificateParams::new(["127.0.0.1".to_owned()]).unwrap();
    params.is_ca = IsCa::Ca(BasicConstraints::Unconstrained);
    let key = KeyPair::generate().unwrap();
    let certificate = params.self_signed(&key).unwrap();
    let server = serving_with(&certificate, key);
    let what = refused(&set(https(&server).root_certificate_der(certificate.der())));
    assert!(what.ends_with("give the server a certificate with CA:FALSE that the authority has signed"), "{what}");
}

#[test]
fn an_expired_certificate_is_named() {
    let authority = authority();
    let mut params = CertificateParams::new(["127.0.0.1".to_owned()]).unwrap();
    params.not_after = rcgen::date_time_ymd(2020, 1, 1);
    let key = KeyPair::generate().unwrap();
    let certificate = params.signed_by(&key, &authority).unwrap();
    let server = serving_with(&certificate, key);
    let what = refused(&set(https(&server).root_certificate_der(authority.der())));
    assert!(what.ends_with("it has expired; renew it, or correct the clock of this host"), "{what}");
}

#[test]
fn a_server_without_tls_is_a_failure() {
    let server = Server::deaf(b"HTTP/1.1 400 Bad Request\r\nContent-Length: 0\r\n\r\n");
    let job = set(https(&server).settings(crate::hard_answers::settings()));
    assert!(matches!(job.calls()[0].attempts()[0].result(), AttemptResult::Failed(_)));
    assert!(!is_served(&job) && server.requests().is_empty());
}

#[test]
fn an_invalid_certificate_is_refused_early() {
    let server = Server::start(serve_all);
    let good = authority();
    let error = |builder: ClientBuilder| builder.root_certificate_der(good.der()).build().unwrap_err().to_string();
    for (builder, text) in [
        (https(&server).root_certificate_der(b"junk"), "extra root certificate 1: not a certificate: "),
        (
            https(&server).root_certificates_pem(b"junk"),
            "extra root certificate 1: the PEM text has no `BEGIN CERTIFICATE`",
        ),
        (
            https(&server).root_certificates_pem(b"-----BEGIN CERTIFICATE-----\n!\n-----END CERTIFICATE-----\n"),
            "extra root certificate 1: not PEM: ",
        ),
        (
            https(&server).root_certificate_der(good.der()).root_certificate_der(b""),
            "extra root certificate 2: not a certificate: ",
        ),
    ] {
        let found = error(builder);
        assert!(found.starts_with(text) && !found.contains('\n'), "{found}");
    }
}
