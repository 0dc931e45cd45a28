//! Who is online: the list, and the number.

use std::iter::FusedIterator;

use avmarks_client::{Answered, CallRequest, PageError, Pages, PlanError, PlanFaults, Unanswered};
use avmarks_protocol::AnswerError;
use avmarks_protocol::get_members::Listed;
use avmarks_protocol::get_online_member_num::Answer;
use avmarks_spec::{GroupId, Mark};

use crate::client::Client;

impl Client {
    /// The online members of a group, page by page: 500 in a page, 1,000 in all at most (`LIST-MAX`); with a mark, only those
    /// that hold it.
    ///
    /// Each page is one call, made when it is asked for, and tried again as the calls of a job are.
    pub fn online_members(&self, group: impl AsRef<str>, mark: Option<Mark>) -> OnlineMembers<'_> {
        let pages = group_id(group.as_ref()).map(|group| Pages::new(group, mark)).map_err(Some);
        OnlineMembers { client: self, pages }
    }

    /// How many members of a group are online.
    ///
    /// # Errors
    ///
    /// [`CountError`] where the group is none, the call was given up, or its answer tells no number.
    pub fn online_count(&self, group: impl AsRef<str>) -> Result<u64, CountError> {
        count(&self.call(CallRequest::online_count(&group_id(group.as_ref())?))?)
    }
}

/// The group of this text.
pub(crate) fn group_id(text: &str) -> Result<GroupId, PlanFaults> {
    GroupId::parse(text).map_err(|fault| PlanError::Group { found: text.to_owned(), fault }.into())
}

/// The pages of the list of online members: [`Client::online_members`].
///
/// It ends after the last page, and after an error.
#[derive(Debug)]
#[must_use = "no page is asked for until it is iterated over"]
pub struct OnlineMembers<'a> {
    client: &'a Client,
    /// Or what is wrong with the group, until that was told.
    pages: Result<Pages, Option<PlanFaults>>,
}

impl Iterator for OnlineMembers<'_> {
    type Item = Result<Vec<Listed>, ListError>;

    fn next(&mut self) -> Option<Self::Item> {
        let pages = match &mut self.pages {
            Ok(pages) => pages,
            Err(faults) => return faults.take().map(|faults| Err(faults.into())),
        };
        Some(match self.client.call(pages.request()?) {
            Ok(answered) => {
                let random = answered.random;
                pages.on_answer(&answered).map_err(|fault| ListError::Page { random, fault })
            }
            Err(unanswered) => {
                pages.stop();
                Err(unanswered.into())
            }
        })
    }
}

impl FusedIterator for OnlineMembers<'_> {}

/// Why there is no further page of the list.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum ListError {
    /// The group is none. Nothing was sent.
    #[error(transparent)]
    Input(#[from] PlanFaults),
    /// The call was given up.
    #[error(transparent)]
    Unanswered(#[from] Unanswered),
    /// The answer is no page of the list.
    #[error("`get_members` with `random` {random}: {fault}")]
    Page {
        /// The correlation id of the call.
        random: u32,
        /// What is wrong with it.
        fault: PageError,
    },
}

/// Why there is no number of online members.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum CountError {
    /// The group is none. Nothing was sent.
    #[error(transparent)]
    Input(#[from] PlanFaults),
    /// The call was given up.
    #[error(transparent)]
    Unanswered(#[from] Unanswered),
    /// A field of the answer is not as the documents have it.
    #[error("`get_online_member_num` with `random` {random}: {fault}")]
    Unreadable {
        /// The correlation id of the call.
        random: u32,
        /// What is wrong with it.
        fault: AnswerError,
    },
    /// The answer has no `OnlineMemberNum`.
    #[error("`get_online_member_num` with `random` {random}: the answer has no `OnlineMemberNum`")]
    NoNumber {
        /// The correlation id of the call.
        random: u32,
    },
    /// The number is below 0.
    #[error("`get_online_member_num` with `random` {random}: `OnlineMemberNum` is `{found}`, and should be 0 or more")]
    Negative {
        /// The correlation id of the call.
        random: u32,
        /// The number.
        found: i64,
    },
}

/// The number that an answer tells.
fn count(answered: &Answered) -> Result<u64, CountError> {
    let random = answered.random;
    let answer = Answer::parse(&answered.body).map_err(|fault| CountError::Unreadable { random, fault })?;
    let found = answer.online_member_num.ok_or(CountError::NoNumber { random })?;
    u64::try_from(found).map_err(|_| CountError::Negative { random, found })
}
