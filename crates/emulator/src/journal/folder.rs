//! The folder: its lock, its generations, what is read from it at the start.

use std::collections::BTreeSet;
use std::fs::{self, File, OpenOptions};
use std::io::{self, Read, Seek, Write};
use std::path::{Path, PathBuf};

use super::error::DataError;
use super::record::{self, Chain, End, Records};
use super::wire;
use crate::state::State;

const LOCK: &str = "lock";
const STATE: &str = "state";
const JOURNAL: &str = "journal";
/// The first line of a journal: one without it lost its beginning.
const HEAD: &str = r#"{"do":"begin"}"#;

/// A folder that no other emulator has.
pub(crate) struct Folder {
    path: PathBuf,
    /// The file `lock`. It is unlocked when it is closed, however the process ends; it contains the [`Mark`] of a stop.
    lock: File,
    /// The folder itself is locked as well where that can be: a file can be removed while it is locked.
    _folder: Option<File>,
}

/// How a journal ended when the emulator stopped: so that a tail that is missing later is noticed.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
struct Mark {
    generation: u64,
    bytes: u64,
    checksum: u32,
}

/// A folder, and what is found in it.
pub(crate) struct Loaded {
    pub(crate) folder: Folder,
    /// Nothing where the folder is new.
    pub(crate) state: Option<State>,
    /// The inputs behind the state, in order.
    pub(crate) journals: Vec<KeptJournal>,
}

/// The inputs of one file.
pub(crate) struct KeptJournal {
    pub(crate) path: PathBuf,
    pub(crate) lines: Vec<String>,
}

/// Takes the folder `path`, made if there is none, and reads its contents. With `repair`, a journal that is broken in its
/// middle ends there.
pub(crate) fn load(path: &Path, repair: bool) -> Result<Loaded, DataError> {
    let folder = Folder::open(path)?;
    let (state, journals) = folder.read(repair)?.unzip();
    Ok(Loaded { folder, state, journals: journals.unwrap_or_default() })
}

/// The numbers that there are files of.
#[derive(Default)]
struct Generations {
    states: BTreeSet<u64>,
    journals: BTreeSet<u64>,
}

impl Folder {
    /// Makes the folder if there is none, and takes it.
    fn open(path: &Path) -> Result<Self, DataError> {
        fs::create_dir_all(path).map_err(|source| io_error("made", path, source))?;
        let folder = match cfg!(unix) {
            true => Some(File::open(path).map_err(|source| io_error("opened", path, source))?),
            false => None,
        };
        let name = path.join(LOCK);
        let lock = options().create(true).truncate(false).read(true).write(true).open(&name);
        let lock = lock.map_err(|source| io_error("opened", &name, source))?;
        for (file, name) in folder.iter().map(|folder| (folder, path)).chain([(&lock, &*name)]) {
            match fs4::FileExt::try_lock(file) {
                Ok(()) => {}
                Err(fs4::TryLockError::WouldBlock) => return Err(DataError::InUse { folder: path.to_owned() }),
                Err(fs4::TryLockError::Error(source)) => return Err(io_error("locked", name, source)),
            }
        }
        Ok(Self { path: path.to_owned(), lock, _folder: folder })
    }

