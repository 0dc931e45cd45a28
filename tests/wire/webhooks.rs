//! Webhooks: read in every revision, written in each, and signed.

use avmarks_protocol::webhook::{Revision, Webhook};
use proptest::prelude::*;

fn webhook_text() -> impl Strategy<Value = String> {
    let value = prop::sample::select(vec![
        "\"Online\"",
        "\"Offline\"",
        "\"Join\"",
        "\"Kicked\"",
        "\"Else\"",
        "1670574414123",
        "\"1670574414123\"",
        "\"\"",
        "-1",
        "null",
        "[]",
        "[{\"Member_Account\":\"a\"}]",
        "[{\"Member_Account\":\"a\",\"New\":1}]",
        "[{\"Role\":\"Owner\",\"Member_Account\":\"a\",\"Seq\":1.50e3,\"More\":{\"b\":[null]}},{\"Member_Account\":\"b\"}]",
        "[{\"Member_Account\":\"a\",\"New\":1,\"New\":2}]",
        "\"AVChatRoom\"",
        "1.5",
    ]);
    let names = [
        "GroupId",
        "Type",
        "JoinType",
        "ExitType",
        "EventType",
        "EventCause",
        "EventTime",
        "Operator_Account",
        "MemberList",
        "NewMemberList",
        "ExitMemberList",
        "Owner_Account",
        "Name",
        "Unknown",
    ];
    let field = (prop::sample::select(names.to_vec()), value).prop_map(|(name, value)| format!(",\"{name}\":{value}"));
    let good = prop::sample::select(vec![
        r#","Type":"AVChatRoom","JoinType":"Apply","Operator_Account":"a","NewMemberList":[{"Member_Account":"a","New":[1.50]}]"#,
        r#","Type":"AVChatRoom","ExitType":"Quit","Operator_Account":"a","ExitMemberList":[{"Member_Account":"a"},{"New":null,"Member_Account":"b"}]"#,
        r#","EventType":"Offline","MemberList":[{"Member_Account":"a"}]"#,
        r#","EventType":"Online","MemberList":[{"Member_Account":"a","New":"\u00e9"}],"EventTime":1"#,
        r#","Type":"AVChatRoom","Owner_Account":"a","Name":"n","MemberList":[]"#,
        "",
    ]);
    (0..4_usize, good, prop::collection::vec(field, 0..4)).prop_map(|(command, good, fields)| {
        format!("{{\"CallbackCommand\":\"{}\",\"GroupId\":\"g\"{good}{}}}", Webhook::COMMANDS[command], fields.concat())
    })
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 4_000, ..ProptestConfig::default() })]

    /// What is read is written in every revision so that it is read again, and once written so stays as it is. The newest
    /// ones have every field, so nothing is lost in them: not even what no document names, in the body or of a member.
    #[test]
    fn what_is_read_is_written_and_read_again(text in webhook_text()) {
        if let Ok(webhook) = Webhook::parse(text.as_bytes()) {
            for revision in Revision::ALL {
                let written = webhook.to_json(*revision);
                let again = Webhook::parse(&written).unwrap();
                prop_assert_eq!(again.command(), webhook.command());
                prop_assert_eq!(again.to_json(*revision), written);
            }
            for revision in [Revision::NewestEn, Revision::Newest] {
                prop_assert_eq!(&Webhook::parse(&webhook.to_json(revision)).unwrap(), &webhook);
            }
        }
    }
}
