//! Reads scenario lines as bytes cut at LF from standard input and answers each: what `.ci/embed-replay` does in every language.
//!
//! A line is answered as `avmarks replay -` answers it; one that is no valid input by the whole reply with its error, and the next
//! line is read.

use std::io::{self, BufRead, BufWriter, Write};

fn main() -> io::Result<()> {
    let mut session = avmarks_embed::open(r#"{"v":1,"do":"session"}"#, b"").map_err(io::Error::other)?;
    let mut out = BufWriter::new(io::stdout().lock());
    for line in io::stdin().lock().split(b'\n') {
        let reply = session.ask(r#"{"v":1,"do":"line"}"#, &line?);
        let answer = reply.strip_prefix(r#"{"v":1,"ok":"#).and_then(|answer| answer.strip_suffix('}'));
        writeln!(out, "{}", answer.unwrap_or(&reply))?;
    }
    out.flush()
}
