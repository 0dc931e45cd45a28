//! What a service, a proxy and a network can do to a call.

use std::time::Duration;

use avmarks_client::{PlanKind, TransportError};
use avmarks_protocol::modify_user_info::{Answer, Member, Request, Served};
use avmarks_protocol::{ErrorCode, add_robots};
use avmarks_spec::Mark;

use super::lost;

/// What comes back.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) enum Reaction {
    Respond(u16, Vec<u8>),
    Truncate(u16, Vec<u8>),
    Fail(TransportError),
    Silence,
}

/// What was truly done: accounts and marks.
pub(crate) type Done = Vec<(String, Mark)>;

pub(crate) trait Service {
    /// What comes back from a call of this kind, which is asked for by `request`; of robots, mark 500.
    fn answer(&mut self, kind: PlanKind, request: &Request<'_>, usersig: &str) -> (Duration, Reaction, Done);

    fn is_friendly(&self) -> bool {
        false
    }
}

/// Serves everybody at once.
pub(crate) struct Friendly;

impl Service for Friendly {
    fn answer(&mut self, kind: PlanKind, request: &Request<'_>, _: &str) -> (Duration, Reaction, Done) {
        let (body, done) = served(kind, request, |_, _| true);
        (Duration::from_millis(20), Reaction::Respond(200, body), done)
    }

    fn is_friendly(&self) -> bool {
        true
    }
}

/// Does what a list says, one after the other, and starts anew at its end.
pub(crate) struct Hard {
    deeds: Vec<u8>,
    latencies: Vec<u16>,
    calls: usize,
}

impl Hard {
    /// The number of the last deed; all above the hard ones serve.
    pub(crate) const DEEDS: u8 = 34;

    pub(crate) fn new(deeds: Vec<u8>, latencies: Vec<u16>) -> Self {
        Self { deeds, latencies, calls: 0 }
    }
}

impl Service for Hard {
    fn answer(&mut self, kind: PlanKind, request: &Request<'_>, usersig: &str) -> (Duration, Reaction, Done) {
        let deed = self.deeds[self.calls % self.deeds.len()];
        let latency = Duration::from_millis(self.latencies[self.calls % self.latencies.len()].into());
        self.calls += 1;
        let refused = |code| Reaction::Respond(200, Answer::refused(ErrorCode::new(code), usersig).to_json());
        let html = format!("<html>/v4/x?usersig={usersig}</html>").into_bytes();
        let (all, done) = served(kind, request, |_, _| true);
        let text = String::from_utf8(all.clone()).unwrap();
        let nothing = Vec::new();
        let (response, done) = match deed {
            // Carried out, and not told.
            0 => (Reaction::Fail(lost(usersig)), done),
            1 => (Reaction::Silence, done),
            2 => (Reaction::Truncate(200, all[..all.len() / 2].to_vec()), done),
            3 => (Reaction::Respond(200, all[..all.len() - 1].to_vec()), done),
            4 => (Reaction::Respond(502, html), done),
            5 => (Reaction::Respond(200, html), done),
            // Without a list: of marks nobody was served, of robots somebody.
            6 => {
                let body = br#"{"ActionStatus":"OK","ErrorCode":0,"ErrorInfo":""}"#.to_vec();
                (Reaction::Respond(200, body), if kind.names_served() { nothing } else { done })
            }
            7 => (Reaction::Respond(200, text.replace("\"Marks\"", "\"marks\"").into_bytes()), done),
            8 => (Reaction::Respond(200, Vec::new()), done),
            // Not carried out.
            9 => (Reaction::Fail(TransportError::NotSent { message: usersig.to_owned() }), nothing),
            10 => (Reaction::Fail(lost(usersig)), nothing),
            11 => (Reaction::Fail(TransportError::Unusable { message: "bad certificate".to_owned() }), nothing),
            12 => (Reaction::Respond(404, html), nothing),
            13 => (Reaction::Respond(302, Vec::new()), nothing),
            14 => (Reaction::Respond(500, Vec::new()), nothing),
            15..=25 => {
                let codes = [10002, 60007, 10005, 70001, 10004, 10010, 60010, 60008, 10008, 99_999, 10005];
                (refused(codes[usize::from(deed - 15)]), nothing)
            }
            26 => (Reaction::Respond(200, br#"{"ActionStatus":"FAIL","ErrorCode":"10002"}"#.to_vec()), nothing),
            // Carried out for some.
            27 | 28 => {
                let (body, done) =
                    served(kind, request, |account, mark| !(account + mark).is_multiple_of(usize::from(deed - 25)));
                (Reaction::Respond(200, body), done)
            }
            29 => (Reaction::Respond(200, text.replace("\"ErrorCode\":0", "\"ErrorCode\":\"0\"").into_bytes()), done),
            30 => {
                let stranger = r#""MemberList":[{"Member_Account":"stranger","Marks":[1]},"#;
                (Reaction::Respond(200, text.replace("\"MemberList\":[", stranger).into_bytes()), done)
            }
            _ => (Reaction::Respond(200, all), done),
        };
        (latency, response, done)
    }
}

/// The answer that serves those marks of those accounts, by their indexes, that are wanted. Of robots it names nobody, and is a
/// refusal where nobody is served.
fn served(kind: PlanKind, request: &Request<'_>, wanted: impl Fn(usize, usize) -> bool) -> (Vec<u8>, Done) {
    let mut done = Vec::new();
    let mut served = Vec::new();
    for (at, Member { account, marks }) in request.member_list.iter().enumerate() {
        let numbers = marks.iter().enumerate().filter(|(mark, _)| wanted(at, *mark));
        let numbers: Vec<i64> = numbers.filter_map(|(_, number)| number.to_i64()).collect();
        done.extend(numbers.iter().map(|number| (account.to_string(), Mark::new(*number).unwrap())));
        if !numbers.is_empty() {
            served.push(Served::new(&**account, numbers));
        }
    }
    if !kind.names_served() {
        let nobody = || add_robots::Answer::refused(ErrorCode::new(10004), "nobody");
        let answer = if served.is_empty() { nobody() } else { add_robots::Answer::ok() };
        return (answer.to_json(), done);
    }
    (Answer::served(request.command_type.to_i64().unwrap(), served).to_json(), done)
}