    /// The contents of the folder; nothing if it is new.
    fn read(&self, repair: bool) -> Result<Option<(State, Vec<KeptJournal>)>, DataError> {
        let Generations { states, mut journals } = self.generations()?;
        while let Some(last) = journals.last().copied().filter(|last| !states.contains(last)) {
            // The emulator ended when it had made the journal, and not yet put the state in its place.
            let follows = last
                .checked_sub(1)
                .is_some_and(|before| before == 0 || states.contains(&before) || journals.contains(&before));
            if !follows || !self.is_unused(last)? {
                break;
            }
            journals.remove(&last);
        }
        let Some(newest) = states.union(&journals).max().copied() else { return Ok(None) };
        let mut errors = Vec::new();
        let mut found = None;
        for generation in states.iter().rev() {
            match self.state(*generation) {
                Ok(state) => {
                    found = Some((*generation, state));
                    break;
                }
                Err(error) => {
                    tracing::warn!(%error, "a state cannot be read; an older one is looked for");
                    errors.push(error.to_string());
                }
            }
        }
        let Some((first, state)) = found else {
            let what = if errors.is_empty() { "there is no `state-N`".to_owned() } else { errors.join("; ") };
            return Err(DataError::NoState { folder: self.path.clone(), what });
        };
        let mut kept = Vec::new();
        for generation in first..=newest {
            if !journals.contains(&generation) {
                errors.push(format!("there is no `journal-{generation}` behind `state-{first}`"));
                let error = DataError::NoState { folder: self.path.clone(), what: errors.join("; ") };
                if !repair {
                    return Err(error);
                }
                tracing::warn!(%error, "the journal is missing, and passed over as asked for; answered inputs are lost");
                break;
            }
            let (journal, cut) = self.journal(generation, generation == newest, repair)?;
            kept.push(journal);
            if cut {
                break;
            }
        }
        Ok(Some((state, kept)))
    }

    fn state(&self, generation: u64) -> Result<State, DataError> {
        let (name, path) = self.name(STATE, generation);
        let bytes = fs::read(&path).map_err(|source| io_error("read", &path, source))?;
        let error = |what: &str| DataError::State { path: path.clone(), what: what.to_owned() };
        match record::read(&bytes, &mut Chain::of(&name)) {
            Records { lines, end: End::Whole } if lines.len() == 1 => {
                wire::parse(lines.first().unwrap_or(&"")).map_err(|what| error(&what))
            }
            _ => Err(error("it is not the one whole record that a state is")),
        }
    }

    /// Whether a journal has no input.
    fn is_unused(&self, generation: u64) -> Result<bool, DataError> {
        let (name, path) = self.name(JOURNAL, generation);
        let bytes = fs::read(&path).map_err(|source| io_error("read", &path, source))?;
        Ok(match record::read(&bytes, &mut Chain::of(&name)) {
            Records { lines, end: End::Whole | End::Torn { .. } } => lines.len() <= 1,
            _ => false,
        })
    }

    /// The inputs of a journal, and whether it was cut in its middle.
    fn journal(&self, generation: u64, is_last: bool, repair: bool) -> Result<(KeptJournal, bool), DataError> {
        let (name, path) = self.name(JOURNAL, generation);
        let bytes = fs::read(&path).map_err(|source| io_error("read", &path, source))?;
        let mut chain = Chain::of(&name);
        let Records { lines, end } = record::read(&bytes, &mut chain);
        // The first record is its head, which every journal has that a state belongs to.
        let has_head = lines.first() == Some(&HEAD);
        let lines = lines.into_iter().skip(1).map(str::to_owned).collect();
        let journal = KeptJournal { path: path.clone(), lines };
        let whole = match end {
            End::Whole => bytes.len(),
            End::Torn { at } | End::Broken { at, .. } => at,
        };
        let mark = self.mark().filter(|mark| is_last && mark.generation == generation);
        let error = match end {
            End::Broken { at, next } => Some(DataError::Broken { path, at, next }),
            // Another journal goes on behind it.
            End::Torn { at } if !is_last => Some(DataError::Broken { path, at, next: bytes.len() }),
            _ if !has_head => Some(DataError::Broken { path, at: 0, next: whole }),
            _ => {
                let changed = mark.filter(|mark| mark.bytes != whole as u64 || mark.checksum != chain.checksum());
                changed.map(|mark| DataError::Changed { path, expected: mark.bytes, found: whole as u64 })
            }
        };
        let (file, bytes) = (journal.path.display(), bytes.len() - whole);
        match error {
            Some(error) if !repair => Err(error),
            Some(error) => {
                tracing::warn!(%error, bytes, "the journal is broken, and cut there as asked for; answered inputs are lost");
                Ok((journal, true))
            }
            None => {
                if bytes > 0 {
                    tracing::warn!(%file, at = whole, bytes, "the journal ends with an incomplete record, as it does when it is written to at the end; that is cut");
                }
                Ok((journal, false))
            }
        }
    }

