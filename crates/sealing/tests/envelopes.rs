//! Envelopes from sealing to opening: what goes in comes out, for nobody but enough trustees, and for no other purpose.

mod made;

use made::{committee, context, fields, file, small_bundle, stream};
use proptest::prelude::*;
use sealing::SealingError;
use sealing::ceremony::Committee;
use sealing::context::Context;
use sealing::envelope::{Envelope, Lid, seal};
use sealing::open::{Unopenable, all, combine};
use sealing::payload::Bundle;
use sealing::share::Share;
use sealing::trustee::TrusteeShare;

fn give(shares: &[TrusteeShare], envelope: &Envelope) -> Vec<Share> {
    shares.iter().map(|own| Share::give(own, envelope.lid(), &mut stream("give")).unwrap()).collect()
}

fn sealed(committee: &Committee, seed: &str) -> Envelope {
    seal(&context(committee), &small_bundle(seed), &mut stream(seed)).unwrap()
}

/// Seats, and a threshold that is more than half of them.
fn sizes() -> impl Strategy<Value = (u16, u16)> {
    (3_u16..=7).prop_flat_map(|seats| (Just(seats), seats / 2 + 1..=seats))
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 24, ..ProptestConfig::default() })]

    #[test]
    fn any_threshold_of_seats_opens_and_one_less_does_not(
        (seats, threshold) in sizes(),
        order in any::<prop::sample::Index>(),
        length in prop_oneof![0_usize..3_000, 15_000_usize..20_000, 60_000_usize..70_000],
        seed in "[a-z]{8}",
    ) {
        let (committee, shares) = committee(seats, threshold, &seed);
        let mut bytes = vec![0; length];
        stream(&seed)(&mut bytes);
        let files = vec![file("示例.bin", "application/octet-stream", bytes)];
        let bundle = Bundle::new(fields(&[("amount_fen", &seed)]), files, &mut stream(&seed));
        let envelope = seal(&context(&committee), &bundle, &mut stream(&seed)).unwrap();
        let envelope = Envelope::parse(&envelope.bytes()).unwrap();
        prop_assert_eq!(envelope.lid().check_for(&context(&committee)), Ok(()));

        let mut given = give(&shares, &envelope);
        let turned = order.index(given.len());
        given.rotate_left(turned);
        let given: Vec<Share> = given.iter().map(|share| Share::parse(&share.bytes()).unwrap()).collect();
        let threshold = usize::from(threshold);
        for chosen in given.windows(threshold) {
            prop_assert_eq!(combine(&committee, &envelope, chosen), Ok(bundle.clone()));
        }
        prop_assert_eq!(combine(&committee, &envelope, &given), Ok(bundle));
        for chosen in given.windows(threshold - 1) {
            let few = SealingError::SharesFew { given: threshold - 1, needed: threshold };
            prop_assert_eq!(combine(&committee, &envelope, chosen), Err(few));
        }
    }
}

#[test]
fn a_single_changed_bit_anywhere_makes_an_envelope_worthless() {
    let (committee, shares) = committee(3, 2, "bits");
    let envelope = sealed(&committee, "bits");
    let given = give(&shares, &envelope);
    let bytes = envelope.bytes();
    for at in 0..bytes.len() {
        let mut changed = bytes.clone();
        changed[at] ^= 1 << (at % 8);
        let Ok(changed) = Envelope::parse(&changed) else { continue };
        assert_eq!(changed.check(), Err(SealingError::EnvelopeProof), "byte {at}");
        assert!(combine(&committee, &changed, &given).is_err(), "byte {at}");
        let asked = Share::give(&shares[0], changed.lid(), &mut stream("asked"));
        assert!(asked.is_err(), "no honest trustee gives a share for it: byte {at}");
    }
}

#[test]
fn a_single_changed_bit_anywhere_makes_a_share_worthless() {
    let (committee, shares) = committee(3, 2, "share bits");
    let envelope = sealed(&committee, "share bits");
    let bytes = give(&shares, &envelope)[0].bytes();
    for at in 0..bytes.len() {
        let mut changed = bytes;
        changed[at] ^= 1 << (at % 8);
        let checked = Share::parse(&changed).and_then(|share| share.check(&committee, envelope.lid()));
        assert!(checked.is_err(), "byte {at}");
    }
}

