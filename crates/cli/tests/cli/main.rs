//! The command line as its users meet it: the built binary, its exit status, and what it prints.
#![cfg(test)]

mod check;
#[cfg(unix)]
mod conformance;
mod explain;
mod help;
mod inputs;
#[cfg(unix)]
mod keep;
mod pages;
mod replay;
mod review;
mod run;
#[cfg(unix)]
mod seed;
mod send;
#[cfg(unix)]
mod serve;
#[path = "../../examples/loopback/server.rs"]
mod server;
mod state;
mod unreadable;
mod usersig;
