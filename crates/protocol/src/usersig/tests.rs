use std::collections::BTreeSet;

use flate2::Compression;
use flate2::write::ZlibEncoder;

use super::corruption::Corruption;
use super::explain::FindingKind;
use super::maker::MakerMistake;
use super::token_error::TokenError;
use super::*;

const KEY: &str = "5bd2850fff3ecb11d7c805251c51ee463a25727bddc2385f3fa8bfee1bb93b5e";
const TIME: u64 = 1_795_412_030;

/// Made by four independent programs with the throw-away key above: maker, time, validity, signature as sent.
const VECTORS: [(&str, u64, u64, &str); 4] = [
    (
        "doocs",
        1_795_412_030,
        86_400,
        "eJyrVgrxCdbLTEnNK8lMy0wtUrJSSkzJzczLLC4pSizJL1LSAStIrSjILEpVsrIwMzEwgAgVZ6YDFfu6hLj6OmZoa2eWZrubFGV5ele6G7jm*mZFOPoH*qY6u*Rpu2QHB1ZVlFnYQs0qA9tipGcA5Zdk5gJNNjS3NDUxNDIwhhmfkp1YUJCZApQBWgkBtQC0SjPQ",
    ),
    (
        "chenjiacheng",
        1_795_412_200,
        15_552_000,
        "eJyrVgrxCdYrSy1SslIy0jNQ0gHzM1NS80oy0zLBwokpuZl5mcUlRYkl%2AUVQBcUp2YkFBZkpSlaGJgZQAJFJrSjILEoFipuamhrBRUsyc0Fi5pamJoZGRjDR4sx0oPnmSUbuHvkhZaGOqWHBxsluId6%2AZcWFLia5qUXJBpVlKWYlZTH6wQbalem5jrZKtQCAazVA",
    ),
    (
        "PyPI tls-sig-api-v2",
        1_795_412_275,
        15_552_000,
        "eJxFjcsKwjAURH*lZC2lDb0NCi5E3FTFheJjGZtEbqU1L4pB-HdtbXGW5wwzL3LY7ONWWjKLCI0TMol6gkI2HhX*BBc1Nui85f5hx4oTd641im8hzZIhg5NPjVZ2BgDon3use8qmkKWUMhi38Nb9tFXlruXS2LBmuwJMKE7KXMxZ8mC3eakV0-qYr0CJxZy8P-5fN1Q_",
    ),
    (
        "tencent_im_rs",
        1_795_412_235,
        86_400,
        "eJw1jM0KgkAUhd-lrkP814QWoUZBhljg2ppRrjE2zQxmRu*e2Hh25zuH7wOX49noqYAIbMOE1dyR0E5hjTOuCMMOpRKVegh9kORecY4EIss1df4LHTgKClHouwtSyCZgBWvPtWzb8bQCm0mepR4r21PaF*HWGW-XUbRPmuz9XcKyOi9imcfl8GoO7yDcwPcHzn40cg__",
    ),
];

fn key() -> SecretKey {
    SecretKey::new(KEY).unwrap()
}

fn app() -> SdkAppId {
    SdkAppId::new(1_400_000_000).unwrap()
}

fn at(seconds: u64) -> Timestamp {
    Timestamp::from_millis(seconds * 1_000)
}

fn check(sig: &UserSig, now: u64) -> Result<Token, UserSigError> {
    verify(sig, &key(), app(), "administrator", at(now))
}

fn signed() -> UserSig {
    UserSig::with_fields(&key(), app(), "administrator", TIME, 86_400, None)
}

/// The signature that contains this JSON.
fn packed(json: &str) -> UserSig {
    UserSig::new(encoding::pack(json))
}

fn json_of(sig: &UserSig) -> String {
    String::from_utf8(encoding::unpack(sig.as_str()).unwrap()).unwrap()
}

