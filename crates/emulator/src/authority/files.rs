//! The authority's two files. The one with the key is written once and whole, so that it can be told whose it is by its being
//! there; the one with the certificate follows from it.

use std::fs::{self, OpenOptions};
use std::io::{self, ErrorKind, Read, Write};
use std::path::{Path, PathBuf};
use std::sync::atomic::{AtomicU64, Ordering};

use super::{Authority, AuthorityError};

/// A key and a certificate have 1 KiB.
const BYTES_MAX: u64 = 65_536;

/// Tells the unfinished files of one process apart.
static UNFINISHED: AtomicU64 = AtomicU64::new(0);

impl Authority {
    /// The authority of this folder; made, and kept there, if there is none. The file with the key can be read by its
    /// owner alone, if the system supports owners. Several may start at once: all of them take the one that was first.
    ///
    /// # Errors
    ///
    /// [`AuthorityError`].
    pub fn load_or_make(folder: &Path) -> Result<Self, AuthorityError> {
        Self::load_or_make_for(folder, &[])
    }

    /// The authority of this folder, as [`Authority::load_or_make`] does. One that is made is for these hosts as well
    /// ([`Authority::make_for`]).
    ///
    /// # Errors
    ///
    /// [`AuthorityError`].
    pub fn load_or_make_for(folder: &Path, hosts: &[String]) -> Result<Self, AuthorityError> {
        fs::create_dir_all(folder).map_err(at(folder))?;
        let (key_file, certificate_file) = (folder.join(Self::KEY_FILE), folder.join(Self::CERTIFICATE_FILE));
        let text = match read(&key_file)? {
            Some(text) => text,
            None => {
                publish(&key_file, &Self::make_for(hosts)?.to_secret_pem()).map_err(at(&key_file))?;
                // Whoever was first.
                read(&key_file)?.ok_or_else(|| at(&key_file)(ErrorKind::NotFound.into()))?
            }
        };
        let authority = Self::from_secret_pem(&text).map_err(|what| content(key_file, what))?;
        if read(&certificate_file)?.is_none() {
            publish(&certificate_file, authority.pem()).map_err(at(&certificate_file))?;
        }
        match read(&certificate_file)? {
            Some(text) if text.trim() == authority.pem().trim() => Ok(authority),
            _ => Err(content(certificate_file, "does not hold the certificate of the key beside it")),
        }
    }
}

fn at(path: &Path) -> impl FnOnce(io::Error) -> AuthorityError + use<> {
    let path = path.to_owned();
    move |cause| AuthorityError::File { path, cause }
}

fn content(path: PathBuf, what: &'static str) -> AuthorityError {
    AuthorityError::Content { path, what }
}

/// The text of a file, or `None` if the file does not exist.
fn read(path: &Path) -> Result<Option<String>, AuthorityError> {
    let file = match fs::File::open(path) {
        Ok(file) => file,
        Err(error) if error.kind() == ErrorKind::NotFound => return Ok(None),
        Err(error) => return Err(at(path)(error)),
    };
    let mut bytes = Vec::new();
    file.take(BYTES_MAX).read_to_end(&mut bytes).map_err(at(path))?;
    String::from_utf8(bytes).map(Some).map_err(|_| content(path.to_owned(), "is not UTF-8 text"))
}

/// Writes a file atomically, and does not replace one that another process has written first.
fn publish(path: &Path, text: &str) -> io::Result<()> {
    let number = UNFINISHED.fetch_add(1, Ordering::Relaxed);
    let unfinished = path.with_extension(format!("{}-{number}.unfinished", std::process::id()));
    let written = write_new(&unfinished, text).and_then(|()| match fs::hard_link(&unfinished, path) {
        Err(error) if error.kind() == ErrorKind::AlreadyExists => Ok(()),
        // A file system without links.
        Err(_) => write_new(path, text),
        Ok(()) => Ok(()),
    });
    let removed = fs::remove_file(&unfinished);
    written.and(removed)
}

/// Writes a file that must not be there yet, for its owner alone.
fn write_new(path: &Path, text: &str) -> io::Result<()> {
    let mut options = OpenOptions::new();
    options.write(true).create_new(true);
    #[cfg(unix)]
    std::os::unix::fs::OpenOptionsExt::mode(&mut options, 0o600);
    let mut file = options.open(path)?;
    file.write_all(text.as_bytes())?;
    file.sync_all()
}
