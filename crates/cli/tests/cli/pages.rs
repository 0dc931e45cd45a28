//! Each command that a page of the project prints in a `console` block runs and prints what the page says, or is excused here
//! with the reason and what holds it instead.

mod targets;

use std::path::{Path, PathBuf};

use super::run::command;
use super::send::Loopback;
use super::server::{self, Mishap, Server};

/// A command that is not run here.
#[derive(Clone, Copy, Debug)]
struct Excused {
    page: &'static str,
    /// The command; one that ends in `…` stands for all of the page that begin so.
    command: &'static str,
    reason: &'static str,
    /// What holds it instead: a file, and a text in it.
    instead: (&'static str, &'static str),
}

const fn excused(
    page: &'static str,
    command: &'static str,
    reason: &'static str,
    instead: (&'static str, &'static str),
) -> Excused {
    Excused { page, command, reason, instead }
}

const SERVED: (&str, &str) = ("crates/cli/tests/cli/serve.rs", "fn the_readme_commands_work()");
const BENCH_ARGUMENTS: (&str, &str) = ("crates/benches/src/arguments.rs", "fn the_page_names_every_argument()");

const EXCUSED: &[Excused] = &[
    excused(
        "README.md",
        "cargo run --release -- serve --seed examples/online_room.jsonl",
        "it runs until it is stopped",
        SERVED,
    ),
    excused("README.md", "curl 'http://127.0.0.1:8600/v4/…", "it asks the server that was started before", SERVED),
    excused(
        "README.md",
        "cargo test --workspace",
        "this test is part of it",
        (".ci/run", "\ncargo test --workspace\n"),
    ),
    excused(
        "docs/contributing.md",
        "cargo test --workspace",
        "this test is part of it",
        (".ci/run", "\ncargo test --workspace\n"),
    ),
    excused(
        "docs/contributing.md",
        "cargo clippy --workspace --all-targets -- -D warnings",
        "it takes minutes",
        (".ci/run", "\ncargo clippy --workspace --all-targets -- -D warnings\n"),
    ),
    excused(
        "docs/contributing.md",
        "cargo fmt --all --check",
        "rustfmt may not be installed",
        (".ci/run", "\ncargo fmt --all --check\n"),
    ),
    excused("docs/benchmarks.md", "cargo bench -p avmarks-benches", "it takes minutes", BENCH_ARGUMENTS),
    excused("docs/benchmarks.md", "cargo bench -p avmarks-benches -- --only set", "it takes minutes", BENCH_ARGUMENTS),
    excused(
        "docs/benchmarks.md",
        "cargo run --release --manifest-path crates/benches/rivals/Cargo.toml",
        "its dependencies are none of ours, so it needs a registry; it takes minutes, and Redis",
        ("crates/benches/rivals/Cargo.toml", "\n[workspace]\n"),
    ),
    excused(
        "docs/benchmarks.md",
        "cargo run --release -p avmarks-emulator --example load -- 60",
        "it takes minutes",
        ("crates/emulator/examples/load/main.rs", "fn every_argument_that_a_page_prints_is_taken()"),
    ),
    excused(
        "docs/benchmarks.md",
        "cargo run --release -p avmarks-emulator --example load -- calls 60",
        "it takes minutes",
        ("crates/emulator/examples/load/main.rs", "fn every_argument_that_a_page_prints_is_taken()"),
    ),
    excused(
        "docs/benchmarks.md",
        "cargo run --release -p avmarks-emulator --example load -- instructions",
        "it takes minutes, and valgrind",
        ("crates/emulator/examples/load/main.rs", "fn every_argument_that_a_page_prints_is_taken()"),
    ),
    excused(
        "docs/benchmarks.md",
        "cargo run --release -p avmarks-emulator --example load -- memory",
        "it takes minutes",
        ("crates/emulator/examples/load/main.rs", "fn every_argument_that_a_page_prints_is_taken()"),
    ),
    excused(
        "docs/benchmarks.md",
        "cargo run --release -p avmarks-transport-ureq --example against_raw_ureq",
        "it takes minutes",
        ("crates/transport-ureq/examples/against_raw_ureq.rs", "fn every_way_has_each_call_answered()"),
    ),
    excused(
        "docs/benchmarks.md",
        "cargo build --release -p avmarks-keeper-store --example accept",
        "it takes minutes",
        ("crates/keeper-store/examples/accept.rs", "//! `accept FOLDER [WANTS]`"),
    ),
    excused(
        "docs/benchmarks.md",
        ".ci/postgres target/release/examples/accept FOLDER 100000",
        "it takes minutes, and PostgreSQL",
        ("crates/keeper-store/examples/accept.rs", "//! `accept FOLDER [WANTS]`"),
    ),
    excused(
        "crates/generators/README.md",
        "cargo run -p avmarks-generators --example fuzz_your_sdk --features arbitrary,proptest",
        "Cargo would wait for the one that runs this",
        ("crates/generators/examples/fuzz_your_sdk.rs", "fn each_bug_has_a_small_counterexample()"),
    ),
    excused(
        "docs/control-plane.md",
        "curl -s …",
        "they ask a server whose clock stands still",
        ("crates/emulator/tests/control/examples.rs", "fn the_examples_of_the_page_are_true()"),
    ),
    excused(
        "crates/embed-c/README.md",
        "cargo build --profile embed -p avmarks-embed-c",
        "it takes minutes",
        (".ci/bindings", "cargo build --quiet --locked --profile embed -p avmarks-embed-c\n"),
    ),
    excused(
        "crates/embed-c/README.md",
        "make -C crates/embed-c install PREFIX=$HOME/.local",
        "it needs the library that the command before it builds",
        (".ci/bindings", "make --silent -C \"$binding\" install PREFIX="),
    ),
    excused(
        "crates/embed-c/README.md",
        "export PKG_CONFIG_PATH=$HOME/.local/lib/pkgconfig",
        "it is for the command after it",
        (".ci/bindings", "PKG_CONFIG_PATH=\"$built/c/prefix/lib/pkgconfig\""),
    ),
    excused(
        "crates/embed-c/README.md",
        "cc main.c $(pkg-config --cflags --libs avmarks) -Wl,-rpath,$HOME/.local/lib -o main",
        "it needs the library that the first command builds",
        (".ci/bindings", "$(pkg-config --cflags --libs avmarks) -Wl,-rpath,\"$3/lib\""),
    ),
    excused(
        "crates/embed-c/go/README.md",
        "go …",
        "they need Go, and the module with its library",
        (".ci/bindings", "go mod edit -require github.com/avmarks/avmarks/go@v0.1.0 -replace"),
    ),
    excused(
        "crates/embed-c/java/README.md",
        "java -cp /usr/share/java/jna.jar:$REPOSITORY/target/bindings/java/avmarks.jar Main.java",
        "it needs Java, and the jar",
        (".ci/bindings", "java -cp \"$jars/jna.jar:$built/java/avmarks.jar\""),
    ),
    excused(
        "crates/embed-c/js/README.md",
        "npm install $REPOSITORY/target/bindings/js/avmarks-0.1.0.tgz",
        "it needs the package that `.ci/bindings js` builds",
        (".ci/bindings", "npm install --silent --no-audit --no-fund --offline \"$built/js/avmarks-$version.tgz\""),
    ),
    excused(
        "crates/embed-c/php/README.md",
        "composer …",
        "they need Composer, and the package with its library",
        (".ci/bindings", "composer require --quiet avmarks/avmarks:@dev"),
    ),
    excused(
        "crates/embed-c/php/README.md",
        "php main.php",
        "it needs PHP, and the package with its library",
        (".ci/bindings", "php \"$2/$3\""),
    ),
    excused(
        "crates/embed-c/python/README.md",
        "pip install --no-index --find-links $REPOSITORY/target/bindings/python/wheels avmarks",
        "it needs the wheel that `.ci/bindings python` builds",
        (".ci/bindings", "--find-links \"$wheels\" 'avmarks[emulator]'"),
    ),
    excused(
        "crates/embed-c/python-emulator/README.md",
        "pip install --no-index --find-links $REPOSITORY/target/bindings/python/wheels 'avmarks[emulator]'",
        "it needs the wheels that `.ci/bindings python` builds",
        (".ci/bindings", "--find-links \"$wheels\" 'avmarks[emulator]'"),
    ),
    excused(
        "crates/embed-c/python-emulator/README.md",
        "avmarks serve",
        "it runs until it is stopped",
        (".ci/bindings", "\"$venv/bin/avmarks\" --version"),
    ),
    excused(
        "docs/benchmarks.md",
        ".ci/bindings --bench",
        "it takes minutes",
        (".ci/bindings", "--bench ] || { bench=yes"),
    ),
    excused(
        "docs/benchmarks.md",
        ".ci/validators 60",
        "it takes minutes, and registries",
        (".ci/validators", "measure.py \"$at/cases\" \"$1\""),
    ),
    excused(
        "fuzz/README.md",
        "cargo fuzz run -s none operations fuzz/target/corpus/operations fuzz/corpus/operations -- -dict=fuzz/dictionary",
        "it needs cargo-fuzz, and runs until it is stopped",
        ("fuzz/run", "-dict=fuzz/dictionary"),
    ),
];

