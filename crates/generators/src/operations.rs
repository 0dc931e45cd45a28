//! Operations of a small world: a few accounts, groups and marks, so that the interesting ones meet often, under limits that a
//! handful of them reach.
//!
//! A [`Step`] is written as a scenario line ([`Step::line`]), which `avmarks_service::scenario::Scenario` and `avmarks replay -` answer, or
//! read as a value ([`Step::input`]) by a model of one's own.
//!
//! ```
//! use avmarks_generators::{Generate, operations::{Run, small_limits}};
//! use avmarks_service::{App, scenario::Scenario, Settings};
//!
//! let mut settings = Settings::default();
//! settings.terms.limits = small_limits();
//! let mut service = Scenario::new(App::new(settings));
//!
//! let mut at = 0;
//! for step in Run::from_bytes(b"any bytes of a fuzzer").steps {
//!     let (now, line) = step.line(at);
//!     at = now;
//!     let answer = service.answer(&line).unwrap();
//!     assert!(answer.starts_with(b"{\"line\":"));
//! }
//! ```

mod call;

use std::time::Duration;

use avmarks_service::rules::Presence;
use avmarks_spec::{Gap, GroupType, Limits};
use serde_json::json;

use crate::choices::{Choices, Generate};

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
        group_admins_max: 2,
        calls_per_window_max: 3,
        rate_window: Duration::from_millis(50),
        body_bytes_max: 2_000,
    }
}

/// What is done, and how long after what was done before.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Step {
    /// Milliseconds since the step before. Some steps come late, with a time before it, which nobody may heed
    /// (`gap:clock`).
    pub wait_ms: i64,
    /// What is done.
    pub input: Input,
}

/// What is done.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Input {
    /// Sets the app up.
    App {
        /// `SDKAppID`; another app has a quota of its own.
        sdkappid: u64,
        /// The app's admins.
        admins: &'static [&'static str],
        /// Whether the plan includes marks.
        marks_supported: bool,
        /// Whether the list is switched on.
        online_list_enabled: bool,
    },
    /// Reads a gap so from now on.
    Policy {
        /// The field of the gap.
        field: &'static str,
        /// The name of the reading.
        reading: &'static str,
    },
    /// Creates a group, if there is none of this id.
    CreateGroup {
        /// Its id.
        group: &'static str,
        /// Its type; an audio-video group in half of all cases.
        kind: GroupType,
        /// Its owner.
        owner: Option<&'static str>,
    },
    /// Destroys a group.
    DestroyGroup {
        /// Its id.
        group: &'static str,
    },
    /// Presence of some accounts, one after the other.
    Presence {
        /// What becomes of them.
        presence: Presence,
        /// In which group.
        group: &'static str,
        /// The account or accounts.
        accounts: Vec<&'static str>,
    },
    /// One call over REST, by POST, whose query and signature are right.
    Call {
        /// Who calls.
        identifier: &'static str,
        /// The path of the URL.
        path: &'static str,
        /// The exact body.
        body: String,
    },
    /// Lets time pass.
    Tick,
}

const SDKAPPID: u64 = 1_400_000_000;
const GROUPS: [&str; 4] = ["g", "@TGS#a", "", "gr\u{f6}up"];
const ACCOUNTS: [&str; 9] =
    ["u1", "u2", "u3", "u4", "u5", "u6", "st r", "\u{e9}", "0123456789012345678901234567890123"];
const TYPES: [GroupType; 4] = [GroupType::AvChatRoom, GroupType::Public, GroupType::Community, GroupType::Private];
const WAITS_MS: [i64; 25] = [
    0, 1, 9, 17, 20, 20, 33, 49, 50, 51, 60, 60, 70, 70, 80, 90, 100, 100, 200, 333, 999, 1_000, 1_001, 10_000, 40_000,
];

/// The entry of a list that an index means, whatever index.
fn named<T: Copy, const N: usize>(list: &[T; N], index: u8) -> T {
    Choices::new(&[index]).pick(list)
}

const fn admins(deputy: bool) -> &'static [&'static str] {
    if deputy { &["administrator", "deputy"] } else { &["administrator"] }
}

/// A group that there can be, mostly the first; the last two of the list are no ids, and only calls name them.
fn group(index: u8) -> &'static str {
    named(&GROUPS, u8::from(index >= 220))
}

/// An account that every reading of `gap:account-id` lets in.
fn account(index: u8) -> &'static str {
    named(&ACCOUNTS, index % 6)
}

impl Step {
    /// The step that begins a run, at once.
    const fn at_once(input: Input) -> Self {
        Self { wait_ms: 0, input }
    }

    /// When it is, in milliseconds, where the step before was at `before`.
    #[must_use]
    pub const fn at(&self, before: u64) -> u64 {
        before.saturating_add_signed(self.wait_ms)
    }

    /// Its scenario line, and its time, where the step before was at `before`.
    #[must_use]
    pub fn line(&self, before: u64) -> (u64, String) {
        let at = self.at(before);
        (at, self.input.line(at))
    }
}

/// In few bytes, so that a change of one byte is a change of one thing.
impl Generate for Step {
    const BYTES: usize = 32;

    fn generate(choices: &mut Choices<'_>) -> Self {
        // One wait in sixteen steps back.
        let wait_ms = match choices.byte() {
            back @ 240.. => i64::from(back - 240) * -7,
            wait => named(&WAITS_MS, wait),
        };
        Self { wait_ms, input: Input::generate(choices) }
    }
}

