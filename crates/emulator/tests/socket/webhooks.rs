//! Webhooks, as they arrive.

mod calls;
mod everything;
mod robots;

use std::time::{Duration, Instant, SystemTime};

use avmarks_emulator::protocol::webhook::{Revision, Webhook, WebhookQuery, WebhookToken};
use avmarks_emulator::spec::Timestamp;
use avmarks_emulator::{Clock, Running, WebhookSettings};
use serde_json::Value;

use crate::client::{Reply, ask};
use crate::receiver::{Manner, Receiver};
use crate::{QUERY, post, start};
use everything::{everything, expected};

const NOW: u64 = 1_670_574_414_123;
const MARKS: &str = "/v4/group_open_avchatroom_http_svc/modify_user_info";

/// An emulator at [`NOW`] with a room, whose webhooks go there.
fn told(receiver: &Receiver, change: impl FnOnce(&mut WebhookSettings)) -> Running {
    let mut webhooks = WebhookSettings::new(receiver.url());
    change(&mut webhooks);
    let running = start(|settings| {
        settings.clock = Clock::standing_at(Timestamp::from_millis(NOW));
        settings.webhooks = Some(webhooks);
    });
    let room = r#"{"group":"room","owner":"boss","name":"Room"}"#;
    assert_eq!(control(&running, "POST", "/groups", room).status, 200);
    running
}

fn control(running: &Running, method: &str, path: &str, body: &str) -> Reply {
    let length = body.len();
    let head = format!("{method} /_avmarks{path} HTTP/1.1\r\nHost: localhost\r\nContent-Type: application/json");
    ask(running.address(), format!("{head}\r\nContent-Length: {length}\r\n\r\n{body}"))
}

fn presence(running: &Running, what: &str, accounts: &[&str]) {
    let body = serde_json::json!({ "accounts": accounts }).to_string();
    let reply = control(running, "POST", &format!("/groups/room/{what}"), &body);
    assert_eq!(reply.status, 200, "{reply:?}");
}

/// Every delivery so far, once none waits any more.
fn deliveries(running: &Running) -> Vec<Value> {
    let begun = Instant::now();
    loop {
        let reply = control(running, "GET", "/webhooks/deliveries?limit=1000", "");
        let answer: Value = serde_json::from_str(&reply.body).unwrap();
        if answer["waiting"] == 0 {
            return answer["deliveries"].as_array().unwrap().clone();
        }
        // Nothing here takes that long; a hang becomes a failure.
        assert!(begun.elapsed() < Duration::from_secs(60), "{answer}");
        std::thread::sleep(Duration::from_millis(20));
    }
}

#[test]
fn everything_is_told_in_order_in_every_revision() {
    for revision in Revision::ALL {
        let receiver = Receiver::start(&[]);
        let running = told(&receiver, |webhooks| webhooks.revision = *revision);
        everything(&running);
        let log = deliveries(&running);
        let came = receiver.came();
        let arrived: Vec<_> = came
            .iter()
            .map(|came| (came.target.strip_prefix("/hook?").unwrap().to_owned(), came.body.clone()))
            .collect();
        assert_eq!(arrived, expected(*revision), "{revision}");
        assert!(came.iter().all(|came| came.connection == 0), "one connection is kept");
        let head = came[0].head.to_ascii_lowercase();
        assert!(head.contains(&format!("\r\nhost: {}\r\n", receiver.address)), "{head}");
        assert!(head.contains("\r\ncontent-type: application/json\r\n"), "{head}");
        for (number, (delivery, (query, body))) in log.iter().zip(&arrived).enumerate() {
            assert_eq!(delivery["number"], number as u64 + 1);
            assert_eq!(
                (delivery["query"].as_str(), delivery["body"].to_string()),
                (Some(query.as_str()), sorted(body))
            );
            assert_eq!(
                (&delivery["status"], &delivery["error"], &delivery["attempt"]),
                (&200.into(), &Value::Null, &1.into())
            );
        }
        assert_eq!(log.len(), arrived.len());
    }
}

