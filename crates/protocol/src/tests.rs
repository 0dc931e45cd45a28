//! What holds of every reader of a request or an answer: no input makes it panic, and what it reads it writes so that it is read
//! alike.

use core::fmt::Debug;

use crate::endpoint::Endpoint;
use crate::envelope::{Envelope, envelope_json};
use crate::json::RequestError;
use crate::{
    add_robots, check_members, get_admin_list, get_members, get_online_member_num, modify_admin, modify_user_info,
};

/// One body for each reader, with every field that it knows and one that it does not.
const BODIES: &[&str] = &[
    r#"{"GroupId":"g","CommandType":1,"MemberList":[{"Member_Account":"a","Marks":[1000]}],"x":1.5}"#,
    r#"{"GroupId":"g","Timestamp":0,"Mark":1000,"x":[]}"#,
    r#"{"GroupId":"g","Member_Account":["a","\u0062"],"x":{}}"#,
    r#"{"GroupId":"g","CommandType":2,"Admin_Account":["a"],"x":null}"#,
    r#"{"ActionStatus":"OK","ErrorCode":0,"ErrorInfo":"","RequestId":"r","CommandType":1,"MemberList":[{"Member_Account":"a","Marks":[1000],"y":1}],"x":1}"#,
    r#"{"ActionStatus":"OK","ErrorCode":0,"ErrorInfo":"","MemberList":[{"JoinTime":1,"Member_Account":"a","NickName":"","Avatar":"","Remark":"r","Marks":[500]}],"NextTimestamp":0}"#,
    r#"{"ActionStatus":"OK","ErrorInfo":"","ErrorCode":0,"OnlineMemberNum":7,"ExpireTime":60,"x":1}"#,
    r#"{"ActionStatus":"OK","ErrorCode":0,"ErrorInfo":"","Member_Account":["a","b"],"x":1}"#,
    r#"{"ActionStatus":"OK","ErrorCode":0,"ErrorInfo":"","Admin_List":[{"Admin_Account":"a","Avatar":"","NickName":""}]}"#,
];

/// What was read is written so that it is read alike; what is not read is an error that prints. Whether it was read.
fn again<T: PartialEq + Debug, E: PartialEq + Debug + ToString>(
    read: Result<T, E>,
    write: impl FnOnce(&T) -> Vec<u8>,
    parse: impl FnOnce(&[u8]) -> bool,
) -> bool {
    match read {
        Ok(value) => assert!(parse(&write(&value)), "{value:?}"),
        Err(error) => {
            assert!(!error.to_string().is_empty());
            return false;
        }
    }
    true
}

/// How many readers can read this.
fn readers(bytes: &[u8]) -> usize {
    macro_rules! round_trips {
        ($($reader:ty),*) => { [$( {
            let read = <$reader>::parse(bytes);
            let first = read.as_ref().ok().cloned();
            again(read, <$reader>::to_json, |written| <$reader>::parse(written).ok() == first)
        } ),*] };
    }
    let read = round_trips![
        modify_user_info::Request<'_>,
        get_members::Request<'_>,
        get_online_member_num::Request<'_>,
        add_robots::Request<'_>,
        modify_admin::Request<'_>,
        modify_user_info::Answer,
        get_members::Answer,
        get_online_member_num::Answer,
        add_robots::Answer,
        check_members::Answer,
        get_admin_list::Answer
    ];
    let envelope = Envelope::parse(bytes);
    let first = envelope.as_ref().ok().cloned();
    let is_read = again(envelope, envelope_json, |written| Envelope::parse(written).ok() == first);
    // The bare answer is read wherever the envelope is.
    assert_eq!(is_read, add_robots::Answer::parse(bytes).is_ok());
    read.into_iter().filter(|is_read| *is_read).count()
}

