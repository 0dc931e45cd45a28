//! The results of calls.

use avmarks_protocol::ErrorCode;
use avmarks_spec::{GroupId, Mark, Timestamp, UserId};

use super::{InFlight, Keeper};
use crate::call::{Action, CallId, CallResult, Verdict, verdicts};
use crate::event::Event;
use crate::group::Stage;

/// The group does not exist.
const NO_GROUP: ErrorCode = ErrorCode::new(10_010);
/// No account could be served (`gap:all-failed-code`, its two readings), or a parameter is wrong.
const ALL_FAILED: [ErrorCode; 2] = [ErrorCode::new(10_004), ErrorCode::new(10_019)];

impl Keeper {
    /// Takes the result of a call. Does nothing if the call is not in flight.
    pub fn on_result(&mut self, id: CallId, now: Timestamp, result: CallResult<'_>) {
        let now = self.time(now);
        let Some(sent) = self.in_flight.remove(&id) else { return };
        if sent.action == Action::List {
            return self.on_page(now, sent.group, sent.sent_at, result);
        }
        if let Some(state) = self.groups.get_mut(&sent.group) {
            state.in_flight = state.in_flight.saturating_sub(sent.named.len());
        }
        let division = sent.division;
        match result {
            CallResult::Answered(body) => match verdicts(sent.action, &sent.named, body) {
                Some(verdicts) => self.answered(now, sent, verdicts),
                None => self.failed(now, sent),
            },
            CallResult::Refused(code) => self.refused(now, sent, code),
            CallResult::Failed => self.failed(now, sent),
        }
        self.go_on(division);
    }

    /// Notes that a call may still be carried out.
    fn doubt(&mut self, now: Timestamp, sent: &InFlight) {
        let until = now.saturating_add(self.settings.late);
        for (account, _) in &sent.named {
            if let Some(active) = self.active_mut(sent.group, *account) {
                active.doubt_until = until;
            }
        }
    }

    fn answered(&mut self, now: Timestamp, sent: InFlight, verdicts: Vec<Verdict>) {
        let InFlight { group, action, named, sent_at, division } = sent;
        let is_look_up = self.is_look_up(action, division);
        let (mut served, mut left_out) = (Vec::new(), Vec::new());
        for ((account, marks), verdict) in named.into_iter().zip(verdicts) {
            let is_served = verdict != Verdict::LeftOut;
            let is_swept = self.active_mut(group, account).is_some_and(|active| active.flags.swept);
            if is_look_up && is_served {
                served.push((account, Vec::new()));
                continue;
            }
            self.settle(now, group, account, action, sent_at, &marks, is_served);
            match verdict {
                Verdict::Served(marks) => {
                    if is_swept && action != Action::Delete {
                        self.note_restored(group, account, &marks);
                    }
                    served.push((account, marks));
                }
                Verdict::LeftOut => left_out.push(account),
            }
        }
        if let Some(id) = division.filter(|_| is_look_up && !served.is_empty()) {
            self.part_checked(id, served.iter().map(|(account, _)| *account).collect());
        }
        self.events.push(Event::Answered { group, action, served, left_out });
    }

    fn refused(&mut self, now: Timestamp, sent: InFlight, code: ErrorCode) {
        let (group, action, accounts) = (sent.group, sent.action, sent.named.len());
        self.events.push(Event::Refused { group, action, code, accounts });
        if code == NO_GROUP {
            for (account, marks) in sent.named {
                self.settle(now, group, account, action, sent.sent_at, &marks, false);
            }
            if let Some(id) = sent.division {
                self.end_division(now, id);
            }
            return self.destroyed(now, group);
        }
        if !ALL_FAILED.contains(&code) {
            return self.retry_all(now, sent);
        }
        if let Some(id) = sent.division {
            return self.part_refused(now, sent, id, code);
        }
        // All of them may be offline, or one of them spoils the call: who is online tells. Whether an account may be added as a robot, or looked up,
        // does not depend on that. Each part of a call that sets mark 500 has a look-up of its own.
        let may_check = action == Action::Set || action == Action::Delete && accounts > 1;
        let mut divided = Vec::new();
        for (account, marks) in sent.named {
            let is_online = self.active_mut(group, account).is_some_and(|active| active.flags.checked);
            if is_online || matches!(action, Action::AddRobots | Action::Check | Action::Pin) {
                divided.push(account);
            } else if may_check && self.may_check(group, account) {
                self.requeue(group, account, Action::Check, now);
            } else {
                self.settle(now, group, account, action, sent.sent_at, &marks, false);
            }
        }
        self.divide(now, group, action, divided);
    }

    fn failed(&mut self, now: Timestamp, sent: InFlight) {
        let (group, action, accounts) = (sent.group, sent.action, sent.named.len());
        self.events.push(Event::Failed { group, action, accounts });
        if action != Action::Delete && action != Action::Check {
            self.doubt(now, &sent);
        }
        self.retry_all(now, sent);
    }

    /// Whether to query which accounts of a refused call are online: once for each sign of life.
    fn may_check(&mut self, group: GroupId, account: UserId) -> bool {
        let Some(active) = self.active_mut(group, account) else { return false };
        active.tries += 1;
        let may = active.again_by.is_none() && !active.flags.gone && !active.flags.refused;
        active.flags.refused = may;
        may
    }

    fn requeue(&mut self, group: GroupId, account: UserId, action: Action, by: Timestamp) {
        self.set_stage(group, account, Stage::Queued(action, by));
    }

