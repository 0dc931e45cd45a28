//! What the fuzzers run: one function a target, that takes any bytes and panics only where a property does not hold.
//!
//! The targets of `fuzz/` call these and nothing else; `cargo test` gives them every file of `fuzz/corpus` and
//! `fuzz/regressions`. Each function says what must hold. [`TARGETS`] is the one list of them, and `fuzz/README.md` has its
//! rows.

mod addresses;
mod answers;
mod embed;
mod errors;
mod operations;
mod other_reader;
mod replay;
mod requests;
mod snapshot;
mod usersig;
mod webhooks;

use std::fmt;

use avmarks_generators::operations::small_limits;
use avmarks_rules::{Policy, Terms};
use avmarks_spec::Gap;

pub use addresses::query_and_url;
pub use answers::answers;
pub use embed::embed;
pub use errors::explain_errors;
pub use operations::operations;
pub use replay::replay;
pub use requests::{
    account_list_request, get_members_request, get_online_member_num_request, modify_admin_request,
    modify_user_info_request,
};
pub use snapshot::snapshot;
pub use usersig::usersig;
pub use webhooks::webhooks;

/// A fuzz target.
#[derive(Clone, Copy, Debug)]
pub struct Target {
    /// Its name: of the function, the file, the folder of its corpus.
    pub name: &'static str,
    /// What must hold, in a sentence.
    pub property: &'static str,
    /// What its bytes are.
    pub input: &'static str,
    /// What is run.
    pub body: fn(&[u8]),
}

/// Every target, by name.
pub const TARGETS: &[Target] = &[
    Target {
        name: "account_list_request",
        property: "What `get_members_request` says, of the request that adds or deletes robots or checks accounts; the three calls find the same at the same places.",
        input: "JSON; behind the last NUL readings of the policy",
        body: account_list_request,
    },
    Target {
        name: "answers",
        property: "An answer or envelope that is read is written so that it is read alike, and what we write stays as it is byte for byte; the envelope can be read wherever the answer can, and says the same; both readers of an answer say the same.",
        input: "JSON",
        body: answers,
    },
    Target {
        name: "embed",
        property: "Whatever is asked of the API as text, the reply is JSON in one line and of its form, no reply reports a bug of the library, and the same questions have the same replies.",
        input: "requests and bodies by turns, cut at NUL",
        body: embed,
    },
    Target {
        name: "explain_errors",
        property: "Whatever is wrong with whatever input, the message is one line of bounded length without control or invisible characters, and holds no secret.",
        input: "text, read as everything there is to read; behind the last NUL a secret",
        body: explain_errors,
    },
    Target {
        name: "get_members_request",
        property: "A request of the list is read just where its draft shows no error, and says what that says; it is written so that it is read alike, byte for byte; preflight says the same of the bytes and of the value written anew.",
        input: "JSON; behind the last NUL readings of the policy",
        body: get_members_request,
    },
    Target {
        name: "get_online_member_num_request",
        property: "The same of the requests that name a group and nothing else; both calls find the same.",
        input: "JSON; behind the last NUL readings of the policy",
        body: get_online_member_num_request,
    },
    Target {
        name: "modify_admin_request",
        property: "The same of the request that sets administrators.",
        input: "JSON; behind the last NUL readings of the policy",
        body: modify_admin_request,
    },
    Target {
        name: "modify_user_info_request",
        property: "The same of the request that sets marks; it is read just where serde's derived types are, and alike; both readers say the same; its preflight as bytes is the preflight of the value that never was bytes.",
        input: "JSON; behind the last NUL readings of the policy",
        body: modify_user_info_request,
    },
    Target {
        name: "operations",
        property: "A whole service answers any run of operations, under any readings, as the naive oracle and the rules alone do; a dry run predicts it; no limit is passed; a refusal changes nothing; a snapshot and restore before any step is not noticed.",
        input: "where to restore, in a byte, and a `Run` of `avmarks-generators`",
        body: operations,
    },
    Target {
        name: "query_and_url",
        property: "What we build of a URL, a query or a webhook's query we read back equal; what is read is written so that it is read alike; what is printed does not depend on the signature.",
        input: "text: a base, a path, a query, each in a line",
        body: query_and_url,
    },
    Target {
        name: "replay",
        property: "Service and naive oracle take the same lines of a scenario for valid, and answer each alike.",
        input: "text: a scenario, a line each",
        body: replay,
    },
    Target {
        name: "snapshot",
        property: "What is restored, from whatever bytes, is written so that it is restored alike, and both go on alike, into a state that can be restored again.",
        input: "JSON: a snapshot, tampered with; or from a first byte below 8 on, edits and a `Run`",
        body: snapshot,
    },
    Target {
        name: "usersig",
        property: "A signature that was changed in its text, its packing or its JSON is refused, or says just what was signed; no other key takes it; the explanation has the code of the verdict, and shows neither key nor signature.",
        input: "what is signed, and edits, by `Unstructured`; or from a first byte of 128 on, any text",
        body: usersig,
    },
    Target {
        name: "webhooks",
        property: "A webhook that is read is written in every revision so that it is read again and stays as it is; the newest lose nothing; just one of the four kinds reads it.",
        input: "JSON",
        body: webhooks,
    },
];

/// The bytes before the last NUL, a policy with the readings that follow it, and limits: the small ones where there is a NUL,
/// the documented ones where there is none.
fn judged(bytes: &[u8]) -> (&[u8], Terms) {
    match split_at_last_nul(bytes) {
        (body, Some(readings)) => {
            (body, Terms { policy: policy(readings), limits: small_limits(), ..Terms::default() })
        }
        (body, None) => (body, Terms::default()),
    }
}

/// The bytes before the last NUL, and those behind it.
fn split_at_last_nul(bytes: &[u8]) -> (&[u8], Option<&[u8]>) {
    let at = bytes.iter().rposition(|byte| *byte == 0);
    match at.and_then(|at| bytes.split_at_checked(at)) {
        Some((before, behind)) => (before, behind.get(1..)),
        None => (bytes, None),
    }
}

/// The policy in which each pair of bytes says which gap is read, and how; each is an index modulo what there is.
fn policy(readings: &[u8]) -> Policy {
    let mut policy = Policy::default();
    for pair in readings.chunks_exact(2) {
        let [gap, reading] = pair else { continue };
        let Some(gap) = Gap::ALL.get(usize::from(*gap) % Gap::ALL.len()) else { continue };
        let row = gap.readings().get(usize::from(*reading) % gap.readings().len().max(1));
        let set = row.map(|row| policy.set(*gap, row.name));
        assert!(set.is_none_or(|set| set.is_ok()), "{gap} has no reading {row:?}");
    }
    policy
}

/// The most characters that a message may have.
const MESSAGE_CHARACTERS_MAX: usize = 1_200;

/// Says that a message is one line for people: not empty, not without end, and nothing in it that cannot be seen.
fn assert_is_a_line(message: &impl fmt::Display) {
    let message = message.to_string();
    let unseen = |c: char| {
        c.is_control()
            || matches!(c, '\u{200b}'..='\u{200f}' | '\u{2028}'..='\u{202e}' | '\u{2060}'..='\u{206f}' | '\u{feff}')
    };
    assert!(!message.is_empty(), "an empty message");
    assert!(!message.contains(unseen), "a message that is no plain line: {message:?}");
    let characters = message.chars().count();
    assert!(characters <= MESSAGE_CHARACTERS_MAX, "a message of {characters} characters: {message}");
}
