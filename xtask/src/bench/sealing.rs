//! Suite `sealing`: sealing envelopes, giving shares, and opening a round of 2,000 with everything checked.
//!
//! The peer is plain El Gamal on the same curve crate: no proofs, no cipher, what the curve costs at least.

use super::report::{Figures, Row, Section};
use super::suites::Bench;
use curve25519_dalek::ristretto::CompressedRistretto;
use curve25519_dalek::traits::VartimeMultiscalarMul as _;
use curve25519_dalek::{RistrettoPoint, Scalar};
use sealing::ceremony::{Committee, Plan, Transcript};
use sealing::context::Context;
use sealing::envelope::{Envelope, seal};
use sealing::open;
use sealing::payload::Bundle;
use sealing::share::Share;
use sealing::trustee::{Judgement, TrusteeSecret, TrusteeShare};
use sealing::{Point, SealingError};
use sha2::{Digest as _, Sha512};
use std::collections::BTreeMap;
use std::time::Instant;

const SEATS: u16 = 9;
const THRESHOLD: u16 = 5;
/// Envelopes of the round.
const ENVELOPES: usize = 2_000;
/// Letters of the one field: with the manifest around them they fill the size class of 4 KiB.
const LETTERS: usize = 3_900;

/// Measures.
///
/// # Errors
/// A sentence that says what was refused.
pub fn measure(bench: &Bench<'_>) -> Result<Section, String> {
    let fault = |error: SealingError| format!("bench sealing: {error}");
    let round = Round::new().map_err(fault)?;
    let mut figures: [[Figures; 2]; 4] = Default::default();
    for _ in 0..bench.rounds {
        let [sealing, giving, opening, all_opening] = &mut figures;
        round.seal(sealing).map_err(fault)?;
        round.give(giving).map_err(fault)?;
        round.open(usize::from(THRESHOLD), opening)?;
        round.open(usize::from(SEATS), all_opening)?;
    }
    let [sealing, giving, opening, all_opening] = figures;
    let row = |what: String, [ours, peer]: [Figures; 2], more_is_better, demand| Row {
        what,
        ours,
        peer: ("ElGamal without proofs and cipher".to_owned(), peer),
        more_is_better,
        demand,
    };
    Ok(Section {
        name: "sealing",
        title: "Sealing: envelopes of a committee",
        method: format!(
            "{ENVELOPES} envelopes of 4 KiB to a committee of {THRESHOLD} of {SEATS}; {} rounds. Opening reads envelopes and shares \
             from bytes and checks every proof, on all cores; once with {THRESHOLD} shares each and once with {SEATS}. Sealing and giving \
             shares (which checks the envelope) on one core. The peer does the multiplications of plain ElGamal with the same curve crate.",
            bench.rounds
        ),
        rows: vec![
            row("sealed envelopes/s".into(), sealing, true, ""),
            row("shares given/s".into(), giving, true, ""),
            row(format!("opening {ENVELOPES} with {THRESHOLD} shares, s"), opening, false, "≤ 5 s"),
            row(format!("opening {ENVELOPES} with {SEATS} shares, s"), all_opening, false, ""),
        ],
        skipped: Vec::new(),
    })
}

/// Numbers that look random; nothing here is secret.
fn numbers() -> impl FnMut(&mut [u8]) {
    let mut counter = 0_u64;
    move |bytes: &mut [u8]| {
        for chunk in bytes.chunks_mut(64) {
            counter += 1;
            chunk.copy_from_slice(&Sha512::digest(counter.to_be_bytes())[..chunk.len()]);
        }
    }
}

struct Round {
    committee: Committee,
    own: Vec<TrusteeShare>,
    context: Context,
    bundle: Bundle,
    /// Envelopes and their shares, as bytes.
    given: Vec<(Vec<u8>, Vec<Vec<u8>>)>,
}

impl Round {
    fn new() -> Result<Round, SealingError> {
        let random = &mut numbers();
        let (committee, own) = committee(random)?;
        let context = Context {
            origin: committee.origin().to_owned(),
            round: "round".to_owned(),
            committee: committee.ceremony().to_owned(),
            key: *committee.key(),
            rules: [0; 32],
            closes_ms: 0,
            sender: "示例".to_owned(),
        };
        let fields = BTreeMap::from([("bid".to_owned(), "x".repeat(LETTERS))]);
        let bundle = Bundle::new(fields, Vec::new(), random);
        let mut given = Vec::with_capacity(ENVELOPES);
        for _ in 0..ENVELOPES {
            let envelope = seal(&context, &bundle, random)?;
            let shares = own.iter().map(|own| Share::give(own, envelope.lid(), random).map(|s| s.bytes().to_vec()));
            given.push((envelope.bytes(), shares.collect::<Result<_, _>>()?));
        }
        Ok(Round { committee, own, context, bundle, given })
    }

