//! The output for a scenario line.

use std::io::Write;

use avmarks_rules::{Cause, Event, Omission, Reason};
use avmarks_spec::{GroupId, Mark};
use serde::Serialize;

use crate::answer::Answer;
use crate::app::GroupEvent;
use crate::scenario::Step;

pub(super) fn step(step: &Step) -> Vec<u8> {
    let mut out = Vec::with_capacity(256);
    // Writing into memory does not fail.
    let _ = write!(out, "{{\"line\":{},", step.line);
    match &step.answer {
        Some(answer) => answered(&mut out, answer),
        None => {
            out.extend_from_slice(b"\"events\":");
            write_events(&mut out, &step.events);
        }
    }
    out.push(b'}');
    out
}

/// What happened, as the `events` of a scenario line: a list in JSON.
///
/// ```
/// use avmarks_service::spec::{GroupId, GroupType, Timestamp};
/// use avmarks_service::{App, Settings, scenario::events_json};
///
/// let mut app = App::new(Settings::default());
/// let group = GroupId::parse("@TGS#a").unwrap();
/// let events = app.create_group(group, GroupType::AvChatRoom, None, Timestamp::EPOCH);
/// assert_eq!(events_json(&events), br#"[{"event":"group_created","group":"@TGS#a"}]"#);
/// ```
#[must_use]
pub fn events_json(events: &[GroupEvent]) -> Vec<u8> {
    let mut out = Vec::new();
    write_events(&mut out, events);
    out
}

fn answered(out: &mut Vec<u8>, answer: &Answer) {
    out.extend_from_slice(b"\"answer\":");
    out.extend_from_slice(&answer.body);
    out.extend_from_slice(b",\"because\":");
    list(out, answer.because.iter().map(|reason| Reason::id(*reason)));
    out.extend_from_slice(b",\"omitted\":");
    list(out, answer.omitted.iter().map(WireOmission::from));
}

fn write_events(out: &mut Vec<u8>, events: &[GroupEvent]) {
    list(out, events.iter().map(WireEvent::new));
}

fn list<T: Serialize>(out: &mut Vec<u8>, items: impl Iterator<Item = T>) {
    out.push(b'[');
    for (at, item) in items.enumerate() {
        if at > 0 {
            out.push(b',');
        }
        // Names and numbers written into memory: this does not fail.
        let _ = serde_json::to_writer(&mut *out, &item);
    }
    out.push(b']');
}

/// An omission as a scenario and the command line show it.
#[derive(Serialize)]
struct WireOmission<'a> {
    account: &'a str,
    mark: u32,
    because: &'static str,
}

impl<'a> From<&'a Omission> for WireOmission<'a> {
    fn from(omission: &'a Omission) -> Self {
        Self { account: omission.account.as_str(), mark: omission.mark.number(), because: omission.because.id() }
    }
}

#[derive(Serialize)]
struct WireEvent<'a> {
    event: &'static str,
    group: &'a str,
    #[serde(skip_serializing_if = "Option::is_none")]
    account: Option<&'a str>,
    #[serde(skip_serializing_if = "Option::is_none")]
    lost: Option<Vec<u32>>,
    #[serde(skip_serializing_if = "Option::is_none")]
    cause: Option<&'static str>,
}

impl<'a> WireEvent<'a> {
    fn new(group_event: &'a GroupEvent) -> Self {
        let (group, member) = match group_event {
            GroupEvent::Created(group) => return Self::of_group("group_created", group),
            GroupEvent::Destroyed(group) => return Self::of_group("group_destroyed", group),
            GroupEvent::Member(group, event) => (group, event),
        };
        let (event, account, lost, cause) = match member {
            Event::Joined { account } => ("joined", account, None, None),
            Event::CameOnline { account, cause, .. } => ("came_online", account, None, Some(*cause)),
            Event::Left { account, lost, .. } => ("left", account, Some(lost), None),
            Event::Disconnected { account } => ("disconnected", account, None, None),
            Event::Reconnected { account } => ("reconnected", account, None, None),
            Event::WentOffline { account, lost, cause, .. } => ("went_offline", account, Some(lost), Some(*cause)),
            Event::PinExpired { account } => ("pin_expired", account, None, None),
        };
        Self {
            event,
            group: group.as_str(),
            account: Some(account.as_str()),
            lost: lost.map(|marks| marks.iter().copied().map(Mark::number).collect()),
            cause: cause.map(cause_name),
        }
    }

    fn of_group(event: &'static str, group: &'a GroupId) -> Self {
        Self { event, group: group.as_str(), account: None, lost: None, cause: None }
    }
}

fn cause_name(cause: Cause) -> &'static str {
    match cause {
        Cause::Join => "join",
        Cause::Connection => "connection",
        Cause::Pin => "pin",
        Cause::PinExpired => "pin_expired",
    }
}
