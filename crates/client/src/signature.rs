//! The signature source: signs on demand, caches the signature while it is valid, and renews it in time.

use std::borrow::Cow;
use std::collections::VecDeque;
use std::sync::{Mutex, MutexGuard, PoisonError};
use std::time::Duration;

use avmarks_protocol::SdkAppId;
use avmarks_protocol::secret::SecretKey;
use avmarks_protocol::usersig::UserSig;
use avmarks_spec::{Timestamp, UserId};

use crate::redact::redacted;

/// How many signatures are kept to be redacted, the latest ones.
const VALID_MAX: usize = 64;

/// How long signatures last, and when they are renewed. Whole seconds count; the rest is cut off.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct SignatureSettings {
    /// From signing to expiry. The vendor advises at least 24 hours (1047/34348, 70001). Default: 48 hours.
    pub valid_for: Duration,
    /// How long before its expiry a signature is no longer used. Default: 1 hour.
    pub margin: Duration,
    /// How far the caller's clock may be off: signatures are dated back by it, for a service whose clock is behind, and
    /// renewed earlier by it, for one whose clock is ahead. Default: 5 minutes.
    pub skew: Duration,
}

impl Default for SignatureSettings {
    fn default() -> Self {
        let minutes = |minutes: u64| Duration::from_secs(minutes * 60);
        Self { valid_for: minutes(48 * 60), margin: minutes(60), skew: minutes(5) }
    }
}

/// A signature source cannot be made. The text contains nothing of the key.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum SignatureError {
    /// A signature would be due for renewal as soon as it was made.
    #[error(
        "signatures valid for `{valid_for}` s are too short: the margin of {margin} s and twice the clock skew of {skew} s leave no time to use one; the vendor advises 86400 s or more"
    )]
    TooShort {
        /// The validity in seconds.
        valid_for: u64,
        /// The margin in seconds.
        margin: u64,
        /// The clock skew in seconds.
        skew: u64,
    },
}

/// Signs for one identifier of one app. May be shared between threads and jobs; it never prints key or signature.
///
/// ```
/// use avmarks_client::{SignatureSettings, Signer};
/// use avmarks_protocol::{secret::SecretKey, SdkAppId};
/// use avmarks_spec::{Timestamp, UserId};
///
/// let key = SecretKey::new("5bd2850fff3ecb11d7c805251c51ee463a25727bddc2385f3fa8bfee1bb93b5e").unwrap();
/// let admin = UserId::parse("administrator").unwrap();
/// let signer = Signer::with_key(SdkAppId::EXAMPLE, admin, key, SignatureSettings::default()).unwrap();
///
/// let hours = |hours: u64| Timestamp::from_millis(1_795_412_030_000 + hours * 3_600_000);
/// let first = signer.sign(hours(0));
/// assert_eq!(signer.sign(hours(46)), first);
/// assert_ne!(signer.sign(hours(47)), first);
/// ```
#[derive(Debug)]
pub struct Signer {
    app: SdkAppId,
    identifier: UserId,
    source: Source,
}

#[derive(Debug)]
enum Source {
    Key { key: SecretKey, settings: SignatureSettings, cache: Mutex<CachedSignature> },
    Fixed(UserSig),
}

/// The latest signature, and all that may still be valid.
#[derive(Debug, Default)]
struct CachedSignature {
    /// With the time from which and until which it is used.
    latest: Option<(UserSig, Timestamp, Timestamp)>,
    /// With the time after which each is certainly invalid, oldest first.
    valid: VecDeque<(UserSig, Timestamp)>,
}

impl Signer {
    /// Signs with the app's key. The identifier must be an app admin (`ADMIN-CALLER`), which only the service knows.
    ///
    /// # Errors
    ///
    /// [`SignatureError`] if the settings leave no time to use a signature.
    pub fn with_key(
        app: SdkAppId,
        identifier: UserId,
        key: SecretKey,
        settings: SignatureSettings,
    ) -> Result<Self, SignatureError> {
        let [valid_for, margin, skew] = [settings.valid_for, settings.margin, settings.skew].map(|time| time.as_secs());
        if valid_for <= margin.saturating_add(skew.saturating_mul(2)) {
            return Err(SignatureError::TooShort { valid_for, margin, skew });
        }
        Ok(Self { app, identifier, source: Source::Key { key, settings, cache: Mutex::default() } })
    }

