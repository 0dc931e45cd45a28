//! Nodes, leases and permits in memory: for [`MemoryStore`](crate::MemoryStore), whose nodes are threads or simulated, and for
//! [`SqliteStore`](crate::SqliteStore), whose file one process has by itself.

use std::collections::BTreeMap;

use avmarks_protocol::Endpoint;
use avmarks_spec::Timestamp;

use crate::timing::{NODE_TTL, PERMIT_SPAN, SEND_WITHIN};
use crate::types::{Admission, Epoch, Lease, NodeId, Slot};

/// The verbs of [`Store`](crate::Store) about nodes, leases and permits, for a store that has a `clock` and, behind the lock of this method, a
/// [`Coordination`].
macro_rules! verbs_of_nodes {
    ($lock:ident) => {
        fn register(&mut self, node: NodeId) -> Result<bool, StoreError> {
            let now = (self.clock)();
            Ok(self.$lock().coordination.register(now, node))
        }

        fn renew(&mut self, node: NodeId) -> Result<Option<usize>, StoreError> {
            let now = (self.clock)();
            Ok(self.$lock().coordination.renew(now, node))
        }

        fn leave(&mut self, node: NodeId) -> Result<(), StoreError> {
            self.$lock().coordination.leave(node);
            Ok(())
        }

        fn claim(&mut self, node: NodeId, share: usize) -> Result<Vec<Lease>, StoreError> {
            let now = (self.clock)();
            Ok(self.$lock().coordination.claim(now, node, share))
        }

        fn release(&mut self, node: NodeId, leases: &[Lease]) -> Result<(), StoreError> {
            self.$lock().coordination.release(node, leases);
            Ok(())
        }

        fn admit(
            &mut self,
            node: NodeId,
            lease: Lease,
            endpoint: Endpoint,
            calls: usize,
        ) -> Result<Admission, StoreError> {
            let now = (self.clock)();
            Ok(self.$lock().coordination.admit(now, node, lease, endpoint, calls))
        }
    };
}
pub(crate) use verbs_of_nodes;

#[derive(Clone, Debug)]
pub(crate) struct Coordination {
    /// Until when each node counts as alive.
    nodes: BTreeMap<NodeId, Timestamp>,
    /// Of every slot the node and the epoch.
    leases: BTreeMap<Slot, (Option<NodeId>, Epoch)>,
    /// When each permit of an endpoint is free.
    permits: BTreeMap<&'static str, Vec<Timestamp>>,
    calls_max: usize,
    /// No permit is free earlier: a process that was here before may have taken them all.
    silent_until: Timestamp,
}

impl Coordination {
    pub(crate) fn new(calls_max: usize, epoch: Epoch, silent_until: Timestamp) -> Self {
        let leases = Slot::all().map(|slot| (slot, (None, epoch))).collect();
        Self { nodes: BTreeMap::new(), leases, permits: BTreeMap::new(), calls_max, silent_until }
    }

    fn is_alive(&self, node: NodeId, now: Timestamp) -> bool {
        self.nodes.get(&node).is_some_and(|until| *until > now)
    }

    pub(crate) fn register(&mut self, now: Timestamp, node: NodeId) -> bool {
        if self.nodes.contains_key(&node) && !self.is_alive(node, now) {
            return false;
        }
        self.nodes.insert(node, now.saturating_add(NODE_TTL));
        true
    }

    pub(crate) fn renew(&mut self, now: Timestamp, node: NodeId) -> Option<usize> {
        // The clock may have been set back: then nothing lasts longer than it would from now on.
        for until in self.nodes.values_mut() {
            *until = (*until).min(now.saturating_add(NODE_TTL));
        }
        for free_at in self.permits.values_mut().flatten() {
            *free_at = (*free_at).min(now.saturating_add(PERMIT_SPAN));
        }
        if !self.is_alive(node, now) {
            return None;
        }
        self.nodes.insert(node, now.saturating_add(NODE_TTL));
        Some(self.nodes.values().filter(|until| **until > now).count())
    }

    pub(crate) fn leave(&mut self, node: NodeId) {
        self.nodes.remove(&node);
        self.leases.values_mut().filter(|(holder, _)| *holder == Some(node)).for_each(|(holder, _)| *holder = None);
    }

    pub(crate) fn claim(&mut self, now: Timestamp, node: NodeId, share: usize) -> Vec<Lease> {
        self.nodes.retain(|_, until| *until > now);
        if !self.is_alive(node, now) {
            return Vec::new();
        }
        let mut held = self.leases.values().filter(|(holder, _)| *holder == Some(node)).count();
        for (holder, epoch) in self.leases.values_mut() {
            let is_free = holder.is_none_or(|holder| !self.nodes.contains_key(&holder));
            if is_free && held < share {
                *holder = Some(node);
                epoch.0 = epoch.0.saturating_add(1);
                held = held.saturating_add(1);
            }
        }
        let mine = self.leases.iter().filter(|(_, (holder, _))| *holder == Some(node));
        mine.map(|(slot, (_, epoch))| Lease { slot: *slot, epoch: *epoch }).collect()
    }

    pub(crate) fn release(&mut self, node: NodeId, leases: &[Lease]) {
        for lease in leases {
            if self.holds(node, *lease)
                && let Some((holder, _)) = self.leases.get_mut(&lease.slot)
            {
                *holder = None;
            }
        }
    }

    /// Whether the lease is the node's under this epoch.
    pub(crate) fn holds(&self, node: NodeId, lease: Lease) -> bool {
        self.leases.get(&lease.slot) == Some(&(Some(node), lease.epoch))
    }

    pub(crate) fn admit(
        &mut self,
        now: Timestamp,
        node: NodeId,
        lease: Lease,
        endpoint: Endpoint,
        calls: usize,
    ) -> Admission {
        if !self.holds(node, lease) || !self.is_alive(node, now.saturating_add(SEND_WITHIN)) {
            return Admission::LeaseLost;
        }
        let fresh = || vec![self.silent_until; self.calls_max];
        let permits = self.permits.entry(endpoint.command()).or_insert_with(fresh);
        let free = permits.iter_mut().filter(|free_at| **free_at <= now).take(calls);
        Admission::Granted(free.map(|free_at| *free_at = now.saturating_add(PERMIT_SPAN)).count())
    }

    pub(crate) fn nodes(&self, now: Timestamp) -> Vec<(NodeId, usize)> {
        let slots = |node| self.leases.values().filter(|(holder, _)| *holder == Some(node)).count();
        self.nodes.iter().filter(|(_, until)| **until > now).map(|(node, _)| (*node, slots(*node))).collect()
    }

    pub(crate) fn permits_taken(&self, now: Timestamp) -> usize {
        let permits = self.permits.get(Endpoint::ModifyUserInfo.command());
        permits.into_iter().flatten().filter(|free_at| **free_at > now).count()
    }
}