#[test]
fn an_envelope_is_for_its_context_only() {
    let (committee, _) = committee(3, 2, "context");
    let envelope = sealed(&committee, "context");
    let own = context(&committee);
    let other = self::committee_of("another").0;
    for (field, wanted) in [
        ("house", Context { origin: "其他.example/log".into(), ..own.clone() }),
        ("round", Context { round: "round-2".into(), ..own.clone() }),
        ("committee", Context { committee: "示例委员会-2".into(), ..own.clone() }),
        ("key", Context { key: *other.key(), ..own.clone() }),
        ("text of the rules", Context { rules: [8; 32], ..own.clone() }),
        ("deadline", Context { closes_ms: own.closes_ms + 1, ..own.clone() }),
        ("sender", Context { sender: "示例投标人乙".into(), ..own.clone() }),
    ] {
        assert_eq!(envelope.lid().check_for(&wanted), Err(SealingError::EnvelopeContext(field)));
        // Whoever writes the wanted context into the envelope breaks the sender's proof.
        let text = |context: &Context| context.bytes().unwrap();
        let bytes = envelope.bytes();
        let written = text(&wanted);
        let moved =
            [&bytes[..6], &(written.len() as u16).to_be_bytes(), &written, &bytes[8 + text(&own).len()..]].concat();
        assert_eq!(Envelope::parse(&moved).unwrap().lid().check_for(&wanted), Err(SealingError::EnvelopeProof));
    }
    assert_eq!(envelope.lid().check_for(&own), Ok(()));
}

fn committee_of(seed: &str) -> (Committee, Vec<TrusteeShare>) {
    committee(3, 2, seed)
}

#[test]
fn trustees_give_no_share_for_an_envelope_of_another_committee() {
    let (own, shares) = committee_of("own");
    let (other, _) = committee_of("other");
    let foreign = sealed(&other, "foreign");
    let asked = Share::give(&shares[0], foreign.lid(), &mut stream("asked"));
    assert_eq!(asked, Err(SealingError::EnvelopeContext("key")));
    let opened = combine(&own, &foreign, &[]);
    assert_eq!(opened, Err(SealingError::Unopenable(Unopenable::Context("key"))));
}

#[test]
fn shares_are_refused_by_name() {
    let (committee, shares) = committee(5, 3, "names");
    let (envelope, other) = (sealed(&committee, "one"), sealed(&committee, "two"));
    let (given, others) = (give(&shares, &envelope), give(&shares, &other));
    let open = |chosen: &[&Share]| {
        let chosen: Vec<Share> = chosen.iter().map(|share| (*share).clone()).collect();
        combine(&committee, &envelope, &chosen).map(|_| ())
    };
    assert_eq!(open(&[&given[0], &given[1], &others[2]]), Err(SealingError::ShareProof(3)));
    assert_eq!(open(&[&given[0], &given[1], &given[1]]), Err(SealingError::ShareTwice(2)));
    assert_eq!(open(&[&given[4], &given[1], &given[2]]), Ok(()));
    assert_eq!(open(&[]), Err(SealingError::SharesFew { given: 0, needed: 3 }));
}

#[test]
fn one_envelope_that_cannot_be_opened_fails_no_other() {
    let (committee, shares) = committee(5, 3, "many");
    let mut items: Vec<(Envelope, Vec<Share>)> = (0..40)
        .map(|number| {
            let envelope = sealed(&committee, &format!("envelope {number}"));
            let given = give(&shares, &envelope);
            (envelope, given)
        })
        .collect();
    // A changed ciphertext, a share of another envelope, one twice, too few.
    let mut bytes = items[3].0.bytes();
    *bytes.last_mut().unwrap() ^= 1;
    items[3].0 = Envelope::parse(&bytes).unwrap();
    items[7].1[0] = items[8].1[0].clone();
    let twice = items[9].1[1].clone();
    items[9].1.push(twice);
    items[11].1.truncate(2);
    let outcomes = all(&committee, &items);
    assert_eq!(outcomes.len(), items.len());
    for (number, outcome) in outcomes.iter().enumerate() {
        let wanted = match number {
            3 => Err(SealingError::Unopenable(Unopenable::Proof)),
            11 => Err(SealingError::SharesFew { given: 2, needed: 3 }),
            _ => Ok(small_bundle(&format!("envelope {number}"))),
        };
        let faults = match number {
            7 => vec![SealingError::ShareProof(1)],
            9 => vec![SealingError::ShareTwice(2)],
            _ => vec![],
        };
        assert_eq!((&outcome.content, &outcome.faults), (&wanted, &faults), "{number}");
    }
    assert_eq!(all(&committee, &[]), []);
}

