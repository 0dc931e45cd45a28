//! The service as a whole: precedence, query and signature, preflight and dry run, snapshots of its state.

mod authorize;
mod callers;
mod dry_run;
mod notes;
mod online_list;
mod output;
mod precedence;
mod preflight;
mod query;
mod reasons;
mod refusal_cost;
mod state;
mod vendor;

use std::time::Duration;

use avmarks_protocol::SdkAppId;
use avmarks_protocol::modify_user_info;
use avmarks_protocol::secret::SecretKey;
use avmarks_protocol::usersig::UserSig;
use avmarks_rules::Presence;
use avmarks_service::{App, Settings};
use avmarks_spec::{GroupId, GroupType, Timestamp, UserId};

/// A time at which everything here happens.
const NOW: Timestamp = Timestamp::from_millis(1_795_412_030_000);

fn key(text: &str) -> SecretKey {
    SecretKey::new(text).unwrap()
}

fn group(id: &str) -> GroupId {
    GroupId::parse(id).unwrap()
}

fn user(id: &str) -> UserId {
    UserId::parse(id).unwrap()
}

/// An app with one audio-video group `g`, owned by `owner`, in which `a`, `b` and `owner` are online.
fn app_with_group() -> App {
    let mut app = App::new(Settings::default());
    app.create_group(group("g"), GroupType::AvChatRoom, Some(user("owner")), NOW);
    app.apply_presence(group("g"), Presence::Join, &[user("a"), user("b"), user("owner")], NOW);
    app
}

fn body(group: &str, command: i64, members: &[(&str, &[i64])]) -> Vec<u8> {
    modify_user_info::Request {
        group_id: group.into(),
        command_type: command.into(),
        member_list: members
            .iter()
            .map(|(account, marks)| modify_user_info::Member {
                account: (*account).into(),
                marks: marks.iter().map(|mark| (*mark).into()).collect(),
            })
            .collect(),
    }
    .to_json()
}

/// A query that the app with this key takes, signed for `identifier` at [`NOW`].
fn signed_query(key: &SecretKey, identifier: &str) -> String {
    let app = SdkAppId::EXAMPLE;
    let sig = UserSig::sign(key, app, identifier, NOW, Duration::from_secs(86_400), None);
    format!("sdkappid={app}&identifier={identifier}&usersig={}&random=99999999&contenttype=json", sig.as_str())
}

fn text(bytes: &[u8]) -> &str {
    std::str::from_utf8(bytes).unwrap()
}
