//! Reads scenario lines as bytes cut at LF from standard input and answers each: what `.ci/embed-replay` does in every language.
//!
//! A line is answered as `avmarks replay -` answers it; one that is no valid input by the whole reply with its error, and the next
//! line is read.
//!
//! With the argument `bench` and a body on standard input: microseconds of one `check` of it, the best of 200 bursts of 10.

use std::io::{self, BufRead, BufWriter, Write};
use std::time::{Duration, Instant};

fn bench(body: &[u8]) {
    let request = r#"{"v":1,"do":"check","endpoint":"modify_user_info"}"#;
    let burst = || {
        let began = Instant::now();
        for _ in 0..10 {
            drop(avmarks_embed::call(request, body));
        }
        began.elapsed() / 10
    };
    let best = (0..200).map(|_| burst()).min().unwrap_or(Duration::MAX);
    println!("{:.2}", best.as_nanos() as f64 / 1e3);
}

fn main() -> io::Result<()> {
    if std::env::args().nth(1).is_some_and(|argument| argument == "bench") {
        let mut body = Vec::new();
        io::stdin().lock().read_until(b'\n', &mut body)?;
        bench(&body);
        return Ok(());
    }
    let mut session = avmarks_embed::open(r#"{"v":1,"do":"session"}"#, b"").map_err(io::Error::other)?;
    let mut out = BufWriter::new(io::stdout().lock());
    for line in io::stdin().lock().split(b'\n') {
        let reply = session.ask(r#"{"v":1,"do":"line"}"#, &line?);
        let answer = reply.strip_prefix(r#"{"v":1,"ok":"#).and_then(|answer| answer.strip_suffix('}'));
        writeln!(out, "{}", answer.unwrap_or(&reply))?;
    }
    out.flush()
}
