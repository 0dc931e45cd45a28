//! Changes each comparison, end of a range, `min` or `max`, and number of a crate by one step, one at a time, and tells which of
//! these changes no test notices: `.ci/boundaries [DURATION] [CRATE…]`.
//!
//! It works on a copy of the tree. Expressions that are evaluated while the program runs are built once, changed and unchanged side
//! by side, and the change is chosen when a test starts. Constants, patterns and what does not build that way is built by itself.

mod places;
mod tree;

use std::collections::BTreeMap;
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
    let (mut names, mut end) = (Vec::new(), None);
    for argument in std::env::args().skip(1) {
        match (seconds(&argument), CRATES.iter().find(|(name, _)| *name == argument)) {
            (Some(seconds), _) => end = Some(Instant::now() + seconds),
            (None, Some(one)) => names.push(one),
            (None, None) => {
                eprintln!(
                    "error: `{argument}` is neither a duration, such as 90m, nor one of rules, service, spec, protocol, client"
                );
                return ExitCode::from(2);
            }
        }
    }
    if names.is_empty() {
        names = CRATES.iter().collect();
    }
    let mut survivors = 0;
    for (name, suites) in names {
        match run(name, suites, end) {
            Ok(found) => survivors += found,
            Err(fault) => {
                eprintln!("error: {fault}");
                return ExitCode::from(2);
            }
        }
    }
    if survivors > 0 { ExitCode::FAILURE } else { ExitCode::SUCCESS }
}

fn seconds(text: &str) -> Option<Duration> {
    let unit = text.chars().last().filter(|last| !last.is_ascii_digit());
    let number: u64 = text.trim_end_matches(['s', 'm', 'h']).parse().ok()?;
    let seconds = match unit {
        None | Some('s') => 1,
        Some('m') => 60,
        Some('h') => 3_600,
        Some(_) => return None,
    };
    Some(Duration::from_secs(number * seconds))
}

/// Tries every change of a crate, and prints what came of it. Gives how many survived without a reason.
fn run(name: &str, suites: &[&str], end: Option<Instant>) -> Result<usize, String> {
    let start = Instant::now();
    let package = format!("avmarks-{name}");
    let suites = [&["-p", &package], suites].concat();
    let (files, changes) = changes(name)?;
    let folder = Path::new("target/boundaries");
    let root = std::env::current_dir().map_err(|fault| fault.to_string())?;
    let tree = Tree::copy(&root, &root.join(folder).join("tree"), &root.join(folder).join("build"))?;
    let alone = tree.put_all(&package, &files, &changes)?;
    let mut beside = build(&tree, &suites)?;
    eprintln!("{name}: {} changes, {} of them side by side", changes.len(), changes.len() - alone.len());
    let is_over = || end.is_some_and(|end| Instant::now() > end);
    let mut verdicts = BTreeMap::new();
    for one in changes.iter().filter(|one| !alone.contains(&one.number)) {
        if is_over() {
            break;
        }
        verdicts.insert(one.number, judged(&mut beside, one.number)?);
    }
    for one in changes.iter().filter(|one| alone.contains(&one.number)) {
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
        verdicts.insert(one.number, verdict);
    }
    tree.put_back(&files)?;
    report(name, &tree, &changes, &verdicts, start.elapsed())
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

/// The files of a crate, and every change of them, numbered from 1.
fn changes(name: &str) -> Result<(Vec<PathBuf>, Vec<Numbered>), String> {
    let mut files = Vec::new();
    sources(&Path::new("crates").join(name).join("src"), &mut files)?;
    files.sort();
    let (mut found, mut of_tests) = (Vec::new(), Vec::new());
    for file in &files {
        let source = fs::read_to_string(file).map_err(|fault| format!("{}: {fault}", file.display()))?;
        let in_it = places(&source).map_err(|fault| format!("{}: {fault}", file.display()))?;
        let is_root = ["lib.rs", "mod.rs"].iter().any(|root| file.ends_with(root));
        let folder = if is_root { file.parent().unwrap_or(file).to_owned() } else { file.with_extension("") };
        of_tests.extend(in_it.test_modules.iter().map(|module| folder.join(module)));
        found.extend(in_it.changes.into_iter().map(|change| (file.clone(), change)));
    }
    let is_of_tests = |file: &Path| of_tests.iter().any(|module| file.with_extension("").starts_with(module));
    let found = found.into_iter().filter(|(file, _)| !is_of_tests(file));
    let changes = (1..).zip(found).map(|(number, (file, change))| Numbered { number, file, change }).collect();
    Ok((files, changes))
}

fn sources(folder: &Path, files: &mut Vec<PathBuf>) -> Result<(), String> {
    let told = |fault: std::io::Error| format!("{}: {fault}", folder.display());
    for entry in fs::read_dir(folder).map_err(told)? {
        let path = entry.map_err(told)?.path();
        if path.is_dir() {
            sources(&path, files)?;
        } else if path.extension().is_some_and(|extension| extension == "rs") {
            files.push(path);
        }
    }
    Ok(())
}

/// Prints the survivors and the figures.
fn report(
    name: &str,
    tree: &Tree,
    changes: &[Numbered],
    verdicts: &BTreeMap<u32, Verdict>,
    took: Duration,
) -> Result<usize, String> {
    let equivalent = fs::read_to_string(EQUIVALENT).map_err(|fault| format!("{EQUIVALENT}: {fault}"))?;
    let known: Vec<_> =
        equivalent.lines().filter_map(|line| line.rsplit_once(" | ")).map(|(change, _)| change).collect();
    let (mut explained, mut unexplained) = (0, 0);
    for one in changes.iter().filter(|one| verdicts.get(&one.number) == Some(&Verdict::Survived)) {
        let (line, told) = told(&tree.original(&one.file)?, one);
        if known.contains(&&*told) {
            explained += 1;
        } else {
            unexplained += 1;
            println!("{told}    (line {line})");
        }
    }
    let count = |verdict| verdicts.values().filter(|found| **found == verdict).count();
    println!(
        "{name}: {} changes tried of {}: {} caught, {} timed out, {} do not build, {explained} equivalent, {unexplained} survived; {} s",
        verdicts.len(),
        changes.len(),
        count(Verdict::Caught),
        count(Verdict::TimedOut),
        count(Verdict::DoesNotBuild),
        took.as_secs()
    );
    Ok(unexplained)
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
