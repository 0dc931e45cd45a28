#!/usr/bin/env bash
# ffi-rs 1.3.7 (npm, a binding from Node to C), Node 20: `DataType.U64` reads the largest `uint64_t` as -1, and ids above 2^53 as their neighbours.
#
# Expected: what a C function declared as `uint64_t` gives arrives as that number: a BigInt where a number is not exact, or an error. koffi 3.3.4, of the
#   same use, does so. And a BigInt is taken where `U64` is asked for.
# Found: the 64 bits are read with a sign and then made a double: 2^64-1 ("no limit") is -1, 2^53+1 is 2^53, in structs too. There is `DataType.BigInt`,
#   exact up to 2^63, and -1n for 2^64-1. An argument for `U64` has to be a number, so that 2^53+1 cannot be given; a BigInt is refused with an
#   error that has no text. `DataType.Float` as the type of a result is refused when the call is made.
# Why it matters here: a C library for rooms gives times in nanoseconds, ids of messages and limits as `uint64_t`. A comparison with "no limit" is
#   wrong by its sign, and two messages have one id.
# Seen: the lines that this script prints. Usage: findings/ffi-rs-u64-is-signed.sh    (needs Node 20, a C compiler and the npm registry)
set -euo pipefail
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
npm install --silent --no-audit --no-fund --prefix "$folder" ffi-rs@1.3.7 koffi@3.3.4
cat >"$folder/rooms.c" <<'C'
#include <stdint.h>

uint64_t no_limit(void) { return UINT64_MAX; }
uint64_t message_id(void) { return 9007199254740993u; }
uint64_t same(uint64_t id) { return id; }
float share(float part) { return part; }
C
cc -shared -fPIC -o "$folder/rooms.so" "$folder/rooms.c"
cat >"$folder/show.js" <<'JS'
const { DataType, load, open } = require("ffi-rs");
const koffi = require("koffi");

open({ library: "rooms", path: "./rooms.so" });
const library = koffi.load("./rooms.so");
const written = (value) => (typeof value === "bigint" ? `${value}n` : String(value));

function show(name, call) {
    try {
        console.log(`${name}: ${written(call())}`);
    } catch (error) {
        console.log(`${name}: error "${error.message}"`);
    }
}

function rooms(funcName, retType, ...values) {
    return load({ library: "rooms", funcName, retType, paramsType: values.map(() => retType), paramsValue: values });
}

for (const type of ["U64", "BigInt"]) {
    show(`no_limit as ${type}`, () => rooms("no_limit", DataType[type]));
    show(`message_id as ${type}`, () => rooms("message_id", DataType[type]));
    show(`same(9007199254740993n) as ${type}`, () => rooms("same", DataType[type], 9007199254740993n));
}
show("share(0.5) as Float", () => rooms("share", DataType.Float, 0.5));
show("koffi, no_limit", () => library.func("uint64_t no_limit()")());
show("koffi, message_id", () => library.func("uint64_t message_id()")());
show("koffi, same(9007199254740993n)", () => library.func("uint64_t same(uint64_t)")(9007199254740993n));
show("koffi, share(0.5)", () => library.func("float share(float)")(0.5));
JS
(cd "$folder" && node show.js) | tee "$folder/seen"
diff "$folder/seen" - <<'SEEN'
no_limit as U64: -1
message_id as U64: 9007199254740992
same(9007199254740993n) as U64: error ""
no_limit as BigInt: -1n
message_id as BigInt: 9007199254740993n
same(9007199254740993n) as BigInt: 9007199254740993n
share(0.5) as Float: error "JsNumber can only be double type"
koffi, no_limit: 18446744073709551615n
koffi, message_id: 9007199254740993n
koffi, same(9007199254740993n): 9007199254740993n
koffi, share(0.5): 0.5
SEEN
echo 'as described'
