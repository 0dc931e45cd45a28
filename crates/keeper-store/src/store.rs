//! What every store can do.

use std::sync::Arc;

use avmarks_protocol::Endpoint;
use avmarks_spec::{GroupId, Timestamp, UserId};

use crate::error::StoreError;
use crate::filter::WantFilter;
use crate::types::{
    Admission, Batch, BatchId, Due, Event, Group, Holders, Lease, NewDue, NewWant, NodeId, Put, Settlement, Slot,
    Status, Want, WantError,
};

/// What the mark keeper remembers. Every verb blocks, and is one transaction: all of it is stored when the verb returns, or nothing.
///
/// After [`StoreError::Unavailable`] it is unknown whether an operation took effect, and **every operation can be repeated**: a repetition leaves
/// what the first would have left. Three things differ, and do no harm: events are accepted twice, which is a doubled sign of life; permits are
/// taken twice, and lapse; a want that was refused may find a place that a later one of the same call gave up.
///
/// A value is one connection; [`Store::another`] opens a further one to the same store, for another thread.
///
/// ```
/// use avmarks_keeper_store::{MemoryStore, NewWant, Put, Slot, Store};
/// use avmarks_spec::{GroupId, Limits, Mark, Timestamp, UserId};
/// use std::sync::Arc;
///
/// let mut store = MemoryStore::new(Limits::DOCUMENTED, Arc::new(|| Timestamp::from_millis(1_000)));
/// let (group, account) = (GroupId::parse("@TGS#a")?, UserId::parse("teacher10")?);
/// let want = NewWant { group, account, marks: [Mark::new(1_000)?].into(), robot: false };
/// assert_eq!(store.put_wants(&[want.clone()], false)?, [Ok(Put::Changed)]);
/// assert_eq!(store.put_wants(&[want], false)?, [Ok(Put::Unchanged)]);
/// assert_eq!(store.due(&[Slot::of(&group)], Timestamp::from_millis(1_000), None, 10)?.len(), 1);
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
pub trait Store: Send {
    /// A further connection to the same store.
    ///
    /// # Errors
    ///
    /// [`StoreError`] if it cannot be opened.
    fn another(&self) -> Result<Box<dyn Store>, StoreError>;

    /// The clock of the store, which all of its nodes share.
    ///
    /// # Errors
    ///
    /// [`StoreError`], as every verb.
    fn now(&mut self) -> Result<Timestamp, StoreError>;

    /// Puts wants, in order; a want of the same group and account takes the place of the earlier one. A want that changed is due at once.
    /// Those beyond a limit (`MARKS-PER-GROUP`, `MEMBERS-PER-MARK`) are refused, each by itself. The limits count what is wanted,
    /// so a place is free as soon as nobody wants it any more; whoever deletes and sets must delete first.
    ///
    /// With `dry_run` nothing is stored, and the answer is the same.
    ///
    /// # Errors
    ///
    /// [`StoreError`], as every verb.
    fn put_wants(&mut self, wants: &[NewWant], dry_run: bool) -> Result<Vec<Result<Put, WantError>>, StoreError>;

    /// The wants of some accounts, in the order of group and account; those that are not wanted are left out.
    ///
    /// # Errors
    ///
    /// [`StoreError`], as every verb.
    fn wants(&mut self, accounts: &[(GroupId, UserId)]) -> Result<Vec<Want>, StoreError>;

    /// The wants of a group, in the order of the account's bytes, at most `max` of those behind `after`.
    ///
    /// # Errors
    ///
    /// [`StoreError`], as every verb.
    fn wants_of_group(&mut self, group: &GroupId, after: Option<&UserId>, max: usize) -> Result<Vec<Want>, StoreError>;

    /// The groups of a slot, in the order of their bytes, at most `max` of those behind `after`.
    ///
    /// # Errors
    ///
    /// [`StoreError`], as every verb.
    fn groups(&mut self, slot: Slot, after: Option<&GroupId>, max: usize) -> Result<Vec<Group>, StoreError>;

    /// How many accounts of a group want each mark, in the order of the marks; a robot wants 500.
    ///
    /// # Errors
    ///
    /// [`StoreError`], as every verb.
    fn holders(&mut self, group: &GroupId) -> Result<Vec<Holders>, StoreError>;

    /// Accepts events. Stored are those of wanted accounts, and [`PresenceChange::Destroyed`](crate::PresenceChange::Destroyed) of groups of which
    /// something is wanted; for nobody else is a row written. Gives how many were stored.
    ///
    /// # Errors
    ///
    /// [`StoreError`], as every verb.
    fn accept(&mut self, events: &[Event]) -> Result<usize, StoreError>;

