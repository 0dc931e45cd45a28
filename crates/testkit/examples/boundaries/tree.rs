//! The copy of the tree in which everything happens: its files, its builds, and the programs that test it.

use std::collections::{BTreeMap, BTreeSet};
use std::fs;
use std::io::{BufRead, BufReader};
use std::ops::Range;
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};
use std::sync::mpsc::{self, RecvTimeoutError};
use std::thread;
use std::time::{Duration, Instant};

use serde_json::Value;

use crate::places::Change;

/// The variable with the number of the change that holds while a program runs.
const CHOSEN: &str = "AVMARKS_BOUNDARY";

/// What the compiler must not refuse, as it happens only where such a change is chosen.
const ALLOWED: &str = "#![allow(arithmetic_overflow, unconditional_panic)]\n";

/// What each crate gets: whether a change holds.
const SWITCH: &str = "
mod boundary {
    extern crate std;
    pub(crate) fn is(number: u32) -> bool {
        static CHOSEN: std::sync::OnceLock<u32> = std::sync::OnceLock::new();
        let chosen = || std::env::var(\"AVMARKS_BOUNDARY\").ok().and_then(|text| text.parse().ok()).unwrap_or(0);
        *CHOSEN.get_or_init(chosen) == number
    }
}
";

/// A change with its number, and the file that it is in.
#[derive(Clone, Debug)]
pub(crate) struct Numbered {
    pub(crate) number: u32,
    pub(crate) file: PathBuf,
    pub(crate) change: Change,
}

/// A program that tests, and how long it takes if nothing is changed.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Suite {
    name: String,
    program: PathBuf,
    folder: PathBuf,
    takes: Duration,
}

/// Tests that take long: only what the others do not notice is shown to them.
const SLOW: [&str; 1] = ["large_rooms::"];

/// Tests that say nothing here: of what the generators make, and of memory, which changes side by side may need more of.
const SKIPPED: [&str; 3] = ["the_generated_runs_cover", "refusal_cost::", "allocations::"];

/// A part of a suite.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Part {
    Quick,
    Slow,
}

/// What the tests say.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Verdict {
    Caught,
    TimedOut,
    Survived,
    DoesNotBuild,
}

pub(crate) struct Tree {
    to: PathBuf,
    builds: PathBuf,
    /// The sources as they were when they were copied: who works on the tree meanwhile disturbs nothing.
    sources: BTreeMap<PathBuf, String>,
}

impl Tree {
    /// Copies what git knows of the folder `from`, and what it does not ignore, to `to`.
    pub(crate) fn copy(from: &Path, to: &Path, builds: &Path) -> Result<Self, String> {
        let listed = Command::new("git").args(["ls-files", "-co", "--exclude-standard"]).current_dir(from).output();
        let listed = listed.map_err(|error| format!("git: {error}"))?.stdout;
        let list = to.with_extension("list");
        // What was there when the tree was copied before, and no longer is, goes.
        let earlier = fs::read_to_string(&list).unwrap_or_default();
        for gone in earlier.lines().filter(|file| !from.join(file).exists()) {
            fs::remove_file(to.join(gone)).unwrap_or_default();
        }
        write(&list, &listed)?;
        let mut sources = BTreeMap::new();
        for file in String::from_utf8_lossy(&listed).lines().map(Path::new) {
            // A file that is deleted and not committed yet is listed, too.
            let Ok(bytes) = fs::read(from.join(file)) else { continue };
            write(&to.join(file), &bytes)?;
            if file.extension().is_some_and(|extension| extension == "rs") {
                let text = String::from_utf8(bytes).map_err(|error| format!("{}: {error}", file.display()))?;
                sources.insert(file.to_owned(), text);
            }
        }
        Ok(Self { to: to.to_owned(), builds: builds.to_owned(), sources })
    }

    /// The sources in this folder, by name.
    pub(crate) fn sources(&self, folder: &Path) -> Vec<PathBuf> {
        self.sources.keys().filter(|file| file.starts_with(folder)).cloned().collect()
    }

    pub(crate) fn original(&self, file: &Path) -> Result<&str, String> {
        self.sources.get(file).map(String::as_str).ok_or_else(|| format!("{} is no source", file.display()))
    }

    /// Puts a file as it is, but for one change.
    pub(crate) fn put_changed(&self, one: &Numbered) -> Result<(), String> {
        let mut text = self.original(&one.file)?.to_owned();
        text.replace_range(one.change.at.clone(), &one.change.text);
        write(&self.to.join(&one.file), text.as_bytes())
    }

