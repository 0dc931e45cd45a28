//! avmarks
fn main() {}
