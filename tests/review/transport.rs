//! Requests as they go over the socket: `tests/transport/requests.rs` makes and compares them.

use crate::Page;

pub(crate) fn pages() -> Vec<Page> {
    let rows = [
        ("set_marks", "`Client::set_marks`", "1047/50294 sample request and URL; QUERY; REQUIRED"),
        ("delete_marks", "`Client::delete_marks`", "1047/50294 sample request and URL; QUERY; REQUIRED"),
        ("online_members", "`Client::online_members`: two pages", "1047/50293 sample request and URL; QUERY; HIDE-600"),
        ("online_count", "`Client::online_count`", "1047/38521 request fields and URL; QUERY"),
        ("add_robots", "`Client::add_robots`", "1047/60527; 269/103785 request fields; QUERY; REQUIRED"),
        ("delete_robots", "`Client::delete_robots`", "269/103785 request fields; QUERY; REQUIRED"),
        ("check_members", "`Client::check_members`", "1047/60523 request fields; QUERY; REQUIRED"),
        (
            "administrators",
            "`Client::set_admins`, `delete_admins` and `admins`",
            "269/102857 and 1047/60524 request fields; QUERY; REQUIRED; COMMAND-TYPE",
        ),
        ("any_other_call", "`Client::call`: another call of the vendor's", "1047/34620, request URL; QUERY"),
    ];
    rows.map(|(name, shows, rests_on)| Page { text: None, ..Page::new("transport", name, shows, rests_on, "") })
        .to_vec()
}
