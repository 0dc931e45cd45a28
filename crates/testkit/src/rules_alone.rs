//! The rules engine without the service around it: rooms, and nothing of paths, bytes, quota and views.

mod request;

use std::collections::{BTreeMap, BTreeSet};

use avmarks_protocol::Endpoint;
use avmarks_protocol::internal::without_trailing_commas;
use avmarks_rules::{Omission, Operator, Policy, Presence, Room, Terms, Transition};
use avmarks_service::internal::Quota;
use avmarks_spec::readings::{RestOwner, TrailingComma};
use avmarks_spec::{Gap, GroupId, GroupType, Limits, Timestamp, UserId};
use serde_json::{Value, json};

use self::request::RoomRequest;
use crate::{Machine, Reply, raw_b64};

/// Rooms that are told what a scenario tells the service, and are never ticked. It judges what changes the rooms: presence, and calls about
/// marks, robots and administrators in which the steps before the group find nothing. All else is [`Reply::Unsupported`].
#[derive(Clone)]
pub struct RulesAlone {
    rooms: BTreeMap<GroupId, Room>,
    admins: BTreeSet<String>,
    terms: Terms,
    latest: Timestamp,
    sdkappid: u64,
    admitted: BTreeMap<(u64, Endpoint), Quota>,
}

impl RulesAlone {
    /// No rooms yet, and these limits.
    #[must_use]
    pub fn with_limits(limits: Limits) -> Self {
        Self {
            rooms: BTreeMap::new(),
            admins: BTreeSet::from(["administrator".to_owned()]),
            terms: Terms { limits, ..Terms::default() },
            latest: Timestamp::EPOCH,
            sdkappid: 1_400_000_000,
            admitted: BTreeMap::new(),
        }
    }

    /// The rooms.
    #[must_use]
    pub const fn rooms(&self) -> &BTreeMap<GroupId, Room> {
        &self.rooms
    }

    fn policy(&self) -> &Policy {
        &self.terms.policy
    }

    fn configure(&mut self, line: &Value) -> Result<(), String> {
        if let Some(admins) = line.get("admins").and_then(Value::as_array) {
            self.admins = admins.iter().filter_map(Value::as_str).map(str::to_owned).collect();
        }
        self.sdkappid = line.get("sdkappid").and_then(Value::as_u64).unwrap_or(self.sdkappid);
        let flag = |name: &str, before| line.get(name).and_then(Value::as_bool).unwrap_or(before);
        self.terms.marks_supported = flag("marks_supported", self.terms.marks_supported);
        self.terms.online_list_enabled = flag("online_list_enabled", self.terms.online_list_enabled);
        if let Some(name) = line.get("profile").and_then(Value::as_str) {
            self.terms.policy = Policy::profile(name).ok_or("no such profile")?;
        }
        for (gap, field) in Gap::choices() {
            if let Some(name) = line.get(field).and_then(Value::as_str) {
                self.terms.policy.set(gap, name).map_err(|error| error.to_string())?;
            }
        }
        Ok(())
    }

    fn presence(&mut self, presence: Presence, line: &Value) -> Result<(), String> {
        let Some(room) = self.rooms.get_mut(&group(line)?) else { return Ok(()) };
        let one = line.get("account").into_iter();
        let many = line.get("accounts").and_then(Value::as_array).into_iter().flatten();
        let accounts = one.chain(many).filter_map(Value::as_str);
        let accounts = accounts.map(|account| UserId::parse_as(account, self.terms.policy.account_id));
        let accounts = accounts.collect::<Result<Vec<_>, _>>().map_err(|error| error.to_string())?;
        let transition = room.decide_presence(presence, &accounts, self.latest);
        apply(room, &transition)
    }

    fn call(&mut self, line: &Value, raw_body: &str) -> Result<Reply, String> {
        let path = line.get("path").and_then(Value::as_str).unwrap_or_default();
        let identifier = line.get("as").and_then(Value::as_str).unwrap_or("administrator");
        let Some(endpoint) = Endpoint::from_path(path) else { return Ok(Reply::Unsupported) };
        let operator = if self.admins.contains(identifier) {
            Operator::Admin
        } else if self.policy().rest_owner == RestOwner::AdminOnly {
            return Ok(Reply::Unsupported);
        } else {
            UserId::parse_as(identifier, self.policy().account_id).map_or(Operator::Invalid, Operator::User)
        };
        let quota = self.admitted.entry((self.sdkappid, endpoint)).or_default();
        if raw_body.len() > self.terms.limits.body_bytes_max || !quota.admit(self.latest, &self.terms.limits) {
            return Ok(Reply::Unsupported);
        }
        let read = match self.policy().trailing_comma {
            TrailingComma::Accept => without_trailing_commas(raw_body),
            _ => raw_body.into(),
        };
        let unfit = avmarks_service::preflight(endpoint, raw_body.as_bytes(), &self.terms);
        if !unfit.is_empty() {
            return Ok(Reply::Unsupported);
        }
        let request = RoomRequest::read(endpoint, operator, read.as_bytes(), self.policy().account_id);
        let Some((id, request)) = request else {
            // A question changes nothing; any other call is read where preflight finds nothing in it.
            return if is_question(endpoint) {
                Ok(Reply::Unsupported)
            } else {
                Err("a fit call was not read".to_owned())
            };
        };

        let Some(room) = self.rooms.get_mut(&id) else { return Ok(Reply::Unsupported) };
        let (before, admins) = (room.members(self.latest), room.admins().to_vec());
        let decision = request.decide(room, &self.terms, self.latest);
        apply(room, decision.transition())?;
        let refused = !decision.is_served();
        if refused && (room.members(self.latest) != before || room.admins() != admins) {
            return Err("a refusal has changed the room".to_owned());
        }
        let omitted: Vec<_> = decision.omitted.iter().map(omission).collect();
        Ok(Reply::Answer(json!({
            "answer": request.answer(&decision, &self.terms),
            "because": request.because(&decision),
            "omitted": omitted,
        })))
    }
}

