//! Why a signature cannot be read.

use avmarks_spec::Excerpt;

/// Why a signature cannot be read (70003). The variants follow the layers, from the outermost to the fields.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub(super) enum TokenError {
    /// There is none.
    #[error("it is empty")]
    Empty,
    /// A character that is not of the vendor's base64.
    #[error("`{}` at byte {at} is not of its alphabet, which is letters, digits, `*`, `-`, and `_` at the end", .found.escape_debug())]
    Alphabet {
        /// The first such character.
        found: char,
        /// Bytes before it.
        at: usize,
    },
    /// The number of characters is not a multiple of 4, or there is too much padding.
    #[error(
        "its length of {characters} is not a multiple of 4, or its padding is too long: it was cut off, or something was put in; copy all of it"
    )]
    Length {
        /// How many characters there are.
        characters: usize,
    },
    /// The last character before the padding says more than it may.
    #[error("its last character is wrong: it was changed, or cut off; copy all of it")]
    LastCharacter,
    /// The decoded data has no header of zlib.
    #[error("it is not a zlib stream: not a signature, or its beginning is lost")]
    NotZlib,
    /// The decoded data is deflate without zlib's header and checksum.
    #[error(
        "it is raw deflate, without the header of zlib; compress with zlib (`gzcompress`, `zlib.deflateSync`, `ZLibStream`)"
    )]
    RawDeflate,
    /// The decoded data has the header of gzip.
    #[error("it is gzip; compress with zlib (`gzcompress`, `zlib.deflateSync`, `ZLibStream`)")]
    Gzip,
    /// The decoded data is JSON that was not compressed.
    #[error("it is JSON that was not compressed; compress it with zlib before the base64")]
    NotCompressed,
    /// The zlib stream ends early.
    #[error("it ends early: it was cut off; copy all of it")]
    ZlibCutOff,
    /// The zlib stream is damaged.
    #[error("it is damaged: some characters were changed or lost; copy it again")]
    ZlibDamaged,
    /// Something follows the zlib stream.
    #[error("something was appended to it; copy the signature alone")]
    BehindZlib,
    /// It unpacks to more than 64 KiB.
    #[error("it unpacks to more than 64 KiB, which no signature does")]
    TooLarge,
    /// The text inside is not JSON.
    #[error("the text inside is not JSON")]
    NotJson,
    /// The JSON inside is not an object.
    #[error("the JSON inside is not an object")]
    NotObject,
    /// It is of the scheme of before 2019.
    #[error("it is of the old scheme, which signs with ECDSA; make a new one with the app's secret key")]
    OldScheme,
    /// A field is missing.
    #[error("its field `{name}` is missing")]
    Missing {
        /// The field.
        name: &'static str,
    },
    /// A field is duplicated.
    #[error("its field `{name}` is there more than once")]
    DuplicateField {
        /// The field.
        name: &'static str,
    },
    /// A field is of another type.
    #[error("its field `{name}` must be {wanted}, and is {found}")]
    Type {
        /// The field.
        name: &'static str,
        /// The expected type.
        wanted: &'static str,
        /// The actual type.
        found: &'static str,
    },
    /// A number is negative, or does not fit 64 bits.
    #[error("its field `{name}` must be a number from 0 to 18446744073709551615")]
    Number {
        /// The field.
        name: &'static str,
    },
    /// `TLS.ver` is another.
    #[error("its `TLS.ver` is `{}`, and only `2.0` is known", Excerpt(.found))]
    Version {
        /// The version found.
        found: String,
    },
    /// `TLS.userbuf` is not base64.
    #[error("its `TLS.userbuf` is not standard base64")]
    UserbufNotBase64,
    /// `TLS.sig` is not base64.
    #[error("its `TLS.sig` is not standard base64")]
    MacNotBase64,
    /// `TLS.sig` has another length.
    #[error("its `TLS.sig` has {bytes} bytes, and must have 32{}", mac_length_hint(*.bytes))]
    MacLength {
        /// How many bytes it has.
        bytes: usize,
    },
    /// `TLS.sig` is made of hexadecimal digits: as they are, or encoded in base64.
    #[error(
        "its `TLS.sig` has {bytes} bytes, and must have 32; it is hexadecimal digits: encode the HMAC's bytes in base64"
    )]
    MacInHex {
        /// How many bytes it has.
        bytes: usize,
    },
}

/// The lengths that other hashes give.
const fn mac_length_hint(bytes: usize) -> &'static str {
    match bytes {
        16 => ", as HMAC-SHA256 gives; MD5 gives 16",
        20 => ", as HMAC-SHA256 gives; SHA-1 gives 20",
        48 => ", as HMAC-SHA256 gives; SHA-384 gives 48",
        64 => ", as HMAC-SHA256 gives; SHA-512 gives 64",
        _ => "",
    }
}
