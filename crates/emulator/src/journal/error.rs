//! What can be wrong with a folder.

use std::io;
use std::path::PathBuf;

/// Why the state cannot be read from its folder, or kept in it.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum DataError {
    /// Another emulator has the folder.
    #[error("`{}` is in use by another emulator; each needs a folder of its own", folder.display())]
    InUse {
        /// The folder.
        folder: PathBuf,
    },
    /// The system has refused.
    #[error("`{}` cannot be {done}: {source}", path.display())]
    Io {
        /// What was to be done.
        done: &'static str,
        /// With what.
        path: PathBuf,
        /// What the system says.
        source: io::Error,
    },
    /// A record is missing, doubled, changed or out of its place.
    #[error(
        "`{}` is broken at byte {at}: a record there is changed, missing, doubled or out of its place, and another stands at \
         byte {next}, so the tail is not torn; restore the folder, or copy it and ask for a repair (`data_repair`), which \
         gives up everything from byte {at} on",
        path.display()
    )]
    Broken {
        /// The file.
        path: PathBuf,
        /// The first byte of what does not follow on the record before it.
        at: usize,
        /// The first byte of a record there or behind it.
        next: usize,
    },
    /// A file is not as it was when the emulator stopped.
    #[error(
        "`{}` had {expected} bytes when the emulator stopped, and now {found} of them can be read; restore the folder, or copy \
         it and ask for a repair (`data_repair`), which gives up the difference",
        path.display()
    )]
    Changed {
        /// The file.
        path: PathBuf,
        /// The bytes of its records then.
        expected: u64,
        /// The bytes of its records now.
        found: u64,
    },
    /// A file of the folder was removed or replaced while the emulator ran.
    #[error("`{}` was removed, or another file was put in its place, while the emulator was running", path.display())]
    Vanished {
        /// The file.
        path: PathBuf,
    },
    /// No number is left for the next generation.
    #[error("no generation can follow `{}`; move the file away if it is not the emulator's", path.display())]
    LastGeneration {
        /// The file with the highest number.
        path: PathBuf,
    },
    /// There is no whole state to start from.
    #[error("`{}` has no whole state that its journals could go on from: {what}", folder.display())]
    NoState {
        /// The folder.
        folder: PathBuf,
        /// What was looked for.
        what: String,
    },
    /// A state that is a whole record says something that cannot be.
    #[error("`{}` holds no state: {what}", path.display())]
    State {
        /// The file.
        path: PathBuf,
        /// What is wrong with it.
        what: String,
    },
    /// An input that is a whole record cannot be taken in again.
    #[error(
        "line {line} of `{}` cannot be taken in: {what}; copy the folder and ask for a repair (`data_repair`), which gives up \
         that line and everything behind it",
        path.display()
    )]
    Input {
        /// The file.
        path: PathBuf,
        /// The line, from 1.
        line: usize,
        /// What is wrong with it.
        what: String,
    },
}
