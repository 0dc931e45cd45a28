//! The progress bar: on a terminal alone, and only where it takes long.

use std::time::{Duration, Instant};

use indicatif::{ProgressBar, ProgressDrawTarget, ProgressStyle};

/// What takes less needs no bar.
const PATIENCE: Duration = Duration::from_millis(500);

/// A bar on standard error, which shows nothing if that is not a terminal.
pub(crate) struct Bar {
    /// The counted thing and its state, as in `accounts answered`.
    noun: &'static str,
    begun: Instant,
    bar: Option<ProgressBar>,
}

impl Bar {
    pub(crate) fn new(noun: &'static str) -> Self {
        Self { noun, begun: Instant::now(), bar: None }
    }

    pub(crate) fn show(&mut self, settled: usize, count: usize) {
        if self.bar.is_none() && self.begun.elapsed() >= PATIENCE {
            self.bar = Some(bar(count, self.noun));
        }
        if let Some(bar) = &self.bar {
            bar.set_position(settled as u64);
        }
    }

    /// Takes the bar away: the report follows.
    pub(crate) fn finish(self) {
        if let Some(bar) = self.bar {
            bar.finish_and_clear();
        }
    }
}

fn bar(count: usize, noun: &str) -> ProgressBar {
    let style = ProgressStyle::with_template(&format!("{{bar:30}} {{pos}} of {{len}} {noun}"));
    let bar = ProgressBar::with_draw_target(Some(count as u64), ProgressDrawTarget::stderr());
    bar.with_style(style.unwrap_or_else(|_| ProgressStyle::default_bar()).progress_chars("=> "))
}
