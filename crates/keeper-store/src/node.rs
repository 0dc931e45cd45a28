//! A node among others, without I/O: when it sends its heartbeat, which slots it may work on, and when a call may be sent.

use std::collections::BTreeMap;
use std::time::Duration;

use avmarks_protocol::Endpoint;
use avmarks_spec::Timestamp;

use crate::error::StoreError;
use crate::store::Store;
use crate::timing::{CLAIM_EVERY, RENEW_EVERY, SEND_WITHIN, TRUST};
use crate::types::{Admission, Epoch, Lease, NodeId, Slot};

/// A clock for trust: it advances by the larger of what a monotonic clock and the time of day advanced. The monotonic one stands still while
/// the machine is suspended, and the time of day is set; going too far only ends trust early.
///
/// ```
/// use avmarks_keeper_store::TrustClock;
/// use avmarks_spec::Timestamp;
/// use std::time::Duration;
///
/// let at = Timestamp::from_millis;
/// let mut clock = TrustClock::new(at(5_000));
/// assert_eq!(clock.now(Duration::from_millis(10), at(5_000)), at(5_010));
/// assert_eq!(clock.now(Duration::from_millis(10), at(9_000)), at(9_010)); // suspended for four seconds
/// assert_eq!(clock.now(Duration::from_millis(11), at(1_000)), at(9_011)); // set back
/// ```
#[derive(Clone, Debug)]
pub struct TrustClock {
    now: Timestamp,
    monotonic: Duration,
    wall: Timestamp,
}

impl TrustClock {
    /// A clock that starts at this time of day, and at zero of the monotonic clock.
    #[must_use]
    pub const fn new(wall: Timestamp) -> Self {
        Self { now: wall, monotonic: Duration::ZERO, wall }
    }

    /// The time, by how long the monotonic clock runs since the start, and by the time of day. It never falls.
    pub fn now(&mut self, monotonic: Duration, wall: Timestamp) -> Timestamp {
        let monotonic = Duration::from_millis(u64::try_from(monotonic.as_millis()).unwrap_or(u64::MAX));
        let advanced = monotonic.saturating_sub(self.monotonic);
        self.now = self.now.saturating_add(advanced.max(wall.saturating_duration_since(self.wall)));
        self.monotonic = monotonic;
        self.wall = wall;
        self.now
    }
}

/// What a node does next with the store, or until when it has nothing to do.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Step {
    /// [`Store::register`].
    Register(NodeId),
    /// [`Store::renew`].
    Renew(NodeId),
    /// [`Store::claim`] up to this share.
    Claim(NodeId, usize),
    /// [`Store::release`].
    Release(NodeId, Vec<Lease>),
    /// Nothing before this moment of the node's clock.
    Wait(Timestamp),
}

/// What the store answered to a [`Step`].
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum StepAnswer {
    /// To [`Step::Register`].
    Registered(bool),
    /// To [`Step::Renew`].
    Renewed(Option<usize>),
    /// To [`Step::Claim`].
    Claimed(Vec<Lease>),
    /// To [`Step::Release`], and to [`Step::Wait`], which asks nothing.
    Done,
}

impl Step {
    /// Carries it out.
    ///
    /// # Errors
    ///
    /// [`StoreError`] of the store.
    pub fn run(&self, store: &mut dyn Store) -> Result<StepAnswer, StoreError> {
        Ok(match self {
            Self::Register(node) => StepAnswer::Registered(store.register(*node)?),
            Self::Renew(node) => StepAnswer::Renewed(store.renew(*node)?),
            Self::Claim(node, share) => StepAnswer::Claimed(store.claim(*node, *share)?),
            Self::Release(node, leases) => {
                store.release(*node, leases)?;
                StepAnswer::Done
            }
            Self::Wait(_) => StepAnswer::Done,
        })
    }

    /// Under which id it is carried out.
    const fn node(&self) -> Option<NodeId> {
        match self {
            Self::Register(node) | Self::Renew(node) | Self::Claim(node, _) | Self::Release(node, _) => Some(*node),
            Self::Wait(_) => None,
        }
    }
}

/// An attempt to record calls: made before the store is asked, as the time of its calls counts from then.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Attempt {
    /// The node.
    pub node: NodeId,
    /// The lease.
    pub lease: Lease,
    /// When it began, by the node's clock.
    pub started: Timestamp,
}

impl Attempt {
    /// Asks the store for permits.
    ///
    /// # Errors
    ///
    /// [`StoreError`] of the store; permits that were taken nevertheless lapse.
    pub fn run(&self, store: &mut dyn Store, endpoint: Endpoint, calls: usize) -> Result<Admission, StoreError> {
        store.admit(self.node, self.lease, endpoint, calls)
    }
}

