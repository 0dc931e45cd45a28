//! Shapes of replies, written as short as they can be read: `{accepted:bool,violations:[{step:int,pointer:str?}],answer?:any}`.
//!
//! `?` behind a name: the field may be left out; behind a type: it may be null. `int` is an integer, or a string of its digits
//! beyond 2^53-1; `*` stands for any name.

use serde_json::value::RawValue;
use serde_json::{Value, json};

#[derive(Debug)]
pub(super) enum Shape {
    Text,
    Whole,
    Flag,
    Any,
    Nullable(Box<Shape>),
    List(Box<Shape>),
    Map(Box<Shape>),
    Object(Vec<(String, bool, Shape)>),
}

impl Shape {
    pub(super) fn parse(text: &str) -> Self {
        let mut rest = text;
        let shape = Self::take(&mut rest);
        assert_eq!(rest, "", "in {text}");
        shape
    }

    fn take(rest: &mut &str) -> Self {
        let shape = if eat(rest, "[") {
            let item = Self::take(rest);
            assert!(eat(rest, "]"), "{rest}");
            Self::List(Box::new(item))
        } else if eat(rest, "{*:") {
            let value = Self::take(rest);
            assert!(eat(rest, "}"), "{rest}");
            Self::Map(Box::new(value))
        } else if eat(rest, "{") {
            let mut fields = Vec::new();
            while !eat(rest, "}") {
                let name = word(rest);
                let optional = eat(rest, "?");
                assert!(eat(rest, ":"), "{rest}");
                fields.push((name, optional, Self::take(rest)));
                eat(rest, ",");
            }
            Self::Object(fields)
        } else {
            match &*word(rest) {
                "str" => Self::Text,
                "int" => Self::Whole,
                "bool" => Self::Flag,
                "any" => Self::Any,
                other => panic!("`{other}` before `{rest}`"),
            }
        };
        if eat(rest, "?") { Self::Nullable(Box::new(shape)) } else { shape }
    }

    /// Holds a reply against the shape, the order of its keys included.
    pub(super) fn check(&self, reply: &RawValue) {
        let text = reply.get();
        match self {
            Self::Text => assert!(text.starts_with('"'), "{text}"),
            Self::Flag => assert!(["true", "false"].contains(&text), "{text}"),
            Self::Whole => {
                let (digits, is_text) = (text.trim_matches('"'), text.starts_with('"'));
                let number: i128 = digits.parse().unwrap_or_else(|_| panic!("{text}"));
                assert_eq!(is_text, number.abs() > 9_007_199_254_740_991, "{text}");
            }
            Self::Any => {}
            Self::Nullable(_) if text == "null" => {}
            Self::Nullable(shape) => shape.check(reply),
            Self::List(item) => {
                let items: Vec<&RawValue> = serde_json::from_str(text).unwrap_or_else(|_| panic!("{text}"));
                items.iter().for_each(|found| item.check(found));
            }
            Self::Map(shape) => {
                let mut fields = fields(text);
                for name in names(&fields) {
                    shape.check(fields.take(&name).unwrap().unwrap());
                }
            }
            Self::Object(shapes) => {
                let mut fields = fields(text);
                let found = names(&fields);
                let known = shapes.iter().map(|(name, ..)| name).filter(|name| found.contains(name));
                assert_eq!(found, known.cloned().collect::<Vec<_>>(), "unknown fields, or out of order");
                for (name, optional, shape) in shapes {
                    match fields.take(name).unwrap() {
                        Some(value) => shape.check(value),
                        None => assert!(optional, "`{name}` is missing in {text}"),
                    }
                }
            }
        }
    }

    /// The shape as JSON Schema. Replies may gain fields, so that others are allowed.
    pub(super) fn schema(&self) -> Value {
        match self {
            Self::Text => json!({"type": "string"}),
            Self::Flag => json!({"type": "boolean"}),
            Self::Whole => json!({"$ref": "#/$defs/whole"}),
            Self::Any => json!(true),
            Self::Nullable(shape) => json!({"anyOf": [shape.schema(), {"type": "null"}]}),
            Self::List(item) => json!({"type": "array", "items": item.schema()}),
            Self::Map(value) => json!({"type": "object", "additionalProperties": value.schema()}),
            Self::Object(fields) => {
                let properties = fields.iter().map(|(name, _, shape)| (name.clone(), shape.schema()));
                let required: Vec<_> =
                    fields.iter().filter(|(_, optional, _)| !optional).map(|(name, ..)| name).collect();
                json!({"type": "object", "properties": Value::Object(properties.collect()), "required": required})
            }
        }
    }
}

fn fields(text: &str) -> avmarks_protocol::internal::Fields<'_> {
    serde_json::from_str(text).unwrap_or_else(|_| panic!("no object: {text}"))
}

fn names(fields: &avmarks_protocol::internal::Fields<'_>) -> Vec<String> {
    fields.names().map(str::to_owned).collect()
}

fn eat(rest: &mut &str, start: &str) -> bool {
    match rest.strip_prefix(start) {
        Some(behind) => {
            *rest = behind;
            true
        }
        None => false,
    }
}

fn word(rest: &mut &str) -> String {
    let end = rest.find(|c: char| !c.is_ascii_alphanumeric() && c != '_' && c != '-').unwrap_or(rest.len());
    let (word, behind) = rest.split_at(end);
    *rest = behind;
    word.to_owned()
}