#[test]
fn equal_bids_make_different_envelopes_of_equal_length() {
    let (committee, _) = committee_of("equal");
    let bid = |amount: &str, seed: &str| {
        let bundle = Bundle::new(fields(&[("amount_fen", amount)]), Vec::new(), &mut stream(seed));
        seal(&context(&committee), &bundle, &mut stream(seed)).unwrap()
    };
    let (one, two, longer) = (bid("1", "a"), bid("1", "b"), bid("100000000000", "c"));
    assert_ne!(one.hash(), two.hash());
    assert_eq!(one.bytes().len(), longer.bytes().len());
}

#[test]
fn a_lid_is_all_that_a_trustee_needs() {
    let (committee, shares) = committee_of("lid");
    let envelope = sealed(&committee, "lid");
    let lid = Lid::parse(envelope.lid().bytes()).unwrap();
    assert!(lid.bytes().len() < 700, "{}", lid.bytes().len());
    assert_eq!((lid.hash(), lid.check()), (envelope.hash(), Ok(())));
    let given: Vec<Share> = shares.iter().map(|own| Share::give(own, &lid, &mut stream("lid")).unwrap()).collect();
    assert_eq!(combine(&committee, &envelope, &given[..2]), Ok(small_bundle("lid")));
    for wrong in [&lid.bytes()[..lid.bytes().len() - 1], &[lid.bytes(), &[0]].concat(), &envelope.bytes()] {
        assert_eq!(Lid::parse(wrong).unwrap_err().code(), "envelope-shape");
    }
}

#[test]
fn random_numbers_that_are_none_are_refused() {
    let (committee, _) = committee_of("zeros");
    let zeros = &mut |bytes: &mut [u8]| bytes.fill(0);
    let sealed = seal(&context(&committee), &small_bundle("zeros"), zeros);
    assert_eq!(sealed, Err(SealingError::Random));
}

#[test]
fn a_bad_source_of_random_numbers_gives_no_trustee_away() {
    let (committee, shares) = committee_of("same numbers");
    let zeros = &mut |bytes: &mut [u8]| bytes.fill(0);
    let (one, two) = (sealed(&committee, "one"), sealed(&committee, "two"));
    let first = Share::give(&shares[0], one.lid(), zeros).unwrap().bytes();
    let second = Share::give(&shares[0], two.lid(), zeros).unwrap().bytes();
    // With one nonce for both, (z − z') / (c − c') would be the key, which the verification key would confirm.
    let scalar = |bytes: &[u8]| curve25519_dalek::Scalar::from_bytes_mod_order(bytes.try_into().unwrap());
    let (c, z) = (scalar(&first[34..66]) - scalar(&second[34..66]), scalar(&first[66..]) - scalar(&second[66..]));
    let guessed = curve25519_dalek::RistrettoPoint::mul_base(&(z * c.invert())).compress().to_bytes();
    assert_ne!(&guessed, committee.verification_key(1).unwrap().bytes());
}

#[test]
fn the_largest_size_class_opens_and_a_byte_more_is_refused() {
    let (committee, shares) = committee_of("large");
    let bundle = |bytes: usize| Bundle::new(fields(&[]), vec![file("a", "a/b", vec![9; bytes])], &mut stream("large"));
    let room = (64 << 20) - 4 - bundle(10_000_000).content().unwrap().len() + 10_000_000;
    let largest = bundle(room);
    let envelope = seal(&context(&committee), &largest, &mut stream("large")).unwrap();
    assert!(combine(&committee, &envelope, &give(&shares, &envelope)) == Ok(largest));
    let over = seal(&context(&committee), &bundle(room + 1), &mut stream("large"));
    assert_eq!(over.map(|_| ()).unwrap_err().code(), "payload-limit");
}
