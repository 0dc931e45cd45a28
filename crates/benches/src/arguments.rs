//! The arguments, which Cargo gives to every benchmark alike.

/// The parts that there are, of which `--only` names one.
pub const PARTS: [&str; 9] = ["memory", "wire", "bytes", "set", "presence", "latest", "pins", "join", "growth"];

/// What was asked for.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Arguments {
    /// `--quick`: rooms a tenth as large and few rounds, to see that everything runs.
    pub is_quick: bool,
    /// `--only PART`.
    pub only: Option<&'static str>,
}

impl Arguments {
    /// Reads them; `--bench`, which Cargo adds, says nothing.
    ///
    /// # Errors
    ///
    /// An argument that there is not, or a part that there is not, in a sentence.
    pub fn parse<'a>(arguments: impl IntoIterator<Item = &'a str>) -> Result<Self, String> {
        let mut found = Self::default();
        let mut arguments = arguments.into_iter();
        while let Some(argument) = arguments.next() {
            match argument {
                "--bench" => {}
                "--quick" => found.is_quick = true,
                "--only" => found.only = Some(part(arguments.next().unwrap_or_default())?),
                other => return Err(format!("there is no `{other}`; there are `--quick` and `--only PART`")),
            }
        }
        Ok(found)
    }

    /// Those of this process.
    ///
    /// # Errors
    ///
    /// As for [`Self::parse`].
    pub fn of_process() -> Result<Self, String> {
        let arguments: Vec<_> = std::env::args().skip(1).collect();
        Self::parse(arguments.iter().map(String::as_str))
    }

    /// Whether this part is to be made.
    #[must_use]
    pub fn wants(&self, part: &str) -> bool {
        self.only.is_none_or(|only| only == part)
    }
}

fn part(name: &str) -> Result<&'static str, String> {
    let known = PARTS.iter().find(|part| **part == name);
    known.copied().ok_or_else(|| format!("`--only` has `{name}`; give one of {}", PARTS.join(", ")))
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeSet;
    use std::path::Path;

    use super::*;

    fn read(path: &str) -> String {
        std::fs::read_to_string(Path::new(env!("CARGO_MANIFEST_DIR")).join(path)).unwrap()
    }

    #[test]
    fn unknown_arguments_are_named() {
        let set = Arguments { is_quick: true, only: Some("set") };
        assert_eq!(Arguments::parse(["--only", "set", "--quick", "--bench"]), Ok(set.clone()));
        assert!(set.wants("set") && !set.wants("wire"));
        assert!(Arguments::parse(["--bench"]).unwrap().wants("wire"));
        assert_eq!(Arguments::parse(["set"]).unwrap_err(), "there is no `set`; there are `--quick` and `--only PART`");
        for arguments in [&["--only"][..], &["--only", "sets"], &["--only", "--quick"]] {
            let error = Arguments::parse(arguments.iter().copied()).unwrap_err();
            assert!(error.ends_with("; give one of memory, wire, bytes, set, presence, latest, pins, join, growth"));
        }
    }

    /// The pages print arguments in code spans (`-- --quick`) and in whole commands.
    #[test]
    fn the_page_names_every_argument() {
        for page in ["../../docs/benchmarks.md", "../../docs/contributing.md"] {
            let text = read(page);
            let commands =
                text.split("cargo bench -p avmarks-benches").skip(1).filter_map(|rest| rest.split(['`', '\n']).next());
            let spans = text.split('`').filter(|span| span.starts_with("-- "));
            let mut printed = 0;
            for arguments in commands.chain(spans).filter_map(|text| text.trim().strip_prefix("-- ")) {
                let parsed = Arguments::parse(arguments.split_whitespace());
                assert!(parsed.is_ok(), "{page}: `{arguments}`: {parsed:?}");
                printed += 1;
            }
            assert!(printed >= 2, "{page} prints {printed} commands with arguments");
            let spans: BTreeSet<_> = text.split('`').collect();
            PARTS.iter().for_each(|part| assert!(spans.contains(part), "{page} does not name `{part}`"));
        }
    }

    #[test]
    fn no_target_has_the_default_harness() {
        let manifest = read("Cargo.toml");
        let sections: Vec<_> = manifest.split("\n[").skip(1).collect();
        let targets = sections
            .iter()
            .filter(|section| ["lib]", "[bin]]", "[bench]]"].iter().any(|kind| section.starts_with(kind)));
        let mut named = BTreeSet::new();
        for target in targets {
            let key = if target.starts_with("[bench]]") { "\nharness = false" } else { "\nbench = false" };
            assert!(target.contains(key), "{target} lacks{key}");
            named.extend(
                target
                    .lines()
                    .filter_map(|line| line.strip_prefix("name = "))
                    .map(|name| name.trim_matches('"').to_owned()),
            );
        }
        let mut found = BTreeSet::new();
        for folder in ["benches", "src/bin"] {
            for entry in std::fs::read_dir(Path::new(env!("CARGO_MANIFEST_DIR")).join(folder)).unwrap() {
                found.insert(entry.unwrap().path().file_stem().unwrap().to_str().unwrap().to_owned());
            }
        }
        assert_eq!(named, found, "a target that the manifest does not name has the harness of libtest");
    }
}
