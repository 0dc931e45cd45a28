//! How texts are written: encodings that are not plain UTF-8, and quotation marks.

use std::fmt;

/// The byte order mark of UTF-8.
pub(crate) const BYTE_ORDER_MARK: &[u8] = "\u{feff}".as_bytes();

/// How an input begins that is not plain UTF-8.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Encoding {
    /// The byte order mark of UTF-8, which editors write and no format needs.
    ByteOrderMark,
    Utf16,
    Gzip,
    /// A ZIP archive, as workbooks of spreadsheet programs are.
    Zip,
}

impl Encoding {
    /// The format that the first bytes of an input show.
    pub(crate) const fn of(bytes: &[u8]) -> Option<Self> {
        match bytes {
            [0xef, 0xbb, 0xbf, ..] => Some(Self::ByteOrderMark),
            // With its byte order mark, or ASCII characters without it.
            [0xff, 0xfe, ..] | [0xfe, 0xff, ..] | [(1..), 0, (1..), 0, ..] | [0, (1..), 0, (1..), ..] => {
                Some(Self::Utf16)
            }
            [0x1f, 0x8b, ..] => Some(Self::Gzip),
            [b'P', b'K', 3, 4, ..] => Some(Self::Zip),
            _ => None,
        }
    }
}

/// The name of the format, and advice.
impl fmt::Display for Encoding {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::ByteOrderMark => "it begins with a byte order mark; save it as UTF-8 without one",
            Self::Utf16 => "it is UTF-16; save it as UTF-8",
            Self::Gzip => "it is compressed (gzip); decompress it",
            Self::Zip => "it is a ZIP archive, as workbooks are; save it as text",
        })
    }
}

/// Whether a text is in quotation marks.
pub(crate) fn quotation_marks(text: &str) -> bool {
    const PAIRS: [(char, char); 4] = [('"', '"'), ('\'', '\''), ('“', '”'), ('‘', '’')];
    PAIRS.iter().any(|(open, close)| text.starts_with(*open) && text.ends_with(*close))
}
