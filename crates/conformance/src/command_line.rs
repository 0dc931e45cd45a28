//! A command line as words: no shell is between the runner and the harness, so that a harness that hangs can be ended.

/// Why a text is not a command.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub(crate) enum CommandError {
    /// There is no word.
    #[error("the command is empty; give a program and its arguments")]
    Empty,
    /// A quotation mark has no second one.
    #[error("a quotation mark has no second one; write `'` and `\"` in pairs")]
    Quote,
}

/// The words of a command, which blanks divide; `'` and `"` keep blanks in a word. Nothing is expanded.
pub(crate) fn words(command: &str) -> Result<Vec<String>, CommandError> {
    let (mut words, mut word, mut quote) = (Vec::new(), None::<String>, None);
    for character in command.chars() {
        match (quote, character) {
            (Some(open), _) if open == character => quote = None,
            (None, '"' | '\'') => {
                quote = Some(character);
                word.get_or_insert_default();
            }
            (None, character) if character.is_whitespace() => words.extend(word.take()),
            (_, character) => word.get_or_insert_default().push(character),
        }
    }
    if quote.is_some() {
        return Err(CommandError::Quote);
    }
    words.extend(word);
    if words.is_empty() { Err(CommandError::Empty) } else { Ok(words) }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn blanks_divide_and_quotation_marks_keep_them() {
        for (command, expected) in [
            ("node h.js", &["node", "h.js"][..]),
            ("  a\t b\n", &["a", "b"]),
            ("'my program' \"it's\" x''y ''", &["my program", "it's", "xy", ""]),
            ("a\\b $HOME *", &["a\\b", "$HOME", "*"]),
        ] {
            assert_eq!(words(command).unwrap(), expected, "{command}");
        }
        for (command, error) in [("", CommandError::Empty), (" ", CommandError::Empty), ("a 'b", CommandError::Quote)] {
            assert_eq!(words(command), Err(error), "{command}");
        }
    }
}
