//! For tests: a generator of pseudorandom numbers that are the same in each run. Only the upper bits are random enough to use.

/// The number after `state` (Knuth's linear congruential generator for MMIX).
pub(crate) const fn next(state: u64) -> u64 {
    state.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1_442_695_040_888_963_407)
}
