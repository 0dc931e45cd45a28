//! Runs the binary.

use std::io::Write;
use std::path::{Path, PathBuf};
use std::process::{Command, Output, Stdio};

use serde_json::Value;

/// What a run came to.
#[derive(Debug)]
pub(crate) struct Run {
    pub(crate) status: i32,
    pub(crate) out: String,
    pub(crate) err: String,
}

impl Run {
    pub(crate) fn of(output: Output) -> Self {
        let text = |bytes| String::from_utf8(bytes).unwrap();
        let Output { status, stdout, stderr } = output;
        let run = Self { status: status.code().unwrap(), out: text(stdout), err: text(stderr) };
        assert!(!run.err.contains("panicked"), "{run:?}");
        assert!(!run.out.contains('\u{1b}') && !run.err.contains('\u{1b}'), "no colour where nobody sees it: {run:?}");
        run
    }

    /// The output as JSON.
    pub(crate) fn json(&self) -> Value {
        assert_eq!((self.out.matches('\n').count(), self.err.as_str()), (1, ""), "one object, one line: {self:?}");
        serde_json::from_str(&self.out).unwrap()
    }

    /// That it ended with this status, and no output; the lines of its errors.
    pub(crate) fn errors(&self, status: i32) -> Vec<&str> {
        assert_eq!((self.status, self.out.as_str()), (status, ""), "{self:?}");
        self.err.lines().map(|line| line.strip_prefix("error: ").unwrap()).collect()
    }

    /// That it failed with this status, no output, and one line of error, which is given.
    pub(crate) fn error(&self) -> &str {
        assert_eq!((self.status, self.out.as_str()), (2, ""), "{self:?}");
        assert_eq!(self.err.matches('\n').count(), 1, "{self:?}");
        self.err.strip_prefix("error: ").unwrap().trim_end()
    }
}

/// The command, without what the environment of the test may hold.
pub(crate) fn command(arguments: &[&str]) -> Command {
    let mut command = Command::new(env!("CARGO_BIN_EXE_avmarks"));
    for (variable, _) in std::env::vars_os() {
        let name = variable.to_string_lossy().to_uppercase();
        if ["AVMARKS_", "NO_COLOR", "CLICOLOR"].iter().any(|start| name.starts_with(start)) || name.ends_with("_PROXY")
        {
            command.env_remove(&variable);
        }
    }
    command.env("XDG_CONFIG_HOME", Path::new(env!("CARGO_TARGET_TMPDIR")).join("nobody"));
    command.args(arguments).stdin(Stdio::null()).stdout(Stdio::piped()).stderr(Stdio::piped());
    command
}

pub(crate) fn avmarks(arguments: &[&str]) -> Run {
    Run::of(command(arguments).output().unwrap())
}

pub(crate) fn avmarks_with(arguments: &[&str], stdin: &[u8]) -> Run {
    feed(command(arguments), stdin)
}

/// Runs a command with something on its standard input, which it need not read.
pub(crate) fn feed(mut command: Command, stdin: &[u8]) -> Run {
    let mut child = command.stdin(Stdio::piped()).spawn().unwrap();
    let mut pipe = child.stdin.take().unwrap();
    std::thread::scope(|scope| {
        scope.spawn(move || {
            let _ = pipe.write_all(stdin);
        });
        Run::of(child.wait_with_output().unwrap())
    })
}

/// A new, empty directory for the test of this name.
pub(crate) fn folder(test: &str) -> PathBuf {
    let folder = Path::new(env!("CARGO_TARGET_TMPDIR")).join(test);
    let _ = std::fs::remove_dir_all(&folder);
    std::fs::create_dir_all(&folder).unwrap();
    folder
}

/// A file of the test data.
pub(crate) fn data(name: &str) -> String {
    format!("{}/tests/data/{name}", env!("CARGO_MANIFEST_DIR"))
}

/// Writes a file that nobody else may read, and gives its name.
pub(crate) fn file(folder: &Path, name: &str, bytes: impl AsRef<[u8]>) -> String {
    let path = folder.join(name);
    std::fs::write(&path, bytes).unwrap();
    #[cfg(unix)]
    std::fs::set_permissions(&path, std::os::unix::fs::PermissionsExt::from_mode(0o600)).unwrap();
    path.to_str().unwrap().to_owned()
}

/// A file of a gibibyte that takes no place.
pub(crate) fn gibibyte(folder: &Path) -> String {
    let path = folder.join("gibibyte");
    std::fs::File::create(&path).unwrap().set_len(1 << 30).unwrap();
    path.to_str().unwrap().to_owned()
}
