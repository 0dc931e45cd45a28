//! Marks members with `tencent_im_rs`, unmodified and over TLS.
//!
//! Usage: `SSL_CERT_FILE=CA with_tencent_im_rs URL KEY_FILE [HOST]`
//!
//! URL is the emulator, which was started with `--key-file KEY_FILE`; CA is the certificate that it names at its start. The SDK asks
//! HOST, or else the address of URL; with HOST one of the vendor's, `HTTPS_PROXY=URL` leads it to the emulator.

use std::env;
use std::fs;
use std::process::ExitCode;

use serde::{Deserialize, Serialize};
use serde_json::{Value, json};
use tencent_im_rs::api::v4::common::{Group, GroupType};
use tencent_im_rs::api::v4::group_open_http_svc::create_group::api_create_group;
use tencent_im_rs::api::v4::group_open_http_svc::destroy_group::{DestroyGroupRequest, api_destroy_group};
use tencent_im_rs::api::v4::group_open_http_svc::get_online_member_num::{
    GetOnlineMemberNumRequest, api_get_online_member_num,
};
use tencent_im_rs::api::v4::{TencentHelper, make_url, send};
use tencent_im_rs::user_sig::hmac_sha256::TencentSig;

const APP: u32 = 1_400_000_000;
const ADMIN: &str = "administrator";

/// The SDK has no call for marks; this is one, sent by the function that sends its own.
const MARKS: &str = "v4/group_open_avchatroom_http_svc/modify_user_info";

#[derive(Serialize)]
#[serde(rename_all = "PascalCase")]
struct ModifyUserInfo<'a> {
    group_id: &'a str,
    command_type: u32,
    member_list: Vec<Member>,
}

#[derive(Debug, Deserialize)]
#[serde(rename_all = "PascalCase")]
struct Modified {
    error_code: i32,
    error_info: String,
    #[serde(default)]
    member_list: Vec<Member>,
}

#[derive(Debug, PartialEq, Serialize, Deserialize)]
struct Member {
    #[serde(rename = "Member_Account")]
    account: String,
    #[serde(rename = "Marks")]
    marks: Vec<u32>,
}

#[tokio::main(flavor = "current_thread")]
async fn main() -> ExitCode {
    match run().await {
        Ok(()) => {
            println!("typed requests over TLS have marked two members, and one offline was left out");
            ExitCode::SUCCESS
        }
        Err(what) => {
            eprintln!("error: {what}");
            ExitCode::FAILURE
        }
    }
}

async fn run() -> Result<(), String> {
    let arguments: Vec<_> = env::args().skip(1).collect();
    let (url, key_file, host) = match arguments.as_slice() {
        [url, key_file] => (url, key_file, url.trim_start_matches("http://")),
        [url, key_file, host] => (url, key_file, host.as_str()),
        _ => return Err("give the emulator's URL, the file with its key, and perhaps a host".to_owned()),
    };
    let key = fs::read_to_string(key_file).map_err(|error| format!("{key_file}: {error}"))?;
    let usersig = TencentSig::new(APP, key.trim().to_owned()).generate_user_sig(ADMIN.to_owned(), 3_600);
    let usersig = usersig.ok_or("no signature was made")?;
    let mut im = TencentHelper::new(host.to_owned(), APP, ADMIN.to_owned(), usersig.clone());
    // An error of the SDK has the whole URL in it, and there the signature, which is a secret.
    let failed = |error| said(error).replace(&usersig, "…");

    let mut class = Group::new();
    class.set_group_type(Some(GroupType::AVChatRoom)).set_name(Some("class")).set_owner_account(Some("teacher"));
    let created = api_create_group(&mut im, class).await.map_err(failed)?;
    expect("the group is there", created.error_code, Some(0))?;
    let group = created.group_id.ok_or("the new group has no id")?;

    let there = format!("{url}/_avmarks/groups/{}", group.replace('@', "%40").replace('#', "%23"));
    control(&mut im, &format!("{there}/join"), json!({ "accounts": ["teacher", "student", "guest"] })).await?;
    control(&mut im, &format!("{there}/disconnect"), json!({ "accounts": ["guest"] })).await?;

    let request = ModifyUserInfo {
        group_id: &group,
        command_type: 1,
        member_list: vec![member("teacher", 1_000), member("student", 1_001), member("guest", 1_001)],
    };
    let to = make_url(&im, MARKS);
    let marked: Modified = send(&mut im, to, &request).await.map_err(failed)?;
    expect("the marks are set", (marked.error_code, marked.error_info.as_str()), (0, ""))?;
    let served = vec![member("teacher", 1_000), member("student", 1_001)];
    expect("the guest, who is offline, is left out", marked.member_list, served)?;

    let online = api_get_online_member_num(&mut im, GetOnlineMemberNumRequest::new(&group)).await.map_err(failed)?;
    expect("two are online", online.online_member_num, Some(2))?;
    let destroyed = api_destroy_group(&mut im, DestroyGroupRequest::new(&group)).await.map_err(failed)?;
    expect("the group is gone", destroyed.error_code, Some(0))
}

fn member(account: &str, mark: u32) -> Member {
    Member { account: account.to_owned(), marks: vec![mark] }
}

/// Lets something happen that is no call of the API: members of an audio-video group come and go by themselves.
async fn control(im: &mut TencentHelper, url: &str, body: Value) -> Result<(), String> {
    let answer = im.get_client().post(url).json(&body).send().await.map_err(said)?;
    if !answer.status().is_success() {
        return Err(format!("{url}: {}", answer.text().await.map_err(said)?));
    }
    Ok(())
}

fn said(error: impl std::fmt::Display) -> String {
    error.to_string()
}

fn expect<T: PartialEq + std::fmt::Debug>(what: &str, found: T, wanted: T) -> Result<(), String> {
    if found == wanted { Ok(()) } else { Err(format!("{what}\n  found  {found:?}\n  wanted {wanted:?}")) }
}
