//! What bytes are that are not plain UTF-8.

avmarks_spec::named_enum! {
    /// How bytes are encoded that are not plain UTF-8, as their first ones show, and that in words. No text in UTF-8 that could be
    /// JSON or CSV begins so.
    ///
    /// ```
    /// use avmarks_protocol::internal::Encoding;
    ///
    /// assert_eq!(Encoding::of(b"\x1f\x8b\x08\0"), Some(Encoding::Gzip));
    /// assert_eq!(Encoding::of(b"{\"GroupId\":\"g\"}"), None);
    /// ```
    #[derive(Clone, Copy, Debug, PartialEq, Eq)]
    #[non_exhaustive]
    pub enum Encoding {
        /// UTF-16 of either byte order, with or without its byte order mark.
        Utf16 = "UTF-16",
        /// gzip (RFC 1952, section 2.3.1).
        Gzip = "compressed (gzip)",
        /// zlib (RFC 1950, section 2.2), which HTTP calls deflate, at its usual level.
        Zlib = "compressed (zlib)",
        /// Zstandard (RFC 8878, section 3.1.1).
        Zstd = "compressed (zstd)",
        /// A ZIP archive, as workbooks of spreadsheet programs are.
        Zip = "a ZIP archive",
    }
}

impl Encoding {
    /// What the first bytes show; none if they show nothing.
    #[must_use]
    pub const fn of(bytes: &[u8]) -> Option<Self> {
        match bytes {
            // With its byte order mark, or ASCII characters without it.
            [0xff, 0xfe, ..] | [0xfe, 0xff, ..] | [(1..), 0, (1..), 0, ..] | [0, (1..), 0, (1..), ..] => {
                Some(Self::Utf16)
            }
            [0x1f, 0x8b, ..] => Some(Self::Gzip),
            [0x78, 0x9c, ..] => Some(Self::Zlib),
            [0x28, 0xb5, 0x2f, 0xfd, ..] => Some(Self::Zstd),
            [b'P', b'K', 3, 4, ..] => Some(Self::Zip),
            _ => None,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn each_byte_of_a_signature_is_looked_at() {
        for (signature, encoding) in [
            (&[0xff, 0xfe][..], Encoding::Utf16),
            (&[0xfe, 0xff], Encoding::Utf16),
            (&[0x1f, 0x8b], Encoding::Gzip),
            (&[0x78, 0x9c], Encoding::Zlib),
            (&[0x28, 0xb5, 0x2f, 0xfd], Encoding::Zstd),
            (b"PK\x03\x04", Encoding::Zip),
        ] {
            assert_eq!(Encoding::of(signature), Some(encoding), "{signature:x?}");
            assert_eq!(Encoding::of(&[signature, b"more"].concat()), Some(encoding), "{signature:x?}");
            for at in 0..signature.len() {
                assert_eq!(Encoding::of(&signature[..at]), None, "{signature:x?} to {at}");
                for step in [1, 255] {
                    let mut other = signature.to_vec();
                    other[at] = other[at].wrapping_add(step);
                    assert_eq!(Encoding::of(&other), None, "{other:x?}");
                }
            }
        }
    }

    #[test]
    fn utf_16_needs_no_byte_order_mark() {
        for text in [[1, 0, 1, 0], [b'{', 0, b'"', 0], [0, 1, 0, 1], [0, b'{', 0, b'"']] {
            assert_eq!(Encoding::of(&text), Some(Encoding::Utf16), "{text:x?}");
            for at in 0..text.len() {
                let mut other = text;
                other[at] = u8::from(text[at] == 0);
                assert_eq!(Encoding::of(&other), None, "{other:x?}");
                assert_eq!(Encoding::of(&text[..at]), None, "{text:x?} to {at}");
            }
        }
    }
}
