//! The arguments of `avmarks serve`.

use std::path::PathBuf;

use clap::{ArgAction, Args, ValueHint};

use super::path_parser;

/// Stand in for the vendor's service, on this machine
///
/// HTTP, HTTPS and a proxy on one port, for SDKs that do not know that it is an emulator: the eight calls about marks, robots,
/// administrators and who is online, and those about accounts, groups, members and messages that `docs/calls.md` lists. Members join and
/// leave, time passes and faults strike by the control plane under `/_avmarks/`. It runs until it is told to stop.
///
/// The first start writes the key of a certificate authority (--ca-dir). Whoever has that key can sign a certificate for any
/// host, and every program that trusts the authority accepts it: trust it in tests alone.
#[derive(Debug, Args)]
#[command(after_long_help = "\
Examples:
  avmarks serve
  avmarks serve --port 0 --group live --log json
  avmarks serve --seed examples/online_room.jsonl
  avmarks serve --key-file key.txt --strict --reading gap:page-size=250
  HTTPS_PROXY=http://127.0.0.1:8600 SSL_CERT_FILE=.../avmarks-ca.pem my-tests

Settings:
  Each has an option, a variable of the environment and a key of the
  configuration file, which go before one another in this order: --head-timeout,
  AVMARKS_HEAD_TIMEOUT, head_timeout. What may be repeated is a list in the
  file, and has commas in the environment.

