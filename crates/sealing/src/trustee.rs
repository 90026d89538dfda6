//! What a trustee keeps to himself: made and kept off the server, forgotten as soon as it is not needed.

use crate::ceremony::{
    Acceptance, AcceptanceFile, Committee, Complaint, ComplaintFile, Deal, DealFile, Plan, Registration,
    RegistrationFile, SEALED_BYTES, Transcript, dealt_key,
};
use crate::group::{Point, framed, hash_to_scalar, times_first};
use crate::proofs::{Same, know};
use crate::wire::{Hex, Kind};
use crate::{Digest, Part, Random, SealingError};
use curve25519_dalek::Scalar;
use ed25519_dalek::{Signer as _, SigningKey};
use zeroize::Zeroizing;

pub use file::{Cost, PASSPHRASE_BYTES_MIN, is_secret};

mod file;
#[cfg(test)]
mod tests;

/// A trustee's secret for one seat of one ceremony.
///
/// Everything it gives away is made from it alone, without further random numbers: asked again, it gives the same again.
/// There can be no two deals for one plan.
#[derive(Clone)]
#[cfg_attr(test, derive(PartialEq, Eq))]
pub struct TrusteeSecret {
    origin: String,
    ceremony: String,
    seat: u16,
    name: String,
    signing: Zeroizing<[u8; 32]>,
    /// From this come the encryption key, the polynomial and what seals it; forgotten once the seat has accepted.
    dealing: Option<Zeroizing<[u8; 32]>>,
    accepted: Option<Accepted>,
}

#[derive(Clone)]
#[cfg_attr(test, derive(PartialEq, Eq))]
struct Accepted {
    plan: Digest,
    transcript: Digest,
    key: [u8; 32],
    share: Zeroizing<[u8; 32]>,
}

impl std::fmt::Debug for TrusteeSecret {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "TrusteeSecret(seat {} of {})", self.seat, self.ceremony)
    }
}

/// What a trustee says about what he was dealt.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Judgement {
    /// All of it is right.
    Accepts(Acceptance),
    /// A dealer lied.
    Complains(Complaint),
}

impl TrusteeSecret {
    /// A fresh secret.
    ///
    /// # Errors
    /// When a name is none, the seat is 0, or the random numbers are zeros.
    pub fn new(
        origin: &str,
        ceremony: &str,
        seat: u16,
        name: &str,
        random: &mut Random<'_>,
    ) -> Result<TrusteeSecret, SealingError> {
        let (mut signing, mut dealing) = (Zeroizing::new([0; 32]), Zeroizing::new([0; 32]));
        random(signing.as_mut_slice());
        random(dealing.as_mut_slice());
        if *signing == [0; 32] || *dealing == [0; 32] {
            return Err(SealingError::Random);
        }
        let (origin, ceremony, name) = (origin.to_owned(), ceremony.to_owned(), name.to_owned());
        let secret = TrusteeSecret { origin, ceremony, seat, name, signing, dealing: Some(dealing), accepted: None };
        secret.registration()?;
        Ok(secret)
    }

    /// The house it is for.
    pub fn origin(&self) -> &str {
        &self.origin
    }

    /// The ceremony it is for.
    pub fn ceremony(&self) -> &str {
        &self.ceremony
    }

    /// The number of its seat, from 1.
    pub fn seat(&self) -> u16 {
        self.seat
    }

    /// The name of its seat.
    pub fn name(&self) -> &str {
        &self.name
    }

    /// What it has accepted.
    pub fn accepted(&self) -> Option<Digest> {
        self.accepted.as_ref().map(|accepted| accepted.transcript)
    }

    fn signing_key(&self) -> SigningKey {
        SigningKey::from_bytes(&self.signing)
    }

    fn sign(&self, bytes: &[u8]) -> Hex<64> {
        Hex(self.signing_key().sign(bytes).to_bytes())
    }

    fn dealing(&self) -> Result<Zeroizing<[u8; 32]>, SealingError> {
        self.dealing.clone().ok_or(SealingError::Over)
    }

