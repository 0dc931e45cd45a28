//! The outer form of a signature: zlib, and base64 in the vendor's alphabet.

use std::io::Write;

use base64::Engine;
use base64::alphabet::{Alphabet, Symbol};
use base64::engine::general_purpose::{GeneralPurpose, PAD, STANDARD};
use flate2::write::ZlibEncoder;
use flate2::{Compression, Decompress, FlushDecompress, Status};

use super::token_error::TokenError;

/// The maximum size of an unpacked signature. A real one has some 200 bytes; the rest is an attempt to fill the memory.
pub(super) const UNPACKED_BYTES_MAX: usize = 64 * 1024;

/// The padding of the vendor's base64.
pub(super) const PADDING: char = '_';

/// Standard base64 with `*` for `+`, `-` for `/` and `_` for `=`.
const VENDOR: GeneralPurpose = GeneralPurpose::new(&vendor_alphabet(), PAD);

const fn vendor_alphabet() -> Alphabet {
    const SYMBOLS: &str = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789*-";
    #[expect(clippy::panic, reason = "runs at compile time alone")]
    match Symbol::new(b'_') {
        Some(padding) => match Alphabet::new_with_padding(SYMBOLS, padding) {
            Ok(alphabet) => alphabet,
            Err(_) => panic!("64 different symbols"),
        },
        None => panic!("a printable symbol"),
    }
}

/// Standard base64, padded.
pub(super) fn standard(bytes: impl AsRef<[u8]>) -> String {
    STANDARD.encode(bytes)
}

/// The bytes of standard base64, padded.
pub(super) fn from_standard(text: &str) -> Option<Vec<u8>> {
    STANDARD.decode(text).ok()
}

/// The signature that contains this JSON.
#[expect(clippy::expect_used, reason = "writing into a Vec cannot fail")]
pub(super) fn pack(json: &str) -> String {
    let mut encoder = ZlibEncoder::new(Vec::new(), Compression::default());
    encoder.write_all(json.as_bytes()).expect("memory takes it");
    VENDOR.encode(encoder.finish().expect("memory takes it"))
}

/// The bytes that a signature contains. Only their canonical base64 is accepted, and nothing after the zlib stream.
pub(super) fn unpack(text: &str) -> Result<Vec<u8>, TokenError> {
    inflate(&decode(text)?)
}

fn decode(text: &str) -> Result<Vec<u8>, TokenError> {
    if text.is_empty() {
        return Err(TokenError::Empty);
    }
    let digits = text.trim_end_matches(PADDING);
    let is_invalid = |c: char| !(c.is_ascii_alphanumeric() || matches!(c, '*' | '-' | PADDING));
    // Padding in the middle is to blame if nothing else is: else it ends the signature, and something follows that.
    let at = digits.find(is_invalid).or_else(|| digits.find(PADDING));
    if let Some((at, found)) = at.and_then(|at| Some((at, digits.get(at..)?.chars().next()?))) {
        return Err(TokenError::Alphabet { found, at });
    }
    if !text.len().is_multiple_of(4) || text.len() - digits.len() > 2 {
        return Err(TokenError::Length { characters: text.len() });
    }
    VENDOR.decode(text).map_err(|_| TokenError::LastCharacter)
}

fn inflate(packed: &[u8]) -> Result<Vec<u8>, TokenError> {
    match packed {
        [cmf, flags, ..] if cmf & 0x0f == 8 && u16::from_be_bytes([*cmf, *flags]) % 31 == 0 => {}
        _ => return Err(other_form(packed)),
    }
    inflate_as(packed, Decompress::new(true))
}

/// What bytes are that do not begin as zlib does.
fn other_form(packed: &[u8]) -> TokenError {
    let is_json = |bytes: &[u8]| bytes.trim_ascii_start().starts_with(b"{");
    match packed {
        [0x1f, 0x8b, ..] => TokenError::Gzip,
        bytes if is_json(bytes) => TokenError::NotCompressed,
        bytes if inflate_as(bytes, Decompress::new(false)).is_ok_and(|text| is_json(&text)) => TokenError::RawDeflate,
        _ => TokenError::NotZlib,
    }
}

