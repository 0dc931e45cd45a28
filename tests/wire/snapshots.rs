//! Exact bytes, for reviewers: one file a case under `tests/snapshots`, with the clauses that it rests on in its header.

use avmarks_protocol::region::{BaseUrl, Region};
use avmarks_protocol::url::{CallUrl, Query, SdkAppId};
use avmarks_protocol::usersig::UserSig;
use avmarks_protocol::webhook::{
    ACKNOWLEDGEMENT, AfterGroupDestroyed, AfterMemberExit, AfterMemberJoin, EventCause, EventType, ExitType, JoinType,
    MemberStateChange, Revision, Webhook, WebhookMember,
};
use avmarks_protocol::{ERROR_CODES, Envelope, ErrorCode, envelope_json};
use avmarks_protocol::{get_members, get_online_member_num, modify_user_info};
use avmarks_spec::{Ledger, Timestamp};

/// Compares `bytes` with `tests/snapshots/<folder>/<name>.snap`; `rests_on` goes into its header.
fn reviewed(folder: &str, name: &str, rests_on: &str, bytes: impl AsRef<[u8]>) {
    let mut settings = insta::Settings::clone_current();
    settings.set_snapshot_path(format!("../snapshots/{folder}"));
    settings.set_prepend_module_to_snapshot(false);
    settings.set_omit_expression(true);
    settings.set_description(rests_on);
    settings.bind(|| insta::assert_snapshot!(name, std::str::from_utf8(bytes.as_ref()).unwrap()));
}

const GROUP: &str = "@TGS#a6I4ZUUGO";

#[test]
fn modify_user_info() {
    let member = |account: &'static str, marks: &[i64]| modify_user_info::Member {
        account: account.into(),
        marks: marks.iter().map(|mark| (*mark).into()).collect(),
    };
    let request = |command: i64| modify_user_info::Request {
        group_id: GROUP.into(),
        command_type: command.into(),
        member_list: vec![member("teacher10", &[1_000]), member("student9", &[1_001])],
    };
    let folder = "modify_user_info";
    reviewed(folder, "request_set", "1047/50294 sample request; REQUIRED", request(1).to_json());
    reviewed(folder, "request_delete", "1047/50294 sample request; REQUIRED", request(2).to_json());
    let pinned =
        modify_user_info::Request { member_list: vec![member("a \"b\"\\", &[500, 600, 4_294_967_295])], ..request(1) };
    reviewed(folder, "request_special_marks_and_escapes", "PIN-500; HIDE-600; gap:mark-max", pinned.to_json());
    let served = |account: &str, mark| modify_user_info::Served::new(account, vec![mark]);
    let answer = modify_user_info::Answer::served(1, vec![served("teacher10", 1_000), served("student9", 1_001)]);
    reviewed(folder, "answer_served", "1047/50294 sample answer; gap:echo", answer.to_json());
    let refused = modify_user_info::Answer::refused(ErrorCode::new(10_004), "`CommandType` is missing");
    reviewed(folder, "answer_refused", "1047/50294 response fields; REQUIRED", refused.to_json());
}

#[test]
fn get_members() {
    let request = |mark: Option<i64>| get_members::Request {
        group_id: GROUP.into(),
        timestamp: 0.into(),
        mark: mark.map(Into::into),
    };
    let folder = "get_members";
    reviewed(folder, "request", "1047/50293 request fields", request(None).to_json());
    reviewed(folder, "request_by_mark", "1047/50293 sample request; HIDE-600", request(Some(1_000)).to_json());
    let listed = vec![get_members::Listed::new(1_669_872_112, "teacher10"), get_members::Listed::new(0, "student9")];
    let answer = get_members::Answer::page(listed, 1_524);
    reviewed(folder, "answer_page", "1047/50293 sample answer; LIST-MAX; gap:page-size", answer.to_json());
    reviewed(folder, "answer_empty", "1047/50293 response fields", get_members::Answer::page(vec![], 0).to_json());
    let refused = get_members::Answer::refused(ErrorCode::new(10_007), "only an `AVChatRoom` has marks");
    reviewed(folder, "answer_refused", "1047/50293 error codes; GROUP-TYPE", refused.to_json());
}

