//! The list of online members, page by page.

use std::collections::BTreeSet;

use avmarks_protocol::get_members::{Answer, Listed, Request};
use avmarks_protocol::{AnswerError, Endpoint};
use avmarks_spec::{GroupId, Mark};

use crate::{Answered, CallRequest};

/// Asks for one page after the other, until the service says that there are no more.
///
/// The service shows the latest joined first, 1,000 at most (`LIST-MAX`); who joins meanwhile may be missing. An answer with code
/// 0 and without `MemberList` stands for nobody; where it has no `NextTimestamp` either, for the last page.
///
/// ```
/// use avmarks_client::Pages;
/// use avmarks_spec::{GroupId, Mark};
///
/// let mut pages = Pages::new(GroupId::parse("@TGS#a6I4ZUUGO").unwrap(), Some(Mark::CUSTOM_MIN));
/// let request = pages.request().unwrap();
/// assert_eq!(request.body, br#"{"GroupId":"@TGS#a6I4ZUUGO","Timestamp":0,"Mark":1000}"#);
/// ```
#[derive(Clone, Debug)]
pub struct Pages {
    group: GroupId,
    mark: Option<Mark>,
    /// The cursor of the next page; none where there is none.
    next: Option<i64>,
    /// The cursors of the pages asked for.
    asked: BTreeSet<i64>,
}

impl Pages {
    /// The online members of a group; only those that hold `mark`, where one is given.
    #[must_use]
    pub const fn new(group: GroupId, mark: Option<Mark>) -> Self {
        Self { group, mark, next: Some(0), asked: BTreeSet::new() }
    }

    /// The request for the next page; none after the last one, and none after a fault.
    #[must_use]
    pub fn request(&self) -> Option<CallRequest> {
        let cursor = self.next?;
        let mark = self.mark.map(|mark| i64::from(mark.number()).into());
        let request = Request { group_id: self.group.as_str().into(), timestamp: cursor.into(), mark };
        Some(CallRequest { path: Endpoint::GetMembers.path().to_owned(), body: request.to_json(), repeatable: true })
    }

    /// Takes in the answer to [`Pages::request`], and gives the members of its page.
    ///
    /// # Errors
    ///
    /// [`PageError`] where the answer is not what the page of the call says. There are no more pages then.
    pub fn on_answer(&mut self, answered: &Answered) -> Result<Vec<Listed>, PageError> {
        let asked = self.next.take();
        self.asked.extend(asked);
        let answer = Answer::parse(&answered.body)?;
        let (members, cursor) = match (answer.member_list, answer.next_timestamp) {
            (Some(_), None) => return Err(PageError::NoCursor),
            (members, cursor) => (members.unwrap_or_default(), cursor.unwrap_or_default()),
        };
        if cursor != 0 && self.asked.contains(&cursor) {
            return Err(PageError::CursorAgain { cursor });
        }
        self.next = Some(cursor).filter(|cursor| *cursor != 0);
        Ok(members)
    }

    /// Asks for no more pages.
    pub fn stop(&mut self) {
        self.next = None;
    }
}

/// Why an answer with code 0 is no page of the list.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum PageError {
    /// A field is not as the documents have it.
    #[error(transparent)]
    Unreadable(#[from] AnswerError),
    /// It has members and no `NextTimestamp`.
    #[error("the answer has no `NextTimestamp`, so that it cannot be told whether there are more pages")]
    NoCursor,
    /// It leads back to a page that was shown before.
    #[error("`NextTimestamp` is `{cursor}`, which was asked for before: the list would never end")]
    CursorAgain {
        /// The cursor.
        cursor: i64,
    },
}

#[cfg(test)]
mod tests {
    use avmarks_protocol::Envelope;

    use super::*;

    fn pages() -> Pages {
        Pages::new(GroupId::parse("g").unwrap(), None)
    }

    fn answered(body: Vec<u8>) -> Answered {
        Answered { envelope: Envelope::ok(), body, random: 7, quirks: Vec::new() }
    }

    fn page(account: &str, next: i64) -> Answered {
        answered(Answer::page(vec![Listed::new(1, account)], next).to_json())
    }

    #[test]
    fn the_cursor_is_handed_on_until_it_is_0() {
        let mut pages = pages();
        for (cursor, next) in [(0, 5), (5, -3), (-3, i64::MAX), (i64::MAX, 0)] {
            let body = pages.request().unwrap().body;
            let request = Request::parse(&body).unwrap();
            assert_eq!((request.timestamp.to_i64(), request.mark), (Some(cursor), None));
            assert_eq!(pages.on_answer(&page("a", next)).unwrap()[0].account, "a");
        }
        assert_eq!(pages.request(), None);
    }

    #[test]
    fn a_list_that_is_stopped_asks_for_nothing_more() {
        let mut pages = pages();
        pages.on_answer(&page("a", 5)).unwrap();
        assert!(pages.request().is_some());
        pages.stop();
        assert_eq!(pages.request(), None);
    }

    #[test]
    fn a_cursor_that_was_asked_for_ends_the_list() {
        for (way, again) in [(vec![5], 5), (vec![5, 6, 7], 6)] {
            let mut pages = pages();
            for next in way {
                pages.on_answer(&page("a", next)).unwrap();
            }
            assert_eq!(pages.on_answer(&page("a", again)), Err(PageError::CursorAgain { cursor: again }));
            assert_eq!(pages.request(), None);
        }
    }

    #[test]
    fn an_answer_that_is_no_page_ends_the_list() {
        let with = |rest: &str| answered(format!(r#"{{"ActionStatus":"OK","ErrorCode":0{rest}}}"#).into_bytes());
        for (rest, text) in [
            (
                r#","MemberList":[]"#,
                "the answer has no `NextTimestamp`, so that it cannot be told whether there are more pages",
            ),
            (r#","MemberList":{},"NextTimestamp":0"#, "`MemberList` must be an array, and is an object: `{}`"),
        ] {
            let mut pages = pages();
            assert_eq!(pages.on_answer(&with(rest)).unwrap_err().to_string(), text);
            assert_eq!(pages.request(), None);
        }
        let mut pages = pages();
        assert_eq!(pages.on_answer(&with(r#","MemberList":[],"NextTimestamp":0"#)), Ok(vec![]));
    }

    #[test]
    fn a_page_without_a_list_is_empty_and_leads_on_where_it_has_a_cursor() {
        for (rest, is_last) in [
            ("", true),
            (r#","MemberList":null,"NextTimestamp":null"#, true),
            (r#","NextTimestamp":0,"RequestId":7"#, true),
            (r#","MemberList":null,"NextTimestamp":9,"More":{}"#, false),
        ] {
            let body = format!(r#"{{"ActionStatus":"OK","ErrorCode":0{rest}}}"#);
            let mut pages = pages();
            assert_eq!(pages.on_answer(&answered(body.into_bytes())), Ok(vec![]), "{rest}");
            assert_eq!(pages.request().is_none(), is_last, "{rest}");
        }
    }

    #[test]
    fn fields_that_no_page_names_do_not_end_the_list() {
        let member = r#"{"JoinTime":1,"Member_Account":"a","Marks":[1000],"Remark":"r","ExpireTime":5,"New":{}}"#;
        let body = format!(
            r#"{{"ActionStatus":"OK","ErrorCode":0,"RequestId":"r","MemberList":[{member}],"NextTimestamp":0,"New":[]}}"#
        );
        let page = pages().on_answer(&answered(body.into_bytes())).unwrap();
        assert_eq!((&*page[0].account, page[0].marks.as_deref()), ("a", Some(&[1000][..])));
    }
}
