//! What these calls answer, in the order of fields of the pages' samples.

use avmarks_protocol::internal::envelope_json;
use avmarks_protocol::{Envelope, ErrorCode};
use avmarks_rules::Room;
use avmarks_spec::GroupId;
use serde::Serialize;
use serde::ser::{SerializeMap, Serializer};
use serde_json::{Value, json};

use super::read::Refused;
use crate::capacity::Capacity;
use crate::state::{Group, State};

/// A refusal.
pub(super) fn refused(code: ErrorCode, info: String) -> Vec<u8> {
    envelope_json(&Envelope::fail(code, info))
}

/// The answer that has no more to say.
pub(super) fn done() -> Vec<u8> {
    envelope_json(&Envelope::ok())
}

/// The answer of `create_group`. Source: 1047/34895, sample response.
pub(super) fn created(id: &GroupId) -> Vec<u8> {
    ordered(&Object(vec![
        ("ActionStatus", json!("OK")),
        ("ErrorInfo", json!("")),
        ("ErrorCode", json!(0)),
        ("GroupId", json!(id.as_str())),
    ]))
}

/// The answer of `get_group_info`: the envelope says nothing, each group has a code of its own. Source: 1047/34961, sample
/// response.
pub(super) fn described(infos: Vec<Info>) -> Vec<u8> {
    #[derive(Serialize)]
    #[serde(rename_all = "PascalCase")]
    struct Described {
        action_status: &'static str,
        error_info: &'static str,
        error_code: i64,
        group_info: Vec<Info>,
    }
    ordered(&Described { action_status: "OK", error_info: "", error_code: 0, group_info: infos })
}

/// One group of `GroupInfo`.
#[derive(Serialize)]
pub(super) struct Info(Object);

impl Info {
    /// A group; of its basic information, what `wanted` names, and all of it where there is no such list.
    pub(super) fn of(
        text: &str,
        id: GroupId,
        room: &Room,
        state: &State,
        capacity: &Capacity,
        wanted: Option<&[String]>,
    ) -> Self {
        let none = Group::default();
        let Group { name, introduction, notification, face_url, created } = state.groups.get(&id).unwrap_or(&none);
        let mut fields = vec![("GroupId", json!(text)), ("ErrorCode", json!(0)), ("ErrorInfo", json!(""))];
        let base = [
            ("Type", json!(room.kind().name())),
            ("Name", json!(name)),
            ("Appid", json!(state.app.settings().sdkappid.number())),
            ("Introduction", json!(introduction)),
            ("Notification", json!(notification)),
            ("FaceUrl", json!(face_url)),
            ("Owner_Account", json!(room.owner().map(|owner| owner.to_string()).unwrap_or_default())),
            ("CreateTime", json!(created.as_seconds())),
            ("LastInfoTime", json!(created.as_seconds())),
            // No message is emulated.
            ("LastMsgTime", json!(0)),
            ("NextMsgSeq", json!(1)),
            ("MemberNum", json!(room.len() - room.robots())),
            ("MaxMemberNum", json!(capacity.members_max)),
            ("ApplyJoinOption", json!("FreeAccess")),
            ("MuteAllMember", json!("Off")),
        ];
        fields
            .extend(base.into_iter().filter(|(name, _)| wanted.is_none_or(|wanted| wanted.iter().any(|w| w == name))));
        Self(Object(fields))
    }

    /// A group that cannot be described.
    pub(super) fn refused(id: &str, Refused { code, info }: Refused) -> Self {
        Self(Object(vec![("GroupId", json!(id)), ("ErrorCode", json!(code.number())), ("ErrorInfo", json!(info))]))
    }
}

/// An object that keeps the order of its fields.
struct Object(Vec<(&'static str, Value)>);

impl Serialize for Object {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        let mut map = serializer.serialize_map(Some(self.0.len()))?;
        self.0.iter().try_for_each(|(name, value)| map.serialize_entry(name, value))?;
        map.end()
    }
}

/// Values with string keys and no failing parts: writing cannot fail.
fn ordered(value: &impl Serialize) -> Vec<u8> {
    serde_json::to_vec(value).unwrap_or_default()
}
