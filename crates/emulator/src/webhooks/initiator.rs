//! Who makes members join and leave.

/// Who makes members join and leave; webhooks distinguish the first two.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(crate) enum Initiator {
    /// The members themselves: `Apply` and `Quit`.
    #[default]
    Member,
    /// An app admin: `Invited` and `Kicked`.
    Admin,
    /// The calls that import groups and members, which cause no webhook (1047/34967, 34969).
    Import,
}