    fn seal(&self, [ours, peer]: &mut [Figures; 2]) -> Result<(), SealingError> {
        let random = &mut numbers();
        let started = Instant::now();
        for _ in 0..ENVELOPES {
            seal(&self.context, &self.bundle, random)?;
        }
        ours.0.push(per_second(started));
        let key = decoded(self.committee.key())?;
        let started = Instant::now();
        for _ in 0..ENVELOPES {
            let r = scalar(random);
            std::hint::black_box((RistrettoPoint::mul_base(&r).compress(), (key * r).compress()));
        }
        peer.0.push(per_second(started));
        Ok(())
    }

    fn give(&self, [ours, peer]: &mut [Figures; 2]) -> Result<(), SealingError> {
        let random = &mut numbers();
        let envelopes = self.given.iter().map(|(bytes, _)| Envelope::parse(bytes)).collect::<Result<Vec<_>, _>>()?;
        let started = Instant::now();
        for envelope in &envelopes {
            Share::give(&self.own[0], envelope.lid(), random)?;
        }
        ours.0.push(per_second(started));
        let (points, secret) = (envelopes.iter().map(|one| decoded(one.lid().point())), scalar(random));
        let points = points.collect::<Result<Vec<_>, _>>()?;
        let started = Instant::now();
        for point in &points {
            std::hint::black_box((point * secret).compress());
        }
        peer.0.push(per_second(started));
        Ok(())
    }

    fn open(&self, shares: usize, [ours, peer]: &mut [Figures; 2]) -> Result<(), String> {
        let started = Instant::now();
        let read = |(envelope, given): &(Vec<u8>, Vec<Vec<u8>>)| {
            let given = given[..shares].iter().map(|share| Share::parse(share)).collect::<Result<Vec<_>, _>>()?;
            Ok((Envelope::parse(envelope)?, given))
        };
        let items: Result<Vec<_>, SealingError> = self.given.iter().map(read).collect();
        let outcomes = open::all(&self.committee, &items.map_err(|error| format!("bench sealing: {error}"))?);
        ours.0.push(started.elapsed().as_secs_f64());
        if outcomes.iter().any(|outcome| outcome.content.as_ref() != Ok(&self.bundle)) {
            return Err("bench sealing: an envelope did not open".to_owned());
        }
        let workers = std::thread::available_parallelism().map_or(1, std::num::NonZeroUsize::get);
        let started = Instant::now();
        std::thread::scope(|scope| {
            for part in self.given.chunks(ENVELOPES.div_ceil(workers)) {
                scope.spawn(move || part.iter().for_each(|(_, given)| plain(&given[..usize::from(THRESHOLD)])));
            }
        });
        peer.0.push(started.elapsed().as_secs_f64());
        Ok(())
    }
}

/// The shared point of one envelope by plain El Gamal.
fn plain(shares: &[Vec<u8>]) {
    let points: Vec<RistrettoPoint> =
        shares.iter().filter_map(|share| CompressedRistretto::from_slice(&share[2..34]).ok()?.decompress()).collect();
    let seats: Vec<Scalar> = (1..=points.len() as u64).map(Scalar::from).collect();
    let factor = |own: &Scalar| {
        let others = seats.iter().filter(|other| *other != own);
        others.fold(Scalar::ONE, |product, other| product * other * (other - own).invert())
    };
    let factors: Vec<Scalar> = seats.iter().map(factor).collect();
    std::hint::black_box(RistrettoPoint::vartime_multiscalar_mul(factors, points).compress());
}

fn committee(random: &mut sealing::Random<'_>) -> Result<(Committee, Vec<TrusteeShare>), SealingError> {
    let (origin, ceremony) = ("bench.example/log", "bench");
    let secret = |seat: u16| TrusteeSecret::new(origin, ceremony, seat, &format!("seat {seat}"), random);
    let mut secrets = (1..=SEATS).map(secret).collect::<Result<Vec<_>, _>>()?;
    let seats = secrets.iter().map(TrusteeSecret::registration).collect::<Result<Vec<_>, _>>()?;
    let plan = Plan::new(origin, ceremony, THRESHOLD, &seats)?;
    let deals = secrets.iter().map(|secret| secret.deal(&plan)).collect::<Result<Vec<_>, _>>()?;
    let mut transcript = Transcript::new(plan, deals)?;
    for secret in &mut secrets {
        if let Judgement::Accepts(acceptance) = secret.judge(&transcript)? {
            transcript.accept(acceptance)?;
        }
    }
    let committee = transcript.committee()?;
    let own = secrets.iter().map(|secret| secret.share_for(&committee)).collect::<Result<Vec<_>, _>>()?;
    Ok((committee, own))
}

fn scalar(random: &mut sealing::Random<'_>) -> Scalar {
    let mut wide = [0; 64];
    random(&mut wide);
    Scalar::from_bytes_mod_order_wide(&wide)
}

fn decoded(point: &Point) -> Result<RistrettoPoint, SealingError> {
    CompressedRistretto(*point.bytes()).decompress().ok_or(SealingError::Random)
}

fn per_second(started: Instant) -> f64 {
    ENVELOPES as f64 / started.elapsed().as_secs_f64()
}
