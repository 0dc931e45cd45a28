//! Reading accounts: what is taken, and what is told of what is not.

use serde_json::{Value, json};

use super::{Loopback, send_command};
use crate::run::{Run, feed, file, folder};
use crate::server::{Server, class};

/// What would be sent for this file.
fn planned(arguments: &[&str], text: impl AsRef<[u8]>) -> Value {
    let arguments = [&["set", "--file", "-", "--dry-run", "--json", "--url", "https://localhost"], arguments].concat();
    let run = feed(send_command(&arguments), text.as_ref());
    run.json()["request"]["body"]["MemberList"].clone()
}

fn members(members: &[(&str, &[u32])]) -> Value {
    members.iter().map(|(account, marks)| json!({"Member_Account": account, "Marks": marks})).collect()
}

#[test]
fn lines_with_account_and_mark_are_merged() {
    let expected = members(&[("ann", &[1000, 500]), ("bob", &[1001])]);
    for text in [
        "ann,1000\nbob,1001\nann,pinned\n",
        "account,mark\nann,1000\nbob,1001\nann,500",
        "\u{feff}Account , Marks\r\nann,1000\r\n\r\nbob,1001\r\nann,1000\r\nann,500\r\n",
        "\n  \n\"ann\",\"1000\"\n \"bob\" , 1001 \n\tann , PINNED\n",
    ] {
        assert_eq!(planned(&[], text), expected, "{text:?}");
    }
}

#[test]
fn account_lines_take_the_given_marks() {
    let expected = members(&[("ann", &[1000, 600]), ("bob", &[1000, 600])]);
    for text in ["ann\nbob", "ann\r\n\r\nbob\r\nann\r\n", "\u{feff}\"ann\"\n  bob  \n"] {
        assert_eq!(planned(&["--mark", "1000,hidden"], text), expected, "{text:?}");
        assert_eq!(planned(&["--mark", "1000", "--mark", "600"], text), expected, "{text:?}");
    }
    // In quotes, everything is meant.
    let odd = members(&[(" a,b ", &[1000]), ("#1", &[1000]), ("account", &[1000]), ("say \"hi\"", &[1000])]);
    assert_eq!(planned(&["--mark", "1000"], "\" a,b \"\n\"#1\"\n\"account\"\n\"say \"\"hi\"\"\""), odd);
    // Arguments come first.
    assert_eq!(planned(&["--mark", "1000", "zoe"], "ann"), members(&[("zoe", &[1000]), ("ann", &[1000])]));
    let many = (0..30_000).map(|number| format!("u{number}\n")).collect::<String>();
    let run = feed(send_command(&["set", "--file", "-", "--mark", "1000", "--plan", "--json"]), many.as_bytes());
    let plan = run.json();
    assert_eq!((&plan["accounts"], plan["calls"].as_array().unwrap().len()), (&json!(30_000), 60));
}

#[test]
fn input_errors_are_listed_before_sending() {
    let server = Loopback::start(|log| Server::new(class(), log));
    let long = "x".repeat(33);
    let mut text =
        b"account,mark\nstudent1,1000\n#note\nann;1000\nann,\nann,abc\n\"ann,1000\n,1000\nann,1000,1001\n".to_vec();
    text.extend(format!("{long},1000\na\tb,1000\n").as_bytes());
    text.extend(b"a\xff,1000\n\"ann\"x,1000\nstudent2,999\n{\"account\":\"ann\"}\n [\"ann\"]\n");
    let name = file(&folder("errors"), "bad.csv", &text);
    let run = server.send(&["set", "--file", &name]);
    let expected = [
        (3, "`#note` begins like a comment, and there are none; take it out, or put the account in quotes"),
        (4, "`ann;1000` has no mark; write `account,mark`, or give --mark for all lines"),
        (5, "`ann` has no mark behind the comma; write `account,mark`"),
        (6, "invalid mark `abc`: expected a number from 1000 to 4294967295, `pinned` (500) or `hidden` (600)"),
        (
            7,
            "a quotation mark is not closed on its line; close it, or write the whole field in quotes and this mark twice",
        ),
        (8, "no account before the comma; write `account,mark`"),
        (9, "3 fields; write `account,mark`, a line for each mark, and put an account that has a comma in quotes"),
        (
            10,
            &format!(
                "invalid account `{long}`: it has 33 bytes, and at most 32 are allowed; expected 1 to 32 bytes of printable ASCII"
            ),
        ),
        (11, "invalid account `a\\tb`: `\\t` at byte 1 is not allowed; expected 1 to 32 bytes of printable ASCII"),
        (12, "invalid UTF-8 at byte 1 of the line; save the file as UTF-8"),
        (13, "text follows a closing quotation mark; end the field there, or write this mark twice"),
        (14, "invalid mark `999`: expected a number from 1000 to 4294967295, `pinned` (500) or `hidden` (600)"),
        (15, "`{\"account\":\"ann\"}` begins like JSON; write a line for each account, or put the account in quotes"),
        (16, "` [\"ann\"]` begins like JSON; write a line for each account, or put the account in quotes"),
    ];
    let mut lines: Vec<_> = expected.iter().map(|(line, error)| format!("`{name}` line {line}: {error}")).collect();
    lines.push("14 errors in the accounts; nothing was sent".to_owned());
    assert_eq!(run.errors(2), lines);
    assert_eq!(server.entries().len(), 0);
}

fn wrong(arguments: &[&str], text: &str) -> Run {
    feed(send_command(&[&["set", "--url", "https://localhost"], arguments].concat()), text.as_bytes())
}

#[test]
fn argument_errors_are_listed_too() {
    let run = wrong(&["ann", "", "--file", "-"], "bob,1000");
    assert_eq!(
        run.errors(2),
        [
            "account 1: `ann` has no marks; give --mark",
            "account 2: `` has no marks; give --mark",
            "account 2: no account: it is empty",
            "3 errors in the accounts; nothing was sent"
        ]
    );
    let text = (1000..1012).map(|mark| format!("ann,{mark}\n")).collect::<String>();
    assert_eq!(
        wrong(&["--file", "-"], &text).errors(2),
        [
            "standard input, line 11: mark `1010` makes more than 10 different custom marks (12 in all); a group has at most 10",
            "1 error in the accounts; nothing was sent"
        ]
    );
    for (text, part) in [
        ("ann,1000", "2 fields where --mark is given, which leaves a line to its account"),
        ("account\nann", "`account` looks like a header"),
    ] {
        assert!(wrong(&["--mark", "1000", "--file", "-"], text).errors(2)[0].contains(part), "{text}");
    }
    assert_eq!(wrong(&["--file", "-"], "").error(), "no accounts in standard input; write one a line");
    assert_eq!(wrong(&["--file", "-"], "account,mark\n\n").error(), "no accounts in standard input; write one a line");
    assert!(wrong(&["--mark", "1000"], "").error().starts_with("no accounts: give them as arguments"));
    assert!(wrong(&["--file", "nowhere.csv"], "").error().starts_with("`nowhere.csv` does not exist"));
    assert!(wrong(&["--file", "-", "--key-file", "-"], "").error().contains("two inputs are standard input"));
}

#[test]
fn accounts_beyond_ascii_are_a_reading() {
    let name = "röschen";
    let error = "account 1: invalid account `röschen`: `\\u{f6}` at byte 1 is not allowed; --reading account_id=utf8 accepts such ids";
    assert_eq!(wrong(&[name, "--mark", "1000"], "").errors(2)[0], error);
    let read = planned(&["--mark", "1000", "--reading", "account_id=utf8"], name);
    assert_eq!(read, members(&[(name, &[1000])]));
}
