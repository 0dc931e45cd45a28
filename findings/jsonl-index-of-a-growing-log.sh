#!/usr/bin/env bash
# jsonl-resumable 0.5.0 and fastjsonlreader 0.1.0 (PyPI), Python 3.11: the index of a log that is being written has lines that are not there.
#
# Expected: a program that reads a log in JSON Lines while another one writes it, goes on after `update()` with the lines that are new ("if the file
#   grew, update the index"), also when the index was made between the two halves of a line: no line is there before its end is.
# Found: jsonl-resumable counts the half as a line and its rest as another one, for good. `total_lines` is one too large from then on, each later line
#   has two numbers, by whether one reads it or iterates from it, and the two halves are texts that are no JSON. An empty line at the end
#   ends the iteration in an error. fastjsonlreader looks at its cache by the file's name only: of a file that grew the new lines are
#   missing, and of one that was written anew it reads pieces, cut where lines of the old one ended.
# Why it matters here: the place to resume in a log of calls or callbacks is such a number. After one unlucky moment a consumer handles a line twice,
#   or stops at "no JSON", hours after the cause; with a file that nobody writes to all tests are right.
# Seen: the lines that this script prints. Usage: findings/jsonl-index-of-a-growing-log.sh    (needs Python 3.11 or later and PyPI)
set -euo pipefail
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
cd "$folder"
python3 -m venv venv
venv/bin/pip install -qq --disable-pip-version-check jsonl-resumable==0.5.0 fastjsonlreader==0.1.0
cat >show.py <<'PY'
from fastjsonlreader import FastJSONLReader
from jsonl_resumable import JsonlIndex


def write(text, mode="a"):
    with open("calls.jsonl", mode) as file:
        file.write(text)


def cached():
    reader = FastJSONLReader("calls.jsonl", cache_dir="cache")
    try:
        return f"{len(reader)} lines, the last one {reader[len(reader) - 1]}"
    except ValueError:
        return f"{len(reader)} lines, the last one is no JSON"


write('{"seq":0}\n{"seq":1}\n{"se', "w")
index = JsonlIndex("calls.jsonl")
print(f"jsonl-resumable, in the middle of line 2: {index.total_lines} lines")
write('q":2}\n{"seq":3}\n{"seq":4}\n')
print(f"two more lines: update() gives {index.update()}, then {index.total_lines} lines")
for number in range(index.total_lines):
    rest = list(index.iter_from(number))
    print(f"  line {number} read: {index.read_line(number)}, iterated from: {rest[0]} and {len(rest) - 1} more")
write("\n")
fresh = JsonlIndex("calls.jsonl", index_path="fresh.idx")
try:
    print(f"an empty line at the end: {len(list(fresh.iter_json_from(0)))} values")
except ValueError as error:
    print(f"an empty line at the end: {fresh.total_lines} lines, {type(error).__name__}")

write('{"seq":0}\n{"seq":1}\n', "w")
print(f"fastjsonlreader: {cached()}")
write('{"seq":2}\n')
print(f"one line more: {cached()}")
write('{"sequence":10}\n{"sequence":11}\n', "w")
print(f"written anew: {cached()}")
PY
venv/bin/python show.py | tee seen
diff seen - <<'SEEN'
jsonl-resumable, in the middle of line 2: 3 lines
two more lines: update() gives 3, then 6 lines
  line 0 read: {"seq":0}, iterated from: {"seq":0} and 4 more
  line 1 read: {"seq":1}, iterated from: {"seq":1} and 3 more
  line 2 read: {"se, iterated from: {"seq":2} and 2 more
  line 3 read: q":2}, iterated from: q":2} and 2 more
  line 4 read: {"seq":3}, iterated from: {"seq":3} and 1 more
  line 5 read: {"seq":4}, iterated from: {"seq":4} and 0 more
an empty line at the end: 6 lines, JSONDecodeError
fastjsonlreader: 2 lines, the last one {'seq': 1}
one line more: 2 lines, the last one {'seq': 1}
written anew: 2 lines, the last one is no JSON
SEEN
echo 'as described'
