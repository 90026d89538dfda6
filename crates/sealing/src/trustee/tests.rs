//! Ceremonies with liars. Only from inside the crate can a trustee be made to lie.

use super::*;
use crate::made::{self, dealt, founded, plan, secrets};
use crate::open::combine;
use crate::share::Share;

const CHEAP: Cost = Cost { memory_kib: 64, passes: 1, lanes: 1 };

/// A deal of a liar: the polynomial and what it gives to seats may be bent.
fn bent(secret: &TrusteeSecret, plan: &Plan, bend: &dyn Fn(u16, Scalar) -> Scalar) -> Deal {
    let seed = secret.dealing().unwrap();
    secret.deal_of(plan, &seed, &TrusteeSecret::polynomial(&seed, plan), bend).unwrap()
}

/// A deal changed by its dealer, who signs it again.
fn changed(secret: &TrusteeSecret, plan: &Plan, change: impl FnOnce(&mut DealFile)) -> Result<Deal, SealingError> {
    let mut file = secret.deal(plan).unwrap().file().clone();
    change(&mut file);
    file.signature = secret.sign(&file.signed());
    Deal::check(plan, file)
}

fn with_deal(plan: &Plan, secrets: &[TrusteeSecret], deal: Deal) -> Transcript {
    let deals =
        secrets.iter().map(|secret| if secret.seat == deal.seat() { deal.clone() } else { secret.deal(plan).unwrap() });
    Transcript::new(plan.clone(), deals.collect()).unwrap()
}

fn accepts(judgement: Result<Judgement, SealingError>) -> Acceptance {
    match judgement.unwrap() {
        Judgement::Accepts(acceptance) => acceptance,
        Judgement::Complains(complaint) => panic!("{complaint:?}"),
    }
}

fn complains(judgement: Result<Judgement, SealingError>) -> Complaint {
    match judgement.unwrap() {
        Judgement::Complains(complaint) => complaint,
        Judgement::Accepts(acceptance) => panic!("{acceptance:?}"),
    }
}

#[test]
fn a_dealer_who_lies_to_one_seat_is_named_and_everybody_can_see_it() {
    let mut secrets = secrets(4, "liar");
    let plan = plan(3, &secrets);
    let lie = bent(&secrets[2], &plan, &|to, share| if to == 2 { share + Scalar::ONE } else { share });
    let transcript = with_deal(&plan, &secrets, lie.clone());
    accepts(secrets[0].judge(&transcript));
    let complaint = complains(secrets[1].judge(&transcript));
    assert_eq!((complaint.seat(), complaint.liar()), (2, 3));
    assert_eq!(secrets[1].accepted(), None);
    // Everybody judges the file by itself and comes to the same.
    let file = complaint.to_json();
    assert_eq!(Complaint::accused(&file), Ok(3));
    assert_eq!(Complaint::parse(&plan, &lie, &file), Ok(complaint));
    // It is about this deal only.
    let other = secrets[3].deal(&plan).unwrap();
    let foreign = Err(SealingError::Foreign { part: Part::Complaint, of: "deal" });
    assert_eq!(Complaint::parse(&plan, &other, &file), foreign);
    assert_eq!(transcript.committee(), Err(SealingError::Acceptances { given: 0, needed: 4 }));
}

#[test]
fn a_share_that_cannot_be_read_is_a_lie_too() {
    let mut secrets = secrets(3, "unreadable");
    let plan = plan(2, &secrets);
    let garbage = changed(&secrets[0], &plan, |file| file.shares[1].0[5] ^= 1).unwrap();
    let transcript = with_deal(&plan, &secrets, garbage);
    assert_eq!(complains(secrets[1].judge(&transcript)).liar(), 1);

    // A scalar that is not canonical, rightly encrypted.
    let not_canonical = changed(&secrets[0], &plan, |file| {
        let seed = secrets[0].dealing().unwrap();
        let ephemeral = TrusteeSecret::derived(&seed, "trustee ephemeral", &[&plan.hash()]);
        let shared = plan.seats()[1].encryption_key().at * *ephemeral;
        let mut message = vec![0xff; 32];
        let (key, info) = dealt_key(&plan.hash(), file, 2, &shared);
        key.encrypt(&info, &mut message).unwrap();
        file.shares[1] = Hex(message.try_into().unwrap());
    });
    let transcript = with_deal(&plan, &secrets, not_canonical.unwrap());
    assert_eq!(complains(secrets[1].judge(&transcript)).liar(), 1);
}

