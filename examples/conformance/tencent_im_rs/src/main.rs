//! Conformance harness around `tencent_im_rs` 1.0.4 (crates.io), over TLS: it knows no other scheme.
//!
//! It has a function for one of these calls, the number of members; the others are made by `send`, the function that sends its own.

use serde_json::{Value, json};
use tencent_im_rs::api::v4::group_open_http_svc::get_online_member_num as count;
use tencent_im_rs::api::v4::{TencentHelper, make_url, send};
use tencent_im_rs::user_sig::hmac_sha256::TencentSig;

const CAN: &str = "set_marks delete_marks list_members count_members add_robots delete_robots check_members set_admins \
                   delete_admins list_admins usersig_make";

#[tokio::main(flavor = "current_thread")]
async fn main() {
    let mut sdk: Option<(TencentSig, TencentHelper)> = None;
    for line in std::io::stdin().lines().map_while(Result::ok) {
        let asked: Value = serde_json::from_str(&line).expect("the runner writes JSON");
        let mut reply = match (asked["do"].as_str(), &mut sdk) {
            (Some("stop"), _) => break,
            (Some("start"), _) => {
                let app = asked["sdkappid"].as_u64().and_then(|app| app.try_into().ok()).expect("an app");
                let (key, admin) = (text(&asked, "key"), text(&asked, "identifier"));
                let sig = TencentSig::new(app, key);
                let usersig = sig.generate_user_sig(admin.clone(), 86_400).expect("a signature");
                let host = text(&asked, "https").replace("https://", "");
                sdk = Some((sig, TencentHelper::new(host, app, admin, usersig)));
                let name = json!({"name": "tencent_im_rs", "version": "1.0.4", "language": "Rust"});
                json!({"protocol": 1, "sdk": name, "can": CAN.split(' ').collect::<Vec<_>>()})
            }
            (Some("call"), Some((_, im))) => match call(im, &text(&asked, "verb"), &asked["args"]).await {
                Ok(reply) => reply,
                Err(error) => json!({"raised": {"type": "Error", "message": error}}),
            },
            (_, Some((sig, _))) if asked["userbuf_b64"].is_null() => {
                let expire = asked["expire"].as_u64().unwrap_or_default();
                json!({"value": sig.generate_user_sig(text(&asked, "identifier"), expire)})
            }
            _ => json!({"skipped": {"why": "tencent_im_rs makes no signature with a userbuf"}}),
        };
        reply["id"] = asked["id"].clone();
        println!("{reply}");
    }
}

fn text(of: &Value, name: &str) -> String {
    of[name].as_str().unwrap_or_default().to_owned()
}

async fn call(im: &mut TencentHelper, verb: &str, args: &Value) -> Result<Value, String> {
    let failed = |error: &dyn std::fmt::Display| error.to_string();
    if verb == "count_members" {
        let request = count::GetOnlineMemberNumRequest::new(text(args, "group"));
        let answer = count::api_get_online_member_num(im, request).await.map_err(|error| failed(&error))?;
        return Ok(json!({"answer": answer}));
    }
    let (command, body) = request(verb, args);
    let url = make_url(im, format!("v4/group_open_avchatroom_http_svc/{command}"));
    let answer: Value = send(im, url, &body).await.map_err(|error| failed(&error))?;
    Ok(json!({"answer": answer}))
}

fn request(verb: &str, args: &Value) -> (&'static str, Value) {
    let member = |one: &Value| json!({"Member_Account": one["account"], "Marks": one["marks"]});
    let members: Vec<_> = args["members"].as_array().into_iter().flatten().map(member).collect();
    let (group, accounts) = (&args["group"], &args["accounts"]);
    let change = if verb.starts_with("set") { 1 } else { 2 };
    let plain = json!({"GroupId": group, "Member_Account": accounts});
    match verb {
        "set_marks" | "delete_marks" => {
            ("modify_user_info", json!({"GroupId": group, "CommandType": change, "MemberList": members}))
        }
        "list_members" if args["mark"].is_null() => ("get_members", json!({"GroupId": group, "Timestamp": 0})),
        "list_members" => ("get_members", json!({"GroupId": group, "Timestamp": 0, "Mark": args["mark"]})),
        "add_robots" => ("add_robots", plain),
        "delete_robots" => ("del_robots", plain),
        "check_members" => ("check_members", plain),
        "list_admins" => ("get_admin_list", json!({"GroupId": group})),
        _ => ("modify_admin", json!({"GroupId": group, "CommandType": change, "Admin_Account": accounts})),
    }
}
