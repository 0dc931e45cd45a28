use super::*;

#[test]
fn a_log_that_nobody_reads_stops_nothing() {
    let folder = folder("serve-unread");
    let mut server = Server::start(&folder, &["--limit", "calls_per_window_max=100000"]);
    let request = format!("POST /{COUNT}?{QUERY} HTTP/1.1\r\nHost: x\r\nContent-Length: 2\r\n\r\n{{}}");
    let mut stream = TcpStream::connect(server.address()).unwrap();
    stream.set_read_timeout(Some(Duration::from_secs(60))).unwrap();
    let mut answers = BufReader::new(stream.try_clone().unwrap());
    // Several times what a pipe holds.
    for _ in 0..2_000 {
        stream.write_all(request.as_bytes()).unwrap();
        let mut length = 0;
        loop {
            let mut line = String::new();
            answers.read_line(&mut line).unwrap();
            match line.split_once(": ") {
                Some((name, value)) if name.eq_ignore_ascii_case("content-length") => {
                    length = value.trim().parse().unwrap();
                }
                _ if line == "\r\n" => break,
                _ => assert_ne!(line, "", "an answer ends early"),
            }
        }
        answers.read_exact(&mut vec![0; length]).unwrap();
    }
    server.signal("-TERM");
    assert_eq!(server.child.wait().unwrap().code(), Some(0), "it ends, though nobody has read a line");
}
