//! The messages between the threads of a node.

use std::time::Instant;

use avmarks_client::{CallAnswer, CallRequest, UnansweredError};
use avmarks_keeper::CallId;
use avmarks_spec::GroupId;

/// A message to the node.
pub(super) enum Message {
    /// Something was stored.
    Wake,
    Done(Done),
    /// Sweep this group now.
    Sweep(GroupId),
    Stop,
}

/// A call with a permit.
pub(super) struct Job {
    pub(super) id: CallId,
    pub(super) request: CallRequest,
    /// When the attempt to record its permit began.
    pub(super) admitted: Instant,
}

/// The result of a call.
pub(super) struct Done {
    pub(super) id: CallId,
    /// `None` if its permit had lapsed, so that it was not sent.
    pub(super) result: Option<Result<CallAnswer, UnansweredError>>,
}
