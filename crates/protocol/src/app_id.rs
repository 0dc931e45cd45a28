//! The number of an app.

use core::fmt;
use core::num::NonZeroU64;

/// An SDKAppID: the number that the console gives an app. The documents only say that it is a number; 0 is not one.
///
/// ```
/// use avmarks_protocol::SdkAppId;
///
/// assert_eq!(SdkAppId::parse("1400000000").unwrap().number(), 1_400_000_000);
/// assert!(SdkAppId::parse("+14").is_err() && SdkAppId::parse("0").is_err());
/// ```
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct SdkAppId(NonZeroU64);

impl SdkAppId {
    /// 1400000000: the app of the vendor's public examples, and of every example and scenario here.
    pub const EXAMPLE: Self = match NonZeroU64::new(1_400_000_000) {
        Some(number) => Self(number),
        None => Self(NonZeroU64::MIN),
    };

    /// The app of this number.
    ///
    /// # Errors
    ///
    /// [`SdkAppIdError`] for 0.
    pub const fn new(number: u64) -> Result<Self, SdkAppIdError> {
        match NonZeroU64::new(number) {
            Some(number) => Ok(Self(number)),
            None => Err(SdkAppIdError),
        }
    }

    /// The app of these decimal digits. Zeros in front are passed over: no document says that the service minds them, nor
    /// that it does not.
    ///
    /// # Errors
    ///
    /// [`SdkAppIdError`] if the text is empty, has anything but digits, is 0, or does not fit 64 bits.
    pub fn parse(text: &str) -> Result<Self, SdkAppIdError> {
        match text.parse() {
            // A sign is the one thing but digits that a number may be read from.
            Ok(number) if !text.starts_with('+') => Self::new(number),
            _ => Err(SdkAppIdError),
        }
    }

    /// The number.
    #[must_use]
    pub const fn number(self) -> u64 {
        self.0.get()
    }
}

impl fmt::Display for SdkAppId {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.0.fmt(f)
    }
}

impl core::str::FromStr for SdkAppId {
    type Err = SdkAppIdError;

    fn from_str(text: &str) -> Result<Self, SdkAppIdError> {
        Self::parse(text)
    }
}

/// A text or number that is not an SDKAppID.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[error("an SDKAppID is a number above 0, written in digits alone")]
pub struct SdkAppIdError;

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn digits_alone_and_no_zero() {
        for bad in ["", "0", "-1", "+1", " 1", "1 ", "1.0", "0x1", "18446744073709551616", "１"] {
            assert_eq!(SdkAppId::parse(bad), Err(SdkAppIdError), "{bad}");
        }
        assert_eq!(SdkAppId::parse("0014").map(SdkAppId::number), Ok(14));
        assert_eq!(("14".parse(), "0".parse()), (SdkAppId::new(14), Err::<SdkAppId, _>(SdkAppIdError)));
        assert_eq!(SdkAppId::EXAMPLE.to_string(), "1400000000");
        assert_eq!(SdkAppId::parse("18446744073709551615").map(SdkAppId::number), Ok(u64::MAX));
    }
}
