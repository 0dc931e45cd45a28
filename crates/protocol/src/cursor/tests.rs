use serde_json::value::RawValue;

use super::scan::{bare_bytes, digits, value};

#[test]
fn invalid_string_bytes_are_found_anywhere() {
    for byte in 0..=u8::MAX {
        let is_bare = !matches!(byte, b'"' | b'\\' | 0..0x20);
        for at in 0..20 {
            let mut text = [b'a'; 20];
            text[at] = byte;
            assert_eq!(bare_bytes(&text), (!is_bare).then_some(at), "{byte} at {at}");
            text[at..].fill(b'"');
            text[at] = byte;
            let next = (at + 1 < text.len()).then_some(at + 1);
            assert_eq!(bare_bytes(&text), if is_bare { next } else { Some(at) }, "{byte} at {at}");
        }
    }
}

#[test]
fn digits_end_at_the_first_other_byte() {
    let all = "90817263545362718293";
    for count in 0..=all.len() {
        let text = &all[..count];
        let expected = (1..=18).contains(&count).then(|| (text.parse().unwrap(), count));
        assert_eq!(digits(text.as_bytes()), expected, "{text}");
        for byte in (0..=u8::MAX).filter(|byte| !byte.is_ascii_digit()) {
            for behind in ["", "1", "99999999"] {
                let text = [text.as_bytes(), &[byte], behind.as_bytes()].concat();
                assert_eq!(digits(&text), expected, "{text:?}");
            }
        }
    }
}

/// Whether a text is one value; if so, it ends where serde_json says.
fn is_value(text: &str) -> bool {
    let blanks = [' ', '\t', '\r', '\n'];
    let found = value(text.as_bytes()).map(|bytes| text.split_at(bytes));
    let whole = found.filter(|(_, behind)| behind.trim_matches(blanks).is_empty());
    let expected = serde_json::from_str::<&RawValue>(text).ok();
    assert_eq!(whole.map(|(value, _)| value.trim_start_matches(blanks)), expected.map(RawValue::get), "{text}");
    expected.is_some()
}

/// How many of the texts of at most `count_max` of these pieces are values.
fn values(pieces: &[&str], count_max: usize) -> usize {
    fn grow(text: &mut String, pieces: &[&str], left: usize) -> usize {
        let mut values = usize::from(is_value(text));
        if left > 0 {
            for piece in pieces {
                let bytes = text.len();
                text.push_str(piece);
                values += grow(text, pieces, left - 1);
                text.truncate(bytes);
            }
        }
        values
    }
    grow(&mut String::new(), pieces, count_max)
}

#[test]
fn skipped_values_follow_the_grammar() {
    for (pieces, count_max) in [
        (&["{", "}", "[", "]", ",", ":", "\"a\"", "1", " "][..], 6),
        (&["{", "}", "[", "]", ",", "\"a\":", "1", " "], 7),
        (&["-", "+", "0", "1", "9", ".", "e", "E"], 6),
        (&["\"", "\\", "u", "0", "aF", "n", "é", "\u{1f}"], 6),
        (&["t", "rue", "f", "alse", "n", "ull", "nul", "\n", "\u{b}"], 4),
    ] {
        let values = values(pieces, count_max);
        assert!(values > 10, "{values} of {pieces:?}");
    }
}

#[test]
fn only_valid_escapes_are_accepted() {
    for byte in 0..0x80_u8 {
        let byte = char::from(byte);
        let is_letter = is_value(&format!("\"\\{byte}\""));
        assert_eq!(is_letter, "\"\\/bfnrt".contains(byte), "{byte:?}");
        for at in 0..4 {
            let mut digits = ['0'; 4];
            digits[at] = byte;
            let is_hex = is_value(&format!("\"\\u{}\"", String::from_iter(digits)));
            assert_eq!(is_hex, byte.is_ascii_hexdigit(), "{byte:?} at {at}");
        }
    }
}

#[test]
fn nesting_depth_is_not_limited() {
    for depth in [1, 63, 64, 65, 128, 129, 100_000] {
        let (open, close) = (r#"[{"a":"#.repeat(depth), "}]".repeat(depth));
        assert!(is_value(&format!("{open}0{close}")));
        for text in [
            format!("{open}{close}"),
            format!("{open}0{close}]"),
            format!("{open}0]{close}"),
            format!("[{open}0{close}"),
        ] {
            assert!(!is_value(&text), "{depth}");
        }
    }
}
