//! The calls that create, destroy and describe groups, in the little that a test needs: audio-video groups alone.
//!
//! | call of `v4/group_open_http_svc` | page | what is kept of it |
//! |---|---|---|
//! | `create_group` | 1047/34895 (2024-07-16), 269/1615 (2025-11-03) | `Type`, `Name`, `GroupId`, `Owner_Account`, and the three texts that `get_group_info` gives back; other fields are passed over |
//! | `destroy_group` | 1047/34896 | all |
//! | `get_group_info` | 1047/34961 | `GroupIdList` and `ResponseFilter.GroupBaseInfoFilter`; no member is listed, for an AVChatRoom stores no profiles of members (33529) |
//!
//! Answers have the order of fields of the pages' samples. Codes are those of the pages' own tables, and where these name
//! none, those of 1047/34348; which of several faults answers is ours. Steps 1 to 4 of the precedence are the service's
//! ([`avmarks_service::App::gate`]); the 200 calls a second of these calls are not counted.

mod read;
mod write;

use avmarks_protocol::url::redact_usersig;
use avmarks_protocol::{Endpoint, ErrorCode};
use avmarks_rules::{Reason, Room};
use avmarks_service::{Answer, Call as Asked};
use avmarks_spec::{Excerpt, Gap, GroupId, GroupType, Timestamp, UserId};

use crate::capacity::Capacity;
use crate::state::{Changes, Group, State};
use read::{Body, Refused};
use write::Info;

/// A call of this file.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Call {
    Create,
    Destroy,
    Describe,
}

/// Groups that one `get_group_info` may name. Source: 1047/34961, sample request.
const GROUPS_PER_CALL_MAX: usize = 50;

/// What ids begin with that the service assigns; none that is chosen may. Source: 33529.
const ASSIGNED: &str = "@TGS#";

impl Call {
    const ALL: [Self; 3] = [Self::Create, Self::Destroy, Self::Describe];

    /// The path of the URL, without a slash in front.
    const fn path(self) -> &'static str {
        match self {
            Self::Create => "v4/group_open_http_svc/create_group",
            Self::Destroy => "v4/group_open_http_svc/destroy_group",
            Self::Describe => "v4/group_open_http_svc/get_group_info",
        }
    }

    /// The call of this path, with or without a slash in front.
    pub(crate) fn of(path: &str) -> Option<Self> {
        let path = path.strip_prefix('/').unwrap_or(path);
        Self::ALL.into_iter().find(|call| call.path() == path)
    }

    /// Whether it changes anything.
    pub(crate) fn changes(self) -> bool {
        self != Self::Describe
    }
}

/// Answers a call that got past the gate.
pub(crate) fn answer(
    state: &mut State,
    capacity: &Capacity,
    call: Call,
    asked: &Asked<'_>,
    now: Timestamp,
) -> (Answer, Changes) {
    let policy = state.app.settings().terms.policy;
    let text = read::text(asked.body, &policy);
    let answered = text.as_ref().map_err(Clone::clone).and_then(|text| {
        let body = Body::parse(text)?;
        match call {
            Call::Create => create(state, capacity, body, asked.identifier, now),
            Call::Destroy => destroy(state, body, asked.identifier, now),
            Call::Describe => describe(state, capacity, body, asked.identifier).map(|body| (body, Changes::default())),
        }
    });
    let (mut answer, changes) = match answered {
        Ok((body, changes)) => (Answer::new(ErrorCode::OK, body), changes),
        Err(Refused { code, info }) => (Answer::new(code, write::refused(code, info)), Changes::default()),
    };
    if text.is_ok_and(|text| text.as_bytes() != asked.body) {
        answer.because.push(Reason::Gap(Gap::TrailingComma));
    }
    (answer, changes)
}

/// Whether a call of this path is emulated, by the service or here.
pub(crate) fn is_emulated(path: &str) -> bool {
    Endpoint::from_path(path).is_some() || Call::of(path).is_some()
}

/// The answer to a path that no emulated call has: it names the paths of this file too, which the service does not know.
pub(crate) fn unknown_path(path: &str, code: ErrorCode) -> Vec<u8> {
    let paths = Endpoint::ALL.iter().map(|endpoint| endpoint.path()).chain(Call::ALL.map(Call::path));
    let paths: Vec<_> = paths.map(|path| format!("`{path}`")).collect();
    let asked = redact_usersig(path);
    let info = format!("no call with the path `{}` is emulated; the paths are {}", Excerpt(&asked), paths.join(", "));
    Endpoint::refused_answer(None, code, info)
}

type Answered = Result<(Vec<u8>, Changes), Refused>;