/// A request can be read exactly if its draft has no error, and both have the same values.
fn drafts(text: &str) {
    macro_rules! agree {
        ($call:ident, |$draft:ident| $whole:expr) => {
            let request = $call::Request::parse(text.as_bytes());
            match $call::Draft::parse(text) {
                Ok($draft) if $draft.errors.is_empty() => assert_eq!(request, Ok($whole)),
                Ok(draft) => assert_eq!(request, Err(RequestError::Fields(draft.errors))),
                Err(error) => assert_eq!(request, Err(RequestError::Body(error))),
            }
        };
    }
    agree!(get_online_member_num, |draft| get_admin_list::Request { group_id: draft.group_id.unwrap() });
    agree!(get_members, |draft| get_members::Request {
        group_id: draft.group_id.unwrap(),
        timestamp: draft.timestamp.unwrap(),
        mark: draft.mark,
    });
    agree!(add_robots, |draft| check_members::Request {
        group_id: draft.group_id.unwrap(),
        accounts: draft.accounts.unwrap().into_iter().map(Option::unwrap).collect(),
    });
    agree!(modify_admin, |draft| modify_admin::Request {
        group_id: draft.group_id.unwrap(),
        command_type: draft.command_type.unwrap(),
        accounts: draft.accounts.unwrap().into_iter().map(Option::unwrap).collect(),
    });
}

#[test]
fn changed_bodies_are_stable_or_errors() {
    const PIECES: &[&[u8]] = &[
        b"",
        b"\"",
        b"\\",
        b"{",
        b"}",
        b"[",
        b"]",
        b",",
        b":",
        b"0",
        b"-",
        b".",
        b"e9",
        b"null",
        b" ",
        b"\xff",
        b"\xc3\xa9",
        b"\0",
    ];
    let mut read = 0;
    for body in BODIES.iter().map(|body| body.as_bytes()) {
        assert!(readers(body) > 0);
        for at in 0..=body.len() {
            for gone in 0..=1 {
                let behind = body.get(at + gone..).unwrap_or_default();
                for piece in PIECES {
                    let changed = [&body[..at], piece, behind].concat();
                    read += readers(&changed);
                    if let Ok(text) = str::from_utf8(&changed) {
                        drafts(text);
                    }
                }
            }
            assert_eq!(readers(&body[..at]) > 0, at == body.len());
        }
    }
    // Many changes leave a body readable, so that both outcomes are seen.
    assert!(read > 10_000, "{read}");
}

#[test]
fn deep_nesting_does_not_overflow() {
    let (open, close) = ("[".repeat(50_000), "]".repeat(50_000));
    for body in BODIES {
        for name in ["GroupId", "Member_Account", "Admin_Account", "Marks", "Remark", "ExpireTime", "RequestId", "x"] {
            for deep in [open.clone(), format!("{open}{close}"), format!("{open}1,{close}")] {
                let body = body.replace(&format!("\"{name}\":"), &format!("\"{name}\":{deep},\"z\":"));
                readers(body.as_bytes());
                drafts(&body);
            }
        }
    }
}

#[test]
fn each_call_has_a_path_of_its_own() {
    let mut paths: Vec<_> = Endpoint::ALL.iter().map(|call| call.path()).collect();
    paths.sort_unstable();
    paths.dedup();
    assert_eq!(paths.len(), Endpoint::ALL.len());
}

/// Gives `is_read` a sample, of which it must say that it is read, every prefix of it, of which none may be, and the sample with each of
/// its bytes left out, preceded by another, or changed into any other. Some of these must be read, and some not.
pub(crate) fn every_change(sample: &str, is_read: impl Fn(&str) -> bool) {
    assert!(is_read(sample), "{sample}");
    let (mut read, mut left) = (0, 0);
    let mut check = |changed: &[u8]| {
        if let Ok(text) = str::from_utf8(changed) {
            *(if is_read(text) { &mut read } else { &mut left }) += 1;
        }
    };
    for (at, byte) in sample.bytes().enumerate() {
        let (before, behind) = (&sample.as_bytes()[..at], &sample.as_bytes()[at + 1..]);
        check(&[before, behind].concat());
        for other in 0..=u8::MAX {
            check(&[before, &[other], behind].concat());
            check(&[before, &[other, byte], behind].concat());
        }
        assert!(sample.get(..at).is_none_or(|prefix| !is_read(prefix)), "{at} bytes of {sample}");
    }
    assert!(read > 1_000 && left > 1_000, "{read} read, {left} left");
}