/// A command as a page prints it.
#[derive(Debug, PartialEq, Eq)]
struct Printed {
    page: String,
    command: String,
    /// What it prints by the page: the lines below it, or else the `text` block that comes next.
    output: Option<String>,
}

impl Printed {
    fn is(&self, excused: &Excused) -> bool {
        let is_command = match excused.command.strip_suffix('…') {
            Some(start) => self.command.starts_with(start),
            None => self.command == excused.command,
        };
        is_command && self.page == excused.page
    }
}

/// How a command can be run here.
enum Way<'a> {
    /// By the binary of this package, with these arguments.
    Binary(&'a str),
    /// By `fuzz/run`, until it would build.
    Fuzz(&'a str),
}

impl<'a> Way<'a> {
    fn of(command: &'a str) -> Option<Self> {
        let binary = command.strip_prefix("cargo run --release -- ").map(Self::Binary);
        binary.or_else(|| command.strip_prefix("fuzz/run ").map(Self::Fuzz))
    }
}

/// The top of the project; nothing where the crate comes from a registry, without the project around it.
fn top() -> Option<PathBuf> {
    let top = Path::new(env!("CARGO_MANIFEST_DIR")).join("../..");
    top.join("docs/contributing.md").exists().then_some(top)
}

/// The files below a folder whose name ends so, by their path from the top, without what is built or hidden.
fn files(top: &Path, folder: &str, end: &str) -> Vec<String> {
    let mut found = Vec::new();
    for entry in std::fs::read_dir(top.join(folder)).unwrap() {
        let entry = entry.unwrap();
        let name = entry.file_name().into_string().unwrap();
        let path = if folder.is_empty() { name.clone() } else { format!("{folder}/{name}") };
        let is_built = ["target", "node_modules"].contains(&name.as_str());
        if entry.file_type().unwrap().is_dir() {
            if !name.starts_with('.') && !is_built {
                found.extend(files(top, &path, end));
            }
        } else if name.ends_with(end) {
            found.push(path);
        }
    }
    found.sort();
    found
}

fn read(top: &Path, path: &str) -> String {
    std::fs::read_to_string(top.join(path)).unwrap_or_else(|error| panic!("{path}: {error}"))
}

/// The commands of the `console` blocks of a page.
fn commands(page: &str, text: &str) -> Vec<Printed> {
    let mut found: Vec<Printed> = Vec::new();
    // Every second piece is a block: the rest of the line that opens it, and its lines.
    let mut pieces = text.split("```").skip(1).step_by(2).peekable();
    while let Some(block) = pieces.next() {
        let Some(block) = block.strip_prefix("console\n") else { continue };
        let first = found.len();
        for line in block.lines() {
            if let Some(command) = line.strip_prefix("$ ") {
                // A remark for people.
                let command = command.split(" # ").next().unwrap().trim_end().to_owned();
                found.push(Printed { page: page.to_owned(), command, output: None });
            } else {
                assert!(found.len() > first, "{page}: a `console` block begins with `{line}`, which is no command");
                found.last_mut().unwrap().output.get_or_insert_default().push_str(&format!("{line}\n"));
            }
        }
        assert!(found.len() > first, "{page}: a `console` block without a command");
        let next = pieces.peek().and_then(|next| next.strip_prefix("text\n"));
        let last = found.last_mut().unwrap();
        last.output = last.output.take().or_else(|| next.map(str::to_owned));
    }
    found
}

/// Those that are neither run nor excused, and the excuses of what nobody prints.
fn unheld(printed: &[Printed], excuses: &[Excused]) -> Vec<String> {
    let is_held =
        |printed: &Printed| Way::of(&printed.command).is_some() || excuses.iter().any(|excused| printed.is(excused));
    let commands = printed.iter().filter(|printed| !is_held(printed));
    let idle = excuses.iter().filter(|excused| !printed.iter().any(|printed| printed.is(excused)));
    let commands = commands.map(|printed| format!("{}: nothing holds `{}`", printed.page, printed.command));
    commands.chain(idle.map(|excused| format!("{}: nobody prints `{}`", excused.page, excused.command))).collect()
}

#[test]
fn commands_of_pages_print_what_is_shown() {
    let Some(top) = top() else { return };
    let pages = files(&top, "", ".md");
    let printed: Vec<_> = pages.iter().flat_map(|page| commands(page, &read(&top, page))).collect();
    assert_eq!(unheld(&printed, EXCUSED), [""; 0]);
    for Excused { command, reason, instead: (file, text), .. } in EXCUSED {
        assert!(!reason.is_empty() && read(&top, file).contains(text), "`{command}`: {file} lacks `{text}`");
    }
    // The server that `cargo run --example loopback` starts, at a port that is free.
    let class = |log| Server::new(server::class(), log).mishap(2, Mishap::Busy).mishap(3, Mishap::AnswerLost);
    let loopback = Loopback::start(class);
    let (mut binary, mut fuzz) = (0, 0);
    for printed in printed.iter().filter(|printed| !EXCUSED.iter().any(|excused| printed.is(excused))) {
        match Way::of(&printed.command) {
            Some(Way::Binary(arguments)) => {
                assert_prints(&top, arguments, &loopback.url, printed.output.as_deref());
                binary += 1;
            }
            Some(Way::Fuzz(arguments)) => {
                #[cfg(unix)]
                assert_builds(&top, arguments);
                assert!(!arguments.is_empty());
                fuzz += 1;
            }
            None => panic!("{printed:?}"),
        }
    }
    assert_eq!((binary, fuzz), (5, 4));
}

/// That the binary prints this, run in the project; or, where the page shows nothing, that it succeeds.
fn assert_prints(top: &Path, arguments: &str, url: &str, expected: Option<&str>) {
    assert!(!arguments.contains(['\'', '"', '\\', '|', '>']), "`{arguments}`: words are told apart by spaces alone");
    let words: Vec<_> = arguments.split(' ').collect();
    let output = command(&words).env("AVMARKS_URL", url).current_dir(top).output().unwrap();
    match expected {
        Some(expected) => assert_eq!(String::from_utf8(output.stdout).unwrap(), expected, "{arguments}"),
        None => assert!(output.status.success(), "{arguments}: {output:?}"),
    }
}

/// That `fuzz/run` takes these arguments, and goes on to build the one target that they name, or all. It finds a Cargo that
/// builds nothing.
#[cfg(unix)]
fn assert_builds(top: &Path, arguments: &str) {
    use std::os::unix::fs::PermissionsExt;

    let folder = super::run::folder("pages-fuzz");
    for (name, script) in [("cargo", "#!/bin/sh\necho \"$*\"\nexit 99\n"), ("cargo-fuzz", "#!/bin/sh\n")] {
        let path = super::run::file(&folder, name, script);
        std::fs::set_permissions(path, std::fs::Permissions::from_mode(0o755)).unwrap();
    }
    let path = std::env::var_os("PATH").unwrap_or_default();
    let path = std::env::join_paths([folder].into_iter().chain(std::env::split_paths(&path))).unwrap();
    let words: Vec<_> = arguments.split_whitespace().collect();
    let output = std::process::Command::new(top.join("fuzz/run")).args(&words).env("PATH", path).output().unwrap();
    let built = String::from_utf8_lossy(&output.stdout);
    assert!(output.status.code() == Some(99) && built.starts_with("fuzz build -s none "), "{arguments}: {output:?}");
    let target = words.last().filter(|word| !word.starts_with('-') && word.parse::<u64>().is_err());
    assert!(target.is_none_or(|target| built.trim_end().ends_with(&format!(" {target}"))), "{arguments}: {built}");
}

#[test]
fn unchecked_commands_and_needless_excuses_are_found() {
    const EXCUSES: [Excused; 3] = [
        excused("a.md", "curl …", "it asks somebody", ("a", "b")),
        excused("a.md", "make all", "it takes hours", ("a", "b")),
        excused("b.md", "make", "it takes hours", ("a", "b")),
    ];
    let page = "```console\n$ make # of all that there is\n$ curl x\n1\n2\n$ cargo run --release -- policy\n```\nand\n```text\n3\n```\n";
    let printed = commands("a.md", page);
    let seen: Vec<_> = printed.iter().map(|printed| (&*printed.command, printed.output.as_deref())).collect();
    assert_eq!(seen, [("make", None), ("curl x", Some("1\n2\n")), ("cargo run --release -- policy", Some("3\n"))]);
    let found = unheld(&printed, &EXCUSES);
    assert_eq!(found, ["a.md: nothing holds `make`", "a.md: nobody prints `make all`", "b.md: nobody prints `make`"]);
    let printed = commands("b.md", "```console\n$ make\n```\n```rust\n4\n```\n");
    assert_eq!((printed[0].output.as_deref(), printed.len()), (None, 1));
    assert_eq!(unheld(&printed, &EXCUSES[2..]), [""; 0]);
}