#[test]
fn a_false_complaint_is_refused() {
    let secrets = secrets(3, "slander");
    let plan = plan(2, &secrets);
    let honest = secrets[0].deal(&plan).unwrap();
    let seed = secrets[1].dealing().unwrap();
    let file = secrets[1].complaint_file(&plan, &honest, &seed).unwrap();
    assert_eq!(Complaint::check(&plan, &honest, file.clone()), Err(SealingError::ComplaintFalse(1)));

    // Another point in place of the shared one makes honest shares look bad, but has no proof.
    let slander = |change: &dyn Fn(&mut ComplaintFile)| {
        let mut file = file.clone();
        change(&mut file);
        file.signature = secrets[1].sign(&file.signed());
        Complaint::check(&plan, &honest, file).unwrap_err()
    };
    let other = Point::of(times_first(&Scalar::from(5_u64))).unwrap();
    assert_eq!(slander(&|file| file.shared = Hex(*other.bytes())), SealingError::ComplaintProof(2));
    assert_eq!(slander(&|file| file.proof.0[40] ^= 1), SealingError::ComplaintProof(2));
    assert_eq!(slander(&|file| file.shared = Hex([0; 32])), SealingError::Point(Part::Complaint));
    assert_eq!(slander(&|file| file.proof = Hex([255; 64])), SealingError::Scalar(Part::Complaint));
    let signature = SealingError::Signature { part: Part::Complaint, seat: 3 };
    assert_eq!(slander(&|file| file.seat = 3), signature, "in the name of another seat");
    assert_eq!(slander(&|file| file.plan.0[0] ^= 1).code(), "ceremony-foreign");
    assert_eq!(slander(&|file| file.seat = 4), SealingError::NoSeat { part: Part::Complaint, seat: 4 });
    assert_eq!(slander(&|file| file.seat = 0), SealingError::NoSeat { part: Part::Complaint, seat: 0 });
    assert_eq!(slander(&|file| file.version = 2).code(), "sealing-version");
}

#[test]
fn deals_that_anybody_can_see_to_be_wrong_are_refused() {
    let secrets = secrets(4, "wrong deals");
    let plan = plan(3, &secrets);
    let own = &secrets[0];
    let other = secrets[1].deal(&plan).unwrap();
    let refused = |change: &dyn Fn(&mut DealFile)| changed(own, &plan, change).unwrap_err();
    let count = |what, found, wanted| SealingError::Count { seat: 1, what, found, wanted };
    assert_eq!(refused(&|file| file.commitments.truncate(2)), count("commitments", 2, 3));
    assert_eq!(refused(&|file| file.commitments.push(file.commitments[0])), count("commitments", 4, 3));
    assert_eq!(refused(&|file| file.shares.truncate(3)), count("shares", 3, 4));
    assert_eq!(refused(&|file| file.commitments[2] = Hex([0; 32])), SealingError::Point(Part::Deal));
    assert_eq!(refused(&|file| file.commitments[2] = Hex([255; 32])), SealingError::Point(Part::Deal));
    assert_eq!(refused(&|file| file.ephemeral = Hex([0; 32])), SealingError::Point(Part::Deal));
    assert_eq!(refused(&|file| file.possession = Hex([255; 64])), SealingError::Scalar(Part::Deal));
    let possession = |key| SealingError::Possession { part: Part::Deal, seat: 1, key };
    let first = |file: &mut DealFile| file.commitments[0] = other.file().commitments[0];
    assert_eq!(refused(&first), possession("first commitment"), "a copied commitment");
    assert_eq!(refused(&|file| file.possession = other.file().possession), possession("first commitment"));
    let copied = |file: &mut DealFile| {
        file.ephemeral = other.file().ephemeral;
        file.ephemeral_possession = other.file().ephemeral_possession;
    };
    assert_eq!(refused(&copied), possession("ephemeral key"), "a copied key would make a complaint an oracle");
    let signature = SealingError::Signature { part: Part::Deal, seat: 2 };
    assert_eq!(refused(&|file| file.seat = 2), signature, "in the name of another seat");
    assert_eq!(refused(&|file| file.plan.0[0] ^= 1), SealingError::Foreign { part: Part::Deal, of: "plan" });
    assert_eq!(refused(&|file| file.seat = 5), SealingError::NoSeat { part: Part::Deal, seat: 5 });
    assert_eq!(refused(&|file| file.version = 2).code(), "sealing-version");
    assert!(Deal::parse(&plan, &changed(own, &plan, |_| ()).unwrap().to_json()).is_ok());
}

