#!/usr/bin/env bash
# @platformatic/promotel 0.2.2 (npm, Prometheus' text to OpenTelemetry), Node 20: two gauges become a histogram, and histograms lose their buckets.
#
# Expected: `convert(parse(text))` gives each metric by its name, with its type and all samples: the gauges `rooms_count` and `rooms_sum` stay two
#   gauges, a histogram keeps its buckets, `room="class{7}"` is a label like others (the page promises all four types, complete).
# Found: the type follows from the name's end, whatever `# TYPE` says: `rooms_count` and `rooms_sum` become one histogram `rooms`, with 5 values whose
#   sum is 7. Of a real histogram only count and sum are left: one bucket with everything in it, no bounds. A sample with a `}` in a label
#   is left out without a word, one with `+Inf` too; and `defaultTimestamp` has no effect on text, whose samples have the time of the reading.
# Why it matters here: a gauge whose name ends in `_count` is common for rooms and members; on the way to a collector it is gone, the alarm on it stays
#   silent, and a quantile of how long calls took is that of a single bucket.
# Seen: the lines that this script prints. Usage: findings/promotel-gauges-become-a-histogram.sh    (needs Node 20.18 or later and the npm registry)
set -euo pipefail
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
npm install --silent --no-audit --no-fund --prefix "$folder" @platformatic/promotel@0.2.2
cat >"$folder/show.mjs" <<'JS'
import { convert, parse } from "@platformatic/promotel";

function show(title, text) {
    console.log(title);
    const { resource_metrics: [{ scope_metrics }] } = convert(parse(text), { defaultTimestamp: 1_000 });
    for (const metric of scope_metrics.flatMap((scope) => scope.metrics)) {
        const type = ["gauge", "sum", "histogram", "summary"].find((name) => metric[name]);
        for (const point of metric[type].data_points) {
            const labels = point.attributes.map(({ key, value }) => `${key}=${value.string_value}`).join();
            const value = type === "histogram"
                ? `count ${point.count}, sum ${point.sum}, buckets [${point.bucket_counts}], bounds [${point.explicit_bounds}]`
                : point.as_double;
            const time = point.time_unix_nano.toString() === "1000000000" ? "the time given" : "another time than the one given";
            console.log(`  ${type} ${metric.name}{${labels}}: ${value}, ${time}`);
        }
    }
}

show("two gauges", `# TYPE rooms_count gauge
rooms_count 5
# TYPE rooms_sum gauge
rooms_sum 7
`);
show("a histogram", `# TYPE took_seconds histogram
took_seconds_bucket{le="0.5"} 1
took_seconds_bucket{le="1"} 3
took_seconds_bucket{le="+Inf"} 4
took_seconds_sum 2.5
took_seconds_count 4
`);
show("four gauges", `# TYPE members gauge
members{room="class{7}"} 6
members{room="class 8"} 7
# TYPE limit gauge
limit{room="class 8"} +Inf
limit{room="class 9"} 1000
`);
JS
(cd "$folder" && node show.mjs) | tee "$folder/seen"
diff "$folder/seen" - <<'SEEN'
two gauges
  histogram rooms{}: count 5, sum 7, buckets [], bounds [], another time than the one given
a histogram
  histogram took_seconds{}: count 4, sum 2.5, buckets [4], bounds [], another time than the one given
four gauges
  gauge members{room=class 8}: 7, another time than the one given
  gauge limit{room=class 9}: 1000, another time than the one given
SEEN
echo 'as described'
