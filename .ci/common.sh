# For the other scripts, by `source`: the tools that they use, and which packages are published.

tools="$PWD/target/tools"

# Prints where a tool lies: on the PATH, or else in target/tools, where it is installed if need be. Building one quickly counts for
# more than a fast tool; what one tool compiles, the next takes over.
tool() {
    local version
    case "$1" in
    cargo-deny) version=0.20.2 ;;
    cargo-fuzz) version=0.13.2 ;;
    cargo-hack) version=0.6.46 ;;
    cargo-llvm-cov) version=0.9.1 ;;
    cargo-machete) version=0.9.2 ;;
    cargo-mutants) version=27.1.0 ;;
    cargo-public-api) version=0.52.0 ;;
    cargo-semver-checks) version=0.51.0 ;;
    *) echo "error: no version of \`$1\` is agreed upon; add it to .ci/common.sh" >&2 && return 2 ;;
    esac
    command -v "$1" && return
    [ -x "$tools/bin/$1" ] || CARGO_TARGET_DIR="$tools/build" CARGO_PROFILE_RELEASE_OPT_LEVEL=1 CARGO_PROFILE_RELEASE_LTO=off \
        CARGO_PROFILE_RELEASE_DEBUG=0 cargo install --quiet --locked --root "$tools" "$1@$version" >&2
    echo "$tools/bin/$1"
}

# The manifests of what is published, and of that the libraries.
published() { grep -L '^publish = false' crates/*/Cargo.toml; }
libraries() { for manifest in $(published); do [ ! -e "${manifest%Cargo.toml}src/lib.rs" ] || echo "$manifest"; done; }

# The name of a package, by its manifest.
package() { sed -n 's/^name = "\(.*\)"/\1/p' "$1" | head -1; }

host() { rustc -vV | sed -n 's/^host: //p'; }
