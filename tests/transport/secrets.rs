//! Neither key nor signature is in any text that an error or a value can be made to show.

use std::fmt::{Debug, Display};
use std::sync::Arc;

use avmarks_client::{CallRequest, Job};
use avmarks_protocol::region::BaseUrl;
use avmarks_spec::GroupId;
use avmarks_transport_ureq::{Client, ClientBuilder};

use crate::server::{Act, Server, response, serve_all};
use crate::{GROUP, KEY, hard_answers, signer};

/// Texts, and the secrets that must not be in them.
struct Shown {
    texts: Vec<String>,
    signature: String,
}

impl Shown {
    fn add(&mut self, value: &impl Debug) {
        self.texts.push(format!("{value:?} {value:#?}"));
    }

    fn add_fault(&mut self, error: &(impl Debug + Display)) {
        self.add(error);
        self.texts.push(error.to_string());
    }

    fn add_job(&mut self, job: &Job) {
        self.add(job);
        let report = job.report();
        self.add(&report);
        self.texts.extend(report.accounts().map(|account| account.outcome.to_string()));
        self.texts.push(String::from_utf8(job.progress().to_json()).unwrap());
        for one in job.calls().iter().flat_map(|call| call.attempts()) {
            self.add_fault(one.result());
            self.texts.push(String::from_utf8_lossy(one.body().unwrap_or_default()).into_owned());
        }
    }

    /// Everything that a client can be made to say.
    fn add_all_of(&mut self, client: &Client) {
        self.add(client);
        self.add_job(&client.set_marks(GROUP, [("teacher10", [1_000])]).unwrap());
        let group = GroupId::parse(GROUP).unwrap();
        for page in client.online_members(group) {
            match page {
                Ok(page) => self.add(&page),
                Err(error) => self.add_fault(&error),
            }
        }
        match client.online_count(group) {
            Ok(_) => {}
            Err(error) => self.add_fault(&error),
        }
        self.add_job(&client.add_robots(GROUP, ["robot1"]).unwrap());
        self.add_job(&client.delete_robots(GROUP, ["robot1"]).unwrap());
        match client.check_members(GROUP, ["robot1"]) {
            Ok(checked) => self.add(&checked),
            Err(error) => self.add_fault(&error),
        }
        match client.set_admins(GROUP, ["robot1"]) {
            Ok(()) => {}
            Err(error) => self.add_fault(&error),
        }
        match client.admins(GROUP) {
            Ok(admins) => self.add(&admins),
            Err(error) => self.add_fault(&error),
        }
        match client.call(CallRequest { path: "v4/x/y".to_owned(), body: b"{}".to_vec(), repeatable: true }) {
            Ok(answered) => self.texts.push(format!("{answered:?} {}", String::from_utf8_lossy(&answered.body))),
            Err(error) => self.add_fault(&error),
        }
    }

    fn check(&self) {
        assert!(self.texts.len() > 20);
        for text in &self.texts {
            assert!(!text.contains(KEY), "the key is in {text}");
            assert!(!text.contains(&self.signature), "the signature is in {text}");
            // A part of it is too much as well.
            assert!(!text.contains(&self.signature[..40]), "the start of the signature is in {text}");
        }
    }
}

#[test]
fn no_text_shows_key_or_signature() {
    let signer = signer();
    let client = |builder: ClientBuilder| builder.settings(hard_answers::settings()).build().unwrap();
    let of = |base: &str| Client::builder(BaseUrl::parse(base).unwrap(), Arc::clone(&signer));
    let now = client(of("http://127.0.0.1:9").without_proxy()).now();
    let signature = signer.sign(now).as_str().to_owned();
    let mut shown = Shown { texts: Vec::new(), signature: signature.clone() };

    // Servers that repeat the signature wherever they can.
    let url = format!("/v4/x?sdkappid=1&identifier=a&usersig={signature}&random=1");
    let html = format!("<html>No such page: {url}</html>");
    let refusal = format!(r#"{{"ActionStatus":"FAIL","ErrorCode":70003,"ErrorInfo":"bad sig {signature}"}}"#);
    let served = format!(r#"{{"ActionStatus":"OK","ErrorCode":0,"ErrorInfo":"{signature}","MemberList":[]}}"#);
    let moved = format!("HTTP/1.1 302 Found\r\nLocation: http://h{url}\r\nX: {signature}\r\nContent-Length: 0\r\n\r\n");
    let cut = format!("HTTP/1.1 200 OK\r\nContent-Length: 9999\r\n\r\n<p>{}", &url[..url.len() - 60]);
    let garbage = format!("{url}\r\n\r\n");
    for bytes in [
        response(502, html.as_bytes()),
        response(200, html.as_bytes()),
        response(200, refusal.as_bytes()),
        response(500, refusal.as_bytes()),
        response(200, served.as_bytes()),
        moved.into_bytes(),
        cut.into_bytes(),
        garbage.into_bytes(),
        Vec::new(),
    ] {
        let server = Server::start(move |_, _| vec![Act::Write(bytes.clone()), Act::Close]);
        shown.add_all_of(&client(of(server.base().as_str()).without_proxy()));
    }

    // Errors of ureq, of which some have the URL in them.
    let server = Server::start(serve_all);
    let no_tls = Server::deaf(b"HTTP/1.1 400 Bad Request\r\n\r\n");
    let tls = format!("https://127.0.0.1:{}", no_tls.port());
    shown.add_all_of(&client(of("http://127.0.0.1:9").without_proxy()));
    shown.add_all_of(&client(of(&tls).without_proxy()));
    shown.add_all_of(&client(of("https://avmarks.invalid").without_proxy()));
    let https_only = ureq::Agent::config_builder().proxy(None).https_only(true).build().new_agent();
    shown.add_all_of(&client(of(server.base().as_str()).agent(https_only)));
    let proxy = ureq::Proxy::new(&format!("http://127.0.0.1:{}", server.port())).unwrap();
    let proxied = ureq::Agent::config_builder().proxy(Some(proxy)).build().new_agent();
    shown.add_all_of(&client(of("http://127.0.0.1:9").agent(proxied)));

    let builder = of("http://example.com");
    shown.add(&builder);
    shown.add_fault(&builder.build().unwrap_err());
    shown.check();
}

/// The test above would notice: the errors of ureq itself do show it.
#[test]
fn an_error_of_ureq_does_show_the_url() {
    let agent = ureq::Agent::config_builder().https_only(true).build().new_agent();
    let error = agent.post("http://127.0.0.1:9/?usersig=eJyrVgrx").send("").unwrap_err();
    assert!(error.to_string().contains("eJyrVgrx"));
}
