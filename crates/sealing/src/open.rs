//! Opening: any `t` shares of different seats give the key of one envelope, and of that one only.

use crate::SealingError;
use crate::ceremony::Committee;
use crate::envelope::Envelope;
use crate::group::sum_public;
use crate::payload::{self, Bundle};
use crate::share::Share;
use curve25519_dalek::Scalar;
use std::num::NonZeroUsize;
use std::sync::atomic::{AtomicUsize, Ordering};

/// Why an envelope cannot be opened, whoever tries. All are the sender's doing (or that of whoever let the envelope in
/// unchecked), and everybody who checks comes to the same.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum Unopenable {
    /// The sender's proof does not hold, so that no honest trustee gives a share.
    #[error("its proof does not hold")]
    Proof,
    /// It is for another committee.
    #[error("it is for another {0}")]
    Context(&'static str),
    /// The cipher's tag does not fit the key: the sender encrypted something else.
    #[error("its ciphertext does not belong to its key")]
    Cipher,
    /// It is not padded as the format says.
    #[error("its padding is wrong")]
    Padding,
    /// What is in it is not fields and files as the format says.
    #[error("its content is not of the format: {0}")]
    Content(String),
}

impl Unopenable {
    /// The stable code.
    pub fn code(&self) -> &'static str {
        match self {
            Unopenable::Proof => "unopenable-proof",
            Unopenable::Context(_) => "unopenable-context",
            Unopenable::Cipher => "unopenable-cipher",
            Unopenable::Padding => "unopenable-padding",
            Unopenable::Content(_) => "unopenable-content",
        }
    }
}

/// Opens an envelope with exactly these shares. Everything is checked: the envelope's proof and each share.
///
/// # Errors
/// [`SealingError::Unopenable`] when nobody can open it; a share that does not hold, or two of one seat, is named;
/// [`SealingError::SharesFew`].
pub fn combine(committee: &Committee, envelope: &Envelope, shares: &[Share]) -> Result<Bundle, SealingError> {
    check_envelope(committee, envelope)?;
    let good = check_shares(committee, envelope, shares);
    if let Some(fault) = good.faults.into_iter().next() {
        return Err(fault);
    }
    finish(committee, envelope, &good.shares)
}

/// What became of one envelope of many.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Outcome {
    /// What was in it, or why there is nothing: [`SealingError::Unopenable`] or [`SealingError::SharesFew`].
    pub content: Result<Bundle, SealingError>,
    /// What was wrong with shares that were left out.
    pub faults: Vec<SealingError>,
}

/// Opens many envelopes, each with its shares, on all cores. One that cannot be opened fails no other; shares that do not
/// hold are left out and named. The outcomes stand in the order of the envelopes.
pub fn all(committee: &Committee, envelopes: &[(Envelope, Vec<Share>)]) -> Vec<Outcome> {
    let workers = std::thread::available_parallelism().map_or(1, NonZeroUsize::get);
    let next = AtomicUsize::new(0);
    let work = || {
        // One by one from a common counter: a large envelope holds up only its own worker.
        let take = || Some(next.fetch_add(1, Ordering::Relaxed)).filter(|index| *index < envelopes.len());
        std::iter::from_fn(take)
            .map(|index| (index, one(committee, &envelopes[index].0, &envelopes[index].1)))
            .collect::<Vec<_>>()
    };
    let mut done: Vec<(usize, Outcome)> = std::thread::scope(|scope| {
        let others: Vec<_> = (1..workers).map(|_| scope.spawn(work)).collect();
        let own = work();
        let theirs = others.into_iter().flat_map(|other| other.join().expect("opening panics for no input"));
        own.into_iter().chain(theirs).collect()
    });
    done.sort_unstable_by_key(|(index, _)| *index);
    done.into_iter().map(|(_, outcome)| outcome).collect()
}

fn one(committee: &Committee, envelope: &Envelope, shares: &[Share]) -> Outcome {
    if let Err(error) = check_envelope(committee, envelope) {
        return Outcome { content: Err(error.into()), faults: Vec::new() };
    }
    let good = check_shares(committee, envelope, shares);
    Outcome { content: finish(committee, envelope, &good.shares), faults: good.faults }
}

fn check_envelope(committee: &Committee, envelope: &Envelope) -> Result<(), Unopenable> {
    if let Err(SealingError::EnvelopeContext(field)) = committee.check_addressed(envelope.lid()) {
        return Err(Unopenable::Context(field));
    }
    envelope.check().map_err(|_| Unopenable::Proof)
}

struct Good<'a> {
    shares: Vec<&'a Share>,
    faults: Vec<SealingError>,
}

fn check_shares<'a>(committee: &Committee, envelope: &Envelope, shares: &'a [Share]) -> Good<'a> {
    let mut good = Good { shares: Vec::with_capacity(shares.len()), faults: Vec::new() };
    for share in shares {
        if let Err(fault) = share.check(committee, envelope.lid()) {
            good.faults.push(fault);
        } else if good.shares.iter().any(|other| other.seat() == share.seat()) {
            good.faults.push(SealingError::ShareTwice(share.seat()));
        } else {
            good.shares.push(share);
        }
    }
    good
}

/// Opens with shares that hold.
fn finish(committee: &Committee, envelope: &Envelope, shares: &[&Share]) -> Result<Bundle, SealingError> {
    let needed = committee.threshold();
    let Some(used) = shares.get(..needed) else {
        return Err(SealingError::SharesFew { given: shares.len(), needed });
    };
    let seats: Vec<u16> = used.iter().map(|share| share.seat()).collect();
    let points: Vec<_> = used.iter().map(|share| share.part.at).collect();
    let shared = sum_public(&at_zero(&seats), &points);
    let padded = envelope.decrypt(&shared).ok_or(Unopenable::Cipher)?;
    let content = payload::unpad(&padded).map_err(|_| Unopenable::Padding)?;
    Ok(Bundle::parse(content).map_err(|error| Unopenable::Content(error.to_string()))?)
}

/// The factors of Lagrange at 0 for seats that are all different: each the product over the others of `j / (j − i)`.
pub(crate) fn at_zero(seats: &[u16]) -> Vec<Scalar> {
    let at: Vec<Scalar> = seats.iter().map(|seat| Scalar::from(*seat)).collect();
    let product = |own: &Scalar, of: &dyn Fn(&Scalar) -> Scalar| -> Scalar {
        at.iter().filter(|other| *other != own).map(of).product()
    };
    // Different seats are different scalars, so that none of these is zero; one inversion serves all of them.
    let mut below: Vec<Scalar> = at.iter().map(|own| product(own, &|other| other - own)).collect();
    Scalar::batch_invert(&mut below);
    at.iter().zip(below).map(|(own, below)| product(own, &|other| *other) * below).collect()
}
