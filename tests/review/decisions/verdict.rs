//! A cell of the tables: what the service answered, and how it stands with the account afterwards.

use avmarks_protocol::{Endpoint, check_members, get_admin_list, get_members, get_online_member_num, modify_user_info};
use avmarks_rules::{Reason, Refusal};
use avmarks_spec::{GroupId, UserId};

use super::commands::{Command, Kind};
use super::states::State;
use crate::world::World;

pub(super) struct Verdict {
    code: i64,
    is_pull: bool,
    pub(super) refusal: Option<Refusal>,
    pub(super) because: Vec<&'static str>,
    /// Who was served with what, who is listed, how many were counted; empty if the call was refused.
    served: String,
    left_out: Vec<LeftOut>,
    /// How it stands with the account before the command, and after it.
    pub(super) before: String,
    afterwards: String,
}

struct LeftOut {
    account: String,
    mark: u32,
    because: &'static str,
}

impl Verdict {
    /// Asks for what would come, asks in earnest, and looks.
    pub(super) fn of(world: &World, state: &State, command: &Command) -> Self {
        let mut world = world.clone();
        let sent = (command.sent)(&world, state.group, state.account);
        let before = stands(&world, state);
        let predicted = world.app.dry_run(&sent.request(), world.now);
        let answer = world.app.handle(&sent.request(), world.now).answer;
        assert_eq!(answer, predicted.answer, "{}: {}", state.name, command.name);
        let left_out = answer.omitted.iter().map(|omission| LeftOut {
            account: omission.account.as_str().to_owned(),
            mark: omission.mark.number(),
            because: omission.because.id(),
        });
        Self {
            code: answer.code.number(),
            is_pull: command.kind == Kind::Pull,
            refusal: predicted.violations.first().map(|violation| violation.refusal),
            because: answer.because.iter().copied().map(Reason::id).collect(),
            served: if answer.code.number() == 0 { served(sent.path, &answer.body) } else { String::new() },
            left_out: left_out.collect(),
            before,
            afterwards: stands(&world, state),
        }
    }

    /// In a few words.
    pub(super) fn brief(&self) -> String {
        let mut parts = vec![self.label()];
        // What a refusal left out is all that was asked.
        if self.refusal.is_none() && !self.left_out.is_empty() {
            parts.push(format!("not {}", self.left_out()));
        }
        if self.refusal.is_none() && self.is_pull {
            parts.push(self.served.clone());
        }
        parts.join(": ")
    }

    /// Code, refusal, what it rests on, who was served, who was left out, and the account afterwards.
    pub(super) fn in_full(&self) -> [String; 6] {
        [
            self.code.to_string(),
            self.refusal.map_or(String::new(), |refusal| format!("{refusal:?}")),
            self.because.join(", "),
            self.served.clone(),
            self.left_out
                .iter()
                .map(|left| format!("{} {} ({})", left.account, left.mark, left.because))
                .collect::<Vec<_>>()
                .join(", "),
            self.afterwards.clone(),
        ]
    }

    /// `ok`, or code and refusal.
    pub(super) fn label(&self) -> String {
        self.refusal.map_or("ok".to_owned(), |refusal| format!("{} {refusal:?}", self.code))
    }

    /// Whatever a caller can see of it.
    pub(super) fn seen(&self) -> String {
        let [_, _, _, served, left_out, afterwards] = self.in_full();
        let verdict = self.label();
        let told = [served, left_out].into_iter().zip(["", "not "]).filter(|(text, _)| !text.is_empty());
        let told: Vec<_> = told.map(|(text, before)| format!("{before}{text}")).collect();
        let told = if told.is_empty() { String::new() } else { format!(": {}", told.join("; ")) };
        format!("{verdict}{told}; then {afterwards}")
    }

    fn left_out(&self) -> String {
        self.left_out.iter().map(|left| format!("{} {}", left.account, left.mark)).collect::<Vec<_>>().join(", ")
    }
}

fn served(path: &str, body: &[u8]) -> String {
    match Endpoint::from_path(path).unwrap() {
        Endpoint::ModifyUserInfo => {
            let answer = modify_user_info::Answer::parse(body).unwrap();
            let members = answer.member_list.unwrap().into_iter().map(|served| {
                let marks: Vec<_> = served.marks.iter().map(ToString::to_string).collect();
                format!("{} {}", served.account, marks.join(" "))
            });
            members.collect::<Vec<_>>().join(", ")
        }
        Endpoint::GetMembers => {
            let answer = get_members::Answer::parse(body).unwrap();
            let name = |listed: get_members::Listed| match listed.marks {
                None => listed.account,
                Some(marks) => format!("{} {marks:?}", listed.account),
            };
            let accounts: Vec<_> = answer.member_list.unwrap().into_iter().map(name).collect();
            let more = if answer.next_timestamp == Some(0) { "" } else { ", more to come" };
            match &*accounts {
                [first, _, .., last] if accounts.len() > 2 => {
                    format!("{} from {first} to {last}{more}", accounts.len())
                }
                few => named(few),
            }
        }
        Endpoint::CheckMembers => named(&check_members::Answer::parse(body).unwrap().accounts.unwrap()),
        Endpoint::GetAdminList => {
            let admins = get_admin_list::Answer::parse(body).unwrap().admin_list.unwrap();
            named(&admins.into_iter().map(|admin| admin.account).collect::<Vec<_>>())
        }
        // The bare envelope names nobody.
        Endpoint::AddRobots | Endpoint::DelRobots | Endpoint::ModifyAdmin => String::new(),
        Endpoint::GetOnlineMemberNum => {
            get_online_member_num::Answer::parse(body).unwrap().online_member_num.unwrap().to_string()
        }
    }
}

fn named(accounts: &[String]) -> String {
    if accounts.is_empty() { "nobody".to_owned() } else { accounts.join(" ") }
}

fn stands(world: &World, state: &State) -> String {
    let room = GroupId::parse(state.group).ok().and_then(|group| world.app.room(&group));
    let account = UserId::parse_as(state.account, world.policy().account_id).ok();
    let Some((room, account)) = room.zip(account) else { return "no member".to_owned() };
    let mut words = match room.member(&account, world.now) {
        None => vec!["no member".to_owned()],
        Some(member) => {
            let presence = match (member.is_online(), member.connected) {
                _ if member.robot => "robot",
                (true, true) => "online",
                (true, false) => "kept online",
                (false, _) => "offline",
            };
            let marks = member.marks.iter().map(ToString::to_string);
            [presence.to_owned()].into_iter().chain(marks).collect()
        }
    };
    if room.admins().contains(&account) {
        words.push("administrator".to_owned());
    }
    words.join(" ")
}
