//! Where webhooks go, out of the settings.

use std::path::Path;
use std::time::Duration;

use avmarks_emulator::WebhookSettings;
use avmarks_emulator::protocol::webhook::{Revision, WebhookToken};

use super::found::{Found, wrong};
use super::ready::{number, put};
use super::setting::Setting;
use crate::error::Error;
use crate::input::Source;

const TOKEN_BYTES_MAX: u64 = 4_096;
const TRUSTED_BYTES_MAX: u64 = 16 * 1_024 * 1_024;

/// The settings of the webhooks, where there is a URL for them; without one, none of the others may be given. The emulator
/// says whether they will do.
pub(super) fn webhooks(found: &Found) -> Result<Option<WebhookSettings>, Error> {
    let Some(url) = found.one(Setting::WebhookUrl, |text| Ok(text.to_owned()))? else {
        let place = Setting::ALL.iter().filter(|setting| setting.is_of_webhooks()).find_map(|one| found.place(*one));
        let what = "there is no URL that webhooks go to; give --webhook-url as well, or leave this out".to_owned();
        return place.map_or(Ok(None), |place| Err(Error::Setting { place, what }));
    };
    let mut webhooks = WebhookSettings::new(url);
    if let Some(path) = found.path(Setting::WebhookTokenFile)? {
        let text = read(&path, TOKEN_BYTES_MAX, "a token")?;
        let token = WebhookToken::new(&text);
        let place = found.place(Setting::WebhookTokenFile).unwrap_or_default();
        // What the text is must not be said.
        webhooks.token = Some(token.map_err(|fault| Error::Setting { place, what: fault.to_string() })?);
    }
    webhooks.trusted = found
        .path(Setting::WebhookTrusted)?
        .map(|path| read(&path, TRUSTED_BYTES_MAX, "certificates in PEM"))
        .transpose()?;
    let revision = |text: &str| {
        let names: Vec<_> = Revision::ALL.iter().map(|revision| revision.row().name).collect();
        Revision::from_name(text).ok_or_else(|| wrong(text, format_args!("give one of {}", names.join(", "))))
    };
    put(&mut webhooks.revision, found.one(Setting::WebhookRevision, revision)?);
    put(&mut webhooks.retries, found.one(Setting::WebhookRetries, |text| number(text, 10))?);
    put(&mut webhooks.duplicate, found.one(Setting::WebhookDuplicate, |text| number(text, 100))?);
    put(&mut webhooks.reorder, found.one(Setting::WebhookReorder, |text| number(text, 100))?);
    let millis = found.one(Setting::WebhookDelayMs, |text| number(text, 600_000_u64))?;
    put(&mut webhooks.delay, millis.map(Duration::from_millis));
    put(&mut webhooks.seed, found.one(Setting::WebhookSeed, |text| number(text, u64::MAX))?);
    Ok(Some(webhooks))
}

fn read(path: &Path, bytes_max: u64, what: &'static str) -> Result<String, Error> {
    Source::from(path.as_os_str().to_owned()).read_text(bytes_max, what)
}
