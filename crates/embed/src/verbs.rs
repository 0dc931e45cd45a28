//! Every question, with its fields: the one list of them.

use crate::shape::Field;
use crate::shape::Kind::{Flag, Integer, Json, List, Object, OneOf, Policy, Secret, Text, Time, Whole};

/// A question.
#[derive(Debug)]
pub(crate) struct Verb {
    pub(crate) name: &'static str,
    #[cfg_attr(not(test), expect(dead_code, reason = "the schema has it"))]
    pub(crate) description: &'static str,
    /// What the body of the request is; none if there must be no body.
    pub(crate) body: Option<&'static str>,
    /// Its fields besides `v` and `do`.
    pub(crate) fields: &'static [Field],
}

const fn field(name: &'static str, kind: crate::shape::Kind, description: &'static str) -> Field {
    Field { name, kind, required: true, description }
}

const fn optional(name: &'static str, kind: crate::shape::Kind, description: &'static str) -> Field {
    Field { name, kind, required: false, description }
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

/// The calls whose answer has the result of each account of a plan.
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
const IDENTIFIER: Field = field("identifier", Text, "The caller.");
const NOW: Field = field("now_ms", Time, "The time, in milliseconds since the Unix epoch.");
const USERSIG: Field = field("usersig", Secret, "The signature, as it is or percent-encoded. It is in no reply.");

const INPUT: &[Field] =
    &[field("account", Text, "The account."), optional("marks", List(&Integer), "Its marks; absent for robots.")];
const INPUTS: Field =
    field("inputs", List(&Object(INPUT)), "Any number of accounts; entries of the same account are merged.");
const CHANGE: Field = field("change", OneOf(KINDS), "The kind of the change.");
const GROUP: Field = field("group", Text, "The group.");
const PER_CALL: Field = optional("accounts_per_call", Whole, "Accounts in a call at most, 1 to 500. Default: 500.");
const PLAN: &[Field] = &[CHANGE, GROUP, INPUTS, PER_CALL];

/// The questions of [`call`](crate::call).
pub(crate) const CALLS: &[Verb] = &[
    Verb { name: "about", description: "The versions.", body: None, fields: &[] },
    Verb {
        name: "check",
        description: "All violations of the body of a call that need no state, in the order of the precedence.",
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
        description: "A clause, a gap, an error code, a mark, a call or the precedence in words, with its sources; without a subject, the list of subjects.",
        body: None,
        fields: &[optional(
            "subject",
            Text,
            "The id, name or number; `robots` and `admins` for the calls about them, `precedence` for the order of refusals.",
        )],
    },
    Verb {
        name: "policy",
        description: "The gaps, their readings and the readings in force.",
        body: None,
        fields: &[POLICY],
    },
    Verb {
        name: "usersig_sign",
        description: "Makes a signature.",
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
            optional("userbuf", Text, "Further data in the signature."),
        ],
    },
    Verb {
        name: "usersig_verify",
        description: "Whether the service would accept a signature.",
        body: None,
        fields: &[KEY, SDKAPPID, IDENTIFIER, NOW, USERSIG],
    },
    Verb {
        name: "usersig_explain",
        description: "All problems of a signature that can be found with the given fields.",
        body: None,
        fields: &[
            optional("key", Secret, "The secret key of the app. It is in no reply."),
            optional("sdkappid", Whole, "The app."),
            optional("identifier", Text, "The caller."),
            NOW,
            USERSIG,
        ],
    },
    Verb {
        name: "webhook_parse",
        description: "The content of a webhook, in any revision of the documents.",
        body: Some("the body of the webhook"),
        fields: &[],
    },
    Verb {
        name: "webhook_verify",
        description: "Whether the service made the URL of a webhook, for this app.",
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
        description: "The same webhook in the form of a revision of the documents, and the query of its URL.",
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
        description: "The result of each account of a request by its response, and the next action.",
        body: Some("the body of the response, of any kind"),
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
        description: "The calls for any number of accounts, each of at most 500; or all errors in the inputs.",
        body: None,
        fields: &[
            CHANGE,
            GROUP,
            INPUTS,
            PER_CALL,
            optional("want", List(&OneOf(&["bodies"])), "Further fields: the body of each call."),
        ],
    },
];

