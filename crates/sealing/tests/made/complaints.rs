//! Complaints for the test vectors: a ceremony of three seats whose first dealer lies to the second seat in each way, and
//! complaints that must be refused. What only a dealer or a trustee knows is made here a second time from the seeds.

use super::{order, plan, prime, secrets, stream};
use aes_gcm::aead::AeadInOut as _;
use aes_gcm::{Aes256Gcm, KeyInit as _};
use curve25519_dalek::constants::RISTRETTO_BASEPOINT_POINT;
use curve25519_dalek::ristretto::CompressedRistretto;
use curve25519_dalek::{RistrettoPoint, Scalar};
use ed25519_dalek::{Signer as _, SigningKey};
use hkdf::Hkdf;
use sealing::ceremony::{Complaint, Deal, Plan, Transcript};
use sealing::trustee::{Judgement, TrusteeSecret};
use serde_json::{Map, Value, json};
use sha2::{Digest as _, Sha256, Sha512};

const SEED: &str = "complaints";
/// Who lies, and whom to.
const DEALER: u16 = 1;
const SEAT: u16 = 2;

/// What the file says of complaints.
pub fn json() -> Value {
    let made = Made::new();
    let (deals, proven) = made.proven();
    json!({ "plan": made.plan_json(), "deals": deals, "proven": proven, "refused": made.refused(&deals, &proven) })
}

fn framed(domain: &str, parts: &[&[u8]]) -> Vec<u8> {
    let mut bytes = [b"yilang-sealing/1 ", domain.as_bytes(), &[0]].concat();
    for part in parts {
        bytes.extend_from_slice(&u32::try_from(part.len()).unwrap().to_be_bytes());
        bytes.extend_from_slice(part);
    }
    bytes
}

fn hash_to_scalar(domain: &str, parts: &[&[u8]]) -> Scalar {
    Scalar::from_bytes_mod_order_wide(&Sha512::digest(framed(domain, parts)).into())
}

fn bytes(value: &Value) -> Vec<u8> {
    hex::decode(value.as_str().unwrap()).unwrap()
}

fn point(value: &Value) -> RistrettoPoint {
    CompressedRistretto::from_slice(&bytes(value)).unwrap().decompress().unwrap()
}

fn number(value: &Value) -> [u8; 2] {
    u16::try_from(value.as_u64().unwrap()).unwrap().to_be_bytes()
}

/// The seeds of a seat: what it signs with, and what everything else of it comes from.
fn seeds(seat: u16) -> ([u8; 32], [u8; 32]) {
    let (mut signing, mut dealing) = ([0; 32], [0; 32]);
    let mut random = stream(&format!("{SEED} seat {seat}"));
    random(&mut signing);
    random(&mut dealing);
    (signing, dealing)
}

fn sign(seat: u16, bytes: &[u8]) -> Value {
    hex::encode(SigningKey::from_bytes(&seeds(seat).0).sign(bytes).to_bytes()).into()
}

/// The secret of the key that shares for the second seat are sealed to.
fn encryption() -> Scalar {
    hash_to_scalar("trustee encryption", &[&seeds(SEAT).1])
}

fn commitments(deal: &Value) -> Vec<u8> {
    deal["commitments"].as_array().unwrap().iter().flat_map(bytes).collect()
}

/// The deal with other shares, signed by its dealer.
fn dealt_again(deal: &Value, change: impl FnOnce(&mut Vec<Value>)) -> Value {
    let mut deal = deal.clone();
    change(deal["shares"].as_array_mut().unwrap());
    let shares: Vec<u8> = deal["shares"].as_array().unwrap().iter().flat_map(bytes).collect();
    let (plan, possession) = (bytes(&deal["plan"]), bytes(&deal["possession"]));
    let (ephemeral, second) = (bytes(&deal["ephemeral"]), bytes(&deal["ephemeral_possession"]));
    let parts: [&[u8]; 7] =
        [&plan, &DEALER.to_be_bytes(), &commitments(&deal), &possession, &ephemeral, &second, &shares];
    deal["signature"] = sign(DEALER, &framed("deal", &parts));
    deal
}

/// The cipher, nonce and binding of the share for the second seat.
fn cipher(deal: &Value) -> (Aes256Gcm, [u8; 12], Vec<u8>) {
    let digest = Sha256::digest(commitments(deal));
    let info = framed("dealt share", &[&bytes(&deal["plan"]), &DEALER.to_be_bytes(), &SEAT.to_be_bytes(), &digest]);
    let shared = (point(&deal["ephemeral"]) * encryption()).compress().to_bytes();
    let mut key = [0; 44];
    Hkdf::<Sha512>::new(Some(&bytes(&deal["ephemeral"])), &shared).expand(&info, &mut key).unwrap();
    let (mut nonce, mut secret) = ([0; 12], [0; 32]);
    secret.copy_from_slice(&key[..32]);
    nonce.copy_from_slice(&key[32..]);
    (Aes256Gcm::new(&secret.into()), nonce, info)
}

