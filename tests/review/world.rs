//! An app to be asked, and what is sent to it.

use std::time::Duration;

use avmarks_protocol::SdkAppId;
use avmarks_protocol::modify_user_info::{Member, Request as MarksRequest};
use avmarks_protocol::secret::SecretKey;
use avmarks_protocol::usersig::UserSig;
use avmarks_protocol::{Endpoint, add_robots, get_members, get_online_member_num, modify_admin};
use avmarks_rules::{Policy, Presence};
use avmarks_service::{App, Request, Settings};
use avmarks_spec::readings::Offline500;
use avmarks_spec::{GroupId, GroupType, Timestamp, UserId};

pub(crate) const GROUP: &str = "@TGS#a6I4ZUUGO";
pub(crate) const ADMIN: &str = "administrator";
/// The key that the signatures of every app here are checked with.
pub(crate) const OWN_KEY: &str = "own";

/// When the case of an app begins.
const BEGIN: Timestamp = Timestamp::from_millis(1_795_412_030_000);

const MINUTE: u64 = 60_000;
pub(crate) const DAY: u64 = 24 * 60 * MINUTE;

/// Most things happen so long after the one before, that each has a time of its own in what is shown.
const PAUSE: u64 = 1_000;

/// An app, and what time it is there.
#[derive(Clone)]
pub(crate) struct World {
    pub(crate) app: App,
    pub(crate) now: Timestamp,
    /// Whether robots were asked for under a reading that has none (`gap:offline-500`): what they are told next is refused.
    without_robots: bool,
}

impl World {
    /// An app with one audio-video group, owned by `owner`, with `keeper` as its administrator, in which `v` is online.
    /// Signatures are checked.
    pub(crate) fn new(policy: Policy) -> Self {
        let mut settings = Settings::default();
        settings.key = Some(key(OWN_KEY));
        settings.terms.policy = policy;
        let mut world = Self { app: App::new(settings), now: BEGIN, without_robots: false };
        world.create(GroupType::AvChatRoom);
        world
    }

    /// The group anew, of this type, with `v` online in it. An AVChatRoom has an administrator, `keeper`, who is no member.
    pub(crate) fn create(&mut self, kind: GroupType) {
        self.app.destroy_group(group(), self.now);
        self.app.create_group(group(), kind, Some(UserId::parse("owner").unwrap()), self.now);
        if kind == GroupType::AvChatRoom {
            assert_eq!(self.code_of(&Sent::admins(1, &["keeper"])), 0);
        }
        self.join(&["v"]);
    }

    pub(crate) fn destroy(&mut self) {
        self.app.destroy_group(group(), self.now);
    }

    pub(crate) fn settings(&mut self, change: impl FnOnce(&mut Settings)) {
        let mut settings = self.app.settings().clone();
        change(&mut settings);
        self.app.configure(settings);
    }

    pub(crate) fn policy(&self) -> Policy {
        self.app.settings().terms.policy
    }

    /// Lets time pass, in milliseconds.
    pub(crate) fn wait(&mut self, millis: u64) {
        self.now = Timestamp::from_millis(self.now.as_millis() + millis);
        self.app.tick(self.now);
    }

    pub(crate) fn join(&mut self, accounts: &[&str]) {
        self.presence(Presence::Join, accounts);
    }

    pub(crate) fn leave(&mut self, accounts: &[&str]) {
        self.presence(Presence::Leave, accounts);
    }

    pub(crate) fn disconnect(&mut self, accounts: &[&str]) {
        self.presence(Presence::Disconnect, accounts);
    }

    pub(crate) fn reconnect(&mut self, accounts: &[&str]) {
        self.presence(Presence::Reconnect, accounts);
    }

    /// An account that is none under the policy in force does nothing.
    fn presence(&mut self, presence: Presence, accounts: &[&str]) {
        let rules = self.policy().account_id;
        let accounts: Vec<_> = accounts.iter().filter_map(|account| UserId::parse_as(account, rules).ok()).collect();
        self.app.apply_presence(group(), presence, &accounts, self.now);
        self.wait(PAUSE);
    }

    pub(crate) fn set(&mut self, accounts: &[&str], marks: &[i64]) {
        self.command(1, accounts, marks);
    }

    pub(crate) fn delete(&mut self, accounts: &[&str], marks: &[i64]) {
        self.command(2, accounts, marks);
    }

    fn command(&mut self, command: i64, accounts: &[&str], marks: &[i64]) {
        for accounts in accounts.chunks(500) {
            let members: Vec<_> = accounts.iter().map(|account| (*account, marks)).collect();
            let code = self.code_of(&Sent::marks(command, &members));
            assert!(code == 0 || self.without_robots, "a case must go on: {accounts:?} {marks:?}");
        }
        self.wait(PAUSE);
    }

    /// Under a reading that lets nobody be a robot, nobody is.
    pub(crate) fn add_robots(&mut self, accounts: &[&str]) {
        self.without_robots |= self.policy().offline_500 != Offline500::Anyone;
        let code = self.code_of(&Sent::accounts(Endpoint::AddRobots, accounts));
        assert!(code == 0 || self.without_robots, "a case must go on: {accounts:?}");
        self.wait(PAUSE);
    }

