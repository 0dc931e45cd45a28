//! Ctrl-C, and the other ways to ask a process to end: the first time it stops sending, the second time it ends.

use std::process::exit;
use std::sync::atomic::{AtomicBool, Ordering};

use avmarks_client::{Job, Plan};
use avmarks_spec::{Gap, Mark};

use crate::output::remark;

static STOP: AtomicBool = AtomicBool::new(false);

/// What shells take a process for that Ctrl-C ended.
const INTERRUPTED: i32 = 130;

/// The flag that is set from the first Ctrl-C on.
pub(super) fn stop() -> &'static AtomicBool {
    let heeded = ctrlc::set_handler(|| {
        if STOP.swap(true, Ordering::Relaxed) {
            exit(INTERRUPTED);
        }
        remark(format_args!(
            "stopping: waiting for the answers to the calls that were sent; Ctrl-C again ends at once"
        ));
    });
    if let Err(error) = heeded {
        remark(format_args!("Ctrl-C will end this at once: {error}"));
    }
    &STOP
}

/// How to go on after a stop, if no progress was kept.
pub(super) fn how_to_go_on(job: &Job) -> Option<String> {
    let accounts: usize = job.plans().map(Plan::len).sum();
    let is_left = STOP.load(Ordering::Relaxed) && job.answered() < accounts;
    is_left
        .then(|| format!("stopped; without --resume FILE, the next run sends to all accounts again{}", repetition(job)))
}

/// The effect of repeating a call that was carried out.
fn repetition(job: &Job) -> String {
    let has_pin = job.plans().any(|plan| plan.special_marks().any(|mark| mark == Mark::PINNED));
    match job.plans().next().map(|plan| plan.kind().sets()) {
        Some(true) if has_pin => format!(
            ", which also sets what somebody else has deleted meanwhile, and starts the three days of mark 500 anew ({})",
            Gap::PinRenewal
        ),
        Some(true) => ", which also sets what somebody else has deleted meanwhile".to_owned(),
        Some(false) => ", which also deletes what somebody else has set meanwhile".to_owned(),
        None => String::new(),
    }
}

#[cfg(test)]
mod tests {
    use std::sync::Arc;

    use avmarks_client::{JobSettings, PlanSettings, Signer};
    use avmarks_protocol::SdkAppId;
    use avmarks_protocol::usersig::UserSig;
    use avmarks_spec::UserId;

    use super::*;

    fn job(plan: Plan) -> Job {
        let signer = Signer::fixed(SdkAppId::EXAMPLE, UserId::parse("a").unwrap(), UserSig::new("s"));
        Job::new(vec![plan], Arc::new(signer), JobSettings::default(), 0).unwrap()
    }

    #[test]
    fn what_a_repetition_does_is_said() {
        for (sets, mark, part) in [
            (true, 1000, "sets what somebody else has deleted meanwhile"),
            (true, 500, "starts the three days of mark 500 anew (gap:pin-renewal)"),
            (false, 500, "deletes what somebody else has set meanwhile"),
        ] {
            let (wanted, settings) = ([("a", [mark])], PlanSettings::default());
            let plan = match sets {
                true => Plan::set_marks("@TGS#a", wanted, &settings),
                false => Plan::delete_marks("@TGS#a", wanted, &settings),
            };
            let plan = plan.unwrap();
            let said = repetition(&job(plan));
            assert!(said.contains(part), "{said}");
            assert_eq!(said.contains("three days"), mark == 500 && sets, "{said}");
        }
        let add = repetition(&job(Plan::add_robots("@TGS#a", ["a"], &PlanSettings::default()).unwrap()));
        assert!(add.contains("starts the three days of mark 500 anew (gap:pin-renewal)"), "{add}");
        let delete = repetition(&job(Plan::delete_robots("@TGS#a", ["a"], &PlanSettings::default()).unwrap()));
        assert!(delete.contains("deletes what somebody else has set meanwhile"), "{delete}");
    }
}