/// What the deal gives to the second seat.
fn share(deal: &Value) -> Vec<u8> {
    let (cipher, nonce, info) = cipher(deal);
    let mut message = bytes(&deal["shares"][usize::from(SEAT) - 1]);
    cipher.decrypt_in_place(&nonce.into(), &info, &mut message).unwrap();
    message
}

/// Something else for the second seat, rightly sealed.
fn sealed(deal: &Value, mut message: Vec<u8>) -> Value {
    let (cipher, nonce, info) = cipher(deal);
    cipher.encrypt_in_place(&nonce.into(), &info, &mut message).unwrap();
    hex::encode(message).into()
}

/// The complaint with other values, signed by a seat.
fn complained_again(complaint: &Value, signer: u16, changes: &[(&str, Value)]) -> Value {
    let mut file = complaint.clone();
    for (key, value) in changes {
        file[*key] = value.clone();
    }
    let [plan, deal, shared, proof] = ["plan", "deal", "shared", "proof"].map(|key| bytes(&file[key]));
    let parts: [&[u8]; 6] = [&plan, &number(&file["seat"]), &number(&file["dealer"]), &deal, &shared, &proof];
    file["signature"] = sign(signer, &framed("complaint", &parts));
    file
}

struct Made {
    secrets: Vec<TrusteeSecret>,
    plan: Plan,
}

impl Made {
    fn new() -> Made {
        let secrets = secrets(3, SEED);
        Made { plan: plan(2, &secrets), secrets }
    }

    fn plan_json(&self) -> Value {
        serde_json::from_slice(&self.plan.to_json()).unwrap()
    }

    fn deal(&self, file: &Value) -> Deal {
        Deal::parse(&self.plan, file.to_string().as_bytes()).unwrap()
    }

    fn honest(&self) -> Value {
        serde_json::from_slice(&self.secrets[0].deal(&self.plan).unwrap().to_json()).unwrap()
    }

    /// What the second seat says about a deal of a liar.
    fn judged(&self, lie: &Value) -> Value {
        let others = self.secrets[1..].iter().map(|secret| secret.deal(&self.plan).unwrap());
        let deals = std::iter::once(self.deal(lie)).chain(others).collect();
        let transcript = Transcript::new(self.plan.clone(), deals).unwrap();
        match self.secrets[usize::from(SEAT) - 1].clone().judge(&transcript).unwrap() {
            Judgement::Complains(complaint) => serde_json::from_slice(&complaint.to_json()).unwrap(),
            Judgement::Accepts(acceptance) => panic!("{acceptance:?}"),
        }
    }

    /// What the second seat would say about a deal, whether it is right or not: no trustee's tool does that.
    fn said(&self, deal: &Value) -> Value {
        let (x, base) = (encryption(), point(&deal["ephemeral"]));
        let (plan, hash) = (self.plan.hash(), self.deal(deal).hash());
        let k = hash_to_scalar("a nonce of these vectors", &[&hash]);
        let written = |point: RistrettoPoint| point.compress().to_bytes();
        let [public, first] = [x, k].map(|scalar| written(RISTRETTO_BASEPOINT_POINT * scalar));
        let [shared, second] = [x, k].map(|scalar| written(base * scalar));
        let parts: [&[u8]; 7] = [&plan, &hash, &public, &bytes(&deal["ephemeral"]), &shared, &first, &second];
        let c = hash_to_scalar("complaint shared", &parts);
        let proof = [c.to_bytes(), (k + c * x).to_bytes()].concat();
        let file = json!({
            "version": 1, "kind": "complaint", "plan": hex::encode(plan), "seat": SEAT, "dealer": DEALER,
            "deal": hex::encode(hash), "shared": hex::encode(shared), "proof": hex::encode(proof),
        });
        complained_again(&file, SEAT, &[])
    }

