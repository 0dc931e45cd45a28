//! Proxies: one that is given, and that of the environment. A test cannot set its own
//! environment, so each of these runs itself again in a process with another one.

use std::process::Command;

use avmarks_client::{AttemptResult, State, TransportError};
use avmarks_protocol::region::BaseUrl;
use avmarks_transport_ureq::{BuildError, Client, ProxyError};

use crate::server::{Act, Server, serve_all};
use crate::{GROUP, signer};

const BASE: &str = "AVMARKS_TEST_BASE";
const WANTED: &str = "AVMARKS_TEST_WANTED";

/// In a process that [`run`] started, sets marks in its environment, checks what came of it, and returns true.
fn is_child() -> bool {
    let (Ok(base), Ok(wanted)) = (std::env::var(BASE), std::env::var(WANTED)) else { return false };
    let built = Client::builder(BaseUrl::parse(&base).unwrap(), signer()).build();
    if wanted == "refused" {
        let error = built.unwrap_err();
        assert!(matches!(&error, BuildError::Proxy(ProxyError::Scheme { .. })), "{error}");
        return true;
    }
    let job = built.unwrap().set_marks(GROUP, [("teacher10", [1_000])]).unwrap();
    let attempts = job.calls()[0].attempts();
    match &*wanted {
        "served" => assert_eq!(job.report().count(State::Applied), 1, "{attempts:?}"),
        _ => {
            let result = attempts[0].result();
            assert!(matches!(result, AttemptResult::Failed(TransportError::Unusable { .. })), "{attempts:?}");
            assert_eq!(attempts.len(), 1);
        }
    }
    true
}

/// Runs the test of this name in a process with another environment.
fn run(test: &str, base: &BaseUrl, wanted: &str, environment: &[(&str, &str)]) {
    let mut child = Command::new(std::env::current_exe().unwrap());
    child.args(["--exact", &format!("proxy::{test}")]).env(BASE, base.as_str()).env(WANTED, wanted);
    for name in ["ALL_PROXY", "HTTPS_PROXY", "HTTP_PROXY", "NO_PROXY"] {
        child.env_remove(name).env_remove(name.to_ascii_lowercase());
    }
    let output = child.envs(environment.iter().copied()).output().unwrap();
    let shown = String::from_utf8_lossy(&output.stdout);
    assert!(output.status.success() && shown.contains("1 passed"), "{shown}");
}

/// A proxy that is the service as well.
fn proxy(answer: &'static [u8]) -> Server {
    Server::start(
        move |number, body| if number == 0 { vec![Act::Write(answer.to_vec())] } else { serve_all(number, body) },
    )
}

#[test]
fn the_environment_proxy_sees_no_query() {
    if is_child() {
        return;
    }
    let (proxy, service) = (proxy(b"HTTP/1.1 200 OK\r\n\r\n"), Server::start(serve_all));
    let url = format!("http://user:pass@127.0.0.1:{}", proxy.port());
    run("the_environment_proxy_sees_no_query", &service.base(), "served", &[("http_proxy", &url)]);
    assert_eq!((proxy.requests().len(), service.connections()), (2, 0));
    let connect = String::from_utf8(proxy.requests()[0].clone()).unwrap();
    assert!(connect.starts_with(&format!("CONNECT 127.0.0.1:{} HTTP/1.1\r\n", service.port())), "{connect}");
    assert!(connect.contains("\r\nProxy-Authorization: Basic dXNlcjpwYXNz\r\n"), "{connect}");
    assert!(!connect.contains("usersig"));
    assert!(proxy.requests()[1].starts_with(b"POST /v4/"));
}

#[test]
fn hosts_of_no_proxy_are_called_directly() {
    if is_child() {
        return;
    }
    let (proxy, service) = (proxy(b""), Server::start(serve_all));
    let url = format!("http://127.0.0.1:{}", proxy.port());
    run(
        "hosts_of_no_proxy_are_called_directly",
        &service.base(),
        "served",
        &[("http_proxy", &url), ("NO_PROXY", "127.0.0.1")],
    );
    assert_eq!((proxy.connections(), service.requests().len()), (0, 1));
}

