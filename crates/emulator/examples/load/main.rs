//! What the emulator carries, beside a bare handler of the same HTTP crate: both read the body of the same request, the one
//! judges it, the other answers fixed bytes.
//!
//! ```console
//! $ cargo run --release -p avmarks-emulator --example load -- 60
//! ```
//!
//! The argument is for how many seconds each of the two is asked, in rounds that alternate. 64 connections stay open, and each
//! sends its next call, a mark for two accounts, when it has its answer.

#![allow(clippy::unwrap_used, clippy::expect_used, reason = "a measurement may end where it cannot be made")]

mod bare;
mod client;

use std::error::Error;
use std::net::SocketAddr;
use std::time::Duration;

use avmarks_emulator::{Emulator, Settings};
use client::Round;

const CONNECTIONS: usize = 64;
const ROUND: Duration = Duration::from_secs(1);

const BODY: &str = r#"{"GroupId":"live","CommandType":1,"MemberList":[{"Member_Account":"teacher10","Marks":[1000]},{"Member_Account":"student9","Marks":[1001]}]}"#;
const ANSWER: &str = r#"{"ActionStatus":"OK","ErrorCode":0,"ErrorInfo":"","CommandType":1,"MemberList":[{"Member_Account":"teacher10","Marks":[1000]},{"Member_Account":"student9","Marks":[1001]}]}"#;

fn main() -> Result<(), Box<dyn Error>> {
    let seconds: u64 = std::env::args().nth(1).as_deref().unwrap_or("60").parse()?;
    let rounds = Duration::from_secs(seconds).div_duration_f64(ROUND).ceil().max(1.0) as u32;

    let mut settings = Settings::default();
    // The rate that the documents name is not what is measured.
    settings.app.terms.limits.calls_per_window_max = 1_000_000;
    let emulator = Emulator::new(settings)?;
    emulator.play("{\"at\":0,\"do\":\"create_group\",\"group\":\"live\"}\n{\"at\":0,\"do\":\"join\",\"group\":\"live\",\"accounts\":[\"teacher10\",\"student9\"]}")?;
    let running = emulator.start(([127, 0, 0, 1], 0).into())?;
    let bare = bare::start(ANSWER)?;

    let clients = tokio::runtime::Builder::new_multi_thread().worker_threads(2).enable_all().build()?;
    let ask = |address: SocketAddr, time| clients.block_on(client::round(address, CONNECTIONS, time, BODY, ANSWER));
    for address in [running.address(), bare] {
        // Whatever is done but once.
        ask(address, Duration::from_millis(500));
    }
    let (mut emulated, mut handled) = (Round::default(), Round::default());
    for round in 1..=rounds {
        let (one, other) = (ask(running.address(), ROUND), ask(bare, ROUND));
        if round % 10 == 0 {
            println!("round {round}: {:.0}/s, bare {:.0}/s", one.rate(), other.rate());
        }
        emulated.add(one);
        handled.add(other);
    }
    println!("emulator {emulated}");
    println!("bare     {handled}");
    println!("ratio    {:.0} %", 100.0 * emulated.rate() / handled.rate());
    running.stop()?;
    Ok(())
}
