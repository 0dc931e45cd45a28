//! Stopping: what is being answered is answered, and nothing new is begun.

use std::io::Write;
use std::net::TcpStream;
use std::time::Duration;

use crate::client::{ask, connect, exchange, is_closed, receive};
use crate::{COUNT, QUERY, post, start};

#[test]
fn a_request_in_flight_is_answered() {
    let running = start(|_| {});
    let address = running.address();
    let request = post(COUNT, QUERY, r#"{"GroupId":"live"}"#);
    let (head, rest) = request.split_at(request.len() - 5);
    let mut in_flight = connect(address);
    // One that has been answered, so that the one behind it is known to have been accepted.
    assert_eq!(exchange(&mut in_flight, &request).code(), 10010);
    in_flight.write_all(head.as_bytes()).unwrap();
    let mut idle = connect(address);
    assert_eq!(exchange(&mut idle, &request).code(), 10010);
    let stopping = std::thread::spawn(move || running.stop());
    assert!(is_closed(&mut idle), "an idle connection is closed");
    while TcpStream::connect(address).is_ok() {
        std::thread::sleep(Duration::from_millis(5));
    }
    in_flight.write_all(rest.as_bytes()).unwrap();
    let reply = receive(&mut in_flight);
    assert_eq!(reply.code(), 10010);
    assert!(is_closed(&mut in_flight));
    stopping.join().unwrap().unwrap();
}

#[test]
fn one_that_never_ends_is_cut_off() {
    let running = start(|settings| settings.stop_timeout = Duration::from_millis(50));
    let mut stream = connect(running.address());
    let request = post(COUNT, QUERY, r#"{"GroupId":"live"}"#);
    assert_eq!(exchange(&mut stream, &request).code(), 10010);
    stream.write_all(&request.as_bytes()[..request.len() - 5]).unwrap();
    running.stop().unwrap();
    assert!(is_closed(&mut stream));
}

#[test]
fn a_dropped_emulator_can_be_restarted() {
    let running = start(|_| {});
    let address = running.address();
    let emulator = running.emulator().clone();
    let create = r#"{"Type":"AVChatRoom","Name":"n","GroupId":"live"}"#;
    assert_eq!(ask(address, post(crate::CREATE, QUERY, create)).code(), 0);
    drop(running);
    assert!(TcpStream::connect(address).is_err());
    let again = emulator.start("127.0.0.1:0".parse().unwrap()).unwrap();
    assert_eq!(ask(again.address(), post(COUNT, QUERY, r#"{"GroupId":"live"}"#)).code(), 0);
}

#[test]
fn an_address_in_use_is_an_error() {
    let running = start(|_| {});
    assert!(running.emulator().start(running.address()).is_err());
}