    /// Puts every file of these crates as it is.
    pub(crate) fn put_back(&self, files: &[PathBuf]) -> Result<(), String> {
        files.iter().try_for_each(|file| write(&self.to.join(file), self.original(file)?.as_bytes()))
    }

    /// Puts all changes that can be built side by side; gives those that cannot.
    pub(crate) fn put_all(
        &self,
        package: &str,
        files: &[PathBuf],
        changes: &[Numbered],
    ) -> Result<BTreeSet<u32>, String> {
        let mut alone: BTreeSet<_> =
            changes.iter().filter(|one| one.change.beside.is_none()).map(|one| one.number).collect();
        loop {
            let mut rendered = Vec::new();
            for file in files {
                let of_it = |one: &&Numbered| one.file == *file && !alone.contains(&one.number);
                let is_root = file.ends_with("src/lib.rs");
                let before = if is_root { ALLOWED } else { "" };
                let mut text = Beside::render(before, self.original(file)?, changes.iter().filter(of_it));
                text.text.push_str(if is_root { SWITCH } else { "" });
                write(&self.to.join(file), text.text.as_bytes())?;
                rendered.push((file, text));
            }
            let errors = self.errors(package)?;
            if errors.is_empty() {
                return Ok(alone);
            }
            let before = alone.len();
            for (file, at) in &errors {
                let text = rendered.iter().find(|(of, _)| file.ends_with(of)).map(|(_, text)| text);
                let innermost = text.and_then(|text| {
                    text.places.iter().filter(|(place, _)| place.contains(at)).min_by_key(|(place, _)| place.len())
                });
                alone.extend(innermost.into_iter().flat_map(|(_, numbers)| numbers));
            }
            if alone.len() == before {
                return Err(format!(
                    "the changes of {package} do not build side by side, and none of them is to blame: {errors:?}"
                ));
            }
        }
    }

    fn cargo(&self, arguments: &[&str]) -> Result<Vec<Value>, String> {
        let mut cargo = Command::new("cargo");
        cargo.args(arguments).args(["--message-format=json", "--quiet"]).current_dir(&self.to).stderr(Stdio::null());
        let output = cargo.env("CARGO_TARGET_DIR", &self.builds).output().map_err(|error| format!("cargo: {error}"))?;
        let lines = String::from_utf8_lossy(&output.stdout).into_owned();
        lines
            .lines()
            .map(|line| serde_json::from_str(line).map_err(|error| format!("cargo: {error}: {line}")))
            .collect()
    }

    /// Where the compiler finds errors in a package: files, and places in them in bytes.
    fn errors(&self, package: &str) -> Result<Vec<(PathBuf, usize)>, String> {
        let messages = self.cargo(&["check", "-p", package])?;
        let errors = messages.iter().map(|message| &message["message"]).filter(|message| message["level"] == "error");
        let places = errors.flat_map(|error| error["spans"].as_array().into_iter().flatten()).filter_map(|span| {
            let at = usize::try_from(span["byte_start"].as_u64()?).ok()?;
            Some((PathBuf::from(span["file_name"].as_str()?), at))
        });
        Ok(places.collect())
    }

    /// Builds suites; none where something does not build.
    pub(crate) fn build(&self, suites: &[&str]) -> Result<Option<Vec<Suite>>, String> {
        let messages = self.cargo(&[&["test", "--no-run", "--profile", "mutants"], suites].concat())?;
        if messages.iter().any(|message| message["success"] == false) {
            return Ok(None);
        }
        let is_test = |message: &&Value| message.pointer("/profile/test") == Some(&Value::Bool(true));
        let suite = |message: &Value| {
            let program = PathBuf::from(message["executable"].as_str()?);
            let folder = Path::new(message["manifest_path"].as_str()?).parent()?.to_owned();
            let name = format!("{} {}", message["package_id"], message.pointer("/target/name").unwrap_or(&Value::Null));
            Some(Suite { name, program, folder, takes: Duration::ZERO })
        };
        Ok(Some(messages.iter().filter(is_test).filter_map(suite).collect()))
    }
}

impl Suite {
    /// The same suite with the time that it takes, which it must pass.
    pub(crate) fn timed(self) -> Result<Self, String> {
        let start = Instant::now();
        for part in [Part::Quick, Part::Slow] {
            if self.run(0, part, Duration::from_secs(600))? != Verdict::Survived {
                return Err(format!("{} fails though nothing is changed", self.program.display()));
            }
        }
        Ok(Self { takes: start.elapsed(), ..self })
    }

    pub(crate) fn takes(&self) -> Duration {
        self.takes
    }