/// What [`open`](crate::open) opens.
pub(crate) const OPENS: &[Verb] = &[
    #[cfg(feature = "session")]
    Verb {
        name: "session",
        description: "Opens a service with its groups.",
        body: Some("a snapshot; empty for a new state"),
        fields: &[POLICY, optional("key", Secret, "The secret key of the app. It is in no reply.")],
    },
    #[cfg(feature = "client")]
    Verb {
        name: "job",
        description: "Opens a job: the caller without a socket. It says what to send and when, and takes the results.",
        body: Some("the progress of an earlier job of these plans; empty for a new job"),
        fields: &[
            field("plans", List(&Object(PLAN)), "The plans: one for each group, all of one command."),
            SDKAPPID,
            IDENTIFIER,
            optional(
                "key",
                Secret,
                "The secret key of the app, to sign with. It is in no reply. Either `key` or `usersig`.",
            ),
            optional("usersig", Secret, "A given signature. Either `key` or `usersig`."),
            field("url", Text, "The URL of the service, without a path: `https://adminapisgp.im.qcloud.com`."),
            field("seed", Whole, "A random number, a different one for each job."),
            optional("in_flight", Whole, "Attempts in flight at a time, at least 1. Default: 1."),
            optional("calls_per_second", Whole, "Calls in any second, evenly spread, at least 1. Default: 200."),
            optional("attempts", Whole, "Maximum number of attempts of a call, at least 1. Default: 5."),
            optional("budget_ms", Whole, "Time for all attempts of a call, at least 3001. Default: 30000."),
            optional("attempt_timeout_ms", Whole, "Time for one attempt, at least 3001. Default: 5000."),
            optional(
                "deadline_ms",
                Time,
                "When the whole job must have ended, in milliseconds since the Unix epoch. Default: never.",
            ),
        ],
    },
];

const AS: Field = optional("as", Text, "Who calls. Default: `administrator`.");
const AT: Field = field("at_ms", Time, "The time, in milliseconds since the Unix epoch.");

/// The questions of a session.
pub(crate) const SESSION: &[Verb] = &[
    Verb {
        name: "line",
        description: "Applies a line of a scenario, and replies like `avmarks replay`.",
        body: Some("the line, without its line break"),
        fields: &[],
    },
    Verb {
        name: "call",
        description: "Makes a call; its query and signature count as valid.",
        body: Some("the body of the call"),
        fields: &[ENDPOINT, AT, AS, optional("want", List(&OneOf(&["events"])), "Further fields: the events.")],
    },
    Verb {
        name: "dry_run",
        description: "The answer to a call, with all violations. Changes nothing.",
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
        description: "The whole state, with which a later session can start. It does not contain the key.",
        body: None,
        fields: &[],
    },
    Verb {
        name: "restore",
        description: "Replaces the state. The key and the count of lines do not change.",
        body: Some("a snapshot"),
        fields: &[],
    },
];

const ID: Field = field("id", Whole, "The attempt: the `id` of the step `send`.");

/// The questions of a job.
pub(crate) const JOB: &[Verb] = &[
    Verb { name: "poll", description: "The next step: send a request, wait, or done.", body: None, fields: &[NOW] },
    Verb {
        name: "response",
        description: "Takes the response to an attempt, of any kind.",
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
        description: "Records that an attempt got no response.",
        body: None,
        fields: &[
            ID,
            NOW,
            field(
                "why",
                OneOf(&["not-sent", "unusable", "connection-lost", "timed-out"]),
                "The request did not leave; it never will by this way; the connection ended before the response; no response came in time.",
            ),
            optional("what", Text, "The message of the HTTP client. Default: empty."),
        ],
    },
    Verb {
        name: "stop",
        description: "Sends no more calls; calls in flight may still be answered.",
        body: None,
        fields: &[],
    },
    Verb { name: "report", description: "The result of each account so far.", body: None, fields: &[] },
    Verb {
        name: "progress",
        description: "The progress of the job, with which a later job can continue. It contains no account and no secret.",
        body: None,
        fields: &[],
    },
];