    /// The number behind the newest.
    pub(super) fn next_generation(&self) -> Result<u64, DataError> {
        let Generations { states, journals } = self.generations()?;
        let newest = states.union(&journals).max().copied().unwrap_or(0);
        newest.checked_add(1).ok_or_else(|| {
            let kind = if states.contains(&newest) { STATE } else { JOURNAL };
            DataError::LastGeneration { path: self.name(kind, newest).1 }
        })
    }

    /// Begins a generation: its state, whole and on the disk; its journal; then the state gets its name, with which the
    /// generation counts; and what came before is removed. At every step the folder can be read.
    pub(super) fn begin(&self, generation: u64, state: &State) -> Result<JournalFile, DataError> {
        let (name, path) = self.name(STATE, generation);
        let new = self.path.join("state.new");
        let json = wire::to_json(state);
        // The one before it is removed for it: a state that could not be read again must not take its place.
        let read = std::str::from_utf8(&json).map_err(|error| error.to_string()).and_then(wire::parse);
        read.map_err(|what| DataError::State { path: path.clone(), what })?;
        let mut bytes = Vec::with_capacity(json.len() + 20);
        Chain::of(&name).write(&mut bytes, &json);
        let written = options().create(true).truncate(true).write(true).open(&new).and_then(|mut file| {
            file.write_all(&bytes)?;
            file.sync_all()
        });
        written.map_err(|source| io_error("written", &new, source))?;
        let mut journal = self.begin_journal(generation)?;
        journal.append([HEAD.as_bytes()])?;
        self.sync()?;
        fs::rename(&new, &path).map_err(|source| io_error("put in its place", &path, source))?;
        self.sync()?;
        self.remove_before(generation);
        Ok(journal)
    }

    fn begin_journal(&self, generation: u64) -> Result<JournalFile, DataError> {
        let (name, path) = self.name(JOURNAL, generation);
        let file = options().create_new(true).append(true).open(&path);
        let file = file.map_err(|source| io_error("made", &path, source))?;
        Ok(JournalFile { file, path, generation, chain: Chain::of(&name), bytes: 0 })
    }

    /// Whether the lock and the journal are still the files that this process has opened.
    pub(super) fn check(&self, journal: &JournalFile) -> Result<(), DataError> {
        let lock = self.path.join(LOCK);
        for (file, path) in [(&self.lock, &lock), (&journal.file, &journal.path)] {
            if !is_same(file, path) {
                return Err(DataError::Vanished { path: path.clone() });
            }
        }
        Ok(())
    }

    /// Writes down how the journal ends, because the emulator stops.
    pub(super) fn set_mark(&self, journal: &JournalFile) -> io::Result<()> {
        let JournalFile { generation, bytes, chain, .. } = journal;
        let mut lock = &self.lock;
        lock.set_len(0)?;
        lock.rewind()?;
        writeln!(lock, "{JOURNAL}-{generation} {bytes} {:08x}", chain.checksum())?;
        lock.sync_all()
    }

    /// Removes the mark, because the emulator has started.
    pub(super) fn clear_mark(&self) -> Result<(), DataError> {
        let cleared = self.lock.set_len(0).and_then(|()| self.lock.sync_all());
        cleared.map_err(|source| io_error("written", &self.path.join(LOCK), source))
    }

