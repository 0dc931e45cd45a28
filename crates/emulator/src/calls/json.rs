//! JSON of a body as it is read. Texts without escapes are borrowed from the body, and take no additional memory.

use std::borrow::Cow;
use std::collections::BTreeMap;
use std::collections::btree_map::Entry;
use std::fmt;

use serde::de::{Deserializer, Error as _, MapAccess, SeqAccess, Visitor};
use serde::{Deserialize, Serialize};
use serde_json::{Number, Value};

/// The fields of an object by their names.
pub(super) type Fields<'a> = BTreeMap<Cow<'a, str>, Json<'a>>;

/// A value in which no object has a field twice.
#[derive(Clone, Debug, PartialEq, Serialize)]
#[serde(untagged)]
pub(super) enum Json<'a> {
    Null,
    Bool(bool),
    Number(Number),
    Text(Cow<'a, str>),
    List(Vec<Self>),
    Object(Fields<'a>),
}

impl<'a> Json<'a> {
    pub(super) fn as_text(&self) -> Option<&str> {
        match self {
            Self::Text(text) => Some(text),
            _ => None,
        }
    }

    pub(super) fn as_list(&self) -> Option<&[Self]> {
        match self {
            Self::List(list) => Some(list),
            _ => None,
        }
    }

    pub(super) const fn as_object(&self) -> Option<&Fields<'a>> {
        match self {
            Self::Object(fields) => Some(fields),
            _ => None,
        }
    }

    /// The same value for as long as it is wanted.
    pub(super) fn to_value(&self) -> Value {
        serde_json::to_value(self).unwrap_or_default()
    }
}

/// As it is written without blanks.
impl fmt::Display for Json<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&serde_json::to_string(self).unwrap_or_default())
    }
}

impl<'de> Deserialize<'de> for Json<'de> {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        struct Any;
        impl<'de> Visitor<'de> for Any {
            type Value = Json<'de>;

            fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                f.write_str("a value")
            }

            fn visit_unit<E>(self) -> Result<Json<'de>, E> {
                Ok(Json::Null)
            }

            fn visit_bool<E>(self, value: bool) -> Result<Json<'de>, E> {
                Ok(Json::Bool(value))
            }

            fn visit_i64<E>(self, value: i64) -> Result<Json<'de>, E> {
                Ok(Json::Number(value.into()))
            }

            fn visit_u64<E>(self, value: u64) -> Result<Json<'de>, E> {
                Ok(Json::Number(value.into()))
            }

            fn visit_f64<E>(self, value: f64) -> Result<Json<'de>, E> {
                Ok(Number::from_f64(value).map_or(Json::Null, Json::Number))
            }

            fn visit_borrowed_str<E>(self, value: &'de str) -> Result<Json<'de>, E> {
                Ok(Json::Text(Cow::Borrowed(value)))
            }

            fn visit_str<E>(self, value: &str) -> Result<Json<'de>, E> {
                Ok(Json::Text(Cow::Owned(value.to_owned())))
            }

            fn visit_seq<A: SeqAccess<'de>>(self, mut list: A) -> Result<Json<'de>, A::Error> {
                std::iter::from_fn(|| list.next_element().transpose()).collect::<Result<_, _>>().map(Json::List)
            }

            fn visit_map<A: MapAccess<'de>>(self, mut map: A) -> Result<Json<'de>, A::Error> {
                let mut fields = Fields::new();
                while let Some((Name(name), value)) = map.next_entry()? {
                    match fields.entry(name) {
                        Entry::Vacant(place) => {
                            place.insert(value);
                        }
                        Entry::Occupied(place) => {
                            let name = avmarks_spec::Excerpt(place.key());
                            return Err(A::Error::custom(format!("`{name}` is there more than once; send it once")));
                        }
                    }
                }
                Ok(Json::Object(fields))
            }
        }
        deserializer.deserialize_any(Any)
    }
}

/// The name of a field.
#[derive(Deserialize)]
#[serde(transparent)]
struct Name<'a>(#[serde(borrow)] Cow<'a, str>);

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_body_is_read_as_serde_json_reads_it() {
        for text in [
            r#"{"b":1,"a":[null,true,-1,1.5,1e3,18446744073709551615,"\u00e9\n",{"":"x"}],"é":{}}"#,
            "[]",
            "\"\\\"\"",
            "1e400",
            "{\"a\":1} x",
            "{\"a\"}",
            "nul",
        ] {
            let read = serde_json::from_str::<Json<'_>>(text);
            match serde_json::from_str::<Value>(text) {
                Ok(value) => {
                    let read = read.unwrap();
                    assert_eq!((read.to_value(), read.to_string()), (value.clone(), value.to_string()), "{text}");
                }
                Err(error) => assert_eq!(read.unwrap_err().to_string(), error.to_string(), "{text}"),
            }
        }
    }

    #[test]
    fn a_text_without_escapes_is_borrowed() {
        let Json::Object(fields) = serde_json::from_str(r#"{"a":"b","\u0063":"\u0064"}"#).unwrap() else { panic!() };
        let borrowed = fields
            .iter()
            .map(|(name, value)| (matches!(name, Cow::Borrowed(_)), matches!(value, Json::Text(Cow::Borrowed(_)))));
        assert_eq!(borrowed.collect::<Vec<_>>(), [(true, true), (false, false)]);
        assert_eq!(fields.get("c").and_then(Json::as_text), Some("d"));
    }

    #[test]
    fn a_field_is_there_once() {
        for text in [r#"{"a":1,"a":1}"#, r#"{"a":1,"\u0061":1}"#, r#"[{"b":{"a":1,"a":2}}]"#] {
            let error = serde_json::from_str::<Json<'_>>(text).unwrap_err().to_string();
            assert!(error.starts_with("`a` is there more than once; send it once"), "{error}");
        }
    }
}
