//! Changes each comparison, end of a range, `min` or `max`, and number of a crate by one step, one at a time, and tells which of
//! these changes no test notices: `.ci/boundaries [DURATION] [CRATE[:FIRST|:alone|:FILE]…]`.
//!
//! It works on a copy of the tree. Expressions that are evaluated while the program runs are built once, changed and unchanged side
//! by side, and the change is chosen when a test starts. Constants, patterns and what does not build that way is built by itself.

mod places;
mod tree;

use std::fmt;
use std::fs;
use std::path::{Path, PathBuf};
use std::process::ExitCode;
use std::time::{Duration, Instant};

use places::places;
use tree::{Numbered, Part, Suite, Tree, Verdict};

/// The crates, and for each the suites that would notice a change.
const CRATES: [(&str, &[&str]); 5] = [
    ("rules", SUITES),
    ("service", SUITES),
    ("spec", SUITES),
    ("protocol", SUITES),
    ("client", &["--lib", "--test", "properties"]),
];
const SUITES: &[&str] = &["--lib", "-p", "avmarks-tests", "--test", "rules", "--test", "service", "--test", "wire"];

/// Changes that no test can notice, each with the reason.
const EQUIVALENT: &str = ".ci/boundaries-equivalent.txt";

fn main() -> ExitCode {
    let (mut names, mut at_most) = (Vec::new(), None);
    for argument in std::env::args().skip(1) {
        match (seconds(&argument), of_crate(&argument)) {
            (Some(seconds), _) => at_most = Some(seconds),
            (None, Some(one)) => names.push(one),
            (None, None) => {
                eprintln!(
                    "error: `{argument}` is neither a duration, such as 90m, nor one of rules, service, spec, protocol, client, \
                     nor one with the number of its first change, with `alone` or with a part of a file's name, such as rules:100, \
                     rules:alone or rules:apply.rs"
                );
                return ExitCode::from(2);
            }
        }
    }
    if names.is_empty() {
        names = CRATES.iter().map(|(name, suites)| (*name, *suites, Which::From(1))).collect();
    }
    let mut survivors = 0;
    for (name, suites, which) in names {
        match run(name, suites, &which, at_most) {
            Ok(found) => survivors += found,
            Err(error) => {
                eprintln!("error: {error}");
                return ExitCode::from(2);
            }
        }
    }
    if survivors > 0 { ExitCode::FAILURE } else { ExitCode::SUCCESS }
}

/// Which changes of a crate are tried.
enum Which {
    /// Those from this number on.
    From(u32),
    /// Those that are built by themselves.
    Alone,
    /// Those of the files with this in their names.
    Of(String),
}

