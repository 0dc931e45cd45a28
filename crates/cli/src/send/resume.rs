//! The resume file: the progress of a run, from which the next one continues.

use std::path::Path;
use std::time::{Duration, Instant};

use avmarks_client::{Job, Plan, Progress};

use crate::error::Error;
use crate::input::{ShownPath, Source};
use crate::output::remark;
use crate::save::Save;

/// 40 bytes a call, and 8 an account that was left out: more than ten million accounts come to.
const BYTES_MAX: u64 = 512 * 1_024 * 1_024;

/// The longest time between two writes of unsaved progress.
const PAUSE_MAX: Duration = Duration::from_secs(1);

/// How many times as long as a saving took nothing more is saved, within [`PAUSE_MAX`]: so that no more than a tenth of the
/// time is spent on it.
const PAUSE_FACTOR: u32 = 9;

pub(super) struct Resume {
    what: String,
    save: Save,
    progress: Option<Progress>,
    /// Accounts that were settled when it was last saved.
    saved: usize,
    next_at: Instant,
    has_failed: bool,
}

impl Resume {
    /// Reads the file, if there is one, and looks whether it can be written, and is none of the inputs.
    pub(super) fn open<'a>(path: &Path, inputs: impl IntoIterator<Item = &'a Source>) -> Result<Self, Error> {
        let what = ShownPath(path).to_string();
        let save = Save::to("resume file", path, inputs)?;
        let source = Source::File(path.to_owned());
        let read = match source.read_limited(BYTES_MAX, "a resume file") {
            Ok(bytes) => Some(bytes),
            Err(Error::Missing { .. }) => None,
            Err(error) => return Err(error),
        };
        let progress = read.as_deref().map(|bytes| source.text_of(bytes)).transpose()?.map(Progress::parse).transpose();
        let progress = progress.map_err(|error| Error::Progress { what: what.clone(), error })?;
        Ok(Self { what, save, progress, saved: 0, next_at: Instant::now(), has_failed: false })
    }

    /// How far an earlier run came.
    pub(super) const fn progress(&self) -> Option<&Progress> {
        self.progress.as_ref()
    }

    /// Saves the progress.
    pub(super) fn save(&mut self, job: &Job) -> Result<(), Error> {
        self.save.write(&job.progress().to_json())?;
        self.saved = job.answered();
        Ok(())
    }

    /// Saves what is settled, if that is more than before, and not too soon after the last time. Where it fails, the run
    /// goes on, and it is tried again.
    pub(super) fn keep(&mut self, job: &Job) {
        let begun = Instant::now();
        if job.answered() == self.saved || begun < self.next_at {
            return;
        }
        if let Err(error) = self.save(job)
            && !std::mem::replace(&mut self.has_failed, true)
        {
            remark(format_args!("{error}; saving is tried again while accounts are sent"));
        }
        self.next_at = Instant::now() + begun.elapsed().saturating_mul(PAUSE_FACTOR).min(PAUSE_MAX);
    }

    /// Saves for the last time, and returns how to continue; or removes the file, if there is nothing left to do.
    pub(super) fn finish(mut self, job: &Job) -> Result<Option<String>, Error> {
        let accounts: usize = job.plans().map(Plan::len).sum();
        let settled = job.answered();
        if settled == accounts {
            self.save.remove()?;
            return Ok(None);
        }
        if settled != self.saved {
            self.save(job)?;
        }
        Ok(Some(format!(
            "{settled} of {accounts} accounts have their answer; run the same command again to continue from {}",
            self.what
        )))
    }
}