/// A dealer who waits for the others and takes their commitments away again would alone know the key.
#[test]
fn a_rogue_key_has_no_proof() {
    let secrets = secrets(3, "rogue");
    let plan = plan(2, &secrets);
    let sum = secrets[..2].iter().map(|secret| secret.deal(&plan).unwrap().commitments()[0].at);
    let rogue = Point::of(times_first(&Scalar::from(42_u64)) - sum.sum::<curve25519_dalek::RistrettoPoint>()).unwrap();
    let refused = changed(&secrets[2], &plan, |file| file.commitments[0] = Hex(*rogue.bytes())).unwrap_err();
    assert_eq!(refused, SealingError::Possession { part: Part::Deal, seat: 3, key: "first commitment" });
}

#[test]
fn a_key_that_is_the_identity_is_refused() {
    let mut secrets = secrets(3, "identity");
    let plan = plan(2, &secrets);
    let constant = |secret: &TrusteeSecret| TrusteeSecret::polynomial(&secret.dealing().unwrap(), &plan)[0];
    let mut polynomial = TrusteeSecret::polynomial(&secrets[2].dealing().unwrap(), &plan);
    polynomial[0] = -(constant(&secrets[0]) + constant(&secrets[1]));
    let seed = secrets[2].dealing().unwrap();
    let deal = secrets[2].deal_of(&plan, &seed, &polynomial, &|_, share| share).unwrap();
    let transcript = with_deal(&plan, &secrets, deal);
    assert_eq!(transcript.key(), Err(SealingError::KeyIdentity));
    assert_eq!(secrets[0].judge(&transcript), Err(SealingError::KeyIdentity));
    assert_eq!(secrets[0].accepted(), None, "nothing half");
    assert!(secrets[0].registration().is_ok());
}

#[test]
fn a_liar_in_acceptance_founds_no_committee() {
    let mut secrets = secrets(3, "acceptance");
    let plan = plan(2, &secrets);
    let mut transcript = dealt(&plan, &secrets);
    let acceptance = accepts(secrets[0].judge(&transcript));
    let lie = |change: &dyn Fn(&mut AcceptanceFile), signer: &TrusteeSecret| {
        let mut file = acceptance.file().clone();
        change(&mut file);
        file.signature = signer.sign(&file.signed());
        Acceptance::check(&plan, &transcript.hash(), file).map(|_| ()).unwrap_err()
    };
    let other = SealingError::Foreign { part: Part::Acceptance, of: "transcript" };
    assert_eq!(lie(&|file| file.transcript.0[0] ^= 1, &secrets[0]), other);
    assert_eq!(lie(&|file| file.plan.0[0] ^= 1, &secrets[0]).code(), "ceremony-foreign");
    assert_eq!(lie(&|file| file.seat = 2, &secrets[0]), SealingError::Signature { part: Part::Acceptance, seat: 2 });
    assert_eq!(lie(&|_| (), &secrets[1]), SealingError::Signature { part: Part::Acceptance, seat: 1 });
    assert_eq!(lie(&|file| file.version = 2, &secrets[0]).code(), "sealing-version");

    transcript.accept(acceptance.clone()).unwrap();
    transcript.accept(acceptance).unwrap();
    assert_eq!(transcript.committee(), Err(SealingError::Acceptances { given: 1, needed: 3 }), "a repeat is one");
    for secret in &mut secrets[1..] {
        let judged = accepts(secret.judge(&transcript));
        transcript.accept(Acceptance::parse(&transcript, &judged.to_json()).unwrap()).unwrap();
    }
    assert!(transcript.committee().is_ok());
    assert_eq!(Transcript::parse(&transcript.to_json()), Ok(transcript));
}

