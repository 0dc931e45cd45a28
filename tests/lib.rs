//! The suites of this member are its test targets; there is no library code.
