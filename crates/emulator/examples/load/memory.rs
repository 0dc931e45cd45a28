//! What accounts and groups take of an emulator's memory, and how soon it answers.

use std::error::Error;
use std::time::Instant;

use tokio::net::TcpStream;

use super::client::{exchange, request};
use super::servers::Server;

const ACCOUNTS: u64 = 1_000_000;
const ACCOUNTS_PER_CALL: u64 = 100;
/// One is there already, and the emulator keeps 100,000.
const GROUPS: u64 = 99_999;

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
        Ok(())
    })
}

async fn ask(stream: &mut TcpStream, path: &str, body: &str) -> Result<(), Box<dyn Error>> {
    let mut buffer = vec![0; 16_384];
    let answer = exchange(stream, request(path, body).as_bytes(), &mut buffer).await.ok_or("no answer")?;
    let text = String::from_utf8_lossy(answer);
    if text.contains("\"ErrorCode\":0") { Ok(()) } else { Err(text.into_owned().into()) }
}