/// A node: which slots are its own, and whether it may still trust that. All moments are of the node's own clock ([`TrustClock`]).
///
/// Its owner carries out what [`Node::poll`] says and hands the answer to [`Node::answered`]; before a call it makes an [`Attempt`], and sends it only
/// where [`Node::may_send`] says so *at that moment*. What was recorded and not sent lapses.
///
/// ```
/// use avmarks_keeper_store::{Admission, MemoryStore, Node, Slot, Step};
/// use avmarks_protocol::Endpoint;
/// use avmarks_spec::{Limits, Timestamp};
/// use std::sync::Arc;
///
/// let now = Timestamp::from_millis(1_000);
/// let mut store = MemoryStore::new(Limits::DOCUMENTED, Arc::new(move || now));
/// let mut node = Node::new(7, now);
/// loop {
///     let step = node.poll(now);
///     if let Step::Wait(_) = step {
///         break;
///     }
///     let answer = step.run(&mut store);
///     node.answered(&step, now, answer.ok().as_ref(), now);
/// }
/// assert_eq!(node.leases().count(), Slot::COUNT);
///
/// let attempt = node.begin(Slot(3), now).ok_or("the slot is another node's")?;
/// assert_eq!(attempt.run(&mut store, Endpoint::ModifyUserInfo, 2)?, Admission::Granted(2));
/// assert!(node.may_send(&attempt, Timestamp::from_millis(1_099)));
/// assert!(!node.may_send(&attempt, Timestamp::from_millis(1_100)));
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
#[derive(Clone, Debug)]
pub struct Node {
    id: NodeId,
    /// Where the next id comes from.
    seed: u64,
    /// Until when the last heartbeat is trusted. `None` if there was none under this id.
    trusted_until: Option<Timestamp>,
    /// Nodes alive at the last heartbeat, this one included.
    alive: usize,
    leases: BTreeMap<Slot, Epoch>,
    /// Leases to give back, and from when on no attempt was made under them.
    ending: BTreeMap<Slot, (Epoch, Timestamp)>,
    renew_at: Timestamp,
    claim_at: Timestamp,
    release_at: Timestamp,
}

impl Node {
    /// A node that registers at its next step. The seed is random: it makes the ids, and two nodes of one seed would be one.
    #[must_use]
    pub fn new(seed: u64, now: Timestamp) -> Self {
        let mut node = Self {
            id: NodeId(0),
            seed,
            trusted_until: None,
            alive: 1,
            leases: BTreeMap::new(),
            ending: BTreeMap::new(),
            renew_at: now,
            claim_at: now,
            release_at: now,
        };
        node.start_anew(now);
        node
    }

    /// The id at present; it changes whenever trust was lost.
    #[must_use]
    pub const fn id(&self) -> NodeId {
        self.id
    }

    /// The leases under which attempts may be made, in the order of their slots. Their owner compares them with those that it
    /// knew: for a new one it reads what waits, and what it did under one that is gone it drops.
    pub fn leases(&self) -> impl Iterator<Item = Lease> {
        self.leases.iter().map(|(slot, epoch)| Lease { slot: *slot, epoch: *epoch })
    }

    /// Until when the last heartbeat is trusted; none without one.
    #[must_use]
    pub const fn trusted_until(&self) -> Option<Timestamp> {
        self.trusted_until
    }

    /// Drops everything, and takes a new id: under the old one others may have seen it die.
    fn start_anew(&mut self, now: Timestamp) {
        self.seed = self.seed.wrapping_add(0x9e37_79b9_7f4a_7c15);
        self.id = NodeId(mixed(self.seed));
        self.trusted_until = None;
        self.leases.clear();
        self.ending.clear();
        self.renew_at = now;
    }

    /// What to do now. Trust that is over ends here, so it is asked often enough, and before each use of [`Node::leases`].
    pub fn poll(&mut self, now: Timestamp) -> Step {
        if self.trusted_until.is_some_and(|until| now >= until) {
            self.start_anew(now);
        }
        let Some(trusted_until) = self.trusted_until else {
            return if now >= self.renew_at { Step::Register(self.id) } else { Step::Wait(self.renew_at) };
        };
        if now >= self.renew_at {
            return Step::Renew(self.id);
        }
        let ended = self.ending.iter().filter(|(_, (_, since))| now >= since.saturating_add(SEND_WITHIN));
        let ended: Vec<_> = ended.map(|(slot, (epoch, _))| Lease { slot: *slot, epoch: *epoch }).collect();
        if !ended.is_empty() && now >= self.release_at {
            return Step::Release(self.id, ended);
        }
        if now >= self.claim_at {
            return Step::Claim(self.id, self.share());
        }
        let release_at = self.ending.values().map(|(_, since)| since.saturating_add(SEND_WITHIN).max(self.release_at));
        let next = release_at.chain([self.renew_at, self.claim_at, trusted_until]).min();
        Step::Wait(next.unwrap_or(trusted_until))
    }