#[test]
fn signatures_of_four_other_makers_verify() {
    for (maker, time, expire, text) in VECTORS {
        let sig = UserSig::from_url(text);
        let token = check(&sig, time).unwrap_or_else(|error| panic!("{maker}: {error}"));
        assert_eq!((token.issued_at_seconds(), token.valid_for_seconds()), (time, expire), "{maker}");
        assert_eq!(check(&sig, time + expire - 1), Ok(token), "{maker}");
        let expired = UserSigError::Expired { at_seconds: time + expire, now_seconds: time + expire };
        assert_eq!(check(&sig, time + expire), Err(expired), "{maker}");
        let explanation = explain(sig.as_str(), Some(&key()), Some(app()), Some("administrator"), at(time));
        assert_eq!(explanation.findings, [], "{maker}");
    }
}

#[test]
fn the_json_is_that_of_the_vendors_package() {
    let json = json_of(&UserSig::with_fields(&key(), app(), "a\"b", 1, 2, Some(b"\xfb\xff")));
    let start = r#"{"TLS.ver":"2.0","TLS.identifier":"a\"b","TLS.sdkappid":1400000000,"TLS.time":1,"TLS.expire":2,"TLS.userbuf":"+/8=","TLS.sig":""#;
    assert!(json.starts_with(start), "{json}");
}

#[test]
fn what_is_signed_verifies_whatever_the_names() {
    let names = ["administrator", "a\"b\\c", "名前", "a\nTLS.sdkappid:1", " ", "", "\u{0}", "😀", "a b*-_+/="];
    for identifier in names {
        for userbuf in [None, Some(&b""[..]), Some(&b"room"[..]), Some(&[0, 255, 10][..])] {
            for (time, expire) in [(TIME, 86_400), (0, 1), (u64::MAX, u64::MAX), (0, u64::MAX)] {
                let sig = UserSig::with_fields(&key(), app(), identifier, time, expire, userbuf);
                let token = verify(&sig, &key(), app(), identifier, Timestamp::EPOCH).unwrap();
                assert_eq!(token.identifier(), identifier);
                assert_eq!((token.issued_at_seconds(), token.valid_for_seconds()), (time, expire));
                assert_eq!(token.userbuf(), userbuf);
                let url_text = crate::url::encoded(sig.as_str());
                assert_eq!(url_text, sig.as_str());
                assert_eq!(UserSig::from_url(&url_text), sig);
            }
        }
    }
}

#[test]
fn signatures_differ_by_their_text() {
    use core::hash::BuildHasher;
    let hasher = std::collections::hash_map::RandomState::new();
    let [one, same, other] = ["a", "a", "b"].map(|text| UserSig::from(text.to_owned()));
    assert_eq!((one.as_str(), &one), ("a", &same));
    assert_ne!(one, other);
    assert_eq!(hasher.hash_one(&one), hasher.hash_one(&same));
    assert_ne!(hasher.hash_one(&one), hasher.hash_one(&other));
    assert_eq!(Token::decode(signed().as_str()).unwrap().version(), "2.0");
}

#[test]
fn errors_come_in_order() {
    let other_key = SecretKey::new("other").unwrap();
    let other_app = SdkAppId::new(1).unwrap();
    let (late, sig) = (at(TIME + 86_400), signed());
    let code =
        |sig: &UserSig, key: &SecretKey, app, user, now| verify(sig, key, app, user, now).unwrap_err().code().number();
    assert_eq!(code(&UserSig::new("x"), &other_key, other_app, "x", late), 70003);
    assert_eq!(code(&sig, &other_key, other_app, "x", late), 70013);
    assert_eq!(code(&sig, &other_key, other_app, "administrator", late), 70014);
    assert_eq!(code(&sig, &other_key, app(), "administrator", late), 70009);
    assert_eq!(code(&sig, &key(), app(), "administrator", late), 70001);
    assert!(verify(&sig, &key(), app(), "administrator", at(TIME)).is_ok());
    assert!(verify(&sig, &key(), app(), "Administrator", at(TIME)).is_err());
}

