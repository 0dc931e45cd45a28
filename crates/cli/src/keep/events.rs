//! What the keeper reports: the log has a line for each event, and the metrics count it.

use avmarks_keeper::Event;

use super::metrics::Metrics;

/// The service has refused a call for its rate.
const TOO_MANY_CALLS: i64 = 60_007;

/// Logs and counts one event.
pub(super) fn note(metrics: &Metrics, event: &Event) {
    match event {
        Event::Answered { group, action, served, left_out } => {
            let action = action.name();
            metrics.add("avmarks_keep_calls_total", &[("action", action), ("result", "answered")], 1);
            let accounts = "avmarks_keep_accounts_total";
            metrics.add(accounts, &[("action", action), ("result", "served")], served.len() as u64);
            metrics.add(accounts, &[("action", action), ("result", "left-out")], left_out.len() as u64);
            tracing::info!(%group, action, served = served.len(), left_out = left_out.len(), "answered");
        }
        Event::Refused { group, action, code, accounts } => {
            metrics.add("avmarks_keep_calls_total", &[("action", action.name()), ("result", "refused")], 1);
            if code.number() == TOO_MANY_CALLS {
                metrics.add("avmarks_keep_rate_refusals_total", &[], 1);
            }
            tracing::warn!(%group, action = action.name(), code = code.number(), accounts, "refused");
        }
        Event::Rejected { group, account, action, code } => {
            metrics.add("avmarks_keep_rejected_total", &[], 1);
            let (action, code) = (action.name(), code.number());
            tracing::warn!(%group, %account, action, code, "refused by itself; it is sent by itself at its next sign of life");
        }
        Event::Failed { group, action, accounts } => {
            metrics.add("avmarks_keep_calls_total", &[("action", action.name()), ("result", "failed")], 1);
            tracing::warn!(%group, action = action.name(), accounts, "failed; it is sent again later");
        }
        Event::Restored { group, account, .. } => {
            metrics.add("avmarks_keep_restored_total", &[], 1);
            tracing::info!(%group, %account, "a sweep has set missing marks");
        }
        Event::Unwanted { group, account, is_pruned, .. } => {
            metrics.add("avmarks_keep_unwanted_total", &[], 1);
            tracing::warn!(%group, %account, is_pruned, "a sweep has found unwanted marks");
        }
        Event::Swept { group, unlisted, unwanted } => {
            metrics.add("avmarks_keep_sweeps_total", &[], 1);
            tracing::info!(%group, unlisted, unwanted, "swept");
        }
        Event::Destroyed { group } => tracing::info!(%group, "the group is gone"),
        _ => {}
    }
}
