//! What makers of signatures do wrong although they have the right key, found by trying it.
//!
//! The mistakes are those of public bug reports and of the vendor's own packages: a maker signs one text and writes another.

use hmac_sha256::{HMAC, Hash};
use zeroize::Zeroizing;

use super::encoding;
use super::token::Token;

/// A mistake of the program that made a signature: undoing it shows that the key is the right one.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, thiserror::Error)]
pub(super) enum MakerMistake {
    /// It signed the two characters `\n` where a line feed belongs.
    #[error(
        r"over the two characters `\n` where line feeds belong; sign line feeds (in PHP, use double quotation marks)"
    )]
    LineFeedsAsText,
    /// It signed lines that end in CR LF.
    #[error("over lines that end in CR LF; end each line with a line feed alone")]
    CarriageReturns,
    /// It left out the line feed behind the last line.
    #[error("without the line feed behind the last line; end every line with one")]
    LastLineFeedMissing,
    /// It signed an empty line before the first line or behind the last.
    #[error("over an empty line before the first or behind the last; end each line with one line feed")]
    EmptyLine,
    /// It put something else than line feeds between the lines, or nothing.
    #[error("without line feeds between the lines; end each line with one")]
    LineFeedsMissing,
    /// It used the key with a line end behind it, as it was read from a file.
    #[error("with a line end behind the key; remove it from the key before signing")]
    KeyWithLineEnd,
    /// It used the key with a blank behind or in front of it.
    #[error("with a blank beside the key; remove it from the key before signing")]
    KeyWithBlank,
    /// It used the key with quotation marks around it, as in a settings file.
    #[error("with quotation marks around the key; remove them before signing")]
    KeyQuoted,
    /// It used the key with a byte order mark in front of it, as some editors write it.
    #[error("with a byte order mark in front of the key; save its file as UTF-8 without one")]
    KeyWithByteOrderMark,
    /// It used the key in upper or lower case.
    #[error("with the key in upper or lower case; use it as the console shows it")]
    KeyInOtherCase,
    /// It decoded the key as hexadecimal digits. The key is its text.
    #[error("with the key decoded as hexadecimal; the key is its text as the console shows it")]
    KeyDecodedAsHex,
    /// It decoded the key as base64. The key is its text.
    #[error("with the key decoded as base64; the key is its text as the console shows it")]
    KeyDecodedAsBase64,
    /// It used the base64 of the key.
    #[error("with the base64 of the key; the key is its text as the console shows it")]
    KeyEncodedInBase64,
    /// It used the text as the key, and the key as the text.
    #[error("with key and text swapped; hand in the key as the key of the HMAC")]
    KeyAndTextSwapped,
    /// It hashed key and text with SHA-256 instead of making an HMAC.
    #[error("as a SHA-256 of key and text; make an HMAC-SHA256")]
    HashWithoutHmac,
    /// It signed the identifier with a blank or line end behind or before it, and wrote it without.
    #[error("over an identifier with white space beside it; sign the identifier that is written")]
    IdentifierWithBlank,
    /// It signed the identifier in quotation marks, percent-encoded, or in upper or lower case, and wrote it otherwise.
    #[error(
        "over an identifier in quotation marks, percent-encoded or in another case; sign the identifier that is written"
    )]
    IdentifierAsOtherText,
    /// It signed the SDKAppID with a blank or line end behind it, and wrote it without.
    #[error("over an SDKAppID with white space behind it; sign the number that is written")]
    SdkAppIdWithBlank,
    /// It signed another text than the number in `TLS.sdkappid`, such as `1400000000.0`.
    #[error(
        "`TLS.sdkappid` was signed as another text than the number written, such as `1400000000.0`; give it as an integer"
    )]
    SdkAppIdAsOtherText,
    /// It signed another text than the number in `TLS.expire`, such as `3600.0` or ` 7200`. The vendor's packages
    /// `tls-sig-api-v2` for Python (1.1) and Node (1.0.2) do so, if the validity is given as a string or float.
    #[error(
        "`TLS.expire` was signed as another text than the number written, such as `3600.0`; give the validity as an integer"
    )]
    ExpireAsOtherText,
    /// It signed another text than the number in `TLS.time`, such as `1795900000.0`.
    #[error(
        "`TLS.time` was signed as another text than the number written, such as `3600.0`; give the time as an integer"
    )]
    TimeAsOtherText,
    /// It signed the time in milliseconds and wrote it in seconds, or the other way round.
    #[error(
        "`TLS.time` was signed in another unit than it is written in; sign and write the same number of Unix seconds"
    )]
    TimeInOtherUnit,
    /// It signed the validity in milliseconds or as the end time, and wrote it in seconds, or the reverse.
    #[error(
        "`TLS.expire` was signed in milliseconds or as a moment, and written otherwise; sign and write the same number of seconds from `TLS.time` on"
    )]
    ExpireAsOtherNumber,
    /// It signed the line of `TLS.expire` before that of `TLS.time`.
    #[error("with the line of `TLS.expire` before that of `TLS.time`; sign them the other way round")]
    ExpireBeforeTime,
    /// It signed the lines in another order.
    #[error("with its lines in another order; sign identifier, SDKAppID, time, expire and userbuf, in this order")]
    LinesInOtherOrder,
    /// It signed `TLS.ver` too.
    #[error("over `TLS.ver` too; leave its line out")]
    VersionSigned,
    /// It signed a blank behind the colons, another sign for them, or the names without `TLS.`.
    #[error("over lines in another form; sign each as `TLS.time:1795900000`, without blanks")]
    LinesInOtherForm,
    /// It signed `TLS.userbuf` as it is, not its base64.
    #[error("over `TLS.userbuf` as it is; sign the base64 that is written")]
    UserbufNotEncoded,
    /// It did not sign `TLS.userbuf`.
    #[error("without `TLS.userbuf`; sign its line too, after that of `TLS.expire`")]
    UserbufNotSigned,
}

