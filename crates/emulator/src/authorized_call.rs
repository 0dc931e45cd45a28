//! What the journal and the calls about groups need of a request.

/// A call whose caller was checked.
pub(crate) struct AuthorizedCall<'a> {
    pub(crate) identifier: &'a str,
    pub(crate) path: &'a str,
    pub(crate) body: &'a [u8],
}
