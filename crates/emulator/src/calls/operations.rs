//! What an operator of an app asks: its figures, its message records, addresses of servers, mutes everywhere, files of messages.

use serde_json::{Value, json};

use super::answer::Reply;
use super::body::CallBody;
use super::call::{Answered, Call};
use super::field::Field;
use crate::state::State;

const FOR_GOOD: i64 = u32::MAX as i64;
const URL_BYTES_MAX: usize = 4_096;
const RAW_URL: Field = Field::name("RawURL", URL_BYTES_MAX).required();

pub(super) const CALLS: &[Call] = &[
    Call::new(
        "openconfigsvr/getappinfo",
        "269/4193; that the figures of one day are answered, most of them 0, is ours",
        "Tells the figures of the app: how many accounts and groups there are.",
        &[Field::any_texts("RequestField")],
    )
    .answers(&[Field::any_objects("Result", &[])])
    .looks(figures),
    Call::new(
        "openconfigsvr/setnospeaking",
        "269/4230",
        "Mutes an account everywhere.",
        &[
            Field::account("Set_Account").required(),
            Field::number("C2CmsgNospeakingTime", 0, FOR_GOOD),
            Field::number("GroupmsgNospeakingTime", 0, FOR_GOOD),
        ],
    ),
    Call::new(
        "openconfigsvr/getnospeaking",
        "269/4229",
        "Tells how long an account is muted everywhere: it is not.",
        &[Field::account("Get_Account").required()],
    )
    .answers(&[
        Field::number("C2CmsgNospeakingTime", 0, FOR_GOOD).required(),
        Field::number("GroupmsgNospeakingTime", 0, FOR_GOOD).required(),
    ]),
    Call::new(
        "open_msg_svc/get_history",
        "1047/34885; that an hour without messages is served is ours",
        "Tells where the messages of an hour can be had: there are none.",
        &[Field::one_of("ChatType", &["C2C", "Group"]).required(), Field::name("MsgTime", 10).required()],
    )
    .answers(&[Field::any_objects("File", &[]).required()]),
    Call::new("ConfigSvc/GetIPList", "269/45438", "Lists the addresses of the service: this machine.", &[])
        .answers(&[Field::any_texts("IPList")])
        .acknowledges(|_| Reply::ok().with("IPList", ["127.0.0.1"])),
    Call::new("im_cos_msg/forbid_illegal_object", "269/74775", "Blocks a file of a message.", &[RAW_URL]),
    Call::new("im_cos_msg/allow_banned_object", "269/74776", "Unblocks a file of a message.", &[RAW_URL]),
    Call::new(
        "im_cos_msg/get_cos_sig",
        "269/74777",
        "Signs the addresses of files: none is signed.",
        &[Field::any_objects("RawURLs", &[RAW_URL]).required()],
    ),
];

/// Figures are strings, as the page's sample has them, and `ErrorInfo` is `OK`.
fn figures(state: &State, given: &CallBody<'_>) -> Answered {
    let mut row = serde_json::Map::new();
    let day = given.now.as_seconds() / 86_400;
    for (name, figure) in [
        ("AppId", state.app.settings().sdkappid.number().to_string()),
        ("AppName", String::new()),
        ("Company", String::new()),
        ("ActiveUserNum", "0".to_owned()),
        ("RegistUserNumTotal", state.calls.accounts.len().to_string()),
        ("GroupAllGroupNum", state.app.groups().count().to_string()),
        ("Date", date(day)),
    ] {
        row.insert(name.to_owned(), Value::String(figure));
    }
    Ok(Reply::ok_saying("OK").with("Result", json!([row])))
}

/// The date of this day since 1970-01-01, as `20261130` (the proleptic Gregorian calendar).
fn date(day: u64) -> String {
    // The years begin in March, so that a leap day is the last of its year.
    let (era, of_era) = ((day + 719_468) / 146_097, (day + 719_468) % 146_097);
    let year = (of_era - of_era / 1_460 + of_era / 36_524 - of_era / 146_096) / 365;
    let of_year = of_era - (365 * year + year / 4 - year / 100);
    let month = (5 * of_year + 2) / 153;
    let of_month = of_year - (153 * month + 2) / 5 + 1;
    let month = if month < 10 { month + 3 } else { month - 9 };
    let year = era * 400 + year + u64::from(month <= 2);
    format!("{year:04}{month:02}{of_month:02}")
}

#[cfg(test)]
mod tests {
    use super::date;

    #[test]
    fn days_are_told_as_dates() {
        for (day, text) in [
            (0, "19700101"),
            (58, "19700228"),
            (59, "19700301"),
            (11_016, "20000229"),
            (11_017, "20000301"),
            (19_675, "20231114"),
            (20_787, "20261130"),
            (47_540, "21000228"),
            (47_541, "21000301"),
        ] {
            assert_eq!(date(day), text, "{day}");
        }
    }
}