impl Input {
    /// The app with everything that it needs, and with a second admin, `deputy`, or without.
    #[must_use]
    pub const fn app(deputy: bool) -> Self {
        Self::App { sdkappid: SDKAPPID, admins: admins(deputy), marks_supported: true, online_list_enabled: true }
    }

    /// The reading of a gap that two indexes mean, each modulo what there is.
    #[must_use]
    pub fn policy(gap: u8, reading: u8) -> Self {
        let choices: Vec<_> = Gap::choices().collect();
        let (gap, field) = Choices::new(&[gap]).pick_from(&choices).unwrap_or((Gap::TrailingComma, "trailing_comma"));
        let reading = Choices::new(&[reading]).pick_from(gap.readings()).map(|row| row.name).unwrap_or_default();
        Self::Policy { field, reading }
    }

    /// Its scenario line.
    #[must_use]
    pub fn line(&self, at: u64) -> String {
        let line = match self {
            Self::App { sdkappid, admins, marks_supported, online_list_enabled } => {
                json!({"at": at, "do": "app", "sdkappid": sdkappid, "admins": admins, "marks_supported": marks_supported,
                    "online_list_enabled": online_list_enabled})
            }
            Self::Policy { field, reading } => {
                let mut line = json!({"at": at, "do": "policy"});
                if let Some(fields) = line.as_object_mut() {
                    fields.insert((*field).to_owned(), json!(reading));
                }
                line
            }
            Self::CreateGroup { group, kind, owner } => {
                let mut line = json!({"at": at, "do": "create_group", "group": group, "type": kind.name()});
                if let (Some(owner), Some(fields)) = (owner, line.as_object_mut()) {
                    fields.insert("owner".to_owned(), json!(owner));
                }
                line
            }
            Self::DestroyGroup { group } => json!({"at": at, "do": "destroy_group", "group": group}),
            Self::Presence { presence, group, accounts } => {
                let what = match presence {
                    Presence::Join => "join",
                    Presence::Leave => "leave",
                    Presence::Disconnect => "disconnect",
                    Presence::Reconnect => "reconnect",
                };
                json!({"at": at, "do": what, "group": group, "accounts": accounts})
            }
            Self::Call { identifier, path, body } => {
                json!({"at": at, "do": "call", "as": identifier, "path": path, "raw": body})
            }
            Self::Tick => json!({"at": at, "do": "tick"}),
        };
        line.to_string()
    }
}

/// Weighted so that groups have members, members have marks, and robots come, join and end.
impl Generate for Input {
    const BYTES: usize = 31;

    fn generate(choices: &mut Choices<'_>) -> Self {
        match choices.byte() % 64 {
            0..=1 => {
                let bits = choices.byte();
                Self::App {
                    sdkappid: if bits & 8 == 0 { SDKAPPID } else { 7 },
                    admins: admins(bits & 4 != 0),
                    marks_supported: bits & 1 == 0,
                    online_list_enabled: bits & 2 == 0,
                }
            }
            2..=4 => Self::policy(choices.byte(), choices.byte()),
            5..=6 => {
                let group = group(choices.byte());
                let kind = match choices.byte() {
                    0..=127 => GroupType::AvChatRoom,
                    kind => named(&TYPES, kind),
                };
                Self::CreateGroup { group, kind, owner: choices.perhaps(|choices| account(choices.byte())) }
            }
            7 => Self::DestroyGroup { group: group(choices.byte()) },
            8..=23 => Self::Presence {
                presence: choices.pick(&[Presence::Join, Presence::Leave, Presence::Disconnect, Presence::Reconnect]),
                group: group(choices.byte()),
                accounts: choices.few(|choices| account(choices.byte())),
            },
            24..=41 => call::marks(choices),
            42..=46 => call::list(choices),
            47..=48 => call::count(choices),
            49..=54 => call::robots(choices),
            55..=56 => call::check(choices),
            57..=59 => call::admins(choices),
            60 => call::admin_list(choices),
            61 => call::stray(),
            _ => Self::Tick,
        }
    }
}

/// Steps from the start of a world: up to seven readings of gaps, a group of four, and what comes then.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Run {
    /// The steps, one after the other; the first is at 0.
    pub steps: Vec<Step>,
}

impl Run {
    /// The most steps of a run.
    pub const STEPS_MAX: usize = 40;

    /// A world that has something in it: a group, its owner, and three more members; two more accounts have not joined.
    #[must_use]
    pub fn start() -> [Step; 2] {
        let accounts = vec!["u1", "u2", "u3", "u4"];
        [
            Step::at_once(Input::CreateGroup { group: "g", kind: GroupType::AvChatRoom, owner: Some("u1") }),
            Step::at_once(Input::Presence { presence: Presence::Join, group: "g", accounts }),
        ]
    }
}

/// As long as there are choices left, and not beyond [`Run::STEPS_MAX`].
impl Generate for Run {
    const BYTES: usize = 512;

    fn generate(choices: &mut Choices<'_>) -> Self {
        let policies = choices.byte() % 8;
        let mut steps: Vec<_> =
            (0..policies).map(|_| Step::at_once(Input::policy(choices.byte(), choices.byte()))).collect();
        steps.extend(Self::start());
        while steps.len() < Self::STEPS_MAX && !choices.is_empty() {
            steps.push(Step::generate(choices));
        }
        Self { steps }
    }
}
