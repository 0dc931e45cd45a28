#!/usr/bin/env bash
# prometheus-parse 0.2.5 and openmetrics-parser 0.5.1 (crates.io): samples of rooms are lost, or the whole text is refused.
#
# Expected: both read the text that Prometheus reads: a label's value is any text, with `\\`, `\"` and `\n` for three characters, and the
#   samples of one metric may have other labels each (the page of the text format; Python's prometheus-client reads all of it).
# Found: prometheus-parse looks for the brace and the commas without regard to quotes. A sample whose value has a `}` is left out without a
#   word; a value with a comma is cut there, and what stands behind it becomes a label of its own; the backslashes stay. openmetrics-parser,
#   asked for this format, refuses the whole text where two samples of a metric differ in their labels.
# Why it matters here: the ids that an app chooses for its groups may have any printable ASCII character, and a test of a keeper or a
#   backend that counts its rooms with one of these readers counts fewer, or the wrong ones, and nothing tells.
# Seen: the lines that this script prints. Usage: findings/rust-prometheus-readers.sh    (needs Rust, Python 3.10 or later, crates.io, PyPI)
set -euo pipefail
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
cd "$folder"
cat >metrics.txt <<'TEXT'
# HELP members_online Members online, by room.
# TYPE members_online gauge
members_online{room="@TGS#a6I4ZUUGO"} 5
members_online{room="class{7}"} 6
members_online{room="maths,role=\"b\""} 7
members_online{room="a\\b"} 8
TEXT
cat >mixed.txt <<'TEXT'
# TYPE calls_total counter
calls_total{call="modify_user_info"} 5
calls_total{call="modify_user_info",code="10002"} 1
TEXT
cat >Cargo.toml <<'TOML'
[package]
name = "readers"
version = "0.0.0"
edition = "2024"

[dependencies]
openmetrics-parser = "=0.5.1"
prometheus-parse = "=0.2.5"

[profile.dev]
debug = 0
TOML
mkdir src
cat >src/main.rs <<'RS'
fn main() {
    for name in ["metrics.txt", "mixed.txt"] {
        let text = std::fs::read_to_string(name).unwrap();
        let scrape = prometheus_parse::Scrape::parse(text.lines().map(|line| Ok(line.to_owned()))).unwrap();
        for sample in scrape.samples {
            let mut labels: Vec<_> = sample.labels.iter().collect();
            labels.sort();
            println!("prometheus-parse: {labels:?} {:?}", sample.value);
        }
        match openmetrics_parser::prometheus::parse_prometheus(&text) {
            Ok(exposition) => println!("openmetrics-parser: {} families", exposition.families.len()),
            Err(error) => println!("openmetrics-parser: {error}"),
        }
    }
}
RS
cargo build --quiet
python3 -m venv venv
venv/bin/pip install --quiet --disable-pip-version-check prometheus-client==0.26.0
{
    venv/bin/python - <<'PY'
from prometheus_client.parser import text_string_to_metric_families

for name in ("metrics.txt", "mixed.txt"):
    with open(name) as file:
        for family in text_string_to_metric_families(file.read()):
            for sample in family.samples:
                print("prometheus-client:", list(sample.labels.values()), sample.value)
PY
    "${CARGO_TARGET_DIR:-target}/debug/readers"
} | tee seen
diff seen - <<'SEEN'
prometheus-client: ['@TGS#a6I4ZUUGO'] 5
prometheus-client: ['class{7}'] 6
prometheus-client: ['maths,role="b"'] 7
prometheus-client: ['a\\b'] 8
prometheus-client: ['modify_user_info'] 5
prometheus-client: ['modify_user_info', '10002'] 1
prometheus-parse: [("room", "@TGS#a6I4ZUUGO")] Gauge(5.0)
prometheus-parse: [("role", "\\\"b\\"), ("room", "maths")] Gauge(7.0)
prometheus-parse: [("room", "a\\\\b")] Gauge(8.0)
openmetrics-parser: 1 families
prometheus-parse: [("call", "modify_user_info")] Counter(5.0)
prometheus-parse: [("call", "modify_user_info"), ("code", "10002")] Counter(1.0)
openmetrics-parser: Metrics in family have different label sets: Some(LabelNames { names: ["call"], metric_type: Counter }) ["modify_user_info", "10002"]
SEEN
echo 'as described'