    /// Uses one signature that was made elsewhere, for as long as the service accepts it. It cannot be renewed.
    #[must_use]
    pub const fn fixed(app: SdkAppId, identifier: UserId, usersig: UserSig) -> Self {
        Self { app, identifier, source: Source::Fixed(usersig) }
    }

    /// The app.
    #[must_use]
    pub const fn app(&self) -> SdkAppId {
        self.app
    }

    /// The identifier that signs the calls: an app admin.
    #[must_use]
    pub const fn identifier(&self) -> &UserId {
        &self.identifier
    }

    /// A signature that is valid at `now`: the latest one, or a new one if that is near its end or dated in the future.
    #[must_use]
    pub fn sign(&self, now: Timestamp) -> UserSig {
        match &self.source {
            Source::Fixed(usersig) => usersig.clone(),
            Source::Key { key, settings, cache } => {
                let mut cache = locked(cache);
                match &cache.latest {
                    Some((usersig, from, until)) if (*from..*until).contains(&now) => usersig.clone(),
                    _ => self.make(key, settings, &mut cache, now),
                }
            }
        }
    }

    /// Records that the service refused this signature, so that the next [`Signer::sign`] returns another one. Returns whether it
    /// will: a fixed signature has no successor. Where another thread has renewed it by then, nothing changes.
    #[must_use]
    pub fn renew(&self, refused: &UserSig) -> bool {
        match &self.source {
            Source::Fixed(_) => false,
            Source::Key { cache, .. } => {
                let mut cache = locked(cache);
                if cache.latest.as_ref().is_some_and(|(latest, ..)| latest == refused) {
                    cache.latest = None;
                }
                true
            }
        }
    }

    /// `bytes` without `usersig` and without any other signature of this signer that is valid at `now`.
    pub(crate) fn redact<'a>(&self, bytes: &'a [u8], usersig: &UserSig, now: Timestamp) -> Cow<'a, [u8]> {
        let Source::Key { cache, .. } = &self.source else { return redacted(bytes, &[usersig.as_str()]) };
        let cache = locked(cache);
        let valid = cache.valid.iter().filter(|(_, until)| *until >= now).map(|(valid, _)| valid.as_str());
        let signatures: Vec<&str> =
            valid.filter(|valid| *valid != usersig.as_str()).chain([usersig.as_str()]).collect();
        redacted(bytes, &signatures)
    }

    fn make(
        &self,
        key: &SecretKey,
        settings: &SignatureSettings,
        cache: &mut CachedSignature,
        now: Timestamp,
    ) -> UserSig {
        let [valid_for, margin, skew] = [settings.valid_for, settings.margin, settings.skew].map(|time| time.as_secs());
        let issued_at = now.as_seconds().saturating_sub(skew);
        let seconds = |seconds: u64| Timestamp::from_millis(seconds.saturating_mul(1_000));
        let usersig =
            UserSig::sign(key, self.app, self.identifier.as_str(), seconds(issued_at), settings.valid_for, None);
        let expires_at = issued_at.saturating_add(valid_for);
        let until = expires_at.saturating_sub(margin.saturating_add(skew));
        cache.latest = Some((usersig.clone(), seconds(issued_at), seconds(until)));
        cache.valid.retain(|(valid, until)| *valid != usersig && *until >= now);
        if cache.valid.len() >= VALID_MAX {
            cache.valid.pop_front();
        }
        // A service whose clock is behind accepts it for longer.
        cache.valid.push_back((usersig.clone(), seconds(expires_at.saturating_add(skew))));
        usersig
    }
}

/// The cache is never left inconsistent, so poisoning can be ignored.
fn locked(cache: &Mutex<CachedSignature>) -> MutexGuard<'_, CachedSignature> {
    cache.lock().unwrap_or_else(PoisonError::into_inner)
}

#[cfg(test)]
mod tests {
    use avmarks_protocol::usersig::verify;

    use super::*;

    const KEY: &str = "5bd2850fff3ecb11d7c805251c51ee463a25727bddc2385f3fa8bfee1bb93b5e";
    const START: u64 = 1_795_412_030;

    fn at(seconds: u64) -> Timestamp {
        Timestamp::from_millis((START + seconds) * 1_000)
    }

