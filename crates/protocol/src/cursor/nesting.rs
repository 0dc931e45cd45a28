//! Which brackets are open: a bit each, so that a text can be nested as deep as it is long.

/// What a bracket belongs to.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Bracket {
    Array,
    Object,
}

/// The brackets that are open, outermost first.
#[derive(Debug, Default)]
pub(super) struct Nesting {
    depth: usize,
    /// The innermost, at most as many as a word has bits; the lowest bit is the innermost of all, and says whether it is of an
    /// object.
    inner: u64,
    /// Those around them, a word full each. Empty, and not allocated, where nesting is as shallow as usual.
    outer: Vec<u64>,
}

impl Nesting {
    pub(super) fn open(&mut self, bracket: Bracket) {
        if self.depth > 0 && self.is_word_full() {
            self.outer.push(self.inner);
        }
        self.inner = self.inner << 1 | u64::from(bracket == Bracket::Object);
        self.depth += 1;
    }

    pub(super) fn innermost(&self) -> Option<Bracket> {
        let bracket = if self.inner & 1 == 1 { Bracket::Object } else { Bracket::Array };
        (self.depth > 0).then_some(bracket)
    }

    /// Closes the innermost, of which there must be one.
    pub(super) fn close(&mut self) {
        self.depth -= 1;
        self.inner >>= 1;
        if self.is_word_full()
            && let Some(inner) = self.outer.pop()
        {
            self.inner = inner;
        }
    }

    /// Whether each bit of `inner` is in use, or none.
    const fn is_word_full(&self) -> bool {
        self.depth.is_multiple_of(u64::BITS as usize)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn nesting_closes_in_reverse_order() {
        for depth in [1, 2, 63, 64, 65, 127, 128, 129, 1_000] {
            let bracket = |at: usize| if at * at % 7 < 3 { Bracket::Object } else { Bracket::Array };
            let mut nesting = Nesting::default();
            for at in 0..depth {
                nesting.open(bracket(at));
                assert_eq!(nesting.innermost(), Some(bracket(at)));
            }
            for at in (0..depth).rev() {
                assert_eq!(nesting.innermost(), Some(bracket(at)), "{at} of {depth}");
                nesting.close();
            }
            assert_eq!(nesting.innermost(), None);
        }
    }
}
