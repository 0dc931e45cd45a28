//! The proxy: for clients whose host is hard-wired.

use std::io::Write;

use crate::client::{ask, connect, exchange, is_closed, receive_head};
use crate::tls::tls;
use crate::{COUNT, QUERY, post, start};

fn open(stream: &mut std::net::TcpStream, to: &str) -> u16 {
    stream
        .write_all(format!("CONNECT {to} HTTP/1.1\r\nHost: {to}\r\nProxy-Connection: Keep-Alive\r\n\r\n").as_bytes())
        .unwrap();
    receive_head(stream).status
}

#[test]
fn tunnels_end_at_the_emulator() {
    let running = start(|_| {});
    for (to, host) in [
        ("console.tim.qq.com:443", "console.tim.qq.com"),
        ("adminapijpn.my-imcloud.com:443", "adminapijpn.my-imcloud.com"),
        ("LOCALHOST:443", "localhost"),
        ("127.0.0.1:8443", "127.0.0.1"),
        ("[::1]:443", "::1"),
    ] {
        let mut stream = connect(running.address());
        assert_eq!(open(&mut stream, to), 200, "{to}");
        let mut stream = tls(stream, running.emulator().certificate_pem(), host);
        for _ in 0..2 {
            assert_eq!(exchange(&mut stream, post(COUNT, QUERY, "{}")).code(), 10004, "{to}");
        }
    }
    let mut stream = connect(running.address());
    assert_eq!(open(&mut stream, "console.tim.qq.com:80"), 200);
    assert_eq!(exchange(&mut stream, post(COUNT, QUERY, "{}")).code(), 10004);
}

#[test]
fn an_https_proxy_is_one_as_well() {
    let running = start(|_| {});
    let mut stream = tls(connect(running.address()), running.emulator().certificate_pem(), "localhost");
    stream.write_all(b"CONNECT console.tim.qq.com:80 HTTP/1.1\r\nHost: console.tim.qq.com:80\r\n\r\n").unwrap();
    assert_eq!(receive_head(&mut stream).status, 200);
    assert_eq!(exchange(&mut stream, post(COUNT, QUERY, "{}")).code(), 10004);
}

#[test]
fn absolute_request_targets_are_served() {
    let running = start(|_| {});
    for host in ["console.tim.qq.com", "adminapikr.im.qcloud.com:80", "127.0.0.1:1", "localhost"] {
        let request = post(&format!("http://{host}{COUNT}"), QUERY, "{}");
        assert_eq!(ask(running.address(), request).code(), 10004, "{host}");
    }
}

#[test]
fn foreign_hosts_are_forbidden() {
    let running = start(|_| {});
    for host in ["example.com", "tim.qq.com.example.com", "xtim.qq.com", "192.0.2.1"] {
        let mut stream = connect(running.address());
        assert_eq!(open(&mut stream, &format!("{host}:443")), 403, "{host}");
        let reply = ask(running.address(), post(&format!("http://{host}{COUNT}"), QUERY, "{}"));
        assert_eq!(reply.status, 403, "{host}");
        assert!(reply.body.contains("this proxy stands in for *.tim.qq.com, "), "{reply:?}");
    }
    let everywhere = start(|settings| settings.proxied_hosts = vec!["*".to_owned()]);
    assert_eq!(open(&mut connect(everywhere.address()), "example.com:443"), 200);
}

#[test]
fn there_is_no_tunnel_in_a_tunnel() {
    let running = start(|_| {});
    let mut stream = connect(running.address());
    assert_eq!(open(&mut stream, "console.tim.qq.com:80"), 200);
    assert_eq!(open(&mut stream, "console.tim.qq.com:80"), 403);
}

#[test]
fn a_tunnel_takes_one_place_of_the_connections() {
    let running = start(|settings| settings.connections_max = 1);
    let mut stream = connect(running.address());
    assert_eq!(open(&mut stream, "console.tim.qq.com:80"), 200);
    assert_eq!(receive_head(&mut connect(running.address())).status, 503);
    assert_eq!(exchange(&mut stream, post(COUNT, QUERY, "{}")).code(), 10004);
}

#[test]
fn a_tunnel_ends_when_the_emulator_stops() {
    let running = start(|_| {});
    let mut stream = connect(running.address());
    assert_eq!(open(&mut stream, "console.tim.qq.com:80"), 200);
    assert_eq!(exchange(&mut stream, post(COUNT, QUERY, "{}")).code(), 10004);
    running.stop().unwrap();
    assert!(is_closed(&mut stream));
}
