//! The list of online members, page by page.

use std::collections::BTreeSet;

use avmarks_protocol::Endpoint;
use avmarks_protocol::get_members::{Answer, Listed, Request};
use avmarks_spec::{GroupId, Mark};

use crate::plan::group_id;
use crate::{CallAnswer, CallRequest, ContentError, PlanError, PlanErrors};

/// Requests one page after the other, until the last one.
///
/// The service lists the latest joined first, 1,000 at most (`LIST-MAX`); members that join meanwhile may be missing. An answer with
/// code 0 and without `MemberList` is an empty page; without `NextTimestamp` as well, it is the last one.
///
/// ```
/// use avmarks_client::Pages;
///
/// let mut pages = Pages::with_mark("@TGS#a6I4ZUUGO", 1000).unwrap();
/// let request = pages.request().unwrap();
/// assert_eq!(request.body, br#"{"GroupId":"@TGS#a6I4ZUUGO","Timestamp":0,"Mark":1000}"#);
/// ```
#[derive(Clone, Debug)]
pub struct Pages {
    group: GroupId,
    mark: Option<Mark>,
    /// The cursor of the next page; none if there is none.
    next: Option<i64>,
    /// The cursors of the pages asked for.
    asked: BTreeSet<i64>,
}

impl Pages {
    /// All online members of a group.
    ///
    /// # Errors
    ///
    /// [`PlanErrors`] if the text is not a group.
    pub fn new(group: impl AsRef<str>) -> Result<Self, PlanErrors> {
        Ok(Self { group: group_id(group.as_ref())?, mark: None, next: Some(0), asked: BTreeSet::new() })
    }

    /// The online members of a group that have this mark.
    ///
    /// # Errors
    ///
    /// [`PlanErrors`] if the text is not a group, or the number not a mark.
    pub fn with_mark(group: impl AsRef<str>, mark: impl Into<i64>) -> Result<Self, PlanErrors> {
        let mark = Mark::new(mark.into()).map_err(|error| PlanError::Mark { input: 0, mark: 0, error })?;
        Ok(Self { mark: Some(mark), ..Self::new(group)? })
    }

    /// The request for the next page. None after the last one, and none after an error.
    #[must_use]
    pub fn request(&self) -> Option<CallRequest> {
        let cursor = self.next?;
        let mark = self.mark.map(|mark| i64::from(mark.number()).into());
        let request = Request { group_id: self.group.as_str().into(), timestamp: cursor.into(), mark };
        Some(CallRequest { path: Endpoint::GetMembers.path().to_owned(), body: request.to_json(), repeatable: true })
    }

    /// Takes the answer to [`Pages::request`], and returns the members of its page.
    ///
    /// # Errors
    ///
    /// [`ContentError`] if the answer is not a page as the documents have it. There are no more pages then.
    pub fn on_answer(&mut self, answered: &CallAnswer) -> Result<Vec<Listed>, ContentError> {
        let asked = self.next.take();
        self.asked.extend(asked);
        let answer = Answer::parse(&answered.body)?;
        let (members, cursor) = match (answer.member_list, answer.next_timestamp) {
            (Some(_), None) => return Err(ContentError::NoCursor),
            (members, cursor) => (members.unwrap_or_default(), cursor.unwrap_or_default()),
        };
        if cursor != 0 && self.asked.contains(&cursor) {
            return Err(ContentError::RepeatedCursor { cursor });
        }
        self.next = Some(cursor).filter(|cursor| *cursor != 0);
        Ok(members)
    }

    /// Asks for no more pages.
    pub fn stop(&mut self) {
        self.next = None;
    }
}

#[cfg(test)]
mod tests {
    use avmarks_protocol::Envelope;

    use super::*;

    fn pages() -> Pages {
        Pages::new("g").unwrap()
    }

    fn answered(body: Vec<u8>) -> CallAnswer {
        CallAnswer { envelope: Envelope::ok(), body, random: 7, anomalies: Vec::new() }
    }

    fn page(account: &str, next: i64) -> CallAnswer {
        answered(Answer::page(vec![Listed::new(1, account)], next).to_json())
    }

    #[test]
    fn paging_ends_at_cursor_0() {
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
    fn a_number_that_is_no_mark_is_refused() {
        let error = avmarks_spec::Mark::new(-1).unwrap_err();
        let expected = PlanErrors::from(PlanError::Mark { input: 0, mark: 0, error });
        assert_eq!(Pages::with_mark("g", -1).unwrap_err(), expected);
    }

    #[test]
    fn each_page_is_asked_with_its_mark() {
        let mut pages = Pages::with_mark("g", 1_000).unwrap();
        for next in [5, 0] {
            let body = pages.request().unwrap().body;
            assert_eq!(Request::parse(&body).unwrap().mark.and_then(|mark| mark.to_i64()), Some(1_000));
            pages.on_answer(&page("a", next)).unwrap();
        }
    }

    #[test]
    fn a_stopped_list_sends_nothing() {
        let mut pages = pages();
        pages.on_answer(&page("a", 5)).unwrap();
        assert!(pages.request().is_some());
        pages.stop();
        assert_eq!(pages.request(), None);
    }

    #[test]
    fn a_repeated_cursor_ends_the_list() {
        for (way, again) in [(vec![5], 5), (vec![5, 6, 7], 6)] {
            let mut pages = pages();
            for next in way {
                pages.on_answer(&page("a", next)).unwrap();
            }
            assert_eq!(pages.on_answer(&page("a", again)), Err(ContentError::RepeatedCursor { cursor: again }));
            assert_eq!(pages.request(), None);
        }
    }

    #[test]
    fn an_invalid_page_ends_the_list() {
        let with = |rest: &str| answered(format!(r#"{{"ActionStatus":"OK","ErrorCode":0{rest}}}"#).into_bytes());
        for (rest, text) in [
            (r#","MemberList":[]"#, "the answer has no `NextTimestamp`, so it is unknown whether there are more pages"),
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
    fn a_page_without_a_list_is_empty() {
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
    fn unknown_fields_do_not_end_the_list() {
        let member = r#"{"JoinTime":1,"Member_Account":"a","Marks":[1000],"Remark":"r","ExpireTime":5,"New":{}}"#;
        let body = format!(
            r#"{{"ActionStatus":"OK","ErrorCode":0,"RequestId":"r","MemberList":[{member}],"NextTimestamp":0,"New":[]}}"#
        );
        let page = pages().on_answer(&answered(body.into_bytes())).unwrap();
        assert_eq!((&*page[0].account, page[0].marks.as_deref()), ("a", Some(&[1000][..])));
    }
}
