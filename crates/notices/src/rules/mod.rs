//! What is told to whom, when a mail is due, and the limits of what people may keep here. No I/O.

pub mod keeping;
pub mod message;
pub mod timing;