#[test]
fn a_changed_field_is_another_key() {
    let json = json_of(&UserSig::with_fields(&key(), app(), "administrator", TIME, 86_400, Some(b"room")));
    for (from, to) in
        [("\"TLS.expire\":86400", "\"TLS.expire\":86401"), ("1795412030", "1795412031"), ("cm9vbQ==", "cm9vbg==")]
    {
        let changed = packed(&json.replace(from, to));
        assert_ne!(json_of(&changed), json);
        assert_eq!(check(&changed, TIME), Err(UserSigError::OtherKey), "{to}");
    }
    let without = packed(&json.replace(r#""TLS.userbuf":"cm9vbQ==","#, ""));
    assert_eq!(check(&without, TIME), Err(UserSigError::OtherKey));
}

/// zlib leaves a few bits unused, so a change may go unseen; what is accepted then is the very same content.
#[test]
fn no_changed_character_changes_what_is_accepted() {
    for (maker, time, _, text) in VECTORS {
        let sig = UserSig::from_url(text);
        let token = check(&sig, time).unwrap();
        for at in 0..sig.as_str().len() {
            for c in ['A', 'b', '0', '*', '-', '_', '+', ' ', '%'] {
                let mut changed = sig.as_str().to_owned();
                changed.replace_range(at..=at, c.encode_utf8(&mut [0; 4]));
                let result = check(&UserSig::new(changed), time);
                assert!(result.is_err() || result.as_ref() == Ok(&token), "{maker}: `{c}` at {at}");
            }
        }
    }
}

#[test]
fn each_error_of_the_fields() {
    let json = json_of(&signed());
    let mac = json.split("\"TLS.sig\":\"").nth(1).unwrap().trim_end_matches("\"}");
    let wrong = |name, wanted, found| TokenError::Type { name, wanted, found };
    use crate::json::JsonType;
    for (from, to, error) in [
        ("{", "", TokenError::NotJson),
        ("}", ",}", TokenError::NotJson),
        ("\"2.0\"", "\"1.0\"", TokenError::Version { found: "1.0".to_owned() }),
        ("\"2.0\"", "2.0", wrong("TLS.ver", "a string", JsonType::Fraction.name())),
        ("\"TLS.identifier\"", "\"tls.identifier\"", TokenError::Missing { name: "TLS.identifier" }),
        ("\"TLS.time\":", "\"TLS.time\":1,\"TLS.time\":", TokenError::DuplicateField { name: "TLS.time" }),
        ("1400000000", "\"1400000000\"", wrong("TLS.sdkappid", "an integer", JsonType::Text.name())),
        ("1400000000", "14e8", wrong("TLS.sdkappid", "an integer", JsonType::Fraction.name())),
        ("\"administrator\"", "null", wrong("TLS.identifier", "a string", JsonType::Null.name())),
        ("\"administrator\"", "\"\\ud800\"", TokenError::NotJson),
        ("86400", "-86400", TokenError::Number { name: "TLS.expire" }),
        ("86400", "18446744073709551616", TokenError::Number { name: "TLS.expire" }),
        ("\"TLS.sig\"", "\"TLS.userbuf\":\"*\",\"TLS.sig\"", TokenError::UserbufNotBase64),
        ("\"TLS.sig\"", "\"sig\"", TokenError::Missing { name: "TLS.sig" }),
        (mac, "****", TokenError::MacNotBase64),
        (mac, "AAAA", TokenError::MacLength { bytes: 3 }),
        (mac, "", TokenError::MacLength { bytes: 0 }),
        ("\"TLS.ver\"", "\"TLS.account_type\":\"0\",\"TLS.ver\"", TokenError::OldScheme),
    ] {
        assert_eq!(Token::read(packed(&json.replace(from, to)).as_str()), Err(error), "{to}");
    }
    assert_eq!(Token::read(packed("[1]").as_str()), Err(TokenError::NotObject));
    let odd = json.replace('{', "{ \"x\" : [ { } ] ,\n").replace(',', " ,\t");
    assert!(check(&packed(&odd), TIME).is_ok());
}

#[test]
fn numbers_at_their_edges_do_not_overflow() {
    let sig = UserSig::with_fields(&key(), app(), "administrator", u64::MAX, u64::MAX, None);
    let latest = Timestamp::from_millis(u64::MAX);
    assert!(verify(&sig, &key(), app(), "administrator", latest).is_ok());
    let explanation = explain(sig.as_str(), None, None, None, Timestamp::EPOCH);
    assert_eq!(
        explanation.findings,
        [FindingKind::TimeInOtherUnit { found: u64::MAX, unit: "nanoseconds" }].map(Finding)
    );
    let none = UserSig::with_fields(&key(), app(), "administrator", 0, 0, None);
    assert_eq!(check(&none, 0).unwrap_err().code().number(), 70001);
}

fn corruptions(sent: &str) -> Vec<Corruption> {
    let explanation = explain(sent, Some(&key()), Some(app()), Some("administrator"), at(TIME));
    assert!(explanation.token.is_some(), "{sent}: {:?}", explanation.findings);
    assert_eq!(explanation.code().map(ErrorCode::number), Some(70003));
    let found = explanation.findings.iter().filter_map(|finding| match &finding.0 {
        FindingKind::Corrupted(corruption) => Some(*corruption),
        FindingKind::ReadableOnceRepaired => None,
        other => panic!("{other:?}"),
    });
    found.collect()
}

#[test]
fn each_corruption_is_seen_and_undone() {
    use Corruption::*;
    // One that has all three special signs.
    let sig = (0..).map(|at| UserSig::with_fields(&key(), app(), "administrator", TIME - at, 86_400, None));
    let sig = sig.take(500).find(|sig| ["*", "-", "_"].iter().all(|sign| sig.as_str().contains(sign))).unwrap();
    let good = sig.as_str();
    let standard = good.replace('*', "+").replace('-', "/").replace('_', "=");
    let url_safe = standard.replace('+', "-").replace('/', "_");
    let percent = |text: &str| {
        text.replace('%', "%25").replace('*', "%2A").replace('+', "%2B").replace('/', "%2F").replace('=', "%3D")
    };
    let inside = format!("{}\r\n{}", &good[..76], &good[76..]);
    for (sent, expected) in [
        (format!("\"{good}\""), vec![Quoted]),
        (format!("'{good}'\n"), vec![WhiteSpace, Quoted]),
        (format!(" {good}\r\n"), vec![WhiteSpace]),
        (format!("\t{inside} "), vec![WhiteSpace]),
        (inside, vec![WhiteSpace]),
        (format!("\" '{good}' \""), vec![Quoted, WhiteSpace]),
        (format!("\u{feff}{good}\u{200b}"), vec![WhiteSpace]),
        (format!("{}\u{200b}\u{2060}{}", &good[..7], &good[7..]), vec![WhiteSpace]),
        (format!("\"\u{200d}{good}\u{200c}\""), vec![Quoted, WhiteSpace]),
        (format!("usersig={good}"), vec![ParameterName]),
        (format!("UserSig=\"{good}\""), vec![Quoted, ParameterName]),
        (format!("usersig%3D{}", percent(good)), vec![ParameterName, PercentEncoded { times: 1 }]),
        (format!("Bearer {good}"), vec![Bearer]),
        (format!("\"bearer  {good}\"\n"), vec![WhiteSpace, Quoted, Bearer]),
        (format!("Bearer usersig={standard}"), vec![Bearer, ParameterName, StandardAlphabet]),
        (percent(good), vec![PercentEncoded { times: 1 }]),
        (percent(&percent(good)), vec![PercentEncoded { times: 2 }]),
        (format!("%22{good}%22"), vec![Quoted, PercentEncoded { times: 1 }]),
        (standard.clone(), vec![StandardAlphabet]),
        (standard.replace('+', " "), vec![BlankForPlus]),
        (percent(&standard), vec![PercentEncoded { times: 1 }, StandardAlphabet]),
        (url_safe.clone(), vec![UrlSafeAlphabet]),
        (url_safe.replace('=', ""), vec![UrlSafeAlphabet, PaddingLost]),
        (good.replace('_', ""), vec![PaddingLost]),
        (standard.replace('=', ""), vec![StandardAlphabet, PaddingLost]),
    ] {
        assert!(check(&UserSig::new(sent.clone()), TIME).is_err());
        assert_eq!(corruptions(&sent), expected, "{sent}");
    }
}

fn unreadable(sent: &str) -> (Vec<Corruption>, TokenError) {
    let explanation = explain(sent, Some(&key()), Some(app()), Some("administrator"), at(TIME));
    assert_eq!((explanation.token, explanation.findings.len() > 3), (None, false));
    let mut found = Vec::new();
    for finding in explanation.findings {
        match finding.0 {
            FindingKind::Corrupted(corruption) => found.push(corruption),
            FindingKind::Unreadable(error) => return (found, error),
            other => panic!("{other:?}"),
        }
    }
    panic!("nothing unreadable: {sent}");
}

/// The padding before it is not to blame.
#[test]
fn what_stands_behind_a_signature_is_named() {
    let good = (0..4).map(|at| UserSig::with_fields(&key(), app(), &"administrator"[at..], TIME, 86_400, None));
    let good = good.into_iter().find(|sig| sig.as_str().ends_with('_')).unwrap();
    let good = good.as_str();
    for (behind, found) in [("\u{200b}", '\u{200b}'), ("&amp;", '&'), ("\\n", '\\'), ("_é_", 'é')] {
        let at = good.len() + behind.find(found).unwrap();
        let error = TokenError::Alphabet { found, at };
        assert_eq!(Token::read(&format!("{good}{behind}")), Err(error), "{behind}");
    }
}

/// Whatever else stands around a signature is told by its place.
#[test]
fn text_around_a_signature_is_reported() {
    let good = signed();
    let good = good.as_str();
    for (before, after) in [
        ("", ","),
        ("", ";"),
        ("(", ")"),
        ("b'", "'"),
        ("usersig: ", ""),
        ("{\"UserSig\":\"", "\"}"),
        ("\"usersig\":\"", "\""),
        ("https://x/?sdkappid=1&amp;usersig=", "&amp;random=1"),
        ("2026-11-30 signature=", " sent"),
    ] {
        let text = format!("{before}{good}{after}");
        let explanation = explain(&text, Some(&key()), Some(app()), Some("administrator"), at(TIME));
        let surrounded = Corruption::Surrounded { from: before.len(), to: before.len() + good.len() };
        assert_eq!(
            explanation.findings,
            [FindingKind::Corrupted(surrounded), FindingKind::ReadableOnceRepaired].map(Finding),
            "{text}"
        );
    }
    // Two others, of which neither is a signature.
    let explanation = explain("abcd.efgh", None, None, None, at(TIME));
    assert!(matches!(
        &explanation.findings[..],
        [Finding(FindingKind::Unreadable(TokenError::Alphabet { at: 4, .. }))]
    ));
}

/// A signature copied with what stands around it is read on, and what stood there is named.
#[test]
fn parts_of_a_url_are_taken_off() {
    let good = signed();
    let good = good.as_str();
    let end = good.len();
    let rest = |at| Corruption::RestOfQuery { at };
    for (text, expected) in [
        (format!("{good}&contenttype=json&sdkappid=1"), vec![rest(end)]),
        (format!("UserSig={good}&random=1"), vec![Corruption::ParameterName, rest(end + 8)]),
        (format!("\"{good}&random=1\""), vec![Corruption::Quoted, rest(end + 1)]),
        (format!("https://console.tim.qq.com/v4/x?sdkappid=1&usersig={good}&random=1"), vec![Corruption::InUrl]),
        (format!("/v4/x?usersig={good}"), vec![Corruption::InUrl]),
        (format!("{good}#top"), vec![rest(end)]),
        (format!("{good}{good}"), vec![Corruption::Doubled]),
        (format!("{good}\n{good}"), vec![Corruption::Doubled]),
        (format!("{good}, {good}"), vec![Corruption::Doubled]),
    ] {
        let explanation = explain(&text, Some(&key()), Some(app()), Some("administrator"), at(TIME));
        let mut findings: Vec<_> = expected.into_iter().map(FindingKind::Corrupted).collect();
        findings.push(FindingKind::ReadableOnceRepaired);
        let findings: Vec<_> = findings.into_iter().map(Finding).collect();
        assert_eq!(explanation.findings, findings, "{text}");
    }
}

#[test]
fn a_mac_in_hexadecimal_is_named() {
    let json = json_of(&signed());
    let (start, _) = json.split_once(r#""TLS.sig":"#).unwrap();
    let hex = "ab".repeat(32);
    for (sig, bytes) in [(encoding::standard(&hex), 64), (hex.clone(), 48)] {
        let text = packed(&format!(r#"{start}"TLS.sig":"{sig}"}}"#));
        let error = Token::read(text.as_str()).unwrap_err();
        assert_eq!(error, TokenError::MacInHex { bytes });
        assert!(
            error
                .to_string()
                .ends_with("and must have 32; it is hexadecimal digits: encode the HMAC's bytes in base64")
        );
    }
    assert_eq!(TokenError::MacLength { bytes: 31 }.to_string(), "its `TLS.sig` has 31 bytes, and must have 32");
}

#[test]
fn another_hash_is_recognised_by_its_length() {
    let json = json_of(&signed());
    let (start, _) = json.split_once(r#""TLS.sig":"#).unwrap();
    for (bytes, hash) in [(16, "MD5"), (20, "SHA-1"), (48, "SHA-384"), (64, "SHA-512")] {
        let sig = encoding::standard(vec![0x9f; bytes]);
        let text = packed(&format!(r#"{start}"TLS.sig":"{sig}"}}"#));
        let error = Token::read(text.as_str()).unwrap_err();
        assert_eq!(error, TokenError::MacLength { bytes });
        assert!(error.to_string().ends_with(&format!("as HMAC-SHA256 gives; {hash} gives {bytes}")), "{error}");
    }
}

#[test]
fn unrepairable_signatures_are_explained() {
    let good = signed();
    let good = good.as_str();
    let length = |characters| TokenError::Length { characters };
    for end in (100..good.len() - 8).step_by(7) {
        let (found, error) = unreadable(&good[..end]);
        assert_eq!(found, [], "{end}");
        assert!([length(end), TokenError::ZlibCutOff, TokenError::LastCharacter].contains(&error), "{end}: {error}");
    }
    assert_eq!(unreadable(""), (vec![], TokenError::Empty));
    assert_eq!(unreadable("hello"), (vec![], length(5)));
    assert_eq!(unreadable("hello, world!"), (vec![Corruption::WhiteSpace], TokenError::Alphabet { found: ',', at: 5 }));
    assert_eq!(unreadable("helloooo"), (vec![], TokenError::NotZlib));
    assert_eq!(unreadable("  "), (vec![Corruption::WhiteSpace], TokenError::Empty));
    let no_json = packed("hello");
    assert_eq!(unreadable(&no_json.as_str().replace('_', "=")).1, TokenError::NotJson);
    let cut = no_json.as_str().strip_suffix("__").unwrap();
    assert_eq!(unreadable(cut), (vec![Corruption::PaddingLost], TokenError::NotJson));
    let old = r#"{"TLS.account_type":"0","TLS.identifier":"a","TLS.appid_at_3rd":"0","TLS.sdk_appid":"1","TLS.expire_after":"9","TLS.version":"201512300000","TLS.sig":"MEUC"}"#;
    assert_eq!(unreadable(packed(old).as_str()), (vec![], TokenError::OldScheme));
}

#[test]
fn all_findings_are_listed_in_order() {
    let sig = UserSig::with_fields(&SecretKey::new("other").unwrap(), SdkAppId::new(7).unwrap(), "x", TIME, 60, None);
    let explanation = explain(sig.as_str(), Some(&key()), Some(app()), Some("administrator"), at(TIME + 90_061));
    let found: Vec<_> = explanation.findings.iter().map(|finding| finding.code().map(ErrorCode::number)).collect();
    assert_eq!(found, [Some(70013), Some(70014), Some(70009), Some(70001), None]);
    let lines: Vec<_> = explanation.findings.iter().map(ToString::to_string).collect();
    assert_eq!(lines[3], "the signature expired at `1795412090` (Unix seconds), 1 d 1 h ago; make a new one");
    assert_eq!(lines[4], "the signature is valid for 1 min 0 s in all; the vendor advises at least 24 h");
    let clean = explain(signed().as_str(), None, None, None, at(TIME - 3));
    assert_eq!(clean.findings, [FindingKind::FromTheFuture { ahead_seconds: 3 }].map(Finding));
    assert!(clean.findings[0].is_note() && clean.code().is_none());
}

#[test]
fn a_key_decoded_as_hexadecimal_is_recognised() {
    let bytes: Vec<u8> = (0..32).map(|at| u8::from_str_radix(&KEY[at * 2..at * 2 + 2], 16).unwrap()).collect();
    let plain =
        mac::Signed { identifier: "administrator", sdkappid: 1_400_000_000, time: TIME, expire: 86_400, userbuf: None };
    let sig = packed(&plain.to_json(&plain.mac(&bytes)));
    assert_eq!(check(&sig, TIME), Err(UserSigError::OtherKey));
    let explanation = explain(sig.as_str(), Some(&key()), Some(app()), Some("administrator"), at(TIME));
    assert_eq!(explanation.findings, [FindingKind::MadeWrong(MakerMistake::KeyDecodedAsHex)].map(Finding));
}

#[test]
fn nothing_prints_a_secret() {
    let sig = signed();
    let mac = json_of(&sig).split("\"TLS.sig\":\"").nth(1).unwrap().to_owned();
    let corrupted = format!(" \"{}\"", sig.as_str());
    let mut printed = format!("{sig:?} {:?} {:?}", key(), Token::decode(sig.as_str()));
    let expected = "UserSig(…) SecretKey(…) Ok(Token { identifier: \"administrator\", sdkappid: 1400000000, time: 1795412030, expire: 86400, userbuf: None, .. })";
    assert_eq!(printed, expected);
    for sent in [sig.as_str(), &corrupted, &corrupted[..80]] {
        let other = SecretKey::new("other").unwrap();
        let explanation = explain(sent, Some(&other), SdkAppId::new(1).ok(), Some("x"), at(TIME * 2));
        printed += &format!("{explanation:?}");
        explanation.findings.iter().for_each(|finding| printed += &finding.to_string());
    }
    for secret in [&sig.as_str()[..12], &mac[..12], &KEY[..12]] {
        assert!(!printed.contains(secret), "{printed}");
    }
    let lines: BTreeSet<_> = printed.lines().collect();
    assert_eq!(lines.len(), 1);
}

/// zlib streams of any level, and of stored blocks, are read.
#[test]
fn any_compression_is_read() {
    use std::io::Write;
    let json = json_of(&signed());
    for level in 0..=9 {
        let mut encoder = ZlibEncoder::new(Vec::new(), Compression::new(level));
        encoder.write_all(json.as_bytes()).unwrap();
        let text = encoding::standard(encoder.finish().unwrap()).replace('+', "*").replace('/', "-").replace('=', "_");
        assert!(check(&UserSig::new(text), TIME).is_ok(), "{level}");
    }
}

#[test]
fn at_most_eight_percent_encodings_are_undone() {
    let encoded = |times: usize| {
        (1..times).fold(signed().as_str().replace('*', "%2A").replace('-', "%2D").replace('_', "%5F"), |text, _| {
            text.replace('%', "%25")
        })
    };
    for times in [7, 8] {
        assert_eq!(corruptions(&encoded(times)), [Corruption::PercentEncoded { times: times as u8 }]);
    }
    assert!(matches!(unreadable(&encoded(9)), (_, TokenError::Alphabet { found: '%', .. })));
}

/// Of two guesses of which neither gives a signature, the one that reads further is told, though it is the less plain.
#[test]
fn the_best_guess_is_reported() {
    for (sent, corruption, error) in [
        // Alphabet, and then length.
        ("a+b+c", Corruption::StandardAlphabet, TokenError::Length { characters: 5 }),
        // Last character, and then no zlib.
        ("AB__", Corruption::UrlSafeAlphabet, TokenError::NotZlib),
        // No zlib, and then a zlib that ends early: the third character tells, which is a blank.
        ("OE A A A AAA", Corruption::BlankForPlus, TokenError::ZlibDamaged),
    ] {
        assert_eq!(unreadable(sent), (vec![corruption], error), "{sent}");
    }
}
