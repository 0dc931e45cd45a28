use super::*;

fn of(running: &Running, method: &str, path: &str, head: &str) -> u16 {
    ask_with(running, method, path, head, "").status
}

#[test]
fn a_foreign_page_cannot_drive_it() {
    let running = start(|settings| settings.control_hosts = vec!["emulator.test".to_owned()]);
    for (head, status) in [
        // Addresses, and names that no foreign page is served under.
        ("Host: 127.0.0.1:8600\r\n", 200),
        ("Host: [::1]:8600\r\n", 200),
        ("Host: localhost:8600\r\n", 200),
        ("Host: LOCALHOST\r\n", 200),
        ("Host: a.localhost\r\n", 200),
        ("Host: emulator\r\n", 200),
        ("Host: Emulator.Test:80\r\n", 200),
        // A name that somebody may have pointed at this machine.
        ("Host: example.com\r\n", 403),
        ("Host: example.com:8600\r\n", 403),
        ("Host: localhost.example.com\r\n", 403),
        ("Host: 127.0.0.1.example.com\r\n", 403),
        ("Host: \r\n", 403),
        // A page of another origin.
        ("Host: localhost:1\r\nOrigin: http://localhost:1\r\n", 200),
        ("Host: localhost:1\r\nOrigin: http://localhost:2\r\n", 403),
        ("Origin: https://example.com\r\n", 403),
        ("Origin: null\r\n", 403),
        ("Sec-Fetch-Site: same-origin\r\n", 200),
        ("Sec-Fetch-Site: none\r\n", 200),
        ("Sec-Fetch-Site: cross-site\r\n", 403),
        ("Sec-Fetch-Site: same-site\r\n", 403),
    ] {
        assert_eq!(of(&running, "POST", "reset", head), status, "{head}");
        assert_eq!(of(&running, "GET", "health", head), status, "{head}");
    }
    // A link to the page may stand anywhere.
    assert_eq!(of(&running, "GET", "", "Sec-Fetch-Site: cross-site\r\n"), 200);
    let reply = ask_with(&running, "GET", "health", "Host: example.com\r\n", "");
    let says = "`Host` is `example.com`, which a web page could stand behind; use an address or `localhost`, or name it as a `control_host`";
    assert_eq!(sentence(&reply), (403, says.to_owned()));
    let reply = ask_with(&running, "POST", "reset", "Origin: null\r\n", "");
    let says = "the request comes from a web page of another origin (`null`)";
    assert_eq!(sentence(&reply), (403, says.to_owned()));
}

#[test]
fn no_answer_lets_another_origin_read_it() {
    let running = start(|_| {});
    for path in ["", "health", "state", "nothing"] {
        let reply = ask(&running, "GET", path, "");
        assert!(!reply.head.contains("access-control"), "{}", reply.head);
        assert_eq!(reply.header("x-content-type-options"), Some("nosniff"));
        assert_eq!(reply.header("cache-control"), Some("no-store"));
    }
}

#[test]
fn the_page_runs_only_its_script() {
    let running = start(|_| {});
    let reply = ask(&running, "GET", "", "");
    assert_eq!(reply.header("content-type"), Some("text/html; charset=utf-8"));
    let policy = reply.header("content-security-policy").unwrap();
    assert!(policy.starts_with("default-src 'none'; script-src 'sha256-"), "{policy}");
    assert!(policy.contains("frame-ancestors 'none'") && !policy.contains("unsafe"), "{policy}");
    // All of it is in this one file, and no text becomes HTML.
    for word in [
        "src=\"",
        "@import",
        "url(",
        "http://",
        "https://",
        "innerHTML",
        "insertAdjacentHTML",
        "outerHTML",
        "eval(",
        " style=",
    ] {
        assert!(!reply.body.contains(word), "`{word}` in the page");
    }
    // The root without a slash leads there.
    let reply = client::ask(running.address(), "GET /_avmarks HTTP/1.1\r\nHost: localhost\r\n\r\n");
    assert_eq!((reply.status, reply.header("location")), (308, Some("/_avmarks/")));
}

#[test]
fn the_certificate_is_there_to_be_trusted() {
    let running = start(|_| {});
    let reply = ask(&running, "GET", "ca.pem", "");
    assert_eq!(reply.body, running.emulator().certificate_pem());
}

