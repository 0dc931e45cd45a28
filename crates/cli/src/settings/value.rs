//! Whether a text may be the value of a setting, and how it is shown.

use std::fmt::Display;
use std::net::{IpAddr, Ipv4Addr};

use avmarks_protocol::SdkAppId;
use avmarks_protocol::region::BaseUrl;
use avmarks_spec::readings::AccountId;
use avmarks_spec::{Excerpt, GroupId, Limits, UserId};

use super::table::{Kind, Setting};
use crate::names;
use crate::readings::GapReading;

/// The proxy setting that means no proxy.
pub(crate) const NO_PROXY: &str = "none";

impl Setting {
    /// Checks that a text may be its value.
    ///
    /// # Errors
    ///
    /// The value, unless it may be a secret, and the expected form.
    pub(crate) fn check(self, text: &str, account_id: AccountId) -> Result<(), String> {
        let wrong = |what: &dyn Display| format!("invalid value `{}`: {what}", harmless(text));
        let done = |checked: Result<(), String>| checked.map_err(|what| wrong(&what));
        match self.row().kind {
            _ if text.is_empty() => Err("the value is empty".to_owned()),
            Kind::File | Kind::Folder | Kind::Text | Kind::WebhookUrl | Kind::Secret => Ok(()),
            Kind::App => done(SdkAppId::parse(text).map(drop).map_err(|error| error.to_string())),
            Kind::Account => UserId::parse_as(text, account_id).map(drop).map_err(|error| {
                let hint = if text.is_ascii() { "" } else { "; --reading account_id=utf8 accepts such ids" };
                wrong(&format_args!("{error}{hint}"))
            }),
            Kind::Group => done(GroupId::parse(text).map(drop).map_err(|error| error.to_string())),
            Kind::Url if !text.starts_with("http") => {
                Err("expected a URL that begins with `https://` or `http://`".to_owned())
            }
            // The error has no part of the text that may be a password.
            Kind::Url => BaseUrl::parse(text).map(drop).map_err(|error| error.to_string()),
            Kind::Proxy => proxy(text),
            Kind::Integer { least, most } => {
                let number = text.parse().ok().filter(|number| (least..=most).contains(number));
                number.map(drop).ok_or_else(|| wrong(&format_args!("expected an integer from {least} to {most}")))
            }
            Kind::Flag => done(text.parse().map(|_: bool| ()).map_err(|_| "expected true or false".to_owned())),
            Kind::Name(names) => {
                let names = names();
                let near = || names::near(text, names.iter().map(|name| (*name).to_owned()));
                let is_known = names.contains(&text);
                is_known
                    .then_some(())
                    .ok_or_else(|| wrong(&format_args!("expected one of {}{}", names.join(", "), near())))
            }
            Kind::Address => {
                address(text).map(drop).ok_or_else(|| wrong(&"expected an address, such as 127.0.0.1 or ::"))
            }
            Kind::Reading => done(GapReading::parse(text).map(drop)),
            Kind::Limit => done(limit(text).map(drop)),
            Kind::Stub => done(stub(text).map(drop)),
            Kind::HostPattern => done(host_pattern(text).map(drop)),
            Kind::Host if text.contains('*') => Err(wrong(&"expected the name of a host, without a port")),
            Kind::Host => done(host_pattern(text).map(drop)),
        }
    }

    /// A value as it may be shown.
    pub(crate) fn shown(self, text: &str, account_id: AccountId) -> String {
        match self.row().kind {
            Kind::Secret => "…".to_owned(),
            Kind::Url | Kind::Proxy if self.check(text, account_id).is_err() => harmless(&without_secrets(text)),
            Kind::Url | Kind::Proxy => without_secrets(text),
            _ if self.check(text, account_id).is_err() => harmless(text),
            _ if text.contains("://") => without_user(text),
            _ => text.to_owned(),
        }
    }
}

/// A wrong value, unless it is long enough to be a key or a signature in the wrong place.
fn harmless(text: &str) -> String {
    const CHARACTERS_MAX: usize = 20;
    let is_short = text.chars().count() <= CHARACTERS_MAX;
    match text.contains("://") {
        _ if !is_short => "…".to_owned(),
        true => Excerpt(&without_secrets(text)).to_string(),
        false => Excerpt(text).to_string(),
    }
}

