//! What can be wrong with a webhook, one at a time.

use crate::body::Body;
use crate::choices::Choices;
use crate::defects::defects;
use crate::json::{Json, Sketch, quoted};

defects! {
    /// What is wrong with an [`Invalid`](crate::Invalid) webhook. More may be added.
    enum Defect;
    Cut "the body is cut off"
    Empty "the body is empty"
    NotObject "it is JSON and no object"
    NotUtf8 "a byte is in no UTF-8"
    TrailingComma "a comma stands before the last `}`"
    LoneSurrogate "`GroupId` has half of a surrogate pair"
    Command "`CallbackCommand` is of another webhook, or in other letters"
    Missing "a field that must be there is missing"
    Twice "a field is there twice"
    Type "a field is of another type"
    Time "`EventTime` is no number of milliseconds"
}

impl Defect {
    pub(super) fn put(self, mut sketch: Sketch, choices: &mut Choices<'_>) -> Body {
        let json = &mut sketch.json;
        match self {
            Self::Cut => return sketch.cut(choices),
            Self::Empty => return choices.pick(&["", " "]).as_bytes().to_vec().into(),
            Self::NotObject => return sketch.between("[", "]"),
            Self::NotUtf8 => return sketch.not_utf8(choices),
            Self::TrailingComma => json.comma_at_end(""),
            Self::LoneSurrogate => json.set("/GroupId", "\"\\ud800\""),
            Self::Command => {
                let other = choices.pick(&[
                    "Group.CallbackAfterSendMsg",
                    "group.callbackaftermemberexit",
                    "CallbackOnMemberStateChange",
                    "",
                ]);
                json.set("/CallbackCommand", quoted(other));
            }
            Self::Missing => {
                let path = field(json, choices);
                json.remove(&path);
            }
            Self::Twice => {
                let path = field(json, choices);
                json.repeat(&path);
            }
            Self::Type => {
                let path = field(json, choices);
                let other = match json.at(&path) {
                    Some(Json::Array(_)) => choices.pick(&["{}", "null", "\"u1\""]),
                    _ => choices.pick(&["7", "null", "true", "[\"g\"]"]),
                };
                json.set(&path, other);
            }
            Self::Time => {
                json.remove("/EventTime");
                let time = choices.pick(&[
                    "-1",
                    "18446744073709551616",
                    "\"\"",
                    "\" 1\"",
                    "\"+1\"",
                    "\"1.5\"",
                    "\"2025-03-10\"",
                ]);
                if let Json::Object(fields) = json {
                    fields.push(("EventTime".to_owned(), Json::Raw(time.to_owned())));
                }
            }
        }
        sketch.body()
    }
}

/// The pointer of a field that every webhook of this kind must have.
fn field(json: &mut Json, choices: &mut Choices<'_>) -> String {
    const REQUIRED: [&str; 10] = [
        "/GroupId",
        "/CallbackCommand",
        "/JoinType",
        "/ExitType",
        "/EventType",
        "/Operator_Account",
        "/NewMemberList",
        "/ExitMemberList",
        "/NewMemberList/0/Member_Account",
        "/ExitMemberList/0/Member_Account",
    ];
    let mut there: Vec<_> = REQUIRED.into_iter().filter(|path| json.at(path).is_some()).collect();
    if there.contains(&"/EventType") {
        there.push("/MemberList");
    }
    choices.pick_from(&there).unwrap_or("/GroupId").to_owned()
}
