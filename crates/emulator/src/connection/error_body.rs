//! Words for a request that cannot be read: the HTTP server answers it by itself, with a status and nothing else.

use std::io;
use std::pin::Pin;
use std::task::{Context, Poll, ready};

use tokio::io::{AsyncRead, AsyncWrite, ReadBuf};

/// What an answer starts with.
const HTTP: &str = "HTTP/1.";

/// A stream on which an answer of the HTTP server itself gets a body. Such an answer is the last of its connection.
pub(super) struct ErrorBody<S> {
    stream: S,
    head_bytes_max: usize,
    /// What is written in the place of that answer, and how much of it is.
    last: Option<(Vec<u8>, usize)>,
}

impl<S> ErrorBody<S> {
    pub(super) const fn new(stream: S, head_bytes_max: usize) -> Self {
        Self { stream, head_bytes_max, last: None }
    }

    /// What there is to say of an answer that begins like this, if it is one that has no words.
    fn words(&self, status_line: &str) -> Option<String> {
        Some(match status_line.split(' ').nth(1)? {
            "400" => "the request cannot be read as HTTP/1.1: its first line or a header is wrong".to_owned(),
            "414" => "the URL has more than 65534 bytes".to_owned(),
            "431" => {
                format!("the head of the request has more than {} bytes, or more than 100 headers", self.head_bytes_max)
            }
            _ => return None,
        })
    }

    /// `written` with words, where it ends with an answer that has none. Answers of ours have a `Content-Type`, whatever
    /// they are.
    fn with_body(&self, written: &[u8]) -> Option<Vec<u8>> {
        if !written.ends_with(b"\r\n\r\n") {
            return None;
        }
        let start = written.windows(HTTP.len()).rposition(|part| part == HTTP.as_bytes())?;
        let (before, answer) = written.split_at_checked(start)?;
        let mut lines = std::str::from_utf8(answer).ok()?.trim_end().lines();
        let status_line = lines.next()?;
        let body = serde_json::json!({ "error": self.words(status_line)? }).to_string();
        let mut head = format!("{status_line}\r\n");
        for line in lines {
            match line.split_once(": ")? {
                ("content-length", "0") => {}
                ("connection" | "date", _) => head.extend([line, "\r\n"]),
                _ => return None,
            }
        }
        head.push_str(&format!("content-type: application/json\r\ncontent-length: {}\r\n\r\n", body.len()));
        Some([before, head.as_bytes(), body.as_bytes()].concat())
    }
}

impl<S: AsyncWrite + Unpin> ErrorBody<S> {
    /// Writes what is left of the last answer.
    fn poll_last(&mut self, cx: &mut Context<'_>) -> Poll<io::Result<()>> {
        while let Some((last, done)) = &mut self.last
            && let Some(rest) = last.get(*done..).filter(|rest| !rest.is_empty())
        {
            match ready!(Pin::new(&mut self.stream).poll_write(cx, rest))? {
                0 => return Poll::Ready(Err(io::ErrorKind::WriteZero.into())),
                written => *done += written,
            }
        }
        Poll::Ready(Ok(()))
    }
}

impl<S: AsyncRead + Unpin> AsyncRead for ErrorBody<S> {
    fn poll_read(mut self: Pin<&mut Self>, cx: &mut Context<'_>, into: &mut ReadBuf<'_>) -> Poll<io::Result<()>> {
        Pin::new(&mut self.stream).poll_read(cx, into)
    }
}

impl<S: AsyncWrite + Unpin> AsyncWrite for ErrorBody<S> {
    fn poll_write(mut self: Pin<&mut Self>, cx: &mut Context<'_>, bytes: &[u8]) -> Poll<io::Result<usize>> {
        match self.with_body(bytes) {
            Some(last) if self.last.is_none() => {
                self.last = Some((last, 0));
                Poll::Ready(Ok(bytes.len()))
            }
            _ => Pin::new(&mut self.stream).poll_write(cx, bytes),
        }
    }

    fn poll_flush(mut self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<io::Result<()>> {
        ready!(self.poll_last(cx))?;
        Pin::new(&mut self.stream).poll_flush(cx)
    }

    fn poll_shutdown(mut self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<io::Result<()>> {
        ready!(self.poll_last(cx))?;
        Pin::new(&mut self.stream).poll_shutdown(cx)
    }
}
