//! How often memory is allocated: exact figures, the same each time.

use allocation_counter::measure;
use avmarks_protocol::modify_user_info::{Answer, Draft, Request};

fn body(accounts: usize) -> String {
    let member = |at: usize| {
        let marks = ["1000", "1000,1001", "500,1000,1009"][at % 3];
        format!(r#"{{"Member_Account":"user_{at:027x}","Marks":[{marks}]}}"#)
    };
    let members: Vec<_> = (0..accounts).map(member).collect();
    format!(r#"{{"GroupId":"@TGS#a","CommandType":1,"MemberList":[{}]}}"#, members.join(","))
}

#[test]
fn a_request_takes_one_allocation_for_its_list() {
    for accounts in [1, 2, 500] {
        let body = body(accounts);
        let request = measure(|| drop(Request::parse(body.as_bytes()).unwrap()));
        let draft = measure(|| drop(Draft::parse(&body).unwrap()));
        assert_eq!((request.count_total, draft.count_total), (1, 1), "{accounts} accounts");
    }
}

#[test]
fn an_answer_is_written_into_a_buffer_that_is_large_enough_without_any() {
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