    /// A secret scalar made from the seed for one purpose.
    fn derived(seed: &[u8; 32], purpose: &str, bound: &[&[u8]]) -> Zeroizing<Scalar> {
        Zeroizing::new(hash_to_scalar(purpose, &[&[seed.as_slice()], bound].concat()))
    }

    fn encryption(seed: &[u8; 32]) -> Zeroizing<Scalar> {
        TrusteeSecret::derived(seed, "trustee encryption", &[])
    }

    /// The nonce of a proof: it hangs on everything that the challenge hangs on.
    fn nonce(seed: &[u8; 32], domain: &str, bound: &[&[u8]]) -> Zeroizing<Scalar> {
        TrusteeSecret::derived(seed, "trustee nonce", &[&framed(domain, bound)])
    }

    /// Its registration.
    ///
    /// # Errors
    /// [`SealingError::Over`] once it has accepted.
    pub fn registration(&self) -> Result<Registration, SealingError> {
        use crate::ceremony::REGISTRATION_POSSESSION as DOMAIN;
        let seed = self.dealing()?;
        let secret = TrusteeSecret::encryption(&seed);
        let public = Point::of(times_first(&secret)).ok_or(SealingError::Random)?;
        let mut file = RegistrationFile {
            version: 1,
            kind: Kind::Registration,
            origin: self.origin.clone(),
            ceremony: self.ceremony.clone(),
            seat: self.seat,
            name: self.name.clone(),
            signing_key: Hex(self.signing_key().verifying_key().to_bytes()),
            encryption_key: Hex(*public.bytes()),
            possession: Hex([0; 64]),
            signature: Hex([0; 64]),
        };
        let bound = file.bound();
        let bound: Vec<&[u8]> = bound.iter().map(Vec::as_slice).collect();
        let k = TrusteeSecret::nonce(&seed, DOMAIN, &bound);
        file.possession = Hex(know(DOMAIN, &bound, &secret, &public, &k).bytes());
        file.signature = self.sign(&file.signed());
        Registration::check(file)
    }

    /// That the plan has this seat with these keys.
    fn check_plan(&self, plan: &Plan) -> Result<(), SealingError> {
        let foreign = SealingError::Foreign { part: Part::Plan, of: "ceremony" };
        if plan.origin() != self.origin || plan.ceremony() != self.ceremony {
            return Err(foreign);
        }
        let own = plan.seat(Part::Plan, self.seat)?;
        let same = *own == self.registration()?;
        if same { Ok(()) } else { Err(SealingError::Foreign { part: Part::Plan, of: "registration of this seat" }) }
    }

    /// The polynomial of this seat for a plan: its constant is this seat's part of the committee's key.
    fn polynomial(seed: &[u8; 32], plan: &Plan) -> Zeroizing<Vec<Scalar>> {
        let coefficient =
            |k: usize| *TrusteeSecret::derived(seed, "trustee polynomial", &[&plan.hash(), &(k as u64).to_be_bytes()]);
        Zeroizing::new((0..plan.threshold()).map(coefficient).collect())
    }

    /// Deals to all seats of a plan.
    ///
    /// # Errors
    /// When this seat is not in the plan with exactly its registration; [`SealingError::Over`].
    pub fn deal(&self, plan: &Plan) -> Result<Deal, SealingError> {
        self.check_plan(plan)?;
        let seed = self.dealing()?;
        self.deal_of(plan, &seed, &TrusteeSecret::polynomial(&seed, plan), &|_, share| share)
    }

