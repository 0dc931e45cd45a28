//! `UserSig`: what is signed verifies, and nothing else does.

use std::time::Duration;

use avmarks_protocol::SdkAppId;
use avmarks_protocol::secret::SecretKey;
use avmarks_protocol::usersig::{UserSig, explain, verify};
use avmarks_spec::Timestamp;
use proptest::prelude::*;

const AT: u64 = 1_795_412_030;

proptest! {
    #![proptest_config(ProptestConfig { cases: 500, ..ProptestConfig::default() })]

    /// Whoever it is for, and whatever is in it, a signature verifies for that and for nothing near it.
    #[test]
    fn a_signature_verifies_for_what_was_signed(
        identifier in "\\PC{0,32}",
        app in prop_oneof![prop::sample::select(vec![1, 4_294_967_295, 4_294_967_296, 1 << 53, u64::MAX]), 1_u64..],
        valid_for in prop_oneof![prop::sample::select(vec![1, 2, 86_399, 86_400]), 1_u64..10_000],
        userbuf in prop::option::of(prop::collection::vec(any::<u8>(), 0..40)),
    ) {
        let (ours, other) = (SecretKey::new("ours").unwrap(), SecretKey::new("other").unwrap());
        let app = SdkAppId::new(app).unwrap();
        let at = |seconds: u64| Timestamp::from_millis(seconds * 1_000);
        let sig = UserSig::sign(&ours, app, &identifier, at(AT), Duration::from_secs(valid_for), userbuf.as_deref());
        let code = |key: &SecretKey, app: SdkAppId, identifier: &str, now: Timestamp| {
            let code = verify(&sig, key, app, identifier, now).err().map(|error| error.code().number());
            let explained = explain(sig.as_str(), Some(key), Some(app), Some(identifier), now).code();
            assert_eq!(explained.map(|code| code.number()), code);
            code
        };
        prop_assert_eq!(code(&ours, app, &identifier, at(AT)), None);
        prop_assert_eq!(code(&ours, app, &identifier, at(AT + valid_for - 1)), None);
        prop_assert_eq!(code(&ours, app, &identifier, at(AT + valid_for)), Some(70001));
        prop_assert_eq!(code(&other, app, &identifier, at(AT)), Some(70009));
        let other_app = SdkAppId::new(app.number() % 1_000 + 1).unwrap();
        let expected = (other_app != app).then_some(70014);
        prop_assert_eq!(code(&ours, other_app, &identifier, at(AT)), expected);
        prop_assert_eq!(code(&ours, app, &format!("{identifier}x"), at(AT)), Some(70013));
    }

    /// A signature of which anything was changed is refused, or says just what was signed: a few bits of its compression
    /// carry nothing.
    #[test]
    fn nothing_is_accepted_that_was_not_signed(at in 0_usize..300, to in "[A-Za-z0-9*_%+ -]") {
        let key = SecretKey::new("ours").unwrap();
        let sig = UserSig::sign(
            &key,
            SdkAppId::EXAMPLE,
            "administrator",
            Timestamp::from_millis(AT * 1_000),
            Duration::from_secs(86_400),
            None,
        );
        let at = at % sig.as_str().len();
        let mut changed = sig.as_str().to_owned();
        changed.replace_range(at..=at, &to);
        let now = Timestamp::from_millis(AT * 1_000);
        if let Ok(token) = verify(&UserSig::new(changed), &key, SdkAppId::EXAMPLE, "administrator", now) {
            prop_assert_eq!(
                (token.identifier(), token.sdkappid(), token.issued_at_seconds(), token.valid_for_seconds(), token.userbuf()),
                ("administrator", SdkAppId::EXAMPLE.number(), AT, 86_400, None)
            );
        }
    }

    /// Any text can be explained.
    #[test]
    fn any_text_can_be_explained(text in "\\PC{0,80}|[A-Za-z0-9*_-]{0,80}") {
        let explanation = explain(&text, None, None, None, Timestamp::EPOCH);
        prop_assert!(explanation.token.is_some() || explanation.code().is_some());
    }
}
