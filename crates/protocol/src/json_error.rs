//! Objects in JSON, read by `serde_json`, with errors in words of JSON instead of words of Rust.

use serde::Deserialize;

/// What `serde` calls a value, and what JSON calls it.
const WORDS: [(&str, &str); 9] = [
    ("a sequence", "an array"),
    ("a map", "an object"),
    ("a borrowed string", "a string"),
    ("usize", "an integer from 0 to 18446744073709551615"),
    ("u64", "an integer from 0 to 18446744073709551615"),
    ("u32", "an integer from 0 to 4294967295"),
    ("u16", "an integer from 0 to 65535"),
    ("u8", "an integer from 0 to 255"),
    ("i64", "an integer from -9223372036854775808 to 9223372036854775807"),
];

/// The value of a JSON object. `serde_json` would take an array of its values as well, whatever names the fields have.
///
/// # Errors
///
/// The text of [`json_error_text`].
pub fn json_object<'a, T: Deserialize<'a>>(json: &'a [u8]) -> Result<T, String> {
    if json.trim_ascii_start().starts_with(b"[") {
        return Err("invalid type: array, expected an object".to_owned());
    }
    serde_json::from_slice(json).map_err(|error| json_error_text(&error))
}

/// The text of an error. The names of our types say nothing to its reader, and `map` or `u32` not enough.
#[must_use]
pub fn json_error_text(error: &serde_json::Error) -> String {
    let text = error.to_string();
    // A value that was found is shown before this.
    let Some((found, expected)) = text.rsplit_once(", expected ") else { return text };
    let found = match found {
        "invalid type: map" => "invalid type: object",
        "invalid type: sequence" => "invalid type: array",
        other => other,
    };
    let (what, at) = expected.split_once(" at line ").unwrap_or((expected, ""));
    let is_type = |kind: &str| what.strip_prefix(kind).is_some_and(|name| !name.contains(' '));
    let what = match WORDS.iter().find(|(word, _)| *word == what) {
        Some((_, word)) => word,
        None if is_type("struct ") => "an object",
        None if is_type("internally tagged enum ") => "an object with a known name",
        None if is_type("enum ") || is_type("variant of enum ") => "a known name",
        None => what,
    };
    let at = if at.is_empty() { String::new() } else { format!(" at line {at}") };
    format!("{found}, expected {what}{at}")
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeMap;

    use serde::Deserialize;

    use super::*;

    #[derive(Debug, Deserialize)]
    #[expect(dead_code, reason = "read, and not looked at")]
    struct Snapshot {
        version: u32,
        groups: Vec<BTreeMap<String, bool>>,
        kind: Option<Kind>,
    }

    #[derive(Debug, Deserialize)]
    enum Kind {
        Known,
    }

    #[test]
    fn an_array_is_no_object() {
        for json in ["[1,[],null]", " \n[]"] {
            let error = json_object::<Snapshot>(json.as_bytes()).unwrap_err();
            assert_eq!(error, "invalid type: array, expected an object", "{json}");
        }
        assert!(json_object::<Snapshot>(br#" {"version":1,"groups":[]}"#).is_ok());
        let error = json_object::<Snapshot>(b"5").unwrap_err();
        assert_eq!(error, "invalid type: integer `5`, expected an object at line 1 column 1");
    }

    #[test]
    fn an_error_has_the_words_of_json() {
        for (json, expected) in [
            ("5", "invalid type: integer `5`, expected an object at line 1 column 1"),
            (
                r#"{"version":-1}"#,
                "invalid value: integer `-1`, expected an integer from 0 to 4294967295 at line 1 column 13",
            ),
            (r#"{"version":{}}"#, "invalid type: object, expected an integer from 0 to 4294967295 at line 1 column 11"),
            (r#"{"groups":{}}"#, "invalid type: object, expected an array at line 1 column 10"),
            (r#"{"groups":[[]]}"#, "invalid type: array, expected an object at line 1 column 11"),
            (r#"{"groups":[{"a":"u32"}]}"#, "invalid type: string \"u32\", expected a boolean at line 1 column 21"),
            (
                r#"{"version":", expected u32"}"#,
                "invalid type: string \", expected u32\", expected an integer from 0 to 4294967295 at line 1 column 27",
            ),
            (
                r#"{"version":"invalid type: map"}"#,
                "invalid type: string \"invalid type: map\", expected an integer from 0 to 4294967295 at line 1 column 30",
            ),
            (r#"{"kind":"other"}"#, "unknown variant `other`, expected `Known` at line 1 column 15"),
            (r#"{}"#, "missing field `version` at line 1 column 2"),
            ("", "EOF while parsing a value at line 1 column 0"),
        ] {
            let error = serde_json::from_str::<Snapshot>(json).unwrap_err();
            assert_eq!(json_error_text(&error), expected);
        }
        assert!(matches!(serde_json::from_str(r#""Known""#), Ok(Kind::Known)));
    }
}