    /// Deals a polynomial; `bend` may change what a seat gets, which only tests of liars do.
    fn deal_of(
        &self,
        plan: &Plan,
        seed: &[u8; 32],
        polynomial: &[Scalar],
        bend: &dyn Fn(u16, Scalar) -> Scalar,
    ) -> Result<Deal, SealingError> {
        use crate::ceremony::{DEAL_EPHEMERAL as EPHEMERAL, DEAL_POSSESSION as POSSESSION};
        let hash = plan.hash();
        let point = |secret: &Scalar| Point::of(times_first(secret)).ok_or(SealingError::Random);
        let commitments = polynomial.iter().map(point).collect::<Result<Vec<_>, _>>()?;
        let secret = TrusteeSecret::derived(seed, "trustee ephemeral", &[&hash]);
        let ephemeral = point(&secret)?;
        let seat = self.seat.to_be_bytes();
        let mut file = DealFile {
            version: 1,
            kind: Kind::Deal,
            plan: Hex(hash),
            seat: self.seat,
            commitments: commitments.iter().map(|point| Hex(*point.bytes())).collect(),
            possession: Hex([0; 64]),
            ephemeral: Hex(*ephemeral.bytes()),
            ephemeral_possession: Hex([0; 64]),
            shares: Vec::with_capacity(plan.seats().len()),
            signature: Hex([0; 64]),
        };
        let all = file.commitment_bytes();
        let bound: [&[u8]; 3] = [&hash, &seat, &all];
        let k = TrusteeSecret::nonce(seed, POSSESSION, &bound);
        file.possession = Hex(know(POSSESSION, &bound, &polynomial[0], &commitments[0], &k).bytes());
        let k = TrusteeSecret::nonce(seed, EPHEMERAL, &bound[..2]);
        file.ephemeral_possession = Hex(know(EPHEMERAL, &bound[..2], &secret, &ephemeral, &k).bytes());
        for to in plan.seats() {
            let share = Zeroizing::new(bend(to.seat(), value(polynomial, to.seat())));
            let shared = Zeroizing::new(to.encryption_key().at * *secret);
            let (key, info) = dealt_key(&hash, &file, to.seat(), &shared);
            // Room for the tag: growing would leave the share behind in freed memory.
            let mut message = Vec::with_capacity(SEALED_BYTES);
            message.extend_from_slice(share.as_bytes());
            key.encrypt(&info, &mut message)?;
            let sealed = message.try_into().expect("a scalar and a tag are 48 bytes");
            file.shares.push(Hex(sealed));
        }
        file.signature = self.sign(&file.signed());
        Deal::check(plan, file)
    }

    /// Judges what all seats have dealt. On acceptance the share of the key is kept and the seed forgotten, so the file
    /// must be written anew before the acceptance is given away. Asked again about the same deals, it accepts again.
    ///
    /// # Errors
    /// When this seat is not in the plan as it registered or its own deal is not there as it gave it;
    /// [`SealingError::AcceptedOther`]; [`SealingError::KeyIdentity`].
    pub fn judge(&mut self, transcript: &Transcript) -> Result<Judgement, SealingError> {
        if let Some(accepted) = &self.accepted {
            if accepted.transcript != transcript.hash() {
                return Err(SealingError::AcceptedOther);
            }
            return self.acceptance(transcript).map(Judgement::Accepts);
        }
        let plan = transcript.plan();
        let own = self.deal(plan)?;
        if transcript.deals().get(usize::from(self.seat) - 1) != Some(&own) {
            return Err(SealingError::Foreign { part: Part::Transcript, of: "deal of this seat" });
        }
        let seed = self.dealing()?;
        let secret = TrusteeSecret::encryption(&seed);
        let mut sum = Zeroizing::new(Scalar::ZERO);
        for deal in transcript.deals() {
            let shared = Zeroizing::new(deal.ephemeral().at * *secret);
            match deal.open(plan, self.seat, &shared) {
                Some(share) => *sum += *share,
                None => return self.complain(plan, deal, &seed).map(Judgement::Complains),
            }
        }
        // The sum of shares that are right is right; this is a second look at the sum itself.
        if Point::of(times_first(&sum)) != Some(transcript.verification_key(self.seat)?) {
            return Err(SealingError::KeyIdentity);
        }
        self.accepted = Some(Accepted {
            plan: plan.hash(),
            transcript: transcript.hash(),
            key: *transcript.key()?.bytes(),
            share: Zeroizing::new(sum.to_bytes()),
        });
        self.dealing = None;
        self.acceptance(transcript).map(Judgement::Accepts)
    }

