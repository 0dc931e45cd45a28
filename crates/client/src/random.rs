//! Numbers that look random, made from one that is: the caller's seed.

/// Deterministic from its seed. Good enough to distinguish attempts and to spread waits; never for secrets.
#[derive(Clone, Debug)]
pub(crate) struct Random {
    state: u64,
    /// Where the correlation ids start, and how many there were.
    start: u32,
    count: u32,
}

impl Random {
    pub(crate) fn new(seed: u64) -> Self {
        let mut random = Self { state: seed, start: 0, count: 0 };
        random.start = random.number();
        random
    }

    /// The next number. SplitMix64, upper half.
    pub(crate) fn number(&mut self) -> u32 {
        self.state = self.state.wrapping_add(0x9e37_79b9_7f4a_7c15);
        let mut mixed = self.state;
        mixed = (mixed ^ (mixed >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
        mixed = (mixed ^ (mixed >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
        ((mixed ^ (mixed >> 31)) >> 32) as u32
    }

    /// The next correlation id: none comes twice before 4,294,967,296 were taken, because the mixing (MurmurHash3's last step)
    /// loses nothing.
    pub(crate) fn correlation(&mut self) -> u32 {
        let mut mixed = self.start.wrapping_add(self.count);
        self.count = self.count.wrapping_add(1);
        mixed = (mixed ^ (mixed >> 16)).wrapping_mul(0x85eb_ca6b);
        mixed = (mixed ^ (mixed >> 13)).wrapping_mul(0xc2b2_ae35);
        mixed ^ (mixed >> 16)
    }
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeSet;

    use super::*;

    /// The first numbers of SplitMix64's reference implementation for the seed 1234567.
    #[test]
    fn numbers_are_those_of_split_mix() {
        let mut random = Random { state: 1_234_567, start: 0, count: 0 };
        for whole in [6_457_827_717_110_365_317u64, 3_203_168_211_198_807_973, 9_817_491_932_198_370_423] {
            assert_eq!(random.number(), (whole >> 32) as u32);
        }
        // The tenth is the first in which the last step takes a bit away.
        assert_eq!((0..7).map(|_| random.number()).last(), Some((15_101_793_978_218_222_876u64 >> 32) as u32));
    }

    /// MurmurHash3 (32 bits) of nothing, with the seeds 1 and 2^32-1, is its last step alone.
    #[test]
    fn correlation_ids_are_mixed_as_by_murmur_hash() {
        for (start, mixed) in [(0, 0), (1, 0x514e_28b7), (u32::MAX, 0x81f1_6f39)] {
            assert_eq!(Random { state: 0, start, count: 0 }.correlation(), mixed);
        }
        // Each number from the start on is taken.
        let mut random = Random { state: 0, start: 0, count: 0 };
        assert_eq!([random.correlation(), random.correlation()], [0, 0x514e_28b7]);
    }

    #[test]
    fn correlation_ids_differ_and_seeds_give_others() {
        let mut random = Random::new(7);
        let ids: BTreeSet<_> = (0..100_000).map(|_| random.correlation()).collect();
        assert_eq!(ids.len(), 100_000);
        assert_ne!(Random::new(1).correlation(), Random::new(2).correlation());
        assert_eq!(Random::new(1).number(), Random::new(1).number());
    }
}