fn inflate_as(packed: &[u8], mut stream: Decompress) -> Result<Vec<u8>, TokenError> {
    let mut unpacked = Vec::with_capacity(1024);
    loop {
        let consumed = usize::try_from(stream.total_in()).unwrap_or(usize::MAX);
        let (rest, before) = (packed.get(consumed..).unwrap_or_default(), unpacked.len());
        let status =
            stream.decompress_vec(rest, &mut unpacked, FlushDecompress::None).map_err(|_| TokenError::ZlibDamaged)?;
        let read = usize::try_from(stream.total_in()).unwrap_or(usize::MAX);
        if unpacked.len() > UNPACKED_BYTES_MAX {
            return Err(TokenError::TooLarge);
        }
        match status {
            Status::StreamEnd if read == packed.len() => return Ok(unpacked),
            Status::StreamEnd => return Err(TokenError::BehindZlib),
            _ if unpacked.len() == unpacked.capacity() => unpacked.reserve(unpacked.len()),
            // It was given all there is, has room, and nothing came of it.
            _ if unpacked.len() == before => return Err(TokenError::ZlibCutOff),
            _ => {}
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn packed(bytes: &[u8]) -> Vec<u8> {
        let mut encoder = ZlibEncoder::new(Vec::new(), Compression::best());
        encoder.write_all(bytes).unwrap();
        encoder.finish().unwrap()
    }

    #[test]
    fn what_is_packed_is_unpacked() {
        for size in [0, 1, 1023, 1024, 1025, 5000, 32_767, 32_768, 32_769, 65_535, 65_536] {
            let text: String = (0..size).map(|at| char::from(b'a' + (at * at % 26) as u8)).collect();
            for text in [text, "{".repeat(size)] {
                assert_eq!(unpack(&pack(&text)), Ok(text.into_bytes()), "{size}");
            }
        }
    }

    #[test]
    fn a_bomb_stops_at_the_limit() {
        let bomb = packed(&vec![b' '; 50_000_000]);
        assert_eq!(inflate(&bomb), Err(TokenError::TooLarge));
        assert_eq!(inflate(&packed(&vec![b' '; 65_537])), Err(TokenError::TooLarge));
    }

    #[test]
    fn each_cut_is_seen() {
        let whole = packed(b"{\"TLS.ver\":\"2.0\"}");
        assert_eq!(inflate(&whole[..0]), Err(TokenError::NotZlib));
        assert_eq!(inflate(&whole[..1]), Err(TokenError::NotZlib));
        for end in 2..whole.len() {
            assert_eq!(inflate(&whole[..end]), Err(TokenError::ZlibCutOff), "{end}");
        }
        assert_eq!(inflate(&[&whole[..], b"x"].concat()), Err(TokenError::BehindZlib));
        let mut wrong_sum = whole.clone();
        *wrong_sum.last_mut().unwrap() ^= 1;
        assert_eq!(inflate(&wrong_sum), Err(TokenError::ZlibDamaged));
        // RFC 1950: deflate is method 8, and the first two bytes are a multiple of 31.
        for bytes in [&b"hello"[..], &[0x78, 0x9d], &[0x79, 0x18]] {
            assert_eq!(inflate(bytes), Err(TokenError::NotZlib), "{bytes:?}");
        }
    }

    #[test]
    fn other_forms_are_named() {
        use flate2::write::{DeflateEncoder, GzEncoder};
        let json = b" {\"TLS.ver\":\"2.0\"}";
        let mut raw = DeflateEncoder::new(Vec::new(), Compression::default());
        raw.write_all(json).unwrap();
        assert_eq!(inflate(&raw.finish().unwrap()), Err(TokenError::RawDeflate));
        let mut gzip = GzEncoder::new(Vec::new(), Compression::default());
        gzip.write_all(json).unwrap();
        assert_eq!(inflate(&gzip.finish().unwrap()), Err(TokenError::Gzip));
        assert_eq!(inflate(json), Err(TokenError::NotCompressed));
        let mut other = DeflateEncoder::new(Vec::new(), Compression::default());
        other.write_all(b"no JSON").unwrap();
        assert_eq!(inflate(&other.finish().unwrap()), Err(TokenError::NotZlib));
    }

    #[test]
    fn base64_is_the_vendors_and_canonical() {
        assert_eq!(VENDOR.encode([0xfb, 0xff]), "*-8_");
        assert_eq!(decode("*-8_"), Ok(vec![0xfb, 0xff]));
        assert_eq!(decode("*-9_"), Err(TokenError::LastCharacter));
        assert_eq!(decode("*-8"), Err(TokenError::Length { characters: 3 }));
        assert_eq!(decode("a___"), Err(TokenError::Length { characters: 4 }));
        assert_eq!(decode("____"), Err(TokenError::Length { characters: 4 }));
        assert_eq!(decode("+/8="), Err(TokenError::Alphabet { found: '+', at: 0 }));
        assert_eq!(decode("aa_a"), Err(TokenError::Alphabet { found: '_', at: 2 }));
        assert_eq!(decode("_aa_"), Err(TokenError::Alphabet { found: '_', at: 0 }));
        assert_eq!(decode("a___aa,"), Err(TokenError::Alphabet { found: ',', at: 6 }));
        assert_eq!(decode("aaaж"), Err(TokenError::Alphabet { found: 'ж', at: 3 }));
        assert_eq!(decode(""), Err(TokenError::Empty));
    }
}
