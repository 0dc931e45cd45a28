//! Notes: of any body, bounded, and about what is there.

use avmarks_generators::request::Request;
use avmarks_generators::{Hostile, Valid};
use avmarks_protocol::Endpoint;
use avmarks_rules::Policy;
use avmarks_service::{Note, notes};
use proptest::prelude::*;
use serde_json::Value;

/// Each note but the count points to a value of the body; that of an account to one that stands there twice.
fn assert_about(body: &[u8], found: &[Note]) {
    let value: Option<Value> = serde_json::from_slice(body).ok();
    assert!(value.is_some() || found.is_empty(), "not JSON, so nothing is said: {found:?}");
    assert!(found.len() <= 21, "{}", found.len());
    for Note { kind, pointer, message, .. } in found {
        let at = value.as_ref().and_then(|value| value.pointer(pointer));
        assert!(at.is_some() && message.len() < 600, "{pointer} {message}");
        if *kind == "account-twice" {
            let account = serde_json::to_string(at.unwrap()).unwrap();
            let written = value.as_ref().unwrap().to_string();
            assert!(written.matches(&account).count() > 1, "{account} in {written}");
        }
    }
}

proptest! {
    #[test]
    fn valid_fields_have_no_notes(valid in any::<Valid<Request>>()) {
        let endpoint = valid.context;
        assert_about(&valid.body, &notes(endpoint, &valid.body, &Policy::default()));
        // Written without the fields that no document names.
        let plain = notes(endpoint, &valid.message.to_json(), &Policy::default());
        prop_assert!(plain.iter().all(|note| note.kind != "near-name"), "{plain:?}");
    }

    #[test]
    fn notes_handle_any_hostile_body(hostile in any::<Hostile<Request>>()) {
        for endpoint in Endpoint::ALL {
            let found = notes(*endpoint, &hostile.body, &Policy::default());
            prop_assert!(found.len() <= 21, "{}", found.len());
        }
    }
}