    pub(crate) fn set_admins(&mut self, accounts: &[&str]) {
        assert_eq!(self.code_of(&Sent::admins(1, accounts)), 0, "a case must go on: {accounts:?}");
        self.wait(PAUSE);
    }

    /// Asks in earnest, and gives the code.
    pub(crate) fn code_of(&mut self, sent: &Sent) -> i64 {
        self.app.handle(&sent.request(), self.now).answer.code.number()
    }

    /// `count` more accounts that are online: `f0`, `f1`, …
    pub(crate) fn crowd(&mut self, count: usize) -> Vec<String> {
        let names: Vec<_> = (0..count).map(|number| format!("f{number}")).collect();
        self.join(&names.iter().map(String::as_str).collect::<Vec<_>>());
        names
    }

    /// 1,000 other accounts that hold `mark`.
    pub(crate) fn fill(&mut self, mark: i64) {
        let names = self.crowd(1_000);
        self.set(&names.iter().map(String::as_str).collect::<Vec<_>>(), &[mark]);
    }
}

pub(crate) fn group() -> GroupId {
    GroupId::parse(GROUP).unwrap()
}

pub(crate) fn key(text: &str) -> SecretKey {
    SecretKey::new(text).unwrap()
}

/// A request as it is sent.
#[derive(Clone)]
pub(crate) struct Sent {
    pub(crate) method: &'static str,
    pub(crate) path: &'static str,
    pub(crate) query: String,
    pub(crate) body: Vec<u8>,
}

impl Sent {
    /// A call by the admin, signed so that every world here takes it.
    pub(crate) fn call(endpoint: Endpoint, body: impl Into<Vec<u8>>) -> Self {
        Self { method: "POST", path: endpoint.path(), query: query(ADMIN, &signed(ADMIN)), body: body.into() }
    }

    /// A call that sets (1) or deletes (2) marks.
    pub(crate) fn marks(command: i64, members: &[(&str, &[i64])]) -> Self {
        Self::call(Endpoint::ModifyUserInfo, marks_body(GROUP, command, members))
    }

    /// A page of the list, from its start.
    pub(crate) fn list(mark: Option<i64>) -> Self {
        Self::call(Endpoint::GetMembers, list_body(GROUP, 0, mark))
    }

    pub(crate) fn count() -> Self {
        Self::call(Endpoint::GetOnlineMemberNum, group_body(GROUP))
    }

    /// A call that names accounts alone: robots, or a check.
    pub(crate) fn accounts(endpoint: Endpoint, accounts: &[&str]) -> Self {
        Self::call(endpoint, accounts_body(GROUP, accounts))
    }

    /// A call that sets (1) or deletes (2) administrators.
    pub(crate) fn admins(command: i64, accounts: &[&str]) -> Self {
        Self::call(Endpoint::ModifyAdmin, admins_body(GROUP, command, accounts))
    }

    /// The same, sent and signed by somebody else.
    pub(crate) fn by(mut self, identifier: &str) -> Self {
        self.query = query(identifier, &signed(identifier));
        self
    }

    pub(crate) fn request(&self) -> Request<'_> {
        Request::signed(self.method, self.path, &self.query, &self.body)
    }
}

pub(crate) fn marks_body(group: &str, command: i64, members: &[(&str, &[i64])]) -> Vec<u8> {
    let member = |(account, marks): &(&str, &[i64])| Member {
        account: (*account).to_owned().into(),
        marks: marks.iter().map(|mark| (*mark).into()).collect(),
    };
    let member_list = members.iter().map(member).collect();
    MarksRequest { group_id: group.into(), command_type: command.into(), member_list }.to_json()
}

pub(crate) fn list_body(group: &str, timestamp: i64, mark: Option<i64>) -> Vec<u8> {
    let mark = mark.map(Into::into);
    get_members::Request { group_id: group.into(), timestamp: timestamp.into(), mark }.to_json()
}

/// The body of the count and of the list of administrators.
pub(crate) fn group_body(group: &str) -> Vec<u8> {
    get_online_member_num::Request { group_id: group.into() }.to_json()
}

/// The body of robots and of `check_members`.
pub(crate) fn accounts_body(group: &str, accounts: &[&str]) -> Vec<u8> {
    let accounts = accounts.iter().map(|account| (*account).into()).collect();
    add_robots::Request { group_id: group.into(), accounts }.to_json()
}

pub(crate) fn admins_body(group: &str, command: i64, accounts: &[&str]) -> Vec<u8> {
    let accounts = accounts.iter().map(|account| (*account).into()).collect();
    modify_admin::Request { group_id: group.into(), command_type: command.into(), accounts }.to_json()
}

/// A query with everything in it.
pub(crate) fn query(identifier: &str, usersig: &UserSig) -> String {
    let (app, usersig) = (SdkAppId::EXAMPLE, usersig.as_str());
    format!("sdkappid={app}&identifier={identifier}&usersig={usersig}&random=99999999&contenttype=json")
}

fn signed(identifier: &str) -> UserSig {
    sign(OWN_KEY, SdkAppId::EXAMPLE, identifier, BEGIN, 30)
}

/// A signature that holds for so many days.
pub(crate) fn sign(with: &str, app: SdkAppId, identifier: &str, at: Timestamp, days: u64) -> UserSig {
    UserSig::sign(&key(with), app, identifier, at, Duration::from_millis(days * DAY), None)
}
