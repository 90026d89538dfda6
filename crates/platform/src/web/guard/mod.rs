//! What stands before every handler: limits, CSRF check, security headers, request numbers, panics caught.
//!
//! [`guarded`] puts all of it around a router in the right order.

pub mod csrf;
pub mod headers;
pub mod limiter;
mod stack;

pub use headers::RequestId;
pub use limiter::{Limiter, Rate};
pub use stack::{NowMs, address_key, body_bytes_max, caller_address, guarded};

/// Longest time a handler may take, in seconds; event streams are exempt because they answer at once.
pub const REQUEST_TIMEOUT_S: u64 = 30;
/// Longest path in bytes.
pub const PATH_BYTES_MAX: usize = 2 * 1024;
/// Callers a limiter remembers; beyond it those idle longest are forgotten.
pub const LIMITER_CALLERS_MAX: usize = 65_536;
/// Any request of one address: steady per second and in a burst.
pub const RATE_ALL: Rate = Rate { per_second: 100.0, burst: 400.0 };
/// Writing requests of one caller.
pub const RATE_WRITE: Rate = Rate { per_second: 10.0, burst: 60.0 };
/// Matching previews of one caller.
pub const RATE_MATCH: Rate = Rate { per_second: 2.0, burst: 20.0 };
/// Sign-in attempts of one address and of one account.
pub const RATE_SIGN_IN: Rate = Rate { per_second: 0.1, burst: 8.0 };