/// The mistakes that explain a wrong `TLS.sig`: at most one about the text and one about the key. The list is empty if `TLS.sig` is
/// correct, and if no such pair explains it.
///
/// Costs some 3,000 HMACs of a short text at most.
pub(super) fn mistakes(token: &Token, key: &[u8]) -> Vec<MakerMistake> {
    let texts = texts(token);
    for (key_mistake, key) in &keys(key) {
        for (text_mistake, text) in &texts {
            if token.has_mac_of(text, key) {
                return [*text_mistake, *key_mistake].into_iter().flatten().collect();
            }
        }
    }
    for (text_mistake, text) in &texts {
        let hash_of = |parts: [&[u8]; 2]| Hash::hash(Zeroizing::new(parts.concat()).as_slice());
        let otherwise = [
            (MakerMistake::KeyAndTextSwapped, HMAC::mac(key, text)),
            (MakerMistake::HashWithoutHmac, hash_of([text.as_bytes(), key])),
            (MakerMistake::HashWithoutHmac, hash_of([key, text.as_bytes()])),
        ];
        if let Some((mistake, _)) = otherwise.iter().find(|(_, mac)| token.has_mac(mac)) {
            return [*text_mistake, Some(*mistake)].into_iter().flatten().collect();
        }
    }
    Vec::new()
}

/// The key as it is, and as makers spoil it.
fn keys(key: &[u8]) -> Vec<(Option<MakerMistake>, Zeroizing<Vec<u8>>)> {
    let joined = |before: &str, after: &str| Zeroizing::new([before.as_bytes(), key, after.as_bytes()].concat());
    let mut keys = vec![(None, joined("", ""))];
    for end in ["\n", "\r\n", "\r"] {
        keys.push((Some(MakerMistake::KeyWithLineEnd), joined("", end)));
    }
    for (before, after) in [("", " "), (" ", ""), (" ", " "), ("", "\t")] {
        keys.push((Some(MakerMistake::KeyWithBlank), joined(before, after)));
    }
    for mark in ["\"", "'"] {
        keys.push((Some(MakerMistake::KeyQuoted), joined(mark, mark)));
    }
    keys.push((Some(MakerMistake::KeyWithByteOrderMark), joined("\u{feff}", "")));
    for other in [key.to_ascii_uppercase(), key.to_ascii_lowercase()] {
        keys.push((Some(MakerMistake::KeyInOtherCase), Zeroizing::new(other)));
    }
    if let Some(bytes) = from_hex(key) {
        keys.push((Some(MakerMistake::KeyDecodedAsHex), bytes));
    }
    if let Some(bytes) = core::str::from_utf8(key).ok().and_then(encoding::from_standard) {
        keys.push((Some(MakerMistake::KeyDecodedAsBase64), Zeroizing::new(bytes)));
    }
    keys.push((Some(MakerMistake::KeyEncodedInBase64), Zeroizing::new(encoding::standard(key).into_bytes())));
    keys
}

