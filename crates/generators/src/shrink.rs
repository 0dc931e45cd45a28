//! Choices made fewer and lower, as long as what they make still fails.

/// A search for the simplest choices that fail. Each round tries, from the boldest to the smallest: to end them earlier, to
/// leave a run of them out, to make a run of them 0, to make one low, or lower. It ends with the round that came to nothing.
#[derive(Clone, Debug)]
pub(crate) struct Shrink {
    /// The simplest that are known to fail.
    best: Vec<u8>,
    tried: Vec<u8>,
    attempt: Attempt,
    /// Whether this round has found something simpler.
    progress: bool,
}

/// What is tried next.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Attempt {
    /// End this many earlier.
    End {
        less: usize,
    },
    /// Omit this many from there.
    Leave {
        run: usize,
        from: usize,
    },
    /// Set this many to 0 from there.
    Zero {
        run: usize,
        from: usize,
    },
    /// To make one this low: of a list it then picks what is near the front, whatever the list.
    Low {
        to: u8,
        at: usize,
    },
    /// To make one lower by so much.
    Lower {
        by: u8,
        at: usize,
    },
    Done,
}

const RUN: usize = 16;
const LOW: u8 = 16;

impl Shrink {
    pub(crate) fn new(bytes: Vec<u8>) -> Self {
        let attempt = Attempt::End { less: bytes.len() };
        Self { tried: bytes.clone(), best: bytes, attempt, progress: false }
    }

    /// The candidate to test.
    pub(crate) fn tried(&self) -> &[u8] {
        &self.tried
    }

    /// What was tried fails: the search goes on from there.
    pub(crate) fn fails(&mut self) {
        self.progress |= self.tried != self.best;
        self.best.clone_from(&self.tried);
    }

    /// What was tried does not fail: the search goes back to what does, and says whether that is something else.
    pub(crate) fn holds(&mut self) -> bool {
        let back = self.tried != self.best;
        self.tried.clone_from(&self.best);
        back
    }

    /// Makes the next try; none if there is nothing left to try.
    pub(crate) fn next(&mut self) -> bool {
        loop {
            let attempt = self.attempt;
            if attempt == Attempt::Done {
                if !std::mem::take(&mut self.progress) {
                    return false;
                }
                self.attempt = Attempt::End { less: self.best.len() };
                continue;
            }
            let tried = attempt.of(&self.best);
            self.attempt = attempt.after(self.best.len());
            if let Some(tried) = tried.filter(|tried| *tried != self.best) {
                self.tried = tried;
                return true;
            }
        }
    }
}

impl Attempt {
    /// These choices made simpler; none where this says nothing about them.
    fn of(self, best: &[u8]) -> Option<Vec<u8>> {
        let mut tried = best.to_vec();
        match self {
            Self::End { less } => tried.truncate(best.len().checked_sub(less)?),
            Self::Leave { run, from } => {
                drop(tried.drain(from..from.checked_add(run).filter(|end| *end <= best.len())?))
            }
            Self::Zero { run, from } => tried.get_mut(from..from.checked_add(run)?)?.fill(0),
            Self::Low { to, at } => {
                let byte = tried.get_mut(at)?;
                *byte = to.min(*byte);
            }
            Self::Lower { by, at } => {
                let byte = tried.get_mut(at)?;
                *byte = byte.checked_sub(by)?;
            }
            Self::Done => return None,
        }
        Some(tried)
    }

    /// What is tried after this, of so many choices.
    const fn after(self, length: usize) -> Self {
        match self {
            Self::End { less } if less > 1 => Self::End { less: less / 2 },
            Self::End { .. } => Self::Leave { run: RUN, from: 0 },
            Self::Leave { run, from } if from + run < length => Self::Leave { run, from: from + 1 },
            Self::Leave { run, .. } if run > 1 => Self::Leave { run: run / 2, from: 0 },
            Self::Leave { .. } => Self::Zero { run: RUN, from: 0 },
            Self::Zero { run, from } if from + run < length => Self::Zero { run, from: from + run },
            Self::Zero { run, .. } if run > 1 => Self::Zero { run: run / 2, from: 0 },
            Self::Zero { .. } => Self::Low { to: 1, at: 0 },
            Self::Low { to, at } if at + 1 < length => Self::Low { to, at: at + 1 },
            Self::Low { to, .. } if to < LOW => Self::Low { to: to + 1, at: 0 },
            Self::Low { .. } => Self::Lower { by: 128, at: 0 },
            Self::Lower { by, at } if at + 1 < length => Self::Lower { by, at: at + 1 },
            Self::Lower { by, .. } if by > 1 => Self::Lower { by: by / 2, at: 0 },
            Self::Lower { .. } | Self::Done => Self::Done,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// The simplest choices that fail, and how often it was asked.
    fn shrunk(bytes: Vec<u8>, fails: impl Fn(&[u8]) -> bool) -> (Vec<u8>, usize) {
        assert!(fails(&bytes));
        let mut shrink = Shrink::new(bytes);
        let mut asked = 0;
        while shrink.next() {
            asked += 1;
            if fails(shrink.tried()) {
                shrink.fails();
            } else {
                assert!(shrink.holds(), "nothing was tried");
            }
        }
        assert!(fails(shrink.tried()), "it ends with what fails");
        (shrink.tried().to_vec(), asked)
    }

    #[test]
    fn what_fails_ends_short_and_low() {
        let noise: Vec<u8> = (0..200_u8).map(|number| number.wrapping_mul(167).wrapping_add(91)).collect();
        assert_eq!(shrunk(noise.clone(), |_| true).0, [0; 0]);
        assert_eq!(shrunk(noise.clone(), |bytes| bytes.iter().any(|byte| *byte >= 77)).0, [77]);
        assert_eq!(shrunk(noise.clone(), |bytes| bytes.len() >= 3).0, [0, 0, 0]);
        let two = |bytes: &[u8]| bytes.iter().filter(|byte| **byte % 7 == 3).count() >= 2;
        assert_eq!(shrunk(noise.clone(), two).0, [3, 3]);
        let (_, asked) = shrunk(noise, |bytes| bytes.iter().filter(|byte| **byte > 200).count() >= 5);
        assert!(asked < 2_000, "{asked}");
    }

    #[test]
    fn shrinking_stops_at_the_simplest() {
        assert_eq!(shrunk(Vec::new(), |_| true), (Vec::new(), 0));
        assert_eq!(shrunk(vec![5], |bytes| bytes == [5]).0, [5]);
    }
}
