//! The naive oracle: it answers scenario lines by the text of the rules, rule after rule, with plain lists and scans.
//!
//! It shares no code with what it is compared to, save the ledger of readings, the limits and the group types. It is
//! slow and obvious on purpose. Two things of an answer are coarser than the real ones: `ErrorInfo` is empty or
//! `refused`, and `because` has only the deciding id of a refusal.

mod admins;
mod body;
mod count;
mod gates;
mod group;
mod ids;
mod json;
mod line;
mod list;
mod marks;
mod policy;
mod refusal;
mod robots;
#[cfg(test)]
mod tests;

use avmarks_spec::readings::{HttpCodes, RestOwner};
use avmarks_spec::{Gap, Limits};
use serde_json::{Value, json};

use self::group::Group;
use self::line::{Call, Input, Line};
use self::policy::Policy;
use self::refusal::{Accepted, Refusal, answer_line};

/// A machine that answers scenario lines, written from the rules' text alone: slow and obvious on purpose.
#[derive(Clone)]
pub struct Oracle {
    world: World,
}

/// A member of a group, or a robot in it, as it is now.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct OracleMember {
    /// The account.
    pub account: String,
    /// Whether it is a robot: it has mark 500 and has not joined.
    pub robot: bool,
    /// Whether there is a connection; a robot has none.
    pub connected: bool,
    /// Whether it is connected, or pinned; a robot is.
    pub online: bool,
    /// Its marks, ascending.
    pub marks: Vec<u32>,
    /// When its mark 500 ends, in milliseconds since the Unix epoch, 2^64-1 at most; `None` without the mark, and where
    /// it was taken under `gap:robot-days` `until-deleted` by an account that had not joined.
    pub pin_end: Option<u64>,
    /// When it joined, in milliseconds since the Unix epoch; of a robot, and of a member that was one, when it became one.
    pub join_time: u64,
}

impl Default for Oracle {
    fn default() -> Self {
        Self::new()
    }
}

impl Oracle {
    /// An oracle with the documented limits.
    #[must_use]
    pub fn new() -> Self {
        Self::with_limits(Limits::DOCUMENTED)
    }

    /// An oracle that counts against these limits.
    #[must_use]
    pub fn with_limits(limits: Limits) -> Self {
        let app = App {
            sdkappid: 1_400_000_000,
            admins: vec!["administrator".to_owned()],
            marks_supported: true,
            online_list_enabled: true,
        };
        let policy = Policy::default();
        Self { world: World { app, policy, limits, groups: Vec::new(), now: 0, admitted: Vec::new() } }
    }

    /// Answers one line, given its number and its text.
    ///
    /// # Errors
    ///
    /// Why the line is not valid. Nothing has changed then, not even the time.
    pub fn answer(&mut self, line: u64, text: &str) -> Result<Value, String> {
        let Line { at, input } = line::read(text, &self.world.policy)?;
        // gap:clock: time never runs back.
        self.world.now = self.world.now.max(at);
        // Before any input is handled, every pin whose end has come expires.
        let mut events = self.world.expire_pins();
        if let Input::Call(call) = &input {
            return Ok(answer_line(line, self.world.call(call)));
        }
        events.extend(self.world.apply(input));
        Ok(json!({ "line": line, "events": events }))
    }

    /// The members and robots of a group as they are now, in join order; `None` if the group does not exist.
    #[must_use]
    pub fn members(&self, group: &str) -> Option<Vec<OracleMember>> {
        let group = self.world.groups.iter().find(|known| known.id == group)?;
        let member = |member: &group::Member| OracleMember {
            account: member.account.clone(),
            robot: member.robot,
            connected: member.connected,
            online: member.is_online(),
            marks: member.marks.iter().copied().collect(),
            pin_end: member.pin_end.map(|end| u64::try_from(end).unwrap_or(u64::MAX)),
            join_time: member.joined,
        };
        Some(group.members.iter().map(member).collect())
    }

    /// The administrators of a group, in the order set; `None` if the group does not exist.
    #[must_use]
    pub fn admins(&self, group: &str) -> Option<&[String]> {
        Some(&self.world.groups.iter().find(|known| known.id == group)?.admins)
    }
}

