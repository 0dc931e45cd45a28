//! What the rules decide: cases that a person can read, and properties over any run of operations.

mod cases;
mod large_rooms;
mod properties;
mod room;
