//! A store with a clock that the test sets, and short words for what goes in.

use std::any::Any;

use avmarks_keeper_store::{Batch, Due, Event, Group, NewWant, PresenceChange, Slot, Store, Want};
use avmarks_spec::{GroupId, Limits, Mark, Timestamp, UserId};

/// Limits that a test reaches soon.
pub(crate) const LIMITS: Limits =
    Limits { marks_per_group_max: 2, members_per_mark_max: 2, calls_per_window_max: 3, ..Limits::DOCUMENTED };

/// When the clock starts.
pub(crate) const START: u64 = 1_000_000;

pub(crate) struct Bench {
    pub store: Box<dyn Store>,
    set_clock: Box<dyn FnMut(u64)>,
    now: u64,
    /// What lives as long as the store, such as its folder.
    _kept: Box<dyn Any>,
}

impl Bench {
    pub(crate) fn new(store: Box<dyn Store>, mut set_clock: Box<dyn FnMut(u64)>, kept: impl Any) -> Self {
        set_clock(START);
        Self { store, set_clock, now: START, _kept: Box::new(kept) }
    }

    pub(crate) fn now(&self) -> Timestamp {
        Timestamp::from_millis(self.now)
    }

    pub(crate) fn pass(&mut self, millis: u64) {
        self.set(self.now + millis);
    }

    pub(crate) fn set(&mut self, now: u64) {
        self.now = now;
        (self.set_clock)(now);
    }
}

pub(crate) fn group(text: &str) -> GroupId {
    GroupId::parse(text).unwrap()
}

pub(crate) fn user(text: &str) -> UserId {
    UserId::parse(text).unwrap()
}

pub(crate) fn slot(text: &str) -> Slot {
    Slot::of(&group(text))
}

pub(crate) fn want(of: &str, account: &str, marks: &[i64], robot: bool) -> NewWant {
    let marks = marks.iter().map(|mark| Mark::new(*mark).unwrap()).collect();
    NewWant { group: group(of), account: user(account), marks, robot }
}

pub(crate) fn online(of: &str, account: &str) -> Event {
    Event { group: group(of), change: PresenceChange::Online(user(account)), at: Some(Timestamp::from_millis(7)) }
}

pub(crate) fn all_slots() -> Vec<Slot> {
    Slot::all().collect()
}

pub(crate) fn all_due(store: &mut dyn Store) -> Vec<Due> {
    store.due(&all_slots(), Timestamp::LATEST, None, 1_000).unwrap()
}

pub(crate) fn all_batches(store: &mut dyn Store) -> Vec<Batch> {
    store.inbox(&all_slots(), &[], 1_000).unwrap()
}

pub(crate) fn all_groups(store: &mut dyn Store) -> Vec<Group> {
    Slot::all().flat_map(|slot| store.groups(slot, None, 1_000).unwrap()).collect()
}

pub(crate) fn all_wants(store: &mut dyn Store) -> Vec<Want> {
    all_groups(store).iter().flat_map(|group| store.wants_of_group(&group.group, None, 1_000).unwrap()).collect()
}

/// All that a store holds, without the numbers that each store gives for itself.
pub(crate) fn dump(store: &mut dyn Store) -> String {
    let mut text = String::new();
    for group in all_groups(store) {
        text += &format!("{group:?} {:?}\n", store.holders(&group.group).unwrap());
    }
    for want in all_wants(store) {
        let Want { group, account, marks, robot, removed, .. } = want;
        text += &format!("{group:?} {account:?} {marks:?} {robot} {removed:?}\n");
    }
    for batch in all_batches(store) {
        text += &format!("{:?} {:?}\n", batch.slot, batch.events);
    }
    for due in all_due(store) {
        text += &format!("{:?} {:?} {:?} {}\n", due.group, due.account, due.at, due.tries);
    }
    text
}

/// A test for each verb, on the store that a function opens.
macro_rules! suite {
    ($open:expr) => {
        $crate::bench::suite!($open;
            a_want_comes_back_as_it_was_put, the_eleventh_mark_of_a_group_is_refused, the_1001st_holder_of_a_mark_is_refused,
            a_dry_run_stores_nothing, wants_of_one_call_count_one_after_the_other, a_want_that_changed_is_due_at_once,
            a_removed_want_stays_until_its_deletion, a_deletion_of_an_earlier_version_is_passed_over, pages_go_on_where_they_ended,
            ids_of_any_bytes_come_back,
            only_events_of_the_wanted_are_stored, the_filter_knows_every_want, events_keep_their_order, a_batch_in_hand_is_not_read_again,
            one_due_row_for_each_account_and_group, a_row_marked_again_is_not_cleared, what_is_due_comes_by_time,
            a_destroyed_group_drops_what_waits, who_lost_the_lease_settles_nothing, what_is_of_another_slot_is_passed_over,
            a_node_ends_three_seconds_after_its_heartbeat, a_node_that_left_is_gone, slots_of_the_dead_pass_on, a_node_claims_its_share,
            only_own_leases_are_released, no_call_more_than_the_limit_is_admitted, each_endpoint_has_its_own_permits,
            who_has_no_time_left_records_nothing, a_clock_set_back_holds_nothing_up, every_verb_may_be_repeated, figures_count_what_is_there,
            another_connection_sees_the_same);
    };
    ($open:expr; $($test:ident),+ $(,)?) => {
        $(#[test] fn $test() { $crate::verbs::$test(&$open); })+
    };
}
pub(crate) use suite;
