//! Mutations of a body: what [`Hostile`](crate::Hostile) messages are made with.

use crate::body::Body;
use crate::choices::Choices;
use crate::json::{Json, Sketch};

macro_rules! mutations {
    ($( $mutation:ident $description:literal )*) => {
        /// A mutation of a body. More may be added.
        ///
        /// ```
        /// use avmarks_generators::Mutation;
        ///
        /// assert!(Mutation::ALL.contains(&Mutation::Cut));
        /// ```
        #[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
        #[non_exhaustive]
        pub enum Mutation { $( #[doc = $description] $mutation, )* }

        impl Mutation {
            /// Every mutation.
            pub const ALL: &'static [Self] = &[ $( Self::$mutation, )* ];
        }
    };
}

mutations! {
    Retype "A value of another type."
    OddNumber "A number that is huge, tiny, negative, or written as no number is."
    OddText "A text with lone surrogates, control characters, NUL, or without end."
    Deep "Brackets in brackets, up to 10,000 of them."
    Drop "A field or an item less."
    Repeat "A field or an item twice, or five hundred times."
    Rename "Another name of a field: another case, none, one of the engine's own."
    UnknownField "A field that no document names."
    Shuffle "Fields or items in another order."
    Comma "A comma too many."
    ByteOrderMark "A byte order mark in front."
    Behind "Something behind it."
    Flip "A bit changed."
    Insert "Bytes put in that mean something to JSON, or to no text at all."
    Take "Bytes taken out."
    Cut "Cut off."
    Noise "Nothing but the bytes of the fuzzer."
}

/// The number of mutations of values; the others are of bytes.
const VALUES: usize = 9;

/// Applies one to four mutations: first those of values, then those of bytes.
pub(crate) fn corrupt(mut sketch: Sketch, choices: &mut Choices<'_>) -> (Vec<Mutation>, Body) {
    let count = choices.pick(&[1, 1, 1, 2, 2, 3, 4]);
    let (values, bytes) = Mutation::ALL.split_at_checked(VALUES).unwrap_or_default();
    // Twice as many on values, for most of those on bytes leave nothing that is read.
    let mutation = |_| {
        let list = if choices.one_in(3) { bytes } else { values };
        choices.pick_from(list)
    };
    let mut mutations: Vec<_> = (0..count).filter_map(mutation).collect();
    mutations.sort();
    for mutation in &mutations {
        mutation.on_values(&mut sketch.json, choices);
    }
    let mut bytes = sketch.body().into_vec();
    for mutation in &mutations {
        mutation.on_bytes(&mut bytes, choices);
    }
    (mutations, bytes.into())
}

impl Mutation {
    fn on_values(self, json: &mut Json, choices: &mut Choices<'_>) {
        let index = choices.below(json.count());
        let Some(value) = json.nth(index) else { return };
        let raw = match self {
            Self::Retype => choices
                .pick(&[
                    "null", "true", "0", "1000", "1.0", "\"1000\"", "\"\"", "[]", "{}", "[[]]", "[null]", "{\"\":0}",
                ])
                .to_owned(),
            Self::OddNumber => odd_number(choices),
            Self::OddText => odd_text(choices),
            Self::Deep => {
                let depth = choices.pick(&[2, 126, 127, 128, 129, 1_000, 10_000]);
                let (open, close) = choices.pick(&[("[", "]"), ("{\"\":", "}"), ("[", "")]);
                format!("{}1{}", open.repeat(depth), close.repeat(depth))
            }
            _ => return rearranged(self, value, choices),
        };
        *value = Json::Raw(raw);
    }

    fn on_bytes(self, bytes: &mut Vec<u8>, choices: &mut Choices<'_>) {
        let length = bytes.len();
        let at = choices.below(length + 1);
        let until = (at + choices.below(16) + 1).min(length);
        match self {
            Self::Comma => insert_before_bracket(bytes, choices),
            Self::ByteOrderMark => insert(bytes, 0, "\u{feff}".as_bytes()),
            Self::Behind => bytes.extend(choices.pick(&["{}", "\0", "\n\n", "]", ",", "null"]).as_bytes()),
            Self::Flip => {
                let bit = choices.below(8);
                if let Some(byte) = bytes.get_mut(at) {
                    *byte ^= 1 << bit;
                }
            }
            Self::Insert => {
                let odd: &[&[u8]; 12] = &[
                    b"\"",
                    b"\\",
                    b"\\u",
                    b"{",
                    b"]",
                    b",",
                    b":",
                    b"\0",
                    b"\xff",
                    b"\xed\xa0\x80",
                    b"\xc0\x80",
                    b"/**/",
                ];
                insert(bytes, at, choices.pick(odd));
            }
            Self::Take => {
                bytes.drain(at.min(until)..until);
            }
            Self::Cut => bytes.truncate(at),
            Self::Noise => *bytes = choices.raw(256).to_vec(),
            _ => {}
        }
    }
}

fn odd_number(choices: &mut Choices<'_>) -> String {
    match choices.byte() % 16 {
        0 => format!("1{}", "0".repeat(choices.pick(&[20, 100, 400]))),
        1 => format!("0.{}1", "0".repeat(choices.pick(&[20, 400]))),
        _ => choices
            .pick(&[
                "-1",
                "-0",
                "1e999",
                "-1e999",
                "1e-999",
                "1000e0",
                "1E3",
                "4294967296",
                "4294968296",
                "9223372036854775807",
                "9223372036854775808",
                "18446744073709551615",
                "18446744073709551616",
                "-9223372036854775809",
                "9007199254740993",
                "00",
                "0x10",
                "NaN",
                "-Infinity",
                "--1",
                "1.",
                ".5",
            ])
            .to_owned(),
    }
}

fn odd_text(choices: &mut Choices<'_>) -> String {
    match choices.byte() % 16 {
        0 => format!("\"{}\"", "x".repeat(choices.pick(&[33, 49, 1_000, 70_000]))),
        1 => format!("\"{}\"", "\u{1f600}".repeat(choices.pick(&[8, 9, 12, 13, 500]))),
        _ => choices
            .pick(&[
                r#""\ud800""#,
                r#""\udc00\ud800""#,
                r#""\ud83d\ude00""#,
                r#""\u0000""#,
                r#""\u00""#,
                r#""\x41""#,
                r#""\""#,
                r#""g"#,
                "\"\n\"",
                "\"\0\"",
                "\"\u{202e}\"",
                "\"\u{feff}\"",
                "'g'",
                "\"e\u{301}\"",
                r#""g\/""#,
            ])
            .to_owned(),
    }
}

/// Fields or items of a value in another way; nothing if it has none.
fn rearranged(mutation: Mutation, value: &mut Json, choices: &mut Choices<'_>) {
    let times = choices.pick(&[1, 1, 1, 500]);
    match value {
        Json::Raw(_) => {}
        Json::Array(items) => again(mutation, items, times, choices),
        Json::Object(fields) => {
            again(mutation, fields, times, choices);
            let strange = choices.pick(&["New", "", "__proto__", "groupid", "GROUPID", "GroupId ", "\u{7fa4}", "$ref"]);
            let at = choices.below(fields.len());
            match (mutation, fields.get_mut(at)) {
                (Mutation::Rename, Some((name, _))) => *name = strange.to_owned(),
                (Mutation::UnknownField, _) => {
                    let value = choices.pick(&["1", "[1e999]", "{\"a\":{\"a\":{}}}", "\"\\u0000\"", "\"\\ud800\""]);
                    fields.insert(at, (strange.to_owned(), Json::Raw(value.to_owned())));
                }
                _ => {}
            }
        }
    }
}

fn again<T: Clone>(mutation: Mutation, items: &mut Vec<T>, times: usize, choices: &mut Choices<'_>) {
    let at = choices.below(items.len());
    match (mutation, items.get(at).cloned()) {
        (Mutation::Drop, Some(_)) => {
            items.remove(at);
        }
        (Mutation::Repeat, Some(item)) => items.extend(std::iter::repeat_n(item, times)),
        (Mutation::Shuffle, Some(_)) => {
            items.rotate_left(at);
            items.reverse();
        }
        _ => {}
    }
}

fn insert(bytes: &mut Vec<u8>, at: usize, new: &[u8]) {
    let at = at.min(bytes.len());
    bytes.splice(at..at, new.iter().copied());
}

/// A comma before one of the brackets that close something.
fn insert_before_bracket(bytes: &mut Vec<u8>, choices: &mut Choices<'_>) {
    let brackets: Vec<_> =
        bytes.iter().enumerate().filter(|(_, byte)| matches!(byte, b'}' | b']')).map(|(at, _)| at).collect();
    if let Some(at) = choices.pick_from(&brackets) {
        insert(bytes, at, b",");
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::json::Style;

    #[test]
    fn a_sketch_without_values_can_be_corrupted() {
        for byte in 0..=u8::MAX {
            let sketch = Sketch { json: Json::Object(Vec::new()), style: Style::Compact };
            let bytes = [byte; 64];
            let (mutations, _) = corrupt(sketch, &mut Choices::new(&bytes));
            assert!(!mutations.is_empty());
        }
    }
}