    /// Sends the accounts of a call again, later.
    fn retry_all(&mut self, now: Timestamp, sent: InFlight) {
        let settings = self.settings;
        let (group, action) = (sent.group, sent.action);
        for (account, _) in sent.named {
            let Some(state) = self.groups.get_mut(&group) else { return };
            let want = state.wants.get(&account);
            let Some(active) = state.active.get_mut(&account) else { continue };
            active.touched_at = now;
            active.flags.refused &= action != Action::Check;
            active.failures = active.failures.saturating_add(1);
            let until = now.saturating_add(settings.backoff(active.failures));
            let again = active.again_by.take();
            if std::mem::take(&mut active.flags.unpin) && want.is_some() {
                active.unwanted.insert(Mark::PINNED);
                active.flags.goes_on = again.is_some();
            }
            let next = match action {
                _ if active.flags.gone && again.is_none() && active.unwanted.is_empty() => None,
                // That it is online was known when the call was made, and is not any more.
                Action::Pin => {
                    Some(active.first_action(want).filter(|next| *next == Action::Delete).unwrap_or(Action::Check))
                }
                _ => active.first_action(want),
            };
            self.set_stage(group, account, next.map_or(Stage::Idle, |next| Stage::Delayed(next, until)));
        }
    }

    /// Decides what follows for one account of a call that has its answer. `marks` are those that the call named.
    #[expect(clippy::too_many_arguments, reason = "they are what is known of one account of an answer")]
    pub(super) fn settle(
        &mut self,
        now: Timestamp,
        group: GroupId,
        account: UserId,
        action: Action,
        sent_at: Timestamp,
        marks: &[Mark],
        is_served: bool,
    ) {
        let (settings, doubt_until) = (self.settings, self.doubt_until);
        let Some(state) = self.groups.get_mut(&group) else { return };
        let want = state.wants.get(&account).cloned();
        let Some(active) = state.active.get_mut(&account) else { return };
        active.failures = 0;
        if is_served || active.flags.told {
            active.touched_at = now;
        }
        let mut was_stored = false;
        if action == Action::Delete {
            active.touched_at = now;
        }
        // An account that the answer to a deletion omits is offline, and has no marks.
        if action == Action::Delete && sent_at >= active.doubt_until.max(doubt_until) {
            active.unwanted.retain(|mark| !marks.contains(mark));
            was_stored = std::mem::take(&mut active.flags.stored);
            active.flags.stored = was_stored && !active.unwanted.is_empty();
        }
        // The same, where the deletion was refused and the account looked up.
        let was_checked = action == Action::Check && active.flags.refused && active.again_by.is_none();
        if was_checked && !is_served && sent_at >= active.doubt_until.max(doubt_until) {
            active.unwanted.clear();
            was_stored = std::mem::take(&mut active.flags.stored);
        }
        active.flags.apart &= !is_served || action == Action::Check;
        if is_served && matches!(action, Action::AddRobots | Action::Pin) {
            active.pin_ends = Some(sent_at.saturating_add(settings.limits.pin_duration_max));
            active.pinned_at = Some(now);
        }
        let again = active.again_by.take();
        active.flags.served |= is_served && again.is_none() && matches!(action, Action::Set | Action::Pin);
        let unpins = std::mem::take(&mut active.flags.unpin);
        if unpins {
            active.pin_ends = None;
            active.unwanted.insert(Mark::PINNED);
            active.flags.goes_on = again.is_some();
        }
        let is_gone = std::mem::take(&mut active.flags.gone) && !want.as_ref().is_some_and(crate::Want::is_robot);
        let next = match (action, &want) {
            _ if again.is_some() => {
                active.flags.refused = false;
                active.flags.checked = false;
                active.first_action(want.as_ref())
            }
            _ if unpins => Some(Action::Delete),
            _ if is_gone => None,
            (Action::Delete, _) if std::mem::take(&mut active.flags.goes_on) => {
                active.action_after_delete(want.as_ref())
            }
            (Action::AddRobots, Some(want)) if is_served => want.ordinary().next().map(|_| Action::Set),
            (Action::Set, Some(want)) if is_served => active.lacks_pin(want).then_some(Action::Pin),
            (Action::Check, _) if is_served && std::mem::take(&mut active.flags.refused) => {
                active.flags.checked = true;
                let ordinary = want.as_ref().and_then(|want| want.ordinary().next());
                if active.unwanted.is_empty() { ordinary.map(|_| Action::Set) } else { Some(Action::Delete) }
            }
            (Action::Check, Some(want)) if is_served => active.lacks_pin(want).then_some(Action::Pin),
            (Action::Set, Some(want)) => {
                active.tries += 1;
                let may_retry =
                    active.flags.told && active.tries < settings.tries_max && !want.is_robot() && !active.flags.apart;
                let until = now.saturating_add(settings.retry_after);
                if may_retry {
                    return self.set_stage(group, account, Stage::Delayed(Action::Set, until));
                }
                None
            }
            _ => None,
        };
        if next.is_none() {
            active.flags.refused = false;
            active.flags.checked = false;
            active.flags.swept = false;
        }
        let by = again.unwrap_or(now).max(now);
        // What follows a call gathers others that do.
        let by = if again.is_some() { by } else { by.saturating_add(settings.gather) };
        match next {
            Some(next) => self.set_stage(group, account, Stage::Queued(next, by)),
            None => self.rest(now, group, account),
        }
        self.store_confirmed(group, account, want, was_stored);
    }
}