    /// The mark of the last stop, if there is one.
    fn mark(&self) -> Option<Mark> {
        let mut text = String::new();
        let mut lock = &self.lock;
        lock.rewind().ok()?;
        lock.take(200).read_to_string(&mut text).ok()?;
        let mut words = text.trim_end().strip_prefix(JOURNAL)?.strip_prefix('-')?.split(' ');
        let mark = Mark {
            generation: words.next()?.parse().ok()?,
            bytes: words.next()?.parse().ok()?,
            checksum: u32::from_str_radix(words.next()?, 16).ok()?,
        };
        words.next().is_none().then_some(mark)
    }

    /// What is left behind does no harm.
    fn remove_before(&self, generation: u64) {
        let Ok(Generations { states, journals }) = self.generations() else { return };
        let states = states.range(..generation).map(|old| self.name(STATE, *old));
        for (_, path) in journals.range(..generation).map(|old| self.name(JOURNAL, *old)).chain(states) {
            if let Err(error) = fs::remove_file(&path) {
                tracing::warn!(file = %path.display(), %error, "an old file could not be removed");
            }
        }
    }

    /// Puts the names in the folder on the disk. Where a folder is no file, the system sees to it.
    fn sync(&self) -> Result<(), DataError> {
        if cfg!(unix) {
            let synced = File::open(&self.path).and_then(|folder| folder.sync_all());
            synced.map_err(|source| io_error("brought to the disk", &self.path, source))?;
        }
        Ok(())
    }

    fn generations(&self) -> Result<Generations, DataError> {
        let error = |source| io_error("read", &self.path, source);
        let mut found = Generations::default();
        for entry in fs::read_dir(&self.path).map_err(error)? {
            let name = entry.map_err(error)?.file_name();
            let Some((kind, number)) = name.to_str().and_then(|name| name.split_once('-')) else { continue };
            // Another way of writing a number is a file of somebody else.
            let Some(generation) = number.parse::<u64>().ok().filter(|parsed| parsed.to_string() == number) else {
                continue;
            };
            match kind {
                "state" => found.states.insert(generation),
                "journal" => found.journals.insert(generation),
                _ => false,
            };
        }
        Ok(found)
    }

    /// The name of a file, and its path.
    fn name(&self, kind: &str, generation: u64) -> (String, PathBuf) {
        let name = format!("{kind}-{generation}");
        let path = self.path.join(&name);
        (name, path)
    }
}

/// The journal that is written to.
pub(super) struct JournalFile {
    file: File,
    path: PathBuf,
    generation: u64,
    chain: Chain,
    bytes: u64,
}

impl JournalFile {
    pub(super) const fn generation(&self) -> u64 {
        self.generation
    }

    /// Appends lines, and returns when they are on the disk.
    pub(super) fn append<'a>(&mut self, lines: impl IntoIterator<Item = &'a [u8]>) -> Result<(), DataError> {
        let mut records = Vec::new();
        lines.into_iter().for_each(|line| self.chain.write(&mut records, line));
        let written = self.file.write_all(&records).and_then(|()| self.file.sync_data());
        self.bytes += records.len() as u64;
        written.map_err(|source| io_error("written", &self.path, source))
    }
}

/// How files of the folder are made: for their owner alone, where the system knows owners.
fn options() -> OpenOptions {
    let mut options = OpenOptions::new();
    #[cfg(unix)]
    std::os::unix::fs::OpenOptionsExt::mode(&mut options, 0o600);
    options
}

/// Whether `path` still names the file that was opened; assumed if the system has no identity for files.
fn is_same(file: &File, path: &Path) -> bool {
    #[cfg(unix)]
    {
        use std::os::unix::fs::MetadataExt;
        let identity = |metadata: fs::Metadata| (metadata.dev(), metadata.ino());
        let (opened, named) = (file.metadata().map(identity), fs::metadata(path).map(identity));
        opened.is_ok_and(|opened| named.is_ok_and(|named| named == opened))
    }
    #[cfg(not(unix))]
    {
        let _ = file;
        path.exists()
    }
}

pub(super) fn io_error(done: &'static str, path: &Path, source: io::Error) -> DataError {
    DataError::Io { done, path: path.to_owned(), source }
}
