//! Ctrl-C, and the other ways to ask a process to end: the first time it stops sending, the second time it ends.

use std::process::exit;
use std::sync::atomic::{AtomicBool, Ordering};

use avmarks_client::{Job, Plan};

use crate::output::remark;

static STOP: AtomicBool = AtomicBool::new(false);

/// What shells take a process for that Ctrl-C ended.
const INTERRUPTED: i32 = 130;

/// What is set from the first Ctrl-C on.
pub(super) fn stop() -> &'static AtomicBool {
    let heeded = ctrlc::set_handler(|| {
        if STOP.swap(true, Ordering::Relaxed) {
            exit(INTERRUPTED);
        }
        remark(format_args!("stopping: what is on its way is waited for; Ctrl-C again ends at once"));
    });
    if let Err(fault) = heeded {
        remark(format_args!("Ctrl-C will end this at once: {fault}"));
    }
    &STOP
}

/// How to go on after a stop, where no progress was kept.
pub(super) fn how_to_go_on(job: &Job) -> Option<String> {
    let accounts: usize = job.plans().map(Plan::len).sum();
    let is_left = STOP.load(Ordering::Relaxed) && job.settled() < accounts;
    is_left.then(|| {
        "stopped; without --resume FILE, the next run sends to all accounts again, which does no harm".to_owned()
    })
}
