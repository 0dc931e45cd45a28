//! Signatures, forged.

use std::io::{Read, Write};
use std::time::Duration;

use arbitrary::{Result, Unstructured};
use avmarks_protocol::SdkAppId;
use avmarks_protocol::secret::SecretKey;
use avmarks_protocol::usersig::{Token, UserSig, explain, verify};
use avmarks_spec::Timestamp;
use base64::Engine;
use base64::engine::general_purpose::STANDARD;
use flate2::Compression;
use flate2::read::ZlibDecoder;
use flate2::write::ZlibEncoder;

use super::assert_is_a_line;

const KEY: &str = "5bd2850fff3ecb11d7c805251c51ee463a25727bddc2385f3fa8bfee1bb93b5e";
const OTHER_KEY: &str = "5bd2850fff3ecb11d7c805251c51ee463a25727bddc2385f3fa8bfee1bb93b5f";

/// A signature that was changed in its text, its packing or its JSON is refused, or says just what was signed; no other key
/// takes it. The explanation has the code of the verdict, and shows neither key nor signature. Unchanged it is good until its
/// very end. The same of any text at all, that nobody signed.
pub fn usersig(bytes: &[u8]) {
    let keys = SecretKey::new(KEY).and_then(|key| Ok((key, SecretKey::new(OTHER_KEY)?)));
    assert!(keys.is_ok(), "the keys are none");
    let Ok((key, other)) = keys else { return };
    match bytes.split_first() {
        Some((128.., text)) => {
            let text = String::from_utf8_lossy(text);
            let asked = Asked { app: SdkAppId::EXAMPLE, identifier: "administrator", now: Timestamp::from_millis(0) };
            assert!(!judge(&text, &key, &asked), "nobody signed that");
            assert!(Token::decode(&text).is_err() || !is_made_with(&text, &key), "nobody signed that");
        }
        _ => {
            // Where the bytes end, `Unstructured` gives zeros, and no errors.
            if let Ok(attempt) = Attempt::of(&mut Unstructured::new(bytes)) {
                attempt.judge(&key, &other);
            }
        }
    }
}

/// What is asked of a signature.
struct Asked<'a> {
    app: SdkAppId,
    identifier: &'a str,
    now: Timestamp,
}

/// Whether a text is taken; the explanation must say so, too.
fn judge(text: &str, key: &SecretKey, asked: &Asked<'_>) -> bool {
    let Asked { app, identifier, now } = *asked;
    let verdict = verify(&UserSig::new(text), key, app, identifier, now);
    let code = verdict.as_ref().err().map(|error| error.code().number());
    let explanation = explain(text, Some(key), Some(app), Some(identifier), now);
    assert_eq!(explanation.code().map(|code| code.number()), code, "{explanation:?}");
    let shown: Vec<_> = explanation.findings.iter().map(ToString::to_string).collect();
    shown.iter().for_each(assert_is_a_line);
    if let Err(error) = &verdict {
        assert_is_a_line(error);
    }
    let printed = format!("{} {verdict:?} {explanation:?}", shown.concat());
    let hides = |secret: &str| secret.len() < 32 || identifier.contains(secret) || !printed.contains(secret);
    assert!(hides(text) && hides(KEY), "a secret is printed: {printed}");
    verdict.is_ok()
}

fn is_made_with(text: &str, key: &SecretKey) -> bool {
    Token::decode(text).is_ok_and(|token| token.is_made_with(key))
}

/// Something that is signed, and what is done to it.
struct Attempt {
    app: SdkAppId,
    identifier: String,
    issued_at_millis: u64,
    valid_for_seconds: u64,
    userbuf: Option<Vec<u8>>,
    now_seconds: u64,
    layer: Layer,
    edits: Vec<Edit>,
}

/// What is edited.
#[derive(Clone, Copy)]
enum Layer {
    /// The text itself.
    Text,
    /// The zlib stream.
    Packed,
    /// The JSON, which is packed again.
    Json,
}

/// Some bytes taken out, and others put in.
struct Edit {
    at: usize,
    gone: usize,
    new: Vec<u8>,
}

