//! What is said of whatever is wrong.

use std::time::Duration;

use avmarks_generators::answer::Answer;
use avmarks_protocol::SdkAppId;
use avmarks_protocol::region::{BaseUrl, Region};
use avmarks_protocol::secret::SecretKey;
use avmarks_protocol::url::RawQuery;
use avmarks_protocol::usersig::{UserSig, explain, verify};
use avmarks_protocol::webhook::{Revision, Webhook, WebhookQuery, WebhookToken};
use avmarks_protocol::{
    Endpoint, Envelope, RequestError, add_robots, get_members, get_online_member_num, modify_admin, modify_user_info,
};
use avmarks_rules::{Policy, Terms};
use avmarks_service::{App, Request, Settings, preflight, scenario::Scenario};
use avmarks_spec::readings::AccountId;
use avmarks_spec::{Gap, GroupId, GroupType, Mark, Timestamp, UserId};

use super::{assert_is_a_line, split_at_last_nul};

/// Whatever is wrong with whatever input, the message is one line of bounded length without control or invisible characters.
/// What is behind the last NUL is a secret: a key, a signature, a token; no message holds it.
pub fn explain_errors(bytes: &[u8]) {
    let (bytes, secret) = split_at_last_nul(bytes);
    let text = String::from_utf8_lossy(bytes);
    bodies(bytes);
    texts(&text);
    service(&text, bytes);
    secrets(&text, &String::from_utf8_lossy(secret.unwrap_or(b"a secret that nobody may see")));
}

fn bodies(body: &[u8]) {
    for error in [
        modify_user_info::Request::parse(body).err(),
        get_members::Request::parse(body).err(),
        get_online_member_num::Request::parse(body).err(),
        add_robots::Request::parse(body).err(),
        modify_admin::Request::parse(body).err(),
    ] {
        match error {
            Some(RequestError::Fields(errors)) => errors.iter().for_each(assert_is_a_line),
            other => line(other),
        }
    }
    Endpoint::ALL.iter().for_each(|endpoint| line(Answer::parse(*endpoint, body).err()));
    line(Envelope::parse(body).err());
    line(Webhook::parse(body).err());
    line(App::restore(body).err());
    for endpoint in Endpoint::ALL {
        for violation in preflight(*endpoint, body, &Terms::default()) {
            assert_is_a_line(&violation.message);
        }
    }
}

fn texts(text: &str) {
    line(BaseUrl::parse(text).err());
    line(SdkAppId::parse(text).err());
    let raw = RawQuery::new(text);
    raw.errors().iter().for_each(assert_is_a_line);
    line(raw.random().err());
    line(WebhookQuery::parse(text).err());
    line(GroupId::parse(text).err());
    AccountId::ALL.iter().for_each(|reading| line(UserId::parse_as(text, *reading).err()));
    line(text.parse().ok().and_then(|number| Mark::new(number).err()));
    for gap in Gap::ALL {
        line(Policy::default().set(*gap, text).err());
    }
    // What there is only one way to be wrong about has no message; it must not panic.
    let _ = (GroupType::from_name(text), Region::from_name(text), Revision::from_name(text), Gap::from_name(text));
    for scenario_line in text.lines().take(8) {
        line(Scenario::default().answer(scenario_line).err());
    }
}

/// A request whose every part is this text, and one whose body alone is.
fn service(text: &str, body: &[u8]) {
    let mut app = App::new(Settings::default());
    let now = Timestamp::from_millis(0);
    if let (Ok(group), Ok(account)) = (GroupId::parse("g"), UserId::parse("u1")) {
        app.create_group(group, GroupType::AvChatRoom, None, now);
        app.apply_presence(group, avmarks_rules::Presence::Join, &[account], now);
    }
    let query = "sdkappid=1400000000&identifier=administrator&usersig=x&random=1&contenttype=json";
    let requests = Endpoint::ALL.iter().map(|endpoint| Request::signed("POST", endpoint.path(), query, body));
    let strange = Request::signed(text, text, text, body);
    let known = Request { path: Endpoint::GetMembers.path(), method: "POST", ..strange };
    for request in requests.chain([strange, known]) {
        let dry = app.dry_run(&request, now);
        dry.violations.iter().for_each(|violation| assert_is_a_line(&violation.message));
        let answer = Envelope::parse(&dry.answer.body);
        let info = answer.as_ref().ok().and_then(|envelope| envelope.error_info.clone());
        assert!(info.is_some(), "an answer without `ErrorInfo`: {answer:?}");
        info.iter().filter(|info| !info.is_empty()).for_each(assert_is_a_line);
    }
}

/// Nothing that is said of a secret, or of what is held against it, tells what it is.
fn secrets(text: &str, secret: &str) {
    let mut said = Vec::new();
    let mut say = |error: String| {
        assert_is_a_line(&error);
        said.push(error);
    };
    let now = Timestamp::from_millis(0);
    match SecretKey::new(secret) {
        Ok(key) => {
            let sig = UserSig::sign(&key, SdkAppId::EXAMPLE, text, now, Duration::from_secs(1), None);
            for sig in [sig.as_str(), text] {
                let explanation = explain(sig, Some(&key), Some(SdkAppId::EXAMPLE), Some("u1"), now);
                explanation.findings.iter().for_each(|finding| say(finding.to_string()));
                let verdict = verify(&UserSig::new(sig), &key, SdkAppId::EXAMPLE, "u1", now);
                verdict.err().into_iter().for_each(|error| say(error.to_string()));
            }
        }
        Err(error) => say(error.to_string()),
    }
    let verdict = verify_as_signature(secret, now);
    verdict.into_iter().for_each(&mut say);
    match WebhookToken::new(secret) {
        Ok(token) => token.check(text, 0, now, None).err().into_iter().for_each(|error| say(error.to_string())),
        Err(error) => say(error.to_string()),
    }
    // A short secret is part of many sentences, and so is one that is in the text that may be shown.
    if secret.chars().count() >= 24 && !text.contains(secret) {
        let told = said.iter().find(|message| message.contains(secret));
        assert!(told.is_none(), "a secret is told: {told:?}");
    }
}

/// What is said of the secret if it is itself the signature.
fn verify_as_signature(secret: &str, now: Timestamp) -> Vec<String> {
    let explanation = explain(secret, None, None, None, now);
    explanation.findings.iter().map(ToString::to_string).collect()
}

fn line(error: Option<impl std::fmt::Display>) {
    if let Some(error) = error {
        assert_is_a_line(&error);
    }
}
