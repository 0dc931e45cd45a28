//! The source of the decisions of a generator: any bytes.

/// Decisions, read off bytes one after the other. Where the bytes end, every decision is 0, which is the simplest: so a
/// shorter sequence of bytes results in a simpler value, and none is too short.
///
/// ```
/// use avmarks_generators::Choices;
///
/// let mut choices = Choices::new(&[7, 1]);
/// assert_eq!(choices.pick(&["a", "b", "c"]), "b");
/// assert_eq!(choices.below(10), 1);
/// assert!(choices.is_empty());
/// assert_eq!(choices.pick(&["a", "b", "c"]), "a");
/// ```
#[derive(Clone, Debug)]
pub struct Choices<'a> {
    bytes: &'a [u8],
}

impl<'a> Choices<'a> {
    /// The decisions that these bytes make.
    #[must_use]
    pub const fn new(bytes: &'a [u8]) -> Self {
        Self { bytes }
    }

    /// Whether the bytes have ended.
    #[must_use]
    pub const fn is_empty(&self) -> bool {
        self.bytes.is_empty()
    }

    /// How many bytes are left.
    #[must_use]
    pub const fn len(&self) -> usize {
        self.bytes.len()
    }

    /// The next byte; 0 if there is none.
    pub fn byte(&mut self) -> u8 {
        let Some((byte, rest)) = self.bytes.split_first() else { return 0 };
        self.bytes = rest;
        *byte
    }

    /// A number below `end`; 0 where `end` is 0. It takes one byte if that is enough, else two, and is below 65,536.
    pub fn below(&mut self, end: usize) -> usize {
        let number = match end {
            0..=1 => return 0,
            2..=256 => usize::from(self.byte()),
            _ => usize::from(u16::from_le_bytes([self.byte(), self.byte()])),
        };
        number % end
    }

    /// One of these; the first is the simplest.
    pub fn pick<T: Copy, const N: usize>(&mut self, list: &[T; N]) -> T {
        const { assert!(N > 0 && N <= 256, "one byte picks") };
        #[expect(clippy::indexing_slicing, reason = "what is below N is an index of N")]
        list[self.below(N)]
    }

    /// One of these; none if there are none.
    pub fn pick_from<T: Copy>(&mut self, list: &[T]) -> Option<T> {
        list.get(self.below(list.len())).copied()
    }

    /// Whether something happens that happens once in `n` times, and not in the simplest case.
    pub fn one_in(&mut self, n: u8) -> bool {
        n > 0 && self.byte() % n == n - 1
    }

    /// Something, or nothing, which is the simplest.
    pub fn perhaps<T>(&mut self, one: impl FnOnce(&mut Self) -> T) -> Option<T> {
        (self.byte() & 1 == 1).then(|| one(self))
    }

    /// One to three of something; none, or up to six, now and then.
    pub fn few<T>(&mut self, mut one: impl FnMut(&mut Self) -> T) -> Vec<T> {
        let count = match self.byte() {
            length @ 0..=239 => length % 3 + 1,
            length => length % 7,
        };
        (0..count).map(|_| one(self)).collect()
    }

    /// The next bytes as they are, at most `most` of them.
    pub fn raw(&mut self, most: usize) -> &'a [u8] {
        let (taken, rest) = self.bytes.split_at_checked(most).unwrap_or((self.bytes, &[]));
        self.bytes = rest;
        taken
    }
}

/// Something that decisions make.
pub trait Generate: Sized {
    /// How many bytes a value is worth: more are seldom read, and with fewer it is simpler.
    const BYTES: usize;

    /// The value of these decisions. The same decisions make the same value.
    fn generate(choices: &mut Choices<'_>) -> Self;

    /// The value of these bytes, for a fuzzer that hands out nothing else.
    #[must_use]
    fn from_bytes(bytes: &[u8]) -> Self {
        Self::generate(&mut Choices::new(bytes))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn nothing_is_asked_of_bytes_that_have_ended() {
        let mut choices = Choices::new(&[]);
        assert_eq!((choices.byte(), choices.below(1_000), choices.pick(&[5, 6])), (0, 0, 5));
        assert_eq!((choices.one_in(2), choices.perhaps(|_| 1), choices.raw(3)), (false, None, &[][..]));
        assert_eq!(choices.few(Choices::byte), [0]);
    }

    #[test]
    fn every_number_below_the_end_is_met() {
        for end in [1, 2, 3, 255, 256, 257, 1_000] {
            let mut met = vec![false; end];
            for number in 0..=u16::MAX {
                met[Choices::new(&number.to_le_bytes()).below(end)] = true;
            }
            assert!(met.iter().all(|met| *met), "{end}");
        }
        assert_eq!(Choices::new(&[9]).below(0), 0);
        assert_eq!(Choices::new(&[9]).pick_from::<u8>(&[]), None);
    }
}