    /// The same suite of another build, with the time that it takes.
    pub(crate) fn timed_as(self, timed: &[Self]) -> Self {
        let takes = timed.iter().find(|timed| timed.name == self.name).map_or(self.takes, |timed| timed.takes);
        Self { takes, ..self }
    }

    /// Runs a part of it with the change of this number; 0 is none.
    pub(crate) fn with(&self, number: u32, part: Part) -> Result<Verdict, String> {
        self.run(number, part, self.takes * 10 + Duration::from_secs(60))
    }

    fn run(&self, number: u32, part: Part, at_most: Duration) -> Result<Verdict, String> {
        let mut program = Command::new(&self.program);
        match part {
            Part::Quick => program.args(SLOW.iter().chain(&SKIPPED).flat_map(|name| ["--skip", name])),
            Part::Slow => program.args(SLOW),
        };
        program.current_dir(&self.folder).env(CHOSEN, number.to_string());
        program.env("CARGO_MANIFEST_DIR", &self.folder).env("INSTA_UPDATE", "no");
        program.stdin(Stdio::null()).stdout(Stdio::piped()).stderr(Stdio::null());
        let told = |error: std::io::Error| format!("{}: {error}", self.program.display());
        let mut running = program.spawn().map_err(told)?;
        let output = running.stdout.take().ok_or("the program has no output")?;
        let (failed, failures) = mpsc::channel();
        thread::spawn(move || {
            let mut lines = BufReader::new(output).lines().map_while(Result::ok);
            if lines.any(|line| line.starts_with("test ") && line.ends_with("FAILED")) {
                // Nobody listens where the time was over first.
                let _ = failed.send(());
            }
        });
        // The first test that fails tells enough.
        let verdict = match failures.recv_timeout(at_most) {
            Ok(()) => Verdict::Caught,
            Err(RecvTimeoutError::Timeout) => Verdict::TimedOut,
            Err(RecvTimeoutError::Disconnected) if running.wait().map_err(told)?.success() => {
                return Ok(Verdict::Survived);
            }
            Err(RecvTimeoutError::Disconnected) => return Ok(Verdict::Caught),
        };
        running.kill().and_then(|()| running.wait()).map_err(told)?;
        Ok(verdict)
    }
}

/// An expression, and what it may become: numbers of changes, and their texts.
type Site<'a> = (Range<usize>, Vec<(u32, &'a str)>);

/// A file with its changes side by side, and where they stand.
struct Beside {
    text: String,
    places: Vec<(Range<usize>, Vec<u32>)>,
}

impl Beside {
    fn render<'a>(before: &str, source: &str, changes: impl Iterator<Item = &'a Numbered>) -> Self {
        let mut sites: Vec<Site<'_>> = Vec::new();
        for one in changes {
            let Some((whole, text)) = &one.change.beside else { continue };
            match sites.iter_mut().find(|(site, _)| site == whole) {
                Some((_, changes)) => changes.push((one.number, text)),
                None => sites.push((whole.clone(), vec![(one.number, text)])),
            }
        }
        // An outer expression stands before those within it.
        sites.sort_by_key(|(site, _)| (site.start, usize::MAX - site.end));
        let mut beside = Self { text: before.to_owned(), places: Vec::new() };
        beside.part(source, 0..source.len(), &sites);
        beside
    }

    fn part(&mut self, source: &str, part: Range<usize>, mut sites: &[Site<'_>]) {
        let mut from = part.start;
        while let Some(((site, changes), rest)) = sites.split_first() {
            let (inner, behind) = rest.split_at(rest.partition_point(|(other, _)| other.start < site.end));
            self.text.push_str(source.get(from..site.start).unwrap_or_default());
            let start = self.text.len();
            self.text.push('(');
            for (number, text) in changes {
                self.text.push_str(&format!("if crate::boundary::is({number}) {{ {text} }} else "));
            }
            self.text.push_str("{ ");
            self.part(source, site.clone(), inner);
            self.text.push_str(" })");
            self.places.push((start..self.text.len(), changes.iter().map(|(number, _)| *number).collect()));
            (from, sites) = (site.end, behind);
        }
        self.text.push_str(source.get(from..part.end).unwrap_or_default());
    }
}

/// Writes a file if it is not so already: what is not written is not built anew.
fn write(file: &Path, bytes: &[u8]) -> Result<(), String> {
    if fs::read(file).is_ok_and(|found| found == bytes) {
        return Ok(());
    }
    let told = |error: std::io::Error| format!("{}: {error}", file.display());
    file.parent().map_or(Ok(()), fs::create_dir_all).map_err(told)?;
    fs::write(file, bytes).map_err(told)
}
