//! The columns: what is asked.

use avmarks_protocol::Endpoint;
use avmarks_protocol::url::SdkAppId;

use crate::world::{ADMIN, DAY, OWN_KEY, Sent, World, count_body, list_body, marks_body, query, sign};

/// Which table a command belongs to.
#[derive(Clone, Copy, PartialEq, Eq)]
pub(super) enum Kind {
    Set,
    Delete,
    Pull,
    Operator,
    Request,
}

/// A command on account `u` of a group, which a state may call otherwise.
pub(super) struct Command {
    pub(super) kind: Kind,
    pub(super) name: &'static str,
    /// The one state in which it is looked at; every one, where none is named.
    pub(super) state: Option<&'static str>,
    pub(super) sent: fn(world: &World, group: &str, account: &str) -> Sent,
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
    Sent::call(Endpoint::GetOnlineMemberNum, count_body(group))
}

macro_rules! commands {
    ($( $kind:ident $state:expr; $( $name:literal = |$world:ident, $group:ident, $account:ident| $sent:expr; )* )*) => {
        pub(super) const COMMANDS: &[Command] = &[ $( $( Command {
            kind: Kind::$kind,
            name: $name,
            state: $state,
            sent: |$world, $group, $account| $sent,
        }, )* )* ];
    };
}

const ONLINE: Option<&str> = Some("u online, no marks");
const MARKED: Option<&str> = Some("u holds 1000");

commands! {
    Set None;
    "set 1000" = |_w, g, u| set(g, &[(u, &[1_000])]);
    "set 500" = |_w, g, u| set(g, &[(u, &[500])]);
    "set 600" = |_w, g, u| set(g, &[(u, &[600])]);
    "set 1000, 500" = |_w, g, u| set(g, &[(u, &[1_000, 500])]);
    "set 1000 on u, v" = |_w, g, u| set(g, &[(u, &[1_000]), ("v", &[1_000])]);

    Delete None;
    "delete 1000" = |_w, g, u| delete(g, &[(u, &[1_000])]);
    "delete 500" = |_w, g, u| delete(g, &[(u, &[500])]);
    "delete 600" = |_w, g, u| delete(g, &[(u, &[600])]);
    "delete 1000, 500" = |_w, g, u| delete(g, &[(u, &[1_000, 500])]);
    "delete 1000 of u, v" = |_w, g, u| delete(g, &[(u, &[1_000]), ("v", &[1_000])]);

    Pull None;
    "list" = |_w, g, _u| list(g, None);
    "list by 1000" = |_w, g, _u| list(g, Some(1_000));
    "list by 500" = |_w, g, _u| list(g, Some(500));
    "list by 600" = |_w, g, _u| list(g, Some(600));
    "count" = |_w, g, _u| count(g);

    Operator MARKED;
    "admin: set 500" = |_w, g, u| set(g, &[(u, &[500])]);
    "owner: set 1001" = |_w, g, u| set(g, &[(u, &[1_001])]).by("owner");
    "owner: set 500" = |_w, g, u| set(g, &[(u, &[500])]).by("owner");
    "owner: delete 1000" = |_w, g, u| delete(g, &[(u, &[1_000])]).by("owner");
    "owner: delete 600" = |_w, g, u| delete(g, &[(u, &[600])]).by("owner");
    "owner: list" = |_w, g, _u| list(g, None).by("owner");
    "owner: count" = |_w, g, _u| count(g).by("owner");
    "member v: set 1001" = |_w, g, u| set(g, &[(u, &[1_001])]).by("v");
    "member v: set 500" = |_w, g, u| set(g, &[(u, &[500])]).by("v");
    "member v: list" = |_w, g, _u| list(g, None).by("v");
    "member v: count" = |_w, g, _u| count(g).by("v");
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
    "500 entries of u" = |_w, g, u| set(g, &vec![(u, &[1_000][..]); 500]);
    "501 entries of u" = |_w, g, u| set(g, &vec![(u, &[1_000][..]); 501]);
    "set 4294967295" = |_w, g, u| set(g, &[(u, &[4_294_967_295])]);
    "set 4294967296" = |_w, g, u| set(g, &[(u, &[4_294_967_296])]);
    "set 999" = |_w, g, u| set(g, &[(u, &[999])]);
    "set ten marks" = |_w, g, u| set(g, &[(u, &[1, 2, 3, 4, 5, 6, 7, 8, 9, 10].map(|mark| mark + 1_000))]);
    "set eleven marks" = |_w, g, u| set(g, &[(u, &[1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11].map(|mark| mark + 1_000))]);
    "delete eleven marks" = |_w, g, u| delete(g, &[(u, &[1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11].map(|mark| mark + 1_000))]);
}
