//! Integers as JSON has them: of any size.

use core::fmt;

use serde_json::value::RawValue;

/// An integer of any size, as JSON has them; what fits 64 bits with sign is a number, the rest is kept as digits.
///
/// ```
/// use avmarks_protocol::Integer;
///
/// assert_eq!(Integer::from(1000).to_i64(), Some(1000));
/// assert_eq!(Integer::from(1000).to_string(), "1000");
/// ```
#[derive(Clone, Copy, PartialEq, Eq, Hash)]
pub struct Integer<'a>(Digits<'a>);

#[derive(Clone, Copy, PartialEq, Eq, Hash)]
enum Digits<'a> {
    Fit(i64),
    /// Digits, perhaps behind a minus sign, that fit no `i64`. Always a JSON number.
    Beyond(&'a str),
}

impl<'a> Integer<'a> {
    /// The number, where it fits 64 bits with sign.
    #[must_use]
    pub const fn to_i64(self) -> Option<i64> {
        match self.0 {
            Digits::Fit(number) => Some(number),
            Digits::Beyond(_) => None,
        }
    }

    /// The number, where it fits 64 bits without sign.
    #[must_use]
    pub fn to_u64(self) -> Option<u64> {
        match self.0 {
            Digits::Fit(number) => u64::try_from(number).ok(),
            Digits::Beyond(digits) => digits.parse().ok(),
        }
    }

    /// The integer that a JSON number without fraction and exponent is.
    pub(crate) fn from_json(number: &'a str) -> Self {
        Self(number.parse().map_or(Digits::Beyond(number), Digits::Fit))
    }
}

/// 0.
impl Default for Integer<'_> {
    fn default() -> Self {
        Self(Digits::Fit(0))
    }
}

impl From<i64> for Integer<'_> {
    fn from(number: i64) -> Self {
        Self(Digits::Fit(number))
    }
}

impl fmt::Display for Integer<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self.0 {
            Digits::Fit(number) => number.fmt(f),
            Digits::Beyond(digits) => f.write_str(digits),
        }
    }
}

impl fmt::Debug for Integer<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        fmt::Display::fmt(self, f)
    }
}

impl serde::Serialize for Integer<'_> {
    fn serialize<S: serde::Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        match self.0 {
            Digits::Fit(number) => serializer.serialize_i64(number),
            Digits::Beyond(digits) => {
                serde_json::from_str::<&RawValue>(digits).map_err(serde::ser::Error::custom)?.serialize(serializer)
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_default_is_0() {
        assert_eq!(Integer::default().to_i64(), Some(0));
    }
}
