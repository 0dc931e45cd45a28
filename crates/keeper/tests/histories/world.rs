//! The service, the network and the keeper, with a clock that jumps to the next event.

use std::collections::{BTreeMap, BTreeSet};

use avmarks_keeper::{Action, Call, CallResult, Event, Keeper, Record, Settings, Step, Want};
use avmarks_protocol::modify_user_info::Request as MarksRequest;
use avmarks_protocol::webhook::{
    AfterGroupDestroyed, EventType, ExitType, JoinType, MemberStateChange, MembershipChange, Webhook, WebhookMember,
};
use avmarks_protocol::{Envelope, ErrorCode};
use avmarks_rules::Event as RuleEvent;
use avmarks_service::{App, GroupEvent, Request};
use avmarks_spec::{GroupId, GroupType, Limits, Mark, Timestamp, UserId};

use crate::least::Dues;
use crate::{ACCOUNTS, GROUPS, MARKS, Op};

const START: u64 = 1_795_412_030_000;

/// What a history came to.
#[derive(Clone, Copy, Debug, Default)]
pub(crate) struct Counted {
    /// Calls made, without pages of lists.
    pub(crate) calls: usize,
    /// The least number of calls.
    pub(crate) least: usize,
    /// Calls that were failed on purpose, accounts that an answer left out or served in part, and resyncs by group.
    pub(crate) faults: usize,
}

/// Something that is on its way.
#[derive(Debug)]
enum Coming {
    Webhook(Webhook),
    /// A call arrives at the service; `answers` says whether its answer comes back.
    Arrives {
        call: Call,
        answers: bool,
    },
    Result {
        call: Call,
        body: Option<Vec<u8>>,
    },
}

pub(crate) struct World {
    app: App,
    keeper: Keeper,
    /// What the records say: it survives a restart.
    stored: BTreeMap<(GroupId, UserId), (Option<Want>, Vec<Mark>)>,
    now: u64,
    coming: BTreeMap<(u64, u64), Coming>,
    sequence: u64,
    random: u64,
    has_faults: bool,
    /// The last account is one that the service does not take: it refuses every call that names it.
    has_bad: bool,
    dues: Dues,
    /// When mark 500 of an account is to be renewed.
    renewals: BTreeMap<(usize, UserId), u64>,
    counted: Counted,
}

fn group(index: usize) -> GroupId {
    GroupId::parse(&format!("group{index}")).unwrap()
}

fn account(index: usize) -> UserId {
    UserId::parse(&format!("user{index}")).unwrap()
}

/// Two custom marks in a group, and three holders of a mark, so that histories reach the limits.
fn limits() -> Limits {
    Limits { marks_per_group_max: 2, members_per_mark_max: 3, ..Limits::DOCUMENTED }
}

fn settings() -> Settings {
    Settings { prune: true, sweep_every: None, limits: limits(), ..Settings::default() }
}

impl World {
    pub(crate) fn new(seed: u64, has_faults: bool) -> Self {
        let mut of_app = avmarks_service::Settings::default();
        of_app.terms.limits = limits();
        let mut app = App::new(of_app);
        for index in 0..GROUPS {
            app.create_group(group(index), GroupType::AvChatRoom, None, Timestamp::from_millis(START));
        }
        Self {
            app,
            keeper: Keeper::new(settings()),
            stored: BTreeMap::new(),
            now: START,
            coming: BTreeMap::new(),
            sequence: 0,
            random: seed,
            has_faults,
            has_bad: seed.is_multiple_of(4),
            dues: Dues::default(),
            renewals: BTreeMap::new(),
            counted: Counted::default(),
        }
    }

    pub(crate) fn counted(&self) -> Counted {
        Counted { least: self.dues.least(), ..self.counted }
    }

    fn at(&self) -> Timestamp {
        Timestamp::from_millis(self.now)
    }