/// The text as the vendor asks for it, and as makers sign it.
fn texts(token: &Token) -> Vec<(Option<MakerMistake>, String)> {
    let app = token.sdkappid().to_string();
    let [time, expire] = [token.issued_at_seconds(), token.valid_for_seconds()].map(|seconds| seconds.to_string());
    let userbuf = token.userbuf().map(encoding::standard);
    let right =
        Lines { identifier: token.identifier(), app: &app, time: &time, expire: &expire, userbuf: userbuf.as_deref() };
    let mut texts = vec![(None, right.joined("\n"))];
    let mut add = |mistake, text: String| texts.push((Some(mistake), text));

    add(MakerMistake::LineFeedsAsText, right.joined(r"\n"));
    add(MakerMistake::CarriageReturns, right.joined("\r\n"));
    for end in ["\n", r"\n", "\r\n"] {
        let text = right.joined(end);
        add(MakerMistake::LastLineFeedMissing, text.strip_suffix(end).unwrap_or(&text).to_owned());
    }
    for text in [format!("\n{}", right.joined("\n")), format!("{}\n", right.joined("\n"))] {
        add(MakerMistake::EmptyLine, text);
    }
    for end in ["", " ", ",", ";", "&", "\r", "\\r\\n"] {
        let text = right.joined(end);
        add(MakerMistake::LineFeedsMissing, text.strip_suffix(end).unwrap_or(&text).to_owned());
        add(MakerMistake::LineFeedsMissing, text);
    }
    for blank in [" ", "\n", "\r\n", "\t"] {
        let [identifier, app] = [right.identifier, right.app].map(|text| format!("{text}{blank}"));
        add(MakerMistake::IdentifierWithBlank, Lines { identifier: &identifier, ..right }.joined("\n"));
        add(MakerMistake::SdkAppIdWithBlank, Lines { app: &app, ..right }.joined("\n"));
    }
    let before = format!(" {}", right.identifier);
    add(MakerMistake::IdentifierWithBlank, Lines { identifier: &before, ..right }.joined("\n"));
    for identifier in identifiers(right.identifier) {
        add(MakerMistake::IdentifierAsOtherText, Lines { identifier: &identifier, ..right }.joined("\n"));
    }
    for text in other_texts(token.sdkappid()) {
        add(MakerMistake::SdkAppIdAsOtherText, Lines { app: &text, ..right }.joined("\n"));
    }
    for number in other_units(token.issued_at_seconds()) {
        add(MakerMistake::TimeInOtherUnit, Lines { time: &number.to_string(), ..right }.joined("\n"));
    }
    let (issued, valid) = (token.issued_at_seconds(), token.valid_for_seconds());
    let moments = [issued.checked_add(valid), valid.checked_sub(issued)].into_iter().flatten();
    for number in other_units(valid).into_iter().chain(moments) {
        add(MakerMistake::ExpireAsOtherNumber, Lines { expire: &number.to_string(), ..right }.joined("\n"));
    }
    for text in other_texts(token.valid_for_seconds()) {
        add(MakerMistake::ExpireAsOtherText, Lines { expire: &text, ..right }.joined("\n"));
    }
    for text in other_texts(token.issued_at_seconds()) {
        add(MakerMistake::TimeAsOtherText, Lines { time: &text, ..right }.joined("\n"));
    }
    let lines = right.lines("\n");
    if let [identifier, app, time, expire, userbuf @ ..] = lines.as_slice() {
        let lines = [identifier, app, expire, time].into_iter().chain(userbuf);
        add(MakerMistake::ExpireBeforeTime, lines.map(String::as_str).collect());
    }
    for order in orders(&lines) {
        add(MakerMistake::LinesInOtherOrder, order.concat());
    }
    let version = format!("TLS.ver:{}\n", token.version());
    for text in [version.clone() + &right.joined("\n"), right.joined("\n") + &version] {
        add(MakerMistake::VersionSigned, text);
    }
    for (name, colon) in [("TLS.", ": "), ("TLS.", " : "), ("TLS.", "="), ("TLS.", " = "), ("", ":"), ("", "=")] {
        let text: String = lines.iter().map(|line| line.replacen("TLS.", name, 1).replacen(':', colon, 1)).collect();
        add(MakerMistake::LinesInOtherForm, text);
    }
    if let Some(userbuf) = token.userbuf() {
        if let Ok(text) = core::str::from_utf8(userbuf) {
            add(MakerMistake::UserbufNotEncoded, Lines { userbuf: Some(text), ..right }.joined("\n"));
        }
        add(MakerMistake::UserbufNotSigned, Lines { userbuf: None, ..right }.joined("\n"));
    }
    texts
}

