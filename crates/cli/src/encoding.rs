//! How texts are written: encodings that are not plain UTF-8, and quotation marks.

use std::fmt;

/// The byte order mark of UTF-8.
pub(crate) const BYTE_ORDER_MARK: &[u8] = "\u{feff}".as_bytes();

/// How an input begins that is not plain UTF-8.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Encoding {
    /// The byte order mark of UTF-8, which editors write and no format needs.
    ByteOrderMark,
    Other(avmarks_protocol::internal::Encoding),
}

impl Encoding {
    /// The format that the first bytes of an input show.
    pub(crate) fn of(bytes: &[u8]) -> Option<Self> {
        match bytes.starts_with(BYTE_ORDER_MARK) {
            true => Some(Self::ByteOrderMark),
            false => avmarks_protocol::internal::Encoding::of(bytes).map(Self::Other),
        }
    }
}

/// The name of the format, and advice.
impl fmt::Display for Encoding {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        use avmarks_protocol::internal::Encoding::{Utf16, Zip};
        match self {
            Self::ByteOrderMark => f.write_str("it begins with a byte order mark; save it as UTF-8 without one"),
            Self::Other(Utf16) => f.write_str("it is UTF-16; save it as UTF-8"),
            Self::Other(Zip) => f.write_str("it is a ZIP archive, as workbooks are; save it as text"),
            Self::Other(compressed) => write!(f, "it is {}; decompress it", compressed.name()),
        }
    }
}

/// Whether a text is in quotation marks.
pub(crate) fn quotation_marks(text: &str) -> bool {
    const PAIRS: [(char, char); 4] = [('"', '"'), ('\'', '\''), ('“', '”'), ('‘', '’')];
    PAIRS.iter().any(|(open, close)| text.starts_with(*open) && text.ends_with(*close))
}