    /// The filter that tells in memory of whom nothing is wanted; all connections of a process share it. `None` if there is none, and
    /// [`Store::accept`] has to be asked.
    ///
    /// What it knows: if one process has the store by itself, every want whose put was answered. Where several share it, every want whose put
    /// was answered, by whichever process, before the last [`Store::refresh_filter`] began that returned; so that an event may be dropped if it
    /// came before such a refresh began, and the filter still does not know it after.
    fn filter(&self) -> Option<Arc<WantFilter>> {
        None
    }

    /// Whether other processes may put wants of which the filter knows only after [`Store::refresh_filter`].
    fn is_shared(&self) -> bool {
        false
    }

    /// Tells the filter of the wants that other processes have put. Costs one small statement if there is none.
    ///
    /// # Errors
    ///
    /// [`StoreError`], as every verb; the filter then may lack wants.
    fn refresh_filter(&mut self) -> Result<(), StoreError> {
        Ok(())
    }

    /// Tells waiting nodes that something waits. Its caller limits how often. Does nothing if one process has the store by itself.
    ///
    /// # Errors
    ///
    /// [`StoreError`], as every verb.
    fn notify(&mut self) -> Result<(), StoreError> {
        Ok(())
    }

    /// Batches of some slots that are not done with, oldest first, without those of `except` (which the caller has in hand), at most `max`.
    ///
    /// # Errors
    ///
    /// [`StoreError`], as every verb.
    fn inbox(&mut self, slots: &[Slot], except: &[BatchId], max: usize) -> Result<Vec<Batch>, StoreError>;

    /// Marks rows due, independent of their leases. Where one is due already, the earlier time and the higher number of attempts apply.
    ///
    /// # Errors
    ///
    /// [`StoreError`], as every verb.
    fn mark_due(&mut self, due: &[NewDue]) -> Result<(), StoreError>;

    /// What is due in some slots at `until` or earlier, in the order of time, group and account (the whole group first), at most
    /// `max` of those behind `after`.
    ///
    /// # Errors
    ///
    /// [`StoreError`], as every verb.
    fn due(
        &mut self,
        slots: &[Slot],
        until: Timestamp,
        after: Option<&Due>,
        max: usize,
    ) -> Result<Vec<Due>, StoreError>;

    /// Adds a node, or renews it, until now + [`NODE_TTL`](crate::timing::NODE_TTL). `false` where a node of this id was there and its time is over:
    /// take another id.
    ///
    /// # Errors
    ///
    /// [`StoreError`], as every verb.
    fn register(&mut self, node: NodeId) -> Result<bool, StoreError>;

    /// The heartbeat: the node's time is now + [`NODE_TTL`](crate::timing::NODE_TTL), if it is not over. Gives how many nodes are
    /// alive, this one included, or `None` if this one's time is over: drop all leases and register under a new id. Times that lie
    /// too far ahead, as the clock was set back, are cut.
    ///
    /// # Errors
    ///
    /// [`StoreError`], as every verb.
    fn renew(&mut self, node: NodeId) -> Result<Option<usize>, StoreError>;

    /// Ends a node's time and releases its leases.
    ///
    /// # Errors
    ///
    /// [`StoreError`], as every verb.
    fn leave(&mut self, node: NodeId) -> Result<(), StoreError>;

    /// Claims slots without a living node, each under the next epoch, until the node has `share` of them. Gives all leases of
    /// the node, in order; none of them if its time is over.
    ///
    /// # Errors
    ///
    /// [`StoreError`], as every verb.
    fn claim(&mut self, node: NodeId, share: usize) -> Result<Vec<Lease>, StoreError>;

    /// Gives leases back that are the node's, under these epochs. Whoever calls it has sent its recorded calls, or waited until they lapsed.
    ///
    /// # Errors
    ///
    /// [`StoreError`], as every verb.
    fn release(&mut self, node: NodeId, leases: &[Lease]) -> Result<(), StoreError>;

    /// Takes up to `calls` permits for calls of an endpoint, and records them under the lease, in one step with the check that
    /// the lease is the node's under this epoch and that the node's time lasts for longer than
    /// [`SEND_WITHIN`](crate::timing::SEND_WITHIN). A permit is free again after [`PERMIT_SPAN`](crate::timing::PERMIT_SPAN).
    ///
    /// # Errors
    ///
    /// [`StoreError`], as every verb.
    fn admit(&mut self, node: NodeId, lease: Lease, endpoint: Endpoint, calls: usize) -> Result<Admission, StoreError>;

    /// Stores what is done with. `false` where the lease is not the node's under this epoch, and nothing was stored. What belongs to
    /// another slot is passed over. A commit of it may be lost with a crash of the database: then the work is done once more.
    ///
    /// # Errors
    ///
    /// [`StoreError`], as every verb.
    fn settle(&mut self, node: NodeId, lease: Lease, settlement: &Settlement) -> Result<bool, StoreError>;

    /// Figures.
    ///
    /// # Errors
    ///
    /// [`StoreError`], as every verb.
    fn status(&mut self) -> Result<Status, StoreError>;
}