#[test]
fn who_has_accepted_accepts_nothing_else_and_forgets_what_he_dealt() {
    let mut secrets = secrets(3, "forgets");
    let plan = plan(2, &secrets);
    let transcript = dealt(&plan, &secrets);
    let other = with_deal(&plan, &secrets, bent(&secrets[2], &plan, &|_, share| share + Scalar::ONE));
    let first = accepts(secrets[0].judge(&transcript));
    assert_eq!(accepts(secrets[0].judge(&transcript)), first, "asked again, it says the same");
    assert_eq!(secrets[0].judge(&other), Err(SealingError::AcceptedOther));
    assert_eq!(secrets[0].registration(), Err(SealingError::Over));
    assert_eq!(secrets[0].deal(&plan), Err(SealingError::Over));
    assert_eq!(secrets[0].accepted(), Some(transcript.hash()));
}

#[test]
fn a_plan_or_a_transcript_that_leaves_a_seat_out_is_refused_by_it() {
    let mut secrets = secrets(4, "left out");
    let others = plan(2, &secrets[..3]);
    assert_eq!(secrets[3].deal(&others), Err(SealingError::NoSeat { part: Part::Plan, seat: 4 }));
    // The seat is there with keys of somebody else.
    let stranger = made::secret(1, "stranger");
    let mut seats = secrets.clone();
    seats[0] = stranger;
    let taken = plan(3, &seats);
    let error = SealingError::Foreign { part: Part::Plan, of: "registration of this seat" };
    assert_eq!(secrets[0].deal(&taken), Err(error.clone()));
    assert_eq!(secrets[0].judge(&dealt(&taken, &seats)), Err(error));
    // Its own deal was changed for another one.
    let plan = plan(3, &secrets);
    let bent = bent(&secrets[0], &plan, &|_, share| share + Scalar::ONE);
    let transcript = with_deal(&plan, &secrets, bent);
    let error = SealingError::Foreign { part: Part::Transcript, of: "deal of this seat" };
    assert_eq!(secrets[0].judge(&transcript), Err(error));
}

#[test]
fn shares_are_for_the_committee_that_was_accepted() {
    let mut secrets = secrets(3, "one");
    let mut others = made::secrets(3, "two");
    assert_eq!(secrets[0].accepted(), None);
    let other = founded(2, &mut others).committee().unwrap();
    assert_eq!(secrets[0].share_for(&other).err(), Some(SealingError::NotAccepted));
    let own = founded(2, &mut secrets).committee().unwrap();
    assert_eq!(secrets[0].share_for(&other).err(), Some(SealingError::AcceptedOther));
    assert!(secrets[0].share_for(&own).is_ok());
}

#[test]
fn a_file_holds_a_secret_before_and_after_acceptance() {
    let mut secrets = secrets(3, "file");
    let seal = |secret: &TrusteeSecret| {
        secret.seal_file("示例口令，足够长".as_bytes(), CHEAP, &mut made::stream("file")).unwrap()
    };
    let open = |file: &[u8]| TrusteeSecret::open_file(file, "示例口令，足够长".as_bytes());
    let before = seal(&secrets[0]);
    assert!(open(&before).unwrap() == secrets[0]);
    let committee = founded(2, &mut secrets).committee().unwrap();
    let files: Vec<Vec<u8>> = secrets.iter().map(seal).collect();
    let envelope =
        crate::envelope::seal(&made::context(&committee), &made::small_bundle("file"), &mut made::stream("file"));
    let envelope = envelope.unwrap();
    let share = |file: &Vec<u8>| {
        let own = open(file).unwrap().share_for(&committee).unwrap();
        Share::give(&own, envelope.lid(), &mut made::stream("share")).unwrap()
    };
    let shares: Vec<Share> = files[1..].iter().map(share).collect();
    assert_eq!(combine(&committee, &envelope, &shares), Ok(made::small_bundle("file")));
    let text = String::from_utf8(before).unwrap();
    assert!(text.contains("示例席位 1"), "one can see whose file it is");
    assert!(!text.contains(&hex::encode(secrets[1].signing.as_slice())));
}

