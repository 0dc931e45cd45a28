//! What the rules decide: cases that a person can read, and properties over any run of operations.

mod cases;
mod crowd;
mod properties;
mod room;
