//! The preset types of groups.

use core::fmt;

/// A preset group type. Source: 1047/33529; the older names are those of 1047/50294, applicable group types.
///
/// ```
/// use avmarks_spec::GroupType;
///
/// assert_eq!(GroupType::from_name("Work"), Some(GroupType::Private));
/// assert!(GroupType::AvChatRoom.has_marks() && !GroupType::Public.has_marks());
/// ```
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash)]
#[non_exhaustive]
pub enum GroupType {
    /// `Private`, called Work in newer versions.
    Private,
    /// `Public`.
    Public,
    /// `ChatRoom`, called Meeting in newer versions.
    ChatRoom,
    /// `AVChatRoom`, the audio-video group.
    #[default]
    AvChatRoom,
    /// `Community`.
    Community,
}

impl GroupType {
    /// Every type.
    pub const ALL: &'static [Self] = &[Self::Private, Self::Public, Self::ChatRoom, Self::AvChatRoom, Self::Community];

    /// The name on the wire.
    #[must_use]
    pub const fn name(self) -> &'static str {
        match self {
            Self::Private => "Private",
            Self::Public => "Public",
            Self::ChatRoom => "ChatRoom",
            Self::AvChatRoom => "AVChatRoom",
            Self::Community => "Community",
        }
    }

    /// The type of this name; `Work` and `Meeting` are the newer names of `Private` and `ChatRoom`.
    #[must_use]
    pub fn from_name(name: &str) -> Option<Self> {
        match name {
            "Work" => Some(Self::Private),
            "Meeting" => Some(Self::ChatRoom),
            _ => Self::ALL.iter().copied().find(|kind| kind.name() == name),
        }
    }

    /// Whether members of such a group can have marks (`GROUP-TYPE`).
    #[must_use]
    pub const fn has_marks(self) -> bool {
        matches!(self, Self::AvChatRoom)
    }
}

impl fmt::Display for GroupType {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.name())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn two_group_types_have_a_newer_name() {
        for kind in GroupType::ALL {
            assert_eq!(GroupType::from_name(kind.name()), Some(*kind));
        }
        assert_eq!(GroupType::from_name("Work"), Some(GroupType::Private));
        assert_eq!(GroupType::from_name("Meeting"), Some(GroupType::ChatRoom));
        assert_eq!(GroupType::from_name("avchatroom"), None);
    }
}
