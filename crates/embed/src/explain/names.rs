//! How subjects are named.

use avmarks_protocol::Endpoint;

/// The prefix of the id of a gap.
pub const GAP: &str = "gap:";

/// The calls that belong together, by a name.
pub const TOPICS: [(&str, &[Endpoint]); 2] = [
    ("robots", &[Endpoint::AddRobots, Endpoint::DelRobots]),
    ("admins", &[Endpoint::ModifyAdmin, Endpoint::GetAdminList]),
];

/// The text as far as it counts: no case, no hyphens and underscores, no `gap:` in front.
#[must_use]
pub fn plain(text: &str) -> String {
    let text = text.to_lowercase();
    text.strip_prefix(GAP).unwrap_or(&text).replace(['-', '_'], "")
}
