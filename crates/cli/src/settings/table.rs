//! The settings of `avmarks send`, `avmarks serve` and `avmarks keep`: a row for each.

use avmarks_emulator::protocol::webhook::Revision;
use avmarks_emulator::{Settings as EmulatorSettings, WebhookEvent};
use avmarks_protocol::region::Region;
use avmarks_rules::PROFILES;
use avmarks_spec::{Limits, Timestamp};

/// A command that has settings.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Command {
    Send,
    Serve,
    Keep,
}

/// The type of the value of a setting.
#[derive(Clone, Copy, Debug)]
pub(crate) enum Kind {
    App,
    /// A user id, under the reading of `gap:account-id` in force.
    Account,
    Group,
    Url,
    Proxy,
    File,
    Folder,
    Integer {
        least: u64,
        most: u64,
    },
    /// One of these names.
    Name(fn() -> Vec<&'static str>),
    /// `true` or `false`; the option takes no value, and is `true`.
    Flag,
    /// An IP address, or `localhost`.
    Address,
    /// Any text that is not empty.
    Text,
    /// The URL that webhooks are sent to, which the emulator checks.
    WebhookUrl,
    Reading,
    /// `LIMIT=N`.
    Limit,
    /// `PATH=FILE`.
    Stub,
    /// A host, `*.` and the end of one, or `*`.
    HostPattern,
    Host,
    /// A key or a signature, which only a variable of the environment may hold: whoever lists processes, or is given the
    /// file, would see it.
    Secret,
}

/// A row of the table.
#[derive(Debug)]
pub(crate) struct Row {
    /// Those that have it.
    pub(crate) commands: &'static [Command],
    /// The key in the file; the option and the variable are made of it.
    pub(crate) name: &'static str,
    pub(crate) kind: Kind,
    /// Whether it may have several values.
    pub(crate) is_list: bool,
    /// The value if none is given. Those of `serve` are the emulator's own; its texts name them.
    pub(crate) default: Option<&'static str>,
    /// The name of the value in the help.
    pub(crate) value: &'static str,
    pub(crate) heading: Option<&'static str>,
    pub(crate) help: &'static str,
}

impl Row {
    const fn new(
        commands: &'static [Command],
        name: &'static str,
        kind: Kind,
        value: &'static str,
        help: &'static str,
    ) -> Self {
        Self { commands, name, kind, is_list: false, default: None, value, heading: None, help }
    }

    const fn under(self, heading: &'static str) -> Self {
        Self { heading: Some(heading), ..self }
    }

    const fn list(self) -> Self {
        Self { is_list: true, ..self }
    }

    const fn or(self, default: &'static str) -> Self {
        Self { default: Some(default), ..self }
    }
}

macro_rules! settings {
    ($( $setting:ident $row:expr; )*) => {
        /// A setting.
        #[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
        pub(crate) enum Setting { $( $setting, )* }

        impl Setting {
            /// In the order in which they are shown.
            const ALL: &'static [Self] = &[ $( Self::$setting, )* ];

            /// Its row of the table.
            pub(crate) const fn row(self) -> &'static Row {
                match self { $( Self::$setting => { const ROW: &Row = &$row; ROW } )* }
            }
        }
    };
}

const SETTINGS: &str = "Settings";
const APP: &str = "The app";
const WEBHOOKS: &str = "Webhooks";
const SERVICE: &str = "The service";
const STORE: &str = "Store and sweeps";
const LIMITS: &str = "Limits of the emulator";
const LOG: &str = "The log on standard error";

const SECONDS_MAX: u64 = EmulatorSettings::TIMEOUT_MAX.as_secs();

const fn send(name: &'static str, kind: Kind, value: &'static str, help: &'static str) -> Row {
    Row::new(&[Command::Send], name, kind, value, help)
}

const fn serve(name: &'static str, kind: Kind, value: &'static str, help: &'static str) -> Row {
    Row::new(&[Command::Serve], name, kind, value, help)
}

const fn keep(name: &'static str, kind: Kind, value: &'static str, help: &'static str) -> Row {
    Row::new(&[Command::Keep], name, kind, value, help)
}

/// What commands that call the service have.
const fn client(name: &'static str, kind: Kind, value: &'static str, help: &'static str) -> Row {
    Row::new(&[Command::Send, Command::Keep], name, kind, value, help).under(SERVICE)
}

/// What commands that listen have.
const fn server(name: &'static str, kind: Kind, value: &'static str, help: &'static str) -> Row {
    Row::new(&[Command::Serve, Command::Keep], name, kind, value, help)
}

const fn integer(least: u64, most: u64) -> Kind {
    Kind::Integer { least, most }
}

