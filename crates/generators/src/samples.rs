//! Group ids, accounts and marks at the edges of what is allowed, the simplest first.

use crate::choices::Choices;

/// The special marks and ten custom ones, so that no request names more than a group can have.
pub(crate) const MARKS: [i64; 12] =
    [1_000, 1_001, 1_002, 500, 600, 1_003, 9_999, 65_536, 2_147_483_647, 2_147_483_648, 4_294_967_294, 4_294_967_295];

pub(crate) fn mark(choices: &mut Choices<'_>) -> i64 {
    choices.pick(&MARKS)
}

/// 1 to 48 bytes of printable ASCII (`gap:group-id`).
pub(crate) fn group_id(choices: &mut Choices<'_>) -> &'static str {
    choices.pick(&[
        "g",
        "@TGS#a6I4ZUUGO",
        "@TGS#_@TGS#c1",
        " ",
        "~",
        "0",
        "a \"quoted\" \\ /group/ {},[]:",
        "012345678901234567890123456789012345678901234567",
    ])
}

/// 1 to 32 bytes of printable ASCII (`gap:account-id`).
pub(crate) fn account(choices: &mut Choices<'_>) -> &'static str {
    choices.pick(&[
        "u1",
        "u2",
        "u3",
        "u4",
        "teacher10",
        "student9",
        "administrator",
        "U1",
        "0",
        " ",
        "~",
        "st r",
        "a\"b\\c/d'{}[]",
        "-_-",
        "null",
        "01234567890123456789012345678901",
    ])
}

/// Texts that are no group id: empty, a byte too long, and with characters that are not allowed.
pub(crate) fn no_group_id(choices: &mut Choices<'_>) -> &'static str {
    choices.pick(&[
        "",
        "gr\u{f6}up",
        "0123456789012345678901234567890123456789012345678",
        "g\n",
        "\u{7f}",
        "g\0",
        "\u{7fa4}",
    ])
}

/// Texts that are no user id, among them some whose characters or UTF-16 units are few enough.
pub(crate) fn no_account(choices: &mut Choices<'_>) -> &'static str {
    choices.pick(&[
        "",
        "\u{e9}",
        "\u{5f20}\u{4e09}",
        "\u{1f600}",
        "012345678901234567890123456789012",
        "u\n1",
        "\t",
        "u1\0",
        "\u{7f}",
        "\u{200b}",
    ])
}
