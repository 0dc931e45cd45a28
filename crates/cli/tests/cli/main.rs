//! The command line as its users meet it: the built binary, its exit status, and what it prints.
#![cfg(test)]

mod check;
mod explain;
mod help;
mod readme;
mod replay;
mod run;
#[cfg(unix)]
mod serve;
mod state;
mod unreadable;
mod usersig;
