//! Counters, as Prometheus reads them.

use std::collections::BTreeMap;
use std::fmt::Write;
use std::sync::{Mutex, PoisonError};

/// A label and its value.
type Label = (&'static str, &'static str);

/// A counter: its name, and the values of its labels; those that it does not have are empty.
type Key = (&'static str, [Label; 2]);

/// Counters since the start.
#[derive(Debug, Default)]
pub(super) struct Metrics(Mutex<BTreeMap<Key, u64>>);

/// Each counter with what it counts.
const COUNTERS: &[(&str, &str)] = &[
    ("avmarks_keep_webhooks_total", "Webhooks by what was answered."),
    ("avmarks_keep_wants_total", "Wants put or removed, by what became of them."),
    ("avmarks_keep_calls_total", "Calls by what they do and what became of them."),
    ("avmarks_keep_accounts_total", "Accounts in answered calls, by what the call does and whether they were served."),
    ("avmarks_keep_rejected_total", "Accounts that the service refused by themselves."),
    ("avmarks_keep_restored_total", "Accounts whose marks a sweep has set again."),
    ("avmarks_keep_unwanted_total", "Accounts of which a sweep has found unwanted marks."),
    ("avmarks_keep_sweeps_total", "Sweeps of groups that have ended."),
    ("avmarks_keep_rate_refusals_total", "Calls that the service refused for their rate (60007)."),
    ("avmarks_keep_store_errors_total", "Verbs of the store that failed."),
];

impl Metrics {
    /// Adds to a counter with two labels at the most.
    pub(super) fn add(&self, name: &'static str, labels: &[Label], count: u64) {
        let mut all = <[Label; 2]>::default();
        all.iter_mut().zip(labels).for_each(|(place, label)| *place = *label);
        let mut counters = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        *counters.entry((name, all)).or_default() += count;
    }

    /// The text of `/metrics`, after which gauges may follow.
    pub(super) fn text(&self) -> String {
        let counters = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        let mut text = String::new();
        for (name, help) in COUNTERS {
            let _ = write!(text, "# HELP {name} {help}\n# TYPE {name} counter\n");
            for ((_, labels), count) in counters.iter().filter(|((found, _), _)| found == name) {
                let labels = labels.iter().filter(|(label, _)| !label.is_empty());
                let labels: Vec<_> = labels.map(|(label, value)| format!("{label}=\"{value}\"")).collect();
                let _ = match labels.is_empty() {
                    true => writeln!(text, "{name} {count}"),
                    false => writeln!(text, "{name}{{{}}} {count}", labels.join(",")),
                };
            }
        }
        text
    }
}

/// A gauge.
pub(super) fn gauge(text: &mut String, name: &str, help: &str, value: usize) {
    let _ = write!(text, "# HELP {name} {help}\n# TYPE {name} gauge\n{name} {value}\n");
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn counters_are_written_as_prometheus_reads_them() {
        let metrics = Metrics::default();
        metrics.add("avmarks_keep_calls_total", &[("action", "set"), ("result", "answered")], 2);
        metrics.add("avmarks_keep_calls_total", &[("action", "set"), ("result", "answered")], 1);
        metrics.add("avmarks_keep_restored_total", &[], 5);
        let text = metrics.text();
        assert!(text.contains("avmarks_keep_calls_total{action=\"set\",result=\"answered\"} 3\n"), "{text}");
        assert!(text.contains("# TYPE avmarks_keep_restored_total counter\navmarks_keep_restored_total 5\n"), "{text}");
        let known = |line: &str| COUNTERS.iter().any(|(name, _)| line.contains(name));
        assert!(text.lines().all(known), "{text}");
    }
}
