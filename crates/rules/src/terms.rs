//! The terms of an app.

use avmarks_spec::Limits;

use crate::policy::Policy;

/// The terms of an app: policy, limits, plan and console switch.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Terms {
    /// The reading of each gap.
    pub policy: Policy,
    /// The limits.
    pub limits: Limits,
    /// Whether the plan includes the feature (`PLAN`).
    pub marks_supported: bool,
    /// Whether the list of online members is switched on in the console (`SWITCH`).
    pub online_list_enabled: bool,
}

impl Default for Terms {
    /// The default policy, the documented limits, plan and switch both in place.
    fn default() -> Self {
        Self { policy: Policy::default(), limits: Limits::DOCUMENTED, marks_supported: true, online_list_enabled: true }
    }
}
