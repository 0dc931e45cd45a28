//! Escapes of half a surrogate pair, which JSON's grammar allows, but no text can contain.

/// Whether a text of JSON's grammar has the escape of half a surrogate pair. Only strings contain a backslash.
pub(crate) fn has_lone_surrogate(json: &str) -> bool {
    let unit =
        |escape: &str| escape.strip_prefix("\\u").and_then(|digits| u16::from_str_radix(digits.get(..4)?, 16).ok());
    let mut rest = json;
    while let Some(at) = rest.find('\\') {
        rest = rest.get(at..).unwrap_or_default();
        let width = match unit(rest) {
            Some(0xdc00..=0xdfff) => return true,
            Some(0xd800..=0xdbff) => match rest.get(6..).and_then(unit) {
                Some(0xdc00..=0xdfff) => 12,
                _ => return true,
            },
            Some(_) => 6,
            None => 2,
        };
        rest = rest.get(width..).unwrap_or_default();
    }
    false
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_lone_surrogates_are_found() {
        for text in [
            r#""\ud800""#,
            r#""\uDC00""#,
            r#"["a","\ud83d\u0041"]"#,
            r#""\ud83d\n""#,
            r#"{"\ude00\ud83d":1}"#,
            r#""\\\ud800""#,
            r#""\ud83d\ude00\ud800""#,
            r#""\u0041\ud800""#,
            r#""\udfff""#,
            r#""\udbff""#,
            r#""\udbff\udbff""#,
            r#""\ud800\ue000""#,
        ] {
            assert!(has_lone_surrogate(text), "{text}");
        }
        for text in [
            r#""\ud83d\ude00""#,
            r#""\ud800\udc00""#,
            r#""\ud800\udfff""#,
            r#""\udbff\udc00""#,
            r#""\udbff\udfff""#,
            r#""\\ud800""#,
            r#"[1,"a",{"\u0041":null}]"#,
            r#""\ud7ff\ue000""#,
            "",
        ] {
            assert!(!has_lone_surrogate(text), "{text}");
        }
    }
}
