//! What the page and the metrics show, as the node has last seen it.

use serde::Serialize;

/// Groups that are shown.
pub(super) const GROUPS_MAX: usize = 200;

/// See the module.
#[derive(Clone, Debug, Default, Serialize)]
pub(super) struct Overview {
    /// Whether the store could be used lately.
    pub(super) is_ready: bool,
    /// Groups that this node keeps.
    pub(super) groups: usize,
    /// Accounts that this node keeps.
    pub(super) wanted: usize,
    /// Accounts that wait for a call.
    pub(super) waiting: usize,
    /// Accounts in calls that have not been answered.
    pub(super) in_flight: usize,
    /// Batches of accepted webhooks that wait.
    pub(super) batches: usize,
    /// Permits of `modify_user_info` that are taken at the moment, by all nodes.
    pub(super) permits_taken: usize,
    pub(super) permits: usize,
    /// Nodes that are alive.
    pub(super) nodes: usize,
    /// The first groups, those in which most waits first.
    pub(super) list: Vec<GroupLine>,
}

/// A group.
#[derive(Clone, Debug, Serialize)]
pub(super) struct GroupLine {
    pub(super) group: String,
    pub(super) wanted: usize,
    pub(super) waiting: usize,
    pub(super) in_flight: usize,
    /// Accounts whose marks sweeps have set again.
    pub(super) restored: u64,
    /// Accounts with unwanted marks, by the latest sweep.
    pub(super) unwanted: usize,
    /// When the latest sweep ended, in milliseconds since the Unix epoch.
    pub(super) swept_at: Option<u64>,
    /// Each mark, and for how many accounts it is wanted.
    pub(super) marks: Vec<(u32, usize)>,
}
