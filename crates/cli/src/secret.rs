//! Keys, tokens and signatures: from a file or the environment, never shown.

use avmarks_protocol::secret::SecretKey;
use avmarks_protocol::webhook::WebhookToken;

use crate::encoding::quotation_marks;
use crate::error::Error;
use crate::input::Source;
use crate::output::remark;
use crate::settings::{Setting, Settings};

/// The environment variable with the key, if no file is named.
pub(crate) const KEY_VARIABLE: &str = "AVMARKS_KEY";

/// A key has 64 characters, a signature a few hundred.
const BYTES_MAX: u64 = 64 * 1_024;

/// Characters of a key as the console shows it.
const KEY_CHARACTERS: usize = 64;

/// Reads a secret from a file that is named by an option or setting, `origin`. The name of the file is not shown: by mistake it
/// may be the secret itself.
pub(crate) fn read(source: &Source, origin: &str, noun: &'static str) -> Result<String, Error> {
    let text = source.read_text(BYTES_MAX, noun).map_err(|error| error.about(origin))?;
    if source.is_readable_by_others() {
        remark(format_args!("other users can read {origin}; `chmod 600` prevents that"));
    }
    Ok(text)
}

/// The secret in the file that a setting names, and where it is from, in words.
pub(crate) fn of_file(
    settings: &Settings,
    setting: Setting,
    noun: &'static str,
) -> Result<Option<(String, String)>, Error> {
    let Some(source) = settings.source(setting) else { return Ok(None) };
    let origin = format!("the file of {}", setting.flag());
    let text = read(&source, &origin, noun)?;
    Ok(Some((origin, text)))
}

/// The key in the file that a setting names, or else that of the environment, if there is one.
pub(crate) fn key_of(settings: &Settings, file: Setting) -> Result<Option<SecretKey>, Error> {
    match of_file(settings, file, "a key")? {
        Some((origin, text)) => key(&origin, &text).map(Some),
        None => key_of_environment(),
    }
}

/// The token of webhooks in the file that a setting names.
pub(crate) fn webhook_token_of(settings: &Settings, file: Setting) -> Result<Option<WebhookToken>, Error> {
    let found = of_file(settings, file, "a token")?;
    let token = |(origin, text): (String, String)| {
        WebhookToken::new(bare(&origin, &text)?).map_err(|error| Error::secret(&origin, error))
    };
    found.map(token).transpose()
}

/// The key of the environment, if there is one.
pub(crate) fn key_of_environment() -> Result<Option<SecretKey>, Error> {
    match std::env::var(KEY_VARIABLE) {
        Ok(text) if !text.is_empty() => key(KEY_VARIABLE, &text).map(Some),
        Ok(_) | Err(std::env::VarError::NotPresent) => Ok(None),
        Err(std::env::VarError::NotUnicode(_)) => Err(Error::KeyNotUtf8),
    }
}

/// The key of this text, with a remark if it has another form than the keys of the console.
pub(crate) fn key(origin: &str, text: &str) -> Result<SecretKey, Error> {
    let text = bare(origin, text)?;
    let key = SecretKey::new(text).map_err(|error| Error::secret(origin, error))?;
    let length = text.chars().count();
    if length != KEY_CHARACTERS || !text.bytes().all(|byte| byte.is_ascii_alphanumeric()) {
        remark(format_args!(
            "{origin}: the key has {length} characters; a key of the console has {KEY_CHARACTERS} letters and digits"
        ));
    }
    Ok(key)
}

/// Remarks that a signature cannot be read. It is sent anyway: only the service knows for sure what it accepts.
pub(crate) fn unreadable_signature(origin: &str) {
    remark(format_args!(
        "{origin}: the signature cannot be read, so the service will probably refuse it; `avmarks usersig explain` says why"
    ));
}

/// The text without white space around it.
///
/// # Errors
///
/// Text of which all or a part cannot be the secret: a key in PEM, or quotation marks.
pub(crate) fn bare<'a>(origin: &str, text: &'a str) -> Result<&'a str, Error> {
    let text = text.trim_start_matches('\u{feff}').trim();
    if text.contains("-----BEGIN") {
        return Err(Error::secret(
            origin,
            "this is a key in PEM, which signs by the old scheme (ECDSA); once the app is upgraded, the console shows its secret \
             key, 64 letters and digits",
        ));
    }
    match quotation_marks(text) {
        true => Err(Error::secret(origin, "the secret is in quotation marks; remove them")),
        false => Ok(text),
    }
}