const fn is_question(endpoint: Endpoint) -> bool {
    match endpoint {
        Endpoint::GetMembers | Endpoint::GetOnlineMemberNum | Endpoint::CheckMembers | Endpoint::GetAdminList => true,
        Endpoint::ModifyUserInfo | Endpoint::AddRobots | Endpoint::DelRobots | Endpoint::ModifyAdmin => false,
    }
}

impl Machine for RulesAlone {
    fn answer(&mut self, text: &str) -> Result<Reply, String> {
        let line: Value = serde_json::from_str(text).map_err(|error| error.to_string())?;
        self.judge(&line, text)
    }
}

impl RulesAlone {
    /// Answers the line of this text, read already.
    pub(crate) fn judge(&mut self, line: &Value, text: &str) -> Result<Reply, String> {
        let at = line.get("at").and_then(Value::as_u64).ok_or("`at` is missing")?;
        // Rooms are told the time by what happens in them, and by nothing else: pins that have ended must be seen as ended
        // anyway.
        self.latest = self.latest.max(Timestamp::from_millis(at));
        match line.get("do").and_then(Value::as_str).ok_or("`do` is missing")? {
            "app" | "policy" => self.configure(line)?,
            "create_group" => {
                let kind =
                    line.get("type").and_then(Value::as_str).map_or(Some(GroupType::AvChatRoom), GroupType::from_name);
                let owner = line.get("owner").and_then(Value::as_str);
                let owner = owner.map(|owner| UserId::parse_as(owner, self.policy().account_id));
                let owner = owner.transpose().map_err(|error| error.to_string())?;
                let kind = kind.ok_or("no such type")?;
                self.rooms.entry(group(line)?).or_insert_with(|| Room::new(kind, owner));
            }
            "destroy_group" => drop(self.rooms.remove(&group(line)?)),
            "join" => self.presence(Presence::Join, line)?,
            "leave" => self.presence(Presence::Leave, line)?,
            "disconnect" => self.presence(Presence::Disconnect, line)?,
            "reconnect" => self.presence(Presence::Reconnect, line)?,
            "call" => {
                let field = |name: &str| line.get(name).and_then(Value::as_str);
                let body = match (field("raw"), field("raw_b64")) {
                    (Some(raw), _) => raw.to_owned(),
                    (_, Some(base64)) => raw_b64(base64).ok_or("`raw_b64` is not base64")?,
                    _ => verbatim_body(text)?,
                };
                return self.call(line, &body);
            }
            "tick" => {}
            other => return Err(format!("`{other}` is nothing to do")),
        }
        Ok(Reply::Unsupported)
    }
}

/// Applies a transition, which brings what its preview told, and is stale from then on.
fn apply(room: &mut Room, transition: &Transition) -> Result<(), String> {
    let preview = room.preview(transition);
    if preview.is_err() || preview != room.apply(transition) {
        return Err("what was previewed is not what happened".to_owned());
    }
    match room.apply(transition) {
        Ok(_) => Err("a transition was applied twice".to_owned()),
        Err(_) => Ok(()),
    }
}

fn omission(omission: &Omission) -> Value {
    json!({
        "account": omission.account.as_str(),
        "mark": omission.mark.number(),
        "because": omission.because.id(),
    })
}

fn group(line: &Value) -> Result<GroupId, String> {
    let id = line.get("group").and_then(Value::as_str).ok_or("`group` is missing")?;
    GroupId::parse(id).map_err(|error| error.to_string())
}

fn verbatim_body(text: &str) -> Result<String, String> {
    let mut fields: avmarks_protocol::internal::Fields<'_> =
        serde_json::from_str(text).map_err(|error| error.to_string())?;
    let body = fields.take("body").ok().flatten().ok_or("`body` is missing, or there twice")?;
    Ok(body.get().to_owned())
}
