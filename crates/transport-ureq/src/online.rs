//! Who is online: the list, and the number.

use std::iter::FusedIterator;

use avmarks_client::{CallAnswer, CallRequest, ContentError, Pages, PlanErrors};
use avmarks_protocol::Endpoint;
use avmarks_protocol::get_members::Listed;
use avmarks_protocol::get_online_member_num::Answer;

use crate::client::Client;
use crate::members::CallError;

impl Client {
    /// The online members of a group, page by page: 500 in a page, 1,000 in all at most (`LIST-MAX`).
    ///
    /// Each page is one call, made when it is asked for, and sent again as the calls of a job are.
    pub fn online_members(&self, group: impl AsRef<str>) -> OnlineMembers<'_> {
        OnlineMembers { client: self, pages: Pages::new(group).map_err(Some) }
    }

    /// The online members of a group that have this mark, like [`Client::online_members`].
    ///
    /// ```no_run
    /// # fn example(client: &avmarks_transport_ureq::Client) -> Result<(), Box<dyn std::error::Error>> {
    /// for page in client.online_members_with_mark("@TGS#a6I4ZUUGO", 1000) {
    ///     page?.iter().for_each(|member| println!("{}", member.account));
    /// }
    /// # Ok(())
    /// # }
    /// ```
    pub fn online_members_with_mark(&self, group: impl AsRef<str>, mark: impl Into<i64>) -> OnlineMembers<'_> {
        OnlineMembers { client: self, pages: Pages::with_mark(group, mark).map_err(Some) }
    }

    /// How many members of a group are online.
    ///
    /// # Errors
    ///
    /// [`CallError`] if the group is invalid, the call was given up, or its answer has no number.
    pub fn online_count(&self, group: impl AsRef<str>) -> Result<u64, CallError> {
        let answer = self.call(CallRequest::online_count(group)?)?;
        let (endpoint, random) = (Endpoint::GetOnlineMemberNum, answer.random);
        count(&answer).map_err(|error| CallError::Content { endpoint, random, error })
    }
}

/// The pages of the list of online members: [`Client::online_members`].
///
/// It ends after the last page, and after an error.
#[derive(Debug)]
#[must_use = "no page is asked for until it is iterated over"]
pub struct OnlineMembers<'a> {
    client: &'a Client,
    /// Or the errors in the group or the mark, until they are returned.
    pages: Result<Pages, Option<PlanErrors>>,
}

impl Iterator for OnlineMembers<'_> {
    type Item = Result<Vec<Listed>, CallError>;

    fn next(&mut self) -> Option<Self::Item> {
        let pages = match &mut self.pages {
            Ok(pages) => pages,
            Err(errors) => return errors.take().map(|errors| Err(errors.into())),
        };
        Some(match self.client.call(pages.request()?) {
            Ok(answer) => {
                let (endpoint, random) = (Endpoint::GetMembers, answer.random);
                pages.on_answer(&answer).map_err(|error| CallError::Content { endpoint, random, error })
            }
            Err(error) => {
                pages.stop();
                Err(error.into())
            }
        })
    }
}

impl FusedIterator for OnlineMembers<'_> {}

/// The number in an answer.
fn count(answer: &CallAnswer) -> Result<u64, ContentError> {
    let found = Answer::parse(&answer.body)?.online_member_num.ok_or(ContentError::NoCount)?;
    u64::try_from(found).map_err(|_| ContentError::NegativeCount { found })
}
