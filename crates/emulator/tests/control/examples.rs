//! The examples of `docs/control-plane.md`, in their order.

use avmarks_spec::Timestamp;

use super::*;

#[test]
fn the_examples_of_the_page_are_true() {
    let page = concat!(env!("CARGO_MANIFEST_DIR"), "/../../docs/control-plane.md");
    let page = std::fs::read_to_string(page).unwrap();
    let running = start(|settings| settings.clock = Clock::standing_at(Timestamp::EPOCH));
    let mut lines = page.lines();
    let mut examples = 0;
    while let Some(line) = lines.next() {
        let Some(command) = line.strip_prefix("$ curl -s ") else { continue };
        examples += 1;
        if let Some(asked) = command.strip_prefix("'localhost:8600/v4/") {
            let (url, body) = asked.split_once("' -d ").unwrap();
            let (path, query) = url.split_once('?').unwrap();
            assert_eq!(query, QUERY, "{line}");
            assert_eq!(
                call(&running, &format!("/v4/{path}"), body.trim_matches('\'')).body,
                lines.next().unwrap(),
                "{line}"
            );
            continue;
        }
        let (method, rest) = match command.strip_prefix("-X ") {
            Some(rest) => rest.split_once(' ').unwrap(),
            None => (if command.contains(" --json ") { "POST" } else { "GET" }, command),
        };
        let (url, body) = rest.split_once(" --json ").unwrap_or((rest, ""));
        let path = url.trim_matches('\'').strip_prefix("localhost:8600/_avmarks/").unwrap();
        let body = body.trim_matches('\'');
        assert_eq!(ask(&running, method, path, body).body, lines.next().unwrap(), "{line}");
    }
    assert_eq!(examples, page.matches("\n$ ").count());
}
