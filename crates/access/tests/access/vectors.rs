//! Answers of devices as another program makes and judges them; `tests/vectors/make.py` says how.

use access::webauthn::{Place, made, shown};
use serde::Deserialize;
use serde_json::Value;

#[derive(Deserialize)]
struct Vectors {
    origin: String,
    rows: Vec<Row>,
}

#[derive(Deserialize)]
struct Row {
    what: String,
    /// A new passkey; else one that is shown.
    made: bool,
    /// COSE, in hexadecimal.
    public_key: String,
    answer: Value,
    /// What the other program says.
    good: bool,
}

#[test]
fn another_program_says_the_same_of_every_answer() {
    let text = include_str!("../vectors/passkeys.json");
    let vectors: Vectors = serde_json::from_str(text).expect("the vectors are JSON");
    let place = Place::of(&vectors.origin).expect("a place");
    for row in &vectors.rows {
        let (answer, key) = (row.answer.to_string(), hex::decode(&row.public_key).expect("hexadecimal"));
        let good = if row.made {
            made(&place, &answer).is_ok_and(|made| made.public_key == key)
        } else {
            shown(&place, &answer).is_ok_and(|shown| shown.signed_by(&key) && shown.sign_count == 7)
        };
        assert_eq!(good, row.good, "{}", row.what);
    }
    assert_eq!(vectors.rows.iter().filter(|row| row.good).count(), 6, "two of each kind of key are right");
}
