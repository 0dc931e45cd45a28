//! The commands of the project's README print what it says they print.

use std::path::Path;
use std::process::Stdio;

use super::run::command;
use super::send::Loopback;
use super::server::{self, Mishap, Server};

#[test]
fn the_commands_of_the_readme_print_what_it_says() {
    let top = Path::new(env!("CARGO_MANIFEST_DIR")).join("../..");
    let Ok(readme) = std::fs::read_to_string(top.join("README.md")) else {
        // The crate as a registry has it comes without the project around it.
        return;
    };
    // The server that `cargo run --example loopback` starts, at a port that is free.
    let class = |log| Server::new(server::class(), log).mishap(2, Mishap::Busy).mishap(3, Mishap::AnswerLost);
    let loopback = Loopback::start(class);
    let mut shown = 0;
    for example in readme.split("$ cargo run --release -- ").skip(1) {
        let arguments: Vec<_> = example.lines().next().unwrap().split(' ').collect();
        if arguments[0] == "serve" {
            // It does not end by itself: `serve.rs` holds it.
            continue;
        }
        let printed = example.split("```text\n").nth(1).unwrap().split("```").next().unwrap();
        let output = command(&arguments)
            .env("AVMARKS_URL", &loopback.url)
            .current_dir(&top)
            .stdin(Stdio::null())
            .output()
            .unwrap();
        assert_eq!(String::from_utf8(output.stdout).unwrap(), printed, "{arguments:?}");
        shown += 1;
    }
    assert_eq!(shown, 4);
}
