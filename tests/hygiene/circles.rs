//! The files of a crate form a directed acyclic graph: no file uses, directly or through others, a file that uses it.
//!
//! An edge is a `use` of a path that begins with `crate`, `super` or a module below. A name that a module only re-exports is an edge to
//! the module that defines it. Unit tests are not looked at.

use std::collections::{BTreeMap, BTreeSet};

use crate::{code_of, files};

/// A crate's modules, by their path from the crate root.
struct Modules {
    /// What a module uses of its own crate.
    uses: BTreeMap<String, Vec<Path>>,
    /// What a module re-exports, by name.
    exports: BTreeMap<String, BTreeMap<String, Path>>,
}

/// The segments of a path from the crate root.
type Path = Vec<String>;

/// The module of a file, such as `journal::state`; the crate root is empty.
fn module_of(file: &str, source: &str) -> String {
    let name = file.strip_prefix(source).unwrap().trim_start_matches('/').trim_end_matches(".rs");
    match name {
        "lib" | "main" => String::new(),
        _ => name.trim_end_matches("/mod").replace('/', "::"),
    }
}

/// Every path of a `use`, with its braces expanded: `a::{b, c::d}` is `a::b` and `a::c::d`.
fn expanded(tree: &str) -> Vec<String> {
    let tree = tree.trim();
    let Some((prefix, rest)) = tree.split_once('{') else {
        return vec![tree.split(" as ").next().unwrap().trim().to_owned()];
    };
    let (mut depth, mut item, mut items) = (0, String::new(), Vec::new());
    let Some(end) = rest.rfind('}') else { return Vec::new() };
    for character in rest[..end].chars() {
        match character {
            '{' => depth += 1,
            '}' => depth -= 1,
            _ => {}
        }
        if character == ',' && depth == 0 {
            items.push(std::mem::take(&mut item));
        } else {
            item.push(character);
        }
    }
    items.push(item);
    let items = items.iter().filter(|item| !item.trim().is_empty());
    items.flat_map(|item| expanded(&format!("{prefix}{}", item.trim()))).collect()
}

impl Modules {
    fn of(source: &str) -> Self {
        let texts: BTreeMap<_, _> =
            files(source, "rs").into_iter().map(|file| (module_of(&file, source), code_of(&file))).collect();
        let (mut uses, mut exports) = (BTreeMap::new(), BTreeMap::new());
        for (module, text) in &texts {
            let used: &mut Vec<Path> = uses.entry(module.clone()).or_default();
            let exported: &mut BTreeMap<String, Path> = exports.entry(module.clone()).or_default();
            for statement in text.split(';').filter_map(|part| part.rfind("use ").map(|at| part.split_at(at))) {
                let (before, tree) = statement;
                let line = before.rsplit('\n').next().unwrap_or_default().trim();
                let is_statement = line.is_empty() || (line.starts_with("pub") && !line.contains(' '));
                for path in is_statement.then(|| expanded(&tree["use ".len()..])).into_iter().flatten() {
                    let Some(path) = absolute(module, &path, |module| texts.contains_key(module)) else { continue };
                    if line.is_empty() {
                        used.push(path);
                    } else if let Some(name) = path.last() {
                        exported.insert(name.clone(), path);
                    }
                }
            }
        }
        Self { uses, exports }
    }

    /// The module that defines what stands at a path.
    fn definer(&self, path: &[String]) -> String {
        let parts = (0..=path.len()).rev().map(|end| (path[..end].join("::"), &path[end..]));
        let (module, rest) = parts.into_iter().find(|(module, _)| self.uses.contains_key(module)).unwrap();
        match rest.first().and_then(|name| self.exports[&module].get(name)) {
            Some(exported) if exported.len() <= 8 => self.definer(&[exported, &rest[1..]].concat()),
            _ => module,
        }
    }

    fn edges(&self) -> BTreeMap<String, BTreeSet<String>> {
        let edges = self.uses.iter().map(|(module, paths)| {
            let used = paths.iter().map(|path| self.definer(path)).filter(|used| used != module);
            (module.clone(), used.collect())
        });
        edges.collect()
    }
}

/// A path of a `use` from the crate root; none of another crate.
fn absolute(module: &str, path: &str, is_module: impl Fn(&str) -> bool) -> Option<Path> {
    let mut parts: Vec<_> = path.split("::").map(str::to_owned).collect();
    let mut base: Path = module.split("::").filter(|part| !part.is_empty()).map(str::to_owned).collect();
    let below = [&base[..], &parts[..1]].concat().join("::");
    match parts[0].as_str() {
        "crate" => base.clear(),
        "self" => {}
        "super" => {
            while parts.first().is_some_and(|part| part == "super") {
                base.pop();
                parts.remove(0);
            }
            parts.insert(0, "super".to_owned());
        }
        _ if is_module(&below) => parts.insert(0, "self".to_owned()),
        _ => return None,
    }
    base.extend(parts.into_iter().skip(1).filter(|part| part != "self"));
    Some(base)
}

/// Everything that can be reached from a module.
fn reachable(edges: &BTreeMap<String, BTreeSet<String>>, from: &str) -> BTreeSet<String> {
    let (mut seen, mut waiting) = (BTreeSet::new(), vec![from.to_owned()]);
    while let Some(module) = waiting.pop() {
        for next in &edges[&module] {
            if seen.insert(next.clone()) {
                waiting.push(next.clone());
            }
        }
    }
    seen
}

/// The groups of modules that can reach one another.
fn circles(edges: &BTreeMap<String, BTreeSet<String>>) -> BTreeSet<Vec<String>> {
    let reach: BTreeMap<_, _> = edges.keys().map(|module| (module, reachable(edges, module))).collect();
    let group = |module: &String| -> Vec<String> {
        reach[module].iter().filter(|other| reach[*other].contains(module)).cloned().collect()
    };
    edges.keys().map(group).filter(|group| !group.is_empty()).collect()
}

#[test]
fn files_of_a_crate_form_no_circle() {
    let mut found = Vec::new();
    for manifest in files("crates", "toml").iter().filter(|path| path.ends_with("/Cargo.toml")) {
        let folder = manifest.trim_end_matches("/Cargo.toml");
        if folder.ends_with("/rivals") {
            continue;
        }
        let modules = Modules::of(&format!("{folder}/src"));
        for circle in circles(&modules.edges()) {
            let name = folder.trim_start_matches("crates/");
            found.push(format!("{name}: {}", circle.join(", ")));
        }
    }
    assert_eq!(found, [""; 0], "files that use one another");
}

#[test]
fn a_circle_is_found_through_a_third_file() {
    let edges = |list: &[(&str, &[&str])]| {
        let edge = |(from, to): &(&str, &[&str])| ((*from).to_owned(), to.iter().map(|to| (*to).to_owned()).collect());
        list.iter().map(edge).collect()
    };
    assert_eq!(circles(&edges(&[("a", &["b"]), ("b", &["c"]), ("c", &[])])), BTreeSet::new());
    let found = circles(&edges(&[("a", &["b"]), ("b", &["c"]), ("c", &["a"]), ("d", &["a"])]));
    assert_eq!(found, BTreeSet::from([["a", "b", "c"].map(str::to_owned).to_vec()]));
    assert_eq!(expanded("crate::{a::{self, B}, c::D as E}"), ["crate::a::self", "crate::a::B", "crate::c::D"]);
}
