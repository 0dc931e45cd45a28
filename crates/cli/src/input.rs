//! Reading: files and standard input, never more of them than is of use.

use std::ffi::OsString;
use std::fmt::{self, Write};
use std::fs::File;
use std::io::{self, BufRead, BufReader, Read};
use std::path::{Path, PathBuf};

use avmarks_service::App;

use crate::encoding::{BYTE_ORDER_MARK, Encoding};
use crate::error::Error;

/// Where something is read from.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) enum Source {
    /// Standard input, written `-`.
    Stdin,
    /// A file.
    File(PathBuf),
}

/// A snapshot has some 120 bytes a member: this holds about four million of them.
const SNAPSHOT_BYTES_MAX: u64 = 512 * 1_024 * 1_024;

impl Source {
    /// The bytes, but no more than `bytes_max` of them.
    pub(crate) fn read_up_to(&self, bytes_max: u64) -> Result<Vec<u8>, Error> {
        let mut bytes = Vec::new();
        let read = self.open()?.take(bytes_max).read_to_end(&mut bytes);
        read.map_err(|error| Error::reading(self.to_string(), error))?;
        Ok(bytes)
    }

    /// All of the bytes; an error if there are more than `bytes_max`.
    pub(crate) fn read_limited(&self, bytes_max: u64, purpose: &'static str) -> Result<Vec<u8>, Error> {
        let bytes = self.read_up_to(bytes_max.saturating_add(1))?;
        match bytes.len() as u64 > bytes_max {
            true => Err(Error::TooLarge { what: self.to_string(), bytes_max, purpose }),
            false => Ok(bytes),
        }
    }

    /// The whole text without a byte order mark and without the line break at its end; an error if it is larger than
    /// `bytes_max`.
    pub(crate) fn read_text(&self, bytes_max: u64, purpose: &'static str) -> Result<String, Error> {
        let bytes = self.read_limited(bytes_max, purpose)?;
        let text = self.text_of(&bytes)?;
        let text = std::str::from_utf8(text)
            .map_err(|error| Error::NotUtf8 { what: self.to_string(), at: error.valid_up_to() })?;
        Ok(without_line_break(text).to_owned())
    }

    /// The bytes of a text without a byte order mark.
    ///
    /// # Errors
    ///
    /// The bytes are certainly not UTF-8, and their format is known.
    pub(crate) fn text_of<'a>(&self, bytes: &'a [u8]) -> Result<&'a [u8], Error> {
        match Encoding::of(bytes) {
            Some(Encoding::ByteOrderMark) => Ok(bytes.get(BYTE_ORDER_MARK.len()..).unwrap_or_default()),
            Some(encoding) => Err(Error::Encoding { what: self.to_string(), encoding }),
            None => Ok(bytes),
        }
    }

    /// Certificates in PEM. Byte order marks are removed wherever they are: files that are put together have one in the middle.
    pub(crate) fn read_certificates(&self) -> Result<String, Error> {
        const BYTES_MAX: u64 = 16 * 1_024 * 1_024;
        /// How the outermost field of a certificate begins if it is not written as PEM.
        const DER: &[u8] = &[0x30, 0x82];
        let bytes = self.read_limited(BYTES_MAX, "certificates")?;
        let fail = |why: String| Error::Certificates { what: self.to_string(), why };
        if bytes.starts_with(DER) {
            return Err(fail(
                "it is a certificate in DER; convert it to PEM, as with `openssl x509 -inform der`".to_owned(),
            ));
        }
        let text = std::str::from_utf8(self.text_of(&bytes)?)
            .map_err(|error| Error::NotUtf8 { what: self.to_string(), at: error.valid_up_to() })?;
        let text = text.replace('\u{feff}', "");
        let (begun, ended) = (text.matches("-----BEGIN ").count(), text.matches("-----END ").count());
        let at_start = text.lines().filter(|line| line.starts_with("-----BEGIN ")).count();
        match begun == ended && begun == at_start {
            true => Ok(text),
            false => Err(fail(format!(
                "of {begun} lines `-----BEGIN …` with {ended} lines `-----END …`, {at_start} can be read; each must start its line, and have its end"
            ))),
        }
    }

    /// Whether it is a file that other users than its owner can read.
    pub(crate) fn is_readable_by_others(&self) -> bool {
        #[cfg(unix)]
        if let Self::File(path) = self {
            use std::os::unix::fs::PermissionsExt;
            return std::fs::metadata(path)
                .is_ok_and(|metadata| metadata.is_file() && metadata.permissions().mode() & 0o077 != 0);
        }
        false
    }

    /// The app of this snapshot.
    pub(crate) fn read_app(&self) -> Result<App, Error> {
        let mut reader = BufReader::new(self.open()?.take(SNAPSHOT_BYTES_MAX + 1));
        let reading = |error| Error::reading(self.to_string(), error);
        // A file that does not begin like a snapshot is not read to its end, which may be far.
        let start = self.text_of(reader.fill_buf().map_err(reading)?)?.trim_ascii_start();
        if start.first().is_some_and(|byte| *byte != b'{') {
            return Err(Error::NoSnapshot { what: self.to_string() });
        }
        let mut json = Vec::new();
        reader.read_to_end(&mut json).map_err(reading)?;
        if json.len() as u64 > SNAPSHOT_BYTES_MAX {
            let (what, purpose) = (self.to_string(), "a snapshot");
            return Err(Error::TooLarge { what, bytes_max: SNAPSHOT_BYTES_MAX, purpose });
        }
        App::restore(self.text_of(&json)?).map_err(|error| Error::Snapshot { what: self.to_string(), error })
    }

    /// The lines.
    pub(crate) fn lines(&self) -> Result<Lines, Error> {
        let reader = BufReader::with_capacity(1 << 16, self.open()?);
        Ok(Lines { reader, source: self.clone(), read: 0, line: Vec::new() })
    }

    fn open(&self) -> Result<Box<dyn Read>, Error> {
        let Self::File(path) = self else { return Ok(Box::new(io::stdin().lock())) };
        if path.as_os_str().is_empty() {
            return Err(Error::NamelessFile);
        }
        let file = File::open(path).map_err(|error| Error::reading(self.to_string(), error))?;
        match file.metadata() {
            Ok(metadata) if metadata.is_dir() => Err(Error::Directory { what: self.to_string() }),
            _ => Ok(Box::new(file)),
        }
    }
}

