//! Signatures are made and checked.

use avmarks_spec::Clause;

use super::case;
use crate::case::Level::{Must, Should};
use crate::case::{Basis, Case, Damage, Expect, Level, Question, Signature};
use crate::test_app::{APP, IDENTIFIER, KEY};

const DAY: u64 = 86_400;

/// Another key of the same form.
const OTHER_KEY: &str = "0000000000000000000000000000000000000000000000000000000000000000";

/// The id, what it is, the identifier, the validity in seconds, the userbuf.
type MadeRow = (&'static str, Level, &'static str, &'static str, u64, Option<&'static [u8]>);

pub(super) fn cases() -> Vec<Case> {
    let basis = Basis::clause(Clause::UserSig);
    let made: [MadeRow; 9] = [
        ("plain", Must, "a signature for a day", IDENTIFIER, DAY, None),
        (
            "180-days",
            Must,
            "a signature for 180 days, as the vendor's packages default to",
            IDENTIFIER,
            180 * DAY,
            None,
        ),
        ("one-second", Should, "a signature for one second", IDENTIFIER, 1, None),
        ("long", Must, "a signature for an identifier of 32 bytes", "abcdefghijklmnopqrstuvwxyz_-0123", DAY, None),
        ("digits", Must, "a signature for an identifier of digits, as a string", "0010", DAY, None),
        ("quoted", Should, "a signature for an identifier with characters that JSON escapes", "a\"b\\c", DAY, None),
        ("not-ascii", Should, "a signature for an identifier beyond ASCII", "\u{5f20}\u{1f600}", DAY, None),
        ("userbuf", Should, "a signature with a userbuf", IDENTIFIER, DAY, Some(b"\x00\xffroom")),
        ("userbuf-empty", Should, "a signature with an empty userbuf", IDENTIFIER, DAY, Some(b"")),
    ];
    let made = made.into_iter().map(|(id, level, what, identifier, expire_seconds, userbuf)| {
        let question = Question::UserSigMake {
            identifier: identifier.to_owned(),
            expire_seconds,
            userbuf: userbuf.map(<[u8]>::to_vec),
        };
        let description = format!("{what} is one that the service takes, and needs no encoding in a URL");
        case(&format!("usersig/make/{id}"), level, basis, &description, question, Expect::Token)
    });

    let valid = || Signature {
        identifier: IDENTIFIER.to_owned(),
        app: APP,
        key: KEY,
        age_seconds: 60,
        expire_seconds: DAY,
        damage: Damage::None,
    };
    let of = |identifier: &str| Signature { identifier: identifier.to_owned(), ..valid() };
    let taken = |id, what, signature| (id, format!("a signature of {what} is accepted"), signature, true);
    let refused = |id, what, signature| (id, format!("{what} is refused"), signature, false);
    let read = [
        taken("valid", "today", valid()),
        taken("old", "179 days for 180", Signature { age_seconds: 179 * DAY, expire_seconds: 180 * DAY, ..valid() }),
        refused("expired", "a signature that has expired", Signature { age_seconds: 2 * DAY, ..valid() }),
        refused(
            "just-expired",
            "a signature that expired ten seconds ago",
            Signature { age_seconds: DAY + 10, ..valid() },
        ),
        refused("other-user", "a signature of another user", of("somebody")),
        refused("other-case", "a signature of a user in other letters", of("Administrator")),
        refused("other-app", "a signature of another app", Signature { app: APP + 1, ..valid() }),
        refused("other-key", "a signature made with another key", Signature { key: OTHER_KEY, ..valid() }),
        refused("cut", "a signature that ends too early", Signature { damage: Damage::Cut, ..valid() }),
        refused("no-signature", "text that is not a signature", Signature { damage: Damage::Replaced, ..valid() }),
        refused("empty", "an empty text", Signature { damage: Damage::Empty, ..valid() }),
    ];
    let read = read.into_iter().map(|(id, description, signature, accepted)| {
        let question = Question::UserSigRead { signature, identifier: IDENTIFIER.to_owned() };
        case(&format!("usersig/read/{id}"), Must, basis, &description, question, Expect::Accepted(accepted))
    });
    made.chain(read).collect()
}
