//! Every question, with its fields: the one list of them.

use crate::shape::Field;
use crate::shape::Kind::{Flag, Integer, Json, List, Object, OneOf, Policy, Secret, Text, Time, Whole};

/// A question.
#[derive(Debug)]
pub(crate) struct Verb {
    pub(crate) name: &'static str,
    #[cfg_attr(not(test), expect(dead_code, reason = "the schema has it"))]
    pub(crate) says: &'static str,
    /// What the bytes beside the request are; none where there must be none.
    pub(crate) body: Option<&'static str>,
    /// Its fields besides `v` and `do`.
    pub(crate) fields: &'static [Field],
}

const fn field(name: &'static str, kind: crate::shape::Kind, says: &'static str) -> Field {
    Field { name, kind, required: true, says }
}

const fn optional(name: &'static str, kind: crate::shape::Kind, says: &'static str) -> Field {
    Field { name, kind, required: false, says }
}

/// The names of the calls.
pub(crate) const ENDPOINTS: &[&str] = &[
    "modify_user_info",
    "get_members",
    "get_online_member_num",
    "add_robots",
    "del_robots",
    "check_members",
    "modify_admin",
    "get_admin_list",
];

/// The calls whose answer tells of accounts what a plan asked.
const CHANGES: &[&str] = &["modify_user_info", "add_robots", "del_robots"];

const KINDS: &[&str] = &["set", "delete", "add-robots", "delete-robots"];

const ENDPOINT: Field = field("endpoint", OneOf(ENDPOINTS), "The call, by the last part of its path.");
const POLICY: Field = optional(
    "policy",
    Policy,
    "Readings of gaps by the names of their fields, over a `profile`; what is not named is read as by default.",
);
const KEY: Field = field("key", Secret, "The secret key of the app, as the console shows it. It is in no reply.");
const SDKAPPID: Field = field("sdkappid", Whole, "The app.");
const IDENTIFIER: Field = field("identifier", Text, "Who calls.");
const NOW: Field = field("now_ms", Time, "The time, in milliseconds since the Unix epoch.");
const USERSIG: Field = field("usersig", Secret, "The signature, as it is or percent-encoded. It is in no reply.");

const INPUT: &[Field] =
    &[field("account", Text, "The account."), optional("marks", List(&Integer), "Its marks; none of robots.")];
const INPUTS: Field =
    field("inputs", List(&Object(INPUT)), "Any number of accounts; one that is named again is merged.");
const CHANGE: Field = field("change", OneOf(KINDS), "What is done.");
const GROUP: Field = field("group", Text, "The group.");
const PER_CALL: Field = optional("accounts_per_call", Whole, "Accounts in a call at most, 1 to 500. Default: 500.");
const PLAN: &[Field] = &[CHANGE, GROUP, INPUTS, PER_CALL];

