//! The API is served under names that no page of somebody else can have.

use crate::client::{ask, connect, exchange};
use crate::{COUNT, QUERY, start};

/// A call with these lines in its head.
fn call(head: &str) -> String {
    format!("POST {COUNT}?{QUERY} HTTP/1.1\r\n{head}Content-Length: 2\r\n\r\n{{}}")
}

#[test]
fn a_foreign_name_does_not_reach_the_api() {
    let running = start(|settings| settings.control_hosts = vec!["emulator.test".to_owned()]);
    for host in [
        "127.0.0.1:8600",
        "[::1]:8600",
        "localhost",
        "LOCALHOST:1",
        "a.localhost",
        "emulator",
        "emulator.test",
        "192.0.2.1",
        "console.tim.qq.com",
        "Console.Tim.QQ.com.:443",
        "adminapisgp.im.qcloud.com",
    ] {
        assert_eq!(ask(running.address(), call(&format!("Host: {host}\r\n"))).code(), 10004, "{host}");
    }
    for host in
        ["evil.com", "evil.com:8600", "localhost.evil.com", "127.0.0.1.evil.com", "tim.qq.com.evil.com", "xtim.qq.com"]
    {
        let reply = ask(running.address(), call(&format!("Host: {host}\r\nOrigin: http://{host}\r\n")));
        assert_eq!(reply.status, 403, "{host}");
        assert!(reply.body.contains(&format!("`Host` is `{host}`")), "{reply:?}");
    }
    // No browser leaves it out.
    assert_eq!(ask(running.address(), call("")).code(), 10004);
    let everywhere = start(|settings| settings.proxied_hosts = vec!["*".to_owned()]);
    assert_eq!(ask(everywhere.address(), call("Host: evil.com\r\n")).code(), 10004);
}

#[test]
fn a_host_that_cannot_be_read_is_refused() {
    let running = start(|_| {});
    for (head, says) in [
        ("Host: localhost\r\nHost: localhost\r\n", "there are 2 `Host` headers; there must be one"),
        ("Host: evil.com\r\nHost: localhost\r\n", "there are 2 `Host` headers; there must be one"),
        ("Host: 127.0.0.1:evil.com\r\n", "`Host` is `127.0.0.1:evil.com`; it must be a name or an address"),
        ("Host: 127.0.0.1:65536\r\n", "`Host` is `127.0.0.1:65536`; it must be a name or an address"),
        ("Host: user@localhost\r\n", "`Host` is `user@localhost`; it must be a name or an address"),
    ] {
        for path in [format!("{COUNT}?{QUERY}"), "/_avmarks/groups".to_owned()] {
            let reply = ask(running.address(), format!("GET {path} HTTP/1.1\r\n{head}\r\n"));
            assert_eq!(reply.status, 400, "{head} {path}");
            assert!(reply.body.contains(says), "{reply:?}");
        }
    }
}

#[test]
fn a_tunnel_needs_host_and_port() {
    let running = start(|_| {});
    for (to, status) in [
        ("console.tim.qq.com.:443", 200),
        ("console.tim.qq.com:65535", 200),
        ("console.tim.qq.com:99999", 400),
        ("console.tim.qq.com", 400),
        ("*", 400),
        ("/", 400),
    ] {
        let request = format!("CONNECT {to} HTTP/1.1\r\nHost: console.tim.qq.com\r\n\r\n");
        assert_eq!(ask(running.address(), request).status, status, "{to}");
    }
    // Whoever is at its end says which host it means.
    let mut stream = connect(running.address());
    assert_eq!(exchange(&mut stream, "CONNECT console.tim.qq.com:80 HTTP/1.1\r\n\r\n").status, 200);
    assert_eq!(exchange(&mut stream, call("Host: evil.com\r\n")).status, 403);
}

#[test]
fn localhost_is_both_loopback_addresses() {
    let emulator = avmarks_emulator::Emulator::new(avmarks_emulator::Settings::default()).unwrap();
    let running = emulator.start_on_localhost(0).unwrap();
    let port = running.address().port();
    assert_eq!(ask(([127, 0, 0, 1], port).into(), call("Host: localhost\r\n")).code(), 10004);
    // Where the machine has IPv6.
    if std::net::TcpListener::bind("[::1]:0").is_ok() {
        assert_eq!(ask((std::net::Ipv6Addr::LOCALHOST, port).into(), call("Host: localhost\r\n")).code(), 10004);
        assert_eq!(
            ask((std::net::Ipv6Addr::LOCALHOST, port).into(), "GET /_avmarks/groups HTTP/1.1\r\nHost: [::1]\r\n\r\n")
                .status,
            200
        );
    }
    running.stop().unwrap();
}
