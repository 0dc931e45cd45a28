//! The short form of `examples/malformed.rs`.

#[path = "../../examples/malformed/storm.rs"]
mod storm;

use crate::start;

#[test]
fn whatever_is_sent_is_answered_or_closed() {
    let running = start(|settings| settings.app.terms.limits.calls_per_window_max = 1_000_000);
    let mut storm = storm::Storm::new(1);
    let told = storm.blow(running.address(), 3_000);
    assert_eq!(told.sent, 3_000);
    assert_eq!(told.answered + told.closed, told.sent);
    // Most of it can be told apart well enough to be answered, and some of it cannot.
    assert!(told.answered > 1_000 && told.closed > 10, "{told:?}");
    assert_eq!(storm::panics(), 0);
}
