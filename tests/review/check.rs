//! `avmarks check`: the runs that `crates/cli/tests/cli/review.rs` makes with the binary, and compares. They are listed in a file
//! for both.

use std::fs;
use std::path::Path;

use serde_json::Value;

use crate::Page;

pub(crate) fn pages() -> Vec<Page> {
    let file = Path::new(env!("CARGO_MANIFEST_DIR")).join("review/check.json");
    let runs: Value = serde_json::from_str(&fs::read_to_string(file).unwrap()).unwrap();
    let runs = runs.as_array().unwrap().iter().map(|run| {
        let field = |name: &str| run[name].as_str().unwrap();
        Page { text: None, ..Page::new("check", field("name"), field("shows"), field("rests_on"), "") }
    });
    runs.collect()
}
