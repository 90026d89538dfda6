//! Files of a ceremony as they come from outside: read, refused, and never half.

mod made;

use made::{CEREMONY, ORIGIN, dealt, founded, plan, secret, secrets};
use proptest::prelude::*;
use sealing::ceremony::{Deal, Plan, Registration, Transcript};
use sealing::trustee::TrusteeSecret;
use sealing::{Part, SealingError};
use serde_json::{Value, json};

fn change(file: &[u8], name: &str, value: Value) -> Vec<u8> {
    let mut json: Value = serde_json::from_slice(file).unwrap();
    json[name] = value;
    json.to_string().into_bytes()
}

#[test]
fn a_ceremony_is_the_same_whoever_reads_its_files() {
    let mut secrets = secrets(5, "files");
    let registrations: Vec<Registration> =
        secrets.iter().map(|secret| Registration::parse(&secret.registration().unwrap().to_json()).unwrap()).collect();
    let made = Plan::new(ORIGIN, CEREMONY, 3, &registrations).unwrap();
    let plan = Plan::parse(&made.to_json()).unwrap();
    assert_eq!((&plan, plan.hash()), (&made, made.hash()));
    for secret in &secrets {
        let deal = secret.deal(&plan).unwrap();
        assert_eq!(Deal::parse(&plan, &deal.to_json()), Ok(deal.clone()));
        assert_eq!(secret.deal(&plan), Ok(deal), "asked again, it deals the same");
    }
    let transcript = founded(3, &mut secrets);
    let read = Transcript::parse(&transcript.to_json()).unwrap();
    assert_eq!(read.committee(), transcript.committee());
    let committee = read.committee().unwrap();
    assert_eq!((committee.threshold(), committee.seats().len()), (3, 5));
    assert_eq!(committee.seats()[4].name, "示例席位 5");
}

#[test]
fn a_registration_that_was_changed_is_refused() {
    let file = secret(1, "registration").registration().unwrap().to_json();
    let other: Value = serde_json::from_slice(&secret(1, "other").registration().unwrap().to_json()).unwrap();
    let code = |name: &str, value: Value| Registration::parse(&change(&file, name, value)).unwrap_err().code();
    for name in ["signing_key", "encryption_key", "possession", "signature"] {
        assert_eq!(code(name, other[name].clone()), "ceremony-signature", "{name}");
        assert_eq!(code(name, "00".into()), "registration-shape", "{name}");
        assert_eq!(code(name, other[name].as_str().unwrap().to_uppercase().into()), "registration-shape", "{name}");
    }
    for name in ["origin", "ceremony", "name"] {
        assert_eq!(code(name, "其他".into()), "ceremony-signature", "{name}");
        for wrong in ["", " x", "x ", "x\ny", &"x".repeat(201)] {
            assert_eq!(code(name, wrong.into()), "registration-shape", "{name} {wrong:?}");
        }
    }
    assert_eq!(code("seat", 2.into()), "ceremony-signature");
    assert_eq!(code("seat", 0.into()), "ceremony-seat-order");
    assert_eq!(code("seat", 65_536.into()), "registration-shape");
    assert_eq!(code("encryption_key", "00".repeat(32).into()), "sealing-point", "the identity");
    assert_eq!(code("encryption_key", "ff".repeat(32).into()), "sealing-point", "not canonical");
    // Points of small order, which a careless check would take for keys that sign everything.
    for weak in ["01".to_owned() + &"00".repeat(31), "00".repeat(32)] {
        assert_eq!(code("signing_key", weak.into()), "ceremony-signature");
    }
    assert_eq!(code("version", 2.into()), "sealing-version");
    assert_eq!(code("kind", "plan".into()), "registration-shape");
    assert_eq!(code("more", 1.into()), "registration-shape");
    for wrong in [&b""[..], b"{}", b"[]", b"null", &file[..100], &[0xff; 9], &vec![b' '; 9_000]] {
        assert_eq!(Registration::parse(wrong).unwrap_err().code(), "registration-shape");
    }
    let zeros = &mut |bytes: &mut [u8]| bytes.fill(0);
    assert_eq!(TrusteeSecret::new(ORIGIN, CEREMONY, 1, "x", zeros).err(), Some(SealingError::Random));
}

#[test]
fn a_plan_names_what_is_wrong_with_its_seats() {
    let secrets = secrets(4, "plan");
    let seats: Vec<Registration> = secrets.iter().map(|secret| secret.registration().unwrap()).collect();
    let made = |threshold: u16, seats: &[Registration]| Plan::new(ORIGIN, CEREMONY, threshold, seats).unwrap_err();
    assert_eq!(made(2, &seats[..2]), SealingError::Seats(2));
    assert_eq!(made(2, &seats), SealingError::Threshold { threshold: 2, seats: 4 });
    assert_eq!(made(5, &seats), SealingError::Threshold { threshold: 5, seats: 4 });
    let order = |found, wanted| SealingError::SeatOrder { part: Part::Plan, found, wanted };
    let pick = |which: &[usize]| which.iter().map(|at| seats[*at].clone()).collect::<Vec<_>>();
    assert_eq!(made(2, &pick(&[1, 0, 2])), order(2, 1));
    assert_eq!(made(2, &pick(&[0, 1, 3])), order(4, 3));
    assert_eq!(made(2, &pick(&[0, 1, 1])), order(2, 3), "a seat twice");

    let foreign = Err(SealingError::Foreign { part: Part::Registration, of: "ceremony" });
    assert_eq!(Plan::new(ORIGIN, "另一次", 3, &seats), foreign);
    assert_eq!(Plan::new("其他.example/log", CEREMONY, 3, &seats), foreign);

    let named = |seat: u16, name: &str, seed: &str| {
        let random = &mut made::stream(seed);
        TrusteeSecret::new(ORIGIN, CEREMONY, seat, name, random).unwrap().registration().unwrap()
    };
    let twins = [named(1, "甲", "a"), named(2, "乙", "b"), named(3, "甲", "c")];
    assert_eq!(made(2, &twins), SealingError::SeatTwice(1, 3, "name"));
    let twins = [named(1, "甲", "a"), named(2, "乙", "b"), named(3, "丙", "b")];
    assert_eq!(made(2, &twins), SealingError::SeatTwice(2, 3, "signing key"));

    let file = plan(3, &secrets).to_json();
    let code = |name: &str, value: Value| Plan::parse(&change(&file, name, value)).unwrap_err().code();
    assert_eq!(code("threshold", 0.into()), "ceremony-threshold");
    assert_eq!(code("threshold", (-1).into()), "plan-shape");
    assert_eq!(code("seats", json!([])), "ceremony-seats");
    assert_eq!(code("seats", json!([1])), "plan-shape");
    assert_eq!(code("origin", "".into()), "plan-shape");
    assert_eq!(code("version", 9.into()), "sealing-version");
    assert!(Plan::parse(&[b' '; 300_000]).unwrap_err().to_string().contains("longer"));
}