/// The questions of [`call`](crate::call).
pub(crate) const CALLS: &[Verb] = &[
    Verb { name: "about", says: "Which versions these are.", body: None, fields: &[] },
    Verb {
        name: "check",
        says: "Everything that is wrong with the body of a call, as far as the body shows it, in the order of the precedence.",
        body: Some("the body of the call"),
        fields: &[
            ENDPOINT,
            POLICY,
            optional(
                "want",
                List(&OneOf(&["answer", "because", "notes"])),
                "What more is told: what the service would answer, what that rests on, what is accepted and was surely not meant.",
            ),
        ],
    },
    Verb {
        name: "explain",
        says: "A clause, a gap, an error code, a mark, a call or the precedence in words, with its sources; without a subject, what there is.",
        body: None,
        fields: &[optional(
            "subject",
            Text,
            "The id, name or number; `robots` and `admins` for the calls about them, `precedence` for the order of refusals.",
        )],
    },
    Verb { name: "policy", says: "The gaps, their readings and those in force.", body: None, fields: &[POLICY] },
    Verb {
        name: "usersig_sign",
        says: "Makes a signature.",
        body: None,
        fields: &[
            KEY,
            SDKAPPID,
            IDENTIFIER,
            NOW,
            optional(
                "expire_seconds",
                Whole,
                "For how long it is valid. Default: 15552000 (180 days), as of the vendor's packages.",
            ),
            optional("userbuf", Text, "What the signature carries besides."),
        ],
    },
    Verb {
        name: "usersig_verify",
        says: "Whether the service would take a signature.",
        body: None,
        fields: &[KEY, SDKAPPID, IDENTIFIER, NOW, USERSIG],
    },
    Verb {
        name: "usersig_explain",
        says: "Everything that is wrong with a signature, as far as what is given shows it.",
        body: None,
        fields: &[
            optional("key", Secret, "The secret key of the app. It is in no reply."),
            optional("sdkappid", Whole, "The app."),
            optional("identifier", Text, "Who calls."),
            NOW,
            USERSIG,
        ],
    },
    Verb {
        name: "webhook_parse",
        says: "What a webhook tells, in whatever revision of the documents it was written.",
        body: Some("the body of the webhook"),
        fields: &[],
    },
    Verb {
        name: "webhook_verify",
        says: "Whether the URL of a webhook is the service's, for this app.",
        body: None,
        fields: &[
            field("query", Text, "The query of the URL, with or without `?` in front."),
            SDKAPPID,
            NOW,
            optional(
                "token",
                Secret,
                "The token of the console; without one, `Sign` is not checked. It is in no reply.",
            ),
            optional("window_seconds", Whole, "How far `RequestTime` may be from now. Default: any time."),
        ],
    },
    Verb {
        name: "webhook_build",
        says: "Writes a webhook anew as a revision of the documents has it, and the query of its URL.",
        body: Some("the body of the webhook, in any revision"),
        fields: &[
            optional("revision", OneOf(&["2023", "2024", "newest_en", "newest"]), "The revision. Default: `newest`."),
            SDKAPPID,
            NOW,
            optional("token", Secret, "The token of the console; without one, there is no `Sign`. It is in no reply."),
        ],
    },
    #[cfg(feature = "client")]
    Verb {
        name: "answer",
        says: "What a response says of each account of its request, and what to do about it.",
        body: Some("the body of the response, whatever it is"),
        fields: &[
            field("endpoint", OneOf(CHANGES), "The call, by the last part of its path."),
            field("request", Json, "The body of the request, as it was sent."),
            optional("status", Whole, "The HTTP status. Default: 200."),
            optional("truncated", Flag, "Whether the body is known to have ended too early. Default: `false`."),
        ],
    },
    #[cfg(feature = "client")]
    Verb {
        name: "plan",
        says: "The calls for any number of accounts, each of at most 500; or everything that is wrong with the inputs.",
        body: None,
        fields: &[
            CHANGE,
            GROUP,
            INPUTS,
            PER_CALL,
            optional("want", List(&OneOf(&["bodies"])), "What more is told: the body of each call."),
        ],
    },
];

/// What [`open`](crate::open) opens.
pub(crate) const OPENS: &[Verb] = &[
    #[cfg(feature = "session")]
    Verb {
        name: "session",
        says: "Opens a service with its groups.",
        body: Some("a snapshot; empty to start anew"),
        fields: &[POLICY, optional("key", Secret, "The secret key of the app. It is in no reply.")],
    },
    #[cfg(feature = "client")]
    Verb {
        name: "job",
        says: "Opens a job: the caller without a socket, which says what to send and when, and takes in what came of it.",
        body: Some("the progress of an earlier job of these plans; empty to start anew"),
        fields: &[
            field("plans", List(&Object(PLAN)), "What is to be done: one plan a group, all of one command."),
            SDKAPPID,
            IDENTIFIER,
            optional(
                "key",
                Secret,
                "The secret key of the app, to sign with. It is in no reply. Either `key` or `usersig`.",
            ),
            optional("usersig", Secret, "A signature that was made elsewhere. Either `key` or `usersig`."),
            field("url", Text, "The URL of the service, without a path: `https://adminapisgp.im.qcloud.com`."),
            field("seed", Whole, "A random number, another for each job."),
            optional("in_flight", Whole, "Attempts in flight at a time, at least 1. Default: 1."),
            optional("calls_per_second", Whole, "Calls in any second, evenly spread, at least 1. Default: 200."),
            optional("tries", Whole, "Attempts of a call in all, at least 1. Default: 5."),
            optional("budget_ms", Whole, "Time for all attempts of a call, at least 3001. Default: 30000."),
            optional("try_timeout_ms", Whole, "Time for one attempt, at least 3001. Default: 5000."),
            optional(
                "deadline_ms",
                Time,
                "When the whole job must have ended, in milliseconds since the Unix epoch. Default: never.",
            ),
        ],
    },
];