    /// A number below `bound`. SplitMix64.
    fn below(&mut self, bound: u64) -> u64 {
        self.random = self.random.wrapping_add(0x9e37_79b9_7f4a_7c15);
        let mut mixed = self.random;
        mixed = (mixed ^ (mixed >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
        mixed = (mixed ^ (mixed >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
        (mixed ^ (mixed >> 31)) % bound
    }

    fn comes(&mut self, after: u64, coming: Coming) {
        self.sequence += 1;
        self.coming.insert((self.now + after, self.sequence), coming);
    }

    pub(crate) fn apply(&mut self, op: Op) {
        match op {
            Op::Presence { group: at, account: who, presence } => {
                let events = self.app.apply_presence(group(at), presence, &[account(who)], self.at());
                self.tell(events);
            }
            Op::Want { group: at, account: who, marks, is_robot } => {
                let marks = MARKS[marks].iter().map(|number| Mark::new(*number).unwrap());
                let want = if is_robot { Want::robot(marks) } else { Want::marks(marks).unwrap() };
                self.change(at, account(who), Some(want));
            }
            Op::Unwant { group: at, account: who } => self.change(at, account(who), None),
            Op::Foreign { group: at, account: who } => self.set_foreign(at, who),
            Op::Pass { millis } => self.run_until(self.now + millis),
            Op::Restart => self.restart(),
            Op::Destroy { group: at } => {
                let events = self.app.destroy_group(group(at), self.at());
                self.tell(events);
                self.app.create_group(group(at), GroupType::AvChatRoom, None, self.at());
            }
        }
        self.pump();
    }

    fn set_foreign(&mut self, at: usize, who: usize) {
        if self.is_bad(who) {
            return;
        }
        let Some((mark, _)) = self.keeper.group(group(at)).and_then(|view| view.holders.first().copied()) else {
            return;
        };
        let (group, account) = (group(at), account(who));
        let body = format!(
            r#"{{"GroupId":"{group}","CommandType":1,"MemberList":[{{"Member_Account":"{account}","Marks":[{mark}]}}]}}"#
        );
        let path = Action::Set.endpoint().path();
        let response = self.app.handle(&Request::trusted("administrator", path, body.as_bytes()), self.at());
        self.tell(response.events);
    }

    fn change(&mut self, at: usize, who: UserId, want: Option<Want>) {
        let before = self.keeper.account(group(at), who).and_then(|view| view.want);
        let is_changed = match &want {
            Some(want) => self.keeper.want(self.at(), group(at), who, want.clone()).unwrap_or(false),
            None => self.keeper.unwant(self.at(), group(at), who),
        };
        if !is_changed {
            return;
        }
        let kept = want.as_ref().map(Want::list).unwrap_or_default();
        if before.is_some_and(|before| before.list().iter().any(|mark| !kept.contains(mark))) {
            self.dues.add(at, Action::Delete, self.now);
        }
        self.due(at, who);
    }

    /// Notes for what an account is due that is wanted.
    fn due(&mut self, at: usize, who: UserId) {
        self.renewals.remove(&(at, who));
        let Some(view) = self.keeper.account(group(at), who) else { return };
        let Some(want) = view.want else {
            // A sign of life of somebody whose deletion is pending: it is deleted again.
            return self.dues.add(at, Action::Delete, self.now);
        };
        if !view.unwanted.is_empty() {
            self.dues.add(at, Action::Delete, self.now);
        }
        if want.is_robot() {
            self.dues.add(at, Action::AddRobots, self.now);
        }
        match want.list() {
            [only] if *only == Mark::PINNED => {
                if !want.is_robot() {
                    self.dues.add(at, Action::Check, self.now);
                }
            }
            _ => self.dues.add(at, Action::Set, self.now),
        }
    }

    /// Sends the webhooks of what happened, each to its fate.
    fn tell(&mut self, events: Vec<GroupEvent>) {
        for event in events {
            for webhook in webhooks(&event, self.at()) {
                let fate = if self.has_faults { self.below(10) } else { 9 };
                let delay = match fate {
                    0..=1 => continue,
                    2..=4 => self.below(5_000),
                    _ => self.below(20),
                };
                self.comes(delay, Coming::Webhook(webhook.clone()));
                if fate == 4 || fate == 5 {
                    let delay = self.below(3_000);
                    self.comes(delay, Coming::Webhook(webhook));
                }
            }
        }
    }

    /// The keeper is gone, with its memory; another one starts from what was stored.
    fn restart(&mut self) {
        for (_, coming) in std::mem::take(&mut self.coming) {
            match coming {
                // What is on the wire still arrives.
                Coming::Arrives { call, .. } => self.comes(0, Coming::Arrives { call, answers: false }),
                Coming::Webhook(webhook) => self.comes(1, Coming::Webhook(webhook)),
                Coming::Result { .. } => {}
            }
        }
        self.keeper = Keeper::new(settings());
        let at = self.at();
        for ((group, account), (want, unwanted)) in &self.stored {
            self.keeper.load(at, *group, *account, want.clone(), unwanted);
        }
        self.keeper.resync(at);
        self.dues.start();
        let stored: Vec<_> = self.stored.keys().copied().collect();
        for (at, who) in stored {
            self.due((0..GROUPS).find(|index| group(*index) == at).unwrap(), who);
        }
    }

    /// Lets the keeper do all that is to be done now.
    fn pump(&mut self) -> Option<u64> {
        loop {
            let step = self.keeper.poll(self.at());
            self.keep_records();
            match step {
                Step::Call(call) => self.make(call),
                Step::WaitUntil(then) => return Some(then.as_millis()),
                Step::Idle => return None,
            }
        }
    }

    fn keep_records(&mut self) {
        for record in self.keeper.take_records() {
            match record {
                Record::Put { group, account, want, unwanted } => {
                    self.stored.insert((group, account), (want, unwanted));
                }
                Record::Remove { group, account } => {
                    self.stored.remove(&(group, account));
                }
                other => panic!("{other:?}"),
            }
        }
        for event in self.keeper.take_events() {
            match event {
                Event::Answered { group: at, served, left_out, .. } => {
                    self.counted.faults += usize::from(!left_out.is_empty());
                    let at = (0..GROUPS).find(|index| group(*index) == at).unwrap();
                    for (who, _) in served {
                        let view = self.keeper.account(group(at), who);
                        let Some(view) = view else { continue };
                        if view.waits_for == Some(Action::Pin) {
                            self.dues.add(at, Action::Pin, self.now);
                        }
                        if let Some(ends) = view.pin_ends {
                            self.renewals.insert((at, who), ends.as_millis() - 3_600_000);
                        }
                    }
                }
                Event::Refused { .. } | Event::Failed { .. } => self.counted.faults += 1,
                _ => {}
            }
        }
    }

    fn make(&mut self, call: Call) {
        self.counted.calls += usize::from(call.action != Action::List);
        let fate = if self.has_faults { self.below(12) } else { 11 };
        let delay = self.below(60);
        match fate {
            // It never arrives.
            0 => self.comes(delay, Coming::Result { call, body: None }),
            // Its answer is lost.
            1 => self.comes(delay, Coming::Arrives { call, answers: false }),
            // It is given up before it arrives.
            2 => {
                self.comes(delay, Coming::Result { call: call.clone(), body: None });
                let late = self.below(4_000);
                self.comes(delay + late, Coming::Arrives { call, answers: true });
            }
            // It is carried out in part.
            3 => {
                let mut half = call.clone();
                if let Ok(mut request) = MarksRequest::parse(&call.request.body) {
                    let members = request.member_list.len();
                    request.member_list.truncate(members.div_ceil(2));
                    half.request.body = request.to_json();
                }
                self.comes(delay, Coming::Arrives { call: half, answers: false });
            }
            4 => {
                let busy = Envelope::fail(ErrorCode::new(60_007), "too many calls");
                let body =
                    format!(r#"{{"ActionStatus":"FAIL","ErrorCode":{},"ErrorInfo":""}}"#, busy.error_code.number());
                self.comes(delay, Coming::Result { call, body: Some(body.into_bytes()) });
            }
            _ => self.comes(delay, Coming::Arrives { call, answers: true }),
        }
    }

    fn is_bad(&self, who: usize) -> bool {
        self.has_bad && who == ACCOUNTS - 1
    }

    fn arrives(&mut self, call: Call, answers: bool) {
        let bad = format!("\"{}\"", account(ACCOUNTS - 1));
        if self.has_bad && String::from_utf8_lossy(&call.request.body).contains(&bad) {
            let body = br#"{"ActionStatus":"FAIL","ErrorCode":10004,"ErrorInfo":""}"#;
            return self.comes(1, Coming::Result { call, body: answers.then(|| body.to_vec()) });
        }
        let request = Request::trusted("administrator", &call.request.path, &call.request.body);
        let response = self.app.handle(&request, Timestamp::from_millis(self.now));
        self.tell(response.events);
        let body = answers.then_some(response.answer.body);
        let delay = self.below(60);
        self.comes(delay, Coming::Result { call, body });
    }

    fn happens(&mut self, coming: Coming) {
        match coming {
            Coming::Webhook(webhook) => {
                let Ok(at) = GroupId::parse(webhook.group_id()) else { return };
                let index = (0..GROUPS).find(|index| group(*index) == at).unwrap();
                let members: &[WebhookMember] = match &webhook {
                    Webhook::AfterMemberJoin(change) => &change.members,
                    Webhook::AfterMemberExit(change) => &change.members,
                    Webhook::MemberStateChange(change) => &change.members,
                    _ => &[],
                };
                let accounts: Vec<UserId> =
                    members.iter().map(|member| UserId::parse(&member.account).unwrap()).collect();
                self.keeper.on_webhook(self.at(), &webhook);
                for who in accounts {
                    self.due(index, who);
                }
            }
            Coming::Arrives { call, answers } => self.arrives(call, answers),
            Coming::Result { call, body } => {
                let result = match &body {
                    None => CallResult::Failed,
                    Some(body) => match Envelope::parse(body) {
                        Ok(envelope) if envelope.is_ok() => CallResult::Answered(body),
                        Ok(envelope) => CallResult::Refused(envelope.error_code),
                        Err(_) => CallResult::Failed,
                    },
                };
                self.keeper.on_result(call.id, Timestamp::from_millis(self.now), result);
            }
        }
    }

    /// Lets time pass until `end`, from one event to the next.
    fn run_until(&mut self, end: u64) {
        loop {
            let wakes = self.pump();
            let next = [wakes, self.coming.keys().next().map(|(at, _)| *at)].into_iter().flatten().min();
            let expires = self.app.next_deadline().map(Timestamp::as_millis);
            let Some(next) = [next, expires].into_iter().flatten().min().filter(|next| *next <= end) else { break };
            self.now = self.now.max(next);
            self.note_renewals();
            let events = self.app.tick(self.at());
            self.tell(events);
            while let Some(entry) = self.coming.first_entry().filter(|entry| entry.key().0 <= self.now) {
                let coming = entry.remove();
                self.happens(coming);
            }
        }
        self.now = self.now.max(end);
    }

    fn note_renewals(&mut self) {
        let now = self.now;
        let ended: Vec<_> = self.renewals.iter().filter(|(_, at)| **at <= now).map(|(key, _)| *key).collect();
        for (at, who) in ended {
            self.renewals.remove(&(at, who));
            let want = self.keeper.account(group(at), who).and_then(|view| view.want);
            let is_robot = want.is_some_and(|want| want.is_robot());
            self.dues.add(at, if is_robot { Action::AddRobots } else { Action::Check }, now);
        }
    }

    /// All faults cease; what is on its way arrives; each group is swept once.
    pub(crate) fn settle(&mut self) {
        self.has_faults = false;
        self.run_until(self.now + 300_000);
        let counted = self.counted();
        for index in 0..GROUPS {
            self.keeper.sweep(self.at(), group(index));
        }
        self.run_until(self.now + 60_000);
        // What a sweep costs is not compared.
        self.counted.calls = counted.calls;
        self.counted.faults = counted.faults;
    }

    /// Each online account has just its wanted marks, and nobody else has any.
    pub(crate) fn check(&self) {
        for index in 0..GROUPS {
            let room = self.app.room(&group(index)).unwrap();
            for who in (0..ACCOUNTS).filter(|who| !self.is_bad(*who)).map(account) {
                let want = self.keeper.account(group(index), who).and_then(|view| view.want);
                let is_online = room.is_online(&who, self.at());
                let member = room.member(&who, self.at());
                let marks: BTreeSet<Mark> = member.map(|member| member.marks.into_iter().collect()).unwrap_or_default();
                let wanted: BTreeSet<Mark> = want.iter().flat_map(|want| want.list().iter().copied()).collect();
                let expected = if is_online { wanted } else { BTreeSet::new() };
                assert_eq!(marks, expected, "{} {who}: wanted {want:?}", group(index));
                if want.is_some_and(|want| want.is_robot()) {
                    assert!(is_online, "{} {who} is a robot", group(index));
                }
            }
        }
    }
}

/// The webhooks of an event, as the newest revision has them.
fn webhooks(event: &GroupEvent, at: Timestamp) -> Vec<Webhook> {
    let group_id = event.group().to_string();
    let state = |event_type, who: &UserId| {
        Webhook::MemberStateChange(MemberStateChange {
            group_id: group_id.clone(),
            event_type,
            event_cause: None,
            members: vec![who.as_str().into()],
            event_time: Some(at),
            extra: Default::default(),
        })
    };
    match event {
        GroupEvent::Destroyed(_) => vec![Webhook::AfterGroupDestroyed(AfterGroupDestroyed {
            group_id,
            group_type: None,
            owner: None,
            name: None,
            members: None,
            event_time: Some(at),
            extra: Default::default(),
        })],
        GroupEvent::Member(_, RuleEvent::Joined { account }) => {
            vec![Webhook::AfterMemberJoin(MembershipChange {
                group_id,
                group_type: None,
                change_type: JoinType::Apply,
                operator: account.to_string(),
                members: vec![account.as_str().into()],
                event_time: Some(at),
                extra: Default::default(),
            })]
        }
        GroupEvent::Member(_, RuleEvent::CameOnline { account, robot: false, .. }) => {
            vec![state(EventType::Online, account)]
        }
        GroupEvent::Member(_, RuleEvent::WentOffline { account, robot: false, .. }) => {
            vec![state(EventType::Offline, account)]
        }
        GroupEvent::Member(_, RuleEvent::Left { account, robot: false, .. }) => {
            vec![Webhook::AfterMemberExit(MembershipChange {
                group_id,
                group_type: None,
                change_type: ExitType::Quit,
                operator: account.to_string(),
                members: vec![account.as_str().into()],
                event_time: Some(at),
                extra: Default::default(),
            })]
        }
        _ => Vec::new(),
    }
}
