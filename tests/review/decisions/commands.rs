//! The columns: what is asked.

use avmarks_protocol::Endpoint;
use avmarks_protocol::SdkAppId;

use super::states::State;
use crate::world::{
    ADMIN, DAY, OWN_KEY, Sent, World, accounts_body, admins_body, group_body, list_body, marks_body, query, sign,
};

/// Which table a command belongs to.
#[derive(Clone, Copy, PartialEq, Eq)]
pub(super) enum Kind {
    Set,
    Delete,
    Pull,
    Robots,
    Administrators,
    Operator,
    Request,
}

/// A command on account `u` of a group, which a state may call otherwise.
pub(super) struct Command {
    pub(super) kind: Kind,
    pub(super) name: &'static str,
    /// The states in which it is checked; every one, if none is named.
    pub(super) states: &'static [&'static str],
    pub(super) sent: fn(world: &World, group: &str, account: &str) -> Sent,
}

impl Command {
    pub(super) fn is_looked_at_in(&self, state: &State) -> bool {
        self.states.is_empty() || self.states.contains(&state.name)
    }
}

fn set(group: &str, members: &[(&str, &[i64])]) -> Sent {
    Sent::call(Endpoint::ModifyUserInfo, marks_body(group, 1, members))
}

fn delete(group: &str, members: &[(&str, &[i64])]) -> Sent {
    Sent::call(Endpoint::ModifyUserInfo, marks_body(group, 2, members))
}

fn list(group: &str, mark: Option<i64>) -> Sent {
    Sent::call(Endpoint::GetMembers, list_body(group, 0, mark))
}

fn count(group: &str) -> Sent {
    Sent::call(Endpoint::GetOnlineMemberNum, group_body(group))
}

fn add(group: &str, accounts: &[&str]) -> Sent {
    Sent::call(Endpoint::AddRobots, accounts_body(group, accounts))
}

fn del(group: &str, accounts: &[&str]) -> Sent {
    Sent::call(Endpoint::DelRobots, accounts_body(group, accounts))
}

fn check(group: &str, accounts: &[&str]) -> Sent {
    Sent::call(Endpoint::CheckMembers, accounts_body(group, accounts))
}

fn admins(group: &str, command: i64, accounts: &[&str]) -> Sent {
    Sent::call(Endpoint::ModifyAdmin, admins_body(group, command, accounts))
}

fn admin_list(group: &str) -> Sent {
    Sent::call(Endpoint::GetAdminList, group_body(group))
}

macro_rules! commands {
    ($( $kind:ident $states:expr; $( $name:literal = |$world:ident, $group:ident, $account:ident| $sent:expr; )* )*) => {
        pub(super) const COMMANDS: &[Command] = &[ $( $( Command {
            kind: Kind::$kind,
            name: $name,
            states: $states,
            sent: |$world, $group, $account| $sent,
        }, )* )* ];
    };
}

const EVERY: &[&str] = &[];
const ONLINE: &[&str] = &["u online, no marks"];
const MARKED: &[&str] = &["u holds 1000"];
/// States that matter where 500 is set or deleted.
const PINS: &[&str] = &[
    "group id empty",
    "no such group",
    "group destroyed",
    "group is Public",
    "plan lacks the feature",
    "list switched off",
    "plan lacks it, list off",
    "u never joined",
    "u left, held 500, 1000",
    "u offline, held 1000",
    "u online, no marks",
    "u holds 1000",
    "u pinned",
    "u pinned, holds 1000, no connection",
    "u pin ended, held 1000, no connection",
    "u robot",
    "u robot, holds 1000",
    "u robot, last ms",
    "u robot, days ended",
    "u robot, joined",
    "u robot, joined, no connection",
    "u robot, left",
    "v has ten others",
    "500 full",
    "500 full, u never joined",
    "500 full, u a robot",
    "u is called `u u`",
    "u is called `jürgen`",
];
/// What an administrator is depends on the group and on the app, and not on its presence.
const GATES: &[&str] = &[
    "group id empty",
    "no such group",
    "group destroyed",
    "group is Public",
    "plan lacks the feature",
    "list switched off",
    "plan lacks it, list off",
    "u never joined",
    "u online, no marks",
    "u is called `jürgen`",
];

