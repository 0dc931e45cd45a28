//! The marks of one account.

use alloc::vec::Vec;
use core::ops::Deref;

use avmarks_spec::Mark;
use smallvec::SmallVec;

/// The marks of an account, in the order in which a call names them or a list shows them. Up to three marks are stored without an
/// allocation; few accounts have more.
///
/// ```
/// use avmarks_rules::MarkList;
/// use avmarks_spec::Mark;
///
/// let marks: MarkList = [1_000, 500].into_iter().filter_map(|number| Mark::new(number).ok()).collect();
/// assert_eq!(marks.len(), 2);
/// assert_eq!(marks.last(), Some(&Mark::PINNED));
/// ```
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct MarkList(SmallVec<[Mark; 3]>);

// The three marks fit into the memory of an empty `Vec`.
#[cfg(target_pointer_width = "64")]
const _: () = assert!(size_of::<MarkList>() <= 3 * size_of::<u64>());

impl MarkList {
    /// An empty list.
    #[must_use]
    pub fn new() -> Self {
        Self::default()
    }

    /// Appends a mark.
    pub fn push(&mut self, mark: Mark) {
        self.0.push(mark);
    }

    /// Sorts the marks in ascending order.
    pub(crate) fn sort(&mut self) {
        self.0.sort_unstable();
    }

    /// Appends the marks of another list.
    pub fn extend(&mut self, marks: &[Mark]) {
        self.0.extend_from_slice(marks);
    }
}

impl Deref for MarkList {
    type Target = [Mark];

    fn deref(&self) -> &[Mark] {
        &self.0
    }
}

impl FromIterator<Mark> for MarkList {
    fn from_iter<I: IntoIterator<Item = Mark>>(marks: I) -> Self {
        Self(marks.into_iter().collect())
    }
}

impl From<Vec<Mark>> for MarkList {
    fn from(marks: Vec<Mark>) -> Self {
        Self(marks.into())
    }
}
