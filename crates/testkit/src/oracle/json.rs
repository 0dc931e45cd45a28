//! A strict reader of JSON texts (RFC 8259). It keeps a flat list of tokens, so that no depth of nesting can exhaust
//! the stack, and numbers as their text, so that no integer is too large.

use avmarks_spec::readings::TrailingComma;

/// A text that is JSON.
pub(super) struct Json<'t> {
    text: &'t str,
    tokens: Vec<Token>,
}

/// One value of such a text.
#[derive(Clone, Copy)]
pub(super) struct Value<'j> {
    json: &'j Json<'j>,
    first: usize,
}

impl<'t> Json<'t> {
    /// Reads a whole text; `None` when it is not JSON.
    pub(super) fn read(text: &'t str, commas: TrailingComma) -> Option<Self> {
        let mut tokens = split(text)?;
        pair(&mut tokens, commas)?;
        Some(Self { text, tokens })
    }

    /// The value that the text is.
    pub(super) fn root(&'t self) -> Value<'t> {
        Value { json: self, first: 0 }
    }
}

impl<'j> Value<'j> {
    /// The fields of an object, in order, doubles too. A name is `None` if it contains a lone surrogate.
    pub(super) fn object(self) -> Option<Vec<(Option<&'j str>, Value<'j>)>> {
        if self.token()?.kind != Kind::OpenObject {
            return None;
        }
        let mut fields = Vec::new();
        let mut index = self.first + 1;
        while let Some(token) = self.json.tokens.get(index) {
            match &token.kind {
                Kind::Text(name) => {
                    let value = Value { json: self.json, first: index + 2 };
                    fields.push((name.as_deref(), value));
                    index = value.token()?.after;
                }
                Kind::Comma => index += 1,
                _ => break,
            }
        }
        Some(fields)
    }

    /// The items of a list, in order.
    pub(super) fn list(self) -> Option<Vec<Value<'j>>> {
        if self.token()?.kind != Kind::OpenList {
            return None;
        }
        let mut items = Vec::new();
        let mut index = self.first + 1;
        while let Some(token) = self.json.tokens.get(index) {
            match token.kind {
                Kind::CloseList => break,
                Kind::Comma => index += 1,
                _ => {
                    items.push(Value { json: self.json, first: index });
                    index = token.after;
                }
            }
        }
        Some(items)
    }

    /// A string, unescaped.
    pub(super) fn text(self) -> Option<&'j str> {
        match &self.token()?.kind {
            Kind::Text(text) => text.as_deref(),
            _ => None,
        }
    }

    /// Whether it is a string with a lone surrogate.
    pub(super) fn is_broken_text(self) -> bool {
        self.token().is_some_and(|token| token.kind == Kind::Text(None))
    }

    /// The text of a number without fraction and exponent.
    pub(super) fn integer(self) -> Option<&'j str> {
        let token = self.token()?;
        let source = self.source();
        (token.kind == Kind::Number && !source.contains(['.', 'e', 'E'])).then_some(source)
    }

    /// `true` or `false`.
    pub(super) fn truth(self) -> Option<bool> {
        match self.source() {
            "true" => Some(true),
            "false" => Some(false),
            _ => None,
        }
    }

    /// The value as it is in the text.
    pub(super) fn source(self) -> &'j str {
        let Some(first) = self.token() else { return "" };
        let Some(last) = self.json.tokens.get(first.after.saturating_sub(1)) else { return "" };
        self.json.text.get(first.from..last.to).unwrap_or_default()
    }

    fn token(self) -> Option<&'j Token> {
        self.json.tokens.get(self.first)
    }
}

/// The integer from 0 to 2^64-1 of this text. Minus zero is zero.
pub(super) fn whole(integer: &str) -> Option<u64> {
    if integer == "-0" { Some(0) } else { integer.parse().ok() }
}

struct Token {
    kind: Kind,
    from: usize,
    to: usize,
    /// The index of the token after the value that begins with this one.
    after: usize,
}

#[derive(PartialEq)]
enum Kind {
    OpenObject,
    CloseObject,
    OpenList,
    CloseList,
    Colon,
    Comma,
    /// `true`, `false` or `null`.
    Word,
    Number,
    /// `None` if it contains a lone surrogate.
    Text(Option<String>),
}

/// Splits a text into tokens.
fn split(text: &str) -> Option<Vec<Token>> {
    let mut tokens = Vec::new();
    let mut from = 0;
    loop {
        let rest = text.get(from..)?;
        let Some(first) = rest.chars().next() else { return Some(tokens) };
        let (kind, length) = match first {
            ' ' | '\t' | '\n' | '\r' => {
                from += 1;
                continue;
            }
            '{' => (Kind::OpenObject, 1),
            '}' => (Kind::CloseObject, 1),
            '[' => (Kind::OpenList, 1),
            ']' => (Kind::CloseList, 1),
            ':' => (Kind::Colon, 1),
            ',' => (Kind::Comma, 1),
            '"' => read_text(rest)?,
            '-' | '0'..='9' => (Kind::Number, number_length(rest)?),
            _ => (Kind::Word, ["true", "false", "null"].iter().find(|word| rest.starts_with(**word))?.len()),
        };
        tokens.push(Token { kind, from, to: from + length, after: tokens.len() + 1 });
        from += length;
    }
}