    /// Deals by name, and complaints that prove their dealer a liar.
    fn proven(&self) -> (Map<String, Value>, Vec<Value>) {
        let honest = self.honest();
        let right = share(&honest);
        let own = usize::from(SEAT) - 1;
        let with = |message: Vec<u8>| dealt_again(&honest, |shares| shares[own] = sealed(&honest, message));
        let mut other = right.clone();
        other[0] ^= 1;
        let mut plus_order = right;
        super::add(&mut plus_order, &order());
        let lies = [
            ("a share whose tag is wrong", dealt_again(&honest, |shares| shares[own] = "5a".repeat(48).into())),
            ("the share of another seat", dealt_again(&honest, |shares| shares.swap(own, 2))),
            ("another scalar, rightly sealed", with(other)),
            ("the right scalar plus the order of the group", with(plus_order)),
            ("the largest number of 32 bytes", with(vec![0xff; 32])),
        ];
        let mut deals = Map::from_iter([("right to everybody".to_owned(), honest)]);
        let mut proven = Vec::new();
        for (name, lie) in lies {
            let complaint = self.judged(&lie);
            proven.push(json!({ "deal": name, "complaint": complaint, "seat": SEAT, "dealer": DEALER }));
            deals.insert(name.to_owned(), lie);
        }
        (deals, proven)
    }

    /// Complaints that prove nothing, each wrong in one way.
    fn refused(&self, deals: &Map<String, Value>, proven: &[Value]) -> Vec<Value> {
        const RIGHT: &str = "right to everybody";
        let slander = self.said(&deals[RIGHT]);
        let lied = &proven[0];
        let lie = lied["deal"].as_str().unwrap();
        let good = lied["complaint"].clone();
        let with = |changes: &[(&str, Value)]| complained_again(&good, SEAT, changes);
        let proof = bytes(&good["proof"]);
        let proven_by = |c: &[u8], z: &[u8]| Value::from(hex::encode([c, z].concat()));
        let (c, z) = proof.split_at(32);
        let mut longer = good.clone();
        longer["more"] = 1.into();
        let mut shorter = good.clone();
        shorter.as_object_mut().unwrap().remove("proof");
        let mut capitals = good.clone();
        capitals["deal"] = good["deal"].as_str().unwrap().to_uppercase().into();
        let other_point = hex::encode((RISTRETTO_BASEPOINT_POINT * Scalar::from(5_u64)).compress().to_bytes());
        let elsewhere = Value::from("11".repeat(32));
        let mut flipped = z.to_vec();
        flipped[8] ^= 1;
        let of_another_deal = [("proof", good["proof"].clone())];
        let cases = [
            ("what was dealt is right", "complaint-false", RIGHT, slander.clone()),
            ("about another deal of the same dealer", "ceremony-foreign", RIGHT, good.clone()),
            ("the proof of another deal", "complaint-proof", RIGHT, complained_again(&slander, SEAT, &of_another_deal)),
            (
                "another point in place of the shared one",
                "complaint-proof",
                lie,
                with(&[("shared", other_point.into())]),
            ),
            ("a changed answer", "complaint-proof", lie, with(&[("proof", proven_by(c, &flipped))])),
            ("the shared point is the identity", "sealing-point", lie, with(&[("shared", "00".repeat(32).into())])),
            ("the shared point is p", "sealing-point", lie, with(&[("shared", hex::encode(prime()).into())])),
            ("c is the order of the group", "sealing-scalar", lie, with(&[("proof", proven_by(&order(), z))])),
            ("z is the order of the group", "sealing-scalar", lie, with(&[("proof", proven_by(c, &order()))])),
            ("in the name of another seat", "ceremony-signature", lie, with(&[("seat", 3.into())])),
            ("signed by another seat", "ceremony-signature", lie, complained_again(&good, 3, &[])),
            ("of a seat that is not", "ceremony-no-seat", lie, with(&[("seat", 4.into())])),
            ("of seat 0", "ceremony-no-seat", lie, with(&[("seat", 0.into())])),
            ("about another dealer", "ceremony-foreign", lie, with(&[("dealer", 3.into())])),
            ("of another plan", "ceremony-foreign", lie, with(&[("plan", elsewhere.clone())])),
            ("about a deal that is not", "ceremony-foreign", lie, with(&[("deal", elsewhere)])),
            ("version 2", "sealing-version", lie, with(&[("version", 2.into())])),
            ("an acceptance in its place", "complaint-shape", lie, with(&[("kind", "acceptance".into())])),
            ("a trustee's secret in its place", "trustee-secret-refused", lie, with(&[("kind", "trustee".into())])),
            ("an unknown key", "complaint-shape", lie, longer),
            ("a key that is missing", "complaint-shape", lie, shorter),
            ("digits in capitals", "complaint-shape", lie, capitals),
        ];
        let refused = |(name, code, about, complaint): (&str, &str, &str, Value)| {
            let deal = self.deal(&deals[about]);
            let found = Complaint::parse(&self.plan, &deal, complaint.to_string().as_bytes()).expect_err(name);
            assert_eq!(found.code(), code, "{name}: {found}");
            json!({ "name": name, "code": code, "deal": about, "complaint": complaint })
        };
        cases.into_iter().map(refused).collect()
    }
}
