//! The effect of the answer to a webhook on the call that waits for it.
//!
//! | `ErrorCode` of the answer | the call |
//! |---|---|
//! | 0 | takes effect; a message with the `MsgBody` and the `CloudCustomData` of the answer, if it has them |
//! | 1 | is refused with 10016, or 20006 where it sends a message to an account |
//! | 2 | of a message: is answered `OK`, and nothing is sent |
//! | 10100 to 10200, or 120001 to 130000 for a message to an account | is refused with that code and the `ErrorInfo` of the answer |
//!
//! Source: 1047/34364, 34368, 34370 and 34374, sample answers and response fields. **Ours:** any other code refuses as 1 does. An answer
//! that is late, is not HTTP 200, or is not of that form lets the call take effect as it is.

use serde::Deserialize;
use serde_json::{Map, Value};

use super::event::WebhookEvent;

/// The decision about a call.
#[derive(Clone, Debug, PartialEq)]
pub(crate) enum Ruling {
    Passes,
    Refuses {
        code: i64,
        info: String,
    },
    /// It is answered as if it had been served.
    Discards,
    /// It takes effect with these fields in the place of its own.
    Changes(Vec<(&'static str, Value)>),
}

/// The fields of an answer that are checked.
#[derive(Deserialize)]
struct Answer {
    #[serde(rename = "ErrorCode")]
    code: i64,
    #[serde(rename = "ErrorInfo", default)]
    info: String,
    #[serde(rename = "MsgBody", default)]
    body: Option<Value>,
    #[serde(rename = "CloudCustomData", default)]
    custom: Option<String>,
}

impl Ruling {
    /// What this answer to a webhook says; otherwise, what is wrong with the answer.
    pub(super) fn of(event: WebhookEvent, answer: &[u8]) -> Result<Self, String> {
        // An array must not be taken for the fields of an object.
        let answer: Answer = serde_json::from_slice::<Map<String, Value>>(answer)
            .and_then(|fields| serde_json::from_value(Value::Object(fields)))
            .map_err(|error| format!("the answer is not one of a webhook that is waited for: {error}"))?;
        let is_direct = event == WebhookEvent::BeforeDirectMessage;
        let is_message = is_direct || event == WebhookEvent::BeforeGroupMessage;
        let (refused, own) = if is_direct { (20_006, 120_001..=130_000) } else { (10_016, 10_100..=10_200) };
        match answer.code {
            0 if is_message => Self::change(answer),
            0 => Ok(Self::Passes),
            2 if is_message => Ok(Self::Discards),
            code if own.contains(&code) => Ok(Self::Refuses { code, info: answer.info }),
            _ => Ok(Self::Refuses { code: refused, info: format!("refused by the webhook `{event}`") }),
        }
    }

    fn change(answer: Answer) -> Result<Self, String> {
        let mut fields = Vec::new();
        if let Some(body) = answer.body {
            if !is_message_body(&body) {
                return Err(
                    "`MsgBody` of the answer must be an array of objects with `MsgType` and `MsgContent`".to_owned()
                );
            }
            fields.push(("MsgBody", body));
        }
        fields.extend(answer.custom.map(|custom| ("CloudCustomData", Value::String(custom))));
        Ok(if fields.is_empty() { Self::Passes } else { Self::Changes(fields) })
    }

    /// One word for deliveries and the log.
    pub(crate) const fn name(&self) -> &'static str {
        match self {
            Self::Passes => "passes",
            Self::Refuses { .. } => "refuses",
            Self::Discards => "discards",
            Self::Changes(_) => "changes",
        }
    }
}

/// Whether this can be the body of a message. Source: 1047/33527.
fn is_message_body(body: &Value) -> bool {
    let is_element = |element: &Value| {
        element.get("MsgType").and_then(Value::as_str).is_some_and(|name| !name.is_empty())
            && element.get("MsgContent").is_some_and(Value::is_object)
    };
    body.as_array().is_some_and(|elements| !elements.is_empty() && elements.iter().all(is_element))
}

#[cfg(test)]
mod tests {
    use super::*;

    const GROUP: WebhookEvent = WebhookEvent::BeforeGroupMessage;
    const DIRECT: WebhookEvent = WebhookEvent::BeforeDirectMessage;
    const CREATE: WebhookEvent = WebhookEvent::BeforeCreateGroup;