#[test]
fn a_trustee_file_that_was_changed_is_refused() {
    let secret = made::secret(1, "changed");
    let passphrase = b"twelve bytes and more";
    let file = secret.seal_file(passphrase, CHEAP, &mut made::stream("changed")).unwrap();
    let error = |file: &[u8], passphrase: &[u8]| TrusteeSecret::open_file(file, passphrase).err().unwrap();
    assert_eq!(error(&file, b"twelve bytes and less"), SealingError::Passphrase);
    let change = |name: &str, value: serde_json::Value| {
        let mut json: serde_json::Value = serde_json::from_slice(&file).unwrap();
        json[name] = value;
        error(json.to_string().as_bytes(), passphrase)
    };
    for (name, value) in [("seat", 2.into()), ("name", "x".into()), ("ceremony", "x".into()), ("origin", "x".into())] {
        assert_eq!(change(name, value), SealingError::Passphrase, "{name}");
    }
    assert_eq!(change("salt", "00".repeat(16).into()), SealingError::Passphrase);
    assert_eq!(change("nonce", "00".repeat(12).into()), SealingError::Passphrase);
    assert_eq!(change("sealed", "".into()), SealingError::Passphrase);
    assert_eq!(change("version", 2.into()), SealingError::Version { part: Part::Trustee, found: 2 });
    let cost = |memory: u32, passes: u32, lanes: u32| {
        change("cost", serde_json::json!({ "memory_kib": memory, "passes": passes, "lanes": lanes })).code()
    };
    assert_eq!(cost(128, 1, 1), "trustee-passphrase");
    for (memory, passes, lanes) in [(1 << 21, 1, 1), (64, 17, 1), (64, 1, 17), (0, 1, 1), (64, 0, 1), (64, 1, 0)] {
        assert_eq!(cost(memory, passes, lanes), "trustee-shape", "{memory} {passes} {lanes}");
    }
    for (name, value) in [("sealed", "x".into()), ("salt", "00".into()), ("more", 1.into()), ("kind", "deal".into())] {
        assert_eq!(change(name, value).code(), "trustee-shape", "{name}");
    }
    assert_eq!(error(b"", passphrase).code(), "trustee-shape");
    let short = secret.seal_file(b"eleven byte", CHEAP, &mut made::stream("short"));
    assert_eq!(short, Err(SealingError::PassphraseShort(12)));
}

#[test]
fn the_usual_cost_is_that_of_the_rfc() {
    let secret = made::secret(1, "cost");
    let file = secret.seal_file(b"twelve bytes", Cost::default(), &mut made::stream("cost")).unwrap();
    assert!(String::from_utf8_lossy(&file).contains("65536"));
    assert!(TrusteeSecret::open_file(&file, b"twelve bytes").unwrap() == secret);
}

#[test]
fn a_trustee_file_is_refused_wherever_a_public_one_belongs() {
    let secrets = secrets(3, "refused");
    let plan = plan(2, &secrets);
    let transcript = dealt(&plan, &secrets);
    let file = secrets[0].seal_file(b"twelve bytes", CHEAP, &mut made::stream("refused")).unwrap();
    assert_eq!(Registration::parse(&file), Err(SealingError::Secret));
    assert_eq!(Plan::parse(&file), Err(SealingError::Secret));
    assert_eq!(Deal::parse(&plan, &file), Err(SealingError::Secret));
    assert_eq!(Acceptance::parse(&transcript, &file), Err(SealingError::Secret));
    assert_eq!(Complaint::accused(&file), Err(SealingError::Secret));
    assert_eq!(Transcript::parse(&file), Err(SealingError::Secret));
    assert!(is_secret(&file) && !is_secret(&plan.to_json()) && !is_secret(b"{"));
}

#[test]
fn nothing_that_is_printed_tells_a_secret() {
    let secret = made::secret(1, "printed");
    let said = format!("{secret:?}");
    assert_eq!(said, format!("TrusteeSecret(seat 1 of {})", made::CEREMONY));
}
