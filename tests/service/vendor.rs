//! The vendor's own samples.

use avmarks_protocol::modify_user_info::PATH;
use avmarks_rules::{Presence, Reason, Refusal};
use avmarks_service::{App, Request, Settings};
use avmarks_spec::readings::TrailingComma;
use avmarks_spec::{Gap, GroupType};

use crate::{NOW, group, key, signed_query, text, user};

const SET: &[u8] = include_bytes!("../data/vendor/set.json");
const DELETE: &[u8] = include_bytes!("../data/vendor/delete.json");
const ANSWER: &str = include_str!("../data/vendor/answer.json");

/// The room of the samples, with both accounts online.
fn app(trailing_comma: TrailingComma) -> App {
    let mut settings = Settings::default();
    settings.terms.policy.trailing_comma = trailing_comma;
    let mut app = App::new(settings);
    app.create_group(group("@TGS#a6I4ZUUGO"), GroupType::AvChatRoom, None, NOW);
    app.apply_presence(group("@TGS#a6I4ZUUGO"), Presence::Join, &[user("teacher10"), user("student9")], NOW);
    app
}

/// The sample answer without its blanks and line breaks, none of which stands in a string.
fn sample_answer(command_type: u8) -> String {
    let compact: String = ANSWER.chars().filter(|c| !c.is_ascii_whitespace()).collect();
    compact.replace(r#""CommandType":1"#, &format!(r#""CommandType":{command_type}"#))
}

#[test]
fn the_samples_are_answered_with_the_sample_answer() {
    let mut app = app(TrailingComma::Accept);
    let query = signed_query(&key("any"), "administrator");
    let path = PATH;
    for (body, command_type) in [(SET, 1), (DELETE, 2)] {
        let response = app.handle(&Request::signed("POST", path, &query, body), NOW);
        assert_eq!(text(&response.answer.body), sample_answer(command_type));
    }
}

#[test]
fn strict_json_points_to_the_comma() {
    let app = app(TrailingComma::Strict);
    for body in [SET, DELETE] {
        let endpoint = avmarks_protocol::Endpoint::ModifyUserInfo;
        let found = avmarks_service::preflight(endpoint, body, &app.settings().terms);
        assert_eq!(found.len(), 1);
        assert_eq!((found[0].refusal, found[0].code.number()), (Refusal::TrailingComma, 60003));
        // The one thing that decided is named, and no clause is: the text would pass without the comma.
        assert_eq!(found[0].because, [Reason::Gap(Gap::TrailingComma)]);
        assert_eq!(
            found[0].message,
            "a comma before `]` or `}` at line 12 column 10 is not JSON, though the vendor's own samples have it; remove it"
        );
    }
}