impl Attempt {
    fn of(source: &mut Unstructured<'_>) -> Result<Self> {
        let layer = match source.arbitrary::<u8>()? % 8 {
            0 => Layer::Text,
            1 => Layer::Packed,
            _ => Layer::Json,
        };
        let [app, issued_at_seconds, valid_for_seconds, now_seconds] =
            [number(source)?, number(source)?, number(source)?, number(source)?];
        let identifier = String::from_utf8_lossy(&some_bytes(source)?).into_owned();
        let userbuf = if source.arbitrary()? { Some(some_bytes(source)?) } else { None };
        let mut edits = Vec::new();
        for _ in 0..source.arbitrary::<u8>()? % 4 {
            let (at, gone) = (usize::from(source.arbitrary::<u8>()?), usize::from(source.arbitrary::<u8>()? % 64));
            edits.push(Edit { at, gone, new: some_bytes(source)? });
        }
        let app = SdkAppId::new(app).unwrap_or(SdkAppId::EXAMPLE);
        let issued_at_millis = issued_at_seconds.saturating_mul(1_000);
        Ok(Self { app, identifier, issued_at_millis, valid_for_seconds, userbuf, now_seconds, layer, edits })
    }

    fn judge(&self, key: &SecretKey, other: &SecretKey) {
        let Self { app, identifier, issued_at_millis, valid_for_seconds, userbuf, .. } = self;
        let (issued_at, valid_for) =
            (Timestamp::from_millis(*issued_at_millis), Duration::from_secs(*valid_for_seconds));
        let sig = UserSig::sign(key, *app, identifier, issued_at, valid_for, userbuf.as_deref());
        let issued_at_seconds = issued_at.as_seconds();
        let now = Timestamp::from_millis(self.now_seconds.saturating_mul(1_000));
        let asked = Asked { app: *app, identifier, now };
        let in_time = now.as_seconds() < issued_at_seconds.saturating_add(*valid_for_seconds);
        assert_eq!(judge(sig.as_str(), key, &asked), in_time, "unchanged");
        assert!(!is_made_with(sig.as_str(), other), "another key takes it");

        let changed = self.changed(sig.as_str());
        let taken = judge(&changed, key, &asked);
        assert!(!is_made_with(&changed, other), "another key takes what was changed");
        if let Some(token) = Token::decode(&changed).ok().filter(|token| token.is_made_with(key)) {
            assert_eq!(
                (token.identifier(), token.sdkappid(), token.issued_at_seconds(), token.valid_for_seconds()),
                (identifier.as_str(), app.number(), issued_at_seconds, *valid_for_seconds),
                "what was never signed passes"
            );
            assert_eq!(token.userbuf(), userbuf.as_deref(), "what was never signed passes");
            assert_eq!(taken, in_time);
        } else {
            assert!(!taken, "what was never signed passes");
        }
    }

    /// The signature with the edits made in its layer.
    fn changed(&self, sig: &str) -> String {
        match self.layer {
            Layer::Text => String::from_utf8_lossy(&self.edited(sig.as_bytes().to_vec())).into_owned(),
            Layer::Packed => armoured(&self.edited(bare(sig))),
            Layer::Json => armoured(&packed(&self.edited(unpacked(&bare(sig))))),
        }
    }

    fn edited(&self, mut bytes: Vec<u8>) -> Vec<u8> {
        for Edit { at, gone, new } in &self.edits {
            let at = at % (bytes.len() + 1);
            let end = (at + gone).min(bytes.len());
            bytes.splice(at..end, new.iter().copied());
        }
        bytes
    }
}

/// A number that is often small, and sometimes the largest there is.
fn number(source: &mut Unstructured<'_>) -> Result<u64> {
    Ok(match source.arbitrary::<u8>()? {
        small @ 0..=127 => u64::from(small),
        128..=191 => u64::from(source.arbitrary::<u32>()?),
        192..=247 => source.arbitrary()?,
        below => u64::MAX - u64::from(255 - below),
    })
}

fn some_bytes(source: &mut Unstructured<'_>) -> Result<Vec<u8>> {
    let length = usize::from(source.arbitrary::<u8>()? % 64).min(source.len());
    source.bytes(length).map(<[u8]>::to_vec)
}

/// The bytes in a signature's text.
fn bare(sig: &str) -> Vec<u8> {
    STANDARD.decode(sig.replace('*', "+").replace('-', "/").replace('_', "=")).unwrap_or_default()
}

/// The text of a signature with these bytes.
fn armoured(bytes: &[u8]) -> String {
    STANDARD.encode(bytes).replace('+', "*").replace('/', "-").replace('=', "_")
}

fn unpacked(bytes: &[u8]) -> Vec<u8> {
    let mut json = Vec::new();
    let read = ZlibDecoder::new(bytes).read_to_end(&mut json);
    assert!(read.is_ok(), "own signature is not zlib");
    json
}

fn packed(json: &[u8]) -> Vec<u8> {
    let mut encoder = ZlibEncoder::new(Vec::new(), Compression::none());
    let written = encoder.write_all(json).and_then(|()| encoder.finish());
    written.unwrap_or_default()
}
