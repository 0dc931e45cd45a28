//! Instructions that a call takes of each server, outside the kernel: whatever else the machine does, they are the same.

use std::error::Error;
use std::process::Command;

use super::client;
use super::servers::{Folder, Server};
use super::{SEED, WORK};

/// Calls of the two runs whose difference is counted, so that start and end are not.
const CALLS: [u64; 2] = [400, 4_400];
const CONNECTIONS: u64 = 8;

/// Counts, and prints a row for each call.
pub(crate) fn count() -> Result<(), Box<dyn Error>> {
    println!("| work | bare | ours | difference |\n|---|---|---|---|");
    for (number, work) in WORK.iter().enumerate() {
        let bare = per_call(number, &["bare", &number.to_string()])?;
        let ours = per_call(number, &["emulator"])?;
        println!("| {} | {bare} | {ours} | {} |", work.name, ours.saturating_sub(bare));
    }
    Ok(())
}

fn per_call(work: usize, arguments: &[&str]) -> Result<u64, Box<dyn Error>> {
    let [few, many] = CALLS;
    let counted = total(work, arguments, many)?.saturating_sub(total(work, arguments, few)?);
    Ok(counted / (many - few))
}

/// Instructions of a server from its start to its end, with so many calls between.
fn total(work: usize, arguments: &[&str], calls: u64) -> Result<u64, Box<dyn Error>> {
    let work = WORK.get(work).copied().ok_or("unknown work")?;
    let folder = Folder::new(SEED)?;
    let file = folder.path("callgrind");
    let mut command = Command::new("valgrind");
    command.arg("--tool=callgrind").arg(format!("--callgrind-out-file={}", file.display()));
    command.arg(std::env::current_exe()?).args(arguments);
    let server = Server::start(command)?;
    let clients = tokio::runtime::Builder::new_current_thread().enable_all().build()?;
    clients.block_on(client::calls(server.address, CONNECTIONS, calls / CONNECTIONS, work))?;
    server.end()?;
    let written = std::fs::read_to_string(&file)?;
    let totals = written.lines().find_map(|line| line.strip_prefix("totals: ").or(line.strip_prefix("summary: ")));
    Ok(totals.and_then(|totals| totals.trim().parse().ok()).ok_or("callgrind has written no total")?)
}
