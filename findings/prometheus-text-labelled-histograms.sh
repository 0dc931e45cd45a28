#!/usr/bin/env bash
# parse-prometheus-text-format 1.1.1 (npm), Node 20: of all histograms and summaries with labels one is left, of nobody's, without count and sum.
#
# Expected: `took_seconds_bucket{call="set",le="1"}` and those with `call="get"` are two histograms, each with its labels, buckets, count and sum, as
#   the package reads counters and gauges with labels, and a histogram without any.
# Found: the reader takes `le` from each sample and forgets the other labels. All buckets go into one table, where the last call's numbers stand in the
#   place of the ones before; count and sum are missing as soon as there is a label; so are the labels. Summaries are read the same way.
#   Nothing is refused, so that the result looks like a histogram of the whole.
# Why it matters here: how long calls took is kept by call (set a mark, list the members), and a test that reads "no call took above 1 s" with this
#   package looks at the call that happens to be printed last.
# Seen: the lines that this script prints. Usage: findings/prometheus-text-labelled-histograms.sh    (needs Node 20 and the npm registry)
set -euo pipefail
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
npm install --silent --no-audit --no-fund --prefix "$folder" parse-prometheus-text-format@1.1.1
cat >"$folder/show.mjs" <<'JS'
import module from "parse-prometheus-text-format";

const parse = module.default ?? module;
const histogram = (label, fast, all) => `took_seconds_bucket{${label}le="1"} ${fast}
took_seconds_bucket{${label}le="+Inf"} ${all}
took_seconds_sum${label && `{${label.slice(0, -1)}}`} 2.5
took_seconds_count${label && `{${label.slice(0, -1)}}`} ${all}
`;
const show = (title, text) => console.log(`${title}: ${JSON.stringify(parse(text)[0].metrics)}`);
const type = "# TYPE took_seconds histogram\n";
show("no label", type + histogram("", 3, 4));
show("one call", type + histogram('call="set",', 3, 9));
show("two calls", type + histogram('call="set",', 3, 9) + histogram('call="get",', 5, 5));
show("summaries of two calls", `# TYPE took_seconds summary
took_seconds{call="set",quantile="0.9"} 8
took_seconds_sum{call="set"} 40
took_seconds_count{call="set"} 9
took_seconds{call="get",quantile="0.9"} 0.2
took_seconds_sum{call="get"} 1
took_seconds_count{call="get"} 5
`);
show("counters of two calls", '# TYPE calls_total counter\ncalls_total{call="set"} 9\ncalls_total{call="get"} 5\n');
JS
(cd "$folder" && node show.mjs) | tee "$folder/seen"
diff "$folder/seen" - <<'SEEN'
no label: [{"buckets":{"1":"3","+Inf":"4"},"count":"4","sum":"2.5"}]
one call: [{"buckets":{"1":"3","+Inf":"9"}}]
two calls: [{"buckets":{"1":"5","+Inf":"5"}}]
summaries of two calls: [{"quantiles":{"0.9":"0.2"}}]
counters of two calls: [{"value":"9","labels":{"call":"set"}},{"value":"5","labels":{"call":"get"}}]
SEEN
echo 'as described'
