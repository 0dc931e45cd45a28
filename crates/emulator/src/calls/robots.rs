//! Accounts of chatbots: accounts whose ids begin with `@RBT#`.

use avmarks_spec::UserId;

use super::answer::Reply;
use super::body::CallBody;
use super::call::{Answered, Call};
use super::field::Field;
use super::profiles::{IMAGE, NICK, VALUE_BYTES_MAX};
use super::refused::Refused;
use crate::state::State;

/// What the id of a chatbot begins with. Source: 1047/55281, request fields.
const CHATBOT: &str = "@RBT#";
/// Chatbots of an app. Source: 1047/55281, feature overview.
const CHATBOTS_MAX: usize = 20;

pub(super) const CALLS: &[Call] = &[
    Call::new(
        "openim_robot_http_svc/create_robot",
        "1047/55281; that a 21st is 10004 is ours",
        "Creates the account of a chatbot; one that is there stays.",
        &[
            Field::account("UserID").required(),
            Field::text("Nick", VALUE_BYTES_MAX),
            Field::text("FaceUrl", VALUE_BYTES_MAX),
            Field::text("SelfSignature", VALUE_BYTES_MAX),
        ],
    )
    .runs(create),
    Call::new("openim_robot_http_svc/get_all_robots", "1047/55280", "Lists the accounts of chatbots.", &[])
        .answers(&[Field::accounts("Robot_Account", usize::MAX)])
        .looks(list),
    Call::new(
        "openim_robot_http_svc/delete_robot",
        "1047/55281, by its sibling `create_robot`: no page of its own was read",
        "Deletes the account of a chatbot.",
        &[Field::account("Robot_Account").required()],
    )
    .runs(delete),
];

fn all(state: &State) -> impl Iterator<Item = &UserId> {
    state.calls.accounts.keys().filter(|account| account.as_str().starts_with(CHATBOT))
}

fn chatbot(given: &CallBody<'_>, field: &str) -> Result<UserId, Refused> {
    let account = given.account(field).filter(|account| account.as_str().starts_with(CHATBOT));
    account.ok_or_else(|| Refused::new(10_004, format!("`{field}` does not begin with `{CHATBOT}`")))
}

fn create(state: &mut State, given: &CallBody<'_>) -> Answered {
    let account = chatbot(given, "UserID")?;
    let is_there = state.calls.accounts.contains_key(&account);
    if !is_there && all(state).count() >= CHATBOTS_MAX {
        return Err(Refused::new(10_004, format!("the app has {CHATBOTS_MAX} chatbots, and may have no more")));
    }
    let kept = state.calls.accounts.entry(account).or_default();
    for (field, tag) in [("Nick", NICK), ("FaceUrl", IMAGE), ("SelfSignature", "Tag_Profile_IM_SelfSignature")] {
        if let Some(text) = given.text(field) {
            kept.0.get_or_insert_default().0.insert(tag.to_owned(), text.into());
        }
    }
    Ok(Reply::ok())
}

fn list(state: &State, _: &CallBody<'_>) -> Answered {
    let accounts: Vec<_> = all(state).map(UserId::as_str).collect();
    Ok(Reply::ok().with("Robot_Account", accounts))
}

fn delete(state: &mut State, given: &CallBody<'_>) -> Answered {
    state.calls.accounts.remove(&chatbot(given, "Robot_Account")?);
    Ok(Reply::ok())
}
