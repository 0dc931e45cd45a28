//! The terms of an app: the settings that its answers depend on.

use avmarks_spec::Limits;

use crate::policy::Policy;

/// The terms of an app: the settings that its answers depend on, besides the state of the group.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Terms {
    /// The reading of every gap.
    pub policy: Policy,
    /// The limits.
    pub limits: Limits,
    /// Whether the plan that the app pays for includes marks (`PLAN`).
    pub marks_supported: bool,
    /// Whether the list of online members is switched on in the vendor's console (`SWITCH`).
    pub online_list_enabled: bool,
}

impl Default for Terms {
    /// The default policy and the documented limits; the plan includes marks, and the list is switched on.
    fn default() -> Self {
        Self { policy: Policy::default(), limits: Limits::DOCUMENTED, marks_supported: true, online_list_enabled: true }
    }
}
