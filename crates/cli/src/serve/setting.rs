//! The settings of `avmarks serve`: each with the name that its option, variable and key are made of.

use std::fmt;

macro_rules! settings {
    ($( $setting:ident $name:literal $many:literal )*) => {
        /// A setting.
        #[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
        pub(super) enum Setting { $( $setting, )* }

        impl Setting {
            pub(super) const ALL: &'static [Self] = &[ $( Self::$setting, )* ];

            /// The key in the file.
            pub(super) const fn name(self) -> &'static str {
                match self { $( Self::$setting => $name, )* }
            }

            /// Whether there may be several values.
            pub(super) const fn is_list(self) -> bool {
                match self { $( Self::$setting => $many, )* }
            }
        }
    };
}

settings! {
    Listen "listen" false
    Port "port" false
    Group "group" true
    Seed "seed" false
    Stub "stub" true
    StubUnknown "stub_unknown" false
    Strict "strict" false
    CaDir "ca_dir" false
    Data "data" false
    DataRepair "data_repair" false
    Sdkappid "sdkappid" false
    Admin "admin" true
    KeyFile "key_file" false
    MarksSupported "marks_supported" false
    OnlineListEnabled "online_list_enabled" false
    Policy "policy" false
    Reading "reading" true
    Limit "limit" true
    Clock "clock" false
    WebhookUrl "webhook_url" false
    WebhookTokenFile "webhook_token_file" false
    WebhookTrusted "webhook_trusted" false
    WebhookRevision "webhook_revision" false
    WebhookRetries "webhook_retries" false
    WebhookDuplicate "webhook_duplicate" false
    WebhookReorder "webhook_reorder" false
    WebhookDelayMs "webhook_delay_ms" false
    WebhookSeed "webhook_seed" false
    ProxiedHost "proxied_host" true
    ControlHost "control_host" true
    ConnectionsMax "connections_max" false
    HeadBytesMax "head_bytes_max" false
    HeadTimeout "head_timeout" false
    BodyTimeout "body_timeout" false
    StopTimeout "stop_timeout" false
    GroupsMax "groups_max" false
    MembersMax "members_max" false
    LogEntriesMax "log_entries_max" false
    JournalBytesMax "journal_bytes_max" false
    Log "log" false
    LogLevel "log_level" false
}

impl Setting {
    /// Whether it says how webhooks go out.
    pub(super) fn is_of_webhooks(self) -> bool {
        self.name().starts_with("webhook_")
    }

    /// The option, with its hyphens.
    pub(super) fn flag(self) -> String {
        format!("--{}", self.name().replace('_', "-"))
    }

    /// The variable of the environment.
    pub(super) fn variable(self) -> String {
        format!("AVMARKS_{}", self.name().to_uppercase())
    }
}

impl fmt::Display for Setting {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.name())
    }
}
