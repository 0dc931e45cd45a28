//! The folder: its lock, its generations, what is read from it at the start.

use std::collections::BTreeSet;
use std::fs::{self, File, OpenOptions};
use std::io::{self, Write};
use std::path::{Path, PathBuf};

use super::error::DataError;
use super::record::{self, End, Records};
use super::wire;
use crate::state::State;

/// A folder that no other emulator has.
pub(crate) struct Folder {
    path: PathBuf,
    /// The lock is given back when this is closed, however the process ends.
    _lock: File,
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

/// Takes the folder `path`, made where there is none, and reads what it holds. With `repair`, a journal that is broken in its
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
    /// Makes the folder where there is none, and takes it.
    fn open(path: &Path) -> Result<Self, DataError> {
        fs::create_dir_all(path).map_err(|source| io_fault("made", path, source))?;
        let name = path.join("lock");
        let lock = OpenOptions::new().create(true).truncate(false).write(true).open(&name);
        let lock = lock.map_err(|source| io_fault("opened", &name, source))?;
        match fs4::FileExt::try_lock(&lock) {
            Ok(()) => Ok(Self { path: path.to_owned(), _lock: lock }),
            Err(fs4::TryLockError::WouldBlock) => Err(DataError::InUse { folder: path.to_owned() }),
            Err(fs4::TryLockError::Error(source)) => Err(io_fault("locked", &name, source)),
        }
    }

    /// What the folder holds; nothing where it is new.
    fn read(&self, repair: bool) -> Result<Option<(State, Vec<KeptJournal>)>, DataError> {
        let Generations { states, journals } = self.generations()?;
        let Some(newest) = states.union(&journals).max().copied() else { return Ok(None) };
        let mut faults = Vec::new();
        let mut found = None;
        for generation in states.iter().rev() {
            match self.state(*generation) {
                Ok(state) => {
                    found = Some((*generation, state));
                    break;
                }
                Err(fault) => {
                    tracing::warn!(%fault, "a state cannot be read; an older one is looked for");
                    faults.push(fault.to_string());
                }
            }
        }
        let Some((first, state)) = found else {
            let what = if faults.is_empty() { "there is no `state-N`".to_owned() } else { faults.join("; ") };
            return Err(DataError::NoState { folder: self.path.clone(), what });
        };
        let mut kept = Vec::new();
        for generation in first..=newest {
            if journals.contains(&generation) {
                let (journal, cut) = self.journal(generation, generation == newest, repair)?;
                kept.push(journal);
                if cut {
                    break;
                }
            } else if generation < newest {
                let what = format!("{}; there is no `journal-{generation}` behind `state-{first}`", faults.join("; "));
                return Err(DataError::NoState { folder: self.path.clone(), what });
            }
        }
        Ok(Some((state, kept)))
    }

    fn state(&self, generation: u64) -> Result<State, DataError> {
        let path = self.name("state", generation);
        let bytes = fs::read(&path).map_err(|source| io_fault("read", &path, source))?;
        let fault = |what: &str| DataError::State { path: path.clone(), what: what.to_owned() };
        match record::read(&bytes) {
            Records { lines, end: End::Whole } if lines.len() == 1 => {
                wire::parse(lines.first().unwrap_or(&"")).map_err(|what| fault(&what))
            }
            _ => Err(fault("it is not the one whole record that a state is")),
        }
    }

    /// The inputs of a journal, and whether it was cut in its middle.
    fn journal(&self, generation: u64, is_last: bool, repair: bool) -> Result<(KeptJournal, bool), DataError> {
        let path = self.name("journal", generation);
        let bytes = fs::read(&path).map_err(|source| io_fault("read", &path, source))?;
        let Records { lines, end } = record::read(&bytes);
        let lines = lines.into_iter().map(str::to_owned).collect();
        let (at, next) = match end {
            End::Whole => return Ok((KeptJournal { path, lines }, false)),
            End::Torn { at } if is_last => {
                let (file, bytes) = (path.display(), bytes.len() - at);
                tracing::warn!(%file, at, bytes, "the journal ends with what is no whole record, as it does when it is written to at the end; that is cut");
                return Ok((KeptJournal { path, lines }, false));
            }
            // Another journal goes on behind it.
            End::Torn { at } => (at, bytes.len()),
            End::Broken { at, next } => (at, next),
        };
        if !repair {
            return Err(DataError::Broken { path, at, next });
        }
        let (file, bytes) = (path.display(), bytes.len() - at);
        tracing::warn!(%file, at, bytes, "the journal is broken, and cut there as asked for; answered inputs are lost");
        Ok((KeptJournal { path, lines }, true))
    }

    /// The number behind the newest.
    pub(super) fn next_generation(&self) -> Result<u64, DataError> {
        let Generations { states, journals } = self.generations()?;
        Ok(states.union(&journals).max().map_or(1, |newest| newest + 1))
    }

    /// Begins a generation: its state first, whole and on the disk before it has its name; then its journal; and when both are
    /// there, what came before is removed. At every step the folder can be read.
    pub(super) fn begin(&self, generation: u64, state: &State) -> Result<(File, PathBuf), DataError> {
        let (name, new) = (self.name("state", generation), self.path.join("state.new"));
        let json = wire::to_json(state);
        // The one before it is removed for it: a state that could not be read again must not take its place.
        let read = std::str::from_utf8(&json).map_err(|fault| fault.to_string()).and_then(wire::parse);
        read.map_err(|what| DataError::State { path: name.clone(), what })?;
        let mut bytes = Vec::with_capacity(json.len() + 10);
        record::write(&mut bytes, &json);
        let written = File::create(&new).and_then(|mut file| {
            file.write_all(&bytes)?;
            file.sync_all()
        });
        written.map_err(|source| io_fault("written", &new, source))?;
        fs::rename(&new, &name).map_err(|source| io_fault("put in its place", &name, source))?;
        self.sync()?;
        let path = self.name("journal", generation);
        let journal = OpenOptions::new().create_new(true).append(true).open(&path);
        let journal = journal.map_err(|source| io_fault("made", &path, source))?;
        self.sync()?;
        self.remove_before(generation);
        Ok((journal, path))
    }

    /// What is left behind does no harm.
    fn remove_before(&self, generation: u64) {
        let Ok(Generations { states, journals }) = self.generations() else { return };
        let states = states.range(..generation).map(|old| self.name("state", *old));
        for path in journals.range(..generation).map(|old| self.name("journal", *old)).chain(states) {
            if let Err(fault) = fs::remove_file(&path) {
                tracing::warn!(file = %path.display(), %fault, "an old file could not be removed");
            }
        }
    }

    /// Puts the names in the folder on the disk. Where a folder is no file, the system sees to it.
    fn sync(&self) -> Result<(), DataError> {
        if cfg!(unix) {
            let synced = File::open(&self.path).and_then(|folder| folder.sync_all());
            synced.map_err(|source| io_fault("brought to the disk", &self.path, source))?;
        }
        Ok(())
    }

    fn generations(&self) -> Result<Generations, DataError> {
        let fault = |source| io_fault("read", &self.path, source);
        let mut found = Generations::default();
        for entry in fs::read_dir(&self.path).map_err(fault)? {
            let name = entry.map_err(fault)?.file_name();
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

    fn name(&self, kind: &str, generation: u64) -> PathBuf {
        self.path.join(format!("{kind}-{generation}"))
    }
}

pub(super) fn io_fault(done: &'static str, path: &Path, source: io::Error) -> DataError {
    DataError::Io { done, path: path.to_owned(), source }
}
