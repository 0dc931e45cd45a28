//! The webhooks that can be switched on, each by its command.

avmarks_spec::named_enum! {
    /// A webhook, by its command. The console has a switch for each (1047/34520). The name is the `CallbackCommand`.
    ///
    /// ```
    /// use avmarks_emulator::WebhookEvent;
    ///
    /// let event = WebhookEvent::from_name("Group.CallbackBeforeSendMsg").unwrap();
    /// assert!(event.is_before() && !WebhookEvent::DEFAULT.contains(&event));
    /// assert_eq!(WebhookEvent::from_name("State.StateChange"), None);
    /// ```
    #[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
    #[non_exhaustive]
    pub enum WebhookEvent {
        /// Users have joined. Source: 1047/34372.
        AfterMemberJoin = "Group.CallbackAfterNewMemberJoin",
        /// Members have left, or were removed. Source: 1047/34373.
        AfterMemberExit = "Group.CallbackAfterMemberExit",
        /// A group was destroyed. Source: 1047/34377.
        AfterGroupDestroyed = "Group.CallbackAfterGroupDestroyed",
        /// Members of an audio-video group went offline or came back. Source: 1047/48734.
        MemberStateChange = "Group.CallbackOnMemberStateChange",
        /// A group is about to be created: the call waits for the answer, which may refuse it. Source: 1047/34368.
        BeforeCreateGroup = "Group.CallbackBeforeCreateGroup",
        /// A group was created. Source: 1047/34369.
        AfterCreateGroup = "Group.CallbackAfterCreateGroup",
        /// A user is about to join: the `join` of the control API waits for the answer, which may refuse it. Source: 1047/34370.
        BeforeApplyJoin = "Group.CallbackBeforeApplyJoinGroup",
        /// A message to a group is about to be sent: the call waits for the answer, which may refuse, discard or change it. Source:
        /// 1047/34374.
        BeforeGroupMessage = "Group.CallbackBeforeSendMsg",
        /// A message was sent to a group. Source: 1047/34375.
        AfterGroupMessage = "Group.CallbackAfterSendMsg",
        /// A message to an account is about to be sent: the call waits for the answer, which may refuse, discard or change it. Source:
        /// 1047/34364.
        BeforeDirectMessage = "C2C.CallbackBeforeSendMsg",
        /// A message was sent to an account. Source: 1047/34365.
        AfterDirectMessage = "C2C.CallbackAfterSendMsg",
    }
}

impl WebhookEvent {
    /// Those that are on by default: the four about members and presence.
    pub const DEFAULT: &'static [Self] =
        &[Self::AfterMemberJoin, Self::AfterMemberExit, Self::AfterGroupDestroyed, Self::MemberStateChange];

    /// The webhook of this [command](Self::name).
    #[must_use]
    pub fn from_name(name: &str) -> Option<Self> {
        Self::ALL.iter().copied().find(|event| event.name() == name)
    }

    /// Whether a call waits for its answer.
    #[must_use]
    pub const fn is_before(self) -> bool {
        matches!(
            self,
            Self::BeforeCreateGroup | Self::BeforeApplyJoin | Self::BeforeGroupMessage | Self::BeforeDirectMessage
        )
    }
}
