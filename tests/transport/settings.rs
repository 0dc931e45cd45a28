//! How a client is made: what is allowed, and agents that are handed in.

use std::time::Duration;

use avmarks_client::{AttemptResult, JobSettings, RetrySettings, State, UnexpectedKind};
use avmarks_protocol::region::{BaseUrl, Region};
use avmarks_transport_ureq::{BuildError, Client, Timeouts};
use ureq::Agent;

use crate::server::{Act, Server, response, serve_all};
use crate::{GROUP, signer};

fn of(base: &str) -> avmarks_transport_ureq::ClientBuilder {
    Client::builder(BaseUrl::parse(base).unwrap(), signer())
}

#[test]
fn plain_http_needs_permission_for_other_hosts() {
    for base in [
        "http://127.0.0.1:1",
        "http://localhost:1/im",
        "http://[::1]:1",
        "http://[::ffff:127.0.0.1]:1",
        "https://example.com",
    ] {
        assert!(of(base).build().is_ok(), "{base}");
    }
    for base in ["http://example.com", "http://127.0.0.1.example.com", "http://0.0.0.0:1", "http://10.0.0.1"] {
        let error = of(base).build().unwrap_err();
        let text = format!(
            "`{base}` would show the signature to anyone who can read the traffic; use `https`, or allow `http`"
        );
        assert_eq!((error.to_string(), of(base).allow_http().build().is_ok()), (text, true));
    }
    let client = Client::builder(Region::Singapore, signer()).build().unwrap();
    assert_eq!(client.base_url().as_str(), "https://adminapisgp.im.qcloud.com");
}

#[test]
fn an_agent_has_settings_of_its_own() {
    let agent = || Agent::config_builder().proxy(None).build().new_agent();
    let base = "http://127.0.0.1:1";
    for (builder, setting) in [
        (of(base).timeouts(Timeouts::default()), "timeouts"),
        (of(base).without_proxy(), "without_proxy"),
        (of(base).root_certificates_pem(b"").without_proxy(), "root_certificates_pem"),
        (of(base).root_certificate_der(b""), "root_certificate_der"),
    ] {
        assert_eq!(builder.agent(agent()).build().unwrap_err(), BuildError::AgentHasItsOwn { setting });
    }
    let retry = RetrySettings { budget: Duration::ZERO, ..RetrySettings::default() };
    let error = of(base).settings(JobSettings { retry, ..JobSettings::default() }).build().unwrap_err();
    assert_eq!(error.to_string(), "invalid retry.budget `0 ms`: expected at least 3001 ms");
}

/// An agent as ureq makes it makes errors of statuses and follows redirects; both are seen to.
#[test]
fn a_given_agent_follows_our_rules() {
    let server = Server::start(|number, body| match number {
        0 => vec![Act::Write(response(503, b"<html>"))],
        1 => vec![Act::Write(b"HTTP/1.1 302 Found\r\nLocation: /elsewhere\r\nContent-Length: 0\r\n\r\n".to_vec())],
        _ => serve_all(number, body),
    });
    let agent = Agent::config_builder().proxy(None).user_agent("mine/1").build().new_agent();
    let client = of(server.base().as_str()).agent(agent).build().unwrap();
    let job = client.set_marks(GROUP, [("a", [1_000])]).unwrap();
    let kinds: Vec<_> = job.calls()[0]
        .attempts()
        .iter()
        .map(|one| match one.result() {
            AttemptResult::UnexpectedResponse(response) => (response.kind.clone(), response.status),
            other => panic!("{other:?}"),
        })
        .collect();
    assert_eq!(kinds, [(UnexpectedKind::Status, 503), (UnexpectedKind::Redirect, 302)]);
    let job = client.set_marks(GROUP, [("a", [1_000])]).unwrap();
    assert_eq!(job.report().count(State::Applied), 1);
    assert_eq!((server.requests().len(), server.connections()), (3, 1));
    for request in server.requests() {
        assert!(String::from_utf8(request).unwrap().to_lowercase().contains("\r\nuser-agent: mine/1\r\n"));
    }
}
