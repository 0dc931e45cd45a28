//! How often memory is allocated: exact figures, the same each time.

use allocation_counter::measure;
use avmarks_protocol::get_members;
use avmarks_protocol::modify_user_info::{Answer, Draft, Marks, Request};
use avmarks_protocol::{add_robots, check_members, modify_admin};

const OK: &str = r#""ActionStatus":"OK","ErrorCode":0,"ErrorInfo":"""#;

fn list(accounts: usize) -> String {
    let member = |at: usize| {
        let marks = ["1000", "1000,1001", "500,1000,1009"][at % 3];
        format!(r#"{{"Member_Account":"user_{at:027x}","Marks":[{marks}]}}"#)
    };
    let members: Vec<_> = (0..accounts).map(member).collect();
    format!(r#""CommandType":1,"MemberList":[{}]"#, members.join(","))
}

fn body(accounts: usize) -> String {
    format!(r#"{{"GroupId":"@TGS#a",{}}}"#, list(accounts))
}

#[test]
fn a_request_takes_one_allocation_for_its_list() {
    let unknown = r#""More":[{"a":"\"","b":[]},-1.5e3],"Marks""#;
    for (accounts, body) in [1, 2, 500].into_iter().flat_map(|accounts| {
        [body(accounts), body(accounts).replace(r#""Marks""#, unknown)].map(|body| (accounts, body))
    }) {
        let request = measure(|| drop(Request::parse(body.as_bytes()).unwrap()));
        let draft = measure(|| drop(Draft::parse(&body).unwrap()));
        assert_eq!((request.count_total, draft.count_total), (1, 1), "{accounts} accounts");
        // Room for what may be there: whoever sends a long body gets no more of the memory than in proportion.
        let bytes_max = 2 * body.len() as u64;
        assert!(
            request.bytes_total <= bytes_max && draft.bytes_total <= bytes_max,
            "{request:?} {draft:?} {bytes_max}"
        );
    }
}

#[test]
fn an_answer_allocates_per_account() {
    for accounts in [1, 2, 500] {
        let body = format!("{{{OK},{}}}", list(accounts));
        let found = measure(|| drop(Answer::parse(body.as_bytes()).unwrap()));
        assert_eq!(found.count_total, 1 + accounts as u64, "{accounts} accounts");
        assert!(found.bytes_total <= 2 * body.len() as u64, "{found:?} {}", body.len());
        let body = body.replace(r#""Marks""#, r#""More":[1],"Marks""#);
        let found = measure(|| drop(Answer::parse(body.as_bytes()).unwrap()));
        assert_eq!(found.count_total, 1 + 3 * accounts as u64, "{accounts} accounts");
    }
}

#[test]
fn a_page_allocates_per_text() {
    for (fields, allocations) in [
        (r#","NickName":"","Avatar":"""#, 1),
        (r#","NickName":"n","Avatar":"u""#, 3),
        (r#","NickName":"","Avatar":"","Marks":[]"#, 1),
        (r#","NickName":"","Avatar":"","Marks":[1000,1001,1002]"#, 1),
        (r#","NickName":"n","Avatar":"u","Remark":"r","Marks":[1000,1001,1002,1003]"#, 5),
    ] {
        for members in [1, 2, 500] {
            let member = |at: usize| format!(r#"{{"JoinTime":1669872112,"Member_Account":"user_{at:027x}"{fields}}}"#);
            let list: Vec<_> = (0..members).map(member).collect();
            let body = format!(r#"{{{OK},"MemberList":[{}],"NextTimestamp":0}}"#, list.join(","));
            let found = measure(|| drop(get_members::Answer::parse(body.as_bytes()).unwrap()));
            assert_eq!(found.count_total, 1 + allocations * members as u64, "{members} members, {fields}");
            assert!(found.bytes_total <= 3 * body.len() as u64, "{found:?} {}", body.len());
        }
    }
}

#[test]
fn three_marks_need_no_allocation() {
    for len in 0..6 {
        let list: Vec<i64> = (0..len).collect();
        let mut marks = Marks::new();
        assert_eq!(measure(|| marks = Marks::from(list)).count_total, 0, "{len}");
        assert_eq!(measure(|| drop(marks.clone())).count_total, u64::from(len > 3), "{len}");
    }
}

#[test]
fn writing_an_answer_allocates_nothing() {
    let body = body(500);
    let request = Request::parse(body.as_bytes()).unwrap();
    let members = || {
        let marks = |at: usize| request.member_list[at].marks.iter().filter_map(|mark| mark.to_i64());
        request.member_list.iter().enumerate().map(move |(at, member)| (&*member.account, marks(at)))
    };
    let mut json = Vec::with_capacity(body.len() + 100);
    let written = measure(|| Answer::write_served(&mut json, 1, members()));
    assert!(json.ends_with(b"\"Marks\":[1000,1001]}]}"));
    assert_eq!(written.count_total, 0);
}

/// The fields, their values, the accounts: lists that grow by doubling, and not a text for each account.
#[test]
fn a_list_of_accounts_allocates_once() {
    for (accounts, most) in [(1, 4), (500, 25)] {
        let names: Vec<_> = (0..accounts).map(|at| format!("\"user_{at:027x}\"")).collect();
        let robots = format!(r#"{{"GroupId":"@TGS#a","Member_Account":[{}]}}"#, names.join(","));
        let admins = format!(r#"{{"GroupId":"@TGS#a","CommandType":1,"Admin_Account":[{}]}}"#, names.join(","));
        let answer = robots.replace(r#""GroupId":"@TGS#a""#, r#""ActionStatus":"OK","ErrorCode":0,"ErrorInfo":"""#);
        let read = [
            measure(|| drop(add_robots::Request::parse(robots.as_bytes()).unwrap())),
            measure(|| drop(add_robots::Draft::parse(&robots).unwrap())),
            measure(|| drop(modify_admin::Request::parse(admins.as_bytes()).unwrap())),
            measure(|| drop(modify_admin::Draft::parse(&admins).unwrap())),
        ];
        for (at, read) in read.iter().enumerate() {
            assert!(read.count_total <= most, "{accounts} accounts, {at}: {read:?}");
            let bytes_max = 4 * robots.len() as u64 + 400;
            assert!(read.bytes_total <= bytes_max, "{accounts} accounts, {at}: {read:?} {bytes_max}");
        }
        // An answer owns its accounts.
        let read = measure(|| drop(check_members::Answer::parse(answer.as_bytes()).unwrap()));
        assert!(read.count_total <= accounts + most + 1, "{read:?}");
    }
}