#[test]
fn a_proxy_password_request_ends_the_job() {
    if is_child() {
        return;
    }
    let proxy = proxy(b"HTTP/1.1 407 Proxy Authentication Required\r\nContent-Length: 0\r\n\r\n");
    let url = format!("http://127.0.0.1:{}", proxy.port());
    run(
        "a_proxy_password_request_ends_the_job",
        &BaseUrl::parse("http://127.0.0.1:9").unwrap(),
        "unusable",
        &[("ALL_PROXY", &url)],
    );
    assert_eq!(proxy.requests().len(), 1);
}

#[test]
fn a_given_proxy_overrides_the_environment() {
    let (proxy, service) = (proxy(b"HTTP/1.1 200 OK\r\n\r\n"), Server::start(serve_all));
    let url = format!("http://user:s3cr3t@127.0.0.1:{}", proxy.port());
    let given = || Client::builder(service.base(), signer()).proxy(&url);
    let client = given().build().unwrap();
    assert!(!format!("{:?} {client:?}", given()).contains("s3cr3t"));
    let job = client.set_marks(GROUP, [("teacher10", [1_000])]).unwrap();
    assert_eq!(job.report().count(State::Applied), 1, "{job:?}");
    assert_eq!((proxy.requests().len(), service.connections()), (2, 0));
}

#[test]
fn an_unusable_proxy_is_refused_and_not_shown() {
    for url in ["", "ftp://user:s3cr3t@127.0.0.1:1", "http://", "user:s3cr3t@ 127.0.0.1"] {
        let built = Client::builder(BaseUrl::parse("http://127.0.0.1:9").unwrap(), signer()).proxy(url).build();
        let error = built.unwrap_err();
        assert!(matches!(error, BuildError::Proxy(_)), "{url}");
        assert!(!format!("{error} {error:?}").contains("s3cr3t"));
    }
}

/// The first message of a client that goes through this proxy, and how many attempts it made.
fn message(proxy: &str) -> (String, usize) {
    let base = BaseUrl::parse("http://service.example").unwrap();
    let builder = Client::builder(base, signer()).allow_http().proxy(proxy).settings(crate::hard_answers::settings());
    let client = builder.build().unwrap();
    assert_eq!(client.proxy().map(|proxy| proxy.origin().to_owned()).as_deref(), Some("proxy"));
    let job = client.set_marks(GROUP, [("teacher10", [1_000])]).unwrap();
    let attempts = job.calls()[0].attempts();
    (attempts[0].result().to_string(), attempts.len())
}

#[test]
fn errors_name_the_proxy_and_what_to_do() {
    let refusing = |status: u16| {
        let head = format!("HTTP/1.1 {status} No\r\nContent-Length: 0\r\n\r\n");
        Server::start(move |_, _| vec![Act::Write(head.clone().into_bytes()), Act::Close])
    };
    for (status, attempts, part) in [
        (407, 1, "requires user and password (status 407): put `USER:PASSWORD@` before its host"),
        (403, 1, "refuses to connect (status 403): allow the host of the service there"),
        (502, 2, "does not connect (status 502)"),
    ] {
        let server = refusing(status);
        let (found, made) = message(&format!("http://user:s3cr3t@127.0.0.1:{}", server.port()));
        assert!(found.contains(&format!("the proxy 127.0.0.1:{} (proxy) {part}", server.port())), "{found}");
        assert_eq!(made, attempts, "{status}");
    }
    let port = std::net::TcpListener::bind("127.0.0.1:0").unwrap().local_addr().unwrap().port();
    let (found, made) = message(&format!("127.0.0.1:{port}"));
    let expected = format!("not sent: the proxy 127.0.0.1:{port} (proxy) cannot be reached: Connection refused");
    assert!(found.starts_with(&expected), "{found}");
    assert_eq!(made, 2);
}

#[test]
fn an_unsupported_proxy_is_refused() {
    if is_child() {
        return;
    }
    run(
        "an_unsupported_proxy_is_refused",
        &BaseUrl::parse("http://127.0.0.1:9").unwrap(),
        "refused",
        &[("ALL_PROXY", "socks5://127.0.0.1:1080")],
    );
    run(
        "an_unsupported_proxy_is_refused",
        &BaseUrl::parse("https://127.0.0.1:9").unwrap(),
        "refused",
        &[("https_proxy", "socks5h://127.0.0.1:1080")],
    );
}
