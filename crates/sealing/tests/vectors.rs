//! The file of test vectors is what this program makes, and this program does what the file says.

mod made;

use sealing::ceremony::{Complaint, Deal, Plan, Transcript};
use sealing::envelope::{Envelope, Lid};
use sealing::open::{all, combine};
use sealing::payload::Bundle;
use sealing::share::Share;
use serde_json::Value;

const FILE: &str = include_str!("../vectors/format-1.json");

fn file() -> Value {
    serde_json::from_str(FILE).unwrap()
}

fn bytes(value: &Value) -> Vec<u8> {
    hex::decode(value.as_str().unwrap()).unwrap()
}

fn shares(values: &Value) -> Vec<Share> {
    values.as_array().unwrap().iter().map(|share| Share::parse(&bytes(share)).unwrap()).collect()
}

#[test]
fn the_file_is_made_again_byte_for_byte() {
    assert!(made::vectors::text() == FILE, "run: cargo run -p sealing --example vectors > vectors/format-1.json");
}

#[test]
fn the_file_opens_as_it_says() {
    let file = file();
    let transcript = Transcript::parse(file["transcript"].to_string().as_bytes()).unwrap();
    let committee = transcript.committee().unwrap();
    assert_eq!(hex::encode(committee.key().bytes()), file["committee"]["key"]);
    let mut items = Vec::new();
    for one in file["envelopes"].as_array().unwrap() {
        let envelope = Envelope::parse(&bytes(&one["envelope"])).unwrap();
        assert_eq!(envelope.lid(), &Lid::parse(&bytes(&one["lid"])).unwrap());
        assert_eq!(hex::encode(envelope.hash()), one["hash"]);
        items.push((envelope, shares(&one["shares"])));
    }
    let outcomes = all(&committee, &items);
    for (one, outcome) in file["envelopes"].as_array().unwrap().iter().zip(outcomes) {
        assert_eq!(outcome.faults, []);
        let Bundle { fields, files, nonce } = outcome.content.unwrap();
        assert_eq!(serde_json::to_value(fields).unwrap(), one["fields"]);
        assert_eq!(hex::encode(nonce), one["nonce"]);
        for (file, said) in files.iter().zip(one["files"].as_array().unwrap()) {
            assert_eq!((said["name"].as_str(), bytes(&said["content"])), (Some(&*file.name), file.bytes.clone()));
        }
    }
}

#[test]
fn the_file_is_refused_as_it_says() {
    let file = file();
    let committee = Transcript::parse(file["transcript"].to_string().as_bytes()).unwrap().committee().unwrap();
    for case in file["refused_envelopes"].as_array().unwrap() {
        let found = Envelope::parse(&bytes(&case["envelope"])).and_then(|envelope| envelope.check()).unwrap_err();
        assert_eq!(found.code(), case["code"], "{}", case["name"]);
    }
    let first = Envelope::parse(&bytes(&file["envelopes"][0]["envelope"])).unwrap();
    assert_eq!(file["refused_shares"]["envelope"], file["envelopes"][0]["name"]);
    for case in file["refused_shares"]["cases"].as_array().unwrap() {
        let check = |share: Share| share.check(&committee, first.lid());
        let found = Share::parse(&bytes(&case["share"])).and_then(check).unwrap_err();
        assert_eq!(found.code(), case["code"], "{}", case["name"]);
    }
    for case in file["unopenable"].as_array().unwrap() {
        let envelope = Envelope::parse(&bytes(&case["envelope"])).unwrap();
        let found = combine(&committee, &envelope, &shares(&case["shares"])).unwrap_err();
        assert_eq!(found.code(), case["code"], "{}", case["name"]);
    }
}

#[test]
fn the_complaints_of_the_file_are_judged_as_it_says() {
    let file = &file()["complaints"];
    let plan = Plan::parse(file["plan"].to_string().as_bytes()).unwrap();
    let deal = |case: &Value| {
        let deal = &file["deals"][case["deal"].as_str().unwrap()];
        Deal::parse(&plan, deal.to_string().as_bytes()).expect("nobody but the cheated seat can see it")
    };
    let judged = |case: &Value| Complaint::parse(&plan, &deal(case), case["complaint"].to_string().as_bytes());
    let (proven, refused) = (file["proven"].as_array().unwrap(), file["refused"].as_array().unwrap());
    for case in proven {
        let complaint = judged(case).unwrap_or_else(|error| panic!("{}: {error}", case["deal"]));
        assert_eq!((&complaint.seat().into(), &complaint.liar().into()), (&case["seat"], &case["dealer"]));
    }
    for case in refused {
        assert_eq!(judged(case).unwrap_err().code(), case["code"], "{}", case["name"]);
    }
}