/// Reads the string that `rest` begins with, as UTF-16, so that two escapes may be one character.
fn read_text(rest: &str) -> Option<(Kind, usize)> {
    let mut units: Vec<u16> = Vec::new();
    let mut chars = rest.char_indices().skip(1);
    loop {
        let (at, found) = chars.next()?;
        let plain = match found {
            '"' => return Some((Kind::Text(String::from_utf16(&units).ok()), at + 1)),
            '\0'..='\u{1f}' => return None,
            '\\' => match chars.next()?.1 {
                'b' => '\u{8}',
                'f' => '\u{c}',
                'n' => '\n',
                'r' => '\r',
                't' => '\t',
                same @ ('"' | '\\' | '/') => same,
                'u' => {
                    let mut unit = 0;
                    for _ in 0..4 {
                        unit = unit * 16 + chars.next()?.1.to_digit(16)?;
                    }
                    units.push(u16::try_from(unit).ok()?);
                    continue;
                }
                _ => return None,
            },
            other => other,
        };
        units.extend_from_slice(plain.encode_utf16(&mut [0; 2]));
    }
}

/// The length of the number that `rest` begins with.
fn number_length(rest: &str) -> Option<usize> {
    let bytes = rest.as_bytes();
    let digits = |from: usize| bytes.iter().skip(from).take_while(|byte| byte.is_ascii_digit()).count();
    let mut length = usize::from(rest.starts_with('-'));
    length += match bytes.get(length)? {
        b'0' => 1,
        _ => Some(digits(length)).filter(|count| *count > 0)?,
    };
    if bytes.get(length) == Some(&b'.') {
        length += 1;
        length += Some(digits(length)).filter(|count| *count > 0)?;
    }
    if let Some(b'e' | b'E') = bytes.get(length) {
        length += 1;
        length += usize::from(matches!(bytes.get(length), Some(b'+' | b'-')));
        length += Some(digits(length)).filter(|count| *count > 0)?;
    }
    Some(length)
}

/// What may come next.
#[derive(Clone, Copy, PartialEq)]
enum Wanted {
    Value,
    ValueOrClose,
    Key,
    KeyOrClose,
    Colon,
    CommaOrClose,
    End,
}

/// Checks that the tokens are one value, and stores for each opening bracket where its value ends.
fn pair(tokens: &mut [Token], commas: TrailingComma) -> Option<()> {
    let may_close = commas == TrailingComma::Accept;
    let mut open: Vec<usize> = Vec::new();
    let mut wanted = Wanted::Value;
    for index in 0..tokens.len() {
        let in_object = open.last().and_then(|last| tokens.get(*last)).map(|token| token.kind == Kind::OpenObject);
        wanted = match (wanted, &tokens.get(index)?.kind) {
            (Wanted::Value | Wanted::ValueOrClose, Kind::OpenObject) => {
                open.push(index);
                Wanted::KeyOrClose
            }
            (Wanted::Value | Wanted::ValueOrClose, Kind::OpenList) => {
                open.push(index);
                Wanted::ValueOrClose
            }
            (Wanted::Value | Wanted::ValueOrClose, Kind::Word | Kind::Number | Kind::Text(_)) => behind(&open),
            (Wanted::Key | Wanted::KeyOrClose, Kind::Text(_)) => Wanted::Colon,
            (Wanted::Colon, Kind::Colon) => Wanted::Value,
            // gap:trailing-comma: under `accept`, a bracket may close where the comma promised more.
            (Wanted::CommaOrClose, Kind::Comma) => match (in_object?, may_close) {
                (true, true) => Wanted::KeyOrClose,
                (true, false) => Wanted::Key,
                (false, true) => Wanted::ValueOrClose,
                (false, false) => Wanted::Value,
            },
            (Wanted::KeyOrClose | Wanted::CommaOrClose, Kind::CloseObject) if in_object? => {
                tokens.get_mut(open.pop()?)?.after = index + 1;
                behind(&open)
            }
            (Wanted::ValueOrClose | Wanted::CommaOrClose, Kind::CloseList) if !in_object? => {
                tokens.get_mut(open.pop()?)?.after = index + 1;
                behind(&open)
            }
            _ => return None,
        };
    }
    (wanted == Wanted::End).then_some(())
}

/// What may come behind a value.
fn behind(open: &[usize]) -> Wanted {
    if open.is_empty() { Wanted::End } else { Wanted::CommaOrClose }
}
