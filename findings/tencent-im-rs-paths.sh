#!/usr/bin/env bash
# tencent_im_rs 1.0.4 (crates.io): four modules ask for another path than the call that they are named and documented for, and the
# domain names that it offers make no URL.
#
# Expected: module `forbid_send_msg` (its page: document 1047/34951) posts to `v4/group_open_http_svc/forbid_send_msg`, and so on; and
#   `TencentHelper::new(TencentDomain::China.domain_name(), …)` gives requests to `https://console.tim.qq.com/…`.
# Found: the macro that makes a call takes its path from an identifier typed by hand. Muting members asks for the list of the groups that
#   somebody has joined, with the body of a mute; two reads ask for paths that the vendor does not have; tags of users are asked for by the
#   path of their attributes. `domain_name()` begins with `https://`, and so does the URL that is made of it: `https://https://…`, whose
#   host is `https`.
# Why it matters here: with this package nobody is muted, and what comes back is the refusal of another call. An emulator that answers
#   every path with OK would hide it.
# Seen: the lines that this script prints. Usage: findings/tencent-im-rs-paths.sh    (needs Rust, OpenSSL's headers, Python 3, openssl)
set -euo pipefail
folder=$(mktemp -d)
trap 'kill "${server:-}" 2>/dev/null || true; rm -rf "$folder"' EXIT
cd "$folder"
openssl req -x509 -newkey rsa:2048 -nodes -keyout key.pem -out certificate.pem -days 1 -subj /CN=localhost 2>/dev/null
cat >server.py <<'PY'
import http.server
import ssl


class Handler(http.server.BaseHTTPRequestHandler):
    def do_POST(self):
        self.rfile.read(int(self.headers["Content-Length"]))
        body = b'{"ActionStatus":"FAIL","ErrorCode":60009,"ErrorInfo":"' + self.path.split("?")[0].encode() + b'"}'
        self.send_response(200)
        self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        self.wfile.write(body)

    def log_message(self, *_):
        pass


server = http.server.HTTPServer(("127.0.0.1", 0), Handler)
context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
context.load_cert_chain("certificate.pem", "key.pem")
server.socket = context.wrap_socket(server.socket, server_side=True)
with open("port.new", "w") as port:
    port.write(str(server.server_address[1]))
import os

os.rename("port.new", "port")
server.serve_forever()
PY
python3 server.py &
server=$!
cat >Cargo.toml <<'TOML'
[package]
name = "paths"
version = "0.0.0"
edition = "2024"

[dependencies]
reqwest = "0.11.27"
tencent_im_rs = "=1.0.4"
tokio = { version = "1", features = ["macros", "rt"] }

[profile.dev]
debug = 0
TOML
mkdir src
cat >src/main.rs <<'RS'
use tencent_im_rs::api::v4::all_member_push::im_get_tag;
use tencent_im_rs::api::v4::group_open_attr_http_svc::get_group_attr;
use tencent_im_rs::api::v4::group_open_http_svc::{forbid_send_msg, get_group_member_info};
use tencent_im_rs::api::v4::{TencentDomain, TencentHelper, make_url};

#[tokio::main(flavor = "current_thread")]
async fn main() {
    let helper = |domain| TencentHelper::new(domain, 1_400_000_000, "administrator".into(), "signature".into());
    let url = make_url(&helper(TencentDomain::China.domain_name()), "v4/x");
    println!("{}", url.split('?').next().unwrap());

    let mut helper = helper(format!("127.0.0.1:{}", std::env::args().nth(1).unwrap()));
    *helper.get_client() = reqwest::Client::builder().danger_accept_invalid_certs(true).no_proxy().build().unwrap();
    let muted = forbid_send_msg::GetJoinedGroupListRequest::new("g", vec!["alice"], 60);
    let muted = forbid_send_msg::api_get_joined_group_list(&mut helper, muted).await.unwrap();
    println!("forbid_send_msg asks {}", muted.error_info.unwrap());
    let members = get_group_member_info::GetGroupMemberInfoRequest::new("g");
    let members = get_group_member_info::api_get_group_member(&mut helper, members).await.unwrap();
    println!("get_group_member_info asks {}", members.error_info.unwrap());
    let attributes = get_group_attr::GetGroupAttRequest::new("g");
    let attributes = get_group_attr::api_get_group_att(&mut helper, attributes).await.unwrap();
    println!("get_group_attr asks {}", attributes.error_info.unwrap());
    let tags = im_get_tag::api_im_get_attr(&mut helper, im_get_tag::ImGetTagRequest::new(vec!["alice"])).await.unwrap();
    println!("im_get_tag asks {}", tags.error_info.unwrap());
}
RS
cargo build --quiet
until [ -e port ]; do sleep 0.1; done
"${CARGO_TARGET_DIR:-target}/debug/paths" "$(cat port)" | tee seen
diff seen - <<'SEEN'
https://https://console.tim.qq.com/v4/x
forbid_send_msg asks /v4/group_open_http_svc/get_joined_group_list
get_group_member_info asks /v4/group_open_http_svc/get_group_member
get_group_attr asks /v4/group_open_attr_http_svc/get_group_att
im_get_tag asks /v4/all_member_push/im_get_attr
SEEN
echo 'as described'
