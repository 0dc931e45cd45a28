//! What the calls share.

use avmarks_protocol::SdkAppId;
use avmarks_protocol::region::{BaseUrl, Region};
use avmarks_protocol::url::{CallUrl, Query};
use avmarks_protocol::usersig::UserSig;
use avmarks_protocol::{ERROR_CODES, Endpoint, modify_user_info};
use avmarks_rules::{Policy, Refusal};

use crate::Page;
use crate::refusals::broken;
use crate::show::{Case, shown_all, title};

const FOLDER: &str = "gateway";

pub(crate) fn pages() -> Vec<Page> {
    vec![answers_refused(), urls(), error_codes()]
}

/// The one refusal that belongs to no call.
pub(crate) fn answers_refused() -> Page {
    let refusal = Refusal::UnknownPath;
    let ask = |policy: Policy| broken(Endpoint::ModifyUserInfo, refusal, policy);
    let given = "the path is the one that a table of 1047/50294 names by mistake";
    let (text, ids) = shown_all(&[Case { title: title(refusal), given, read: &[], ask: &ask }]);
    let shows = "the answer to a path that no call has, in the envelope alone";
    Page::new(FOLDER, "answers_refused", shows, "1047/34620 response; HTTP-200", text).and_on(ids)
}

fn urls() -> Page {
    let query = Query {
        sdkappid: SdkAppId::new(88_888_888).unwrap(),
        identifier: "admin one+%".to_owned(),
        usersig: UserSig::new("xxx*-_"),
        random: Some(99_999_999),
    };
    let bases = Region::ALL.iter().flat_map(|region| [region.base_url(), region.backup_url()]);
    let urls: Vec<_> = bases
        .chain([BaseUrl::parse("http://[::1]:8080/prefix/").unwrap()])
        .map(|base| CallUrl::new(&base, modify_user_info::PATH, &query).as_str().to_owned())
        .collect();
    let rests_on = "1047/50294 sample URL and domains, 1047/34620; QUERY";
    Page::new(FOLDER, "urls", "the URL of a call at every host, with escapes", rests_on, urls.join("\n"))
}

fn error_codes() -> Page {
    let codes: Vec<_> = ERROR_CODES
        .iter()
        .map(|row| {
            let (code, name, meaning, document) = (row.code, row.name, row.meaning, row.document);
            format!("{code} {name}: {meaning} [{}; {}; {document}]", row.action.name(), row.listed)
        })
        .collect();
    let shows = "every code that a caller can meet: name, meaning, what to do, and which text lists it";
    Page::new(FOLDER, "error_codes", shows, "1047/34348 and the API pages", codes.join("\n"))
}
