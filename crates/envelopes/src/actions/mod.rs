//! What people may do: one public function each, one transaction each.

pub mod clock;
pub mod committee;
pub mod content;
pub mod desk;
pub mod envelope;
pub mod round;
pub mod share;

use crate::rules::committee::Seat;
use platform::policy::Resource;
use platform::{Fault, Outcome};

/// Hashes in one public entry: a leaf has less than 64 KiB.
const LISTED_MAX: usize = 500;

/// A seat as policies see it.
pub fn seat_resource(committee: &str, seat: &Seat) -> Resource {
    Resource::new("CommitteeSeat", format!("{committee}/{}", seat.number))
        .with("kind", seat.kind.code())
        .with_some("city", seat.city.map(|city| city.to_string()))
}

/// Work on the processor, beside the threads that answer requests.
async fn computed<T: Send + 'static>(work: impl FnOnce() -> T + Send + 'static) -> Outcome<T> {
    tokio::task::spawn_blocking(work).await.map_err(|error| Fault::Internal(format!("sealing: {error}")))
}
