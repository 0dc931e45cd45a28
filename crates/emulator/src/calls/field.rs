//! The fields of a call: what each must be, and how that is said in JSON Schema.

use avmarks_spec::readings::AccountId;
use avmarks_spec::{Excerpt, UserId};
use serde_json::{Map, Value, json};

use super::json::{Fields, Json};
use super::refused::Refused;

/// The largest integer that every JSON parser represents exactly: 2^53 - 1.
const EXACT_MAX: u64 = (1 << 53) - 1;

/// A field of a request or an answer.
#[derive(Debug)]
pub(super) struct Field {
    pub(super) name: &'static str,
    kind: Kind,
    pub(super) is_required: bool,
    /// The code if it is missing or of another type, if it is not that of the call.
    invalid: Option<i64>,
    /// The code if it is too long or has too many entries, if it is not that of the call.
    over: Option<i64>,
    /// The number if there is nothing to tell.
    when_empty: i64,
}

/// What a field is.
#[derive(Debug)]
pub(super) enum Kind {
    /// A string of at most this many bytes.
    Text(usize),
    /// One that is not empty.
    Name(usize),
    /// One of these strings.
    OneOf(&'static [&'static str]),
    /// A whole number in this range, ends included.
    Number(i64, i64),
    /// A user id (`gap:account-id`).
    Account,
    /// At most this many of them; at least one if the field is required.
    Accounts(usize),
    /// At most this many strings; at least one if the field is required.
    Texts(usize),
    /// At most this many objects with these fields; at least one if the field is required.
    Objects(usize, &'static [Field]),
    Object(&'static [Field]),
    /// Whatever it is, it is passed on.
    Any,
}

impl Field {
    const fn new(name: &'static str, kind: Kind) -> Self {
        Self { name, kind, is_required: false, invalid: None, over: None, when_empty: 0 }
    }

    pub(super) const fn text(name: &'static str, bytes_max: usize) -> Self {
        Self::new(name, Kind::Text(bytes_max))
    }

    /// A string of any length.
    pub(super) const fn any_text(name: &'static str) -> Self {
        Self::text(name, usize::MAX)
    }

    pub(super) const fn name(name: &'static str, bytes_max: usize) -> Self {
        Self::new(name, Kind::Name(bytes_max))
    }

    pub(super) const fn one_of(name: &'static str, texts: &'static [&'static str]) -> Self {
        Self::new(name, Kind::OneOf(texts))
    }

    pub(super) const fn number(name: &'static str, least: i64, most: i64) -> Self {
        Self::new(name, Kind::Number(least, most))
    }

    /// A whole number from 0 on.
    pub(super) const fn count(name: &'static str) -> Self {
        Self::number(name, 0, i64::MAX)
    }

    pub(super) const fn account(name: &'static str) -> Self {
        Self::new(name, Kind::Account)
    }

    pub(super) const fn accounts(name: &'static str, most: usize) -> Self {
        Self::new(name, Kind::Accounts(most))
    }

    pub(super) const fn texts(name: &'static str, most: usize) -> Self {
        Self::new(name, Kind::Texts(most))
    }

    /// Any number of strings.
    pub(super) const fn any_texts(name: &'static str) -> Self {
        Self::texts(name, usize::MAX)
    }

    pub(super) const fn objects(name: &'static str, most: usize, of: &'static [Self]) -> Self {
        Self::new(name, Kind::Objects(most, of))
    }

    /// Any number of objects with these fields.
    pub(super) const fn any_objects(name: &'static str, of: &'static [Self]) -> Self {
        Self::objects(name, usize::MAX, of)
    }

    pub(super) const fn object(name: &'static str, of: &'static [Self]) -> Self {
        Self::new(name, Kind::Object(of))
    }

    pub(super) const fn any(name: &'static str) -> Self {
        Self::new(name, Kind::Any)
    }

    /// The id of the group that the call is about. Its form is checked later (10015).
    pub(super) const fn group() -> Self {
        Self::any_text("GroupId").required()
    }

    /// A member of a group.
    pub(super) const fn member() -> Self {
        Self::account("Member_Account").required()
    }

    pub(super) const fn required(self) -> Self {
        Self { is_required: true, ..self }
    }

    /// With this code if it is missing or of another type.
    pub(super) const fn invalid(self, code: i64) -> Self {
        Self { invalid: Some(code), ..self }
    }

    /// With this code if it is too long or has too many entries.
    pub(super) const fn over(self, code: i64) -> Self {
        Self { over: Some(code), ..self }
    }

    /// With this number, and not 0, if there is nothing to tell.
    pub(super) const fn when_empty(self, number: i64) -> Self {
        Self { when_empty: number, ..self }
    }

    /// What the field is if there is nothing to tell.
    pub(super) fn empty(&self) -> Value {
        match self.kind {
            Kind::Number(..) => json!(self.when_empty),
            Kind::Accounts(_) | Kind::Texts(_) | Kind::Objects(..) => json!([]),
            Kind::Object(_) | Kind::Any => json!({}),
            Kind::Text(_) | Kind::Name(_) | Kind::OneOf(_) | Kind::Account => json!(""),
        }
    }

    /// What the field is in JSON Schema.
    fn schema(&self, message: Message) -> Value {
        let schema = self.schema_of_kind(message);
        if message != Message::Request || self.is_required || matches!(self.kind, Kind::Any) {
            return schema;
        }
        json!({ "anyOf": [schema, { "type": "null" }] })
    }

    /// Bytes are described in words, because JSON Schema counts characters.
    fn schema_of_kind(&self, message: Message) -> Value {
        let least = usize::from(self.is_required && message != Message::Answer);
        let list = |most: usize, items: Value| {
            let mut list = json!({ "type": "array", "minItems": least, "items": items });
            if let Some(list) = list.as_object_mut().filter(|_| most < usize::MAX) {
                list.insert("maxItems".to_owned(), json!(most));
            }
            list
        };
        let text = |least: usize, bytes_max: usize| match bytes_max {
            usize::MAX => json!({ "type": "string", "minLength": least }),
            _ => {
                json!({ "type": "string", "minLength": least, "maxLength": bytes_max, "description": format!("at most {bytes_max} bytes") })
            }
        };
        let account =
            json!({ "type": "string", "minLength": 1, "maxLength": 32, "description": "a user id, at most 32 bytes" });
        match &self.kind {
            Kind::Text(bytes_max) => text(0, *bytes_max),
            Kind::Name(bytes_max) => text(1, *bytes_max),
            Kind::OneOf(texts) => json!({ "type": "string", "enum": texts }),
            Kind::Number(least, most) => json!({ "type": "integer", "minimum": least, "maximum": most }),
            Kind::Account => account,
            Kind::Accounts(most) => list(*most, account),
            Kind::Texts(most) => list(*most, json!({ "type": "string" })),
            Kind::Objects(most, of) => list(*most, schema(of, message)),
            Kind::Object(of) => schema(of, message),
            Kind::Any => json!({}),
        }
    }

    fn check(&self, value: &Json<'_>, at: &Place<'_>) -> Result<(), Refused> {
        let invalid = self.invalid.unwrap_or(at.codes.0);
        let wrong = |wanted: &str| {
            let (place, found) = (at.of(self.name), value.to_string());
            Refused::new(invalid, format!("`{place}` is `{}`; it must be {wanted}", Excerpt(&found)))
        };
        let long = |text: &str, bytes_max: usize| {
            let bytes = text.len();
            if bytes <= bytes_max {
                return Ok(());
            }
            let info = format!("`{}` has {bytes} bytes; at most {bytes_max} are allowed", at.of(self.name));
            Err(Refused::new(self.over.unwrap_or(invalid), info))
        };
        let list = |most: usize, wanted: &str| {
            let list = value.as_list().ok_or_else(|| wrong(wanted))?;
            let entries = list.len();
            if entries > most {
                let info = format!("`{}` has {entries} entries; at most {most} are allowed", at.of(self.name));
                return Err(Refused::new(self.over.unwrap_or(at.codes.1), info));
            }
            if entries == 0 && self.is_required {
                return Err(Refused::new(invalid, format!("`{}` is empty; it must have an entry", at.of(self.name))));
            }
            Ok(list)
        };
        match &self.kind {
            Kind::Text(bytes_max) => long(value.as_text().ok_or_else(|| wrong("a string"))?, *bytes_max),
            Kind::Name(bytes_max) => {
                let text = value.as_text().filter(|text| !text.is_empty());
                long(text.ok_or_else(|| wrong("a string that is not empty"))?, *bytes_max)
            }
            Kind::OneOf(texts) => {
                let is_one = value.as_text().is_some_and(|text| texts.contains(&text));
                let wanted = || texts.iter().map(|text| format!("`{text}`")).collect::<Vec<_>>().join(" or ");
                if is_one { Ok(()) } else { Err(wrong(&wanted())) }
            }
            Kind::Number(least, most) => {
                let is_within = whole(value).is_some_and(|number| (*least..=*most).contains(&number));
                if is_within { Ok(()) } else { Err(wrong(&format!("a whole number from {least} to {most}"))) }
            }
            Kind::Account => account(value, at.reading).map_err(|what| wrong(&what)),
            Kind::Accounts(most) => {
                let list = list(*most, "an array of user ids")?;
                list.iter().try_for_each(|value| account(value, at.reading)).map_err(|what| wrong(&what))
            }
            Kind::Texts(most) => {
                let list = list(*most, "an array of strings")?;
                if list.iter().all(|value| value.as_text().is_some()) {
                    Ok(())
                } else {
                    Err(wrong("an array of strings"))
                }
            }
            Kind::Objects(most, of) => {
                let list = list(*most, "an array of objects")?;
                list.iter().enumerate().try_for_each(|(index, value)| {
                    let map = value.as_object().ok_or_else(|| wrong("an array of objects"))?;
                    check(of, map, &Place { within: Some((at, self.name, Some(index))), ..*at })
                })
            }
            Kind::Object(of) => {
                let map = value.as_object().ok_or_else(|| wrong("an object"))?;
                check(of, map, &Place { within: Some((at, self.name, None)), ..*at })
            }
            Kind::Any => Ok(()),
        }
    }
}

/// The position of a field, and how it is checked.
#[derive(Clone, Copy)]
pub(super) struct Place<'a> {
    /// The place and the name of the field that it stands in, and the number of the entry if that is a list. None at the top.
    pub(super) within: Option<(&'a Self, &'static str, Option<usize>)>,
    /// The code if a field is missing or of another type, and the one if a list is too long.
    pub(super) codes: (i64, i64),
    pub(super) reading: AccountId,
}

impl Place<'_> {
    fn of(&self, name: &str) -> String {
        match self.within {
            None => name.to_owned(),
            Some((place, outer, None)) => format!("{}.{name}", place.of(outer)),
            Some((place, outer, Some(index))) => format!("{}[{index}].{name}", place.of(outer)),
        }
    }
}

