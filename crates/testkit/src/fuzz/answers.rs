//! The answers of all calls, and what they have in common.

use avmarks_generators::answer::Answer;
use avmarks_protocol::internal::envelope_json;
use avmarks_protocol::{Endpoint, Envelope, Extra, get_members, modify_user_info};

use super::other_reader::for_the_other_reader;

/// An answer that is read is written so that it is read alike, and what we write stays as it is. The envelope can be read
/// wherever the answer can, and says the same; alone, it makes the same trip. Both readers of an answer say the same.
pub fn answers(body: &[u8]) {
    if let Some(other) = for_the_other_reader(body) {
        macro_rules! alike {
            ($call:ident, $($field:ident),*) => {
                let read = $call::Answer::parse(body).ok();
                let other = $call::Answer::parse(&other).ok();
                assert_eq!(
                    read.as_ref().map(|answer| ($(&answer.$field,)* unknown(&answer.extra, 0))),
                    other.as_ref().map(|answer| ($(&answer.$field,)* unknown(&answer.extra, 1))),
                );
            };
        }
        alike!(modify_user_info, envelope, command_type, member_list);
        alike!(get_members, envelope, member_list, next_timestamp);
    }
    let envelope = Envelope::parse(body);
    if let Ok(envelope) = &envelope {
        assert_eq!(Envelope::parse(&envelope_json(envelope)).as_ref(), Ok(envelope));
        assert!(envelope.error_code.row().is_none_or(|row| row.code == envelope.error_code));
    }
    for endpoint in Endpoint::ALL {
        let Ok(answer) = Answer::parse(*endpoint, body) else { continue };
        let written = answer.to_json();
        let again = Answer::parse(*endpoint, &written);
        assert_eq!(again.as_ref(), Ok(&answer));
        assert_eq!(again.map(|again| again.to_json()), Ok(written));
        assert_eq!(envelope.as_ref(), Ok(answer.envelope()));
    }
    // An answer that tells nothing but how it went has no field that cannot be read.
    assert_eq!(Answer::parse(Endpoint::AddRobots, body).is_ok(), envelope.is_ok());
}

/// The unknown fields, without this many of the first.
fn unknown(extra: &Extra, skipped: usize) -> Vec<(&str, &str)> {
    extra.iter().skip(skipped).collect()
}
