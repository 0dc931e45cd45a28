//! As much of HTTP/1.1 as a listener needs that records requests: heads, bodies with a length or in chunks, `CONNECT`.
//!
//! Heads and sizes of chunks are read by `httparse`, on which hyper is based. A hyper server is not suitable: the listener cuts an
//! answer in the middle, closes a connection instead of an answer, and waits in threads.

use std::io::{self, BufRead, Read, Write};

/// The head and the body of a request.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Request {
    pub(crate) method: String,
    /// The target as it came: a path with its query, a whole URL, or a host with its port.
    pub(crate) target: String,
    pub(crate) body: Vec<u8>,
}

const HEAD_BYTES_MAX: u64 = 64 * 1_024;
const HEADERS_MAX: usize = 200;
const BODY_BYTES_MAX: u64 = 16 * 1_024 * 1_024;

fn broken(what: &str) -> io::Error {
    io::Error::new(io::ErrorKind::InvalidData, what)
}

/// Appends the next line, with its line break. Gives how many bytes it has: none at the end.
fn line(reader: &mut impl BufRead, bytes: &mut Vec<u8>) -> io::Result<usize> {
    let left = HEAD_BYTES_MAX.saturating_sub(bytes.len() as u64);
    let count = reader.by_ref().take(left).read_until(b'\n', bytes)?;
    match bytes.last() {
        Some(b'\n') | None => Ok(count),
        Some(_) => Err(broken("the head is too long, or ends too early")),
    }
}

/// The bytes of the next head; none at the end.
fn head(reader: &mut impl BufRead) -> io::Result<Option<Vec<u8>>> {
    let mut head = Vec::new();
    loop {
        if line(reader, &mut head)? == 0 {
            let is_over = head.trim_ascii().is_empty();
            return if is_over { Ok(None) } else { Err(broken("the head is too long, or ends too early")) };
        }
        // Some send a line break behind the body before.
        let is_begun = !head.trim_ascii().is_empty();
        if is_begun && (head.ends_with(b"\n\n") || head.ends_with(b"\n\r\n")) {
            return Ok(Some(head));
        }
    }
}

/// The next request of a connection. `None` if the other side has closed it. Before the body is read, the other side is asked for
/// it where it waits for that.
pub(crate) fn read(stream: &mut (impl BufRead + Write)) -> io::Result<Option<Request>> {
    let Some(head) = head(stream)? else { return Ok(None) };
    let mut headers = [httparse::EMPTY_HEADER; HEADERS_MAX];
    let mut parsed = httparse::Request::new(&mut headers);
    let status = parsed.parse(&head).map_err(|error| broken(&error.to_string()))?;
    let (Some(method), Some(target), false) = (parsed.method, parsed.path, status.is_partial()) else {
        return Err(broken("the head ends too early"));
    };
    let mut length = None;
    let mut is_chunked = false;
    let mut waits = false;
    for header in &*parsed.headers {
        let value = std::str::from_utf8(header.value).unwrap_or_default().trim();
        if header.name.eq_ignore_ascii_case("content-length") {
            let found = value.parse().map_err(|_| broken("`Content-Length` is not a number"))?;
            if length.replace(found).is_some_and(|other| other != found) {
                return Err(broken("there are two lengths of the body"));
            }
        } else if header.name.eq_ignore_ascii_case("transfer-encoding") {
            // The last one that was applied tells where the body ends.
            is_chunked = value.rsplit(',').next().is_some_and(|coding| coding.trim().eq_ignore_ascii_case("chunked"));
        } else if header.name.eq_ignore_ascii_case("expect") {
            waits = value.eq_ignore_ascii_case("100-continue");
        }
    }
    if waits {
        stream.write_all(b"HTTP/1.1 100 Continue\r\n\r\n")?;
        stream.flush()?;
    }
    let body = if is_chunked { chunks(stream)? } else { exactly(stream, length.unwrap_or(0))? };
    Ok(Some(Request { method: method.to_owned(), target: target.to_owned(), body }))
}

