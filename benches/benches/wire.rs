//! Reading a request and writing its answer, without what lies between, beside the baseline and beside other ways.

#![forbid(unsafe_code)]
#![expect(clippy::unwrap_used, reason = "a benchmark that cannot run ends")]

use std::borrow::Cow;
use std::hint::black_box;

use avmarks_benches::rounds::{Compared, Side, print_head, timed};
use avmarks_benches::world::{Numbers, request, write_served};
use avmarks_benches::{asked, naive};
use avmarks_protocol::modify_user_info::{self, Served};
use serde::Deserialize;

/// What serde derives for texts that are borrowed where they can be.
#[derive(Deserialize)]
#[serde(rename_all = "PascalCase")]
#[expect(dead_code, reason = "it is read, and that is all")]
struct Borrowed<'a> {
    #[serde(borrow)]
    group_id: Cow<'a, str>,
    command_type: i64,
    #[serde(borrow)]
    member_list: Vec<BorrowedEntry<'a>>,
}

#[derive(Deserialize)]
#[expect(dead_code, reason = "it is read, and that is all")]
struct BorrowedEntry<'a> {
    #[serde(rename = "Member_Account", borrow)]
    account: Cow<'a, str>,
    #[serde(rename = "Marks")]
    marks: Vec<i64>,
}

fn main() {
    let Some(arguments) = asked(&["wire"]) else { return };
    let rounds = if arguments.is_quick { 5 } else { 600 };
    println!("\nReading and writing, {rounds} rounds of each row, rounds taking turns\n");
    print_head();
    let mut numbers = Numbers(1);
    let large = request(&mut numbers, 1_000_000, 500, 3);
    let body = serde_json::to_vec(&large).unwrap();
    let small = serde_json::to_vec(&request(&mut numbers, 1_000_000, 2, 3)).unwrap();
    let text = String::from_utf8(body.clone()).unwrap();
    let spaced = text.replace(':', ": ").replace(',', ", ").into_bytes();
    let escaped = text.replace("user_", "user\\u005f").into_bytes();
    let unknown = text.replace(r#""Marks":"#, r#""More":0,"Marks":"#).into_bytes();

    parse("500 accounts", &body, rounds, 1, "1.33x, goal 4x");
    parse("2 accounts", &small, rounds, 200, "1.11x");
    parse("500 accounts, blanks as Python writes them", &spaced, rounds, 1, "");
    parse("500 accounts, an escape in each", &escaped, rounds, 1, "");
    parse("500 accounts, an unknown field in each", &unknown, rounds, 1, "");
    let compared = Compared::rounds(rounds, &mut owned(&body, 1), &mut |_| {
        timed(|| drop(black_box(serde_json::from_str::<Borrowed<'_>>(str::from_utf8(&body).unwrap()).unwrap()))).0
    });
    compared.print("parse 500 accounts, borrowed serde types in place of ours", 1, "");

    let theirs = naive::Answer {
        action_status: "OK".to_owned(),
        error_code: 0,
        error_info: String::new(),
        command_type: 1,
        member_list: large.member_list.clone(),
    };
    let mut kept = Vec::new();
    let compared = Compared::rounds(rounds, &mut fresh(&theirs), &mut |_| timed(|| write_served(&large, &mut kept)).0);
    assert_eq!(kept, serde_json::to_vec(&theirs).unwrap());
    compared.print("write the answer for 500, buffer kept", 1, "1x, goal 2.2x");
    let served = large
        .member_list
        .iter()
        .map(|entry| Served::new(entry.account.as_str(), entry.marks.iter().map(|mark| i64::from(*mark)).collect()));
    let ours = modify_user_info::Answer::served(1, served.collect());
    let compared = Compared::rounds(rounds, &mut fresh(&theirs), &mut |_| timed(|| black_box(ours.to_json())).0);
    compared.print("write the answer for 500, from an owned `Answer`", 1, "");
}

fn parse(what: &str, body: &[u8], rounds: usize, repeats: usize, reach: &str) {
    modify_user_info::Request::parse(body).unwrap();
    let mut ours = |_| timed(|| (0..repeats).for_each(|_| drop(black_box(modify_user_info::Request::parse(body))))).0;
    let ours: Side<'_> = &mut ours;
    let compared = Compared::rounds(rounds, &mut owned(body, repeats), ours);
    compared.print(&format!("parse {what} ({} bytes)", body.len()), repeats, reach);
}

fn owned(body: &[u8], repeats: usize) -> impl FnMut(usize) -> std::time::Duration {
    move |_| timed(|| (0..repeats).for_each(|_| drop(black_box(serde_json::from_slice::<naive::Request>(body))))).0
}

fn fresh(answer: &naive::Answer) -> impl FnMut(usize) -> std::time::Duration {
    move |_| timed(|| black_box(serde_json::to_vec(answer).unwrap())).0
}
