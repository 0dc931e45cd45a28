//! What calls keep: accounts, and what a group has beyond its room.

use std::collections::{BTreeMap, VecDeque};
use std::sync::LazyLock;

use avmarks_spec::{Timestamp, UserId};
use serde::{Deserialize, Serialize};
use serde_json::Value;

use super::wire;

/// Messages that are kept of one group, and of all that were sent to accounts or to every group.
const MESSAGES_MAX: usize = 100;
/// Bytes of their bodies; the last message is kept whatever its length is.
const MESSAGES_BYTES_MAX: usize = 65_536;

/// The state in addition to the groups.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct CallState {
    /// The accounts that were imported.
    #[serde(with = "wire::by_user")]
    pub(crate) accounts: BTreeMap<UserId, Account>,
    /// The last messages that were sent to accounts, or to every audio-video group.
    pub(crate) messages: Messages,
}

/// An account: its profile, by the tags of 1047/33520; none until a field is set.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
pub(crate) struct Account(pub(crate) Option<Box<Profile>>);

/// The fields of a profile by their tags. Few accounts have one: behind a pointer, it takes a word of the others.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
#[serde(transparent)]
pub(crate) struct Profile(pub(crate) BTreeMap<String, Value>);

/// What a group has beyond its room.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct Group {
    pub(crate) name: String,
    pub(crate) introduction: String,
    pub(crate) notification: String,
    pub(crate) face_url: String,
    #[serde(with = "wire::millis")]
    pub(crate) created: Timestamp,
    /// What few groups have; most take no memory for it.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub(crate) more: Option<Box<More>>,
}

/// What few groups have.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub(crate) struct More {
    pub(crate) apply_join_option: Option<String>,
    pub(crate) max_member_num: Option<u64>,
    pub(crate) mute_all_member: bool,
    /// `AppDefinedData`
    pub(crate) custom: BTreeMap<String, String>,
    /// When its profile was changed, if it was; in seconds.
    pub(crate) changed: Option<u64>,
    /// Members that are more than members, or have a name card.
    #[serde(with = "wire::by_user")]
    pub(crate) members: BTreeMap<UserId, Member>,
    /// Until when each is muted, in seconds since the Unix epoch.
    #[serde(with = "wire::by_user")]
    pub(crate) mutes: BTreeMap<UserId, u64>,
    /// Until when each is banned, in seconds since the Unix epoch.
    #[serde(with = "wire::by_user")]
    pub(crate) bans: BTreeMap<UserId, u64>,
    pub(crate) attributes: BTreeMap<String, String>,
    pub(crate) counters: BTreeMap<String, i64>,
    pub(crate) messages: Messages,
}

/// What a member has beyond its membership.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct Member {
    pub(crate) is_admin: bool,
    pub(crate) name_card: String,
}

/// The last messages of a group.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct Messages {
    /// How many there have been; no more are counted than can be read again.
    #[serde(deserialize_with = "wire::count::deserialize")]
    pub(crate) count: u64,
    pub(crate) last: VecDeque<Message>,
}

/// A message that was sent.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct Message {
    /// Its number in its group, from 1.
    pub(crate) seq: u64,
    /// In seconds since the Unix epoch.
    pub(crate) time: u64,
    /// The command that sent it: `send_group_msg`, `send_group_system_notification`, `sendmsg` and so on.
    pub(crate) command: String,
    pub(crate) from: String,
    /// To whom, if that is not a whole group.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub(crate) to: Vec<String>,
    pub(crate) random: i64,
    /// `MsgBody`, or the text of a notification.
    pub(crate) body: Value,
    /// `CloudCustomData`
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub(crate) custom: Option<String>,
    #[serde(default)]
    pub(crate) recalled: bool,
}

static NOTHING_MORE: LazyLock<More> = LazyLock::new(More::default);

impl Group {
    pub(crate) fn more(&self) -> &More {
        self.more.as_deref().unwrap_or(&NOTHING_MORE)
    }

    pub(crate) fn more_mut(&mut self) -> &mut More {
        self.more.get_or_insert_default()
    }

    /// Until when this account is banned, in seconds, where it is.
    pub(crate) fn banned_until(&self, account: &UserId, now: Timestamp) -> Option<u64> {
        self.more().bans.get(account).copied().filter(|until| *until > now.as_seconds())
    }

    /// Until when this account is muted, in seconds, where it is.
    pub(crate) fn muted_until(&self, account: &UserId, now: Timestamp) -> Option<u64> {
        self.more().mutes.get(account).copied().filter(|until| *until > now.as_seconds())
    }

    /// Forgets what an account had as a member. Mutes and bans stay.
    pub(crate) fn left(&mut self, account: &UserId) {
        if let Some(more) = &mut self.more {
            more.members.remove(account);
        }
    }
}

impl Messages {
    /// Appends a message, and returns its number. The oldest are removed if there are too many.
    pub(crate) fn push(&mut self, message: Message) -> u64 {
        self.count = (self.count + 1).min(wire::count::MAX);
        self.last.push_back(Message { seq: self.count, ..message });
        let mut bytes: usize = self.last.iter().map(Message::bytes).sum();
        while self.last.len() > 1 && (self.last.len() > MESSAGES_MAX || bytes > MESSAGES_BYTES_MAX) {
            bytes -= self.last.pop_front().map_or(0, |gone| gone.bytes());
        }
        self.count
    }
}

impl Message {
    fn bytes(&self) -> usize {
        let to = self.to.iter().map(String::len).sum::<usize>();
        self.body.to_string().len() + to + self.custom.as_ref().map_or(0, String::len)
    }
}
