//! Who is online: the list, and the number.

use std::iter::FusedIterator;

use avmarks_client::{Answered, PageFault, Pages, Unanswered};
use avmarks_protocol::AnswerFault;
use avmarks_protocol::get_members::Listed;
use avmarks_protocol::get_online_member_num::Answer;

use crate::client::Client;

/// The pages of the list of online members: [`Client::online_members`].
///
/// It ends after the last page, and after an error.
#[derive(Debug)]
#[must_use = "no page is asked for until it is iterated over"]
pub struct OnlineMembers<'a> {
    client: &'a Client,
    pages: Pages,
}

impl<'a> OnlineMembers<'a> {
    pub(crate) const fn new(client: &'a Client, pages: Pages) -> Self {
        Self { client, pages }
    }
}

impl Iterator for OnlineMembers<'_> {
    type Item = Result<Vec<Listed>, ListFault>;

    fn next(&mut self) -> Option<Self::Item> {
        let request = self.pages.request()?;
        Some(match self.client.call(request) {
            Ok(answered) => {
                let random = answered.random;
                self.pages.on_answer(&answered).map_err(|fault| ListFault::Page { random, fault })
            }
            Err(unanswered) => {
                self.pages.stop();
                Err(unanswered.into())
            }
        })
    }
}

impl FusedIterator for OnlineMembers<'_> {}

/// Why there is no further page of the list.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum ListFault {
    /// The call was given up.
    #[error(transparent)]
    Unanswered(#[from] Unanswered),
    /// The answer is no page of the list.
    #[error("`get_members` with `random` {random}: {fault}")]
    Page {
        /// The correlation id of the call.
        random: u32,
        /// What is wrong with it.
        fault: PageFault,
    },
}

/// Why there is no number of online members.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum CountFault {
    /// The call was given up.
    #[error(transparent)]
    Unanswered(#[from] Unanswered),
    /// A field of the answer is not as the documents have it.
    #[error("`get_online_member_num` with `random` {random}: {fault}")]
    Unreadable {
        /// The correlation id of the call.
        random: u32,
        /// What is wrong with it.
        fault: AnswerFault,
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
pub(crate) fn count(answered: &Answered) -> Result<u64, CountFault> {
    let random = answered.random;
    let answer = Answer::parse(&answered.body).map_err(|fault| CountFault::Unreadable { random, fault })?;
    let found = answer.online_member_num.ok_or(CountFault::NoNumber { random })?;
    u64::try_from(found).map_err(|_| CountFault::Negative { random, found })
}
