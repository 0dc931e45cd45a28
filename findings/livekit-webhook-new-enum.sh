#!/usr/bin/env bash
# livekit-api 0.10.0 (crates.io) and 1.2.2 (PyPI): a webhook with an enumeration's new value is refused by the one and read by the other.
#
# Expected: both receivers read what a newer server sends, since LiveKit's enumerations get new values with time. ProtoJSON lets a reader pass
#   over unknown names, and has unknown numbers kept in open enumerations; and both receivers pass over unknown fields.
# Found: the Rust receiver refuses the whole webhook, name or number, wherever in it the value stands. One such value is there
#   already: `HLS_FMP4_PROTOCOL` of recordings, which livekit-protocol 1.1.29 of Python has by name, and 0.8.2 of Rust has not. Python reads
#   all; a name that is new to it becomes the first value.
# Why it matters here: a backend that follows who is in a room loses the `participant_left` whose reason is new, and answers with an error, so
#   that the server sends it again. A reader of webhooks has to take enumerations as text and numbers (avmarks reads `OptPlatform` so).
# Seen: the lines that this script prints. Usage: findings/livekit-webhook-new-enum.sh    (needs Rust, Python 3.10 or later, crates.io, PyPI)
set -euo pipefail
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
cd "$folder"
cat >bodies <<'BODIES'
{"event":"participant_left","participant":{"identity":"alice","disconnectReason":"CLIENT_INITIATED"},"addedLater":{"a":1}}
{"event":"participant_left","participant":{"identity":"alice","disconnectReason":"ADDED_LATER"}}
{"event":"participant_left","participant":{"identity":"alice","disconnectReason":99}}
{"event":"egress_started","egressInfo":{"roomName":"@TGS#1","roomComposite":{"segmentOutputs":[{"protocol":"HLS_FMP4_PROTOCOL"}]}}}
BODIES
cat >Cargo.toml <<'TOML'
[package]
name = "webhooks"
version = "0.0.0"
edition = "2024"

[dependencies]
base64 = "0.22"
livekit-api = { version = "=0.10.0", default-features = false, features = ["access-token", "webhooks"] }
livekit-protocol = "=0.8.2"
livekit-token = "=0.4.0"
sha2 = "0.10"

[profile.dev]
debug = 0
TOML
mkdir src
cat >src/main.rs <<'RS'
use base64::Engine;
use livekit_api::access_token::{AccessToken, TokenVerifier};
use livekit_api::webhooks::WebhookReceiver;
use sha2::Digest;

fn main() {
    let receiver = WebhookReceiver::new(TokenVerifier::with_api_key("key", "secret"));
    for body in std::fs::read_to_string("bodies").unwrap().lines() {
        let digest = base64::engine::general_purpose::STANDARD.encode(sha2::Sha256::digest(body));
        let token = AccessToken::with_api_key("key", "secret").with_sha256(&digest).to_jwt().unwrap();
        match receiver.receive(body, &token) {
            Ok(event) => println!("Rust: {} of {}", event.event, event.participant.map_or("a room".into(), |from| from.identity)),
            Err(error) => println!("Rust: {}", error.to_string().split(", expected").next().unwrap()),
        }
    }
}
RS
cargo build --quiet
python3 -m venv venv
venv/bin/pip install --quiet --disable-pip-version-check livekit-api==1.2.2 livekit-protocol==1.1.29
{
    "${CARGO_TARGET_DIR:-target}/debug/webhooks"
    venv/bin/python -W ignore - <<'PY'
import base64
import hashlib

from livekit import api

receiver = api.WebhookReceiver(api.TokenVerifier("key", "secret"))
with open("bodies") as bodies:
    for body in bodies.read().splitlines():
        digest = base64.b64encode(hashlib.sha256(body.encode()).digest()).decode()
        event = receiver.receive(body, api.AccessToken("key", "secret").with_sha256(digest).to_jwt())
        segments = [output.protocol for output in event.egress_info.room_composite.segment_outputs]
        print("Python:", event.event, "of", event.participant.identity or "a room", event.participant.disconnect_reason, segments)
PY
} | tee seen
diff seen - <<'SEEN'
Rust: participant_left of alice
Rust: invalid body, failed to decode: unknown variant `ADDED_LATER`
Rust: invalid body, failed to decode: invalid value: integer `99`
Rust: invalid body, failed to decode: unknown variant `HLS_FMP4_PROTOCOL`
Python: participant_left of alice 1 []
Python: participant_left of alice 0 []
Python: participant_left of alice 99 []
Python: egress_started of a room 0 [2]
SEEN
echo 'as described'