/// The same JSON with its fields as this reader orders them.
fn sorted(body: &str) -> String {
    serde_json::from_str::<Value>(body).unwrap().to_string()
}

/// The transformation of the expectations is the protocol's own; this much is spelled out.
#[test]
fn what_2023_did_not_have_is_not_there() {
    let told: Vec<_> = expected(Revision::Y2023);
    assert_eq!(
        told[2].1,
        r#"{"CallbackCommand":"Group.CallbackOnMemberStateChange","GroupId":"room","EventType":"Offline","MemberList":[{"Member_Account":"jared"},{"Member_Account":"tommy"}]}"#
    );
    assert!(told[0].1.ends_with(r#","EventTime":"1670574414123"}"#));
    assert_eq!(told.len(), 12);
}

#[test]
fn scenarios_and_calls_send_webhooks() {
    let receiver = Receiver::start(&[]);
    let running = told(&receiver, |_| {});
    let lines = "{\"at\":0,\"do\":\"join\",\"group\":\"room\",\"account\":\"a\"}\n\
                 {\"at\":0,\"do\":\"leave\",\"group\":\"room\",\"account\":\"a\"}\n\
                 {\"at\":0,\"do\":\"destroy_group\",\"group\":\"room\"}\n";
    let head = "POST /_avmarks/scenario HTTP/1.1\r\nHost: localhost\r\nContent-Type: application/x-ndjson";
    let length = lines.len();
    assert_eq!(ask(running.address(), format!("{head}\r\nContent-Length: {length}\r\n\r\n{lines}")).status, 200);
    let create = r#"{"Type":"AVChatRoom","Name":"n","GroupId":"other","Owner_Account":"boss"}"#;
    assert_eq!(ask(running.address(), post(crate::CREATE, QUERY, create)).code(), 0);
    let destroy = post("/v4/group_open_http_svc/destroy_group", QUERY, r#"{"GroupId":"other"}"#);
    assert_eq!(ask(running.address(), destroy).code(), 0);
    deliveries(&running);
    let commands: Vec<_> = receiver.came().iter().map(|came| Webhook::parse(came.body.as_bytes()).unwrap()).collect();
    let names: Vec<_> = commands.iter().map(|webhook| webhook.command().rsplit('.').next().unwrap()).collect();
    assert_eq!(
        names,
        [
            "CallbackAfterNewMemberJoin",
            "CallbackOnMemberStateChange",
            "CallbackAfterMemberExit",
            "CallbackOnMemberStateChange",
            "CallbackAfterGroupDestroyed",
            "CallbackAfterGroupDestroyed",
        ]
    );
    let [.., Webhook::AfterGroupDestroyed(room), Webhook::AfterGroupDestroyed(other)] = &commands[..] else { panic!() };
    assert_eq!((room.owner.as_deref(), room.name.as_deref()), (Some("boss"), Some("Room")));
    assert_eq!((other.owner.as_deref(), other.name.as_deref()), (Some("boss"), Some("n")));
}

#[test]
fn a_token_signs_and_is_never_shown() {
    let receiver = Receiver::start(&[]);
    let running = told(&receiver, |webhooks| webhooks.url = format!("http://{}/hook?tenant=1", receiver.address));
    let body =
        format!(r#"{{"url":"http://{}/hook?tenant=1","token":"xxxxyyyy","revision":"newest_en"}}"#, receiver.address);
    let set = control(&running, "PUT", "/webhooks", &body);
    assert!(set.body.contains(r#""signed":true"#) && !set.body.contains("xxxxyyyy"), "{set:?}");
    presence(&running, "join", &["jared"]);
    let log = deliveries(&running);
    let came = receiver.came();
    let query = came[0].target.strip_prefix("/hook?tenant=1&").unwrap();
    let query = WebhookQuery::parse(query).unwrap();
    let (sign, time) = (query.sign.clone().unwrap(), query.request_time_seconds.unwrap());
    let now = SystemTime::now().duration_since(SystemTime::UNIX_EPOCH).unwrap();
    let token = WebhookToken::new("xxxxyyyy").unwrap();
    let window = Some(Duration::from_secs(120));
    assert_eq!(token.check(&sign, time, Timestamp::EPOCH.saturating_add(now), window), Ok(()));
    assert!(came[0].target.ends_with(&format!("&OptPlatform=Unknown&Sign={sign}&RequestTime={time}")));
    assert!(came[0].body.ends_with(r#""EventTime":"1670574414123"}"#), "{}", came[0].body);
    let shown = format!("{log:?}{}", control(&running, "GET", "/webhooks", "").body);
    assert!(!shown.contains(&sign) && !shown.contains("xxxxyyyy"), "{shown}");
}

#[test]
fn late_webhooks_are_resent_when_asked() {
    let receiver = Receiver::start(&[Manner::Wait]);
    let running = told(&receiver, |webhooks| webhooks.retries = 1);
    // Answered, though the receiver answers nothing before it is released.
    presence(&running, "join", &["jared"]);
    let log = deliveries(&running);
    receiver.release();
    let seen: Vec<_> = log.iter().map(|delivery| (delivery["attempt"].as_u64(), delivery["error"].as_str())).collect();
    // The second webhook goes out before the first is sent again.
    assert_eq!(seen, [(Some(1), Some("no answer within 2 s")), (Some(1), None), (Some(2), None)]);
    assert_eq!((&log[0]["again"], &log[2]["again"]), (&true.into(), &false.into()));
    let bodies: Vec<_> = receiver.came().into_iter().map(|came| came.body).collect();
    assert_eq!(bodies[0], bodies[2]);
}

#[test]
fn failed_webhooks_are_resent_only_when_asked() {
    let manners = [Manner::HangUp, Manner::Answer(500, "{}"), Manner::Answer(200, "<html>"), Manner::Answer(200, "{}")];
    for (retries, attempts, show) in [(0, 4, true), (2, 5, false)] {
        let receiver = Receiver::start(&manners);
        let running = told(&receiver, |webhooks| {
            webhooks.retries = retries;
            webhooks.show_answers = show;
        });
        presence(&running, "join", &["jared", "tommy"]);
        let log = deliveries(&running);
        assert_eq!((log.len(), receiver.came().len()), (attempts, attempts));
        let error = |at: usize| log[at]["error"].as_str().unwrap_or_default();
        assert!(error(0).starts_with("the connection failed"), "{}", error(0));
        assert_eq!(error(1), "the status is 500; it must be 200");
        assert_eq!((error(2), log[2]["answer"].as_str()), ("the answer is not JSON", show.then_some("<html>")));
        assert_eq!(error(3), "");
        let again: Vec<_> = log.iter().map(|delivery| delivery["again"] == true).collect();
        assert_eq!(again[..4], [retries > 0, false, false, false]);
    }
}

#[test]
fn an_unreachable_receiver_is_reported() {
    let receiver = Receiver::start(&[]);
    let running = told(&receiver, |webhooks| webhooks.url = "http://127.0.0.1:1/".to_owned());
    presence(&running, "join", &["jared"]);
    let log = deliveries(&running);
    assert!(log[0]["error"].as_str().unwrap().starts_with("no connection to `127.0.0.1:1`"), "{log:?}");
    assert_eq!(log[0]["status"], Value::Null);
}

/// Who is told to have joined, in order.
fn joins(change: impl Fn(&mut WebhookSettings)) -> Vec<(String, bool)> {
    let receiver = Receiver::start(&[]);
    let running = told(&receiver, |webhooks| {
        // Without the changes of state, there is one webhook for each who joins.
        webhooks.revision = Revision::Y2023;
        change(webhooks);
    });
    presence(&running, "join", &["a", "b", "c", "d"]);
    let log = deliveries(&running);
    let who = |delivery: &Value| delivery["body"]["Operator_Account"].as_str().unwrap().to_owned();
    log.iter().map(|delivery| (who(delivery), delivery["duplicate"] == true)).collect()
}

#[test]
fn duplicates_and_reordering_are_reproducible() {
    let pairs = |text: &[(&str, bool)]| text.iter().map(|(who, twice)| ((*who).to_owned(), *twice)).collect::<Vec<_>>();
    let once = pairs(&[("a", false), ("b", false), ("c", false), ("d", false)]);
    assert_eq!(joins(|_| {}), once);
    let twice: Vec<_> = once.iter().flat_map(|(who, _)| [(who.clone(), false), (who.clone(), true)]).collect();
    assert_eq!(joins(|webhooks| webhooks.duplicate = 100), twice);
    let swapped = pairs(&[("b", false), ("a", false), ("d", false), ("c", false)]);
    assert_eq!(joins(|webhooks| webhooks.reorder = 100), swapped);
    let both: Vec<_> = swapped.iter().flat_map(|(who, _)| [(who.clone(), false), (who.clone(), true)]).collect();
    assert_eq!(joins(|webhooks| (webhooks.duplicate, webhooks.reorder) = (100, 100)), both);
    let by_chance = |seed| joins(|webhooks| (webhooks.duplicate, webhooks.reorder, webhooks.seed) = (50, 30, seed));
    assert_eq!(by_chance(3), by_chance(3));
    assert!((4..12).any(|seed| by_chance(seed) != by_chance(3)));
}

#[test]
fn a_lone_reordered_webhook_is_sent() {
    let receiver = Receiver::start(&[]);
    let running = told(&receiver, |webhooks| (webhooks.reorder, webhooks.revision) = (100, Revision::Y2023));
    presence(&running, "join", &["a"]);
    assert_eq!(deliveries(&running).len(), 1);
}

#[test]
fn a_reset_restores_webhook_settings() {
    let receiver = Receiver::start(&[]);
    let running = told(&receiver, |_| {});
    assert_eq!(control(&running, "DELETE", "/webhooks", "").body, r#"{"url":null}"#);
    presence(&running, "join", &["a"]);
    assert_eq!(deliveries(&running).len(), 0);
    let reset = control(&running, "POST", "/reset", "{}");
    assert_eq!(reset.status, 200, "{reset:?}");
    let shown = control(&running, "GET", "/webhooks", "").body;
    let url = receiver.url();
    assert_eq!(
        shown,
        format!(
            r#"{{"url":"{url}","how":{{"signed":false,"revision":"newest","events":["Group.CallbackAfterNewMemberJoin","Group.CallbackAfterMemberExit","Group.CallbackAfterGroupDestroyed","Group.CallbackOnMemberStateChange"],"retries":0,"duplicate":0,"reorder":0,"delay_ms":0,"seed":0,"show_answers":false}}}}"#
        )
    );
}

#[test]
fn a_reset_abandons_deliveries() {
    let receiver = Receiver::start(&[Manner::Wait]);
    let running = told(&receiver, |_| {});
    presence(&running, "join", &["before"]);
    while receiver.came().is_empty() {
        std::thread::sleep(Duration::from_millis(5));
    }
    assert_eq!(control(&running, "POST", "/reset", "{}").status, 200);
    let answer = control(&running, "GET", "/webhooks/deliveries", "").body;
    assert_eq!(answer, r#"{"deliveries":[],"waiting":0,"dropped":0}"#);
    assert_eq!(control(&running, "POST", "/groups", r#"{"group":"room"}"#).status, 200);
    presence(&running, "join", &["after"]);
    let log = deliveries(&running);
    let bodies: Vec<_> = log.iter().map(|delivery| delivery["body"].to_string()).collect();
    assert!(bodies.len() == 2 && bodies.iter().all(|body| body.contains("after")), "{bodies:?}");
    receiver.release();
}

#[test]
fn each_waits_as_long_as_it_is_to() {
    let receiver = Receiver::start(&[]);
    let running = told(&receiver, |_| {});
    let delay = Duration::from_millis(400);
    let set = format!(r#"{{"url":"{}","delay_ms":{}}}"#, receiver.url(), delay.as_millis());
    assert_eq!(control(&running, "PUT", "/webhooks", &set).status, 200);
    for who in ["a", "b"] {
        let (begun, before) = (Instant::now(), deliveries(&running).len());
        presence(&running, "join", &[who]);
        assert_eq!(deliveries(&running).len(), before + 2);
        // However slow the machine is, it is not sooner than that.
        assert!(begun.elapsed() >= delay);
    }
}

#[test]
fn invalid_webhook_settings_are_refused() {
    let running = start(|_| {});
    for (body, says) in [
        (r#"{"url":"ftp://a/"}"#, "`url` is `ftp://a/`; it must be an absolute"),
        (r#"{"url":"http://u:p@a/"}"#, "without user and fragment"),
        (r#"{"url":"http://a:99999/"}"#, "`url` is `http://a:99999/`; it must be an absolute"),
        (r#"{"url":"http://a:0/"}"#, "it must be an absolute"),
        (r#"{"url":"http://[::1]:99999/"}"#, "it must be an absolute"),
        (r#"{"url":"/hook"}"#, "it must be an absolute"),
        (r#"{"url":"https://a/"}"#, "needs the certificates to trust"),
        (r#"{"url":"https://a/","trusted":"none"}"#, "`trusted` holds no certificate"),
        (r#"{"url":"http://a/","retries":11}"#, "`retries` is 11; it must be at most 10"),
        (r#"{"url":"http://a/","duplicate":101}"#, "`duplicate` is 101; it must be at most 100"),
        (r#"{"url":"http://a/","delay_ms":600001}"#, "`delay_ms` is 600001; it must be at most 600000"),
        (r#"{"url":"http://a/","token":""}"#, "`token`: "),
        (
            r#"{"url":"http://a/","revision":"2022"}"#,
            "`revision` is `2022`; there are `2023`, `2024`, `newest_en`, `newest`",
        ),
        (r#"{"url":"http://a/","sign":true}"#, "unknown field `sign`"),
        (r#"{"url":null}"#, "`url`: "),
        (r#"{"url":"http://a/","token":null}"#, "`token`: "),
    ] {
        let reply = control(&running, "PUT", "/webhooks", body);
        assert!(reply.status == 400 && reply.body.contains(says), "{body}: {reply:?}");
    }
    assert_eq!(control(&running, "GET", "/webhooks", "").body, r#"{"url":null}"#);
}

/// The receiver is another emulator: what it does not know it answers with HTTP 200 and JSON.
#[test]
fn https_receivers_need_their_certificate() {
    let (receiver, stranger) = (start(|_| {}), start(|_| {}));
    for (trusted, expected) in [(&receiver, None), (&stranger, Some("no connection to"))] {
        let mut webhooks = WebhookSettings::new(format!("https://localhost:{}/hook", receiver.address().port()));
        webhooks.trusted = Some(trusted.emulator().certificate_pem().to_owned());
        let running = start(|settings| settings.webhooks = Some(webhooks));
        assert_eq!(control(&running, "POST", "/groups", r#"{"group":"room"}"#).status, 200);
        presence(&running, "join", &["a"]);
        let log = deliveries(&running);
        match expected {
            None => assert_eq!((&log[0]["status"], &log[0]["error"]), (&200.into(), &Value::Null), "{log:?}"),
            Some(start) => assert!(log[0]["error"].as_str().unwrap().starts_with(start), "{log:?}"),
        }
    }
}
