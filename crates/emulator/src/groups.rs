//! The calls that create, destroy and describe groups, in the little that a test needs.

use avmarks_service::{Request, Response};
use avmarks_spec::Timestamp;

use crate::world::World;

/// What `create_group` was told of a group beyond what the service keeps.
#[derive(Clone, Debug, Default)]
pub(crate) struct Group {
    pub(crate) name: String,
}

/// A call of this file.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Call {}

impl Call {
    /// The call of this path.
    pub(crate) fn of(_path: &str) -> Option<Self> {
        None
    }
}

/// Answers a call.
pub(crate) fn answer(_world: &mut World, call: Call, _request: &Request<'_>, _now: Timestamp) -> Response {
    match call {}
}
