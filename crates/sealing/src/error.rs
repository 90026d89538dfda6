//! Why something is refused.

use crate::{SEATS_MAX, SEATS_MIN};

/// Which kind of file or part is meant.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Part {
    /// What an envelope is for.
    Context,
    /// What is sealed.
    Payload,
    /// An envelope, or its lid.
    Envelope,
    /// A trustee's share for one envelope.
    Share,
    /// A seat's registration for a ceremony.
    Registration,
    /// The plan of a ceremony.
    Plan,
    /// What one trustee deals to all seats.
    Deal,
    /// A trustee's word that everything he was dealt is right.
    Acceptance,
    /// A trustee's word that a dealer lied.
    Complaint,
    /// The whole ceremony in one file.
    Transcript,
    /// A trustee's own secret file.
    Trustee,
}

impl Part {
    /// Its name in sentences and codes.
    pub fn name(self) -> &'static str {
        match self {
            Part::Context => "context",
            Part::Payload => "payload",
            Part::Envelope => "envelope",
            Part::Share => "share",
            Part::Registration => "registration",
            Part::Plan => "plan",
            Part::Deal => "deal",
            Part::Acceptance => "acceptance",
            Part::Complaint => "complaint",
            Part::Transcript => "transcript",
            Part::Trustee => "trustee file",
        }
    }

    fn shape_code(self) -> &'static str {
        match self {
            Part::Context => "context-shape",
            Part::Payload => "payload-shape",
            Part::Envelope => "envelope-shape",
            Part::Share => "share-shape",
            Part::Registration => "registration-shape",
            Part::Plan => "plan-shape",
            Part::Deal => "deal-shape",
            Part::Acceptance => "acceptance-shape",
            Part::Complaint => "complaint-shape",
            Part::Transcript => "transcript-shape",
            Part::Trustee => "trustee-shape",
        }
    }
}