impl From<OsString> for Source {
    fn from(text: OsString) -> Self {
        if text == "-" { Self::Stdin } else { Self::File(text.into()) }
    }
}

impl fmt::Display for Source {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Stdin => f.write_str("standard input"),
            Self::File(path) => ShownPath(path).fmt(f),
        }
    }
}

/// A path in backticks, in full, its control characters escaped.
pub(crate) struct ShownPath<'a>(pub(crate) &'a Path);

impl fmt::Display for ShownPath<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_char('`')?;
        for c in self.0.to_string_lossy().chars() {
            match c.is_control() {
                true => write!(f, "{}", c.escape_default())?,
                false => f.write_char(c)?,
            }
        }
        f.write_char('`')
    }
}

/// The text without the line break at its end, of which there may be one.
pub(crate) fn without_line_break(text: &str) -> &str {
    match text.strip_suffix('\n') {
        Some(bare) => bare.strip_suffix('\r').unwrap_or(bare),
        None => text,
    }
}

/// No argument but the two of one command may both be standard input.
pub(crate) fn not_both_stdin(one: Option<&Source>, other: Option<&Source>) -> Result<(), Error> {
    match (one, other) {
        (Some(Source::Stdin), Some(Source::Stdin)) => Err(Error::StdinTwice),
        _ => Ok(()),
    }
}

/// The lines of a conversation, one at a time, with a limit on each.
pub(crate) struct Lines {
    reader: BufReader<Box<dyn Read>>,
    source: Source,
    read: u64,
    line: Vec<u8>,
}

/// A line: far above what 500 accounts need, and far below what would hurt.
const LINE_BYTES_MAX: u64 = 16 * 1_024 * 1_024;

impl Lines {
    /// The next line without its line break; none at the end. Waits for no more than that line.
    pub(crate) fn next_line(&mut self) -> Result<Option<&str>, Error> {
        self.line.clear();
        let mut limited = (&mut self.reader).take(LINE_BYTES_MAX + 1);
        let read = limited.read_until(b'\n', &mut self.line);
        if read.map_err(|error| Error::reading(self.source.to_string(), error))? == 0 {
            return Ok(None);
        }
        self.read += 1;
        let line = self.line.strip_suffix(b"\n").unwrap_or(&self.line);
        if line.len() as u64 > LINE_BYTES_MAX {
            return Err(Error::LineTooLong { place: self.place(), bytes_max: LINE_BYTES_MAX });
        }
        let line = if self.read == 1 { self.source.text_of(line)? } else { line };
        match std::str::from_utf8(line) {
            Ok(line) => Ok(Some(line)),
            Err(error) => Err(Error::LineNotUtf8 { place: self.place(), at: error.valid_up_to() }),
        }
    }

    /// The position of the latest line, in words.
    pub(crate) fn place(&self) -> String {
        let Self { source, read, .. } = self;
        match source {
            Source::Stdin => format!("{source}, line {read}"),
            Source::File(_) => format!("{source} line {read}"),
        }
    }

    /// Whether the next line is here already, so that [`Lines::next_line`] will not wait for it.
    pub(crate) fn has_next(&self) -> bool {
        self.reader.buffer().contains(&b'\n')
    }
}
