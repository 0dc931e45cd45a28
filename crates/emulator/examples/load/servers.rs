//! The servers that are asked, each a process.

use std::error::Error;
use std::io::{BufRead, BufReader};
use std::net::SocketAddr;
use std::path::{Path, PathBuf};
use std::process::{Child, Command, Stdio};

use serde_json::Value;

/// Builds `avmarks` and gives its path.
pub(crate) fn build() -> Result<PathBuf, Box<dyn Error>> {
    let example = std::env::current_exe()?;
    // target/release/examples/load
    let target = example.ancestors().nth(3).ok_or("this process lies in no folder of Cargo")?;
    let cargo = std::env::var_os("CARGO").ok_or("give the path of `avmarks`, or let Cargo run this")?;
    let mut build = Command::new(cargo);
    build.args(["build", "--release", "--package", "avmarks", "--bin", "avmarks", "--target-dir"]).arg(target);
    let built = build.current_dir(concat!(env!("CARGO_MANIFEST_DIR"), "/../..")).status()?;
    let path = target.join("release").join(format!("avmarks{}", std::env::consts::EXE_SUFFIX));
    if built.success() { Ok(path) } else { Err("`avmarks` was not built".into()) }
}

/// A folder that goes when this is dropped.
pub(crate) struct Folder(PathBuf);

impl Folder {
    /// With the file that the servers start from.
    pub(crate) fn new(seed: &str) -> std::io::Result<Self> {
        let folder = Self(std::env::temp_dir().join(format!("avmarks-load-{}", std::process::id())));
        std::fs::create_dir_all(&folder.0)?;
        std::fs::write(folder.seed(), seed)?;
        Ok(folder)
    }

    fn seed(&self) -> PathBuf {
        self.path("seed.jsonl")
    }

    pub(crate) fn path(&self, name: &str) -> PathBuf {
        self.0.join(name)
    }
}

impl Drop for Folder {
    fn drop(&mut self) {
        // What is left lies among what is temporary.
        let _ = std::fs::remove_dir_all(&self.0);
    }
}

/// A server that has said where it listens; it ends when this is dropped.
pub(crate) struct Server {
    child: Child,
    pub(crate) address: SocketAddr,
}

impl Server {
    /// This program, as the bare server that gives the answer of this work.
    pub(crate) fn bare(work: usize) -> Result<Self, Box<dyn Error>> {
        let mut command = Command::new(std::env::current_exe()?);
        command.arg("bare").arg(work.to_string());
        Self::start(command)
    }

    /// This program, as an emulator without a log, whose clock stands still.
    pub(crate) fn emulator() -> Result<Self, Box<dyn Error>> {
        let mut command = Command::new(std::env::current_exe()?);
        command.arg("emulator");
        Self::start(command)
    }

    /// Bytes of memory that it holds.
    pub(crate) fn memory(&self) -> Result<u64, Box<dyn Error>> {
        let status = std::fs::read_to_string(format!("/proc/{}/status", self.child.id()))?;
        let line = status.lines().find_map(|line| line.strip_prefix("VmRSS:")).ok_or("there is no `VmRSS`")?;
        Ok(line.trim().trim_end_matches(" kB").parse::<u64>()? * 1_024)
    }

    /// `avmarks serve`, which knows no other settings than these.
    pub(crate) fn avmarks(
        binary: &Path,
        folder: &Folder,
        number: usize,
        has_log: bool,
        has_data: bool,
    ) -> Result<Self, Box<dyn Error>> {
        let mut command = Command::new(std::path::absolute(binary)?);
        for (variable, _) in std::env::vars_os() {
            if variable.to_string_lossy().starts_with("AVMARKS_") {
                command.env_remove(variable);
            }
        }
        command.current_dir(&folder.0).env("XDG_CONFIG_HOME", &folder.0).env("HOME", &folder.0);
        command.args(["--json", "serve", "--port", "0", "--ca-dir", "ca"]).arg("--seed").arg(folder.seed());
        // The rate that the documents name is not what is measured.
        command.args(["--limit", "calls_per_window_max=1000000"]);
        if !has_log {
            command.arg("--quiet");
        }
        if has_data {
            command.arg("--data").arg(format!("data-{number}"));
        }
        Self::start(command)
    }

    /// Asks it to end, and waits until it has.
    pub(crate) fn end(mut self) -> Result<(), Box<dyn Error>> {
        let asked = Command::new("kill").arg(self.child.id().to_string()).status()?;
        self.child.wait()?;
        if asked.success() { Ok(()) } else { Err("the server could not be asked to end".into()) }
    }

    pub(crate) fn start(mut command: Command) -> Result<Self, Box<dyn Error>> {
        let mut child = command.stdin(Stdio::null()).stdout(Stdio::piped()).stderr(Stdio::null()).spawn()?;
        let mut line = String::new();
        let read = child.stdout.take().map(|out| BufReader::new(out).read_line(&mut line));
        // Whatever comes now, the process ends with this.
        let mut server = Self { child, address: ([127, 0, 0, 1], 0).into() };
        read.transpose()?;
        let told: Value = serde_json::from_str(&line).map_err(|_| format!("{command:?} does not start"))?;
        let url = told.get("url").and_then(Value::as_str).unwrap_or_default();
        server.address = url.trim_start_matches("http://").parse()?;
        Ok(server)
    }
}

impl Drop for Server {
    fn drop(&mut self) {
        // It may have ended by itself.
        let _ = self.child.kill();
        let _ = self.child.wait();
    }
}
