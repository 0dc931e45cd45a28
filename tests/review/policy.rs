//! The readings and numbers that hold where nobody sets others. Questions, evidence and what each reading means are in
//! `docs/ledger.md`; here is only what has no other page.

use avmarks_rules::{PROFILES, Policy};
use avmarks_service::Settings;
use avmarks_spec::{Gap, Limits, Mark};

use crate::Page;
use crate::decisions::table;

const FOLDER: &str = "policy";

pub(crate) fn pages() -> Vec<Page> {
    vec![defaults(), limits()]
}

fn defaults() -> Page {
    let mut rows =
        vec![[&["gap", "field"][..], &PROFILES.iter().map(|profile| profile.name).collect::<Vec<_>>()].concat()];
    for gap in Gap::ALL {
        let default = Policy::default().reading(*gap);
        let mut row = vec![gap.id(), gap.field().unwrap_or("")];
        for (at, profile) in PROFILES.iter().enumerate() {
            let reading = (profile.policy)().reading(*gap);
            row.push(if at > 0 && reading == default { "" } else { reading });
        }
        rows.push(row);
    }
    let rows: Vec<Vec<String>> = rows.into_iter().map(|row| row.into_iter().map(str::to_owned).collect()).collect();
    let shows = "the reading of every gap in each profile; empty where it is the default's";
    let gaps = Gap::ALL.iter().map(|gap| gap.id());
    Page::new(
        FOLDER,
        "defaults",
        shows,
        "1047/50293, 269/77266, 1047/38521, 269/49180 and 1047/60527 for the profiles",
        table(&rows),
    )
    .and_on(gaps)
}

fn limits() -> Page {
    // Taken apart, so that a new number breaks the build here.
    let Limits {
        accounts_per_call_max,
        marks_per_group_max,
        members_per_mark_max,
        pin_duration_max,
        list_members_max,
        low_plan_list_members_max,
        group_admins_max,
        calls_per_window_max,
        rate_window,
        body_bytes_max,
    } = Limits::DOCUMENTED;
    let settings = Settings::default();
    let admins: Vec<_> = settings.admins.iter().map(String::as_str).collect();
    let rows = [
        ("number", "value".to_owned(), "rests on"),
        ("accounts_per_call_max", accounts_per_call_max.to_string(), "ACCOUNTS-MAX"),
        ("marks_per_group_max", marks_per_group_max.to_string(), "MARKS-PER-GROUP"),
        ("members_per_mark_max", members_per_mark_max.to_string(), "MEMBERS-PER-MARK"),
        ("pin_duration_max", format!("{} ms", pin_duration_max.as_millis()), "PIN-500"),
        ("list_members_max", list_members_max.to_string(), "LIST-MAX"),
        ("low_plan_list_members_max", low_plan_list_members_max.to_string(), "gap:low-plan-list"),
        ("group_admins_max", group_admins_max.to_string(), "gap:sixth-admin"),
        ("calls_per_window_max", calls_per_window_max.to_string(), "RATE"),
        ("rate_window", format!("{} ms", rate_window.as_millis()), "RATE, gap:rate-scope"),
        ("body_bytes_max", body_bytes_max.to_string(), "gap:http-codes"),
        ("GROUP_ID_BYTES_MAX", Limits::GROUP_ID_BYTES_MAX.to_string(), "GROUP-ID, gap:group-id"),
        ("USER_ID_BYTES_MAX", Limits::USER_ID_BYTES_MAX.to_string(), "ACCOUNT-ID, gap:account-id"),
        ("Mark::CUSTOM_MIN", Mark::CUSTOM_MIN.to_string(), "MARK-RANGE"),
        ("Mark::CUSTOM_MAX", Mark::CUSTOM_MAX.to_string(), "MARK-RANGE, gap:mark-max"),
        ("MARKS_PER_GROUP_CEILING", Limits::MARKS_PER_GROUP_CEILING.to_string(), "ours"),
        ("LIST_MEMBERS_CEILING", Limits::LIST_MEMBERS_CEILING.to_string(), "ours"),
        ("sdkappid of an app", settings.sdkappid.to_string(), "ours"),
        ("admins of an app", admins.join(" "), "ours"),
        ("marks_supported of an app", settings.terms.marks_supported.to_string(), "PLAN"),
        ("online_list_enabled of an app", settings.terms.online_list_enabled.to_string(), "SWITCH"),
    ];
    let ids: Vec<_> = rows[1..].iter().flat_map(|(_, _, on)| on.split(", ")).filter(|id| *id != "ours").collect();
    let cells: Vec<Vec<String>> =
        rows.iter().map(|(name, value, on)| vec![(*name).to_owned(), value.clone(), (*on).to_owned()]).collect();
    let shows = "every number that the rules count against, and what an app is set up with";
    Page::new(FOLDER, "limits", shows, "1047/50294, 1047/50293 and 269/102857", table(&cells)).and_on(ids)
}
