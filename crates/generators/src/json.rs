//! JSON that can be corrupted: fields in order, repetitions, and any text where a value should be.

use avmarks_protocol::internal::Fields;
use serde_json::value::RawValue;

use crate::body::Body;
use crate::choices::Choices;

/// A value. Raw text is written unchanged, even if it is not JSON.
#[derive(Clone, Debug)]
pub(crate) enum Json {
    Raw(String),
    Array(Vec<Json>),
    Object(Vec<(String, Json)>),
}

impl Json {
    /// The value of a text that is JSON.
    pub(crate) fn parse(text: &str) -> Self {
        match text.as_bytes().first() {
            Some(b'{') => match serde_json::from_str::<Fields<'_>>(text) {
                Ok(mut fields) => {
                    let names: Vec<_> = fields.names().map(str::to_owned).collect();
                    let field = |name: String| {
                        let value = fields.take(&name).ok().flatten()?;
                        Some((name, Self::parse(value.get())))
                    };
                    Self::Object(names.into_iter().filter_map(field).collect())
                }
                Err(_) => Self::Raw(text.to_owned()),
            },
            Some(b'[') => match serde_json::from_str::<Vec<&RawValue>>(text) {
                Ok(values) => Self::Array(values.into_iter().map(|value| Self::parse(value.get())).collect()),
                Err(_) => Self::Raw(text.to_owned()),
            },
            _ => Self::Raw(text.to_owned()),
        }
    }

    /// The value at a JSON pointer; the first one if a field is duplicated.
    pub(crate) fn at(&mut self, pointer: &str) -> Option<&mut Self> {
        pointer.split('/').skip(1).try_fold(self, |value, part| match value {
            Self::Raw(_) => None,
            Self::Array(values) => values.get_mut(part.parse::<usize>().ok()?),
            Self::Object(fields) => fields.iter_mut().find(|(name, _)| name == part).map(|(_, value)| value),
        })
    }

    /// Writes something else at a pointer.
    pub(crate) fn set(&mut self, pointer: &str, raw: impl Into<String>) {
        if let Some(value) = self.at(pointer) {
            *value = Self::Raw(raw.into());
        }
    }

    /// The fields of the object that has the one at this pointer, and its name.
    pub(crate) fn field<'p>(&mut self, pointer: &'p str) -> Option<(&mut Vec<(String, Self)>, &'p str)> {
        let (parent, name) = pointer.rsplit_once('/')?;
        match self.at(parent)? {
            Self::Object(fields) => Some((fields, name)),
            _ => None,
        }
    }

    /// Takes the field at a pointer out.
    pub(crate) fn remove(&mut self, pointer: &str) {
        if let Some((fields, name)) = self.field(pointer) {
            fields.retain(|(field, _)| field != name);
        }
    }

    /// Gives the field at a pointer another name.
    pub(crate) fn rename(&mut self, pointer: &str, new: &str) {
        let Some((fields, name)) = self.field(pointer) else { return };
        fields.iter_mut().filter(|(field, _)| field == name).for_each(|(field, _)| *field = new.to_owned());
    }

    /// Writes the field at a pointer once more, behind the others.
    pub(crate) fn repeat(&mut self, pointer: &str) {
        let Some((fields, name)) = self.field(pointer) else { return };
        let again = fields.iter().find(|(field, _)| field == name).cloned();
        fields.extend(again);
    }

    /// Puts a comma before the bracket that ends the array or object at a pointer.
    pub(crate) fn comma_at_end(&mut self, pointer: &str) {
        let Some(value) = self.at(pointer) else { return };
        let mut text = value.written(Style::Compact);
        if let Some(bracket) = text.pop() {
            *value = Self::Raw(format!("{text},{bracket}"));
        }
    }

    /// Every value in it, itself among them, the outer before the inner.
    pub(crate) fn count(&self) -> usize {
        1 + match self {
            Self::Raw(_) => 0,
            Self::Array(values) => values.iter().map(Self::count).sum(),
            Self::Object(fields) => fields.iter().map(|(_, value)| value.count()).sum(),
        }
    }

    /// The value of this place among those that `count` counts.
    pub(crate) fn nth(&mut self, place: usize) -> Option<&mut Self> {
        let Some(mut place) = place.checked_sub(1) else { return Some(self) };
        let inner: Vec<&mut Self> = match self {
            Self::Raw(_) => Vec::new(),
            Self::Array(values) => values.iter_mut().collect(),
            Self::Object(fields) => fields.iter_mut().map(|(_, value)| value).collect(),
        };
        for value in inner {
            match place.checked_sub(value.count()) {
                Some(behind) => place = behind,
                None => return value.nth(place),
            }
        }
        None
    }

    pub(crate) fn written(&self, style: Style) -> String {
        let mut out = String::new();
        self.write(style, 0, &mut out);
        out
    }

    fn write(&self, style: Style, depth: usize, out: &mut String) {
        match self {
            Self::Raw(text) => out.push_str(&style.text(text)),
            Self::Array(values) => style.brackets(('[', ']'), depth, values, out, |value, out| {
                value.write(style, depth + 1, out);
            }),
            Self::Object(fields) => style.brackets(('{', '}'), depth, fields, out, |(name, value), out| {
                out.push_str(&style.text(&quoted(name)));
                out.push_str(style.colon());
                value.write(style, depth + 1, out);
            }),
        }
    }
}

