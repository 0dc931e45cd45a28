//! Foreign text in a message: shown in one line, and never more than a line's worth of it.

use core::fmt::{self, Write};

/// Shows at most 60 characters of a text, with `…` behind them where there are more; control characters are escaped, so
/// that a message stays one line and a terminal is not told what to do.
///
/// ```
/// use avmarks_spec::Excerpt;
///
/// assert_eq!(Excerpt("teacher10").to_string(), "teacher10");
/// assert_eq!(Excerpt("a\n\u{1b}[2J").to_string(), "a\\n\\u{1b}[2J");
/// assert_eq!(Excerpt(&"x".repeat(61)).to_string(), format!("{}…", "x".repeat(60)));
/// ```
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Excerpt<'a>(pub &'a str);

impl fmt::Display for Excerpt<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        const CHARACTERS_MAX: usize = 60;
        for (at, found) in self.0.chars().enumerate() {
            if at == CHARACTERS_MAX {
                return f.write_char('…');
            }
            if found.is_control() {
                found.escape_default().fmt(f)?;
            } else {
                f.write_char(found)?;
            }
        }
        Ok(())
    }
}
