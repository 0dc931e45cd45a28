//! The thread that writes, and those who wait for it.

use std::path::PathBuf;
use std::pin::pin;
use std::sync::{Arc, Condvar, Mutex, PoisonError};
use std::task::{Context, Poll, Wake};
use std::thread::{JoinHandle, Thread};

use tokio::sync::watch;

use super::error::DataError;
use super::folder::{Folder, JournalFile, io_error};
use crate::state::State;

/// What was asked cannot be kept, and nothing more is accepted.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error("the state can no longer be kept, so nothing more is accepted; restart the emulator once this is mended: {0}")]
pub(crate) struct NotPersisted(Arc<str>);

/// Bytes of a record in addition to its line: checksum, number, two spaces and the line break, about.
const RECORD_BYTES: usize = 16;

/// The journal of a world: hands what is appended to a thread of its own. Dropping it waits until all is written.
pub(crate) struct Journal {
    /// About how many bytes its generation has.
    bytes: usize,
    bytes_max: usize,
    queue: Arc<Queue>,
    /// How many pieces were passed to the writer.
    appended: u64,
    progress: watch::Receiver<Progress>,
    thread: Option<JoinHandle<()>>,
}

/// Waits for everything that was passed before.
pub(crate) struct Commit(Option<(u64, watch::Receiver<Progress>)>);

/// How far the thread has come.
enum Progress {
    Persisted(u64),
    Failed(NotPersisted),
}

#[derive(Default)]
struct Queue {
    waiting: Mutex<Waiting>,
    filled: Condvar,
}

#[derive(Default)]
struct Waiting {
    pieces: Vec<Piece>,
    appended: u64,
    closed: bool,
}

enum Piece {
    /// Lines of the generation, each with a line break.
    Lines(Vec<u8>),
    /// The state that the next one begins with.
    Generation(Box<State>),
}

impl Journal {
    /// Begins a generation with this state, and waits for more.
    pub(crate) fn start(folder: Folder, state: &State, bytes_max: usize) -> Result<Self, DataError> {
        let generation = folder.next_generation()?;
        let journal = folder.begin(generation, state)?;
        folder.clear_mark()?;
        let queue = Arc::new(Queue::default());
        let (progressed, progress) = watch::channel(Progress::Persisted(0));
        let mut pen = Pen { folder, journal };
        let taken = Arc::clone(&queue);
        let thread = std::thread::Builder::new().name("avmarks-journal".to_owned()).spawn(move || {
            while let Some((pieces, appended)) = taken.take() {
                let written = pieces.into_iter().try_for_each(|piece| pen.write(piece));
                if let Err(error) = written {
                    let failure = NotPersisted(error.to_string().into());
                    tracing::error!("{failure}");
                    progressed.send_replace(Progress::Failed(failure));
                    return;
                }
                progressed.send_replace(Progress::Persisted(appended));
            }
            pen.stop();
        });
        let thread = thread.map_err(|source| io_error("written by a thread", &PathBuf::from("journal"), source))?;
        Ok(Self { bytes: 0, bytes_max, queue, appended: 0, progress, thread: Some(thread) })
    }

    /// Appends a line.
    pub(crate) fn append(&mut self, line: &[u8]) {
        self.bytes += line.len() + RECORD_BYTES;
        self.hand(|pieces| {
            if !matches!(pieces.last(), Some(Piece::Lines(_))) {
                pieces.push(Piece::Lines(Vec::with_capacity(line.len() + 1)));
            }
            if let Some(Piece::Lines(lines)) = pieces.last_mut() {
                lines.extend_from_slice(line);
                lines.push(b'\n');
            }
        });
    }

    /// Whether it is time for a new generation.
    pub(crate) const fn is_full(&self) -> bool {
        self.bytes >= self.bytes_max
    }

    /// Begins a new generation with this state, which holds everything appended so far.
    pub(crate) fn begin(&mut self, state: State) {
        self.bytes = 0;
        self.hand(|pieces| pieces.push(Piece::Generation(Box::new(state))));
    }

