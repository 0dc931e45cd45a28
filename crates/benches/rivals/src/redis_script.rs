//! A Redis server of its own, on a Unix socket, without anything kept on disk; the marks are set by a script.

use std::io;
use std::path::PathBuf;
use std::process::{Child, Command, Stdio};
use std::time::Duration;

use avmarks_benches::naive;
use redis::{Connection, Script};

use crate::Rival;

pub(crate) struct Redis {
    server: Child,
    socket: PathBuf,
    connection: Connection,
    set: Script,
}

impl Redis {
    pub(crate) fn start() -> io::Result<Self> {
        let socket = std::env::temp_dir().join(format!("avmarks-rivals-{}.sock", std::process::id()));
        let mut server = Command::new("redis-server")
            .args(["--port", "0", "--save", "", "--appendonly", "no", "--unixsocket"])
            .arg(&socket)
            .stdout(Stdio::null())
            .spawn()?;
        let client = redis::Client::open(format!("unix://{}", socket.display())).map_err(io::Error::other)?;
        for _ in 0..100 {
            if let Ok(connection) = client.get_connection() {
                return Ok(Self { server, socket, connection, set: Script::new(include_str!("set.lua")) });
            }
            std::thread::sleep(Duration::from_millis(100));
        }
        server.kill()?;
        Err(io::Error::other("redis-server does not listen"))
    }
}

impl Rival for Redis {
    fn fill(&mut self, ids: &[String]) {
        for ids in ids.chunks(1_000) {
            let mut all = redis::cmd("HSET");
            all.arg("members");
            for id in ids {
                all.arg(id).arg(1);
            }
            all.exec(&mut self.connection).unwrap();
        }
    }

    fn set(&mut self, request: &naive::Request) -> usize {
        let mut call = self.set.prepare_invoke();
        call.key("members").key("in_use").key("pins").arg(1);
        for entry in &request.member_list {
            call.arg(&entry.account).arg(entry.marks.len());
            for mark in &entry.marks {
                call.arg(mark);
            }
        }
        let served: Vec<String> = call.invoke(&mut self.connection).unwrap();
        served.len() / 2
    }

    fn clear(&mut self) {
        let mut all = redis::cmd("DEL");
        all.arg("in_use").arg("pins");
        for mark in (1_000..1_010).chain([500, 600]) {
            all.arg(format!("holders:{mark}"));
        }
        all.exec(&mut self.connection).unwrap();
    }
}

impl Drop for Redis {
    fn drop(&mut self) {
        let _ = self.server.kill();
        let _ = self.server.wait();
        let _ = std::fs::remove_file(&self.socket);
    }
}