/// A crate, its suites, and which of its changes are tried.
fn of_crate(argument: &str) -> Option<(&'static str, &'static [&'static str], Which)> {
    let (name, which) = argument.split_once(':').unwrap_or((argument, "1"));
    let (name, suites) = CRATES.iter().find(|(known, _)| *known == name)?;
    let which = match which.parse() {
        Ok(first) => Which::From(first),
        Err(_) if which == "alone" => Which::Alone,
        Err(_) => Which::Of(which.to_owned()),
    };
    Some((*name, *suites, which))
}

fn seconds(text: &str) -> Option<Duration> {
    let units = [("s", 1), ("m", 60), ("h", 3_600)];
    let (number, unit) =
        units.iter().find_map(|(name, unit)| Some((text.strip_suffix(name)?, *unit))).unwrap_or((text, 1));
    Some(Duration::from_secs(number.parse::<u64>().ok()?.checked_mul(unit)?))
}

/// Tries these changes of a crate for `at_most` once all is built, and prints what came of it. Gives how many survived without a reason.
fn run(name: &str, suites: &[&str], which: &Which, at_most: Option<Duration>) -> Result<usize, String> {
    let package = format!("avmarks-{name}");
    let suites = [&["-p", &package], suites].concat();
    let folder = Path::new("target/boundaries");
    let root = std::env::current_dir().map_err(|error| error.to_string())?;
    let tree = Tree::copy(&root, &root.join(folder).join("tree"), &root.join(folder).join("build"))?;
    let (files, changes) = changes(&tree, name)?;
    let alone = tree.put_all(&package, &files, &changes)?;
    let mut beside = build(&tree, &suites)?;
    eprintln!("{name}: {} changes, {} of them side by side", changes.len(), changes.len() - alone.len());
    let start = Instant::now();
    let is_over = || at_most.is_some_and(|at_most| start.elapsed() > at_most);
    let mut found = Findings::new(&tree)?;
    let tried = changes.iter().filter(|one| match which {
        Which::From(first) => one.number >= *first,
        Which::Alone => alone.contains(&one.number),
        Which::Of(part) => one.file.to_string_lossy().contains(part),
    });
    for one in tried.clone().filter(|one| !alone.contains(&one.number)) {
        if is_over() {
            break;
        }
        found.take(one, judged(&mut beside, one.number)?)?;
    }
    for one in tried.filter(|one| alone.contains(&one.number)) {
        if is_over() {
            break;
        }
        tree.put_back(&files)?;
        tree.put_changed(one)?;
        let built = tree.build(&suites)?;
        let verdict = match built {
            None => Verdict::DoesNotBuild,
            Some(built) => {
                let mut built: Vec<_> = built.into_iter().map(|suite| suite.timed_as(&beside)).collect();
                built.sort_by_key(Suite::takes);
                judged(&mut built, 0)?
            }
        };
        found.take(one, verdict)?;
    }
    tree.put_back(&files)?;
    println!("{name}: {found}, of {} changes; {} s", changes.len(), start.elapsed().as_secs());
    Ok(found.survived)
}

/// Builds and times the suites, the quickest first.
fn build(tree: &Tree, suites: &[&str]) -> Result<Vec<Suite>, String> {
    let built = tree.build(suites)?.ok_or("the suites do not build")?;
    let mut timed = built.into_iter().map(Suite::timed).collect::<Result<Vec<_>, _>>()?;
    timed.sort_by_key(Suite::takes);
    Ok(timed)
}

/// What the suites say. The one that notices a change is asked first about the next one, which is mostly near.
fn judged(suites: &mut [Suite], number: u32) -> Result<Verdict, String> {
    for part in [Part::Quick, Part::Slow] {
        for at in 0..suites.len() {
            let verdict = suites.get(at).map_or(Ok(Verdict::Survived), |suite| suite.with(number, part))?;
            if verdict != Verdict::Survived {
                suites.get_mut(..=at).unwrap_or_default().rotate_right(1);
                return Ok(verdict);
            }
        }
    }
    Ok(Verdict::Survived)
}

/// The files of a crate, and every change of them, numbered from 1: numbers last, which are most.
fn changes(tree: &Tree, name: &str) -> Result<(Vec<PathBuf>, Vec<Numbered>), String> {
    let files = tree.sources(&Path::new("crates").join(name).join("src"));
    let (mut found, mut of_tests) = (Vec::new(), Vec::new());
    for file in &files {
        let in_it = places(tree.original(file)?).map_err(|error| format!("{}: {error}", file.display()))?;
        let is_root = ["lib.rs", "mod.rs"].iter().any(|root| file.ends_with(root));
        let folder = if is_root { file.parent().unwrap_or(file).to_owned() } else { file.with_extension("") };
        of_tests.extend(in_it.test_modules.iter().map(|module| folder.join(module)));
        found.extend(in_it.changes.into_iter().map(|change| (file.clone(), change)));
    }
    let is_of_tests = |file: &Path| of_tests.iter().any(|module| file.with_extension("").starts_with(module));
    found.retain(|(file, _)| !is_of_tests(file));
    found.sort_by_key(|(_, change)| change.text.starts_with(|first: char| first.is_ascii_digit()));
    let changes = (1..).zip(found).map(|(number, (file, change))| Numbered { number, file, change }).collect();
    Ok((files, changes))
}

/// What came of the changes so far.
struct Findings<'a> {
    tree: &'a Tree,
    /// The list of equivalents.
    equivalents: String,
    caught: usize,
    timed_out: usize,
    do_not_build: usize,
    equivalent: usize,
    survived: usize,
}

impl<'a> Findings<'a> {
    fn new(tree: &'a Tree) -> Result<Self, String> {
        let equivalents = fs::read_to_string(EQUIVALENT).map_err(|error| format!("{EQUIVALENT}: {error}"))?;
        Ok(Self { tree, equivalents, caught: 0, timed_out: 0, do_not_build: 0, equivalent: 0, survived: 0 })
    }

    /// Counts a change, and prints it where it survived without a reason.
    fn take(&mut self, one: &Numbered, verdict: Verdict) -> Result<(), String> {
        match verdict {
            Verdict::Caught => self.caught += 1,
            Verdict::TimedOut => self.timed_out += 1,
            Verdict::DoesNotBuild => self.do_not_build += 1,
            Verdict::Survived => {
                let (line, told) = told(self.tree.original(&one.file)?, one);
                // No reason has a bar in it.
                let mut known = self.equivalents.lines().filter_map(|line| line.rsplit_once(" | "));
                if known.any(|(change, _)| change == told) {
                    self.equivalent += 1;
                } else {
                    self.survived += 1;
                    println!("{told}    (line {line})");
                }
            }
        }
        Ok(())
    }
}

impl fmt::Display for Findings<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Self { caught, timed_out, do_not_build, equivalent, survived, .. } = self;
        let tried = caught + timed_out + do_not_build + equivalent + survived;
        write!(
            f,
            "{tried} tried: {caught} caught, {timed_out} timed out, {do_not_build} do not build, {equivalent} equivalent, \
             {survived} survived"
        )
    }
}

/// The line of a change, and the change as it stands in the list of equivalents.
fn told(source: &str, one: &Numbered) -> (usize, String) {
    let (before, behind) = source.split_at(one.change.at.start);
    let start = before.rfind('\n').map_or(0, |at| at + 1);
    let line = source.get(start..).and_then(|rest| rest.lines().next()).unwrap_or_default().trim();
    let was = behind.get(..one.change.at.len()).unwrap_or_default();
    let told = format!("{}: `{was}` to `{}` in `{line}`", one.file.display(), one.change.text);
    (before.matches('\n').count() + 1, told)
}