    fn hand(&mut self, add: impl FnOnce(&mut Vec<Piece>)) {
        self.appended += 1;
        let mut waiting = self.queue.waiting.lock().unwrap_or_else(PoisonError::into_inner);
        waiting.appended = self.appended;
        add(&mut waiting.pieces);
        self.queue.filled.notify_one();
    }

    /// What waits until all that was appended so far is kept.
    pub(crate) fn commit(&self) -> Commit {
        Commit(Some((self.appended, self.progress.clone())))
    }

    /// Why nothing is kept any more, if that is so.
    pub(crate) fn failed(&self) -> Option<NotPersisted> {
        match &*self.progress.borrow() {
            Progress::Persisted(_) => None,
            Progress::Failed(failure) => Some(failure.clone()),
        }
    }
}

impl Drop for Journal {
    fn drop(&mut self) {
        self.queue.waiting.lock().unwrap_or_else(PoisonError::into_inner).closed = true;
        self.queue.filled.notify_one();
        if let Some(thread) = self.thread.take() {
            // What it failed at, it has said.
            let _ = thread.join();
        }
    }
}

impl Queue {
    /// All that waits, and its number; nothing once all is written and no more will come.
    fn take(&self) -> Option<(Vec<Piece>, u64)> {
        let waiting = self.waiting.lock().unwrap_or_else(PoisonError::into_inner);
        let filled = self.filled.wait_while(waiting, |waiting| waiting.pieces.is_empty() && !waiting.closed);
        let mut waiting = filled.unwrap_or_else(PoisonError::into_inner);
        let pieces = std::mem::take(&mut waiting.pieces);
        (!pieces.is_empty()).then_some((pieces, waiting.appended))
    }
}

impl Commit {
    /// For a world that keeps nothing.
    pub(crate) const NONE: Self = Self(None);

    /// Waits until it is persisted, which means on the disk.
    pub(crate) async fn done(self) -> Result<(), NotPersisted> {
        let Some((number, mut progress)) = self.0 else { return Ok(()) };
        let reached = progress.wait_for(|progress| match progress {
            Progress::Persisted(kept) => *kept >= number,
            Progress::Failed(_) => true,
        });
        match reached.await.as_deref() {
            Ok(Progress::Persisted(_)) => Ok(()),
            Ok(Progress::Failed(failure)) => Err(failure.clone()),
            Err(_) => Err(NotPersisted("the thread that writes has ended".into())),
        }
    }
}

/// Waits for a future on this thread, which may be none of an executor's.
pub(crate) fn wait<T>(future: impl Future<Output = T>) -> T {
    struct Unpark(Thread);
    impl Wake for Unpark {
        fn wake(self: Arc<Self>) {
            self.0.unpark();
        }
    }
    let waker = Arc::new(Unpark(std::thread::current())).into();
    let mut future = pin!(future);
    loop {
        match future.as_mut().poll(&mut Context::from_waker(&waker)) {
            Poll::Ready(value) => return value,
            Poll::Pending => std::thread::park(),
        }
    }
}

/// What the thread writes with.
struct Pen {
    folder: Folder,
    journal: JournalFile,
}

impl Pen {
    fn write(&mut self, piece: Piece) -> Result<(), DataError> {
        match piece {
            Piece::Lines(lines) => {
                self.journal.append(lines.split_inclusive(|byte| *byte == b'\n').map(<[u8]>::trim_ascii_end))?;
            }
            Piece::Generation(state) => {
                let generation = self.journal.generation().checked_add(1);
                let generation = generation.map_or_else(|| self.folder.next_generation(), Ok)?;
                self.journal = self.folder.begin(generation, &state)?;
            }
        }
        // What was written to a file that has no name any more is lost, and must not be answered.
        self.folder.check(&self.journal)
    }

    /// Writes down how the journal ends.
    fn stop(&self) {
        if let Err(error) = self.folder.set_mark(&self.journal) {
            tracing::warn!(%error, "that the emulator stopped could not be written down; a tail that is lost will not be noticed");
        }
    }
}
