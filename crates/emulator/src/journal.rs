//! State that lasts: a folder in which every input that changed something is written down before it is answered.
//!
//! | file | contents |
//! |---|---|
//! | `state-N` | one record: the whole state with which generation `N` begins |
//! | `journal-N` | a head, and one record for each input since then, in order |
//! | `lock` | how the journal ended when the emulator stopped; the process that uses the folder has a lock on it, and on the folder |
//!
//! A record is a line: a checksum, a number and JSON (`record.rs`). The checksum follows from the record before, so that what is
//! missing, doubled, changed or swapped is found; that the tail is whole after a stop is seen from `lock`. After each write the
//! names are compared with what is open, so that nothing is answered once the files were removed. The JSON of a journal is a
//! scenario line (`docs/scenario.md`) with its time, and there are three more that the emulator alone has: `clock`, `name` and
//! `group_call` (`line.rs`). At the start [`load`] reads the newest state and the inputs behind it, and the world takes them in again with the
//! code that took them in the first time. What is no line (settings, another state, a reset) begins a new generation.
//!
//! **Group commit:** a record is appended under the world's lock, so that the order of the records is that of the inputs. A
//! thread writes what has gathered and calls `fdatasync`; an answer waits for that outside the lock ([`Commit`]), and so do
//! all that came meanwhile, for one `fdatasync` together. A write that fails is not tried again: from then on nothing is
//! accepted, because the contents of the file are not known.
//!
//! **Why no embedded store.** `redb` was considered, which is well kept and would have given transactions, pages with
//! checksums and a compact file. But nothing is ever looked up here: inputs are appended, and read once, in order. A file of
//! lines does that with one checksum, can be read by people and by `avmarks replay`, and a torn tail can be distinguished from a broken
//! middle, reported with its place, and cut. `cut -d' ' -f3- journal-3 | tail -n +2` gives the lines, and `cut -d' ' -f3- state-3 | jq .app`
//! the snapshot that `avmarks replay --state` takes.

mod error;
mod folder;
mod line;
mod record;
#[cfg(test)]
mod tests;
mod wire;
mod writer;

pub use error::DataError;
pub(crate) use folder::{KeptJournal, Loaded, load};
pub(crate) use line::{OwnLine, Record, call_line};
pub(crate) use writer::{Commit, Journal, NotPersisted, wait};