/// The signed text, with one field in each line.
#[derive(Clone, Copy)]
struct Lines<'a> {
    identifier: &'a str,
    app: &'a str,
    time: &'a str,
    expire: &'a str,
    userbuf: Option<&'a str>,
}

impl Lines<'_> {
    /// Each line with what ends it.
    fn lines(&self, end: &str) -> Vec<String> {
        let Self { identifier, app, time, expire, userbuf } = *self;
        let fields = [("identifier", identifier), ("sdkappid", app), ("time", time), ("expire", expire)];
        let fields = fields.into_iter().chain(userbuf.map(|text| ("userbuf", text)));
        fields.map(|(name, text)| format!("TLS.{name}:{text}{end}")).collect()
    }

    fn joined(&self, end: &str) -> String {
        self.lines(end).concat()
    }
}

/// Every order of these lines.
fn orders(lines: &[String]) -> Vec<Vec<&str>> {
    let mut orders: Vec<Vec<&str>> = vec![Vec::new()];
    for line in lines {
        let mut longer = Vec::new();
        for order in &orders {
            for at in 0..=order.len() {
                let mut order = order.clone();
                order.insert(at, line);
                longer.push(order);
            }
        }
        orders = longer;
    }
    orders
}

/// The texts that programs make of an identifier.
fn identifiers(identifier: &str) -> [String; 5] {
    [
        format!("\"{identifier}\""),
        format!("'{identifier}'"),
        crate::url::encoded(identifier),
        identifier.to_lowercase(),
        identifier.to_uppercase(),
    ]
}

/// A number of seconds in milliseconds, and a number of milliseconds in seconds.
fn other_units(number: u64) -> Vec<u64> {
    let seconds = (number >= 1_000).then_some(number / 1_000);
    number.checked_mul(1_000).into_iter().chain(seconds).collect()
}

/// The texts of a number that programs read as that number, or cut down to it, though they are not its digits.
fn other_texts(number: u64) -> Vec<String> {
    let mut texts: Vec<_> = [
        ("", ".0"),
        ("", "."),
        ("", ".00"),
        ("", ".5"),
        (" ", ""),
        ("", " "),
        ("", "\n"),
        ("+", ""),
        ("0", ""),
        ("\"", "\""),
    ]
    .iter()
    .map(|(before, after)| format!("{before}{number}{after}"))
    .collect();
    texts.extend([format!("0x{number:x}"), format!("0x{number:X}")]);
    let mut digits = number;
    for zeros in 1..=19 {
        if digits == 0 || !digits.is_multiple_of(10) {
            break;
        }
        digits /= 10;
        texts.push(format!("{digits}e{zeros}"));
    }
    texts
}

