//! The bindings of other languages are thin: what each of them has in lines of code by hand.

use crate::{files, read};

/// The most lines that a binding may have.
const LINES_MAX: usize = 200;

/// Files of a binding: its name, the folder, how the names of the files end, and how their comments are written.
type Binding = (&'static str, &'static str, &'static [&'static str], Comments);

/// How comments are written: the start of one in a line, and the start and end of one of several lines.
type Comments = (&'static [&'static str], Option<(&'static str, &'static str)>);

const LIKE_C: Comments = (&["//"], Some(("/*", "*/")));
const LIKE_PYTHON: Comments = (&["#"], Some(("\"\"\"", "\"\"\"")));

const BINDINGS: &[Binding] = &[
    ("C", "crates/embed-c/src", &["rs"], LIKE_C),
    // Its comment of several lines is the C code of cgo, and counts.
    ("Go", "crates/embed-c/go", &["go"], (&["//"], None)),
    ("Java", "crates/embed-c/java/src/main", &["java"], LIKE_C),
    ("JavaScript", "crates/embed-c/js", &["mjs", "ts"], LIKE_C),
    ("PHP", "crates/embed-c/php/src", &["php", "h"], LIKE_C),
    ("Python", "crates/embed-c/python", &["py", "pyi"], LIKE_PYTHON),
    ("Python", "crates/embed-c/python", &["c"], LIKE_C),
];

/// Whether a file is part of the package, and not a test, an example or a program around it.
fn ships(path: &str) -> bool {
    !path.ends_with("_test.go")
        && !["/tests/", "/test/", "/examples/", "/cmd/"].iter().any(|folder| path.contains(folder))
}

/// The lines of a text that are neither empty nor comments.
fn lines_of_code(text: &str, (line_comments, block): Comments) -> usize {
    let mut ends = None;
    let is_code = |line: &&str| {
        let line = line.trim();
        if let Some(end) = ends {
            ends = (!line.contains(end)).then_some(end);
            return false;
        }
        match block.filter(|(start, _)| line.starts_with(start)) {
            Some((start, end)) => {
                ends = (!line.get(start.len()..).is_some_and(|rest| rest.contains(end))).then_some(end);
                false
            }
            None => !line.is_empty() && !line_comments.iter().any(|start| line.starts_with(start)),
        }
    };
    text.lines().filter(is_code).count()
}

#[test]
fn lines_of_code_are_counted_without_comments() {
    for (text, comments, lines) in [
        ("a;\n\n  // b\nc; // d\n", LIKE_C, 2),
        ("/* a */\n/*\n b;\n */\nc;\n/** d */\n", LIKE_C, 1),
        ("\"\"\"a\"\"\"\n# b\n\"\"\"c\n\nd\"\"\"\ne = \"\"\"\"\"\"\n", LIKE_PYTHON, 1),
        ("/*\n#cgo LDFLAGS: -lm\n*/\nimport \"C\"\n", (&["//"], None), 4),
    ] {
        assert_eq!(lines_of_code(text, comments), lines, "{text}");
    }
}

#[test]
fn a_binding_has_at_most_200_lines() {
    let mut counts: Vec<(&str, usize)> = Vec::new();
    for (name, folder, endings, comments) in BINDINGS {
        let paths = endings.iter().flat_map(|ending| files(folder, ending));
        let lines: usize = paths.filter(|path| ships(path)).map(|path| lines_of_code(&read(path), *comments)).sum();
        assert!(lines > 0, "{name}: no file found");
        match counts.last_mut().filter(|(last, _)| last == name) {
            Some((_, counted)) => *counted += lines,
            None => counts.push((name, lines)),
        }
    }
    println!("{counts:?}");
    assert!(
        counts.iter().all(|(_, lines)| *lines <= LINES_MAX),
        "more than {LINES_MAX} lines of code by hand: {counts:?}"
    );
}
