#!/usr/bin/env bash
# pusher 0.4.5 (crates.io): a list of channels is signed rightly or wrongly by the order of its options, and a URL loses its port.
#
# Expected: `channels_with_options` takes a list of pairs, and the signature is over the parameters in the order of their names, which the
#   service's page on authentication asks for and pusher 3.3.4 of Python does; so the order of the pairs changes nothing. And
#   `from_url("http://key:secret@127.0.0.1:6001/apps/1")`, the form of `PUSHER_URL`, speaks to port 6001.
# Found: the pairs are signed in the order given. With `info` before `filter_by_prefix` the service, which sorts, computes another signature
#   and refuses; the package's example has them in the right order. `from_url` takes the host alone: the port is gone, and the call goes to 80.
# Why it matters here: servers of one's own that speak this protocol run on ports of their own, and a backend that asks who is in its rooms
#   gets 401, or speaks to whatever listens on port 80. An emulator that does not check signatures hides the first.
# Seen: the lines that this script prints. Usage: findings/pusher-rs-signature-order.sh    (needs Rust, Python 3.10 or later, crates.io, PyPI)
set -euo pipefail
folder=$(mktemp -d)
trap 'kill "${server:-}" 2>/dev/null || true; rm -rf "$folder"' EXIT
cd "$folder"
python3 -m venv venv
venv/bin/pip install --quiet --disable-pip-version-check pusher==3.3.4
cat >server.py <<'PY'
import hashlib
import hmac
import http.server
import os
from urllib.parse import parse_qsl, urlsplit


class Handler(http.server.BaseHTTPRequestHandler):
    def do_GET(self):
        url = urlsplit(self.path)
        query = dict(parse_qsl(url.query))
        given = query.pop("auth_signature")
        text = f"GET\n{url.path}\n" + "&".join(f"{name}={value}" for name, value in sorted(query.items()))
        right = given == hmac.new(b"secret", text.encode(), hashlib.sha256).hexdigest()
        body = b'{"channels":{}}' if right else b"Invalid signature"
        self.send_response(200 if right else 401)
        self.send_header("Content-Type", "application/json")
        self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        self.wfile.write(body)

    def log_message(self, *_):
        pass


server = http.server.ThreadingHTTPServer(("127.0.0.1", 0), Handler)
with open("port.new", "w") as port:
    port.write(str(server.server_address[1]))
os.rename("port.new", "port")
server.serve_forever()
PY
python3 server.py &
server=$!
cat >Cargo.toml <<'TOML'
[package]
name = "channels"
version = "0.0.0"
edition = "2024"

[dependencies]
pusher = "=0.4.5"
tokio = { version = "1", features = ["macros", "rt"] }

[profile.dev]
debug = 0
TOML
mkdir src
cat >src/main.rs <<'RS'
use pusher::PusherBuilder;

#[tokio::main(flavor = "current_thread")]
async fn main() {
    let port = std::env::args().nth(1).unwrap();
    let pusher = PusherBuilder::new("1", "key", "secret").host(&format!("127.0.0.1:{port}")).finalize();
    for options in [["filter_by_prefix", "info"], ["info", "filter_by_prefix"]] {
        let value = |name| if name == "info" { "user_count" } else { "presence-" };
        let pairs = options.iter().map(|name| (name.to_string(), value(*name).to_string())).collect();
        let found = pusher.channels_with_options(pairs).await.map(|_| "listed");
        println!("Rust, {}: {found:?}", options.join(" before "));
    }
    let url = format!("http://key:secret@127.0.0.1:{port}/apps/1");
    println!("Rust, from a URL with the port: the host is {}", PusherBuilder::from_url(&url).finalize().host);
}
RS
cargo build --quiet
until [ -e port ]; do sleep 0.1; done
{
    "${CARGO_TARGET_DIR:-target}/debug/channels" "$(cat port)"
    venv/bin/python - "$(cat port)" <<'PY'
import sys

import pusher
from pusher.http import GET, Request

client = pusher.Pusher(app_id="1", key="key", secret="secret", host="127.0.0.1", port=int(sys.argv[1]), ssl=False)
for options in (("filter_by_prefix", "info"), ("info", "filter_by_prefix")):
    values = {"info": "user_count", "filter_by_prefix": "presence-"}
    request = Request(client._pusher_client, GET, "/apps/1/channels", {name: values[name] for name in options})
    found = client._pusher_client.http.send_request(request)
    print(f"Python, {' before '.join(options)}:", "listed" if found == {"channels": {}} else found)
PY
} | tee seen
diff seen - <<'SEEN'
Rust, filter_by_prefix before info: Ok("listed")
Rust, info before filter_by_prefix: Err("Error: 401 Unauthorized. Invalid signature")
Rust, from a URL with the port: the host is 127.0.0.1
Python, filter_by_prefix before info: listed
Python, info before filter_by_prefix: listed
SEEN
echo 'as described'
