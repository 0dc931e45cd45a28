//! What a harness is asked that is not a call, by `avmarks-embed` and the functions below it.

use std::time::{Duration, UNIX_EPOCH};

use avmarks_protocol::{Action, ErrorCode, SdkAppId, secret::SecretKey, usersig::UserSig, usersig::verify};
use avmarks_spec::Timestamp;
use base64::{Engine, engine::general_purpose::STANDARD};
use serde_json::{Value, json};

use crate::Reply;
use crate::told::text;

const CAN: &str = "set_marks delete_marks list_members count_members add_robots delete_robots check_members set_admins \
                   delete_admins list_admins check classify usersig_make usersig_read webhook";

pub fn introduction() -> Value {
    let sdk = json!({"name": "avmarks", "version": env!("CARGO_PKG_VERSION"), "language": "Rust"});
    json!({"protocol": 1, "sdk": sdk, "can": CAN.split(' ').collect::<Vec<_>>()})
}

pub fn answer(asked: &Value, start: &Value) -> Reply {
    let app = SdkAppId::parse(&start["sdkappid"].to_string())?;
    let key = SecretKey::new(text(start, "key"))?;
    let bytes = |name: &str| STANDARD.decode(text(asked, name));
    let identifier = text(asked, "identifier");
    let now = Timestamp::EPOCH.saturating_add(UNIX_EPOCH.elapsed()?);
    let embed = |request: Value, body: &[u8]| -> Reply {
        let reply: Value = serde_json::from_str(&avmarks_embed::call(request.to_string(), body))?;
        reply.get("ok").cloned().ok_or_else(|| reply["error"].to_string().into())
    };
    Ok(json!({"value": match text(asked, "do") {
        "check" => {
            let found = embed(json!({"v": 1, "do": "check", "endpoint": asked["endpoint"]}), &bytes("bytes_b64")?)?;
            json!({"accepted": found["accepted"], "code": found["violations"][0]["code"]})
        }
        "classify" => match ErrorCode::new(asked["code"].as_i64().unwrap_or_default()).action() {
            Some(Action::RetryNow | Action::RetryLater) => "retry".into(),
            Some(Action::RenewSignature) => "sign".into(),
            Some(Action::SplitRequest) => "split".into(),
            _ => "refused".into(),
        },
        "usersig_make" => {
            let userbuf = asked["userbuf_b64"].as_str().map(|_| bytes("userbuf_b64")).transpose()?;
            let expire = asked["expire"].as_u64().unwrap_or_default();
            json!(UserSig::sign(&key, app, identifier, now, Duration::from_secs(expire), userbuf.as_deref()).as_str())
        }
        "usersig_read" => {
            json!({"accepted": verify(&UserSig::new(text(asked, "usersig")), &key, app, identifier, now).is_ok()})
        }
        _ => {
            let mut url = json!({"v": 1, "do": "webhook_verify", "query": asked["query"], "now_ms": asked["now_ms"]});
            (url["sdkappid"], url["token"]) = (start["sdkappid"].clone(), start["token"].clone());
            match embed(url, b"")? {
                verified if verified["accepted"] == true => embed(json!({"v": 1, "do": "webhook_parse"}), &bytes("bytes_b64")?)?,
                refused => refused,
            }
        }
    }}))
}
