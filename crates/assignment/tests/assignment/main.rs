//! Assignments against whatever can be assigned at all, counted out one by one; and against tables that others have solved.

mod brute;
mod fair;
mod lots;
mod problems;
mod random;
mod reasons;
mod reference;
mod sums;
mod tables;
