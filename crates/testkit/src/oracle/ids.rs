//! Which ids and marks are well formed.

use avmarks_spec::Gap;
use avmarks_spec::readings::AccountId;

use super::policy::Policy;

/// Mark 500: pinned online.
pub(super) const PIN: u32 = 500;

/// Mark 600: hidden from the list.
pub(super) const HIDE: u32 = 600;

/// `gap:group-id`: 1 to 48 bytes of printable ASCII.
pub(super) fn is_group_id(text: &str) -> bool {
    (1..=48).contains(&text.len()) && text.bytes().all(is_printable)
}

/// `gap:account-id`: 1 to 32 bytes of printable ASCII; or of letters, digits, underscore and hyphen; or of any UTF-8.
pub(super) fn is_account_id(text: &str, policy: &Policy) -> bool {
    let characters_fit = match policy.reading(Gap::AccountId, AccountId::from_name) {
        AccountId::Utf8 => true,
        AccountId::Identifier => text.bytes().all(|byte| byte.is_ascii_alphanumeric() || byte == b'_' || byte == b'-'),
        _ => text.bytes().all(is_printable),
    };
    (1..=32).contains(&text.len()) && characters_fit
}

/// `MARK-RANGE`: the mark of this integer, if it is 500, 600, or from 1,000 to 4,294,967,295 (`gap:mark-max`).
pub(super) fn mark(integer: &str) -> Option<u32> {
    integer.parse().ok().filter(|mark| is_special(*mark) || *mark >= 1_000)
}

/// Whether it is 500 or 600; every other mark is a custom mark.
pub(super) fn is_special(mark: u32) -> bool {
    mark == PIN || mark == HIDE
}

fn is_printable(byte: u8) -> bool {
    (0x20..=0x7e).contains(&byte)
}
