//! The emulator from outside: bytes on sockets, as clients of every kind send them.
#![cfg(test)]

mod authority;
mod bodies;
mod client;
mod groups;
mod hosts;
mod malformed;
mod memory;
mod oddities;
mod patience;
mod proxy;
mod receiver;
mod stop;
mod tls;
mod webhooks;

use avmarks_emulator::{Emulator, Running, Settings};

/// The count of the online members, the shortest call.
const COUNT: &str = "/v4/group_open_http_svc/get_online_member_num";
const CREATE: &str = "/v4/group_open_http_svc/create_group";
const QUERY: &str = "sdkappid=1400000000&identifier=administrator&usersig=x&random=1&contenttype=json";

/// An emulator on a port of its own.
fn start(change: impl FnOnce(&mut Settings)) -> Running {
    let mut settings = Settings::default();
    change(&mut settings);
    Emulator::new(settings).unwrap().start("127.0.0.1:0".parse().unwrap()).unwrap()
}

/// A whole request.
fn post(path: &str, query: &str, body: &str) -> String {
    format!("POST {path}?{query} HTTP/1.1\r\nHost: localhost\r\nContent-Length: {}\r\n\r\n{body}", body.len())
}