commands! {
    Set EVERY;
    "set 1000" = |_w, g, u| set(g, &[(u, &[1_000])]);
    "set 500" = |_w, g, u| set(g, &[(u, &[500])]);
    "set 600" = |_w, g, u| set(g, &[(u, &[600])]);
    "set 1000, 500" = |_w, g, u| set(g, &[(u, &[1_000, 500])]);
    "set 1000 on u, v" = |_w, g, u| set(g, &[(u, &[1_000]), ("v", &[1_000])]);

    Delete EVERY;
    "delete 1000" = |_w, g, u| delete(g, &[(u, &[1_000])]);
    "delete 500" = |_w, g, u| delete(g, &[(u, &[500])]);
    "delete 600" = |_w, g, u| delete(g, &[(u, &[600])]);
    "delete 1000, 500" = |_w, g, u| delete(g, &[(u, &[1_000, 500])]);
    "delete 1000 of u, v" = |_w, g, u| delete(g, &[(u, &[1_000]), ("v", &[1_000])]);

    Pull EVERY;
    "list" = |_w, g, _u| list(g, None);
    "list by 1000" = |_w, g, _u| list(g, Some(1_000));
    "list by 500" = |_w, g, _u| list(g, Some(500));
    "list by 600" = |_w, g, _u| list(g, Some(600));
    "count" = |_w, g, _u| count(g);
    "check u, v" = |_w, g, u| check(g, &[u, "v"]);

    Robots PINS;
    "add_robots u" = |_w, g, u| add(g, &[u]);
    "add_robots u, w" = |_w, g, u| add(g, &[u, "w"]);
    "del_robots u" = |_w, g, u| del(g, &[u]);
    "del_robots u, v" = |_w, g, u| del(g, &[u, "v"]);

    Administrators GATES;
    "admins set u" = |_w, g, u| admins(g, 1, &[u]);
    "admins set u, a, b, c" = |_w, g, u| admins(g, 1, &[u, "a", "b", "c"]);
    "admins set u, a, b, c, d" = |_w, g, u| admins(g, 1, &[u, "a", "b", "c", "d"]);
    "admins set keeper" = |_w, g, _u| admins(g, 1, &["keeper"]);
    "admins delete u" = |_w, g, u| admins(g, 2, &[u]);
    "admins delete keeper" = |_w, g, _u| admins(g, 2, &["keeper"]);
    "admins list" = |_w, g, _u| admin_list(g);

    Operator MARKED;
    "admin: set 500" = |_w, g, u| set(g, &[(u, &[500])]);
    "owner: set 1001" = |_w, g, u| set(g, &[(u, &[1_001])]).by("owner");
    "owner: set 500" = |_w, g, u| set(g, &[(u, &[500])]).by("owner");
    "owner: delete 1000" = |_w, g, u| delete(g, &[(u, &[1_000])]).by("owner");
    "owner: delete 600" = |_w, g, u| delete(g, &[(u, &[600])]).by("owner");
    "owner: list" = |_w, g, _u| list(g, None).by("owner");
    "owner: count" = |_w, g, _u| count(g).by("owner");
    "owner: check u" = |_w, g, u| check(g, &[u]).by("owner");
    "owner: add_robots u" = |_w, g, u| add(g, &[u]).by("owner");
    "owner: del_robots u" = |_w, g, u| del(g, &[u]).by("owner");
    "owner: set u as administrator" = |_w, g, u| admins(g, 1, &[u]).by("owner");
    "owner: list administrators" = |_w, g, _u| admin_list(g).by("owner");
    "keeper: set 1001" = |_w, g, u| set(g, &[(u, &[1_001])]).by("keeper");
    "keeper: delete 1000" = |_w, g, u| delete(g, &[(u, &[1_000])]).by("keeper");
    "keeper: list" = |_w, g, _u| list(g, None).by("keeper");
    "keeper: list administrators" = |_w, g, _u| admin_list(g).by("keeper");
    "member v: set 1001" = |_w, g, u| set(g, &[(u, &[1_001])]).by("v");
    "member v: set 500" = |_w, g, u| set(g, &[(u, &[500])]).by("v");
    "member v: list" = |_w, g, _u| list(g, None).by("v");
    "member v: count" = |_w, g, _u| count(g).by("v");
    "member v: check u" = |_w, g, u| check(g, &[u]).by("v");
    "stranger: set 1001" = |_w, g, u| set(g, &[(u, &[1_001])]).by("stranger");
    "stranger: count" = |_w, g, _u| count(g).by("stranger");
    "no user id: set 1001" = |_w, g, u| set(g, &[(u, &[1_001])]).by("jürgen");

    Request ONLINE;
    "unknown path" = |_w, g, u| Sent { path: "v4/nothing", ..set(g, &[(u, &[1_000])]) };
    "GET" = |_w, g, u| Sent { method: "GET", ..set(g, &[(u, &[1_000])]) };
    "no random" = |_w, g, u| {
        let sent = set(g, &[(u, &[1_000])]);
        Sent { query: sent.query.replace("&random=99999999", ""), ..sent }
    };
    "signature of yesterday" = |world, g, u| {
        let old = avmarks_spec::Timestamp::from_millis(world.now.as_millis() - DAY);
        let sig = sign(OWN_KEY, SdkAppId::EXAMPLE, ADMIN, old, 1);
        Sent { query: query(ADMIN, &sig), ..set(g, &[(u, &[1_000])]) }
    };
    "a comma before `}`" = |_w, g, u| {
        let mut sent = set(g, &[(u, &[1_000])]);
        sent.body.truncate(sent.body.len() - 1);
        sent.body.extend_from_slice(b",}");
        sent
    };
    "no JSON" = |_w, g, u| {
        let mut sent = set(g, &[(u, &[1_000])]);
        sent.body.truncate(sent.body.len() - 1);
        sent
    };
    "`GroupId` twice" = |_w, g, u| {
        let mut sent = set(g, &[(u, &[1_000])]);
        sent.body.splice(1..1, *b"\"GroupId\":\"\",");
        sent
    };
    "a bad account and a bad mark" = |_w, g, u| set(g, &[("", &[1_000]), (u, &[999])]);
    "500 entries of u" = |_w, g, u| set(g, &vec![(u, &[1_000][..]); 500]);
    "501 entries of u" = |_w, g, u| set(g, &vec![(u, &[1_000][..]); 501]);
    "500 robots u" = |_w, g, u| add(g, &[u; 500]);
    "501 robots u" = |_w, g, u| add(g, &[u; 501]);
    "check u 500 times" = |_w, g, u| check(g, &[u; 500]);
    "check u 501 times" = |_w, g, u| check(g, &[u; 501]);
    "set 4294967295" = |_w, g, u| set(g, &[(u, &[4_294_967_295])]);
    "set 4294967296" = |_w, g, u| set(g, &[(u, &[4_294_967_296])]);
    "set 999" = |_w, g, u| set(g, &[(u, &[999])]);
    "set ten marks" = |_w, g, u| set(g, &[(u, &[1, 2, 3, 4, 5, 6, 7, 8, 9, 10].map(|mark| mark + 1_000))]);
    "set eleven marks" = |_w, g, u| set(g, &[(u, &[1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11].map(|mark| mark + 1_000))]);
    "delete eleven marks" = |_w, g, u| delete(g, &[(u, &[1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11].map(|mark| mark + 1_000))]);
}
