//! What the fuzzers run: one function per target, which takes any bytes and panics only if a property is violated.
//!
//! The targets of `fuzz/` call these and nothing else; `cargo test` gives them every file of `fuzz/corpus` and
//! `fuzz/regressions`. Each function states its property. [`TARGETS`] is the one list of them, and `fuzz/README.md` has its
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
    /// The property, as a sentence.
    pub property: &'static str,
    /// What its bytes are.
    pub input: &'static str,
    /// What is run.
    pub body: fn(&[u8]),
}

/// Declares the targets: what is run, the property, what the bytes are.
macro_rules! targets {
    ($( $body:ident $property:literal $input:literal )*) => {
        /// Every target, by name.
        pub const TARGETS: &[Target] =
            &[ $( Target { name: stringify!($body), property: $property, input: $input, body: $body }, )* ];
    };
}

targets! {
    account_list_request
        "As `get_members_request`, for the request that adds or deletes robots or checks accounts; the three calls find the same errors at the same paths."
        "JSON; after the last NUL, readings of the policy"
    answers
        "Parsing and writing an answer or envelope is a round trip, byte for byte for our own output; if the answer can be parsed, so can its envelope, with the same values; both parsers of an answer agree."
        "JSON"
    embed
        "For any request to the text API, the reply is one line of JSON with the documented fields, no reply reports a bug of the library, and equal requests have equal replies."
        "requests and bodies in turn, separated by NUL"
    explain_errors
        "Every error message is one line of bounded length without control or invisible characters, and contains no secret."
        "text, parsed by every parser; after the last NUL, a secret"
    get_members_request
        "A request of the list can be parsed exactly if its draft has no error, with the same values; writing and parsing it is a round trip, byte for byte; preflight finds the same in the bytes and in the rewritten value."
        "JSON; after the last NUL, readings of the policy"
    get_online_member_num_request
        "The same for the requests that name only a group; both calls find the same errors."
        "JSON; after the last NUL, readings of the policy"
    modify_admin_request
        "The same for the request that sets administrators."
        "JSON; after the last NUL, readings of the policy"
    modify_user_info_request
        "The same for the request that sets marks; derived serde types accept the same bodies with the same values; both parsers agree; preflight finds the same in the bytes and in the value."
        "JSON; after the last NUL, readings of the policy"
    operations
        "For any run of operations and any readings, the service, the naive oracle and the rules alone give the same answers; a dry run predicts them; no limit is exceeded; a refusal changes nothing; a snapshot and restore before any step changes nothing."
        "the step of the restore, as one byte, and a `Run` of `avmarks-generators`"
    query_and_url
        "Building and parsing a URL, a query or the query of a webhook is a round trip, in both directions; printed text does not depend on the signature."
        "text: a base, a path and a query, in one line each"
    replay
        "Service and naive oracle accept the same lines of a scenario, and give the same answers."
        "text: a scenario"
    snapshot
        "A state that was restored from any bytes can be written and restored again; both states then give the same answers, and can be restored afterwards."
        "JSON: a modified snapshot; or, with a first byte below 8, edits and a `Run`"
    usersig
        "A signature whose text, encoding or JSON was changed is refused, or still has the signed content; no other key accepts it; the explanation has the code of the verdict, and shows neither key nor signature."
        "the signed content and edits, by `Unstructured`; or, with a first byte from 128 on, any text"
    webhooks
        "A parsed webhook can be written in every revision and parsed again, after which it is stable; the newest revisions lose nothing; exactly one of the four kinds can parse it."
        "JSON"
}

/// The bytes before the last NUL, a policy with the readings that follow it, and limits: the small ones if there is a NUL,
/// the documented ones if there is none.
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