#[test]
fn bodies_have_an_end_and_a_type() {
    let running = start(|_| {});
    let long = format!(r#"{{"group":"{}"}}"#, "x".repeat(1_048_576));
    let says = "the body has more than 1048576 bytes, and this path takes no more";
    assert_eq!(refused(&running, "POST", "groups", &long), (413, says.to_owned()));
    for (head, found) in [("", ""), ("Content-Type: text/plain\r\n", "text/plain")] {
        let says = format!("`Content-Type` is `{found}`; it must be `application/json`");
        assert_eq!(sentence(&ask_with(&running, "POST", "groups", head, "{}")), (415, says));
    }
    let head = "Content-Type: Application/JSON; charset=utf-8\r\n";
    assert_eq!(ask_with(&running, "POST", "groups", head, r#"{"group":"g"}"#).status, 200);
}

#[test]
fn a_token_opens_the_control_plane() {
    let token = avmarks_emulator::ControlToken::new("s3cret").unwrap();
    let running = start(|settings| settings.control_token = Some(token));
    for (head, status) in [
        ("", 401),
        ("Authorization: Bearer s3cret\r\n", 200),
        ("Authorization: bearer  s3cret \r\n", 200),
        ("Authorization: Bearer s3cre\r\n", 401),
        ("Authorization: Bearer s3cret2\r\n", 401),
        ("Authorization: s3cret\r\n", 401),
        // `:s3cret` and `me:s3cret`, then `s3cret` and `s3cret:`.
        ("Authorization: Basic OnMzY3JldA==\r\n", 200),
        ("Authorization: Basic bWU6czNjcmV0\r\n", 200),
        ("Authorization: Basic czNjcmV0\r\n", 401),
        ("Authorization: Basic czNjcmV0Og==\r\n", 401),
        ("Authorization: Basic !\r\n", 401),
        ("Authorization: Bearer s3cret\r\nOrigin: https://example.com\r\n", 403),
    ] {
        for (method, path) in [("POST", "reset"), ("GET", "")] {
            let reply = ask_with(&running, method, path, head, "");
            assert_eq!(reply.status, status, "{head}{method} {path}");
            let asks = (status == 401).then_some("Basic realm=\"avmarks\"".to_ascii_lowercase());
            assert_eq!(reply.header("www-authenticate"), asks.as_deref());
            assert!(!reply.body.contains("s3cret"), "{reply:?}");
        }
    }
    // The health check needs no token. Neither do the calls of the vendor's API.
    assert_eq!(of(&running, "GET", "health", ""), 200);
    assert_eq!(call(&running, COUNT, "{}").code(), 10004);
}

#[test]
fn beyond_loopback_it_takes_a_token() {
    // Another address of this machine, if it has one.
    let probe = std::net::UdpSocket::bind("0.0.0.0:0").unwrap();
    let found = probe.connect("192.0.2.1:9").and_then(|()| probe.local_addr());
    let Some(address) = found.ok().map(|found| found.ip()).filter(|ip| !ip.is_loopback() && !ip.is_unspecified())
    else {
        return;
    };
    for token in [None, Some("s3cret")] {
        let mut settings = Settings::default();
        settings.control_token = token.map(|text| avmarks_emulator::ControlToken::new(text).unwrap());
        let running = Emulator::new(settings).unwrap().start("0.0.0.0:0".parse().unwrap()).unwrap();
        let port = running.address().port();
        let get = |ip: std::net::IpAddr, path: &str, head: &str| {
            client::ask((ip, port).into(), format!("GET /_avmarks/{path} HTTP/1.1\r\nHost: {ip}\r\n{head}\r\n"))
        };
        let local = "127.0.0.1".parse().unwrap();
        assert_eq!(get(local, "groups", "").status, if token.is_some() { 401 } else { 200 });
        let refusal = get(address, "groups", "");
        assert_eq!(refusal.status, if token.is_some() { 401 } else { 403 });
        if token.is_none() {
            assert!(refusal.body.contains("set a `control_token`"), "{refusal:?}");
        }
        let opened = get(address, "groups", "Authorization: Bearer s3cret\r\n").status;
        assert_eq!(opened, if token.is_some() { 200 } else { 403 });
        assert_eq!(get(address, "health", "").status, 200);
    }
}
