//! Reading a request and writing its answer, without what lies between, beside the baseline and beside other ways.

#![forbid(unsafe_code)]
#![expect(clippy::unwrap_used, reason = "a benchmark that cannot run ends")]

use std::borrow::Cow;
use std::hint::black_box;

use std::time::Duration;

use avmarks_benches::rounds::{Compared, print_head, timed};
use avmarks_benches::world::{Numbers, request, write_served};
use avmarks_benches::{asked, naive};
use avmarks_protocol::modify_user_info::{self, Request, Served};
use avmarks_protocol::{AnswerError, RequestError, get_members};
use serde::Deserialize;
use serde::de::DeserializeOwned;

/// What serde derives for texts that are borrowed if they can be.
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
    let unknown_object = text.replace(r#""Marks":"#, r#""More":{"a":["x",-1.5],"b":"\""},"Marks":"#).into_bytes();

    parse("500 accounts", &body, rounds, 1, "1.33x, goal 4x");
    parse("2 accounts", &small, rounds, 200, "1.11x");
    parse("500 accounts, blanks as Python writes them", &spaced, rounds, 1, "");
    parse("500 accounts, an escape in each", &escaped, rounds, 1, "");
    parse("500 accounts, an unknown field in each", &unknown, rounds, 1, "2x, goal 2.8x");
    parse("500 accounts, an unknown object in each", &unknown_object, rounds, 1, "");
    let compared = Compared::rounds(
        rounds,
        &mut side(1, || serde_json::from_slice::<naive::Request>(&body).unwrap()),
        &mut side(1, || serde_json::from_str::<Borrowed<'_>>(str::from_utf8(&body).unwrap()).unwrap()),
    );
    compared.print("parse 500 accounts, borrowed serde types in place of ours", 1, "");

    let theirs = naive::Answer {
        action_status: "OK".to_owned(),
        error_code: 0,
        error_info: String::new(),
        command_type: 1,
        member_list: large.member_list.clone(),
    };
    let answer = serde_json::to_string(&theirs).unwrap();
    let unknown = answer.replace(r#""Marks":"#, r#""More":0,"Marks":"#);
    parse_answer("the answer of 500 accounts", &answer, rounds, "2.5x, goal 4x");
    parse_answer("the answer of 500 accounts, an unknown field in each, which is kept", &unknown, rounds, "");
    parse_page("a page of 500 members", &page(&large, false), rounds, "2.5x, goal 4x");
    parse_page("a page of 500 members, each with name, picture and marks", &page(&large, true), rounds, "");

    let mut kept = Vec::new();
    let compared = Compared::rounds(rounds, &mut fresh(&theirs), &mut |_| timed(|| write_served(&large, &mut kept)).0);
    assert_eq!(kept, serde_json::to_vec(&theirs).unwrap());
    compared.print("write the answer for 500, into a reused buffer", 1, "1x, goal 2.2x");
    let served = large
        .member_list
        .iter()
        .map(|entry| Served::new(entry.account.as_str(), entry.marks.iter().map(|mark| i64::from(*mark)).collect()));
    let ours = modify_user_info::Answer::served(1, served.collect());
    let compared = Compared::rounds(rounds, &mut fresh(&theirs), &mut |_| timed(|| black_box(ours.to_json())).0);
    compared.print("write the answer for 500, from an owned `Answer`", 1, "");
}

/// The members of a request as a page of the list: with nothing that may be left out, or with all.
fn page(request: &naive::Request, is_full: bool) -> String {
    let member = |(at, entry): (usize, &naive::Entry)| naive::Listed {
        join_time: 1_669_872_112 + at as u64,
        account: entry.account.clone(),
        nick_name: if is_full { format!("Viewer {at}") } else { String::new() },
        avatar: if is_full { format!("https://example.com/pictures/{at}.png") } else { String::new() },
        marks: is_full.then(|| entry.marks.clone()),
    };
    let page = naive::Page {
        action_status: "OK".to_owned(),
        error_code: 0,
        error_info: String::new(),
        member_list: request.member_list.iter().enumerate().map(member).collect(),
        next_timestamp: 1_669_872_111,
    };
    serde_json::to_string(&page).unwrap()
}

fn parse(what: &str, body: &[u8], rounds: usize, repeats: usize, reach: &str) {
    let ours = || -> Result<Request<'_>, RequestError> { Request::parse(body) };
    read::<naive::Request, _, _>(what, body, rounds, repeats, reach, ours);
}

fn parse_answer(what: &str, body: &str, rounds: usize, reach: &str) {
    let ours = || -> Result<_, AnswerError> { modify_user_info::Answer::parse(body.as_bytes()) };
    read::<naive::Answer, _, _>(what, body.as_bytes(), rounds, 1, reach, ours);
}

fn parse_page(what: &str, body: &str, rounds: usize, reach: &str) {
    let ours = || -> Result<_, AnswerError> { get_members::Answer::parse(body.as_bytes()) };
    read::<naive::Page, _, _>(what, body.as_bytes(), rounds, 1, reach, ours);
}

/// Compares what serde derives for owned texts with ours.
fn read<N: DeserializeOwned, T, E: std::fmt::Debug>(
    what: &str,
    body: &[u8],
    rounds: usize,
    repeats: usize,
    reach: &str,
    ours: impl Fn() -> Result<T, E>,
) {
    ours().unwrap();
    let mut naive = side(repeats, || serde_json::from_slice::<N>(body).unwrap());
    let compared = Compared::rounds(rounds, &mut naive, &mut side(repeats, ours));
    compared.print(&format!("parse {what} ({} bytes)", body.len()), repeats, reach);
}

/// Does its work once before it is timed. The allocator puts off the joining of what was freed until somebody asks for a large
/// piece, and the caches hold what was used last: so each side finds what it left itself, and not what the other did.
fn side<T>(repeats: usize, work: impl Fn() -> T) -> impl FnMut(usize) -> Duration {
    move |_| {
        drop(black_box(work()));
        timed(|| (0..repeats).for_each(|_| drop(black_box(work())))).0
    }
}

fn fresh(answer: &naive::Answer) -> impl FnMut(usize) -> Duration {
    move |_| timed(|| black_box(serde_json::to_vec(answer).unwrap())).0
}