Configuration file:
  The one of --config or AVMARKS_CONFIG, else avmarks.toml in the working
  directory, else avmarks/config.toml in $XDG_CONFIG_HOME or ~/.config:
    [serve]
    port = 8600
    admin = [\"administrator\", \"robot\"]
    key_file = \"key.txt\"       # from the directory of this file

Environment:
  AVMARKS_KEY  the app's secret key, where --key-file is not given

Exit status:
  0  it was told to stop (Ctrl-C, SIGTERM), and has answered what it was asked
  2  wrong usage, a wrong setting, or an address that cannot be listened on")]
pub(crate) struct ServeArgs {
    /// The configuration file
    #[arg(long, value_name = "FILE", value_hint = ValueHint::FilePath, value_parser = path_parser())]
    pub(crate) config: Option<PathBuf>,
    /// Listen on this address; any but a loopback one can be reached by others, and there is no password [default: 127.0.0.1]
    #[arg(long, value_name = "ADDRESS")]
    pub(crate) listen: Option<String>,
    /// Listen on this port; 0 is any that is free [default: 8600]
    #[arg(long, value_name = "PORT", allow_negative_numbers = true)]
    pub(crate) port: Option<String>,
    /// Create this group at the start; may be repeated
    #[arg(long, value_name = "GROUP")]
    pub(crate) group: Vec<String>,
    /// Start from this scenario (docs/scenario.md), or from the snapshot that `avmarks replay --save` writes, with its settings save for those given here
    #[arg(long, value_name = "FILE", value_hint = ValueHint::FilePath)]
    pub(crate) seed: Option<String>,
    /// Answer this path with the bytes of this file, in the place of rules; may be repeated. Signature and caller are still checked
    #[arg(long, value_name = "PATH=FILE")]
    pub(crate) stub: Vec<String>,
    /// What a path is answered that no call has: ok, which acknowledges it, or 60009 [default: 60009]
    #[arg(long, value_name = "ANSWER")]
    pub(crate) stub_unknown: Option<String>,
    /// Refuse what the documents forbid and is let through otherwise, whatever a state or a policy says: `random` missing or out of range, a comma before `]` or `}`
    #[arg(long)]
    pub(crate) strict: bool,
    /// Keep the certificate authority in this directory, its key in avmarks-ca.key.pem [default: avmarks in $XDG_DATA_HOME or ~/.local/share]
    #[arg(long, value_name = "DIR", value_hint = ValueHint::DirPath)]
    pub(crate) ca_dir: Option<String>,
    /// Keep the state in this directory, so that it is there again at the next start, whatever ended this one; what is kept goes before the settings of the app
    #[arg(long, value_name = "DIR", value_hint = ValueHint::DirPath)]
    pub(crate) data: Option<String>,
    /// Where the journal in that directory is broken in its middle, or cannot be taken in again, give up what is behind; without this it is not started
    #[arg(long)]
    pub(crate) data_repair: bool,

    /// The SDKAppID [default: 1400000000]
    #[arg(long, value_name = "N", allow_negative_numbers = true, help_heading = "The app")]
    pub(crate) sdkappid: Option<String>,
    /// An identifier that is an app admin; may be repeated [default: administrator]
    #[arg(long, value_name = "IDENTIFIER", help_heading = "The app")]
    pub(crate) admin: Vec<String>,
    /// Check signatures with the key in this file; without a key, any signature passes
    #[arg(long, value_name = "FILE", value_hint = ValueHint::FilePath, help_heading = "The app")]
    pub(crate) key_file: Option<String>,
    /// Whether the plan of the app has marks and the list [default: true]
    #[arg(long, value_name = "BOOL", help_heading = "The app")]
    pub(crate) marks_supported: Option<String>,
    /// Whether the list of online members is switched on [default: true]
    #[arg(long, value_name = "BOOL", help_heading = "The app")]
    pub(crate) online_list_enabled: Option<String>,
    /// Read the gaps of the documents as this profile does; `avmarks policy` lists them
    #[arg(long, value_name = "NAME", help_heading = "The app")]
    pub(crate) policy: Option<String>,
    /// Choose a reading for one gap; may be repeated
    #[arg(long, value_name = "GAP=READING", help_heading = "The app")]
    pub(crate) reading: Vec<String>,
    /// Set another limit than the documents do, such as calls_per_window_max=1000; may be repeated
    #[arg(long, value_name = "LIMIT=N", help_heading = "The app")]
    pub(crate) limit: Vec<String>,
    /// Let the clock stand still at this time, in milliseconds since the Unix epoch, until it is moved [default: the system's clock]
    #[arg(long, value_name = "MS", allow_negative_numbers = true, help_heading = "The app")]
    pub(crate) clock: Option<String>,

    /// Tell this URL what happens in groups, as webhooks
    #[arg(long, value_name = "URL", help_heading = "Webhooks")]
    pub(crate) webhook_url: Option<String>,
    /// Sign webhooks with the token in this file
    #[arg(long, value_name = "FILE", value_hint = ValueHint::FilePath, help_heading = "Webhooks")]
    pub(crate) webhook_token_file: Option<String>,
    /// Certificates in PEM to trust, where the URL is `https`
    #[arg(long, value_name = "FILE", value_hint = ValueHint::FilePath, help_heading = "Webhooks")]
    pub(crate) webhook_trusted: Option<String>,
    /// The revision of the documents in which webhooks are written: 2023, 2024, newest_en or newest [default: newest]
    #[arg(long, value_name = "NAME", help_heading = "Webhooks")]
    pub(crate) webhook_revision: Option<String>,
    /// How often a webhook is sent again that was not answered within 2 seconds, at most 10 [default: 0]
    #[arg(long, value_name = "N", allow_negative_numbers = true, help_heading = "Webhooks")]
    pub(crate) webhook_retries: Option<String>,
    /// Per cent of the webhooks that are sent twice [default: 0]
    #[arg(long, value_name = "PERCENT", allow_negative_numbers = true, help_heading = "Webhooks")]
    pub(crate) webhook_duplicate: Option<String>,
    /// Per cent of the webhooks that go out behind the one after them [default: 0]
    #[arg(long, value_name = "PERCENT", allow_negative_numbers = true, help_heading = "Webhooks")]
    pub(crate) webhook_reorder: Option<String>,
    /// Milliseconds that each webhook waits [default: 0]
    #[arg(long, value_name = "MS", allow_negative_numbers = true, help_heading = "Webhooks")]
    pub(crate) webhook_delay_ms: Option<String>,
    /// Which webhooks are sent twice and change places: the same for the same number [default: 0]
    #[arg(long, value_name = "N", allow_negative_numbers = true, help_heading = "Webhooks")]
    pub(crate) webhook_seed: Option<String>,

    /// A host that the proxy stands in for, or `*.` and what it ends in; may be repeated [default: the hosts of the vendor's regions]
    #[arg(long, value_name = "HOST", help_heading = "Limits of the emulator")]
    pub(crate) proxied_host: Vec<String>,
    /// A host, beside addresses, localhost and names without a dot, by which `/_avmarks/` is reached; may be repeated
    #[arg(long, value_name = "HOST", help_heading = "Limits of the emulator")]
    pub(crate) control_host: Vec<String>,
    /// Connections open at once [default: 1024]
    #[arg(long, value_name = "N", allow_negative_numbers = true, help_heading = "Limits of the emulator")]
    pub(crate) connections_max: Option<String>,
    /// Bytes of the head of a request [default: 65536]
    #[arg(long, value_name = "N", allow_negative_numbers = true, help_heading = "Limits of the emulator")]
    pub(crate) head_bytes_max: Option<String>,
    /// Seconds for the head of a request, and between two [default: 30]
    #[arg(long, value_name = "SECONDS", allow_negative_numbers = true, help_heading = "Limits of the emulator")]
    pub(crate) head_timeout: Option<String>,
    /// Seconds for the body of a request, and for taking what it is answered [default: 30]
    #[arg(long, value_name = "SECONDS", allow_negative_numbers = true, help_heading = "Limits of the emulator")]
    pub(crate) body_timeout: Option<String>,
    /// Seconds for what is being answered when it is told to stop [default: 5]
    #[arg(long, value_name = "SECONDS", allow_negative_numbers = true, help_heading = "Limits of the emulator")]
    pub(crate) stop_timeout: Option<String>,
    /// Groups at once [default: 100000]
    #[arg(long, value_name = "N", allow_negative_numbers = true, help_heading = "Limits of the emulator")]
    pub(crate) groups_max: Option<String>,
    /// Members of one group at once [default: 1000000]
    #[arg(long, value_name = "N", allow_negative_numbers = true, help_heading = "Limits of the emulator")]
    pub(crate) members_max: Option<String>,
    /// Requests that the log under `/_avmarks/log` keeps [default: 1000]
    #[arg(long, value_name = "N", allow_negative_numbers = true, help_heading = "Limits of the emulator")]
    pub(crate) log_entries_max: Option<String>,
    /// Bytes of the journal in the directory of --data, behind which it begins anew with the whole state [default: 16777216]
    #[arg(long, value_name = "N", allow_negative_numbers = true, help_heading = "Limits of the emulator")]
    pub(crate) journal_bytes_max: Option<String>,

    /// How the log on standard error is written: human or json; what nobody reads is dropped, and counted [default: human]
    #[arg(long, value_name = "FORM", help_heading = "The log on standard error")]
    pub(crate) log: Option<String>,
    /// What it tells: error, warn, info (each request), debug (each event) or trace [default: info]
    #[arg(long, value_name = "LEVEL", help_heading = "The log on standard error")]
    pub(crate) log_level: Option<String>,
    /// Tell more: events, and twice, everything
    #[arg(short, long, action = ArgAction::Count, conflicts_with_all = ["quiet", "log_level"], help_heading = "The log on standard error")]
    pub(crate) verbose: u8,
    /// Tell of what is wrong alone
    #[arg(short, long, conflicts_with = "log_level", help_heading = "The log on standard error")]
    pub(crate) quiet: bool,
}
