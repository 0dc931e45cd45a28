//! The API as text: whatever is asked, the reply is one.

use avmarks_embed::{Handle, call, open};

const SESSION: &str = r#"{"v":1,"do":"session"}"#;

const JOB: &str = r#"{"v":1,"do":"job","plans":[{"change":"set","group":"g","inputs":[{"account":"a","marks":[1000]},{"account":"b","marks":[1000]}],"accounts_per_call":1}],"sdkappid":1400000000,"identifier":"administrator","key":"throw-away","url":"https://adminapisgp.im.qcloud.com","seed":7}"#;

/// Requests and bodies by turns, cut at NUL, are asked of everything that can be asked, twice over.
pub fn embed(bytes: &[u8]) {
    let (first, second) = (conversation(bytes), conversation(bytes));
    assert_eq!(first, second, "another reply to the same questions");
    for reply in first {
        is_reply(&reply);
    }
}

fn conversation(bytes: &[u8]) -> Vec<String> {
    let mut machines: Vec<Handle> = [SESSION, JOB].into_iter().filter_map(|request| open(request, b"").ok()).collect();
    assert_eq!(machines.len(), 2, "a machine that cannot be opened");
    let mut parts = bytes.split(|byte| *byte == 0);
    let mut replies = Vec::new();
    while let Some(request) = parts.next() {
        let body = parts.next().unwrap_or_default();
        replies.push(call(request, body));
        replies.extend(machines.iter_mut().map(|machine| machine.ask(request, body)));
        replies.extend(open(request, body).err());
    }
    replies
}

/// A reply is JSON in one line and of a form that never changes; no reply reports a bug of the library.
fn is_reply(reply: &str) {
    assert!(serde_json::from_str::<serde_json::Value>(reply).is_ok(), "no JSON: {reply}");
    assert!(reply.starts_with(r#"{"v":1,"ok":"#) || reply.starts_with(r#"{"v":1,"error":{"kind":""#), "{reply}");
    assert!(!reply.starts_with(r#"{"v":1,"error":{"kind":"internal""#) && !reply.contains(['\n', '\0']), "{reply}");
}
