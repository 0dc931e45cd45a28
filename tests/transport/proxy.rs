//! Proxies: one that is given, and that of the environment. A test cannot set its own environment, so each of these runs itself anew with another one.

use std::process::Command;

use avmarks_client::{AttemptResult, Failure, State};
use avmarks_protocol::region::BaseUrl;
use avmarks_transport_ureq::{BuildError, Client};

use crate::server::{Act, Server, serve_all};
use crate::{GROUP, signer};

const BASE: &str = "AVMARKS_TEST_BASE";
const WANTED: &str = "AVMARKS_TEST_WANTED";

/// Sets marks in the environment that the other tests made, and checks what came of it.
#[test]
#[ignore = "it is run by the other tests of this file"]
fn child() {
    let base = BaseUrl::parse(&std::env::var(BASE).unwrap()).unwrap();
    let client = Client::builder(base, signer()).build().unwrap();
    let job = client.set_marks(GROUP, [("teacher10", [1_000])]).unwrap();
    let tries = job.calls()[0].tries();
    match &*std::env::var(WANTED).unwrap() {
        "served" => assert_eq!(job.report().counts().of(State::Applied), 1, "{tries:?}"),
        _ => {
            assert!(matches!(tries[0].heard(), AttemptResult::Failed(Failure::Unusable { .. })), "{tries:?}");
            assert_eq!(tries.len(), 1);
        }
    }
}

fn run(base: &BaseUrl, wanted: &str, environment: &[(&str, &str)]) {
    let mut child = Command::new(std::env::current_exe().unwrap());
    child.args(["--exact", "proxy::child", "--ignored"]).env(BASE, base.as_str()).env(WANTED, wanted);
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
fn the_proxy_of_the_environment_is_used_and_sees_no_query_in_its_connect() {
    let (proxy, service) = (proxy(b"HTTP/1.1 200 OK\r\n\r\n"), Server::start(serve_all));
    let url = format!("http://user:pass@127.0.0.1:{}", proxy.port());
    run(&service.base(), "served", &[("HTTPS_PROXY", &url)]);
    assert_eq!((proxy.requests().len(), service.connections()), (2, 0));
    let connect = String::from_utf8(proxy.requests()[0].clone()).unwrap();
    assert!(connect.starts_with(&format!("CONNECT 127.0.0.1:{} HTTP/1.1\r\n", service.port())), "{connect}");
    assert!(connect.contains("\r\nProxy-Authorization: Basic dXNlcjpwYXNz\r\n"), "{connect}");
    assert!(!connect.contains("usersig"));
    assert!(proxy.requests()[1].starts_with(b"POST /v4/"));
}

#[test]
fn hosts_of_no_proxy_are_called_directly() {
    let (proxy, service) = (proxy(b""), Server::start(serve_all));
    let url = format!("http://127.0.0.1:{}", proxy.port());
    run(&service.base(), "served", &[("HTTPS_PROXY", &url), ("NO_PROXY", "127.0.0.1")]);
    assert_eq!((proxy.connections(), service.requests().len()), (0, 1));
}

#[test]
fn a_proxy_that_wants_a_password_ends_the_job() {
    let proxy = proxy(b"HTTP/1.1 407 Proxy Authentication Required\r\nContent-Length: 0\r\n\r\n");
    let url = format!("http://127.0.0.1:{}", proxy.port());
    run(&BaseUrl::parse("http://127.0.0.1:9").unwrap(), "unusable", &[("HTTPS_PROXY", &url)]);
    assert_eq!(proxy.requests().len(), 1);
}

#[test]
fn a_proxy_that_is_given_goes_before_that_of_the_environment() {
    let (proxy, service) = (proxy(b"HTTP/1.1 200 OK\r\n\r\n"), Server::start(serve_all));
    let url = format!("http://user:s3cr3t@127.0.0.1:{}", proxy.port());
    let given = || Client::builder(service.base(), signer()).proxy(&url);
    let client = given().build().unwrap();
    assert!(!format!("{:?} {client:?}", given()).contains("s3cr3t"));
    let job = client.set_marks(GROUP, [("teacher10", [1_000])]).unwrap();
    assert_eq!(job.report().counts().of(State::Applied), 1, "{job:?}");
    assert_eq!((proxy.requests().len(), service.connections()), (2, 0));
}

#[test]
fn what_is_no_proxy_is_refused_without_being_shown() {
    for url in ["", "ftp://user:s3cr3t@127.0.0.1:1", "http://", "user:s3cr3t@ 127.0.0.1"] {
        let fault = Client::builder(BaseUrl::parse("http://127.0.0.1:9").unwrap(), signer()).proxy(url).build();
        let fault = fault.unwrap_err();
        assert_eq!(fault, BuildError::Proxy, "{url}");
        assert!(!format!("{fault} {fault:?}").contains("s3cr3t"));
    }
}