fn create(state: &mut State, capacity: &Capacity, mut body: Body<'_>, caller: &str, now: Timestamp) -> Answered {
    if !is_admin(state, caller) {
        return Err(Refused::new(10_007, format!("`{}` is no app admin", Excerpt(caller))));
    }
    let kind = body.required_text("Type")?;
    if kind != GroupType::AvChatRoom.name() {
        if GroupType::from_name(&kind).is_some() {
            tracing::warn!(kind = %Excerpt(&kind), "groups of this type are not emulated");
        }
        let info = format!("`Type` is `{}`; this emulator has `AVChatRoom` alone", Excerpt(&kind));
        return Err(Refused::invalid(info));
    }
    let group = Group {
        name: body.required_text("Name")?,
        introduction: body.text("Introduction")?.unwrap_or_default(),
        notification: body.text("Notification")?.unwrap_or_default(),
        face_url: body.text("FaceUrl")?.unwrap_or_default(),
        created: now,
    };
    let owner = body.text("Owner_Account")?.map(|owner| account(state, &owner)).transpose()?;
    let id = body.text("GroupId")?.map(|id| chosen_id(&id)).transpose()?;
    if !body.array("MemberList")?.unwrap_or_default().is_empty() {
        let info = "`MemberList` names members; those of an `AVChatRoom` join by themselves, over the SDK";
        return Err(Refused::new(10_007, info));
    }
    if let Some(room) = id.as_ref().and_then(|id| state.app.room(id)) {
        let id = id.map(|id| id.to_string()).unwrap_or_default();
        // 1047/34348: 10025 where the operator owns the group already; over REST, the owner that is asked for counts as well.
        let own = room.owner().is_some_and(|found| Some(found) == owner || found.as_str() == caller);
        let (code, whose) = if own { (10_025, ", and the same owner's") } else { (10_021, "") };
        return Err(Refused::new(code, format!("group id `{id}` is in use{whose}")));
    }
    capacity.check_new_group(&state.app).map_err(|full| Refused::new(10_036, full.to_string()))?;
    let id = match id {
        Some(id) => id,
        None => state.assign_id(),
    };
    let changes = state.create_group(id, GroupType::AvChatRoom, owner, group, now);
    Ok((write::created(&id), changes))
}

fn destroy(state: &mut State, mut body: Body<'_>, caller: &str, now: Timestamp) -> Answered {
    let id = body.required_text("GroupId")?;
    let id = well_formed(&id)?;
    look(state, &id, caller)?;
    Ok((write::done(), state.destroy_group(id, now)))
}

fn describe(state: &State, capacity: &Capacity, mut body: Body<'_>, caller: &str) -> Result<Vec<u8>, Refused> {
    let ids = body.required_texts("GroupIdList")?;
    if ids.is_empty() || ids.len() > GROUPS_PER_CALL_MAX {
        let info = format!("`GroupIdList` names {} groups; it must name 1 to {GROUPS_PER_CALL_MAX}", ids.len());
        return Err(Refused::invalid(info));
    }
    let wanted = body.base_info_filter()?;
    let infos = ids.iter().map(|text| {
        let found = well_formed(text).and_then(|id| look(state, &id, caller).map(|room| (id, room)));
        match found {
            Ok((id, room)) => Info::of(text, id, room, state, capacity, wanted.as_deref()),
            Err(refused) => Info::refused(text, refused),
        }
    });
    Ok(write::described(infos.collect()))
}

/// The room of a group, where `caller` may see and destroy it.
fn look<'a>(state: &'a State, id: &GroupId, caller: &str) -> Result<&'a Room, Refused> {
    let absent = || Refused::new(10_010, format!("there is no group `{id}`, or it has been destroyed"));
    let room = state.app.room(id).ok_or_else(absent)?;
    if !is_admin(state, caller) && room.owner().is_none_or(|owner| owner.as_str() != caller) {
        let info = format!("`{}` is neither an app admin nor the owner of group `{id}`", Excerpt(caller));
        return Err(Refused::new(10_007, info));
    }
    Ok(room)
}

fn is_admin(state: &State, caller: &str) -> bool {
    state.app.settings().admins.contains(caller)
}

fn well_formed(id: &str) -> Result<GroupId, Refused> {
    GroupId::parse(id).map_err(|fault| Refused::new(10_015, format!("group id `{}`: {fault}", Excerpt(id))))
}

fn chosen_id(id: &str) -> Result<GroupId, Refused> {
    if id.starts_with(ASSIGNED) {
        let info =
            format!("`GroupId` is `{}`; ids that begin with `{ASSIGNED}` are assigned by the service", Excerpt(id));
        return Err(Refused::new(10_015, info));
    }
    well_formed(id)
}

fn account(state: &State, text: &str) -> Result<UserId, Refused> {
    let reading = state.app.settings().terms.policy.account_id;
    UserId::parse_as(text, reading)
        .map_err(|fault| Refused::invalid(format!("`Owner_Account` is `{}`: {fault}", Excerpt(text))))
}