/// Why something is refused. [`SealingError::code`] is stable; whoever shows it to people has the sentences.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum SealingError {
    /// The bytes or the text are not of the format.
    #[error("{}: {why}", part.name())]
    Shape {
        /// What was read.
        part: Part,
        /// What is wrong with it.
        why: String,
    },
    /// A later version of the format, or another suite.
    #[error("{}: version or suite {found} is not known here", part.name())]
    Version {
        /// What was read.
        part: Part,
        /// What it says it is.
        found: u32,
    },
    /// 32 bytes that are no canonical encoding of a point, or encode the identity.
    #[error("{}: not a canonical point, or the identity", .0.name())]
    Point(Part),
    /// 32 bytes that are no canonical scalar.
    #[error("{}: not a canonical scalar", .0.name())]
    Scalar(Part),
    /// The source of random numbers gave zeros.
    #[error("the random numbers are not random")]
    Random,
    /// More than fits.
    #[error("payload: {what} is over its limit of {max}")]
    Limit {
        /// What there is too much of.
        what: &'static str,
        /// How much of it is allowed, in bytes or pieces.
        max: u64,
    },
    /// The envelope's proof does not hold: it was changed, copied under another context, or made wrongly.
    #[error("envelope: its proof does not hold")]
    EnvelopeProof,
    /// The envelope is for something else; the field of the context says what.
    #[error("envelope: it is for another {0}")]
    EnvelopeContext(&'static str),
    /// No such seat.
    #[error("share: the committee has no seat {0}")]
    ShareSeat(u16),
    /// The share of this seat is not of its key for this envelope.
    #[error("share: the proof of seat {0} does not hold for this envelope")]
    ShareProof(u16),
    /// Two shares of one seat.
    #[error("share: seat {0} gave two")]
    ShareTwice(u16),
    /// Fewer shares that hold than it takes.
    #[error("{given} shares hold, and it takes {needed}")]
    SharesFew {
        /// How many hold.
        given: usize,
        /// How many it takes.
        needed: usize,
    },
    /// The envelope cannot be opened by anybody.
    #[error("envelope: {0}")]
    Unopenable(#[from] crate::open::Unopenable),
    /// A committee has from three to 64 seats.
    #[error("a committee has {SEATS_MIN} to {SEATS_MAX} seats, not {0}")]
    Seats(usize),
    /// More than half of the seats and at most all of them must be needed.
    #[error("{threshold} of {seats}: more than half of the seats, at most all of them")]
    Threshold {
        /// What was asked for.
        threshold: usize,
        /// Of how many.
        seats: usize,
    },
    /// Seats are numbered from 1 without gaps, in order.
    #[error("{}: seat {found} stands where seat {wanted} belongs", part.name())]
    SeatOrder {
        /// What was read.
        part: Part,
        /// The seat that stands there.
        found: u16,
        /// The seat that belongs there.
        wanted: u16,
    },
    /// The plan has no such seat.
    #[error("{}: the plan has no seat {seat}", part.name())]
    NoSeat {
        /// What was read.
        part: Part,
        /// The seat that it names.
        seat: u16,
    },
    /// Two seats have the same name or key.
    #[error("plan: seats {0} and {1} have the same {2}")]
    SeatTwice(u16, u16, &'static str),
    /// The file is of another ceremony, plan or transcript.
    #[error("{}: it is of another {of}", part.name())]
    Foreign {
        /// What was read.
        part: Part,
        /// What it does not fit.
        of: &'static str,
    },
    /// The signature of this seat does not hold.
    #[error("{}: the signature of seat {seat} does not hold", part.name())]
    Signature {
        /// What was read.
        part: Part,
        /// Who should have signed.
        seat: u16,
    },
    /// The seat does not show that it has the secret of a key it brings.
    #[error("{}: seat {seat} does not prove that it has the secret of its {key}", part.name())]
    Possession {
        /// What was read.
        part: Part,
        /// Whose.
        seat: u16,
        /// Which key.
        key: &'static str,
    },
    /// A deal has as many commitments as the threshold and as many shares as seats.
    #[error("deal: seat {seat} gives {found} {what}, and it takes {wanted}")]
    Count {
        /// The dealer.
        seat: u16,
        /// Of what.
        what: &'static str,
        /// How many there are.
        found: usize,
        /// How many there should be.
        wanted: usize,
    },
    /// What this dealer sealed to this trustee is not what he committed to: the trustee has a complaint.
    #[error("deal: the share of seat {0} is not what it committed to; complain")]
    DealtWrong(u16),
    /// The complaint's own proof does not hold.
    #[error("complaint: the proof of seat {0} does not hold")]
    ComplaintProof(u16),
    /// The share that is complained about is right.
    #[error("complaint: what seat {0} dealt is right")]
    ComplaintFalse(u16),
    /// The key of the committee, or of a seat, would be the identity.
    #[error("transcript: a key of the committee is the identity; hold a new ceremony")]
    KeyIdentity,
    /// The passphrase is wrong, or the file was changed.
    #[error("trustee file: the passphrase is wrong, or the file was changed")]
    Passphrase,
    /// The trustee has accepted another transcript.
    #[error("trustee: another transcript was accepted before")]
    AcceptedOther,
    /// Not everybody has accepted the transcript.
    #[error("transcript: {given} of {needed} seats have accepted it")]
    Acceptances {
        /// How many have.
        given: usize,
        /// How many it takes: all.
        needed: usize,
    },
    /// The trustee has accepted a transcript and has forgotten what it takes to register or to deal.
    #[error("trustee: this seat has accepted its ceremony; it neither registers nor deals again")]
    Over,
    /// The passphrase is too short.
    #[error("trustee file: a passphrase has at least {0} bytes")]
    PassphraseShort(usize),
    /// The trustee has accepted no transcript yet.
    #[error("trustee: no transcript was accepted yet")]
    NotAccepted,
    /// A file that holds a trustee's secret was given where a public one belongs.
    #[error("this is a trustee's secret file; it must stay where it is")]
    Secret,
}

impl SealingError {
    /// The stable code.
    pub fn code(&self) -> &'static str {
        match self {
            SealingError::Shape { part, .. } => part.shape_code(),
            SealingError::Version { .. } => "sealing-version",
            SealingError::Point(_) => "sealing-point",
            SealingError::Scalar(_) => "sealing-scalar",
            SealingError::Random => "sealing-random",
            SealingError::Limit { .. } => "payload-limit",
            SealingError::EnvelopeProof => "envelope-proof",
            SealingError::EnvelopeContext(_) => "envelope-context",
            SealingError::ShareSeat(_) => "share-seat",
            SealingError::ShareProof(_) => "share-proof",
            SealingError::ShareTwice(_) => "share-twice",
            SealingError::SharesFew { .. } => "shares-few",
            SealingError::Unopenable(reason) => reason.code(),
            SealingError::Seats(_) => "ceremony-seats",
            SealingError::Threshold { .. } => "ceremony-threshold",
            SealingError::SeatOrder { .. } => "ceremony-seat-order",
            SealingError::NoSeat { .. } => "ceremony-no-seat",
            SealingError::SeatTwice(..) => "ceremony-seat-twice",
            SealingError::Foreign { .. } => "ceremony-foreign",
            SealingError::Signature { .. } => "ceremony-signature",
            SealingError::Possession { .. } => "ceremony-possession",
            SealingError::Count { .. } => "deal-count",
            SealingError::DealtWrong(_) => "deal-wrong",
            SealingError::ComplaintProof(_) => "complaint-proof",
            SealingError::ComplaintFalse(_) => "complaint-false",
            SealingError::KeyIdentity => "ceremony-identity",
            SealingError::Passphrase => "trustee-passphrase",
            SealingError::AcceptedOther => "trustee-accepted-other",
            SealingError::Acceptances { .. } => "ceremony-acceptances",
            SealingError::Over => "trustee-over",
            SealingError::PassphraseShort(_) => "trustee-passphrase-short",
            SealingError::NotAccepted => "trustee-not-accepted",
            SealingError::Secret => "trustee-secret-refused",
        }
    }
}

pub(crate) fn shape(part: Part, why: impl Into<String>) -> SealingError {
    SealingError::Shape { part, why: why.into() }
}