fn regions() -> Vec<&'static str> {
    Region::ALL.iter().map(|region| region.name()).collect()
}

fn profiles() -> Vec<&'static str> {
    PROFILES.iter().map(|profile| profile.name).collect()
}

fn revisions() -> Vec<&'static str> {
    Revision::ALL.iter().map(|revision| revision.name()).collect()
}

fn webhook_events() -> Vec<&'static str> {
    WebhookEvent::ALL.iter().map(|event| event.name()).collect()
}

fn booleans() -> Vec<&'static str> {
    vec!["true", "false"]
}

settings! {
    Sdkappid client("sdkappid", Kind::App, "N", "The SDKAppID");
    Identifier client("identifier", Kind::Account, "ID", "The identifier of the caller, an app admin").or("administrator");
    Key client("key", Kind::Secret, "", "");
    KeyFile client("key_file", Kind::File, "FILE", "The file with the app's secret key; `-` is standard input. AVMARKS_KEY holds the key itself");
    Usersig send("usersig", Kind::Secret, "", "");
    UsersigFile send("usersig_file", Kind::File, "FILE", "The file with a signature made elsewhere; `-` is standard input. AVMARKS_USERSIG holds the signature itself");
    Region client("region", Kind::Name(regions), "REGION", "The region of the app");
    Url client("url", Kind::Url, "URL", "The URL of another service, instead of a region");
    Group send("group", Kind::Group, "ID", "The group");
    Proxy client("proxy", Kind::Proxy, "URL", "The URL of a proxy, or `none`; without this setting, HTTPS_PROXY, ALL_PROXY and the like apply");
    Ca client("ca", Kind::File, "FILE", "A file of certificates (PEM) to trust in addition to Mozilla's");
    Profile send("policy", Kind::Name(profiles), "NAME", "Read the gaps of the documents as this profile does; `avmarks policy` lists them");
    Reading send("reading", Kind::Reading, "GAP=READING", "Choose a reading for one gap, by its id or field; may be repeated").list();
    CallsPerSecond client("calls_per_second", integer(1, 10_000), "N", "Maximum number of calls in any second").or("200");
    InFlight send("in_flight", integer(1, 256), "N", "Maximum number of calls sent and not yet answered").or("1");
    Attempts send("attempts", integer(1, 1_000), "N", "Maximum number of attempts of a call").or("5");
    Budget send("budget", integer(4, 86_400), "SECONDS", "Time for all attempts of a call").or("30");
    TimeLimit send("time_limit", integer(4, 31_536_000), "SECONDS", "Time for the whole run");
    AccountsPerCall send("accounts_per_call", integer(1, Limits::DOCUMENTED.accounts_per_call_max as u64), "N", "Maximum number of accounts in a call, from 1 to 500").or("500");

    Listen serve("listen", Kind::Address, "ADDRESS", "Listen on this address; `localhost` is both 127.0.0.1 and ::1. Other machines can reach any address but a loopback one, and call the API without a password [default: 127.0.0.1]");
    Port serve("port", integer(0, u16::MAX as u64), "PORT", "Listen on this port; 0 is any free port [default: 8600]");
    Groups serve("group", Kind::Group, "GROUP", "Create this group at the start; may be repeated").list();
    Seed serve("seed", Kind::File, "FILE", "Start from this scenario (docs/scenario.md), or from the snapshot that `avmarks replay --save` writes, with its settings except those given here");
    Stubs serve("stub", Kind::Stub, "PATH=FILE", "Answer this path with the bytes of this file, instead of by rules; may be repeated").list();
    StubUnknown serve("stub_unknown", Kind::Name(|| vec!["ok", "60009"]), "ANSWER", "The answer to a path that no call has: `ok`, or the error 60009 [default: 60009]");
    Strict serve("strict", Kind::Flag, "BOOL", "Refuse what the documents forbid and the readings in force accept: `random` missing or out of range, a comma before `]` or `}`");
    CaDir serve("ca_dir", Kind::Folder, "DIR", "Keep the certificate authority in this directory, its key in avmarks-ca.key.pem [default: avmarks in $XDG_DATA_HOME or ~/.local/share]");
    Data serve("data", Kind::Folder, "DIR", "Keep the state in this directory and continue from it at the next start; its settings of the app go before those given here");
    DataRepair serve("data_repair", Kind::Flag, "BOOL", "Truncate the journal in --data at the first record that is corrupt or cannot be replayed; without this option, such a journal prevents the start");

    AppSdkappid serve("sdkappid", Kind::App, "N", "The SDKAppID [default: 1400000000]").under(APP);
    Admins serve("admin", Kind::Text, "IDENTIFIER", "An identifier that is an app admin; may be repeated [default: administrator]").under(APP).list();
    AppKey serve("key", Kind::Secret, "", "");
    AppKeyFile serve("key_file", Kind::File, "FILE", "Check signatures with the key in this file; without a key, every signature is accepted. AVMARKS_KEY holds the key itself").under(APP);
    MarksSupported serve("marks_supported", Kind::Name(booleans), "BOOL", "Whether the plan of the app has marks and the list [default: true]").under(APP);
    OnlineListEnabled serve("online_list_enabled", Kind::Name(booleans), "BOOL", "Whether the list of online members is switched on [default: true]").under(APP);
    AppProfile serve("policy", Kind::Name(profiles), "NAME", "Read the gaps of the documents as this profile does; `avmarks policy` lists them").under(APP);
    AppReading serve("reading", Kind::Reading, "GAP=READING", "Choose a reading for one gap, by its id or field; may be repeated").under(APP).list();
    Limit serve("limit", Kind::Limit, "LIMIT=N", "Set a limit that differs from the documents, such as calls_per_window_max=1000; may be repeated").under(APP).list();
    StandingClock serve("clock", integer(0, Timestamp::LATEST.as_millis()), "MS", "Stop the clock at this time, in milliseconds since the Unix epoch, until the control API moves it [default: the system's clock]").under(APP);

    WebhookUrl serve("webhook_url", Kind::WebhookUrl, "URL", "Send what happens in groups to this URL, as webhooks").under(WEBHOOKS);
    WebhookTokenFile serve("webhook_token_file", Kind::File, "FILE", "Sign webhooks with the token in this file").under(WEBHOOKS);
    WebhookTrusted serve("webhook_trusted", Kind::File, "FILE", "Trust the certificates (PEM) in this file, where the URL is `https`").under(WEBHOOKS);
    WebhookRevision serve("webhook_revision", Kind::Name(revisions), "NAME", "The revision of the documents that webhooks follow [default: newest]").under(WEBHOOKS);
    WebhookEvents serve("webhook_event", Kind::Name(webhook_events), "COMMAND", "A webhook to send, by its `CallbackCommand`; may be repeated [default: the four that tell who is in a group and online]").under(WEBHOOKS).list();
    WebhookRetries serve("webhook_retries", integer(0, 10), "N", "How often a webhook is sent again that was not answered within 2 seconds, at most 10 [default: 0]").under(WEBHOOKS);
    WebhookDuplicate serve("webhook_duplicate", integer(0, 100), "PERCENT", "Per cent of the webhooks that are sent twice [default: 0]").under(WEBHOOKS);
    WebhookReorder serve("webhook_reorder", integer(0, 100), "PERCENT", "Per cent of the webhooks that are sent after the following one [default: 0]").under(WEBHOOKS);
    WebhookDelayMs serve("webhook_delay_ms", integer(0, 600_000), "MS", "Delay of each webhook, in milliseconds [default: 0]").under(WEBHOOKS);
    WebhookSeed serve("webhook_seed", integer(0, u64::MAX), "N", "Seed for the choice of the webhooks that are sent twice or in another order [default: 0]").under(WEBHOOKS);

    ProxiedHosts serve("proxied_host", Kind::HostPattern, "HOST", "A host that the proxy answers for, or `*.` and its end; may be repeated [default: the hosts of the vendor's regions]").under(LIMITS).list();
    ControlHosts serve("control_host", Kind::Host, "HOST", "A host, in addition to addresses, localhost and names without a dot, by which `/_avmarks/` may be reached; may be repeated").under(LIMITS).list();
    ControlTokenFile serve("control_token_file", Kind::File, "FILE", "Demand the token in this file for `/_avmarks/`, as `Authorization: Bearer TOKEN` or as the password of a browser; without one, the control API answers on the loopback network only").under(LIMITS);
    ConnectionsMax serve("connections_max", integer(1, u64::MAX), "N", "Maximum number of open connections [default: 1024]").under(LIMITS);
    HeadBytesMax serve("head_bytes_max", integer(EmulatorSettings::HEAD_BYTES_LEAST as u64, u64::MAX), "N", "Maximum number of bytes of the head of a request [default: 65536]").under(LIMITS);
    HeadTimeout serve("head_timeout", integer(1, SECONDS_MAX), "SECONDS", "Time for the head of a request, and between two requests [default: 30]").under(LIMITS);
    BodyTimeout serve("body_timeout", integer(1, SECONDS_MAX), "SECONDS", "Time for the body of a request, and for reading the response [default: 30]").under(LIMITS);
    StopTimeout serve("stop_timeout", integer(0, SECONDS_MAX), "SECONDS", "Time for requests in progress when the emulator is stopped [default: 5]").under(LIMITS);
    GroupsMax serve("groups_max", integer(0, u64::MAX), "N", "Maximum number of groups [default: 100000]").under(LIMITS);
    MembersMax serve("members_max", integer(0, u64::MAX), "N", "Maximum number of members of one group [default: 1000000]").under(LIMITS);
    LogEntriesMax serve("log_entries_max", integer(0, u64::MAX), "N", "Maximum number of requests in the log under `/_avmarks/log` [default: 1000]").under(LIMITS);
    LargeBytesMax serve("large_bytes_max", integer(EmulatorSettings::LARGE_BYTES_LEAST as u64, u64::MAX), "N", "Maximum number of bytes of large request bodies and states in memory at once [default: 268435456]").under(LIMITS);
    JournalBytesMax serve("journal_bytes_max", integer(0, u64::MAX), "N", "Bytes of the journal in --data after which a new one begins with the whole state [default: 16777216]").under(LIMITS);

    LogForm server("log", Kind::Name(|| vec!["human", "json"]), "FORM", "The form of the log on standard error; lines that are not read in time are dropped and counted [default: human]").under(LOG);
    LogLevel server("log_level", Kind::Name(|| vec!["error", "warn", "info", "debug", "trace"]), "LEVEL", "What is logged; `info` has each request that is received or made, `debug` each event [default: info]").under(LOG);

    KeepInFlight keep("in_flight", integer(1, 256), "N", "Maximum number of calls sent and not yet answered").under(SERVICE).or("32");

    KeepListen keep("listen", Kind::Address, "ADDRESS", "Listen on this address for webhooks and for the API of wants; any but a loopback one needs --token-file and --webhook-token-file").or("127.0.0.1");
    KeepPort keep("port", integer(0, u16::MAX as u64), "PORT", "Listen on this port; 0 is any free port").or("8700");
    KeepTokenFile keep("token_file", Kind::File, "FILE", "Demand the token in this file for everything but webhooks and /healthz, as `Authorization: Bearer TOKEN` or as the password of a browser");
    KeepWebhookTokenFile keep("webhook_token_file", Kind::File, "FILE", "Check the `Sign` of webhooks with the token in this file, which is the console's");
    KeepWebhookAge keep("webhook_age", integer(1, 86_400), "SECONDS", "How old the `RequestTime` of a signed webhook may be").or("300");
    KeepBodyBytesMax keep("body_bytes_max", integer(1_024, 1_073_741_824), "N", "Maximum number of bytes of a body").or("16777216");

    KeepStore keep("store", Kind::Text, "FILE|URL", "Keep wants and accepted webhooks in this file (SQLite), or in PostgreSQL, which several nodes can share: postgresql://USER:PASSWORD@HOST/DATABASE; a URL with a password belongs in the variable or the file").under(STORE).or("keeper.sqlite");
    KeepSweepEvery keep("sweep_every", integer(60, 31_536_000), "SECONDS", "Time between two sweeps of a group").under(STORE).or("600");
    KeepPageEvery keep("page_every", integer(1, 3_600), "SECONDS", "Least time between two pages of lists that sweeps ask for").under(STORE).or("1");
    KeepPrune keep("prune", Kind::Flag, "BOOL", "Delete unwanted marks that a sweep finds; without this option, they are reported").under(STORE);

}

