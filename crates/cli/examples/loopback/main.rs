//! A stand-in for the service on this machine, to try `avmarks send` with: a group of 1,200 students, 30 of them offline.
//! The second request finds it busy (10002), the third is served and its answer lost.
//!
//! Run it with `cargo run --example loopback [PORT]`; the port is 8089 unless told. `examples/loopback.toml` of the project
//! has the settings that `avmarks send --config` needs.
#![forbid(unsafe_code)]

mod server;

use std::io;
use std::net::TcpListener;
use std::sync::Arc;
use std::sync::mpsc::channel;
use std::thread;

use server::{Mishap, Server};

fn main() -> io::Result<()> {
    let port = std::env::args().nth(1).map_or(Ok(8089), |text| text.parse());
    let port: u16 = port.map_err(|error| io::Error::new(io::ErrorKind::InvalidInput, error))?;
    let listener = TcpListener::bind(("127.0.0.1", port))?;
    println!("listening on http://{}", listener.local_addr()?);

    let (log, entries) = channel();
    let server = Server::new(server::class(), log).mishap(2, Mishap::Busy).mishap(3, Mishap::AnswerLost);
    thread::spawn(move || Arc::new(server).serve(&listener));
    for entry in entries {
        println!("{entry}");
    }
    Ok(())
}
