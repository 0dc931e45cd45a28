//! Scenario files, whatever is in them.

use avmarks_generators::operations::small_limits;

use crate::differ::essence;
use crate::{Machine, OracleMachine, Reply, service_with};

/// The most lines of a scenario that are read.
const LINES_MAX: usize = 64;

/// Service and naive oracle take the same lines for valid, and answer each alike. What is no valid input is passed over by
/// both, as by a person who mends the line and goes on.
pub fn replay(bytes: &[u8]) {
    let Ok(text) = std::str::from_utf8(bytes) else { return };
    let mut service = service_with(small_limits());
    let mut oracle = OracleMachine::with_limits(small_limits());
    for line in text.lines().take(LINES_MAX) {
        match (Machine::answer(&mut service, line), oracle.answer(line)) {
            (Ok(Reply::Answer(ours)), Ok(Reply::Answer(theirs))) => {
                assert_eq!(essence(ours), essence(theirs), "service and oracle disagree about {line}");
            }
            (ours, theirs) => {
                assert_eq!(ours.is_ok(), theirs.is_ok(), "valid to one alone: {line}\n{ours:?}\n{theirs:?}");
            }
        }
    }
}
