//! Words and numbers that every part of Yilang shares: places, organisation
//! codes, money, time, refusals and limits.
//!
//! Nothing here does I/O, reads a clock or draws a random number; whatever
//! depends on those takes them as arguments.

mod adcode;
mod by;
mod calendar;
mod codes;
mod fen;
mod id;
pub mod input;
pub mod limits;
mod locale;
mod qualifier;
mod refusal;
mod time;
mod uscc;

pub use adcode::{Adcode, AdcodeError};
pub use by::{By, DEMO_PREFIX, named_as_example};
pub use calendar::{DayKind, Due, WorkCalendar};
pub use fen::{Fen, FenError};
pub use id::Id;
pub use locale::{Locale, Text};
pub use qualifier::Qualifier;
pub use refusal::{Refusal, RefusalKind};
pub use time::{Date, DateError, Instant};
pub use uscc::{Uscc, UsccError, UsccWarning};