/// A URL, or what should be one, without user and password, and without what follows `?` or `#`, where a signature may be.
fn without_secrets(text: &str) -> String {
    let text = without_user(text);
    match text.split_at_checked(text.find(['?', '#']).map_or(text.len(), |at| at + 1)) {
        Some((before, after)) if !after.is_empty() => format!("{before}…"),
        _ => text,
    }
}

/// A URL, or what should be one, without user and password.
fn without_user(text: &str) -> String {
    let Some((before, host)) = text.rsplit_once('@') else { return text.to_owned() };
    let scheme = before.split_once("://").map(|(scheme, _)| scheme);
    match scheme.filter(|scheme| scheme.bytes().all(|byte| byte.is_ascii_alphanumeric())) {
        Some(scheme) => format!("{scheme}://…@{host}"),
        None => format!("…@{host}"),
    }
}

/// The address of this text.
pub(crate) fn address(text: &str) -> Option<IpAddr> {
    if text == "localhost" { Some(Ipv4Addr::LOCALHOST.into()) } else { text.parse().ok() }
}

/// A limit of the documents, and its number.
pub(crate) fn limit(text: &str) -> Result<(String, u64), String> {
    let (name, value) = text.split_once('=').ok_or("expected LIMIT=N, such as calls_per_window_max=1000")?;
    let value = value.parse().map_err(|_| format!("expected an integer from 0 to {}", u64::MAX))?;
    Limits::DOCUMENTED.clone().set(name, value).map_err(|error| error.to_string())?;
    Ok((name.to_owned(), value))
}

/// The path of a stub, and the file with its answer.
pub(crate) fn stub(text: &str) -> Result<(String, String), String> {
    let stub = text.split_once('=').filter(|(path, file)| path.starts_with('/') && !file.is_empty());
    let (path, file) = stub.ok_or("expected PATH=FILE, such as /v4/sns/friend_add=answer.json")?;
    Ok((path.to_owned(), file.to_owned()))
}

/// A host in small letters.
pub(crate) fn host_pattern(text: &str) -> Result<String, String> {
    let name = text.strip_prefix("*.").unwrap_or(text);
    match text == "*" || !name.is_empty() && !name.contains([':', '/', '*', ' ']) {
        true => Ok(text.to_ascii_lowercase()),
        false => Err("expected the name of a host, `*.` and the end of one, or `*`".to_owned()),
    }
}

/// Checks the URL of a proxy, whose user and password are not repeated.
fn proxy(text: &str) -> Result<(), String> {
    match text.split_once("://") {
        None if text == NO_PROXY => Ok(()),
        Some((scheme @ ("http" | "https"), rest)) => {
            let host = rest.rsplit_once('@').map_or(rest, |(_, host)| host);
            BaseUrl::parse(&format!("{scheme}://{host}")).map(drop).map_err(|error| error.to_string())
        }
        _ => Err("expected a URL that begins with `http://` or `https://`, or `none`".to_owned()),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_url_is_shown_without_its_secrets() {
        for (url, shown) in [
            ("https://console.tim.qq.com", "https://console.tim.qq.com"),
            ("http://u:s3cret@h", "http://…@h"),
            ("http://u:p@s3cret@h:1", "http://…@h:1"),
            ("u:s3cret@h", "…@h"),
            ("//u:s3cret@h", "…@h"),
            ("http:/u:s3cret@h", "…@h"),
            ("s3cret:://u@h", "…@h"),
            ("http://u:1/s3cret@h", "http://…@h"),
            ("http://h/?usersig=s3cret", "http://h/?…"),
            ("http://h/#s3cret", "http://h/#…"),
            ("http://u@h?s3cret", "http://…@h?…"),
            ("http://h?", "http://h?"),
            ("none", "none"),
            ("s3cret-that-is-as-long-as-a-key", "…"),
        ] {
            for setting in [Setting::Url, Setting::Proxy] {
                assert_eq!(setting.shown(url, AccountId::default()), shown);
            }
            for setting in [Setting::Group, Setting::Identifier, Setting::Ca, Setting::Region, Setting::Sdkappid] {
                let value = setting.shown("http://u:s3cret@h", AccountId::default());
                assert_eq!(value, "http://…@h");
            }
        }
        let error = Setting::Sdkappid.check("http://u:s3cret@h", AccountId::default()).unwrap_err();
        assert!(error.starts_with("invalid value `http://…@h`: "), "{error}");
        assert_eq!(Setting::Group.shown("@TGS#a?b", AccountId::default()), "@TGS#a?b");
    }
}