#[test]
fn get_online_member_num() {
    let folder = "get_online_member_num";
    let request = get_online_member_num::Request { group_id: GROUP.into() };
    reviewed(folder, "request", "1047/38521 request fields", request.to_json());
    reviewed(
        folder,
        "answer",
        "1047/38521 sample answer: ErrorInfo before ErrorCode",
        get_online_member_num::Answer::count(1_000).to_json(),
    );
    let refused = get_online_member_num::Answer::refused(ErrorCode::new(10_010), "there is no group `g`");
    reviewed(folder, "answer_refused", "1047/38521 error codes; GROUP-EXISTS", refused.to_json());
}

#[test]
fn the_gateway() {
    let answer = envelope_json(&Envelope::fail(ErrorCode::new(60_009), "no call has the path `v4`"));
    reviewed("gateway", "answer_unknown_path", "1047/34620 response; gap:http-codes", answer);
    let query = Query {
        sdkappid: SdkAppId::new(88_888_888).unwrap(),
        identifier: "admin one+%".to_owned(),
        usersig: UserSig::new("xxx*-_"),
        random: Some(99_999_999),
    };
    let urls: Vec<_> = Region::ALL
        .iter()
        .flat_map(|region| [region.base_url(), region.backup_url()])
        .chain([BaseUrl::parse("http://[::1]:8080/prefix/").unwrap()])
        .map(|base| CallUrl::new(&base, modify_user_info::PATH, &query).as_str().to_owned())
        .collect();
    reviewed("gateway", "urls", "1047/50294 sample URL and domains, 1047/34620; QUERY", urls.join("\n"));
    let codes: Vec<_> = ERROR_CODES
        .iter()
        .map(|row| {
            format!(
                "{} {}: {} [{}; {}; {}]",
                row.code,
                row.name,
                row.meaning,
                row.action.name(),
                row.listed.name(),
                row.document
            )
        })
        .collect();
    reviewed("gateway", "error_codes", "1047/34348 and the API pages", codes.join("\n"));
}

#[test]
fn every_webhook_in_every_revision() {
    let (group_id, members): (_, Vec<WebhookMember>) = (GROUP.to_owned(), vec!["jared".into(), "tommy".into()]);
    let event_time = Some(Timestamp::from_millis(1_670_574_414_123));
    let (group_type, extra) = (Some("AVChatRoom".to_owned()), avmarks_protocol::Extra::default());
    let operator = "leckie".to_owned();
    let webhooks = [
        (
            "after_member_join",
            "1047/34372",
            Webhook::AfterMemberJoin(AfterMemberJoin {
                group_id: group_id.clone(),
                group_type: group_type.clone(),
                join_type: JoinType::Apply,
                operator: operator.clone(),
                members: members.clone(),
                event_time,
                extra: extra.clone(),
            }),
        ),
        (
            "after_member_exit",
            "1047/34373; CLEAR-LEAVE",
            Webhook::AfterMemberExit(AfterMemberExit {
                group_id: group_id.clone(),
                group_type: group_type.clone(),
                exit_type: ExitType::Kicked,
                operator: operator.clone(),
                members: members.clone(),
                event_time,
                extra: extra.clone(),
            }),
        ),
        (
            "after_group_destroyed",
            "1047/34377",
            Webhook::AfterGroupDestroyed(AfterGroupDestroyed {
                group_id: group_id.clone(),
                group_type,
                owner: Some(operator),
                name: Some("MyFirstGroup".to_owned()),
                members: Some(members.clone()),
                event_time,
                extra: extra.clone(),
            }),
        ),
        (
            "member_state_change",
            "1047/48734; CLEAR-OFFLINE",
            Webhook::MemberStateChange(MemberStateChange {
                group_id,
                event_type: EventType::Offline,
                event_cause: Some(EventCause::HeartbeatInterrupt),
                members,
                event_time,
                extra,
            }),
        ),
    ];
    for (name, rests_on, webhook) in webhooks {
        for revision in Revision::ALL {
            let name = format!("{name}_{}", revision.row().name);
            reviewed("webhook", &name, rests_on, webhook.to_json(*revision));
        }
    }
    reviewed("webhook", "acknowledgement", "1047/34354 answer", ACKNOWLEDGEMENT);
}

#[test]
fn the_ledger() {
    let path = std::path::PathBuf::from(env!("CARGO_MANIFEST_DIR")).join("../LEDGER.md");
    let printed = Ledger.to_string();
    if std::env::var_os("AVMARKS_WRITE").is_some() {
        std::fs::write(&path, &printed).unwrap();
    }
    assert_eq!(std::fs::read_to_string(path).unwrap(), printed, "write it anew with AVMARKS_WRITE=1 cargo test");
}
