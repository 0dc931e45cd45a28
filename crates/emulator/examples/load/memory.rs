//! What accounts and groups take of an emulator's memory, and how soon it answers.

use std::error::Error;
use std::time::Instant;

use tokio::net::TcpStream;

use super::client::{exchange, request};
use super::servers::Server;

const ACCOUNTS: u64 = 1_000_000;
const ACCOUNTS_PER_CALL: u64 = 100;
/// The emulator keeps 100,000.
const GROUPS: u64 = 99_990;
const MEMBERS: u64 = 99_900;
const MEMBERS_PER_CALL: u64 = 300;

/// Measures, and prints a row for each.
pub(crate) fn measure() -> Result<(), Box<dyn Error>> {
    let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build()?;
    runtime.block_on(async {
        let begun = Instant::now();
        let server = Server::emulator()?;
        let mut stream = TcpStream::connect(server.address).await?;
        ask(&mut stream, "im_open_login_svc/account_check", r#"{"CheckItem":[{"UserID":"u"}]}"#).await?;
        println!("start to first answer: {:.1} ms", begun.elapsed().as_secs_f64() * 1_000.0);
        let idle = server.memory()?;
        println!("idle: {:.1} MB", idle as f64 / 1e6);
        for call in 0..ACCOUNTS / ACCOUNTS_PER_CALL {
            let ids = call * ACCOUNTS_PER_CALL..(call + 1) * ACCOUNTS_PER_CALL;
            let ids: Vec<_> = ids.map(|number| format!("\"student-{number:07}\"")).collect();
            let body = format!(r#"{{"Accounts":[{}]}}"#, ids.join(","));
            ask(&mut stream, "im_open_login_svc/multiaccount_import", &body).await?;
        }
        let with_accounts = server.memory()?;
        let each = with_accounts.saturating_sub(idle) / ACCOUNTS;
        println!("{ACCOUNTS} accounts of 15 bytes: {each} bytes each");
        for number in 0..GROUPS {
            let body = format!(
                r#"{{"Type":"AVChatRoom","Name":"class","GroupId":"class-{number:06}","Owner_Account":"teacher"}}"#
            );
            ask(&mut stream, "group_open_http_svc/create_group", &body).await?;
        }
        let each = server.memory()?.saturating_sub(with_accounts) / GROUPS;
        println!("{GROUPS} empty groups: {each} bytes each");
        let with_groups = server.memory()?;
        let body = r#"{"Type":"Public","Name":"school","GroupId":"school"}"#;
        ask(&mut stream, "group_open_http_svc/create_group", body).await?;
        for call in 0..MEMBERS / MEMBERS_PER_CALL {
            let ids = call * MEMBERS_PER_CALL..(call + 1) * MEMBERS_PER_CALL;
            let ids: Vec<_> = ids.map(|number| format!(r#"{{"Member_Account":"student-{number:07}"}}"#)).collect();
            let body = format!(r#"{{"GroupId":"school","MemberList":[{}]}}"#, ids.join(","));
            ask(&mut stream, "group_open_http_svc/add_group_member", &body).await?;
        }
        let each = server.memory()?.saturating_sub(with_groups) / MEMBERS;
        println!("{MEMBERS} members of one group: {each} bytes each");
        let strangers = (0..100).map(|number| format!(r#"{{"UserID":"stranger-{number}"}}"#)).collect::<Vec<_>>();
        let strangers = strangers.join(",");
        for (name, path, body) in [
            (
                "1 stranger looked up",
                "im_open_login_svc/account_check",
                r#"{"CheckItem":[{"UserID":"nobody"}]}"#.to_owned(),
            ),
            ("100 strangers looked up", "im_open_login_svc/account_check", format!(r#"{{"CheckItem":[{strangers}]}}"#)),
            (
                "groups of a member listed",
                "group_open_http_svc/get_joined_group_list",
                r#"{"Member_Account":"student-0000000"}"#.to_owned(),
            ),
            ("first 100 groups listed", "group_open_http_svc/get_appid_group_list", r#"{"Limit":100}"#.to_owned()),
        ] {
            let mut waits = Vec::new();
            for _ in 0..100 {
                let begun = Instant::now();
                ask(&mut stream, path, &body).await?;
                waits.push(begun.elapsed().as_micros());
            }
            waits.sort_unstable();
            println!("{name}, {GROUPS} groups: {} µs", waits.get(waits.len() / 2).copied().unwrap_or_default());
        }
        Ok(())
    })
}

async fn ask(stream: &mut TcpStream, path: &str, body: &str) -> Result<(), Box<dyn Error>> {
    let mut buffer = vec![0; 16_384];
    let answer = exchange(stream, request(path, body).as_bytes(), &mut buffer).await.ok_or("no answer")?;
    let text = String::from_utf8_lossy(answer);
    if text.contains("\"ErrorCode\":0") { Ok(()) } else { Err(text.into_owned().into()) }
}
