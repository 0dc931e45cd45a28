//! The report for programs; docs/send.md of the project has its fields.

use avmarks_embed::report::{CallJson, PlanJson, ReportJson};
use serde::{Serialize, Serializer};

use super::hint::Hint;

#[derive(Serialize)]
struct Report<'a> {
    #[serde(skip_serializing_if = "std::ops::Not::not")]
    dry_run: bool,
    /// The one plan of a run.
    #[serde(flatten)]
    plan: Option<PlanJson<'a>>,
    /// Accounts that an earlier run has settled.
    earlier: usize,
    calls: Vec<CallJson<'a>>,
    hints: Vec<Hint>,
}

impl Serialize for super::Report<'_> {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        let ReportJson { plans, calls } = ReportJson::of(self.job);
        let (dry_run, earlier) = (self.options.is_dry_run, self.options.earlier);
        Report { dry_run, plan: plans.into_iter().next(), earlier, calls, hints: self.hints() }.serialize(serializer)
    }
}
