//! A client that sends what it is told, byte by byte, and waits for no more than one answer.

use std::io::{ErrorKind, Read, Write};
use std::net::{SocketAddr, TcpStream};
use std::time::Duration;

/// Nothing here takes that long; a hang becomes a failure.
const PATIENCE: Duration = Duration::from_secs(30);

/// An answer.
#[derive(Debug)]
pub(crate) struct Reply {
    pub(crate) status: u16,
    /// In lower case, a line each.
    pub(crate) head: String,
    pub(crate) body: String,
}

impl Reply {
    pub(crate) fn header(&self, name: &str) -> Option<&str> {
        self.head.lines().find_map(|line| line.strip_prefix(name)?.strip_prefix(": "))
    }

    /// `ErrorCode` of the body.
    pub(crate) fn code(&self) -> i64 {
        assert_eq!(self.status, 200, "{self:?}");
        let body: serde_json::Value = serde_json::from_str(&self.body).unwrap();
        body["ErrorCode"].as_i64().unwrap()
    }
}

pub(crate) fn connect(address: SocketAddr) -> TcpStream {
    let stream = TcpStream::connect(address).unwrap();
    stream.set_read_timeout(Some(PATIENCE)).unwrap();
    stream.set_write_timeout(Some(PATIENCE)).unwrap();
    stream
}

/// One request on a connection of its own.
pub(crate) fn ask(address: SocketAddr, request: impl AsRef<[u8]>) -> Reply {
    exchange(&mut connect(address), request)
}

/// One request on this connection.
pub(crate) fn exchange(stream: &mut (impl Read + Write), request: impl AsRef<[u8]>) -> Reply {
    stream.write_all(request.as_ref()).unwrap();
    stream.flush().unwrap();
    receive(stream)
}

/// One answer, to its last byte and no further. That to a HEAD is [`receive_head`].
pub(crate) fn receive(stream: &mut impl Read) -> Reply {
    let mut reply = receive_head(stream);
    let length = reply.header("content-length").unwrap_or("0").parse().unwrap();
    let mut body = vec![0; length];
    stream.read_exact(&mut body).unwrap();
    reply.body = String::from_utf8(body).unwrap();
    reply
}

pub(crate) fn receive_head(stream: &mut impl Read) -> Reply {
    let mut head = Vec::new();
    while !head.ends_with(b"\r\n\r\n") {
        let mut byte = [0];
        stream
            .read_exact(&mut byte)
            .unwrap_or_else(|error| panic!("{error} behind {}", String::from_utf8_lossy(&head)));
        head.extend(byte);
    }
    let head = String::from_utf8(head).unwrap();
    let (first, rest) = head.split_once("\r\n").unwrap();
    let status = first.strip_prefix("HTTP/1.").and_then(|rest| rest.get(2..5)).unwrap().parse().unwrap();
    Reply { status, head: rest.to_ascii_lowercase(), body: String::new() }
}

/// Whether the other side closes the connection, without saying anything more. Waits for it.
pub(crate) fn is_closed(stream: &mut impl Read) -> bool {
    let mut more = Vec::new();
    match stream.read_to_end(&mut more) {
        Ok(_) => more.is_empty(),
        Err(error) => {
            matches!(error.kind(), ErrorKind::ConnectionReset | ErrorKind::BrokenPipe | ErrorKind::UnexpectedEof)
        }
    }
}
