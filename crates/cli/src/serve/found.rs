//! Where the settings are from: options, then the environment, then a file.

use std::collections::BTreeMap;
use std::path::{Path, PathBuf};

use avmarks_spec::Excerpt;

use super::file;
use super::setting::Setting;
use crate::args::ServeArgs;
use crate::configuration;
use crate::error::Error;

/// What was said of a setting, and where.
#[derive(Clone, Debug)]
pub(super) struct Given {
    pub(super) texts: Vec<String>,
    pub(super) origin: Origin,
}

/// Where a setting is from, the strongest first.
#[derive(Clone, Debug)]
pub(super) enum Origin {
    Option,
    Environment,
    /// The line.
    File(PathBuf, usize),
}

/// The settings that somebody has given.
#[derive(Debug)]
pub(super) struct Found(BTreeMap<Setting, Given>);

impl Found {
    /// Looks everywhere.
    pub(super) fn find(args: &ServeArgs) -> Result<Self, Error> {
        let mut found = match configuration::place(args.config.as_deref(), variable) {
            Some(path) => file::read(&path)?,
            None => BTreeMap::new(),
        };
        for setting in Setting::ALL {
            match std::env::var(setting.variable()) {
                Ok(text) if !text.is_empty() => {
                    let texts = match setting.is_list() {
                        true => text.split(',').map(str::to_owned).collect(),
                        false => vec![text],
                    };
                    found.insert(*setting, Given { texts, origin: Origin::Environment });
                }
                Err(std::env::VarError::NotUnicode(_)) => {
                    let what = "it is not UTF-8; set it again".to_owned();
                    return Err(Error::Setting { place: setting.variable(), what });
                }
                _ => {}
            }
        }
        for (setting, texts) in options(args) {
            if !texts.is_empty() {
                found.insert(setting, Given { texts, origin: Origin::Option });
            }
        }
        Ok(Self(found))
    }

    /// The value of a setting, read by `parse`, which says what is wrong with it.
    pub(super) fn one<T>(
        &self,
        setting: Setting,
        parse: impl Fn(&str) -> Result<T, String>,
    ) -> Result<Option<T>, Error> {
        Ok(self.many(setting, parse)?.and_then(|values| values.into_iter().next_back()))
    }

    /// The values of a setting.
    pub(super) fn many<T>(
        &self,
        setting: Setting,
        parse: impl Fn(&str) -> Result<T, String>,
    ) -> Result<Option<Vec<T>>, Error> {
        let Some(Given { texts, origin }) = self.0.get(&setting) else { return Ok(None) };
        let wrong = |what| Error::Setting { place: origin.of(setting), what };
        texts.iter().map(|text| parse(text).map_err(wrong)).collect::<Result<_, _>>().map(Some)
    }

    /// A path; one in the file counts from the folder of the file.
    pub(super) fn path(&self, setting: Setting) -> Result<Option<PathBuf>, Error> {
        let folder = self.folder(setting);
        self.one(setting, |text| match text {
            "" => Err("it is empty; give one".to_owned()),
            text => Ok(folder.join(text)),
        })
    }

    /// The folder from which paths of a setting count: that of the file, where it is from one.
    pub(super) fn folder(&self, setting: Setting) -> PathBuf {
        match self.0.get(&setting).map(|given| &given.origin) {
            Some(Origin::File(file, _)) => file.parent().map(Path::to_owned).unwrap_or_default(),
            _ => PathBuf::new(),
        }
    }

    /// Where a setting is from, in words.
    pub(super) fn place(&self, setting: Setting) -> Option<String> {
        Some(self.0.get(&setting)?.origin.of(setting))
    }

    /// Whether a setting is from the file, behind which the environment would come first.
    pub(super) fn is_in_file(&self, setting: Setting) -> bool {
        self.0.get(&setting).is_some_and(|given| matches!(given.origin, Origin::File(..)))
    }
}

impl Origin {
    /// In words.
    pub(super) fn of(&self, setting: Setting) -> String {
        match self {
            Self::Option => setting.flag(),
            Self::Environment => setting.variable(),
            Self::File(path, line) => format!("{} line {line}, `{setting}`", crate::input::Shown(path)),
        }
    }
}

/// A variable that is set to something.
fn variable(name: &str) -> Option<String> {
    std::env::var(name).ok().filter(|text| !text.is_empty())
}

fn options(args: &ServeArgs) -> Vec<(Setting, Vec<String>)> {
    let one = |text: &Option<String>| text.iter().cloned().collect::<Vec<_>>();
    let level = match (args.quiet, args.verbose) {
        (true, _) => vec!["warn".to_owned()],
        (false, 0) => one(&args.log_level),
        (false, 1) => vec!["debug".to_owned()],
        (false, _) => vec!["trace".to_owned()],
    };
    vec![
        (Setting::Listen, one(&args.listen)),
        (Setting::Port, one(&args.port)),
        (Setting::Group, args.group.clone()),
        (Setting::Seed, one(&args.seed)),
        (Setting::Stub, args.stub.clone()),
        (Setting::StubUnknown, one(&args.stub_unknown)),
        (Setting::Strict, args.strict.then(|| "true".to_owned()).into_iter().collect()),
        (Setting::CaDir, one(&args.ca_dir)),
        (Setting::Data, one(&args.data)),
        (Setting::DataRepair, args.data_repair.then(|| "true".to_owned()).into_iter().collect()),
        (Setting::Sdkappid, one(&args.sdkappid)),
        (Setting::Admin, args.admin.clone()),
        (Setting::KeyFile, one(&args.key_file)),
        (Setting::MarksSupported, one(&args.marks_supported)),
        (Setting::OnlineListEnabled, one(&args.online_list_enabled)),
        (Setting::Policy, one(&args.policy)),
        (Setting::Reading, args.reading.clone()),
        (Setting::Limit, args.limit.clone()),
        (Setting::Clock, one(&args.clock)),
        (Setting::WebhookUrl, one(&args.webhook_url)),
        (Setting::WebhookTokenFile, one(&args.webhook_token_file)),
        (Setting::WebhookTrusted, one(&args.webhook_trusted)),
        (Setting::WebhookRevision, one(&args.webhook_revision)),
        (Setting::WebhookRetries, one(&args.webhook_retries)),
        (Setting::WebhookDuplicate, one(&args.webhook_duplicate)),
        (Setting::WebhookReorder, one(&args.webhook_reorder)),
        (Setting::WebhookDelayMs, one(&args.webhook_delay_ms)),
        (Setting::WebhookSeed, one(&args.webhook_seed)),
        (Setting::ProxiedHost, args.proxied_host.clone()),
        (Setting::ControlHost, args.control_host.clone()),
        (Setting::ConnectionsMax, one(&args.connections_max)),
        (Setting::HeadBytesMax, one(&args.head_bytes_max)),
        (Setting::HeadTimeout, one(&args.head_timeout)),
        (Setting::BodyTimeout, one(&args.body_timeout)),
        (Setting::StopTimeout, one(&args.stop_timeout)),
        (Setting::GroupsMax, one(&args.groups_max)),
        (Setting::MembersMax, one(&args.members_max)),
        (Setting::LogEntriesMax, one(&args.log_entries_max)),
        (Setting::JournalBytesMax, one(&args.journal_bytes_max)),
        (Setting::Log, one(&args.log)),
        (Setting::LogLevel, level),
    ]
}

/// That a text will not do, and what would.
pub(super) fn wrong(text: &str, what: impl std::fmt::Display) -> String {
    format!("`{}` will not do: {what}", Excerpt(text))
}
