//! Profiles of accounts, by tags (1047/33520).
//!
//! Ours: a field that was never set is left out of what is read, and values are kept as they came.

use avmarks_spec::Excerpt;
use serde_json::json;

use super::answer::{Object, Reply};
use super::body::CallBody;
use super::call::{Answered, Call};
use super::field::Field;
use super::json::Json;
use super::refused::Refused;
use super::view::exists;
use crate::state::State;

/// Bytes of a value. Source: 1047/34916, code 40601.
pub(super) const VALUE_BYTES_MAX: usize = 500;
/// The tags of the two fields that an import sets.
pub(super) const NICK: &str = "Tag_Profile_IM_Nick";
pub(super) const IMAGE: &str = "Tag_Profile_IM_Image";

/// What the name of a field may be behind `Tag_Profile_IM_`. Source: 1047/33520.
const STANDARD: [&str; 12] = [
    "Nick",
    "Gender",
    "BirthDay",
    "Location",
    "SelfSignature",
    "AllowType",
    "Language",
    "Image",
    "MsgSettings",
    "AdminForbidType",
    "Level",
    "Role",
];

const ITEMS: &[Field] = &[Field::name("Tag", usize::MAX).required(), Field::any("Value").required()];

pub(super) const CALLS: &[Call] = &[
    Call::new(
        "profile/portrait_set",
        "1047/34916",
        "Sets fields of the profile of an account.",
        &[Field::account("From_Account").required(), Field::any_objects("ProfileItem", ITEMS).required()],
    )
    .codes(40_001, 40_001)
    .runs(set),
    Call::new(
        "profile/portrait_get",
        "1047/34917",
        "Reads fields of the profiles of up to 100 accounts.",
        &[Field::accounts("To_Account", 100).required().invalid(40_002), Field::any_texts("TagList").required()],
    )
    .codes(40_001, 40_001)
    .answers(&[
        Field::any_objects(
            "UserProfileItem",
            &[
                Field::account("To_Account").required(),
                Field::any_objects("ProfileItem", ITEMS),
                Field::count("ResultCode").required(),
                Field::any_text("ResultInfo").required(),
            ],
        ),
        Field::accounts("Fail_Account", usize::MAX),
    ])
    .looks(get),
];

/// 40009: there is no such field.
fn known(tag: &str) -> Result<(), Refused> {
    let is_standard = tag.strip_prefix("Tag_Profile_IM_").is_some_and(|name| STANDARD.contains(&name));
    let is_custom = tag.strip_prefix("Tag_Profile_Custom_").is_some_and(|name| !name.is_empty());
    if is_standard || is_custom {
        return Ok(());
    }
    Err(Refused::new(40_009, format!("`{}` is not a field of a profile", Excerpt(tag))))
}

fn set(state: &mut State, given: &CallBody<'_>) -> Answered {
    let account = given.account("From_Account").filter(|account| exists(state, account));
    let account = account.ok_or_else(|| Refused::new(40_003, "`From_Account` names no account that is there"))?;
    let items = given.parts("ProfileItem");
    for item in &items {
        let (tag, value) = (item.text("Tag").unwrap_or_default(), item.any("Value"));
        known(tag)?;
        match value {
            Some(Json::Text(text)) if text.len() > VALUE_BYTES_MAX => {
                let info =
                    format!("`Value` of `{tag}` has {} bytes; at most {VALUE_BYTES_MAX} are allowed", text.len());
                return Err(Refused::new(40_601, info));
            }
            Some(Json::Text(_) | Json::Number(_)) => {}
            _ => return Err(Refused::new(40_001, format!("`Value` of `{tag}` is neither a string nor a number"))),
        }
    }
    let profile = state.calls.accounts.entry(account).or_default().0.get_or_insert_default();
    let profile = &mut profile.0;
    for item in items {
        if let (Some(tag), Some(value)) = (item.text("Tag"), item.any("Value")) {
            profile.insert(tag.to_owned(), value.to_value());
        }
    }
    Ok(Reply::ok())
}

fn get(state: &State, given: &CallBody<'_>) -> Answered {
    let tags = given.texts("TagList").unwrap_or_default();
    tags.iter().try_for_each(|tag| known(tag))?;
    let (mut rows, mut failed) = (Vec::new(), Vec::new());
    for account in given.accounts("To_Account") {
        let mut row = vec![("To_Account", json!(account.as_str()))];
        if exists(state, &account) {
            let profile = state.calls.accounts.get(&account).and_then(|kept| kept.0.as_deref());
            let value = |tag: &&str| Some(json!({ "Tag": tag, "Value": profile?.0.get(*tag)? }));
            let items: Vec<_> = tags.iter().filter_map(value).collect();
            row.extend([("ProfileItem", json!(items)), ("ResultCode", json!(0)), ("ResultInfo", json!(""))]);
        } else {
            row.extend([("ResultCode", json!(40_003)), ("ResultInfo", json!("there is no such account"))]);
            failed.push(account.as_str().to_owned());
        }
        rows.push(Object(row));
    }
    let reply = Reply::ok().with("UserProfileItem", rows);
    Ok(if failed.is_empty() { reply } else { reply.with("Fail_Account", failed) })
}