const AS: Field = optional("as", Text, "Who calls. Default: `administrator`.");
const AT: Field = field("at_ms", Time, "When, in milliseconds since the Unix epoch.");

/// The questions of a session.
pub(crate) const SESSION: &[Verb] = &[
    Verb {
        name: "line",
        says: "Takes in a line of a scenario, and replies as `avmarks replay` does.",
        body: Some("the line, without its line break"),
        fields: &[],
    },
    Verb {
        name: "call",
        says: "Lets a call happen; its query and signature are taken as valid.",
        body: Some("the body of the call"),
        fields: &[ENDPOINT, AT, AS, optional("want", List(&OneOf(&["events"])), "What more is told: what happened.")],
    },
    Verb {
        name: "dry_run",
        says: "What a call would bring, with everything that is wrong with it. Changes nothing.",
        body: Some("the body of the call"),
        fields: &[
            ENDPOINT,
            AT,
            AS,
            optional(
                "want",
                List(&OneOf(&["answer", "because", "omitted", "notes"])),
                "What more is told: what the service would answer, what that rests on, which marks it would leave out, what is accepted and was surely not meant.",
            ),
        ],
    },
    Verb {
        name: "snapshot",
        says: "The whole state, to open a session with later. The key is not in it.",
        body: None,
        fields: &[],
    },
    Verb {
        name: "restore",
        says: "Goes back to a state. The key and the count of lines stay.",
        body: Some("a snapshot"),
        fields: &[],
    },
];

const ID: Field = field("id", Whole, "Which attempt it is: the `id` of what was to be sent.");

/// The questions of a job.
pub(crate) const JOB: &[Verb] = &[
    Verb { name: "poll", says: "What to do next: send a request, wait, or nothing more.", body: None, fields: &[NOW] },
    Verb {
        name: "response",
        says: "Takes in the response to an attempt, whatever it is.",
        body: Some("the body of the response"),
        fields: &[
            ID,
            NOW,
            field("status", Whole, "The HTTP status."),
            optional("truncated", Flag, "Whether the body is known to have ended too early. Default: `false`."),
            optional("retry_after", Text, "The header `Retry-After`. Default: none."),
            optional(
                "content_encoding",
                Text,
                "The header `Content-Encoding`, where the HTTP client did not decode the body. Default: none.",
            ),
        ],
    },
    Verb {
        name: "failure",
        says: "Takes in that an attempt got no response.",
        body: None,
        fields: &[
            ID,
            NOW,
            field(
                "why",
                OneOf(&["not-sent", "unusable", "connection-lost", "timed-out"]),
                "The request did not leave; it never will by this way; the connection ended before the response; no response came in time.",
            ),
            optional("what", Text, "What the HTTP client says. Default: empty."),
        ],
    },
    Verb {
        name: "stop",
        says: "Sends nothing more; what is in flight may still be answered.",
        body: None,
        fields: &[],
    },
    Verb { name: "report", says: "What became of each account so far.", body: None, fields: &[] },
    Verb {
        name: "progress",
        says: "How far the job has come, to open a job with later. It names no account and holds no secret.",
        body: None,
        fields: &[],
    },
];
