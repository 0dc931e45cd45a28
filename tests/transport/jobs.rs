//! Whole jobs: marks set and deleted, several tries at a time, stopped and resumed.

use avmarks_client::State;

use crate::server::{Server, serve_all};
use crate::{GROUP, builder};

#[test]
fn marks_are_set_for_any_number_of_accounts_over_one_connection() {
    let server = Server::start(serve_all);
    let client = builder(server.base()).build().unwrap();
    let wanted = (0..1_200).map(|number| (format!("student{number}"), [1000]));
    let job = client.set_marks(GROUP, wanted).unwrap();
    assert_eq!(job.report().counts().of(State::Applied), 1_200);
    assert_eq!((server.requests().len(), server.connections()), (3, 1));
}