fn exactly(reader: &mut impl Read, length: u64) -> io::Result<Vec<u8>> {
    if length > BODY_BYTES_MAX {
        return Err(broken("the body is too long"));
    }
    let mut body = Vec::new();
    reader.by_ref().take(length).read_to_end(&mut body)?;
    if (body.len() as u64) < length { Err(broken("the body ends too early")) } else { Ok(body) }
}

fn chunks(reader: &mut impl BufRead) -> io::Result<Vec<u8>> {
    let mut body = Vec::new();
    loop {
        let mut head = Vec::new();
        line(reader, &mut head)?;
        let size = match httparse::parse_chunk_size(&head) {
            Ok(httparse::Status::Complete((_, size))) => size,
            Ok(httparse::Status::Partial) => return Err(broken("a chunk is missing")),
            Err(_) => return Err(broken("the size of a chunk is not a number")),
        };
        if (body.len() as u64).saturating_add(size) > BODY_BYTES_MAX {
            return Err(broken("the body is too long"));
        }
        body.extend(exactly(reader, size)?);
        // The line break behind the chunk; behind the last one, the trailers.
        loop {
            let mut line_break = Vec::new();
            if line(reader, &mut line_break)? == 0 || line_break.trim_ascii().is_empty() {
                break;
            }
        }
        if size == 0 {
            return Ok(body);
        }
    }
}

/// Writes an answer, whose body is announced with this length.
pub(crate) fn write(stream: &mut impl Write, status: u16, body: &[u8], length: usize) -> io::Result<()> {
    let head = format!(
        "HTTP/1.1 {status} {}\r\nContent-Type: application/json\r\nContent-Length: {length}\r\n\r\n",
        if status == 200 { "OK" } else { "Error" }
    );
    stream.write_all(head.as_bytes())?;
    stream.write_all(body)?;
    stream.flush()
}

#[cfg(test)]
mod tests {
    use super::*;

    /// A connection whose other side has said all that it says.
    struct Both(io::Cursor<Vec<u8>>, Vec<u8>);

    impl Read for Both {
        fn read(&mut self, buffer: &mut [u8]) -> io::Result<usize> {
            self.0.read(buffer)
        }
    }

    impl BufRead for Both {
        fn fill_buf(&mut self) -> io::Result<&[u8]> {
            self.0.fill_buf()
        }

        fn consume(&mut self, amount: usize) {
            self.0.consume(amount);
        }
    }

    impl Write for Both {
        fn write(&mut self, buffer: &[u8]) -> io::Result<usize> {
            self.1.write(buffer)
        }

        fn flush(&mut self) -> io::Result<()> {
            Ok(())
        }
    }

    fn requests(text: &str) -> (Vec<Result<Request, String>>, String) {
        let mut both = Both(io::Cursor::new(text.as_bytes().to_vec()), Vec::new());
        let mut found = Vec::new();
        loop {
            match read(&mut both) {
                Ok(Some(request)) => found.push(Ok(request)),
                Ok(None) => break,
                Err(error) => {
                    found.push(Err(error.to_string()));
                    break;
                }
            }
        }
        (found, String::from_utf8(both.1).unwrap())
    }

    fn request(method: &str, target: &str, body: &str) -> Result<Request, String> {
        Ok(Request { method: method.to_owned(), target: target.to_owned(), body: body.as_bytes().to_vec() })
    }

    #[test]
    fn bodies_have_a_length_or_chunks() {
        let text = "POST /a?b HTTP/1.1\r\nContent-LENGTH: 2\r\n\r\n{}POST /c HTTP/1.1\nTransfer-Encoding: chunked\n\n2;x=y\r\n{\"\r\n3\r\n\":1\r\n1\r\n}\r\n0\r\nTrailer: x\r\n\r\nGET / HTTP/1.1\r\n\r\n";
        let expected = [request("POST", "/a?b", "{}"), request("POST", "/c", "{\"\":1}"), request("GET", "/", "")];
        assert_eq!(requests(text), (expected.to_vec(), String::new()));
    }

