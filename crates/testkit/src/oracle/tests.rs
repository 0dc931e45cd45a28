//! The sentences of the rules, each at its edge. Here is what the tests say to an oracle, and how they read its answers.

mod admins;
mod check;
mod gates;
mod marks;
mod presence;
mod pulls;
mod requests;
mod robots;
mod views;

use avmarks_spec::Limits;
use serde_json::{Value, json};

use super::Oracle;

/// Three days.
const PIN_MS: u64 = 259_200_000;

/// An oracle, and how many lines it has been told.
struct Told {
    oracle: Oracle,
    lines: u64,
}

impl Told {
    /// A room `g` of the owner `boss`, in which `accounts` have joined at 0.
    fn room(limits: Limits, accounts: &[&str]) -> Self {
        let mut told = Self { oracle: Oracle::with_limits(limits), lines: 0 };
        told.say(json!({ "at": 0, "do": "create_group", "group": "g", "owner": "boss" }));
        told.say(json!({ "at": 0, "do": "join", "group": "g", "accounts": accounts }));
        told
    }

    fn say(&mut self, line: Value) -> Value {
        self.lines += 1;
        self.oracle.answer(self.lines, &line.to_string()).unwrap()
    }

    fn tick(&mut self, at: u64) {
        self.say(json!({ "at": at, "do": "tick" }));
    }

    /// Reads one gap as `reading` from now on.
    fn policy(&mut self, field: &str, reading: &str) {
        self.say(json!({ "at": 0, "do": "policy", field: reading }));
    }

    fn events(&mut self, line: Value) -> Vec<String> {
        let answer = self.say(line);
        answer["events"].as_array().unwrap().iter().map(short).collect()
    }

    /// The events of a change of presence in `g`, at the latest time seen.
    fn presence(&mut self, change: &str, account: &str) -> Vec<String> {
        self.events(json!({ "at": 0, "do": change, "group": "g", "account": account }))
    }

    fn raw_as(&mut self, caller: &str, method: &str, raw: &str) -> Value {
        self.say(json!({ "at": 0, "do": "call", "as": caller, "path": path(method), "raw": raw }))
    }

    fn raw(&mut self, method: &str, raw: &str) -> Value {
        self.raw_as("administrator", method, raw)
    }

    /// A call on marks; `entries` are accounts with their marks.
    fn marks(&mut self, command_type: u32, entries: &[(&str, &[u32])]) -> Value {
        let list: Vec<Value> =
            entries.iter().map(|(account, marks)| json!({ "Member_Account": account, "Marks": marks })).collect();
        let body = json!({ "GroupId": "g", "CommandType": command_type, "MemberList": list });
        self.raw("modify_user_info", &body.to_string())
    }

    /// A call that names accounts alone: `add_robots`, `del_robots`, `check_members`.
    fn accounts(&mut self, method: &str, accounts: &[&str]) -> Value {
        self.raw(method, &json!({ "GroupId": "g", "Member_Account": accounts }).to_string())
    }

    fn modify_admin(&mut self, command_type: u32, accounts: &[&str]) -> String {
        let body = json!({ "GroupId": "g", "CommandType": command_type, "Admin_Account": accounts });
        verdict(&self.raw("modify_admin", &body.to_string()))
    }

    /// A page of the list of `g`, and the cursor; `fields` are those of the body besides `GroupId`.
    fn page(&mut self, fields: &str) -> (Vec<String>, u64) {
        let answer = self.raw("get_members", &format!(r#"{{"GroupId":"g",{fields}}}"#))["answer"].clone();
        let rows = answer["MemberList"].as_array().unwrap();
        let names = rows.iter().map(|row| row["Member_Account"].as_str().unwrap().to_owned()).collect();
        (names, answer["NextTimestamp"].as_u64().unwrap())
    }

    /// The first page of the unfiltered list of `g`.
    fn list(&mut self) -> Vec<String> {
        self.page(r#""Timestamp":0"#).0
    }

    /// The first page of the list of `g` by this mark.
    fn list_by(&mut self, mark: &str) -> Vec<String> {
        self.page(&format!(r#""Timestamp":0,"Mark":{mark}"#)).0
    }

    fn count(&mut self) -> u64 {
        self.raw("get_online_member_num", r#"{"GroupId":"g"}"#)["answer"]["OnlineMemberNum"].as_u64().unwrap()
    }

    fn held(&self, account: &str) -> Vec<u32> {
        self.member(account).unwrap().marks
    }

    /// The account as it is in `g`; `None` if it is a stranger.
    fn member(&self, account: &str) -> Option<super::OracleMember> {
        self.oracle.members("g").unwrap().into_iter().find(|member| member.account == account)
    }

    /// When mark 500 of this account ends.
    fn pin_end(&self, account: &str) -> Option<u64> {
        self.member(account).unwrap().pin_end
    }
}

fn path(method: &str) -> String {
    let service =
        if method == "get_online_member_num" { "group_open_http_svc" } else { "group_open_avchatroom_http_svc" };
    format!("v4/{service}/{method}")
}

/// Every call with a body that it serves in a room `g` in which `a` has joined.
const SERVED: [(&str, &str); 8] = [
    ("modify_user_info", r#"{"GroupId":"g","CommandType":1,"MemberList":[{"Member_Account":"a","Marks":[1000]}]}"#),
    ("get_members", r#"{"GroupId":"g","Timestamp":0}"#),
    ("get_online_member_num", r#"{"GroupId":"g"}"#),
    ("add_robots", r#"{"GroupId":"g","Member_Account":["a"]}"#),
    ("del_robots", r#"{"GroupId":"g","Member_Account":["a"]}"#),
    ("check_members", r#"{"GroupId":"g","Member_Account":["a"]}"#),
    ("modify_admin", r#"{"GroupId":"g","CommandType":1,"Admin_Account":["a"]}"#),
    ("get_admin_list", r#"{"GroupId":"g"}"#),
];

/// `event account [lost] cause`
fn short(event: &Value) -> String {
    let parts = ["event", "account", "lost", "cause"].map(|name| event[name].to_string().replace('"', ""));
    parts.into_iter().filter(|part| part != "null").collect::<Vec<_>>().join(" ")
}

/// `code because`, or of an answer that is OK its `MemberList` or its `Member_Account`, or else `OK`.
fn verdict(answer: &Value) -> String {
    let said = &answer["answer"];
    if said["ActionStatus"] != "OK" {
        return format!("{} {}", said["ErrorCode"], answer["because"][0].as_str().unwrap());
    }
    let list = said.get("MemberList").or(said.get("Member_Account"));
    list.map_or("OK".to_owned(), |list| list.to_string().replace('"', ""))
}

/// `account mark because` of what was left out.
fn omitted(answer: &Value) -> Vec<String> {
    let one = |one: &Value| format!("{} {} {}", one["account"], one["mark"], one["because"]).replace('"', "");
    answer["omitted"].as_array().unwrap().iter().map(one).collect()
}

fn small() -> Limits {
    Limits { marks_per_group_max: 2, members_per_mark_max: 2, ..Limits::DOCUMENTED }
}