impl Setting {
    /// Groups of settings of which one place may give one only.
    pub(crate) const ALTERNATIVES: &'static [&'static [Self]] = &[
        &[Self::Key, Self::KeyFile, Self::Usersig, Self::UsersigFile],
        &[Self::AppKey, Self::AppKeyFile],
        &[Self::Region, Self::Url],
    ];

    /// The settings of a command.
    pub(crate) fn of(command: Command) -> impl Iterator<Item = Self> {
        Self::ALL.iter().copied().filter(move |setting| setting.row().commands.contains(&command))
    }

    /// Under which heading the help of a command has it.
    pub(crate) const fn heading(self, command: Command) -> Option<&'static str> {
        match command {
            Command::Send => Some(SETTINGS),
            Command::Serve | Command::Keep => self.row().heading,
        }
    }

    /// The key in the file.
    pub(crate) const fn name(self) -> &'static str {
        self.row().name
    }

    /// The option, with its hyphens.
    pub(crate) fn flag(self) -> String {
        format!("--{}", self.name().replace('_', "-"))
    }

    /// The variable of the environment.
    pub(crate) fn variable(self) -> String {
        format!("AVMARKS_{}", self.name().to_uppercase())
    }

    pub(crate) const fn is_secret(self) -> bool {
        matches!(self.row().kind, Kind::Secret)
    }

    /// Whether it says how webhooks are sent.
    pub(crate) fn is_of_webhooks(self) -> bool {
        self.name().starts_with("webhook_")
    }
}
