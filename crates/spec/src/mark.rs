//! Marks: the numbers that an app puts on members.

use core::fmt;

/// A mark: custom (1,000 to 4,294,967,295), or one of the two special ones, 500 and 600.
///
/// Source: 1047/50294, request fields and special marks (`MARK-RANGE`); the upper end is our reading (`gap:mark-max`).
///
/// ```
/// use avmarks_spec::Mark;
///
/// assert_eq!(Mark::new(500), Ok(Mark::PINNED));
/// assert!(!Mark::new(1_000).unwrap().is_special());
/// assert!(Mark::new(4_294_967_296).is_err());
/// ```
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Mark(u32);

impl Mark {
    /// 500: the holder counts as online through disconnections, for three days at most (`PIN-500`).
    pub const PINNED: Self = Self(500);
    /// 600: the holder is left out of the unfiltered online list (`HIDE-600`).
    pub const HIDDEN: Self = Self(600);
    /// The lowest custom mark.
    pub const CUSTOM_MIN: Self = Self(1_000);
    /// The highest custom mark (`gap:mark-max`).
    pub const CUSTOM_MAX: Self = Self(u32::MAX);

    /// The mark of this number.
    ///
    /// # Errors
    ///
    /// [`MarkError`] if the number is not a mark: below 1,000 and neither 500 nor 600, or above 4,294,967,295.
    pub const fn new(number: i64) -> Result<Self, MarkError> {
        match number {
            500 | 600 | 1_000..=4_294_967_295 => Ok(Self(number as u32)),
            _ => Err(MarkError { number }),
        }
    }

    /// The number on the wire.
    #[must_use]
    pub const fn number(self) -> u32 {
        self.0
    }

    /// Whether this is 500 or 600, which only an app admin may set or delete (`SPECIAL-ADMIN`).
    #[must_use]
    pub const fn is_special(self) -> bool {
        // The only marks below the custom ones are these two.
        self.0 < Self::CUSTOM_MIN.0
    }
}

impl From<Mark> for i64 {
    fn from(mark: Mark) -> Self {
        Self::from(mark.number())
    }
}

impl fmt::Display for Mark {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.0.fmt(f)
    }
}

/// A number that is not a mark.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct MarkError {
    /// The number found.
    pub number: i64,
}

impl fmt::Display for MarkError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "`{}` is no mark: a mark is 500, 600, or a number from 1000 to 4294967295", self.number)
    }
}

impl core::error::Error for MarkError {}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn edges_of_the_range() {
        for good in [500, 600, 1_000, 1_001, 4_294_967_295] {
            assert_eq!(Mark::new(good).map(|mark| i64::from(mark.number())), Ok(good));
        }
        for bad in [i64::MIN, -1, 0, 499, 501, 599, 601, 999, 4_294_967_296, i64::MAX] {
            assert_eq!(Mark::new(bad), Err(MarkError { number: bad }));
        }
    }

    #[test]
    fn only_500_and_600_are_special() {
        assert!(Mark::PINNED.is_special() && Mark::HIDDEN.is_special());
        assert!(!Mark::CUSTOM_MIN.is_special() && !Mark::CUSTOM_MAX.is_special());
    }
}
