//! The preset types of groups.

crate::named_enum! {
    /// A preset group type, with its name on the wire. Source: 1047/33529; the older names are those of 1047/50294, applicable group types.
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
        Private = "Private",
        /// `Public`.
        Public = "Public",
        /// `ChatRoom`, called Meeting in newer versions.
        ChatRoom = "ChatRoom",
        /// `AVChatRoom`, the audio-video group.
        #[default]
        AvChatRoom = "AVChatRoom",
        /// `Community`.
        Community = "Community",
    }
}

impl GroupType {
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