    #[test]
    fn chunked_bodies_are_read() {
        let text = "POST / HTTP/1.1\r\nTransfer-Encoding: gzip, chunked\r\n\r\n1\r\nx\r\n0\r\n\r\n\r\nGET / HTTP/1.1\r\n\r\n\r\n";
        assert_eq!(requests(text).0, [request("POST", "/", "x"), request("GET", "/", "")]);
    }

    #[test]
    fn who_waits_is_asked_for_the_body() {
        let (found, said) = requests("POST / HTTP/1.1\r\nExpect: 100-Continue\r\nContent-Length: 1\r\n\r\nx");
        assert_eq!((found, said.as_str()), (vec![request("POST", "/", "x")], "HTTP/1.1 100 Continue\r\n\r\n"));
    }

    #[test]
    fn what_is_no_request_is_an_error() {
        for (text, error) in [
            ("x\r\n\r\n", "invalid token"),
            ("GET /\r\n\r\n", "invalid token"),
            ("GET / HTTP/1.1\r\nHost x\r\n\r\n", "invalid header name"),
            ("GET / HTTP/1.1\r\nHost: x\0\r\n\r\n", "invalid header value"),
            ("GET / HTTP/1.1\r\nHost: x\r\n", "the head is too long, or ends too early"),
            ("GET / HTTP/1.1", "the head is too long, or ends too early"),
            ("POST / HTTP/1.1\r\nContent-Length: -1\r\n\r\n", "`Content-Length` is not a number"),
            (
                "POST / HTTP/1.1\r\nContent-Length: 1\r\nContent-Length: 2\r\n\r\nxx",
                "there are two lengths of the body",
            ),
            ("POST / HTTP/1.1\r\nContent-Length: 16777217\r\n\r\n", "the body is too long"),
            ("POST / HTTP/1.1\r\nContent-Length: 2\r\n\r\nx", "the body ends too early"),
            ("POST / HTTP/1.1\r\nTransfer-Encoding: chunked\r\n\r\nx\r\n", "the size of a chunk is not a number"),
            ("POST / HTTP/1.1\r\nTransfer-Encoding: chunked\r\n\r\nffffffffffffffff\r\n", "the body is too long"),
            ("POST / HTTP/1.1\r\nTransfer-Encoding: chunked\r\n\r\n1\r\nx\r\n", "a chunk is missing"),
        ] {
            assert_eq!(requests(text).0, [Err(error.to_owned())], "{text:?}");
        }
        let many = format!("GET / HTTP/1.1\r\n{}\r\n", "a: b\r\n".repeat(201));
        assert_eq!(requests(&many).0, [Err("too many headers".to_owned())]);
        let long = |bytes: usize| format!("GET / HTTP/1.1\r\na: {}\r\n\r\n", "x".repeat(bytes));
        let around = long(0).len();
        assert_eq!(requests(&long(65_536 - around)).0, [request("GET", "/", "")]);
        assert_eq!(requests(&long(65_537 - around)).0, [Err("the head is too long, or ends too early".to_owned())]);
        let enough = format!("GET / HTTP/1.1\r\n{}\r\n", "a: b\r\n".repeat(200));
        assert_eq!(requests(&enough).0, [request("GET", "/", "")]);
    }

    #[test]
    fn an_answer_says_how_long_it_is() {
        let mut answer = Vec::new();
        write(&mut answer, 502, b"x", 7).unwrap();
        let text = String::from_utf8(answer).unwrap();
        assert_eq!(text, "HTTP/1.1 502 Error\r\nContent-Type: application/json\r\nContent-Length: 7\r\n\r\nx");
    }
}
