//! The app's secret key: from a file or the environment, and from nowhere else.

use avmarks_protocol::secret::{SecretError, SecretKey};

use crate::args::KeyArgs;
use crate::error::Error;
use crate::input::without_line_break;

/// The environment variable that holds the key where no file is named.
pub(crate) const VARIABLE: &str = "AVMARKS_KEY";

/// A key has 64 characters.
const KEY_BYTES_MAX: u64 = 4_096;

impl KeyArgs {
    /// The key, which must be there.
    pub(crate) fn require(&self) -> Result<SecretKey, Error> {
        self.find()?.ok_or(Error::NoKey)
    }

    /// The key, where there is one.
    pub(crate) fn find(&self) -> Result<Option<SecretKey>, Error> {
        if let Some(source) = &self.key_file {
            let text = source.read_text(KEY_BYTES_MAX, "a key").map_err(nameless)?;
            return parse("the file of --key-file", &text).map(Some);
        }
        match std::env::var(VARIABLE) {
            Ok(text) if !text.is_empty() => parse(VARIABLE, without_line_break(&text)).map(Some),
            Ok(_) | Err(std::env::VarError::NotPresent) => Ok(None),
            Err(std::env::VarError::NotUnicode(_)) => Err(Error::KeyNotUtf8),
        }
    }
}

/// The key of this text.
pub(crate) fn parse(origin: &'static str, text: &str) -> Result<SecretKey, Error> {
    if text.starts_with('\u{feff}') {
        return Err(Error::KeyByteOrderMark { origin });
    }
    SecretKey::new(text).map_err(|fault: SecretError| Error::Key { origin, fault })
}

/// The error without the name of the file: it may be the key itself, by a slip.
fn nameless(error: Error) -> Error {
    error.about("the file of --key-file")
}
