//! Why a snapshot cannot be restored.

use avmarks_rules::RestoreError;
use avmarks_spec::GroupId;

/// The version that this crate reads and writes.
pub(super) const VERSION: u32 = 2;

/// Why a snapshot cannot be restored.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum SnapshotError {
    /// It is not JSON, or not of the form of a snapshot.
    #[error("this is no snapshot: {what}")]
    Form {
        /// What is wrong, and where.
        what: String,
    },
    /// It is of another version.
    #[error("the snapshot is of version {found}, and only version {VERSION} can be read")]
    Version {
        /// The version found.
        found: u32,
    },
    /// A value in it is none that there can be.
    #[error("`{field}` in the snapshot: {what}")]
    Value {
        /// The field.
        field: &'static str,
        /// What is wrong with it.
        what: String,
    },
    /// The members of a group could not have come about by the rules.
    #[error("group `{group}` in the snapshot: {error}")]
    Group {
        /// The group.
        group: GroupId,
        /// What is wrong with it.
        error: RestoreError,
    },
}
