//! A queue of lines to a slow or blocked output: writers do not wait for it.

use std::io::{self, Write};
use std::sync::{Arc, Condvar, Mutex, MutexGuard, PoisonError};
use std::time::Duration;

/// Bytes that may wait; a line beyond them is dropped, and counted.
const WAITING_BYTES_MAX: usize = 4 * 1_048_576;

/// How long the writer lets lines gather after each write: waking it for each line costs more than the lines do. A line that comes after
/// a pause is written at once.
const GATHER: Duration = Duration::from_millis(1);

/// The sender of lines. Each write is one line.
#[derive(Clone)]
pub(super) struct Lines(Arc<Queue>);

#[derive(Default)]
struct Queue {
    state: Mutex<State>,
    changed: Condvar,
}

#[derive(Default)]
struct State {
    /// The lines that wait, one behind the other.
    waiting: Vec<u8>,
    /// Bytes that wait or are being written.
    bytes: usize,
    /// How many lines were dropped since the last report of it.
    dropped: u64,
    /// Whether the writer is awake: it writes the lines that it took out, or lets others gather.
    writing: bool,
}

impl State {
    fn has_something(&self) -> bool {
        !self.waiting.is_empty() || self.dropped > 0
    }
}

impl Lines {
    /// Begins to write lines to `out`, from a thread of its own. `lost` is told how many were dropped, once others are
    /// written again.
    pub(super) fn to(mut out: impl Write + Send + 'static, lost: impl Fn(u64) + Send + 'static) -> io::Result<Self> {
        let lines = Self(Arc::default());
        let queue = Arc::clone(&lines.0);
        std::thread::Builder::new().name("log".to_owned()).spawn(move || {
            let mut batch = Vec::new();
            loop {
                let dropped = queue.take(&mut batch);
                // If they are not read, nothing is lost.
                let _ = out.write_all(&batch);
                let _ = out.flush();
                batch.clear();
                if dropped > 0 {
                    lost(dropped);
                }
                std::thread::sleep(GATHER);
                queue.written();
            }
        })?;
        Ok(lines)
    }

    /// Waits until all is written, but no longer than this.
    pub(super) fn flush(&self, patience: Duration) {
        let is_busy = |state: &mut State| state.writing || state.has_something();
        drop(self.0.changed.wait_timeout_while(self.0.lock(), patience, is_busy));
    }
}

impl Write for Lines {
    fn write(&mut self, line: &[u8]) -> io::Result<usize> {
        self.0.put(line);
        Ok(line.len())
    }

    fn flush(&mut self) -> io::Result<()> {
        Ok(())
    }
}

impl Queue {
    fn put(&self, line: &[u8]) {
        let mut state = self.lock();
        if state.bytes + line.len() > WAITING_BYTES_MAX {
            state.dropped += 1;
            return;
        }
        let was_empty = state.waiting.is_empty();
        state.bytes += line.len();
        state.waiting.extend_from_slice(line);
        // While the writer is awake, others gather without waking anybody.
        if was_empty && !state.writing {
            self.changed.notify_all();
        }
    }

    /// Takes all that waits into `batch`, which is empty, once something does, and gives how many lines were dropped.
    fn take(&self, batch: &mut Vec<u8>) -> u64 {
        let has_nothing = |state: &mut State| !state.has_something();
        let waited = self.changed.wait_while(self.lock(), has_nothing);
        let mut state = waited.unwrap_or_else(PoisonError::into_inner);
        state.writing = true;
        std::mem::swap(&mut state.waiting, batch);
        std::mem::take(&mut state.dropped)
    }

    /// The lines that were taken out are written.
    fn written(&self) {
        let mut state = self.lock();
        state.writing = false;
        state.bytes = state.waiting.len();
        self.changed.notify_all();
    }

    fn lock(&self) -> MutexGuard<'_, State> {
        self.state.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

#[cfg(test)]
mod tests {
    use std::sync::mpsc::{Receiver, Sender, channel};

    use super::*;

    /// A writer that accepts nothing until it is released.
    struct Stuck {
        go: Receiver<()>,
        taken: Sender<Vec<u8>>,
    }

    impl Write for Stuck {
        fn write(&mut self, line: &[u8]) -> io::Result<usize> {
            let _ = self.go.recv();
            let _ = self.taken.send(line.to_vec());
            Ok(line.len())
        }

        fn flush(&mut self) -> io::Result<()> {
            Ok(())
        }
    }

    #[test]
    fn dropped_lines_are_counted() {
        let ((go, gone), (taken, lines_taken), (told, lost)) = (channel(), channel(), channel());
        let out = Stuck { go: gone, taken };
        let mut lines = Lines::to(out, move |dropped| told.send(dropped).unwrap()).unwrap();
        let line = vec![b'x'; 65_536];
        let sum = 100;
        for _ in 0..sum {
            lines.write_all(&line).unwrap();
        }
        let fitting = WAITING_BYTES_MAX / line.len();
        // Nothing is written, and this returns.
        lines.flush(Duration::from_millis(1));
        // From here on it takes all.
        drop(go);
        let mut taken_bytes = 0;
        while taken_bytes < fitting * line.len() {
            taken_bytes += lines_taken.recv().unwrap().len();
        }
        assert_eq!(taken_bytes, fitting * line.len());
        // The place counts as taken until the last of them is written.
        lines.flush(Duration::from_secs(60));
        lines.write_all(b"again\n").unwrap();
        lines.flush(Duration::from_secs(60));
        assert_eq!(lines_taken.try_iter().collect::<Vec<_>>(), [b"again\n"]);
        assert_eq!(lost.try_iter().sum::<u64>(), (sum - fitting) as u64);
    }
}