    fn acceptance(&self, transcript: &Transcript) -> Result<Acceptance, SealingError> {
        let mut file = AcceptanceFile {
            version: 1,
            kind: Kind::Acceptance,
            plan: Hex(transcript.plan().hash()),
            transcript: Hex(transcript.hash()),
            seat: self.seat,
            signature: Hex([0; 64]),
        };
        file.signature = self.sign(&file.signed());
        Acceptance::check(transcript.plan(), &transcript.hash(), file)
    }

    /// A complaint about a deal. Nobody's secret is told by it but what the liar dealt.
    fn complain(&self, plan: &Plan, deal: &Deal, seed: &[u8; 32]) -> Result<Complaint, SealingError> {
        Complaint::check(plan, deal, self.complaint_file(plan, deal, seed)?)
    }

    fn complaint_file(&self, plan: &Plan, deal: &Deal, seed: &[u8; 32]) -> Result<ComplaintFile, SealingError> {
        use crate::ceremony::{COMPLAINT_SHARED as SHARED, complaint_bound};
        let secret = TrusteeSecret::encryption(seed);
        let shared = Point::of(deal.ephemeral().at * *secret).ok_or(SealingError::Random)?;
        let public = Point::of(times_first(&secret)).ok_or(SealingError::Random)?;
        let (plan, hash) = (plan.hash(), deal.hash());
        let bound = complaint_bound(&plan, &hash);
        let k = TrusteeSecret::nonce(seed, SHARED, &bound);
        let same = Same { public: &public, base: deal.ephemeral(), image: &shared };
        let proof = same.show(SHARED, &bound, &secret, &k);
        let mut file = ComplaintFile {
            version: 1,
            kind: Kind::Complaint,
            plan: Hex(plan),
            seat: self.seat,
            dealer: deal.seat(),
            deal: Hex(hash),
            shared: Hex(*shared.bytes()),
            proof: Hex(proof.bytes()),
            signature: Hex([0; 64]),
        };
        file.signature = self.sign(&file.signed());
        Ok(file)
    }

    /// What it takes to give shares, for a committee that all seats have accepted.
    ///
    /// # Errors
    /// [`SealingError::NotAccepted`]; [`SealingError::AcceptedOther`] when the committee is another one.
    pub fn share_for(&self, committee: &Committee) -> Result<TrusteeShare, SealingError> {
        let accepted = self.accepted.as_ref().ok_or(SealingError::NotAccepted)?;
        if accepted.transcript != committee.transcript() || accepted.key != *committee.key().bytes() {
            return Err(SealingError::AcceptedOther);
        }
        let secret = Zeroizing::new(crate::group::scalar(Part::Trustee, &accepted.share)?);
        if Point::of(times_first(&secret)).as_ref() != committee.verification_key(self.seat).ok() {
            return Err(SealingError::AcceptedOther);
        }
        Ok(TrusteeShare { seat: self.seat, secret, committee: committee.clone() })
    }
}

/// A seat's share of a committee's key, ready to give shares of envelopes.
pub struct TrusteeShare {
    seat: u16,
    secret: Zeroizing<Scalar>,
    committee: Committee,
}

impl TrusteeShare {
    /// The number of its seat, from 1.
    pub fn seat(&self) -> u16 {
        self.seat
    }

    /// The committee.
    pub fn committee(&self) -> &Committee {
        &self.committee
    }

    pub(crate) fn secret(&self) -> &Scalar {
        &self.secret
    }
}

/// The value of a polynomial at a seat (Horner).
fn value(polynomial: &[Scalar], seat: u16) -> Scalar {
    let at = Scalar::from(seat);
    polynomial.iter().rev().fold(Scalar::ZERO, |sum, coefficient| sum * at + coefficient)
}
