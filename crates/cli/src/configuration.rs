//! The configuration file: where it is, and places in it. `settings/file.rs` reads what is meant for `send`, `serve/file.rs` the
//! table `[serve]`.

use std::fmt;
use std::path::{Path, PathBuf};

use crate::error::Error;
use crate::input::{Shown, Source};

/// A configuration is a page at most.
const BYTES_MAX: u64 = 1_024 * 1_024;

/// The table of `avmarks serve`; everything outside it is for `avmarks send`.
pub(crate) const SERVE_TABLE: &str = "serve";

/// Where the configuration is: what is named must be there, the others may be.
pub(crate) fn place(named: Option<&Path>, environment: impl Fn(&str) -> Option<String>) -> Option<PathBuf> {
    let by_variable = || environment("AVMARKS_CONFIG").map(PathBuf::from);
    if let Some(named) = named.map(Path::to_owned).or_else(by_variable) {
        return Some(named);
    }
    let of_user = environment("XDG_CONFIG_HOME").map(PathBuf::from).filter(|folder| folder.is_absolute());
    let of_user = of_user.or_else(|| environment("HOME").map(|home| Path::new(&home).join(".config")));
    let of_user = of_user.map(|folder| folder.join("avmarks").join("config.toml"));
    [Some(PathBuf::from("avmarks.toml")), of_user].into_iter().flatten().find(|path| path.is_file())
}

/// The text of the file.
pub(crate) fn read(path: &Path) -> Result<String, Error> {
    Source::File(path.to_owned()).read_text(BYTES_MAX, "a configuration")
}

/// A place in a file, in words.
pub(crate) struct Place<'a> {
    pub(crate) path: &'a Path,
    pub(crate) line: usize,
}

impl fmt::Display for Place<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{} line {}", Shown(self.path), self.line)
    }
}

/// The line of a byte, from 1.
pub(crate) fn line(text: &str, at: usize) -> usize {
    text.bytes().take(at).filter(|byte| *byte == b'\n').count() + 1
}
