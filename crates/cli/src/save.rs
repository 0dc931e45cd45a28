//! Saving: a file is replaced in one step or not at all, by one process at a time, and only a regular file is replaced.

use std::ffi::OsString;
use std::fs::{self, File, Metadata, OpenOptions, Permissions};
use std::io::{self, Write};
use std::path::{Path, PathBuf};

use crate::error::Error;
use crate::input::{ShownPath, Source};

/// Where a snapshot or a resume file goes: written beside its place, then moved there, so that no half of one is ever seen.
///
/// A lock beside it keeps other processes from saving to the same place. The operating system ends it with the process; its
/// file is removed when this is dropped, and one that a killed process leaves is used again.
pub(crate) struct Save {
    noun: &'static str,
    what: String,
    /// The file itself, and no link to it.
    target: PathBuf,
    beside: PathBuf,
    lock: PathBuf,
    /// Holds the lock while it is open.
    _locked: File,
    /// Those of the file that is replaced.
    permissions: Option<Permissions>,
}

impl Save {
    /// Checks, before the work is done, that its result, the `noun`, can be saved there, and not over one of the `inputs`.
    pub(crate) fn to<'a>(
        noun: &'static str,
        path: &Path,
        inputs: impl IntoIterator<Item = &'a Source>,
    ) -> Result<Self, Error> {
        let what = ShownPath(path).to_string();
        let refuse = |why| Error::SaveTarget { noun, what: what.clone(), why };
        let fail = |error| Error::Save { noun, what: what.clone(), error };
        if path.as_os_str().is_empty() {
            return Err(Error::NamelessFile);
        }
        if path == Path::new("-") {
            return Err(refuse("standard output is for the answers; name a file"));
        }
        let there = match fs::metadata(path) {
            Ok(there) if there.is_dir() => return Err(refuse("it is a directory; name a file in it")),
            Ok(there) if !there.is_file() => {
                return Err(refuse("it is not a regular file; name one that is, or a new one"));
            }
            Ok(there) if is_stdout(&there) => return Err(refuse("it takes the answers already; name another file")),
            Ok(there) if inputs.into_iter().any(|input| is_read(input, path, &there)) => {
                return Err(refuse("it is read as an input; name another file"));
            }
            Ok(there) => Some(there),
            Err(error) if error.kind() == io::ErrorKind::NotFound => None,
            Err(error) => return Err(fail(error)),
        };
        let target = if there.is_some() { fs::canonicalize(path).map_err(fail)? } else { end_of_links(path) };
        let Some(name) = target.file_name() else { return Err(refuse("it is not the name of a file; give one")) };
        let folder = target.parent().filter(|folder| *folder != Path::new("")).unwrap_or(Path::new("."));
        if !folder.is_dir() {
            return Err(refuse("its directory does not exist; make it first"));
        }
        let hidden = |end: &str| {
            let mut hidden = OsString::from(".");
            hidden.push(name);
            hidden.push(end);
            folder.join(hidden)
        };
        let (beside, lock) = (hidden(".tmp"), hidden(".lock"));
        let Some(locked) = locked(&lock).map_err(fail)? else { return Err(Error::InUse { what }) };
        // A process that was killed while it saved has left it.
        let _ = fs::remove_file(&beside);
        let permissions = there.map(|there| there.permissions());
        Ok(Self { noun, what, target, beside, lock, _locked: locked, permissions })
    }

    /// Writes it, in one step.
    pub(crate) fn write(&self, bytes: &[u8]) -> Result<(), Error> {
        let written = self.write_beside(bytes).and_then(|()| fs::rename(&self.beside, &self.target));
        written.map_err(|error| {
            // It may not be there at all.
            let _ = fs::remove_file(&self.beside);
            Error::Save { noun: self.noun, what: self.what.clone(), error }
        })
    }

    /// Removes the written file.
    pub(crate) fn remove(&self) -> Result<(), Error> {
        match fs::remove_file(&self.target) {
            Err(error) if error.kind() != io::ErrorKind::NotFound => {
                Err(Error::Remove { noun: self.noun, what: self.what.clone(), error })
            }
            _ => Ok(()),
        }
    }

    fn write_beside(&self, bytes: &[u8]) -> io::Result<()> {
        let mut options = OpenOptions::new();
        options.write(true).create_new(true);
        #[cfg(unix)]
        if self.permissions.is_some() {
            // Nobody else looks in before the file has the permissions of the old one.
            std::os::unix::fs::OpenOptionsExt::mode(&mut options, 0o600);
        }
        let mut file: File = options.open(&self.beside)?;
        file.write_all(bytes)?;
        if let Some(permissions) = &self.permissions {
            file.set_permissions(permissions.clone())?;
        }
        file.sync_all()
    }
}

impl Drop for Save {
    fn drop(&mut self) {
        // A file that cannot be removed is used again.
        let _ = fs::remove_file(&self.lock);
    }
}

/// The file of a lock, locked; none if another process has locked it.
fn locked(path: &Path) -> io::Result<Option<File>> {
    loop {
        let file = OpenOptions::new().write(true).create(true).truncate(false).open(path)?;
        match fs4::FileExt::try_lock(&file) {
            Ok(()) => {}
            Err(fs4::TryLockError::WouldBlock) => return Ok(None),
            Err(fs4::TryLockError::Error(error)) => return Err(error),
        }
        // The process that had locked it may have removed it in between: then another one may lock a new file.
        #[cfg(unix)]
        if !fs::metadata(path).is_ok_and(|there| file.metadata().is_ok_and(|here| are_one(&here, &there))) {
            continue;
        }
        return Ok(Some(file));
    }
}

/// The target of a dangling link, or of a chain of links; the path itself if it is not a link.
fn end_of_links(path: &Path) -> PathBuf {
    const LINKS_MAX: usize = 40;
    let mut path = path.to_owned();
    for _ in 0..LINKS_MAX {
        let Ok(next) = fs::read_link(&path) else { break };
        path = path.parent().unwrap_or(Path::new("")).join(next);
    }
    path
}

/// Whether an input is read from this file.
#[cfg(unix)]
fn is_read(input: &Source, _: &Path, there: &Metadata) -> bool {
    let read = match input {
        Source::File(path) => fs::metadata(path),
        Source::Stdin => behind(io::stdin()),
    };
    read.is_ok_and(|read| are_one(&read, there))
}

#[cfg(not(unix))]
fn is_read(input: &Source, path: &Path, _: &Metadata) -> bool {
    let Source::File(read) = input else { return false };
    matches!((fs::canonicalize(read), fs::canonicalize(path)), (Ok(one), Ok(other)) if one == other)
}

/// Whether standard output goes to this file.
#[cfg(unix)]
fn is_stdout(there: &Metadata) -> bool {
    behind(io::stdout()).is_ok_and(|output| are_one(&output, there))
}

#[cfg(not(unix))]
fn is_stdout(_: &Metadata) -> bool {
    false
}

#[cfg(unix)]
fn behind(stream: impl std::os::fd::AsFd) -> io::Result<Metadata> {
    stream.as_fd().try_clone_to_owned().and_then(|stream| File::from(stream).metadata())
}

#[cfg(unix)]
fn are_one(one: &Metadata, other: &Metadata) -> bool {
    use std::os::unix::fs::MetadataExt;
    (one.dev(), one.ino()) == (other.dev(), other.ino())
}