/// A text as a JSON string.
pub(crate) fn quoted(text: &str) -> String {
    serde_json::Value::from(text).to_string()
}

/// How it is written; every style says the same.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Style {
    Compact,
    /// A blank at every place where there may be one.
    Spaced,
    /// A line for each value, as in the vendor's samples.
    Lines,
    /// Every character of every string as `\u….`.
    Escaped,
}

impl Style {
    fn text(self, raw: &str) -> String {
        match serde_json::from_str::<String>(raw) {
            Ok(text) if self == Self::Escaped => {
                let units: String = text.encode_utf16().map(|unit| format!("\\u{unit:04x}")).collect();
                format!("\"{units}\"")
            }
            _ => raw.to_owned(),
        }
    }

    const fn colon(self) -> &'static str {
        match self {
            Self::Compact | Self::Escaped => ":",
            Self::Spaced => " : ",
            Self::Lines => ": ",
        }
    }

    fn brackets<T>(
        self,
        (open, close): (char, char),
        depth: usize,
        items: &[T],
        out: &mut String,
        write: impl Fn(&T, &mut String),
    ) {
        let gap = |depth: usize, out: &mut String| match self {
            Self::Compact | Self::Escaped => {}
            Self::Spaced => out.push(' '),
            Self::Lines => {
                out.push_str("\r\n");
                out.extend(std::iter::repeat_n('\t', depth));
            }
        };
        out.push(open);
        for (at, item) in items.iter().enumerate() {
            if at > 0 {
                out.push(',');
            }
            gap(depth + 1, out);
            write(item, out);
        }
        if !items.is_empty() {
            gap(depth, out);
        }
        out.push(close);
    }
}

/// A body before it is bytes.
#[derive(Clone, Debug)]
pub struct Sketch {
    pub(crate) json: Json,
    pub(crate) style: Style,
}

impl Sketch {
    /// What these bytes say, in half of all cases said otherwise: in another style, in another order of the fields, with
    /// fields that no document names.
    pub(crate) fn of(body: &[u8], choices: &mut Choices<'_>) -> Self {
        let json = Json::parse(std::str::from_utf8(body).unwrap_or_default());
        let mut sketch = Self { json, style: Style::Compact };
        if !choices.one_in(2) {
            return sketch;
        }
        sketch.style = choices.pick(&[Style::Compact, Style::Spaced, Style::Lines, Style::Escaped]);
        if let Json::Object(fields) = &mut sketch.json {
            let first = choices.below(fields.len());
            fields.rotate_left(first);
            if choices.one_in(4) {
                let strange = choices.pick(&["1", "null", "\"\"", "1.50e3", "[[{}]]", "{\"GroupId\":7}"]);
                let name = choices.pick(&["New", "", "groupid", "\u{7fa4}"]);
                fields.insert(choices.below(fields.len() + 1), (name.to_owned(), Json::Raw(strange.to_owned())));
            }
        }
        sketch
    }

    pub(crate) fn body(&self) -> Body {
        self.json.written(self.style).into_bytes().into()
    }

    /// Cut somewhere behind its first byte.
    pub(crate) fn cut(&self, choices: &mut Choices<'_>) -> Body {
        let mut bytes = self.body().into_vec();
        let kept = 1 + choices.below(bytes.len().saturating_sub(1));
        bytes.truncate(kept);
        bytes.into()
    }

    /// With something in front of it, and something behind it.
    pub(crate) fn between(&self, before: &str, behind: &str) -> Body {
        [before.as_bytes(), &self.body(), behind.as_bytes()].concat().into()
    }

    /// With a byte in it that is in no UTF-8.
    pub(crate) fn not_utf8(&self, choices: &mut Choices<'_>) -> Body {
        let mut bytes = self.body().into_vec();
        bytes.insert(choices.below(bytes.len()), 0xff);
        bytes.into()
    }
}
