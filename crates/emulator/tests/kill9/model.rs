//! What a client does, and what must be there afterwards.

use std::collections::{BTreeMap, BTreeSet};
use std::sync::mpsc::Sender;

use serde_json::{Value, json};

use crate::Result;
use crate::client::Client;

const MARKS: &str = "/v4/group_open_avchatroom_http_svc/modify_user_info\
                     ?sdkappid=1400000000&identifier=administrator&usersig=x&random=1&contenttype=json";
const ROBOTS: &str = "/v4/group_open_avchatroom_http_svc/add_robots\
                      ?sdkappid=1400000000&identifier=administrator&usersig=x&random=1&contenttype=json";
const ACCOUNTS: usize = 8;
const PIN: u64 = 500;

/// SplitMix64.
pub(crate) struct Random(pub(crate) u64);

impl Random {
    pub(crate) fn next(&mut self) -> u64 {
        self.0 = self.0.wrapping_add(0x9e37_79b9_7f4a_7c15);
        let mixed = (self.0 ^ (self.0 >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
        let mixed = (mixed ^ (mixed >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
        mixed ^ (mixed >> 31)
    }

    fn one_of<T: Copy, const N: usize>(&mut self, of: [T; N]) -> T {
        of[self.next() as usize % N]
    }
}

/// What is known of a member or a robot.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
struct Member {
    connected: bool,
    robot: bool,
    /// 500 among them.
    marks: BTreeSet<u64>,
}

impl Member {
    fn is_online(&self) -> bool {
        self.connected || self.marks.contains(&PIN)
    }
}

type State = Option<Member>;

#[derive(Clone, Copy, Debug)]
enum Act {
    Join,
    /// `add_robots` of an account that has not joined.
    Robot,
    Leave,
    Disconnect,
    Reconnect,
    Set(u64),
    Delete(u64),
}

impl Act {
    /// What comes of it, by the rules.
    fn on(self, state: State) -> State {
        let Some(mut member) = state else {
            return match self {
                Self::Join => Some(Member { connected: true, ..Member::default() }),
                Self::Robot => Some(Member { robot: true, marks: [PIN].into(), ..Member::default() }),
                _ => None,
            };
        };
        match self {
            Self::Leave => return None,
            Self::Join => (member.connected, member.robot) = (true, false),
            Self::Reconnect => member.connected |= !member.robot,
            Self::Disconnect => member.connected = false,
            Self::Robot => drop(member.marks.insert(PIN)),
            Self::Set(mark) => drop(member.marks.insert(mark)),
            Self::Delete(mark) => drop(member.marks.remove(&mark)),
        }
        if !member.is_online() {
            member.marks.clear();
        }
        (member.is_online() || !member.robot).then_some(member)
    }

    fn send(self, account: &str, client: &mut Client) -> Result<()> {
        let (command, mark) = match self {
            Self::Join => return presence(client, "join", account),
            Self::Leave => return presence(client, "leave", account),
            Self::Disconnect => return presence(client, "disconnect", account),
            Self::Reconnect => return presence(client, "reconnect", account),
            Self::Robot => {
                let body = json!({ "GroupId": "room", "Member_Account": [account] });
                return self.served(account, client.post(ROBOTS, &body.to_string())?);
            }
            Self::Set(mark) => (1, mark),
            Self::Delete(mark) => (2, mark),
        };
        let members = json!([{ "Member_Account": account, "Marks": [mark] }]);
        let body = json!({ "GroupId": "room", "CommandType": command, "MemberList": members });
        self.served(account, client.post(MARKS, &body.to_string())?)
    }

    fn served(self, account: &str, answer: Value) -> Result<()> {
        match answer["ErrorCode"] == 0 {
            true => Ok(()),
            false => Err(format!("{self:?} of `{account}` was answered {answer}").into()),
        }
    }
}

fn presence(client: &mut Client, what: &str, account: &str) -> Result<()> {
    client.post(&format!("/_avmarks/groups/room/{what}"), &json!({ "accounts": [account] }).to_string())?;
    Ok(())
}

/// What one client does with accounts of its own, one change after the other.
pub(crate) struct Load {
    random: Random,
    accounts: BTreeMap<String, State>,
    /// What was sent and not answered.
    in_flight: Option<(String, Act)>,
    pub(crate) answered: u64,
    pub(crate) in_flight_kept: u64,
    pub(crate) in_flight_gone: u64,
}

impl Load {
    pub(crate) fn new(client: usize, seed: u64) -> Self {
        let accounts = (0..ACCOUNTS).map(|number| (format!("c{client}-{number}"), None));
        Self {
            random: Random(seed),
            accounts: accounts.collect(),
            in_flight: None,
            answered: 0,
            in_flight_kept: 0,
            in_flight_gone: 0,
        }
    }

    /// Changes one account after the other until the connection ends, and says so whenever one was answered.
    pub(crate) fn run(&mut self, address: &str, answered: &Sender<()>) -> Result<()> {
        let Ok(mut client) = Client::connect(address) else { return Ok(()) };
        loop {
            let names: Vec<_> = self.accounts.keys().cloned().collect();
            let account = names[self.random.next() as usize % ACCOUNTS].clone();
            let state = self.accounts[&account].clone();
            let act = self.choose(state.as_ref());
            self.in_flight = Some((account.clone(), act));
            match act.send(&account, &mut client) {
                Ok(()) => {}
                // It was killed.
                Err(error) if error.is::<std::io::Error>() || error.to_string().contains("has ended") => return Ok(()),
                Err(error) => return Err(error),
            }
            self.in_flight = None;
            self.answered += 1;
            // Nobody listens once it is going to be killed.
            let _ = answered.send(());
            self.accounts.insert(account, act.on(state));
        }
    }

    fn choose(&mut self, state: Option<&Member>) -> Act {
        let mark = self.random.one_of([PIN, 1000, 1001, 1002, 1003]);
        match state {
            None => self.random.one_of([Act::Join, Act::Robot]),
            Some(member) if member.robot && self.random.next().is_multiple_of(4) => Act::Join,
            Some(member) if !member.is_online() => self.random.one_of([Act::Join, Act::Reconnect, Act::Leave]),
            Some(member) if member.marks.contains(&mark) && self.random.next().is_multiple_of(2) => Act::Delete(mark),
            Some(_) => self.random.one_of([
                Act::Set(mark),
                Act::Set(mark),
                Act::Set(mark),
                Act::Disconnect,
                Act::Reconnect,
                Act::Leave,
            ]),
        }
    }

    /// Holds what is there against what was answered. What was in flight may have come to pass or not.
    pub(crate) fn compare(&mut self, snapshot: &Value) -> Result<()> {
        let group = snapshot["groups"].as_array().and_then(|groups| groups.first()).ok_or("the room is gone")?;
        let members = group["members"].as_array().ok_or("there are no members")?;
        let in_flight = self.in_flight.take();
        for (account, answered) in &mut self.accounts {
            let found = members.iter().find(|member| member["account"] == account.as_str()).map(member);
            if found == *answered {
                self.in_flight_gone += u64::from(in_flight.as_ref().is_some_and(|(of, _)| of == account));
                continue;
            }
            let after = in_flight.as_ref().filter(|(of, _)| of == account).map(|(_, act)| act.on(answered.clone()));
            if after.as_ref() != Some(&found) {
                return Err(format!(
                    "`{account}` was answered to be {answered:?} and is {found:?}; in flight: {in_flight:?}"
                )
                .into());
            }
            self.in_flight_kept += 1;
            *answered = found;
        }
        Ok(())
    }
}

fn member(member: &Value) -> Member {
    let marks = member["marks"].as_array().into_iter().flatten().filter_map(Value::as_u64);
    let pin = member["pinned_until"].as_u64().map(|_| PIN);
    Member { connected: member["connected"] == true, robot: member["robot"] == true, marks: marks.chain(pin).collect() }
}
