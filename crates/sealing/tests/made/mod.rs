//! Committees and envelopes for tests, made from seeds so that they are the same each time.

#![allow(dead_code, reason = "each test uses a part of it")]

pub mod complaints;
pub mod vectors;

use sealing::ceremony::{Committee, Plan, Registration, Transcript};
use sealing::context::Context;
use sealing::payload::{Bundle, File};
use sealing::trustee::{Judgement, TrusteeSecret, TrusteeShare};
use sha2::{Digest as _, Sha512};
use std::collections::BTreeMap;

pub const ORIGIN: &str = "示例.example/log";
pub const CEREMONY: &str = "示例委员会-1";

/// Bytes that hang on a name only: SHA-512 of the name and a counter.
pub fn stream(name: &str) -> impl FnMut(&mut [u8]) + use<> {
    let mut ready = Vec::new();
    let mut counter = 0_u64;
    let name = name.to_owned();
    move |bytes: &mut [u8]| {
        for byte in bytes {
            if ready.is_empty() {
                ready = Sha512::new().chain_update(&name).chain_update(counter.to_be_bytes()).finalize().to_vec();
                counter += 1;
            }
            *byte = ready.remove(0);
        }
    }
}

pub fn secret(seat: u16, seed: &str) -> TrusteeSecret {
    let name = format!("示例席位 {seat}");
    TrusteeSecret::new(ORIGIN, CEREMONY, seat, &name, &mut stream(&format!("{seed} seat {seat}"))).unwrap()
}

pub fn secrets(seats: u16, seed: &str) -> Vec<TrusteeSecret> {
    (1..=seats).map(|seat| secret(seat, seed)).collect()
}

pub fn plan(threshold: u16, secrets: &[TrusteeSecret]) -> Plan {
    let registrations: Vec<Registration> = secrets.iter().map(|secret| secret.registration().unwrap()).collect();
    Plan::new(ORIGIN, CEREMONY, threshold, &registrations).unwrap()
}

/// A ceremony up to the point where everybody has dealt.
pub fn dealt(plan: &Plan, secrets: &[TrusteeSecret]) -> Transcript {
    let deals = secrets.iter().map(|secret| secret.deal(plan).unwrap()).collect();
    Transcript::new(plan.clone(), deals).unwrap()
}

/// A ceremony to its end.
pub fn founded(threshold: u16, secrets: &mut [TrusteeSecret]) -> Transcript {
    let mut transcript = dealt(&plan(threshold, secrets), secrets);
    for secret in secrets {
        match secret.judge(&transcript).unwrap() {
            Judgement::Accepts(acceptance) => transcript.accept(acceptance).unwrap(),
            Judgement::Complains(complaint) => panic!("{complaint:?}"),
        }
    }
    transcript
}

/// A committee and what its seats give shares with.
pub fn committee(seats: u16, threshold: u16, seed: &str) -> (Committee, Vec<TrusteeShare>) {
    let mut secrets = secrets(seats, seed);
    let committee = founded(threshold, &mut secrets).committee().unwrap();
    let shares = secrets.iter().map(|secret| secret.share_for(&committee).unwrap()).collect();
    (committee, shares)
}

pub fn context(committee: &Committee) -> Context {
    Context {
        origin: committee.origin().into(),
        round: "round-1".into(),
        committee: committee.ceremony().into(),
        key: *committee.key(),
        rules: [7; 32],
        closes_ms: 1_796_083_200_000,
        sender: "示例投标人甲".into(),
    }
}

pub fn fields(pairs: &[(&str, &str)]) -> BTreeMap<String, String> {
    pairs.iter().map(|(name, text)| ((*name).to_owned(), (*text).to_owned())).collect()
}

pub fn file(name: &str, media_type: &str, bytes: impl Into<Vec<u8>>) -> File {
    File { name: name.into(), media_type: media_type.into(), bytes: bytes.into() }
}

pub fn small_bundle(seed: &str) -> Bundle {
    let fields = fields(&[("amount_fen", "123456700"), ("note", "示例：含税，\"现货\"\n第二行\u{1f}\\")]);
    Bundle::new(fields, Vec::new(), &mut stream(seed))
}

/// The order of the group, little-endian.
pub fn order() -> Vec<u8> {
    hex::decode("edd3f55c1a631258d69cf7a2def9de1400000000000000000000000000000010").unwrap()
}

/// The prime of the field, little-endian.
pub fn prime() -> Vec<u8> {
    [&[0xed][..], &[0xff; 30], &[0x7f]].concat()
}

/// Adds numbers, little-endian.
pub fn add(to: &mut [u8], what: &[u8]) {
    let mut carry = 0_u16;
    for (to, what) in to.iter_mut().zip(what) {
        carry += u16::from(*to) + u16::from(*what);
        *to = carry.to_le_bytes()[0];
        carry >>= 8;
    }
}
