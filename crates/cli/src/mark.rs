//! Marks as people write them.

use avmarks_spec::Mark;

/// Why a text is not a mark. The text is not repeated: the caller knows its place.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[error("expected a number from 1000 to 4294967295, `pinned` (500) or `hidden` (600)")]
pub(crate) struct MarkError;

/// The mark of this text: a number, or the name of a special one.
pub(crate) fn parse_mark(text: &str) -> Result<Mark, MarkError> {
    match text.to_ascii_lowercase().as_str() {
        "pinned" => Ok(Mark::PINNED),
        "hidden" => Ok(Mark::HIDDEN),
        number if number.bytes().all(|byte| byte.is_ascii_digit()) => {
            number.parse().ok().and_then(|number| Mark::new(number).ok()).ok_or(MarkError)
        }
        _ => Err(MarkError),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn numbers_and_two_names() {
        for (text, number) in
            [("1000", 1_000), ("500", 500), ("pinned", 500), ("Hidden", 600), ("4294967295", u32::MAX)]
        {
            assert_eq!(parse_mark(text).map(Mark::number), Ok(number), "{text}");
        }
        for text in ["", "999", "501", "-1000", "+1000", "1e3", "4294967296", "99999999999999999999", "pin", "１０００"]
        {
            assert_eq!(parse_mark(text), Err(MarkError), "{text}");
        }
    }
}