    /// A fair share of the slots, rounded up, so that all have a node.
    fn share(&self) -> usize {
        Slot::COUNT.div_ceil(self.alive.max(1))
    }

    /// Takes in what became of a step that began at `started`. The answer is `None` if the store could not be asked, or did not answer.
    pub fn answered(&mut self, step: &Step, started: Timestamp, answer: Option<&StepAnswer>, now: Timestamp) {
        // Under an id that was given up meanwhile: others see it die.
        if step.node() != Some(self.id) {
            return;
        }
        let again_at = now.saturating_add(CLAIM_EVERY);
        match (step, answer) {
            (Step::Register(_), Some(StepAnswer::Registered(true))) => {
                self.trust(started);
                self.claim_at = now;
            }
            (Step::Register(_), Some(_)) => self.start_anew(now),
            (Step::Renew(_), Some(StepAnswer::Renewed(Some(alive)))) => {
                self.alive = *alive;
                self.trust(started);
            }
            (Step::Renew(_), Some(_)) => self.start_anew(now),
            (Step::Register(_) | Step::Renew(_), None) => self.renew_at = again_at,
            (Step::Claim(..), Some(StepAnswer::Claimed(leases))) => {
                self.claimed(leases, now);
                self.claim_at = started.saturating_add(CLAIM_EVERY);
            }
            (Step::Claim(..), _) => self.claim_at = again_at,
            (Step::Release(_, leases), Some(_)) => {
                for lease in leases {
                    self.ending.remove(&lease.slot);
                }
            }
            (Step::Release(..), None) => self.release_at = again_at,
            (Step::Wait(_), _) => {}
        }
    }

    fn trust(&mut self, started: Timestamp) {
        let until = started.saturating_add(TRUST);
        self.trusted_until = self.trusted_until.max(Some(until));
        self.renew_at = started.saturating_add(RENEW_EVERY);
    }

    /// The store's list is the truth; what is beyond the share is given back, the last slots first.
    fn claimed(&mut self, leases: &[Lease], now: Timestamp) {
        let mut left = self.share();
        let all: BTreeMap<_, _> = leases.iter().map(|lease| (lease.slot, lease.epoch)).collect();
        self.ending.retain(|slot, (epoch, _)| all.get(slot) == Some(epoch));
        self.leases.clear();
        for (slot, epoch) in all {
            if self.ending.contains_key(&slot) {
                continue;
            }
            if left > 0 {
                left = left.saturating_sub(1);
                self.leases.insert(slot, epoch);
            } else {
                self.ending.insert(slot, (epoch, now));
            }
        }
    }

    /// An attempt to record calls of a slot, which begins now. `None` if the slot is not this node's, or trust is over.
    #[must_use]
    pub fn begin(&self, slot: Slot, now: Timestamp) -> Option<Attempt> {
        let is_trusted = self.trusted_until.is_some_and(|until| now < until);
        let epoch = self.leases.get(&slot).filter(|_| is_trusted)?;
        Some(Attempt { node: self.id, lease: Lease { slot, epoch: *epoch }, started: now })
    }

    /// Takes in that the store answered [`Admission::LeaseLost`] to an attempt.
    pub fn lost(&mut self, attempt: &Attempt) {
        if attempt.node == self.id && self.leases.get(&attempt.lease.slot) == Some(&attempt.lease.epoch) {
            self.leases.remove(&attempt.lease.slot);
        }
    }

    /// Whether a call that an attempt recorded may be sent now. Asked right before the bytes are written: between the two lies
    /// what no lease can prevent.
    #[must_use]
    pub fn may_send(&self, attempt: &Attempt, now: Timestamp) -> bool {
        let Lease { slot, epoch } = attempt.lease;
        let is_held =
            self.leases.get(&slot) == Some(&epoch) || self.ending.get(&slot).is_some_and(|(it, _)| *it == epoch);
        let is_trusted = self.trusted_until.is_some_and(|until| now < until);
        attempt.node == self.id && is_held && is_trusted && now < attempt.started.saturating_add(SEND_WITHIN)
    }
}

