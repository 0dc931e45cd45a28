//! The want of an account.

use std::collections::BTreeSet;
use std::sync::Arc;

use avmarks_spec::{Clause, Mark};

/// The marks that an account of a group should have, and whether it is a robot. Cheap to clone.
///
/// ```
/// use avmarks_keeper::Want;
/// use avmarks_spec::Mark;
///
/// let mark = Mark::new(1_000).unwrap();
/// assert_eq!(Want::marks([mark, mark]).unwrap().list(), [mark]);
/// assert_eq!(Want::robot([mark]).list(), [Mark::PINNED, mark]);
/// assert!(Want::marks([]).is_err());
/// ```
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Want {
    /// In ascending order, each once.
    marks: Arc<[Mark]>,
    is_robot: bool,
}

impl Want {
    /// An account that has these marks while it is online.
    ///
    /// # Errors
    ///
    /// [`WantError::NoMarks`] if `marks` is empty.
    pub fn marks(marks: impl IntoIterator<Item = Mark>) -> Result<Self, WantError> {
        let marks: BTreeSet<Mark> = marks.into_iter().collect();
        if marks.is_empty() {
            return Err(WantError::NoMarks);
        }
        Ok(Self { marks: marks.into_iter().collect(), is_robot: false })
    }

    /// A robot with these marks: an account that is kept in the online list without joining. Mark 500 is always one of its marks.
    /// Source: 1047/60527.
    #[must_use]
    pub fn robot(marks: impl IntoIterator<Item = Mark>) -> Self {
        let marks: BTreeSet<Mark> = marks.into_iter().chain([Mark::PINNED]).collect();
        Self { marks: marks.into_iter().collect(), is_robot: true }
    }

    /// The marks in ascending order, each once.
    #[must_use]
    pub fn list(&self) -> &[Mark] {
        &self.marks
    }

    /// Whether it is a robot.
    #[must_use]
    pub const fn is_robot(&self) -> bool {
        self.is_robot
    }

    /// Whether mark 500 is wanted.
    pub(crate) fn is_pinned(&self) -> bool {
        self.marks.contains(&Mark::PINNED)
    }

    /// The marks that only an online account can take: all but 500.
    pub(crate) fn ordinary(&self) -> impl Iterator<Item = Mark> {
        self.marks.iter().copied().filter(|mark| *mark != Mark::PINNED)
    }
}

/// Why a want is refused. Nothing was changed.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum WantError {
    /// The list of marks is empty, and it is not a robot.
    #[error("no marks: expected at least one mark, or a robot")]
    NoMarks,
    /// The group would have more different custom marks than it may (`MARKS-PER-GROUP`).
    #[error(
        "mark `{mark}` is one too many: expected at most {max} different custom marks in a group (MARKS-PER-GROUP)"
    )]
    MarksPerGroup {
        /// The mark that is one too many.
        mark: Mark,
        /// The most there may be.
        max: usize,
    },
    /// More accounts would have the mark than may (`MEMBERS-PER-MARK`).
    #[error("mark `{mark}` is wanted for {max} accounts already: expected at most {max} (MEMBERS-PER-MARK)")]
    MembersPerMark {
        /// The mark.
        mark: Mark,
        /// The most accounts that may have it.
        max: usize,
    },
}

impl WantError {
    /// The clause that the want would break.
    #[must_use]
    pub const fn clause(&self) -> Clause {
        match self {
            Self::NoMarks => Clause::Required,
            Self::MarksPerGroup { .. } => Clause::MarksPerGroup,
            Self::MembersPerMark { .. } => Clause::MembersPerMark,
        }
    }
}

/// Lists of marks, each once: most accounts share theirs.
#[derive(Debug, Default)]
pub(crate) struct Lists {
    lists: BTreeSet<Arc<[Mark]>>,
    /// The number of lists from which unused ones are searched for.
    prune_at: usize,
}

impl Lists {
    /// The same want, with its list shared.
    pub(crate) fn shared(&mut self, want: Want) -> Want {
        if let Some(known) = self.lists.get(&want.marks) {
            return Want { marks: Arc::clone(known), ..want };
        }
        if self.lists.len() >= self.prune_at {
            self.lists.retain(|list| Arc::strong_count(list) > 1);
            self.prune_at = (self.lists.len() * 2).max(64);
        }
        self.lists.insert(Arc::clone(&want.marks));
        want
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn mark(number: i64) -> Mark {
        Mark::new(number).unwrap()
    }

    #[test]
    fn equal_lists_are_kept_once() {
        let mut lists = Lists::default();
        let one = lists.shared(Want::marks([mark(1_000), mark(1_001)]).unwrap());
        let other = lists.shared(Want::marks([mark(1_001), mark(1_000)]).unwrap());
        assert!(Arc::ptr_eq(&one.marks, &other.marks));
        for number in 2_000..3_000 {
            drop(lists.shared(Want::marks([mark(number)]).unwrap()));
        }
        assert!(lists.lists.len() < 200, "{}", lists.lists.len());
        assert!(Arc::ptr_eq(&one.marks, &lists.shared(other.clone()).marks));
    }

    #[test]
    fn refusals_name_their_clauses() {
        let errors = [
            WantError::NoMarks,
            WantError::MarksPerGroup { mark: mark(1_010), max: 10 },
            WantError::MembersPerMark { mark: mark(1_000), max: 1_000 },
        ];
        let clauses = errors.map(|error| error.clause().to_string());
        assert_eq!(clauses, ["REQUIRED", "MARKS-PER-GROUP", "MEMBERS-PER-MARK"]);
    }
}