#[test]
fn a_transcript_takes_all_deals_in_order() {
    let secrets = secrets(3, "deals");
    let plan = plan(2, &secrets);
    let deals: Vec<Deal> = secrets.iter().map(|secret| secret.deal(&plan).unwrap()).collect();
    let put = |which: &[usize]| {
        let deals = which.iter().map(|at| deals[*at].clone()).collect();
        Transcript::new(plan.clone(), deals).map(|_| ())
    };
    let order = |found, wanted| Err(SealingError::SeatOrder { part: Part::Transcript, found, wanted });
    assert_eq!(put(&[0, 1, 2]), Ok(()));
    assert_eq!(put(&[0, 1]), Err(SealingError::Seats(2)));
    assert_eq!(put(&[0, 2, 1]), order(3, 2));
    assert_eq!(put(&[0, 0, 1]), order(1, 2));
    let other = made::plan(3, &secrets);
    let strange = secrets[2].deal(&other).unwrap();
    let mixed = vec![deals[0].clone(), deals[1].clone(), strange];
    let foreign = SealingError::Foreign { part: Part::Deal, of: "plan" };
    assert_eq!(Transcript::new(plan.clone(), mixed), Err(foreign));

    let mut secrets = secrets;
    let whole = founded(2, &mut secrets).to_json();
    let json: Value = serde_json::from_slice(&whole).unwrap();
    let acceptances = |order: &[usize]| order.iter().map(|at| json["acceptances"][*at].clone()).collect::<Vec<_>>();
    let read = |order: &[usize]| Transcript::parse(&change(&whole, "acceptances", acceptances(order).into()));
    assert!(read(&[0, 1, 2]).unwrap().committee().is_ok());
    assert_eq!(read(&[0, 2]).unwrap().committee(), Err(SealingError::Acceptances { given: 2, needed: 3 }));
    assert_eq!(read(&[0, 0, 1]).unwrap_err(), SealingError::SeatOrder { part: Part::Transcript, found: 1, wanted: 2 });
    assert_eq!(read(&[1, 0, 2]).unwrap_err().code(), "ceremony-seat-order");
    assert_eq!(Transcript::parse(&change(&whole, "deals", json!([]))), Err(SealingError::Seats(0)));
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 200, ..ProptestConfig::default() })]

    /// Whatever byte is changed: the file is refused, or it says what it said.
    #[test]
    fn no_changed_byte_changes_a_committee(at in any::<prop::sample::Index>(), bit in 0_u8..8) {
        static FILE: std::sync::LazyLock<Vec<u8>> = std::sync::LazyLock::new(|| {
            founded(2, &mut secrets(3, "bytes")).to_json()
        });
        let mut changed = FILE.clone();
        let at = at.index(changed.len());
        changed[at] ^= 1 << bit;
        if let Ok(read) = Transcript::parse(&changed) {
            let whole = Transcript::parse(&FILE).unwrap();
            prop_assert_eq!(read.committee(), whole.committee());
        }
    }

    #[test]
    fn no_bytes_make_it_panic(bytes in prop::collection::vec(any::<u8>(), 0..300)) {
        let plan = static_plan();
        prop_assert!(Registration::parse(&bytes).is_err());
        prop_assert!(Plan::parse(&bytes).is_err());
        prop_assert!(Deal::parse(plan, &bytes).is_err());
        prop_assert!(Transcript::parse(&bytes).is_err());
        prop_assert!(TrusteeSecret::open_file(&bytes, b"twelve bytes").is_err());
        prop_assert!(sealing::envelope::Envelope::parse(&bytes).is_err());
        prop_assert!(sealing::envelope::Lid::parse(&bytes).is_err());
    }
}

fn static_plan() -> &'static Plan {
    static PLAN: std::sync::LazyLock<Plan> = std::sync::LazyLock::new(|| plan(2, &secrets(3, "static")));
    &PLAN
}

#[test]
fn what_was_dealt_hangs_on_the_plan() {
    let secrets = secrets(4, "plans");
    let (one, two) = (dealt(&plan(3, &secrets), &secrets), dealt(&plan(4, &secrets), &secrets));
    assert_ne!(one.hash(), two.hash());
    assert_ne!(one.key(), two.key(), "another plan is dealt other polynomials, so that no two deals give one away");
}
