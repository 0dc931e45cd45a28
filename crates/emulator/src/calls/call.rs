//! A call as a row, and what all rows ask of the group and the caller.

use avmarks_rules::Room;
use avmarks_spec::{Excerpt, GroupId, GroupType};

use super::answer::Reply;
use super::body::CallBody;
use super::field::Field;
use super::refused::Refused;
use crate::state::State;
use crate::webhooks::{CallWebhook, WebhookEvent};

/// A call of the API.
#[derive(Debug)]
pub(crate) struct Call {
    /// The path without `v4/`.
    pub(super) path: &'static str,
    /// The document that describes it, and where a limit or code is ours, that.
    pub(super) source: &'static str,
    /// What it does, in one sentence.
    pub(super) says: &'static str,
    /// Whether it is about one group, which its field `GroupId` names.
    pub(super) of_group: bool,
    /// The group types that it refuses, each with its code.
    pub(super) refuses: &'static [(GroupType, i64)],
    /// Whether it needs the plan that has marks.
    pub(super) needs_plan: bool,
    /// The code for a field that is missing or of another type, and the one for a list that is too long.
    pub(super) codes: (i64, i64),
    pub(super) fields: &'static [Field],
    /// What its answer has beyond the envelope.
    pub(super) answers: &'static [Field],
    pub(super) run: Run,
    pub(super) before: Option<BeforeWebhook>,
}

/// The webhook that a call waits for, if that is on.
#[derive(Clone, Copy, Debug)]
pub(super) struct BeforeWebhook {
    pub(super) event: WebhookEvent,
    pub(super) contents: fn(&State, &CallBody<'_>) -> WebhookResult,
}

/// What answers a call.
#[derive(Clone, Copy, Debug)]
pub(super) enum Run {
    /// It is refused or acknowledged, and nothing is kept of it: what its answer must have is empty.
    Nothing,
    /// The same, with this answer.
    Acknowledges(fn(&CallBody<'_>) -> Reply),
    Looks(fn(&State, &CallBody<'_>) -> Answered),
    Changes(fn(&mut State, &CallBody<'_>) -> Answered),
    /// `avmarks-service`: the row is there for those who read the table.
    Service,
}

pub(super) type Answered = Result<Reply, Refused>;
/// The webhook that a call waits for; none if there is none. An error is what the call will be refused with.
pub(super) type WebhookResult = Result<Option<CallWebhook>, Refused>;

impl Call {
    /// A call that is acknowledged, with the codes of the group calls: 10004, and 10005 for a list that is too long.
    pub(super) const fn new(
        path: &'static str,
        source: &'static str,
        says: &'static str,
        fields: &'static [Field],
    ) -> Self {
        Self {
            path,
            source,
            says,
            of_group: false,
            refuses: &[],
            needs_plan: false,
            codes: (10_004, 10_005),
            fields,
            answers: &[],
            run: Run::Nothing,
            before: None,
        }
    }

    /// About the group that `GroupId` names, which must exist and be of none of these types.
    pub(super) const fn of_group(self, refuses: &'static [(GroupType, i64)]) -> Self {
        Self { of_group: true, refuses, ..self }
    }

    pub(super) const fn needs_plan(self) -> Self {
        Self { needs_plan: true, ..self }
    }

    pub(super) const fn codes(self, invalid: i64, too_many: i64) -> Self {
        Self { codes: (invalid, too_many), ..self }
    }

    pub(super) const fn answers(self, answers: &'static [Field]) -> Self {
        Self { answers, ..self }
    }

    /// Acknowledged with more than the bare envelope.
    pub(super) const fn acknowledges(self, acknowledges: fn(&CallBody<'_>) -> Reply) -> Self {
        Self { run: Run::Acknowledges(acknowledges), ..self }
    }

    pub(super) const fn looks(self, looks: fn(&State, &CallBody<'_>) -> Answered) -> Self {
        Self { run: Run::Looks(looks), ..self }
    }

    pub(super) const fn runs(self, changes: fn(&mut State, &CallBody<'_>) -> Answered) -> Self {
        Self { run: Run::Changes(changes), ..self }
    }

    /// Before it takes effect, this webhook is asked with what `contents` gives.
    pub(super) const fn before(
        self,
        event: WebhookEvent,
        contents: fn(&State, &CallBody<'_>) -> WebhookResult,
    ) -> Self {
        Self { before: Some(BeforeWebhook { event, contents }), ..self }
    }

    pub(super) const fn by_service(self) -> Self {
        Self { run: Run::Service, ..self }
    }

    /// The webhook that it waits for, if that is on.
    pub(crate) fn webhook(&self) -> Option<WebhookEvent> {
        self.before.map(|webhook| webhook.event)
    }

    /// Whether it changes anything.
    pub(crate) const fn changes(&self) -> bool {
        matches!(self.run, Run::Changes(_))
    }

    /// Whether a body without fields is one of this call.
    pub(super) fn needs_nothing(&self) -> bool {
        self.fields.iter().all(|field| !field.is_required)
    }

    /// The service and the command that the path names.
    pub(super) fn split(&self) -> (&'static str, &'static str) {
        self.path.split_once('/').unwrap_or(("", self.path))
    }
}

/// The room of a group, or the refusal of a group that is not there.
pub(super) fn found<'a>(state: &'a State, id: &GroupId) -> Result<&'a Room, Refused> {
    let absent = || Refused::new(10_010, format!("there is no group `{id}`, or it has been destroyed"));
    state.app.room(id).ok_or_else(absent)
}

/// An app admin may see and change every group, an owner the own one (`gap:rest-owner`).
pub(super) fn permitted(state: &State, id: &GroupId, room: &Room, caller: &str) -> Result<(), Refused> {
    if is_admin(state, caller) || room.owner().is_some_and(|owner| owner.as_str() == caller) {
        return Ok(());
    }
    let info = format!("`{}` is neither an app admin nor the owner of group `{id}`", Excerpt(caller));
    Err(Refused::new(10_007, info))
}

pub(super) fn is_admin(state: &State, caller: &str) -> bool {
    state.app.settings().admins.contains(caller)
}

pub(super) fn well_formed(id: &str) -> Result<GroupId, Refused> {
    GroupId::parse(id).map_err(|error| Refused::new(10_015, format!("group id `{}`: {error}", Excerpt(id))))
}
