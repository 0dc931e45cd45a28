//! Whether the file of a store is still where it was opened.

use std::fs::OpenOptions;
use std::path::{Path, PathBuf};

use crate::error::StoreError;

/// Device and inode number of a file. Always the same if the system has no such numbers.
type Identity = (u64, u64);

/// Where the files of a store are, and which files these were when it was opened.
pub(super) struct Place {
    /// The file, and its write-ahead log.
    files: [(PathBuf, Option<Identity>); 2],
}

impl Place {
    /// Makes the file if there is none, for its owner alone. SQLite gives the log the same permissions.
    ///
    /// An existing file is not opened: to close it would end the locks that this process has on it.
    pub(super) fn make(path: &Path) {
        let mut options = OpenOptions::new();
        options.write(true).create_new(true);
        #[cfg(unix)]
        std::os::unix::fs::OpenOptionsExt::mode(&mut options, 0o600);
        // Where it cannot be made, SQLite says why.
        drop(options.open(path));
    }

    /// The files of a store that was opened and has committed, so that it has its log.
    pub(super) fn of(path: &Path) -> Self {
        let mut log = path.as_os_str().to_owned();
        log.push("-wal");
        Self { files: [path.to_owned(), log.into()].map(|path| (path.clone(), identity(&path))) }
    }

    /// Whether the files are still there, so that what was written is found by the next start.
    ///
    /// # Errors
    ///
    /// [`StoreError::Unavailable`] if one was removed or replaced.
    pub(super) fn check(&self) -> Result<(), StoreError> {
        match self.files.iter().find(|(path, opened)| identity(path) != *opened) {
            None => Ok(()),
            Some((path, _)) => {
                let path = path.display();
                Err(StoreError::Unavailable(format!("`{path}` was removed or replaced while it was open; start again")))
            }
        }
    }
}

fn identity(path: &Path) -> Option<Identity> {
    let metadata = std::fs::metadata(path).ok()?;
    #[cfg(unix)]
    {
        use std::os::unix::fs::MetadataExt;
        Some((metadata.dev(), metadata.ino()))
    }
    #[cfg(not(unix))]
    {
        let _ = metadata;
        Some((0, 0))
    }
}