/// A number whose bits all depend on all bits of another (the finalizer of SplitMix64).
const fn mixed(number: u64) -> u64 {
    let number = (number ^ (number >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
    let number = (number ^ (number >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
    number ^ (number >> 31)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn at(millis: u64) -> Timestamp {
        Timestamp::from_millis(millis)
    }

    fn leases(count: u8) -> Vec<Lease> {
        (0..count).map(|slot| Lease { slot: Slot(slot), epoch: Epoch(1) }).collect()
    }

    /// A node that registered at 0 and holds the first slots.
    fn node(count: u8) -> Node {
        let mut node = Node::new(1, at(0));
        let register = node.poll(at(0));
        assert_eq!(register, Step::Register(node.id()));
        node.answered(&register, at(0), Some(&StepAnswer::Registered(true)), at(5));
        let claim = node.poll(at(5));
        assert_eq!(claim, Step::Claim(node.id(), 256));
        node.answered(&claim, at(5), Some(&StepAnswer::Claimed(leases(count))), at(10));
        node
    }

    #[test]
    fn trust_counts_from_the_start_of_the_heartbeat() {
        let mut node = node(2);
        let renew = Step::Renew(node.id());
        assert_eq!(node.poll(at(1_000)), renew);
        node.answered(&renew, at(1_000), Some(&StepAnswer::Renewed(Some(1))), at(1_900));
        assert_eq!(node.trusted_until(), Some(at(3_500)));
        assert!(node.begin(Slot(0), at(3_499)).is_some() && node.begin(Slot(0), at(3_500)).is_none());
        assert_eq!(node.poll(at(2_000)), renew, "a second after the start of the last");
    }

    #[test]
    fn a_node_without_trust_starts_anew() {
        let mut node = node(2);
        let before = node.clone();
        let attempt = node.begin(Slot(0), at(2_450)).unwrap();
        assert!(node.may_send(&attempt, at(2_499)) && !node.may_send(&attempt, at(2_500)));
        node.poll(at(2_500));
        assert_ne!(node.id(), before.id());
        assert_eq!((node.leases().count(), node.trusted_until()), (0, None));
        // A heartbeat under the old id is answered late.
        node.answered(&Step::Renew(before.id()), at(2_400), Some(&StepAnswer::Renewed(Some(1))), at(2_600));
        assert_eq!(node.trusted_until(), None);
    }

    #[test]
    fn a_heartbeat_that_failed_is_sent_again_soon() {
        let mut node = node(1);
        let renew = node.poll(at(1_000));
        node.answered(&renew, at(1_000), None, at(1_200));
        assert!(!matches!(node.poll(at(1_499)), Step::Renew(_)) && node.poll(at(1_500)) == renew);
        node.answered(&renew, at(1_500), Some(&StepAnswer::Renewed(None)), at(1_510));
        assert!(node.leases().next().is_none() && matches!(node.poll(at(1_510)), Step::Register(_)));
    }

    #[test]
    fn a_late_call_lapses() {
        let mut node = node(2);
        let attempt = node.begin(Slot(1), at(20)).unwrap();
        assert!(node.may_send(&attempt, at(119)) && !node.may_send(&attempt, at(120)));
        assert_eq!(node.begin(Slot(2), at(20)), None);
        node.lost(&attempt);
        assert!(!node.may_send(&attempt, at(30)) && node.begin(Slot(1), at(30)).is_none());
        assert_eq!(node.leases().count(), 1);
    }

    #[test]
    fn what_is_beyond_the_share_is_given_back() {
        let mut node = node(255);
        let renew = node.poll(at(1_000));
        node.answered(&renew, at(1_000), Some(&StepAnswer::Renewed(Some(2))), at(1_001));
        let attempt = node.begin(Slot(200), at(1_001)).unwrap();
        let claim = node.poll(at(1_001));
        assert_eq!(claim, Step::Claim(node.id(), 128));
        node.answered(&claim, at(1_001), Some(&StepAnswer::Claimed(leases(255))), at(1_002));
        assert_eq!(node.leases().count(), 128);
        assert!(node.may_send(&attempt, at(1_100)), "recorded before it was given back");
        assert_eq!(node.begin(Slot(200), at(1_002)), None);
        assert_eq!(node.poll(at(1_101)), Step::Wait(at(1_102)));
        let Step::Release(_, ended) = node.poll(at(1_102)) else { panic!("a release is due") };
        assert_eq!((ended.len(), ended[0].slot), (127, Slot(128)));
        let release = Step::Release(node.id(), ended);
        node.answered(&release, at(1_102), None, at(1_103));
        assert_eq!(node.poll(at(1_301)).clone(), Step::Claim(node.id(), 128));
        node.answered(&claim, at(1_301), Some(&StepAnswer::Claimed(leases(255))), at(1_302));
        assert_eq!(node.poll(at(1_403)), release, "again, after a failure");
        node.answered(&release, at(1_403), Some(&StepAnswer::Done), at(1_404));
        assert_eq!(node.leases().count(), 128);
    }

    #[test]
    fn ids_differ_from_start_to_start() {
        let mut node = Node::new(1, at(0));
        let mut ids = std::collections::BTreeSet::new();
        for now in 0..1_000 {
            ids.insert(node.id());
            let register = Step::Register(node.id());
            node.answered(&register, at(now), Some(&StepAnswer::Registered(false)), at(now));
        }
        assert_eq!(ids.len(), 1_000);
    }
}