fn from_hex(digits: &[u8]) -> Option<Zeroizing<Vec<u8>>> {
    let digit = |digit: &u8| char::from(*digit).to_digit(16).and_then(|value| u8::try_from(value).ok());
    let (pairs, rest) = digits.as_chunks();
    if !rest.is_empty() {
        return None;
    }
    let bytes: Option<Vec<u8>> = pairs.iter().map(|[high, low]| Some(digit(high)? * 16 + digit(low)?)).collect();
    bytes.map(Zeroizing::new)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::app_id::SdkAppId;
    use crate::secret::SecretKey;
    use crate::usersig::UserSig;
    use crate::usersig::explain::FindingKind;

    const KEY: &str = "5bd2850fff3ecb11d7c805251c51ee463a25727bddc2385f3fa8bfee1bb93b5e";

    /// What was found about a signature whose maker signed `text` with `key`.
    fn found(text: &str, key: &[u8], userbuf: Option<&str>) -> Vec<MakerMistake> {
        let mac = encoding::standard(HMAC::mac(text, key));
        let userbuf =
            userbuf.map(|text| format!(r#""TLS.userbuf":"{}","#, encoding::standard(text))).unwrap_or_default();
        let json = format!(
            r#"{{"TLS.ver":"2.0","TLS.identifier":"admin","TLS.sdkappid":1400000000,"TLS.time":1795412030,"TLS.expire":7200,{userbuf}"TLS.sig":"{mac}"}}"#
        );
        mistakes(&Token::decode(&encoding::pack(&json)).unwrap(), KEY.as_bytes())
    }

    /// The right text, with something before it and behind it.
    macro_rules! concat_right {
        ($before:literal, $after:literal) => {
            concat!(
                $before,
                "TLS.identifier:admin\nTLS.sdkappid:1400000000\nTLS.time:1795412030\nTLS.expire:7200\n",
                $after
            )
        };
    }

    const RIGHT: &str = concat_right!("", "");

    #[test]
    fn a_number_has_other_units() {
        assert_eq!(other_units(999), [999_000]);
        assert_eq!(other_units(1_000), [1_000_000, 1]);
        assert_eq!(other_units(7_200_999), [7_200_999_000, 7_200]);
        assert_eq!(other_units(u64::MAX), [u64::MAX / 1_000]);
    }

    #[test]
    fn a_number_has_an_exponent_for_each_zero() {
        let exponents = |number| {
            let texts = other_texts(number);
            texts.into_iter().filter(|text| !text.starts_with("0x") && text.contains('e')).collect::<Vec<_>>()
        };
        assert_eq!(exponents(7_200), ["720e1", "72e2"]);
        assert_eq!(exponents(0), [""; 0]);
        assert_eq!(exponents(10_u64.pow(19)).last().map(String::as_str), Some("1e19"));
    }

    #[test]
    fn only_hex_digits_are_bytes() {
        assert_eq!(from_hex(b"09aFff").as_deref(), Some(&vec![0x09, 0xaf, 0xff]));
        for wrong in ["0g", "g0", "0:", "0", "0/"] {
            assert_eq!(from_hex(wrong.as_bytes()), None, "{wrong}");
        }
    }

    #[test]
    fn only_the_names_of_lines_are_in_another_form() {
        let text = "identifier=TLS.a:b\nsdkappid=1400000000\ntime=1795412030\nexpire=7200\n";
        let mac = encoding::standard(HMAC::mac(text, KEY));
        let json = format!(
            r#"{{"TLS.ver":"2.0","TLS.identifier":"TLS.a:b","TLS.sdkappid":1400000000,"TLS.time":1795412030,"TLS.expire":7200,"TLS.sig":"{mac}"}}"#
        );
        let token = Token::decode(&encoding::pack(&json)).unwrap();
        assert_eq!(mistakes(&token, KEY.as_bytes()), [MakerMistake::LinesInOtherForm]);
    }

    #[test]
    fn each_mistake_about_the_text_is_named() {
        for (from, to, mistake) in [
            ("\n", r"\n", MakerMistake::LineFeedsAsText),
            ("\n", "\r\n", MakerMistake::CarriageReturns),
            ("7200\n", "7200", MakerMistake::LastLineFeedMissing),
            (RIGHT, concat_right!("\n", ""), MakerMistake::EmptyLine),
            (RIGHT, concat_right!("", "\n"), MakerMistake::EmptyLine),
            ("\n", "", MakerMistake::LineFeedsMissing),
            ("\n", " ", MakerMistake::LineFeedsMissing),
            ("\n", "\r", MakerMistake::LineFeedsMissing),
            ("\n", r"\r\n", MakerMistake::LineFeedsMissing),
            ("admin", " admin", MakerMistake::IdentifierWithBlank),
            ("admin", "\"admin\"", MakerMistake::IdentifierAsOtherText),
            ("admin", "ADMIN", MakerMistake::IdentifierAsOtherText),
            ("1400000000", "1400000000.0", MakerMistake::SdkAppIdAsOtherText),
            ("1400000000", "14e8", MakerMistake::SdkAppIdAsOtherText),
            ("1795412030", "1795412030000", MakerMistake::TimeInOtherUnit),
            ("1795412030", "1795412", MakerMistake::TimeInOtherUnit),
            ("7200", "7200000", MakerMistake::ExpireAsOtherNumber),
            ("7200", "1795419230", MakerMistake::ExpireAsOtherNumber),
            (
                "TLS.identifier:admin\nTLS.sdkappid:1400000000\n",
                "TLS.sdkappid:1400000000\nTLS.identifier:admin\n",
                MakerMistake::LinesInOtherOrder,
            ),
            (RIGHT, concat_right!("TLS.ver:2.0\n", ""), MakerMistake::VersionSigned),
            (RIGHT, concat_right!("", "TLS.ver:2.0\n"), MakerMistake::VersionSigned),
            (":", ": ", MakerMistake::LinesInOtherForm),
            (":", "=", MakerMistake::LinesInOtherForm),
            ("TLS.", "", MakerMistake::LinesInOtherForm),
            ("admin", "admin ", MakerMistake::IdentifierWithBlank),
            ("admin", "admin\n", MakerMistake::IdentifierWithBlank),
            ("1400000000", "1400000000 ", MakerMistake::SdkAppIdWithBlank),
            ("1400000000", "1400000000\r\n", MakerMistake::SdkAppIdWithBlank),
            ("7200", "7200.0", MakerMistake::ExpireAsOtherText),
            ("7200", " 7200", MakerMistake::ExpireAsOtherText),
            ("7200", "7200 ", MakerMistake::ExpireAsOtherText),
            ("7200", "+7200", MakerMistake::ExpireAsOtherText),
            ("7200", "07200", MakerMistake::ExpireAsOtherText),
            ("7200", "0x1c20", MakerMistake::ExpireAsOtherText),
            ("7200", "720e1", MakerMistake::ExpireAsOtherText),
            ("7200", "72e2", MakerMistake::ExpireAsOtherText),
            ("1795412030", "1795412030.0", MakerMistake::TimeAsOtherText),
            (
                "TLS.time:1795412030\nTLS.expire:7200",
                "TLS.expire:7200\nTLS.time:1795412030",
                MakerMistake::ExpireBeforeTime,
            ),
        ] {
            let text = RIGHT.replace(from, to);
            assert_ne!(text, RIGHT);
            assert_eq!(found(&text, KEY.as_bytes(), None), [mistake], "{text:?}");
            let said = FindingKind::MadeWrong(mistake).to_string();
            assert_eq!(said, format!("the signature was made with this key, but {mistake}"));
        }
    }

    #[test]
    fn each_mistake_about_the_key_is_named() {
        for (before, after, mistake) in [
            ("", "\n", MakerMistake::KeyWithLineEnd),
            ("", "\r\n", MakerMistake::KeyWithLineEnd),
            ("", " ", MakerMistake::KeyWithBlank),
            (" ", "", MakerMistake::KeyWithBlank),
            ("", "\t", MakerMistake::KeyWithBlank),
            ("\"", "\"", MakerMistake::KeyQuoted),
            ("'", "'", MakerMistake::KeyQuoted),
            ("\u{feff}", "", MakerMistake::KeyWithByteOrderMark),
        ] {
            let key = format!("{before}{KEY}{after}");
            assert_eq!(found(RIGHT, key.as_bytes(), None), [mistake], "{key:?}");
        }
        let decoded = from_hex(KEY.as_bytes()).unwrap();
        assert_eq!(found(RIGHT, &decoded, None), [MakerMistake::KeyDecodedAsHex]);
        assert_eq!(found(RIGHT, KEY.to_uppercase().as_bytes(), None), [MakerMistake::KeyInOtherCase]);
        let decoded = encoding::from_standard(KEY).unwrap();
        assert_eq!(found(RIGHT, &decoded, None), [MakerMistake::KeyDecodedAsBase64]);
        assert_eq!(found(RIGHT, encoding::standard(KEY).as_bytes(), None), [MakerMistake::KeyEncodedInBase64]);
    }

    #[test]
    fn a_mistake_of_each_kind_at_once() {
        let text = RIGHT.replace('\n', r"\n");
        let both = [MakerMistake::LineFeedsAsText, MakerMistake::KeyWithLineEnd];
        assert_eq!(found(&text, format!("{KEY}\n").as_bytes(), None), both);
    }

    #[test]
    fn each_wrong_mac_is_named() {
        let found = |mac: [u8; 32]| {
            let mac = encoding::standard(mac);
            let json = format!(
                r#"{{"TLS.ver":"2.0","TLS.identifier":"admin","TLS.sdkappid":1400000000,"TLS.time":1795412030,"TLS.expire":7200,"TLS.sig":"{mac}"}}"#
            );
            mistakes(&Token::decode(&encoding::pack(&json)).unwrap(), KEY.as_bytes())
        };
        assert_eq!(found(HMAC::mac(KEY, RIGHT)), [MakerMistake::KeyAndTextSwapped]);
        for text in [format!("{RIGHT}{KEY}"), format!("{KEY}{RIGHT}")] {
            assert_eq!(found(Hash::hash(text.as_bytes())), [MakerMistake::HashWithoutHmac]);
        }
        let text = RIGHT.replace('\n', r"\n");
        let both = [MakerMistake::LineFeedsAsText, MakerMistake::HashWithoutHmac];
        assert_eq!(found(Hash::hash(format!("{text}{KEY}").as_bytes())), both);
    }

    #[test]
    fn userbuf_is_signed_and_as_base64() {
        let line = |text: &str| format!("{RIGHT}TLS.userbuf:{text}\n");
        assert_eq!(found(&line("cm9vbQ=="), KEY.as_bytes(), Some("room")), []);
        assert_eq!(found(&line("room"), KEY.as_bytes(), Some("room")), [MakerMistake::UserbufNotEncoded]);
        assert_eq!(found(RIGHT, KEY.as_bytes(), Some("room")), [MakerMistake::UserbufNotSigned]);
        let first = format!("TLS.userbuf:cm9vbQ==\n{RIGHT}");
        assert_eq!(found(&first, KEY.as_bytes(), Some("room")), [MakerMistake::LinesInOtherOrder]);
    }

    #[test]
    fn another_key_is_none_of_them() {
        assert_eq!(found(RIGHT, KEY.as_bytes(), None), []);
        assert_eq!(found(RIGHT, b"other", None), []);
        assert_eq!(found(&RIGHT.replace("admin", "nimda"), KEY.as_bytes(), None), []);
        let key = SecretKey::new("other").unwrap();
        let sig = UserSig::with_fields(&key, SdkAppId::EXAMPLE, "admin", 1, 2, None);
        assert_eq!(mistakes(&Token::decode(sig.as_str()).unwrap(), KEY.as_bytes()), []);
    }

    #[test]
    fn hexadecimal_comes_in_pairs() {
        assert_eq!(from_hex(b"c3A9").unwrap().as_slice(), "é".as_bytes());
        for digits in [&b"c3a"[..], b"c3xy", b"0x"] {
            assert_eq!(from_hex(digits), None);
        }
    }
}