/// Everything there is.
#[derive(Clone)]
struct World {
    app: App,
    policy: Policy,
    limits: Limits,
    groups: Vec<Group>,
    /// The latest time seen, in milliseconds.
    now: u64,
    /// The calls that step 5 has admitted of late: app, path and time.
    admitted: Vec<(u64, &'static str, u64)>,
}

/// The one app.
#[derive(Clone)]
struct App {
    sdkappid: u64,
    admins: Vec<String>,
    marks_supported: bool,
    online_list_enabled: bool,
}

impl App {
    fn is_admin(&self, account: &str) -> bool {
        self.admins.iter().any(|admin| admin == account)
    }
}

const MODIFY_USER_INFO: &str = "v4/group_open_avchatroom_http_svc/modify_user_info";
const GET_MEMBERS: &str = "v4/group_open_avchatroom_http_svc/get_members";
const GET_ONLINE_MEMBER_NUM: &str = "v4/group_open_http_svc/get_online_member_num";
const ADD_ROBOTS: &str = "v4/group_open_avchatroom_http_svc/add_robots";
const DEL_ROBOTS: &str = "v4/group_open_avchatroom_http_svc/del_robots";
const CHECK_MEMBERS: &str = "v4/group_open_avchatroom_http_svc/check_members";
const MODIFY_ADMIN: &str = "v4/group_open_avchatroom_http_svc/modify_admin";
const GET_ADMIN_LIST: &str = "v4/group_open_avchatroom_http_svc/get_admin_list";

const PATHS: [&str; 8] = [
    MODIFY_USER_INFO,
    GET_MEMBERS,
    GET_ONLINE_MEMBER_NUM,
    ADD_ROBOTS,
    DEL_ROBOTS,
    CHECK_MEMBERS,
    MODIFY_ADMIN,
    GET_ADMIN_LIST,
];

impl World {
    /// Ends the pins that are due: the earliest end first, at one moment by the bytes of the group id, then by join
    /// order.
    fn expire_pins(&mut self) -> Vec<Value> {
        let mut due: Vec<(u128, String, u64, String)> = Vec::new();
        for group in &self.groups {
            for member in &group.members {
                if let Some(end) = member.pin_end.filter(|end| *end <= u128::from(self.now)) {
                    due.push((end, group.id.clone(), member.place, member.account.clone()));
                }
            }
        }
        due.sort();
        let mut events = Vec::new();
        for (_, id, _, account) in due {
            for group in self.groups.iter_mut().filter(|group| group.id == id) {
                events.extend(group.expire(&account));
            }
        }
        events
    }

    /// Applies a line other than a call.
    fn apply(&mut self, input: Input) -> Vec<Value> {
        match input {
            Input::App { sdkappid, admins, marks, online_list } => {
                self.app.sdkappid = sdkappid.unwrap_or(self.app.sdkappid);
                self.app.admins = admins.unwrap_or_else(|| self.app.admins.clone());
                self.app.marks_supported = marks.unwrap_or(self.app.marks_supported);
                self.app.online_list_enabled = online_list.unwrap_or(self.app.online_list_enabled);
                Vec::new()
            }
            Input::Policy(policy) => {
                self.policy = policy;
                Vec::new()
            }
            Input::CreateGroup { group, kind, owner } => {
                // A group that exists already: no effect.
                if self.groups.iter().any(|known| known.id == group) {
                    return Vec::new();
                }
                let event = json!({ "event": "group_created", "group": group });
                self.groups.push(Group::new(group, kind, owner));
                vec![event]
            }
            Input::DestroyGroup { group } => {
                // The group is gone, with everything in it: members, robots, administrators, views.
                let before = self.groups.len();
                self.groups.retain(|known| known.id != group);
                if self.groups.len() == before {
                    return Vec::new();
                }
                vec![json!({ "event": "group_destroyed", "group": group })]
            }
            Input::Presence { change, group, accounts } => {
                // For a group that does not exist: no effect.
                let Some(group) = self.groups.iter_mut().find(|known| known.id == group) else { return Vec::new() };
                accounts.iter().flat_map(|account| group.change(change, account, self.now)).collect()
            }
            Input::Call(_) | Input::Tick => Vec::new(),
        }
    }

    /// Answers a call: steps 1, 4 and 5, then the steps of the call itself. Query and signature are taken as valid.
    fn call(&mut self, call: &Call) -> Result<Accepted, Refusal> {
        // Step 1. The path is known, and the body not over the size limit (gap:http-codes).
        let sent = call.path.strip_prefix('/').unwrap_or(&call.path);
        let Some(path) = PATHS.into_iter().find(|path| *path == sent) else {
            let code = if self.policy.reading(Gap::HttpCodes, HttpCodes::from_name) == HttpCodes::Timeout {
                60008
            } else {
                60009
            };
            return Err(Refusal::new(code, "gap:http-codes"));
        };
        if call.body.len() > self.limits.body_bytes_max {
            return Err(Refusal::new(60002, "gap:http-codes"));
        }

        // Step 4. ADMIN-CALLER: the identifier is an app admin (gap:rest-owner; other reading: everybody goes on, and
        // step 17 sorts them).
        let owner_too = self.policy.reading(Gap::RestOwner, RestOwner::from_name) == RestOwner::OwnerToo;
        if !owner_too && !self.app.is_admin(&call.caller) {
            return Err(Refusal::new(60010, "ADMIN-CALLER"));
        }

        // Step 5. RATE: at most 200 calls of one app and command are admitted in any 1,000 ms (gap:rate-scope). Refused
        // ones do not count; whatever becomes of an admitted one later, it does.
        let now = self.now;
        let window = self.limits.rate_window.as_millis();
        self.admitted.retain(|(_, _, time)| u128::from(now - time) < window);
        let of_this = self.admitted.iter().filter(|(app, command, _)| *app == self.app.sdkappid && *command == path);
        if of_this.count() >= self.limits.calls_per_window_max {
            return Err(Refusal::new(60007, "RATE"));
        }
        self.admitted.push((self.app.sdkappid, path, now));

        let (caller, body) = (&call.caller, &call.body);
        match path {
            MODIFY_USER_INFO => marks::modify_user_info(self, caller, body),
            GET_MEMBERS => list::get_members(self, caller, body),
            ADD_ROBOTS => robots::change_robots(self, caller, body, true),
            DEL_ROBOTS => robots::change_robots(self, caller, body, false),
            CHECK_MEMBERS => robots::check_members(self, caller, body),
            MODIFY_ADMIN => admins::modify_admin(self, caller, body),
            GET_ADMIN_LIST => admins::get_admin_list(self, caller, body),
            _ => count::get_online_member_num(self, caller, body),
        }
    }
}
