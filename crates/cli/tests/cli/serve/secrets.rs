//! No secret is in any log or answer, whatever is asked and however.

use super::*;

const KEY: &str = "5bd2850fff3ecb11d7c805251c51ee463a25727bddc2385f3fa8bfee1bb93b5e";
const TOKEN: &str = "token-of-the-console";

/// What comes back for these bytes, until the server closes.
fn sent(server: &Server, request: &str) -> String {
    let mut stream = TcpStream::connect(server.address()).unwrap();
    stream.set_read_timeout(Some(Duration::from_secs(30))).unwrap();
    stream.write_all(request.as_bytes()).unwrap();
    let mut answer = Vec::new();
    // What was refused may be cut off, once it is said.
    let _ = stream.read_to_end(&mut answer);
    String::from_utf8(answer).unwrap()
}

#[test]
fn no_secret_is_logged_or_answered() {
    let folder = folder("serve-secrets");
    file(&folder, "key.txt", KEY);
    file(&folder, "token.txt", TOKEN);
    let usersig = {
        let mut sign = command(&["usersig", "sign", "--sdkappid", "1400000000", "--identifier", "administrator"]);
        sign.env("AVMARKS_KEY", KEY);
        Run::of(sign.output().unwrap()).out.trim().to_owned()
    };
    // Whatever is wrong with it, most of it is the secret.
    let secret = &usersig[..40];
    let server = Server::start(
        &folder,
        &[
            &["--key-file", "key.txt", "--webhook-token-file", "token.txt", "--webhook-url", "http://127.0.0.1:9/hook"]
                [..],
            &["--group", "g", "--data", "data", "-vv"],
        ]
        .concat(),
    );
    let query = QUERY.replace("unchecked", &usersig);
    let forged = query.replace(secret, &format!("{secret}x"));
    let encoded = query.replace('*', "%2A").replace('-', "%2d");
    let head = |start: &str, length: usize| {
        format!("{start} HTTP/1.1\r\nHost: localhost\r\nConnection: close\r\nContent-Length: {length}\r\n")
    };
    let body = r#"{"GroupId":"g"}"#;
    let fault = r#"{"times":1,"fault":{"kind":"code","code":10002}}"#;
    let control =
        |start: &str, body: &str| format!("{}Content-Type: application/json\r\n\r\n{body}", head(start, body.len()));
    let call = |start: &str| format!("{}\r\n{body}", head(start, body.len()));
    let mut heard = String::new();
    let requests = [
        control("POST /_avmarks/groups/g/join", r#"{"accounts":["a"]}"#),
        call(&format!("POST /{COUNT}?{query}")),
        call(&format!("POST /{COUNT}?{encoded}")),
        call(&format!("POST /{COUNT}?{forged}")),
        call(&format!("GET /{COUNT}?{query}")),
        call(&format!("POST /v4/openim/sendmsg?{query}")),
        call(&format!("POST http://console.tim.qq.com/{COUNT}?{query}")),
        call(&format!("POST http://elsewhere.test/{COUNT}?{query}")),
        call(&format!("POST /{COUNT}?{query}&usersig={usersig}")),
        call(&format!("POST /{COUNT}?{}", query.replace("administrator", "somebody"))),
        // SDKs that forget the `?` or an `&`, or encode them.
        call(&format!("POST /{COUNT}&{query}")),
        call(&format!("POST /{COUNT}%3F{query}")),
        call(&format!("POST /{COUNT}%3f{}", query.replace('=', "%3D"))),
        call(&format!("POST /{COUNT}?identifier={query}")),
        call(&format!("POST /{COUNT}?sdkappid=1400000000?usersig={usersig}&identifier=a&contenttype=json")),
        call(&format!("POST /{COUNT}?{query}?usersig={usersig}")),
        call(&format!("POST /_avmarks/nowhere&{query}")),
        call(&format!("POST /_avmarks/log&{query}")),
        call(&format!("POST /_avmarks/log?{query}")),
        call(&format!("POST /_avmarks/nowhere?{query}")),
        control("POST /_avmarks/faults", fault),
        call(&format!("POST /{COUNT}?{query}")),
        // A body that is too long, one that does not come, and no HTTP.
        format!(
            "{}\r\n",
            head(&format!("POST /{COUNT}?{query}"), 2_000_000).replace("close", "close\r\nExpect: 100-continue")
        ),
        format!("POST /{COUNT}?{query} HTTP/1.1\r\nHost: x\r\nTransfer-Encoding: chunked\r\n\r\nzz\r\n"),
        format!("POST /{COUNT}?{query} HTTP/9\r\n\r\n"),
    ];
    for request in &requests {
        let answer = sent(&server, request);
        assert_ne!(answer, "", "{request}");
        heard.push_str(&answer);
    }
    assert!(heard.contains("\"ErrorCode\":0") && heard.contains("70003") && heard.contains("70013"), "{heard}");
    for path in ["log", "webhooks", "webhooks/deliveries", "settings", "state", "faults", "groups"] {
        heard.push_str(&server.control(path).to_string());
    }
    assert!(heard.contains("C.CallbackAfterNewMemberJoin") || heard.contains("\"waiting\":"), "{heard}");
    heard.push_str(&server.told.to_string());
    let kept = std::fs::read_dir(folder.join("data")).unwrap();
    let kept = kept.map(|entry| String::from_utf8_lossy(&std::fs::read(entry.unwrap().path()).unwrap()).into_owned());
    heard.extend(kept);
    heard.push_str(&server.stop("-TERM"));
    for secret in [KEY, TOKEN, secret, &secret[..10].replace('*', "%2A")] {
        let at = heard.find(secret);
        let around = at.map(|at| heard.get(at.saturating_sub(200)..at).unwrap_or_default());
        assert_eq!(around, None);
    }
}
