//! Steps 13 to 20, which need the group of a call, and the answer to a call that passes them.

use std::mem::take;
use std::ops::ControlFlow;

use avmarks_protocol::{Endpoint, ErrorCode, check_members, get_admin_list, get_online_member_num};
use avmarks_rules::internal::{Cursor, Filter, ReadCall, admin_refusals, mark_refusals, read_refusals};
use avmarks_rules::{Command, Decision, MarkCall, Omission, Reason, Refusal, Refused};
use avmarks_spec::{Gap, UserId};

use super::Evaluation;
use crate::answer::{Answer, Effect, Outcome, bare_json, served_json};
use crate::app::Group;
use crate::online_list::{self, CacheEntry, Cached};
use crate::target::Target;
use crate::violation::Violation;

impl Evaluation<'_> {
    /// 13 to 20, for a call that sets or deletes marks; robots are added and deleted by mark 500.
    pub(super) fn marks(&mut self, group: &Target<'_>, endpoint: Endpoint, call: &MarkCall) -> ControlFlow<()> {
        let Some(Group { room, .. }) = group.found else { return self.group_alone(group, endpoint) };
        let terms = &self.app.settings.terms;
        let mut decision = room.decide_with(call, terms, self.now, self.scratch);
        if !decision.is_served() {
            return self.refuse(group, decision);
        }
        let body = match endpoint {
            Endpoint::ModifyUserInfo => served_json(call, &decision),
            _ => {
                // The bare answer echoes nothing.
                decision.because.retain(|reason| *reason != Reason::Gap(Gap::Echo));
                bare_json()
            }
        };
        self.accept(group, decision, body);
        ControlFlow::Continue(())
    }

    /// 13 to 19, for a call that sets or deletes administrators.
    pub(super) fn admins(&mut self, group: &Target<'_>, command: Command, accounts: &[UserId]) -> ControlFlow<()> {
        let Some(Group { room, .. }) = group.found else { return self.group_alone(group, Endpoint::ModifyAdmin) };
        let terms = &self.app.settings.terms;
        let decision = room.decide_admins(command, group.operator, accounts, terms, self.now);
        if !decision.is_served() {
            return self.refuse(group, decision);
        }
        self.accept(group, decision, bare_json());
        ControlFlow::Continue(())
    }

    /// Records that a decision accepts the call, with this answer.
    fn accept(&mut self, group: &Target<'_>, mut decision: Decision, body: Vec<u8>) {
        let (because, omitted) = (take(&mut decision.because), take(&mut decision.omitted));
        let answer = Answer { body, code: ErrorCode::OK, because, omitted };
        let effect = group.id.map_or(Effect::None, |id| Effect::Transition(id, decision.into_transition()));
        self.served = Some(Outcome { answer, effect });
    }

    /// Records that a decision refuses the call.
    fn refuse(&mut self, group: &Target<'_>, decision: Decision) -> ControlFlow<()> {
        let mut refusals = decision.refusals.into_iter();
        let Some(refused) = refusals.next() else { return ControlFlow::Continue(()) };
        if !can_be_said(group, &refused) {
            // An earlier step has refused the call, and the answer is based on it.
            return self.add_all(group, refusals);
        }
        let mut first = self.refusal(group, refused, decision.omitted.first());
        // The evaluation adds `gap:precedence` at its end, for the steps before the group as well.
        let own = decision.because.into_iter().filter(|reason| *reason != Reason::Gap(Gap::Precedence));
        first.because = own.collect();
        self.omitted = decision.omitted;
        self.violations.add(first)?;
        self.add_all(group, refusals)
    }

    /// 13 to 18 alone: the refusals of the group that do not depend on the accounts of the body.
    pub(super) fn group_alone(&mut self, group: &Target<'_>, endpoint: Endpoint) -> ControlFlow<()> {
        let (room, terms) = (group.found.map(|group| &group.room), &self.app.settings.terms);
        let refusals = match endpoint {
            Endpoint::ModifyUserInfo => mark_refusals(room, terms, group.operator, group.special.is_some()),
            Endpoint::AddRobots | Endpoint::DelRobots => mark_refusals(room, terms, group.operator, true),
            Endpoint::ModifyAdmin => admin_refusals(room, terms, group.operator),
            Endpoint::GetMembers => return self.ask(group, ReadCall::List),
            Endpoint::GetOnlineMemberNum => return self.ask(group, ReadCall::Count),
            Endpoint::CheckMembers => return self.ask(group, ReadCall::Check),
            Endpoint::GetAdminList => return self.ask(group, ReadCall::AdminList),
        };
        self.add_all(group, refusals)
    }

    /// Adds the refusals of the group, as far as it is known.
    fn add_all(&mut self, group: &Target<'_>, refusals: impl IntoIterator<Item = Refused>) -> ControlFlow<()> {
        for refused in refusals {
            if can_be_said(group, &refused) {
                self.violations.add(self.refusal(group, refused, None))?;
            }
        }
        ControlFlow::Continue(())
    }

    pub(super) fn list(&mut self, group: &Target<'_>, cursor: Cursor, filter: Filter) -> ControlFlow<()> {
        self.ask(group, ReadCall::List)?;
        if let Some(Group { room, cache }) = group.found {
            let terms = &self.app.settings.terms;
            let Cached { answer, because, entry } = online_list::list(room, cache, terms, cursor, filter, self.now);
            self.serve(group, answer.to_json(), because, entry);
        }
        ControlFlow::Continue(())
    }

    pub(super) fn count(&mut self, group: &Target<'_>) -> ControlFlow<()> {
        self.ask(group, ReadCall::Count)?;
        if let Some(Group { room, cache }) = group.found {
            let Cached { answer, because, entry } = online_list::count(room, cache, &self.app.settings.terms, self.now);
            let answer = get_online_member_num::Answer::count(i64::try_from(answer).unwrap_or(i64::MAX));
            self.serve(group, answer.to_json(), because, entry);
        }
        ControlFlow::Continue(())
    }

    pub(super) fn check(&mut self, group: &Target<'_>, accounts: Vec<UserId>) -> ControlFlow<()> {
        self.ask(group, ReadCall::Check)?;
        if let Some(Group { room, cache }) = group.found {
            let terms = &self.app.settings.terms;
            let Cached { answer, because, entry } = online_list::check(room, cache, terms, accounts, self.now);
            let answer = answer.iter().map(|account| account.as_str().to_owned()).collect();
            self.serve(group, check_members::Answer::online(answer).to_json(), because, entry);
        }
        ControlFlow::Continue(())
    }

    pub(super) fn admin_list(&mut self, group: &Target<'_>) -> ControlFlow<()> {
        self.ask(group, ReadCall::AdminList)?;
        if let Some(Group { room, .. }) = group.found {
            let admins = room.admins().iter().map(|admin| get_admin_list::Admin::new(admin.as_str())).collect();
            self.serve(group, get_admin_list::Answer::admins(admins).to_json(), Vec::new(), None);
        }
        ControlFlow::Continue(())
    }

    /// 13 to 17, for a call that changes nothing.
    fn ask(&mut self, group: &Target<'_>, call: ReadCall) -> ControlFlow<()> {
        let room = group.found.map(|group| &group.room);
        let refusals = read_refusals(room, &self.app.settings.terms, group.operator, call);
        for refused in refusals.into_iter().filter(|refused| can_be_said(group, refused)) {
            self.read_on(call, Some(refused.refusal));
            let mut violation = self.refusal(group, refused, None);
            if refused.refusal == Refusal::ListPlan {
                violation.because.push(Reason::Gap(Gap::LowPlanList));
            }
            self.violations.add(violation)?;
        }
        self.read_on(call, None);
        ControlFlow::Continue(())
    }

    /// A list goes on without the plan, or without the switch, by a reading alone (`gap:low-plan-list`, `gap:switch-list`). `reason`
    /// is what refuses it next.
    fn read_on(&mut self, call: ReadCall, reason: Option<Refusal>) {
        let terms = &self.app.settings.terms;
        let is_past = |step: Refusal| call == ReadCall::List && reason.is_none_or(|reason| reason > step);
        if is_past(Refusal::ListPlan) && !terms.marks_supported {
            self.violations.gap(Gap::LowPlanList);
        }
        if is_past(Refusal::ListSwitch) && !terms.online_list_enabled {
            self.violations.gap(Gap::SwitchList);
        }
    }

    fn serve(&mut self, group: &Target<'_>, body: Vec<u8>, because: Vec<Reason>, entry: Option<CacheEntry>) {
        let effect = group.id.zip(entry).map_or(Effect::None, |(id, entry)| Effect::Cache(id, entry));
        let answer = Answer { body, code: ErrorCode::OK, because, omitted: Vec::new() };
        self.served = Some(Outcome { answer, effect });
    }

    fn refusal(&self, group: &Target<'_>, refused: Refused, omitted: Option<&Omission>) -> Violation {
        let (path, message) = group.refusal_message(refused, &self.app.settings.terms.limits, omitted);
        Violation::new(refused.refusal, path, self.policy(), message)
    }
}

/// Of a group that is not named, and of a caller that is not, nothing can be said.
fn can_be_said(group: &Target<'_>, refused: &Refused) -> bool {
    match refused.refusal {
        Refusal::GroupExists => group.id.is_some(),
        Refusal::Permission | Refusal::SpecialAdmin => group.identifier.is_some(),
        _ => true,
    }
}
