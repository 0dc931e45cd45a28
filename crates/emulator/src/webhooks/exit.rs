//! How members leave.

/// How members leave a group; webhooks tell the two apart.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Exit {
    /// Of their own will.
    Quit,
    /// They were removed.
    Kicked,
}