    fn code(event: WebhookEvent, code: i64) -> String {
        let answer = format!(r#"{{"ActionStatus":"OK","ErrorInfo":"no","ErrorCode":{code}}}"#);
        match Ruling::of(event, answer.as_bytes()).unwrap() {
            Ruling::Refuses { code, info } => format!("{code} {info}"),
            ruling => ruling.name().to_owned(),
        }
    }

    #[test]
    fn each_code_of_an_answer_rules() {
        let own = |event: WebhookEvent, code: i64| format!("{code} refused by the webhook `{event}`");
        for (event, answered, says) in [
            (GROUP, 0, "passes".to_owned()),
            (GROUP, 1, own(GROUP, 10016)),
            (GROUP, 2, "discards".to_owned()),
            (GROUP, 3, own(GROUP, 10016)),
            (GROUP, -1, own(GROUP, 10016)),
            (GROUP, 10099, own(GROUP, 10016)),
            (GROUP, 10100, "10100 no".to_owned()),
            (GROUP, 10200, "10200 no".to_owned()),
            (GROUP, 10201, own(GROUP, 10016)),
            (GROUP, 120001, own(GROUP, 10016)),
            (DIRECT, 0, "passes".to_owned()),
            (DIRECT, 1, own(DIRECT, 20006)),
            (DIRECT, 2, "discards".to_owned()),
            (DIRECT, 10100, own(DIRECT, 20006)),
            (DIRECT, 120000, own(DIRECT, 20006)),
            (DIRECT, 120001, "120001 no".to_owned()),
            (DIRECT, 130000, "130000 no".to_owned()),
            (DIRECT, 130001, own(DIRECT, 20006)),
            (CREATE, 0, "passes".to_owned()),
            (CREATE, 1, own(CREATE, 10016)),
            (CREATE, 2, own(CREATE, 10016)),
            (CREATE, 10150, "10150 no".to_owned()),
        ] {
            assert_eq!(code(event, answered), says, "{event} {answered}");
        }
    }

    #[test]
    fn a_message_takes_what_the_answer_has() {
        let of = |text: &str| Ruling::of(GROUP, text.as_bytes());
        let element = r#"[{"MsgType":"TIMTextElem","MsgContent":{"Text":"x"}}]"#;
        let both = of(&format!(r#"{{"ErrorCode":0,"MsgBody":{element},"CloudCustomData":"c"}}"#)).unwrap();
        let Ruling::Changes(fields) = both else { panic!("{both:?}") };
        assert_eq!(fields.iter().map(|(name, _)| *name).collect::<Vec<_>>(), ["MsgBody", "CloudCustomData"]);
        assert_eq!(fields[0].1.to_string(), r#"[{"MsgContent":{"Text":"x"},"MsgType":"TIMTextElem"}]"#);
        assert_eq!(of(r#"{"ErrorCode":0,"MsgBody":null}"#), Ok(Ruling::Passes));
        // Who creates a group has no message to change.
        let create = Ruling::of(CREATE, format!(r#"{{"ErrorCode":0,"MsgBody":{element}}}"#).as_bytes());
        assert_eq!(create, Ok(Ruling::Passes));
    }

    #[test]
    fn an_answer_of_another_form_rules_nothing() {
        for text in [
            "",
            "null",
            "[]",
            "[1]",
            "{}",
            "<html>",
            r#"{"ErrorCode":"1"}"#,
            r#"{"ErrorCode":1.5}"#,
            r#"{"ErrorCode":1,"ErrorInfo":3}"#,
            r#"{"ErrorCode":0,"MsgBody":"x"}"#,
            r#"{"ErrorCode":0,"MsgBody":[]}"#,
            r#"{"ErrorCode":0,"MsgBody":[{"MsgType":"","MsgContent":{}}]}"#,
            r#"{"ErrorCode":0,"MsgBody":[{"MsgType":"T","MsgContent":"x"}]}"#,
            r#"{"ErrorCode":0,"CloudCustomData":1}"#,
        ] {
            assert!(Ruling::of(GROUP, text.as_bytes()).is_err(), "{text}");
        }
    }
}
