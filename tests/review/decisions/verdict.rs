//! A cell of the tables: what the service answered, and how it stands with the account afterwards.

use avmarks_protocol::{Endpoint, get_members, get_online_member_num, modify_user_info};
use avmarks_rules::{Basis, Refusal};
use avmarks_spec::{GroupId, UserId};

use super::commands::{Command, Kind};
use super::states::State;
use crate::world::World;

pub(super) struct Verdict {
    code: i64,
    is_pull: bool,
    pub(super) refusal: Option<Refusal>,
    pub(super) because: Vec<&'static str>,
    /// Who was served with what, who is listed, how many were counted; empty where the call was refused.
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
        let foreseen = world.app.dry_run(&sent.request(), world.now);
        let answer = world.app.handle(&sent.request(), world.now).answer;
        assert_eq!(answer, foreseen.answer, "{}: {}", state.name, command.name);
        let left_out = answer.omitted.iter().map(|omission| LeftOut {
            account: omission.account.as_str().to_owned(),
            mark: omission.mark.number(),
            because: omission.because.id(),
        });
        Self {
            code: answer.code.number(),
            is_pull: command.kind == Kind::Pull,
            refusal: foreseen.violations.first().map(|violation| violation.reason),
            because: answer.because.iter().copied().map(Basis::id).collect(),
            served: if answer.code.number() == 0 { served(sent.path, &answer.body) } else { String::new() },
            left_out: left_out.collect(),
            before,
            afterwards: stands(&world, state),
        }
    }

    /// In a few words.
    pub(super) fn brief(&self) -> String {
        let mut parts = vec![match self.refusal {
            Some(refusal) => format!("{} {refusal:?}", self.code),
            None => "ok".to_owned(),
        }];
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

    /// Whatever a caller can see of it.
    pub(super) fn seen(&self) -> String {
        let [code, refusal, _, served, left_out, afterwards] = self.in_full();
        let verdict = if refusal.is_empty() { "ok".to_owned() } else { format!("{code} {refusal}") };
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
            let accounts: Vec<_> = answer.member_list.unwrap().into_iter().map(|listed| listed.account).collect();
            let more = if answer.next_timestamp == Some(0) { "" } else { ", more to come" };
            match &*accounts {
                [] => "nobody".to_owned(),
                few @ ([_] | [_, _]) => few.join(" "),
                [first, .., last] => format!("{} from {first} to {last}{more}", accounts.len()),
            }
        }
        Endpoint::GetOnlineMemberNum => {
            get_online_member_num::Answer::parse(body).unwrap().online_member_num.unwrap().to_string()
        }
    }
}

fn stands(world: &World, state: &State) -> String {
    let room = GroupId::parse(state.group).ok().and_then(|group| world.app.room(&group));
    let account = UserId::parse_as(state.account, world.policy().account_id).ok();
    let Some(member) = room.zip(account).and_then(|(room, account)| room.member(&account, world.now)) else {
        return "no member".to_owned();
    };
    let marks: Vec<_> = member.marks.iter().map(ToString::to_string).collect();
    let presence = match (member.online, member.connected) {
        (true, true) => "online",
        (true, false) => "kept online",
        (false, _) => "offline",
    };
    [&[presence.to_owned()][..], &marks].concat().join(" ")
}
