//! Two readers for one text: one pass over the usual shape, and the reader that knows all of it.

/// A body with one unknown field more in front, whose name has an escape: that alone leaves it to the reader that knows all. The name is a
/// space. None if the body is no object, or one without fields.
pub(super) fn for_the_other_reader(body: &[u8]) -> Option<Vec<u8>> {
    let fields = behind_blanks(body).strip_prefix(b"{")?;
    let is_empty = behind_blanks(fields).starts_with(b"}");
    (!is_empty).then(|| [br#"{"\u0020":[],"#, fields].concat())
}

fn behind_blanks(text: &[u8]) -> &[u8] {
    let blanks = text.iter().take_while(|byte| matches!(byte, b' ' | b'\t' | b'\r' | b'\n')).count();
    text.get(blanks..).unwrap_or_default()
}
