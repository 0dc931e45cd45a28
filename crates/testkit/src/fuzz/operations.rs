//! A whole service against the naive oracle and the rules alone.

use avmarks_generators::operations::{Run, small_limits};
use avmarks_generators::{Choices, Generate};

use crate::differ::differ;

/// All that [`differ`] says, of any run: the service answers as the oracle and the rules alone do, a dry run predicts it,
/// no limit is passed, a refusal changes nothing, and a snapshot and restore before any step is not noticed. The first byte
/// says where that is, the others are the [`Run`], which begins with up to seven readings of gaps.
pub fn operations(bytes: &[u8]) {
    let mut choices = Choices::new(bytes);
    let restore_at = usize::from(choices.byte());
    let Run { steps } = Run::generate(&mut choices);
    let judged = differ(&steps, small_limits(), restore_at % steps.len());
    assert!(judged.is_ok(), "{}", judged.err().unwrap_or_default());
}
