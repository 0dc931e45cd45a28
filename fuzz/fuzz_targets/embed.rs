//! The property and the input of this target are in `avmarks_testkit::fuzz`.
#![no_main]

libfuzzer_sys::fuzz_target!(|bytes: &[u8]| avmarks_testkit::fuzz::embed(bytes));
