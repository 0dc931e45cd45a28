//! The comma before `]` or `}` that the vendor's own samples have, and JSON has not (`gap:trailing-comma`).

use std::borrow::Cow;

use memchr::memchr_iter;

/// `text` with each comma before `]` or `}` made a blank, so that every other byte keeps its place (the reading
/// `accept` of `gap:trailing-comma`). Text without one comes back as it is.
///
/// ```
/// use avmarks_protocol::internal::without_trailing_commas;
///
/// assert_eq!(without_trailing_commas(r#"{"a":[1,2, ],}"#), r#"{"a":[1,2  ] }"#);
/// assert_eq!(without_trailing_commas(r#"[",]",,]"#), r#"[",]",,]"#);
/// ```
#[must_use]
pub fn without_trailing_commas(text: &str) -> Cow<'_, str> {
    if !may_have_trailing_comma(text) {
        return Cow::Borrowed(text);
    }
    let commas = trailing_commas(text);
    if commas.is_empty() {
        return Cow::Borrowed(text);
    }
    let mut repaired = String::with_capacity(text.len());
    let mut from = 0;
    for comma in commas {
        repaired.push_str(text.get(from..comma).unwrap_or_default());
        repaired.push(' ');
        from = comma + 1;
    }
    repaired.push_str(text.get(from..).unwrap_or_default());
    Cow::Owned(repaired)
}

/// Whether some comma, be it within a string, has `]` or `}` next behind it: few bodies have one, and need a closer look.
fn may_have_trailing_comma(text: &str) -> bool {
    let behind = |comma| text.as_bytes().get(comma + 1..).unwrap_or_default();
    memchr_iter(b',', text.as_bytes()).any(|comma| {
        let next = behind(comma).iter().find(|byte| !matches!(byte, b' ' | b'\t' | b'\r' | b'\n'));
        matches!(next, Some(b']' | b'}'))
    })
}

/// The places of commas that follow a value and come before `]` or `}`.
pub(crate) fn trailing_commas(text: &str) -> Vec<usize> {
    let mut found = Vec::new();
    let mut comma = None;
    let mut after_value = false;
    let mut bytes = text.bytes().enumerate();
    while let Some((at, byte)) = bytes.next() {
        match byte {
            b' ' | b'\t' | b'\r' | b'\n' => continue,
            b',' => {
                comma = after_value.then_some(at);
                after_value = false;
                continue;
            }
            b'[' | b'{' | b':' => after_value = false,
            b']' | b'}' => {
                found.extend(comma);
                after_value = true;
            }
            b'"' => {
                let mut escaped = false;
                for (_, byte) in bytes.by_ref() {
                    match byte {
                        _ if escaped => escaped = false,
                        b'\\' => escaped = true,
                        b'"' => break,
                        _ => {}
                    }
                }
                after_value = true;
            }
            _ => after_value = true,
        }
        comma = None;
    }
    found
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_trailing_commas_become_blanks() {
        for (text, repaired) in [
            ("[1,]", "[1 ]"),
            ("[1, \t\r\n]", "[1  \t\r\n]"),
            ("[1 \t\r\n,]", "[1 \t\r\n ]"),
            (r#"{"a":true,}"#, r#"{"a":true }"#),
            (r#"{"a":[{"b":"x",},],"c":[[],{},],}"#, r#"{"a":[{"b":"x" } ],"c":[[],{} ] }"#),
            (r#"[",]",]"#, r#"[",]" ]"#),
            (r#"["\",]",]"#, r#"["\",]" ]"#),
            (r#"["\\",]"#, r#"["\\" ]"#),
            (r#"["é,]",]"#, r#"["é,]" ]"#),
        ] {
            assert_eq!(without_trailing_commas(text), repaired);
            assert_eq!(text.len(), repaired.len());
        }
    }

    #[test]
    fn no_other_comma_is_touched() {
        for text in [
            "",
            "[,]",
            "[ , ]",
            "{,}",
            "[1,,]",
            "[1,2]",
            "[[,]]",
            r#"{"a":,}"#,
            r#"[",]"]"#,
            r#"["\",]"]"#,
            "[1,",
            ",]",
        ] {
            assert!(matches!(without_trailing_commas(text), Cow::Borrowed(same) if same == text), "{text}");
        }
    }
}
