//! Operations of a small world, raw: indexes into short lists, so that every value is an operation and the interesting
//! ones meet often. An operation becomes a scenario line, which every machine reads on its own.

use std::time::Duration;

use avmarks_spec::{Gap, Limits};
use serde_json::{Value, json};

/// The limits of the small world: each can be reached with a handful of accounts.
#[must_use]
pub fn small_limits() -> Limits {
    Limits {
        accounts_per_call_max: 4,
        marks_per_group_max: 3,
        members_per_mark_max: 2,
        pin_duration_max: Duration::from_millis(1_000),
        list_members_max: 3,
        low_plan_list_members_max: 2,
        calls_per_window_max: 3,
        rate_window: Duration::from_millis(50),
        body_bytes_max: 2_000,
    }
}

const GROUPS: &[&str] = &["g", "@TGS#a", "", "gr\u{f6}up"];
const ACCOUNTS: &[&str] = &["u1", "u2", "u3", "u4", "u5", "st r", "\u{e9}", "0123456789012345678901234567890123"];
const NUMBERS: &[&str] = &[
    "500",
    "600",
    "1000",
    "1001",
    "1002",
    "1003",
    "4294967295",
    "999",
    "0",
    "-1",
    "4294967296",
    "18446744073709551616",
    "1e3",
    "1000.0",
    "\"1000\"",
    "null",
];
const IDENTIFIERS: &[&str] = &["administrator", "u1", "u2", "deputy", "\u{e9}", ""];
const TYPES: &[&str] = &["AVChatRoom", "Public", "Community", "Work"];
const WAITS_MS: &[u64] = &[
    0, 1, 9, 17, 20, 20, 33, 49, 50, 51, 60, 60, 70, 70, 80, 90, 100, 100, 200, 333, 999, 1_000, 1_001, 10_000, 40_000,
];

/// What is done, and how long after what was done before.
#[derive(Clone, Debug)]
pub struct Step {
    /// An index into a list of waits; some step back in time.
    pub wait: u8,
    /// What is done.
    pub op: Op,
}

/// An operation. Numbers are indexes into short lists, taken modulo their length.
#[derive(Clone, Debug)]
pub enum Op {
    /// Sets plan, switch and admins.
    App {
        /// Whether the plan includes marks.
        marks_supported: bool,
        /// Whether the list is switched on.
        online_list_enabled: bool,
        /// Whether there is a second admin.
        deputy: bool,
        /// Whether it becomes another app, with a quota of its own.
        other_app: bool,
    },
    /// Reads a gap so.
    Policy {
        /// Which gap.
        gap: u8,
        /// Which of its readings.
        reading: u8,
    },
    /// Creates a group.
    Create {
        /// Which.
        group: u8,
        /// Of which type; an audio-video group in half of all cases.
        kind: u8,
        /// Its owner, if any.
        owner: Option<u8>,
    },
    /// Destroys a group.
    Destroy {
        /// Which.
        group: u8,
    },
    /// Presence of some accounts.
    Presence {
        /// Join, leave, disconnect, reconnect.
        kind: u8,
        /// Where.
        group: u8,
        /// Whose.
        accounts: Vec<u8>,
    },
    /// Sets or deletes marks.
    Marks {
        /// Who calls.
        caller: u8,
        /// Where.
        group: u8,
        /// `CommandType`: mostly 1 or 2.
        command: u8,
        /// Accounts with marks.
        entries: Vec<(u8, Vec<u8>)>,
        /// How the body is spoilt, mostly not at all.
        spoil: u8,
    },
    /// Pulls the list.
    List {
        /// Who calls.
        caller: u8,
        /// Where.
        group: u8,
        /// `Timestamp`: a cursor, and how many it has listed.
        cursor: (u8, u8),
        /// `Mark`, if any.
        filter: Option<u8>,
    },
    /// Asks how many are online.
    Count {
        /// Who calls.
        caller: u8,
        /// Where.
        group: u8,
    },
    /// A path that there is not.
    Stray,
    /// Lets time pass.
    Tick,
}

fn pick<'a, T: ?Sized>(list: &[&'a T], index: u8) -> Option<&'a T> {
    list.get(usize::from(index) % list.len().max(1)).copied()
}

fn named(list: &[&'static str], index: u8) -> &'static str {
    pick(list, index).unwrap_or_default()
}

/// A group that there can be, mostly the first; the last two of the list are no ids, and only calls name them.
fn group(index: u8) -> &'static str {
    named(GROUPS, u8::from(index >= 220))
}

/// An account that every reading of `gap:account-id` lets in.
fn account(index: u8) -> &'static str {
    named(ACCOUNTS.get(..5).unwrap_or_default(), index)
}

impl Step {
    /// The scenario line of this step, and its time, where the step before was at `before`.
    #[must_use]
    pub fn line(&self, before: u64) -> (u64, String) {
        // One wait in sixteen steps back, which no machine may heed (`gap:clock`).
        let at = match self.wait.checked_sub(240) {
            Some(back) => before.saturating_sub(u64::from(back) * 7),
            None => before.saturating_add(WAITS_MS.get(usize::from(self.wait) % WAITS_MS.len()).copied().unwrap_or(0)),
        };
        (at, self.op.line(at))
    }
}

