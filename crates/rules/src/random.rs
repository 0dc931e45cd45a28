//! For tests: numbers that look random in their upper bits, and are the same at each run.

/// The number behind `state` (Knuth's linear congruential generator of MMIX).
pub(crate) const fn next(state: u64) -> u64 {
    state.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1_442_695_040_888_963_407)
}