/// Looks at these fields of an object, in their order; others are passed over. Null stands for a field that is left out: SDKs in Go
/// write it for a list that was never set.
pub(super) fn check(fields: &[Field], map: &Fields<'_>, at: &Place<'_>) -> Result<(), Refused> {
    fields.iter().try_for_each(|field| match map.get(field.name) {
        Some(Json::Null) if !field.is_required => Ok(()),
        Some(value) => field.check(value, at),
        None if field.is_required => {
            let code = field.invalid.unwrap_or(at.codes.0);
            Err(Refused::new(code, format!("`{}` is missing", at.of(field.name))))
        }
        None => Ok(()),
    })
}

/// What a schema describes.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Message {
    /// The body of a call: each field that may be left out may be null as well.
    Request,
    /// The body of a call that the service answers, which takes no null.
    ServiceRequest,
    /// An answer: its lists may be empty.
    Answer,
}

/// An object with these fields in JSON Schema.
pub(super) fn schema(fields: &[Field], message: Message) -> Value {
    let properties: Map<_, _> = fields.iter().map(|field| (field.name.to_owned(), field.schema(message))).collect();
    let required: Vec<_> = fields.iter().filter(|field| field.is_required).map(|field| field.name).collect();
    json!({ "type": "object", "properties": properties, "required": required })
}

/// The whole number that this is; `5.0` is one as well, as JSON Schema has it.
pub(super) fn whole(value: &Json<'_>) -> Option<i64> {
    let Json::Number(number) = value else { return None };
    let exact = |number: &f64| number.fract() == 0.0 && number.abs() <= EXACT_MAX as f64;
    number.as_i64().or_else(|| number.as_f64().filter(exact).map(|number| number as i64))
}

fn account(value: &Json<'_>, reading: AccountId) -> Result<(), String> {
    let text = value.as_text().ok_or_else(|| "a user id, which is a string".to_owned())?;
    UserId::parse_as(text, reading).map(drop).map_err(|error| format!("a user id: {error}"))
}
