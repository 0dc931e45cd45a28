//! Why a snapshot cannot be restored.

use avmarks_rules::RestoreError;
use avmarks_spec::GroupId;

/// The version that this crate writes. It reads version 2 too, with the former names of three values (`docs/changelog.md`).
pub const SNAPSHOT_VERSION: u32 = 3;

/// The earliest version that can be read.
pub(super) const SNAPSHOT_VERSION_MIN: u32 = 2;

/// Why a snapshot cannot be restored.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum SnapshotError {
    /// It is not JSON, or not of the form of a snapshot.
    #[error("this is not a snapshot: {what}")]
    Form {
        /// The problem and its position.
        what: String,
    },
    /// It is of another version.
    #[error(
        "the snapshot is of version {found}, and only versions {SNAPSHOT_VERSION_MIN} and {SNAPSHOT_VERSION} can be read"
    )]
    Version {
        /// The version found.
        found: u32,
    },
    /// A value in it is none that there can be.
    #[error("`{field}` in the snapshot: {what}")]
    Value {
        /// The field.
        field: &'static str,
        /// The problem.
        what: String,
    },
    /// The members of a group could not have come about by the rules.
    #[error("group `{group}` in the snapshot: {error}")]
    Group {
        /// The group.
        group: GroupId,
        /// The problem.
        error: RestoreError,
    },
}