    fn signer(valid_for: u64, margin: u64, skew: u64) -> Result<Signer, SignatureError> {
        let [valid_for, margin, skew] = [valid_for, margin, skew].map(Duration::from_secs);
        let settings = SignatureSettings { valid_for, margin, skew };
        Signer::with_key(SdkAppId::EXAMPLE, UserId::parse("admin").unwrap(), SecretKey::new(KEY).unwrap(), settings)
    }

    #[test]
    fn a_signature_is_renewed_before_it_expires() {
        let signer = signer(100, 10, 5).unwrap();
        let key = SecretKey::new(KEY).unwrap();
        let [first, same, last, next, after] = [0, 1, 79, 80, 81].map(|second| signer.sign(at(second)));
        assert!(first == same && first == last && first != next && next == after);
        // Good for a service whose clock is off by the skew, either way.
        for second in 0..300 {
            let usersig = signer.sign(at(second));
            let token = verify(&usersig, &key, SdkAppId::EXAMPLE, "admin", at(second + 5)).unwrap();
            assert!(token.expires_at_seconds() - 100 <= START + second - 5);
        }
    }

    #[test]
    fn a_clock_set_back_makes_a_new_one() {
        let signer = signer(100, 10, 5).unwrap();
        let first = signer.sign(at(1_000));
        assert_eq!(signer.sign(at(995)), first);
        assert_ne!(signer.sign(at(994)), first);
    }

    #[test]
    fn a_refused_signature_is_renewed_once() {
        let signer = signer(100, 10, 5).unwrap();
        let refused = signer.sign(at(0));
        assert!(signer.renew(&refused) && signer.renew(&refused));
        let next = signer.sign(at(1));
        assert_ne!(next, refused);
        assert!(signer.renew(&refused));
        assert_eq!(signer.sign(at(1)), next);
        let fixed = Signer::fixed(SdkAppId::EXAMPLE, *signer.identifier(), UserSig::new("eJy"));
        assert!(!fixed.renew(&fixed.sign(at(0))));
    }

    #[test]
    fn former_signatures_are_redacted_until_they_expire() {
        let signer = signer(100, 10, 5).unwrap();
        let first = signer.sign(at(0));
        let next = signer.sign(at(80));
        let text = format!("{} {}", first.as_str(), next.as_str());
        let shown = |second| String::from_utf8(signer.redact(text.as_bytes(), &next, at(second)).into_owned()).unwrap();
        assert_eq!(shown(100), "… …");
        assert_ne!(shown(101), "… …");
    }

    #[test]
    fn former_signatures_are_bounded() {
        let signer = signer(1_000, 10, 5).unwrap();
        let made: Vec<_> = (0..65)
            .map(|second| {
                let usersig = signer.sign(at(second));
                assert!(signer.renew(&usersig));
                usersig
            })
            .collect();
        let is_redacted = |usersig: &UserSig| {
            *signer.redact(usersig.as_str().as_bytes(), &UserSig::new("other"), at(65)) == *"…".as_bytes()
        };
        assert_eq!(made.iter().filter(|usersig| is_redacted(usersig)).count(), 64);
        assert!(!is_redacted(&made[0]));
    }

    #[test]
    fn too_short_a_validity_is_refused() {
        let error = signer(20, 10, 5).unwrap_err();
        assert_eq!(
            error.to_string(),
            "signatures valid for `20` s are too short: the margin of 10 s and twice the clock skew of 5 s leave no time to use one; the vendor advises 86400 s or more"
        );
        assert!(signer(21, 10, 5).is_ok());
    }

    #[test]
    fn it_may_be_shared_and_prints_no_secret() {
        fn shared<T: Send + Sync + 'static>(_: &T) {}
        let signer = signer(100, 10, 5).unwrap();
        shared(&signer);
        let signed = signer.sign(at(0));
        let shown = format!("{signer:?} {signed:?}");
        assert!(!shown.contains(KEY) && !shown.contains(signed.as_str()), "{shown}");
    }

    #[test]
    fn the_default_times_are_the_documented_ones() {
        let [valid_for, margin, skew] = [172_800, 3_600, 300].map(Duration::from_secs);
        assert_eq!(SignatureSettings::default(), SignatureSettings { valid_for, margin, skew });
    }
}
