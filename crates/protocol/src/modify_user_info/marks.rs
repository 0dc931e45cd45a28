//! The marks of one entry.

use core::fmt;
use core::ops::Deref;

use serde::Serialize;

/// The marks of an entry in the order in which they were named. Up to three lie in place, without a memory allocation of
/// their own: an account is seldom given more in one call, and a call has hundreds of accounts.
///
/// ```
/// use avmarks_protocol::Integer;
/// use avmarks_protocol::modify_user_info::Marks;
///
/// let marks: Marks<Integer<'_>> = [1000, 500].into();
/// assert_eq!(marks.len(), 2);
/// assert_eq!(marks[1].to_i64(), Some(500));
/// ```
#[derive(Clone)]
pub struct Marks<T>(Kept<T>);

/// How many marks lie in place.
const FEW: usize = 3;

#[derive(Clone)]
enum Kept<T> {
    /// As many as the number says.
    Few(u8, [T; FEW]),
    /// More than [`FEW`].
    Many(Vec<T>),
}

impl<T: Copy + Default> Marks<T> {
    /// No marks.
    #[must_use]
    pub fn new() -> Self {
        Self(Kept::Few(0, [T::default(); FEW]))
    }

    /// Adds a mark at the end.
    #[inline(always)]
    pub fn push(&mut self, mark: T) {
        match &mut self.0 {
            Kept::Few(len, marks) => match marks.get_mut(usize::from(*len)) {
                Some(slot) => {
                    *slot = mark;
                    *len += 1;
                }
                None => {
                    let mut many = Vec::with_capacity(2 * FEW);
                    many.extend_from_slice(marks);
                    many.push(mark);
                    self.0 = Kept::Many(many);
                }
            },
            Kept::Many(marks) => marks.push(mark),
        }
    }
}

impl<T: Copy + Default> Default for Marks<T> {
    fn default() -> Self {
        Self::new()
    }
}

impl<T> Deref for Marks<T> {
    type Target = [T];

    fn deref(&self) -> &[T] {
        match &self.0 {
            Kept::Few(len, marks) => marks.get(..usize::from(*len)).unwrap_or_default(),
            Kept::Many(marks) => marks,
        }
    }
}

impl<T: fmt::Debug> fmt::Debug for Marks<T> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_list().entries(self.iter()).finish()
    }
}

impl<T: PartialEq> PartialEq for Marks<T> {
    fn eq(&self, other: &Self) -> bool {
        **self == **other
    }
}

impl<T: Eq> Eq for Marks<T> {}

impl<T: PartialEq, const LEN: usize> PartialEq<[T; LEN]> for Marks<T> {
    fn eq(&self, other: &[T; LEN]) -> bool {
        **self == *other
    }
}

impl<T: Copy + Default> FromIterator<T> for Marks<T> {
    fn from_iter<I: IntoIterator<Item = T>>(marks: I) -> Self {
        let mut list = Self::new();
        marks.into_iter().for_each(|mark| list.push(mark));
        list
    }
}

impl<T: Copy + Default> From<Vec<T>> for Marks<T> {
    fn from(marks: Vec<T>) -> Self {
        if marks.len() > FEW { Self(Kept::Many(marks)) } else { marks.into_iter().collect() }
    }
}

impl<T: Copy + Default, N: Into<T>, const LEN: usize> From<[N; LEN]> for Marks<T> {
    fn from(marks: [N; LEN]) -> Self {
        marks.into_iter().map(Into::into).collect()
    }
}

impl<'a, T> IntoIterator for &'a Marks<T> {
    type Item = &'a T;
    type IntoIter = core::slice::Iter<'a, T>;

    fn into_iter(self) -> Self::IntoIter {
        self.iter()
    }
}

impl<T: Serialize> Serialize for Marks<T> {
    fn serialize<S: serde::Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        self[..].serialize(serializer)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn few_and_many_marks_compare_equal() {
        for len in 0..8_i64 {
            let plain: Vec<_> = (1_000..1_000 + len).collect();
            let marks = Marks::from(plain.clone());
            assert_eq!(*marks, *plain);
            assert_eq!(plain.iter().copied().collect::<Marks<_>>(), marks);
            assert_eq!(format!("{marks:?}"), format!("{plain:?}"));
            assert_eq!(serde_json::to_vec(&marks).unwrap(), serde_json::to_vec(&plain).unwrap());
            assert_eq!(marks == Marks::new(), len == 0);
            assert_eq!(marks == [1_000, 1_001], len == 2);
            assert_ne!(marks, [1_000, 1_002]);
            assert!((&marks).into_iter().eq(&plain));
        }
        assert_eq!(*Marks::<i64>::from([1_000, 500]), [1_000, 500]);
        assert_eq!(*Marks::<i64>::from([4, 3, 2, 1]), [4, 3, 2, 1]);
    }
}
