//! The settings: for each its names, what it may be, and what it is where nobody says.

use std::fmt;

use avmarks_protocol::SdkAppId;
use avmarks_protocol::region::{BaseUrl, Region};
use avmarks_spec::{Excerpt, GroupId, Limits, UserId};

use crate::names;

/// A setting of `avmarks send`.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) enum Setting {
    Sdkappid,
    Identifier,
    Key,
    KeyFile,
    Usersig,
    UsersigFile,
    Region,
    Url,
    Group,
    Proxy,
    Ca,
    CallsPerSecond,
    InFlight,
    Tries,
    Budget,
    TimeLimit,
    AccountsPerCall,
}

/// What a setting may be.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Kind {
    App,
    Account,
    Group,
    Region,
    Url,
    Proxy,
    Path,
    Number { least: u64, most: u64 },
    Secret,
}

impl Setting {
    /// In the order in which they are shown.
    pub(crate) const ALL: &'static [Self] = &[
        Self::Sdkappid,
        Self::Identifier,
        Self::Key,
        Self::KeyFile,
        Self::Usersig,
        Self::UsersigFile,
        Self::Region,
        Self::Url,
        Self::Group,
        Self::Proxy,
        Self::Ca,
        Self::CallsPerSecond,
        Self::InFlight,
        Self::Tries,
        Self::Budget,
        Self::TimeLimit,
        Self::AccountsPerCall,
    ];

    /// Those of which one place gives one at most.
    pub(crate) const ALTERNATIVES: &'static [&'static [Self]] =
        &[&[Self::Key, Self::KeyFile, Self::Usersig, Self::UsersigFile], &[Self::Region, Self::Url]];

    /// The key in the file.
    pub(crate) const fn name(self) -> &'static str {
        match self {
            Self::Sdkappid => "sdkappid",
            Self::Identifier => "identifier",
            Self::Key => "key",
            Self::KeyFile => "key_file",
            Self::Usersig => "usersig",
            Self::UsersigFile => "usersig_file",
            Self::Region => "region",
            Self::Url => "url",
            Self::Group => "group",
            Self::Proxy => "proxy",
            Self::Ca => "ca",
            Self::CallsPerSecond => "calls_per_second",
            Self::InFlight => "in_flight",
            Self::Tries => "tries",
            Self::Budget => "budget",
            Self::TimeLimit => "time_limit",
            Self::AccountsPerCall => "accounts_per_call",
        }
    }

    /// The option, with its hyphens.
    pub(crate) fn flag(self) -> String {
        format!("--{}", self.name().replace('_', "-"))
    }

    /// The variable of the environment.
    pub(crate) fn variable(self) -> String {
        format!("AVMARKS_{}", self.name().to_uppercase())
    }

    pub(crate) const fn kind(self) -> Kind {
        match self {
            Self::Sdkappid => Kind::App,
            Self::Identifier => Kind::Account,
            Self::Key | Self::Usersig => Kind::Secret,
            Self::KeyFile | Self::UsersigFile | Self::Ca => Kind::Path,
            Self::Region => Kind::Region,
            Self::Url => Kind::Url,
            Self::Group => Kind::Group,
            Self::Proxy => Kind::Proxy,
            Self::CallsPerSecond => number(1, 10_000),
            Self::InFlight => number(1, 256),
            Self::Tries => number(1, 1_000),
            Self::Budget => number(4, 86_400),
            Self::TimeLimit => number(4, 31_536_000),
            Self::AccountsPerCall => number(1, Limits::DOCUMENTED.accounts_per_call_max as u64),
        }
    }

    /// What it is where nobody says.
    pub(crate) const fn default(self) -> Option<&'static str> {
        match self {
            Self::Identifier => Some("administrator"),
            Self::CallsPerSecond => Some("200"),
            Self::InFlight => Some("1"),
            Self::Tries => Some("5"),
            Self::Budget => Some("30"),
            Self::AccountsPerCall => Some("500"),
            _ => None,
        }
    }

    /// Whether it may be an option, and stand in the file. A secret may not: who lists processes or shares a file would
    /// see it.
    pub(crate) const fn is_secret(self) -> bool {
        matches!(self.kind(), Kind::Secret)
    }

    /// Whether a text may be its value; if not, what is wrong and what would do.
    pub(crate) fn check(self, text: &str) -> Result<(), String> {
        let is = |fault: &dyn fmt::Display| format!("`{}` will not do: {fault}", harmless(text));
        match self.kind() {
            Kind::App => SdkAppId::parse(text).map(drop).map_err(|fault| is(&fault)),
            Kind::Account => UserId::parse(text).map(drop).map_err(|fault| is(&fault)),
            Kind::Group => GroupId::parse(text).map(drop).map_err(|fault| is(&fault)),
            Kind::Region if Region::from_name(text).is_some() => Ok(()),
            Kind::Region => {
                let all = || Region::ALL.iter().map(|region| region.row().name.to_owned());
                let near = names::near(text, all());
                Err(is(&format_args!("it is no region{near}; give one of {}", all().collect::<Vec<_>>().join(", "))))
            }
            Kind::Url if !text.starts_with("http") => Err("it does not begin with `https://` or `http://`".to_owned()),
            Kind::Url => BaseUrl::parse(text).map(drop).map_err(|fault| fault.to_string()),
            Kind::Proxy => proxy(text),
            Kind::Path | Kind::Secret if text.is_empty() => Err("it is empty; give one".to_owned()),
            Kind::Path | Kind::Secret => Ok(()),
            Kind::Number { least, most } => {
                let number = text.parse().ok().filter(|number| (least..=most).contains(number));
                number.map(drop).ok_or_else(|| is(&format_args!("give a whole number from {least} to {most}")))
            }
        }
    }

    /// A value as it may be shown.
    pub(crate) fn shown(self, text: &str) -> String {
        match (self.kind(), text.split_once("://"), text.rsplit_once('@')) {
            (Kind::Secret, ..) => "…".to_owned(),
            (Kind::Proxy, Some((scheme, _)), Some((_, host))) => format!("{scheme}://…@{host}"),
            _ if self.check(text).is_err() => harmless(text),
            _ => text.to_owned(),
        }
    }
}

impl fmt::Display for Setting {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.name())
    }
}

const fn number(least: u64, most: u64) -> Kind {
    Kind::Number { least, most }
}

/// A wrong value, where it is too short to be a key or a signature that stands in the wrong place.
fn harmless(text: &str) -> String {
    const CHARACTERS_MAX: usize = 20;
    if text.chars().count() <= CHARACTERS_MAX { Excerpt(text).to_string() } else { "…".to_owned() }
}

/// What stands for going through no proxy.
pub(super) const NO_PROXY: &str = "none";

/// Whether it is the URL of a proxy, whose user and password are not repeated.
fn proxy(text: &str) -> Result<(), String> {
    match text.split_once("://") {
        None if text == NO_PROXY => Ok(()),
        Some((scheme @ ("http" | "https"), rest)) => {
            let host = rest.rsplit_once('@').map_or(rest, |(_, host)| host);
            BaseUrl::parse(&format!("{scheme}://{host}")).map(drop).map_err(|fault| fault.to_string())
        }
        _ => Err("it does not begin with `http://` or `https://`, nor is it `none`".to_owned()),
    }
}