impl Op {
    fn line(&self, at: u64) -> String {
        match self {
            Self::App { marks_supported, online_list_enabled, deputy, other_app } => {
                let admins: &[&str] = if *deputy { &["administrator", "deputy"] } else { &["administrator"] };
                let sdkappid = if *other_app { 7 } else { 1_400_000_000 };
                json!({"at": at, "do": "app", "sdkappid": sdkappid, "admins": admins, "marks_supported": marks_supported,
                    "online_list_enabled": online_list_enabled})
                .to_string()
            }
            Self::Policy { gap, reading } => policy_line(at, *gap, *reading),
            Self::Create { group: of, kind, owner } => {
                let kind = if *kind < 128 { "AVChatRoom" } else { named(TYPES, *kind) };
                let mut line = json!({"at": at, "do": "create_group", "group": group(*of), "type": kind});
                if let (Some(owner), Some(fields)) = (owner, line.as_object_mut()) {
                    fields.insert("owner".to_owned(), json!(account(*owner)));
                }
                line.to_string()
            }
            Self::Destroy { group: of } => json!({"at": at, "do": "destroy_group", "group": group(*of)}).to_string(),
            Self::Presence { kind, group: of, accounts } => {
                let what = named(&["join", "leave", "disconnect", "reconnect"], *kind);
                let accounts: Vec<_> = accounts.iter().map(|index| account(*index)).collect();
                json!({"at": at, "do": what, "group": group(*of), "accounts": accounts}).to_string()
            }
            Self::Marks { caller, group, command, entries, spoil } => {
                let body = spoilt(&marks_body(*group, *command, entries), *spoil);
                call_line(at, *caller, "v4/group_open_avchatroom_http_svc/modify_user_info", &body)
            }
            Self::List { caller, group, cursor: (place, listed), filter } => {
                let timestamp = u64::from(*place % 12) * 1_024 + u64::from(*listed % 5);
                let filter = filter.map(|index| format!(",\"Mark\":{}", named(NUMBERS, index))).unwrap_or_default();
                let body =
                    format!("{{\"GroupId\":{},\"Timestamp\":{timestamp}{filter}}}", quoted(named(GROUPS, *group)));
                call_line(at, *caller, "v4/group_open_avchatroom_http_svc/get_members", &body)
            }
            Self::Count { caller, group } => {
                let body = format!("{{\"GroupId\":{}}}", quoted(named(GROUPS, *group)));
                call_line(at, *caller, "/v4/group_open_http_svc/get_online_member_num", &body)
            }
            Self::Stray => call_line(at, 0, "v4/group_open_http_svc/modify_user_info", "{}"),
            Self::Tick => json!({"at": at, "do": "tick"}).to_string(),
        }
    }
}

fn policy_line(at: u64, gap: u8, reading: u8) -> String {
    let gap = Gap::ALL.get(usize::from(gap) % Gap::ALL.len());
    let row = gap.map(|gap| gap.row());
    let readings = row.map(|row| row.readings).unwrap_or_default();
    let reading = readings.get(usize::from(reading) % readings.len().max(1));
    let mut line = json!({"at": at, "do": "policy"});
    if let (Some(row), Some(reading), Some(fields)) = (row, reading, line.as_object_mut()) {
        fields.insert(row.field.to_owned(), json!(reading.name));
    }
    line.to_string()
}

fn marks_body(group: u8, command: u8, entries: &[(u8, Vec<u8>)]) -> String {
    let command = match command {
        0..=190 => "1",
        191..=252 => "2",
        253 => "3",
        254 => "1.0",
        _ => "99999999999999999999",
    };
    let entries: Vec<_> = entries
        .iter()
        .map(|(who, marks)| {
            // Mostly good marks and accounts; a high index names the odd ones.
            let who = if *who < 250 { account(*who) } else { named(ACCOUNTS, *who) };
            let marks: Vec<_> = marks.iter().map(|mark| number(*mark)).collect();
            format!("{{\"Member_Account\":{},\"Marks\":[{}]}}", quoted(who), marks.join(","))
        })
        .collect();
    let group = if group < 250 { self::group(group) } else { named(GROUPS, group) };
    format!("{{\"GroupId\":{},\"CommandType\":{command},\"MemberList\":[{}]}}", quoted(group), entries.join(","))
}

/// A mark: mostly one of a few, now and then one of twenty that hardly anybody names, and seldom none at all.
fn number(mark: u8) -> String {
    match mark {
        0..=219 => named(NUMBERS, mark % 6).to_owned(),
        220..=249 => (2_000 + u32::from(mark % 20)).to_string(),
        _ => named(NUMBERS, mark).to_owned(),
    }
}

/// A body with a fault in it, or none.
fn spoilt(body: &str, spoil: u8) -> String {
    match spoil {
        240 => body.replacen("]}", ",]}", 1),
        241 => body.replacen("GroupId", "Group\\u0049d", 1),
        242 => body.replacen('{', "{\"CommandType\":1,", 1),
        243 => body.replacen('{', "{\"unknown\":{\"deep\":[1e999,{}]},", 1),
        244 => body.replacen("\"Marks\"", "\"marks\"", 1),
        245 => body.get(1..).unwrap_or_default().to_owned(),
        246 => body.replacen("u1", "u\\u0031", 1),
        247 => body.replacen("u1", "\\ud800", 1),
        248 => format!(" {}{body} ", " ".repeat(2_000)),
        249 => String::new(),
        250 => format!("[{body}]"),
        251 => body.replacen("\"Member_Account\":", "\"Member_Account\":7,\"Member_Account\":", 1),
        _ => body.to_owned(),
    }
}

fn call_line(at: u64, caller: u8, path: &str, body: &str) -> String {
    // Mostly an admin.
    let identifier = if caller < 215 { "administrator" } else { named(IDENTIFIERS, caller) };
    json!({"at": at, "do": "call", "as": identifier, "path": path, "raw": body}).to_string()
}

fn quoted(text: &str) -> String {
    Value::from(text).to_string()
}
