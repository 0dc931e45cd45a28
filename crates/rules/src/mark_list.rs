//! The marks of one account in a call.

use alloc::vec::Vec;
use core::fmt;
use core::ops::Deref;

use avmarks_spec::Mark;

/// Marks in the order in which they were named. Up to three lie in place, without a memory allocation of their own: an
/// account is seldom given more in one call, and a call has hundreds of accounts.
///
/// ```
/// use avmarks_rules::MarkList;
/// use avmarks_spec::Mark;
///
/// let marks: MarkList = [1_000, 500].into_iter().filter_map(|number| Mark::new(number).ok()).collect();
/// assert_eq!(marks.len(), 2);
/// assert_eq!(marks.last(), Some(&Mark::PINNED));
/// ```
#[derive(Clone)]
pub struct MarkList(Kept);

/// How many marks lie in place.
const FEW: usize = 3;

#[derive(Clone)]
enum Kept {
    Few(u8, [Mark; FEW]),
    Many(Vec<Mark>),
}

const _: () = assert!(size_of::<MarkList>() == size_of::<Vec<Mark>>());

impl MarkList {
    /// No marks.
    #[must_use]
    pub const fn new() -> Self {
        Self(Kept::Few(0, [Mark::PINNED; FEW]))
    }

    /// Adds a mark at the end.
    pub fn push(&mut self, mark: Mark) {
        match &mut self.0 {
            Kept::Few(len, marks) => match marks.get_mut(usize::from(*len)) {
                Some(place) => {
                    *place = mark;
                    *len += 1;
                }
                None => {
                    let mut many = marks.to_vec();
                    many.push(mark);
                    self.0 = Kept::Many(many);
                }
            },
            Kept::Many(marks) => marks.push(mark),
        }
    }
}

impl Default for MarkList {
    fn default() -> Self {
        Self::new()
    }
}

impl Deref for MarkList {
    type Target = [Mark];

    fn deref(&self) -> &[Mark] {
        match &self.0 {
            Kept::Few(len, marks) => marks.get(..usize::from(*len)).unwrap_or_default(),
            Kept::Many(marks) => marks,
        }
    }
}

impl fmt::Debug for MarkList {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_list().entries(self.iter()).finish()
    }
}

impl PartialEq for MarkList {
    fn eq(&self, other: &Self) -> bool {
        **self == **other
    }
}

impl Eq for MarkList {}

impl From<Vec<Mark>> for MarkList {
    fn from(marks: Vec<Mark>) -> Self {
        if marks.len() > FEW { Self(Kept::Many(marks)) } else { marks.into_iter().collect() }
    }
}

impl Extend<Mark> for MarkList {
    fn extend<I: IntoIterator<Item = Mark>>(&mut self, marks: I) {
        marks.into_iter().for_each(|mark| self.push(mark));
    }
}

impl FromIterator<Mark> for MarkList {
    fn from_iter<I: IntoIterator<Item = Mark>>(marks: I) -> Self {
        let mut list = Self::new();
        list.extend(marks);
        list
    }
}

impl<'a> IntoIterator for &'a MarkList {
    type Item = &'a Mark;
    type IntoIter = core::slice::Iter<'a, Mark>;

    fn into_iter(self) -> Self::IntoIter {
        self.iter()
    }
}

#[cfg(test)]
mod tests {
    extern crate std;
    use super::*;
    use std::format;

    #[test]
    fn a_list_is_the_same_whether_its_marks_lie_in_place_or_not() {
        for len in 0..8 {
            let marks: Vec<_> = (0..len).map(|number| Mark::new(1_000 + number).unwrap()).collect();
            let mut pushed = MarkList::new();
            marks.iter().for_each(|mark| pushed.push(*mark));
            assert_eq!(*pushed, *marks);
            assert_eq!(MarkList::from(marks.clone()), pushed);
            assert_eq!(format!("{pushed:?}"), format!("{marks:?}"));
            assert!((&pushed).into_iter().eq(&marks));
            assert_eq!(pushed == MarkList::new(), len == 0);
        }
    }
}
