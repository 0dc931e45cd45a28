//! Why a store did not do what it was asked for.

/// Why an operation of a [`Store`](crate::Store) failed. No variant contains a password.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum StoreError {
    /// The database cannot be reached, is full, or did not answer the commit. Whether the verb took effect is not known; it may
    /// be repeated.
    #[error("the store cannot be used now: {0}")]
    Unavailable(String),
    /// What is stored cannot be read: another program wrote it, or the file is damaged.
    #[error("what is stored cannot be read: {0}")]
    Damaged(String),
    /// The tables are of a later version of this program.
    #[error("the tables are of version {found}: expected at most {known}, the last that this program knows")]
    Newer {
        /// The version found.
        found: u64,
        /// The last version known.
        known: u64,
    },
}
