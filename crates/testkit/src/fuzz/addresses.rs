//! URLs and queries, of calls and of webhooks.

use avmarks_protocol::Endpoint;
use avmarks_protocol::SdkAppId;
use avmarks_protocol::region::BaseUrl;
use avmarks_protocol::url::{CallUrl, Query, QueryError, RawQuery};
use avmarks_protocol::usersig::UserSig;
use avmarks_protocol::webhook::WebhookQuery;

/// What we build of a URL, a query or a webhook's query we read back equal. What is read of any text is written so that it is
/// read alike. What is printed does not depend on the signature.
pub fn query_and_url(bytes: &[u8]) {
    let text = String::from_utf8_lossy(bytes);
    let mut lines = text.splitn(3, '\n');
    let mut line = || lines.next().unwrap_or_default();
    let (base, path, query) = (line(), line(), line());
    let base = base_url(base).unwrap_or_else(|| avmarks_protocol::region::Region::China.base_url());
    if let Ok(app) = SdkAppId::parse(path) {
        assert_eq!(SdkAppId::parse(&app.to_string()), Ok(app));
    }
    any_query(query);
    any_webhook_query(query);
    built(&base, path, query);
}

/// A base is written so that it is read alike; it is plain ASCII, and has neither query nor slash at its end.
fn base_url(text: &str) -> Option<BaseUrl> {
    let base = BaseUrl::parse(text).ok()?;
    assert_eq!(BaseUrl::parse(base.as_str()).as_ref(), Ok(&base));
    assert!(base.as_str().bytes().all(|byte| byte.is_ascii_graphic()) && !base.as_str().ends_with('/'), "{base}");
    assert!(!base.as_str().contains(['?', '#']), "{base}");
    Some(base)
}

/// A query is read if it has no errors, the first of which is the answer where it has; it is written so that it is read
/// alike; a question mark in front changes nothing.
fn any_query(text: &str) {
    let raw = RawQuery::new(text);
    assert_eq!(raw.query().as_ref().err(), raw.errors().first());
    if !text.starts_with('?') {
        assert_eq!(RawQuery::new(&format!("?{text}")), raw);
    }
    let Ok(query) = raw.query() else { return };
    assert_eq!(RawQuery::new(&query.to_text()).query().as_ref(), Ok(&query));
    assert_eq!(query.random, raw.random().ok());
}

fn any_webhook_query(text: &str) {
    let Ok(query) = WebhookQuery::parse(text) else { return };
    assert_eq!(WebhookQuery::parse(&query.to_text()).as_ref(), Ok(&query));
    let other = WebhookQuery { sign: query.sign.as_ref().map(|_| "another".to_owned()), ..query.clone() };
    assert_eq!(format!("{query:?}"), format!("{other:?}"), "the sign is printed");
}

/// A call's URL, of whatever it is built: plain ASCII, its query behind the one question mark, and that is read back equal.
fn built(base: &BaseUrl, identifier: &str, signature: &str) {
    let number = identifier.bytes().fold(1, |sum: u64, byte| sum.wrapping_mul(31).wrapping_add(u64::from(byte)));
    let query = Query {
        sdkappid: SdkAppId::new(number).unwrap_or(SdkAppId::EXAMPLE),
        identifier: identifier.to_owned(),
        usersig: UserSig::new(signature),
        random: u32::try_from(number % 0x1_0000_0003).ok(),
    };
    let url = CallUrl::new(base, identifier, &query);
    let (place, text) = url.as_str().split_once('?').unwrap_or_default();
    assert!(url.as_str().bytes().all(|byte| byte.is_ascii_graphic() && byte != b'#'), "{}", url.as_str());
    assert!(place.strip_prefix(base.as_str()).is_some_and(|path| path.starts_with('/')), "{place}");
    assert_eq!(text, query.to_text());
    let raw = RawQuery::new(text);
    match (identifier, signature) {
        ("", _) => assert_eq!(raw.query(), Err(QueryError::Missing { name: "identifier" })),
        (_, "") => assert_eq!(raw.query(), Err(QueryError::Missing { name: "usersig" })),
        _ => assert_eq!(raw.query().as_ref(), Ok(&query)),
    }
    assert_eq!(raw.random(), query.random.ok_or(QueryError::Missing { name: "random" }));
    // Which signature it is, is visible only where it is asked for.
    let other = Query { usersig: UserSig::new("another"), ..query.clone() };
    let other_url = CallUrl::new(base, identifier, &other);
    assert_eq!(format!("{query:?} {url:?}"), format!("{other:?} {other_url:?}"), "the signature is printed");
    assert_eq!(url.redacted(), other_url.redacted());
    if signature.len() > 1 {
        assert_eq!(format!("{raw:?}"), format!("{:?}", RawQuery::new(&other.to_text())), "the signature is printed");
    }
    for endpoint in Endpoint::ALL {
        let url = CallUrl::new(base, endpoint.path(), &query);
        let path = url.as_str().strip_prefix(base.as_str()).and_then(|rest| rest.split('?').next());
        assert_eq!(path.and_then(Endpoint::from_path), Some(*endpoint));
    }
}
