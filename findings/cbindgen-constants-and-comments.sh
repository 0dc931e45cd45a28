#!/usr/bin/env bash
# cbindgen 0.29.4 (crates.io), gcc: three constants have other values in C than in Rust, and a documented path ends the header.
#
# Expected: the header has the constants of the Rust library with their values and types (a number that needs it is written with its suffix:
#   `18446744073709551615ull`), and a text of documentation stays a comment.
# Found: an expression is copied with bare numbers, and C computes it with `int`. `86_400 * 1_000_000_000` (u64, a day in nanoseconds) becomes
#   18446744071852457984; `!0` of u32, assigned to 64 bits, becomes 2^64-1; `!0x0f` of u8 becomes -16. And a comment that names a path with a `*` before
#   its last slash, as in `/v4/*/modify_user_info`, ends there: what follows is read as C. In the languages that the package writes for other
#   than C, with `//` and with typed constants, both go well.
# Why it matters here: libraries for rooms have such constants (how long a signature is valid, masks of permissions) and such paths in their
#   documentation. Who wraps avmarks in a C library of one's own this way has to give such a constant as one number.
# Seen: the lines that this script prints. Usage: findings/cbindgen-constants-and-comments.sh    (needs Rust, gcc, crates.io)
set -euo pipefail
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
cd "$folder"
cat >Cargo.toml <<'TOML'
[package]
name = "header"
version = "0.0.0"
edition = "2024"

[dependencies]
cbindgen = { version = "=0.29.4", default-features = false }

[profile.dev]
debug = 0
TOML
mkdir src
cat >library.rs <<'RS'
/// How long a signature is valid, in nanoseconds.
pub const DAY: u64 = 86_400 * 1_000_000_000;
/// All rooms.
pub const ALL: u32 = !0;
/// All permissions but the first four.
pub const REST: u8 = !0x0f;
/// The same as one number.
pub const WHOLE: u64 = 86_400_000_000_000;
RS
cat >path.rs <<'RS'
/// Answers `/v4/*/modify_user_info` for each service.
#[unsafe(no_mangle)]
pub extern "C" fn answers() -> u32 {
    0
}
RS
cat >src/main.rs <<'RS'
fn main() {
    for name in ["library", "path"] {
        let header = cbindgen::Builder::new().with_src(format!("{name}.rs")).with_language(cbindgen::Language::C);
        header.generate().unwrap().write_to_file(format!("{name}.h"));
    }
}
RS
cat >show.c <<'C'
#include "library.h"
#include <inttypes.h>
#include <stdio.h>
int main(void) {
    uint64_t day = DAY, all = ALL, whole = WHOLE;
    printf("DAY is %" PRIu64 ", WHOLE is %" PRIu64 ", ALL is %" PRIu64 ", REST is %d\n", day, whole, all, REST);
}
C
cat >show.rs <<'RS'
include!("library.rs");
fn main() {
    println!("DAY is {DAY}, WHOLE is {WHOLE}, ALL is {ALL}, REST is {REST}");
}
RS
cargo build --quiet
"${CARGO_TARGET_DIR:-target}/debug/header"
rustc --edition 2024 show.rs -o in_rust
gcc -w show.c -o in_c
{
    echo "Rust: $(./in_rust)"
    echo "C: $(./in_c)"
    echo "C compiler: $(gcc -fsyntax-only show.c 2>&1 | grep -o 'integer overflow in expression' | head -1)"
    echo '#include "path.h"' >path.c
    if gcc -fsyntax-only path.c 2>errors; then echo 'path.h compiles'; else echo 'path.h does not compile'; fi
    grep -h modify_user_info path.h
} | tee seen
diff seen - <<'SEEN'
Rust: DAY is 86400000000000, WHOLE is 86400000000000, ALL is 4294967295, REST is 240
C: DAY is 18446744071852457984, WHOLE is 86400000000000, ALL is 18446744073709551615, REST is -16
C compiler: integer overflow in expression
path.h does not compile
 * Answers `/v4/*/modify_user_info` for each service.
SEEN
echo 'as described'
