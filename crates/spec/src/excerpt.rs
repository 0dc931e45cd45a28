//! Foreign text in a message: shown in one line, and never more than a line's worth of it.

use core::fmt::{self, Write};

/// Shows at most 60 characters of a text, with `…` behind them if there are more. Control characters, and those that
/// end a line, change the direction or are invisible, are escaped: a message stays one line and cannot control a terminal.
///
/// ```
/// use avmarks_spec::Excerpt;
///
/// assert_eq!(Excerpt("teacher10").to_string(), "teacher10");
/// assert_eq!(Excerpt("a\n\u{1b}[2J\u{202e}").to_string(), "a\\n\\u{1b}[2J\\u{202e}");
/// assert_eq!(Excerpt(&"x".repeat(61)).to_string(), format!("{}…", "x".repeat(60)));
/// ```
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Excerpt<'a>(pub &'a str);

/// Whether a character ends a line, turns the direction of writing, or has no width.
const fn is_unseen(found: char) -> bool {
    matches!(found, '\u{200b}'..='\u{200f}' | '\u{2028}'..='\u{202e}' | '\u{2060}'..='\u{206f}' | '\u{feff}')
}

impl fmt::Display for Excerpt<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        const CHARACTERS_MAX: usize = 60;
        match self.0.char_indices().nth(CHARACTERS_MAX) {
            Some((end, _)) => write!(f, "{}…", OneLine(self.0.get(..end).unwrap_or_default())),
            None => OneLine(self.0).fmt(f),
        }
    }
}

/// Shows a whole text that may contain user input, as [`Excerpt`] shows each character.
///
/// ```
/// use avmarks_spec::OneLine;
///
/// assert_eq!(OneLine("unknown field `a\nb`").to_string(), "unknown field `a\\nb`");
/// ```
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct OneLine<'a>(pub &'a str);

impl fmt::Display for OneLine<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.0.chars().try_for_each(|found| {
            if found.is_control() || is_unseen(found) { found.escape_default().fmt(f) } else { f.write_char(found) }
        })
    }
}

/// Shows names in backquotes, with commas between them.
///
/// ```
/// use avmarks_spec::Quoted;
///
/// assert_eq!(Quoted(["a", "b"].iter()).to_string(), "`a`, `b`");
/// ```
#[derive(Clone, Copy, Debug)]
pub struct Quoted<I>(pub I);

impl<I: Iterator<Item: fmt::Display> + Clone> fmt::Display for Quoted<I> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.0.clone().enumerate().try_for_each(|(at, name)| {
            let comma = if at == 0 { "" } else { ", " };
            write!(f, "{comma}`{name}`")
        })
    }
}

#[cfg(test)]
mod tests {
    extern crate std;
    use std::string::{String, ToString};

    use super::*;

    #[test]
    fn only_invisible_characters_are_escaped() {
        for hidden in [
            '\n', '\u{1b}', '\u{7f}', '\u{200b}', '\u{200f}', '\u{2028}', '\u{202e}', '\u{2060}', '\u{206f}',
            '\u{feff}',
        ] {
            assert!(OneLine(&String::from(hidden)).to_string().starts_with('\\'), "{hidden:?}");
        }
        for seen in ['a', ' ', '\u{200a}', '\u{2010}', '\u{2027}', '\u{202f}', '\u{205f}', '\u{2070}', 'é', '中'] {
            assert_eq!(OneLine(&String::from(seen)).to_string(), String::from(seen));
        }
    }

    #[test]
    fn a_text_of_sixty_characters_is_shown_whole() {
        assert_eq!(Excerpt(&"é".repeat(60)).to_string(), "é".repeat(60));
        assert_eq!(Excerpt(&"é".repeat(61)).to_string(), "é".repeat(60) + "…");
    }
}
