//! The progress bar: on a terminal alone, and only where it takes long.

use std::time::{Duration, Instant};

use indicatif::{ProgressBar, ProgressDrawTarget, ProgressStyle};

/// What takes less needs no bar.
const PATIENCE: Duration = Duration::from_millis(500);

/// A bar on standard error, which shows nothing if that is not a terminal.
pub(super) struct Bar {
    accounts: usize,
    begun: Instant,
    bar: Option<ProgressBar>,
}

impl Bar {
    pub(super) fn new(accounts: usize) -> Self {
        Self { accounts, begun: Instant::now(), bar: None }
    }

    pub(super) fn show(&mut self, settled: usize) {
        if self.bar.is_none() && self.begun.elapsed() >= PATIENCE {
            self.bar = Some(bar(self.accounts));
        }
        if let Some(bar) = &self.bar {
            bar.set_position(settled as u64);
        }
    }

    /// Takes the bar away: the report follows.
    pub(super) fn finish(self) {
        if let Some(bar) = self.bar {
            bar.finish_and_clear();
        }
    }
}

fn bar(accounts: usize) -> ProgressBar {
    let style = ProgressStyle::with_template("{bar:30} {pos} of {len} accounts answered");
    let bar = ProgressBar::with_draw_target(Some(accounts as u64), ProgressDrawTarget::stderr());
    bar.with_style(style.unwrap_or_else(|_| ProgressStyle::default_bar()).progress_chars("=> "))
}
