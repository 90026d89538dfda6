//! The test vectors of format 1: made here from seeds, byte for byte the file `vectors/format-1.json`.

use super::{add, committee, context, fields, file, founded, order, prime, secrets, small_bundle, stream};
use sealing::ceremony::Committee;
use sealing::context::Context;
use sealing::envelope::{Coins, Envelope, TAG_BYTES, seal_padded, wrap};
use sealing::payload::{Bundle, pad};
use sealing::share::Share;
use sealing::trustee::TrusteeShare;
use serde_json::{Value, json};

/// The whole file.
pub fn text() -> String {
    let mut secrets = secrets(5, "vectors");
    let transcript = founded(3, &mut secrets);
    let committee = transcript.committee().unwrap();
    let shares: Vec<TrusteeShare> = secrets.iter().map(|secret| secret.share_for(&committee).unwrap()).collect();
    let made = Made { committee, shares };
    let opened = made.opened();
    let hashes: Vec<_> = opened.iter().map(|one| one.envelope.hash()).collect();
    let mut whole = json!({
        "format": "yilang-sealing/1",
        "about": "Test vectors of docs/sealing-format.md. Bytes are hexadecimal. The secrets in it protect nothing.",
        "second_generator": hex::encode(sealing::second_generator()),
        "transcript": serde_json::from_slice::<Value>(&transcript.to_json()).unwrap(),
        "committee": made.committee_json(),
        "envelopes": opened.iter().map(|one| made.opened_json(one)).collect::<Vec<_>>(),
        "list": { "hashes": hashes.iter().map(hex::encode).collect::<Vec<_>>(), "root": hex::encode(sealing::list::root(&hashes)) },
        "refused_envelopes": made.refused(),
        "refused_shares": made.refused_shares(&opened),
        "unopenable": made.unopenable(),
        "complaints": super::complaints::json(),
    });
    // Whether serde_json keeps the order of keys hangs on what else is built with it.
    whole.sort_all_objects();
    let mut text = serde_json::to_string_pretty(&whole).unwrap();
    text.push('\n');
    text
}

struct Made {
    committee: Committee,
    shares: Vec<TrusteeShare>,
}

struct Opened {
    name: &'static str,
    bundle: Bundle,
    coins: Coins,
    envelope: Envelope,
}

impl Made {
    fn committee_json(&self) -> Value {
        let seats = self.committee.seats().iter();
        json!({
            "origin": self.committee.origin(),
            "ceremony": self.committee.ceremony(),
            "threshold": self.committee.threshold(),
            "key": hex::encode(self.committee.key().bytes()),
            "transcript": hex::encode(self.committee.transcript()),
            "seats": seats.map(|seat| json!({
                "name": seat.name,
                "verification_key": hex::encode(seat.verification_key.bytes()),
            })).collect::<Vec<_>>(),
        })
    }

    fn context(&self) -> Context {
        context(&self.committee)
    }

    fn give(&self, envelope: &Envelope) -> Vec<Share> {
        let random = &mut stream(&format!("shares {}", hex::encode(envelope.hash())));
        self.shares.iter().map(|own| Share::give(own, envelope.lid(), random).unwrap()).collect()
    }

    /// Envelopes that open.
    fn opened(&self) -> Vec<Opened> {
        let picture: Vec<u8> = (0..=255_u8).cycle().take(3_000).collect();
        let bundles = [
            ("nothing in it", Bundle::new(fields(&[]), Vec::new(), &mut stream("bundle 0"))),
            ("fields only", small_bundle("bundle 1")),
            (
                "fields and files",
                Bundle::new(
                    fields(&[("amount_fen", "98765400"), ("a.b_c-9", ""), ("note", "\u{7f}\u{2028}😀</script>")]),
                    vec![
                        file("报价单.pdf", "application/pdf", *b"%PDF-"),
                        file("空.txt", "text/plain", *b""),
                        file("x.bin", "application/octet-stream", picture),
                    ],
                    &mut stream("bundle 2"),
                ),
            ),
            ("exactly full", exactly_full()),
        ];
        bundles
            .into_iter()
            .map(|(name, bundle)| {
                let coins = Coins::draw(&mut stream(name)).unwrap();
                let padded = pad(&bundle.content().unwrap()).unwrap();
                let envelope = seal_padded(&self.context(), padded, &coins).unwrap();
                Opened { name, bundle, coins, envelope }
            })
            .collect()
    }

    fn opened_json(&self, one: &Opened) -> Value {
        let content = one.bundle.content().unwrap();
        let manifest = u32::from_be_bytes(content[..4].try_into().unwrap()) as usize;
        let [r, s] = one.coins.bytes();
        json!({
            "name": one.name,
            "context": String::from_utf8(self.context().bytes().unwrap()).unwrap(),
            "fields": one.bundle.fields,
            "files": one.bundle.files.iter().map(|file| json!({
                "name": file.name,
                "type": file.media_type,
                "content": hex::encode(&file.bytes),
            })).collect::<Vec<_>>(),
            "nonce": hex::encode(one.bundle.nonce),
            "manifest": std::str::from_utf8(&content[4..4 + manifest]).unwrap(),
            "content_bytes": content.len(),
            "padded_bytes": pad(&content).unwrap().len(),
            "r": hex::encode(r.as_slice()),
            "s": hex::encode(s.as_slice()),
            "envelope": hex::encode(one.envelope.bytes()),
            "lid": hex::encode(one.envelope.lid().bytes()),
            "hash": hex::encode(one.envelope.hash()),
            "shares": self.give(&one.envelope).iter().map(|share| hex::encode(share.bytes())).collect::<Vec<_>>(),
        })
    }

    /// Envelopes that are refused when they are read or checked.
    fn refused(&self) -> Vec<Value> {
        let good = self.sealed("refused", small_bundle("refused"));
        let other = self.sealed("refused, the other", small_bundle("refused, the other"));
        let (bytes, length) = (good.bytes(), self.context().bytes().unwrap().len());
        let (u, ub, e) = (8 + length, 40 + length, 72 + length);
        let (f, c) = (e + 32, e + 68);
        let sender = 8 + length - 4;
        let mut cases = Vec::new();
        let mut case = |name: &str, code: &str, change: &dyn Fn(&mut Vec<u8>)| {
            let mut bytes = bytes.clone();
            change(&mut bytes);
            let found = Envelope::parse(&bytes).and_then(|envelope| envelope.check()).expect_err(name);
            assert_eq!(found.code(), code, "{name}");
            cases.push(json!({ "name": name, "code": code, "envelope": hex::encode(bytes) }));
        };
        let put = |at: usize, what: Vec<u8>| move |b: &mut Vec<u8>| b[at..at + what.len()].copy_from_slice(&what);
        case("another file", "envelope-shape", &put(0, b"YLSX".to_vec()));
        case("version 2", "sealing-version", &put(4, vec![2]));
        case("suite 2", "sealing-version", &put(5, vec![2]));
        case("a context of 65,535 bytes", "envelope-shape", &put(6, vec![255, 255]));
        case("a context that ends a byte early", "context-shape", &put(6, (length as u16 - 1).to_be_bytes().to_vec()));
        case("a context that is no UTF-8", "context-shape", &put(sender, vec![255]));
        case("a context with a carriage return", "context-shape", &put(7 + length - 1, b"\r".to_vec()));
        case("another sender", "envelope-proof", &put(sender, "乙".as_bytes().to_vec()));
        case("U is the identity", "sealing-point", &put(u, vec![0; 32]));
        case("Ub is the identity", "sealing-point", &put(ub, vec![0; 32]));
        case("U is negative", "sealing-point", &|b| b[u] |= 1);
        case("U is no square", "sealing-point", &put(u, not_square()));
        case("U is p, which is 0 written otherwise", "sealing-point", &put(u, prime()));
        case("U has its highest bit set", "sealing-point", &|b| b[u + 31] |= 128);
        case("U of another envelope", "envelope-proof", &put(u, other.bytes()[u..u + 32].to_vec()));
        case("Ub of another envelope", "envelope-proof", &put(ub, other.bytes()[ub..ub + 32].to_vec()));
        case("U and Ub of another envelope", "envelope-proof", &put(u, other.bytes()[u..u + 64].to_vec()));
        case("U and Ub changed for each other", "envelope-proof", &|b| {
            let both = b[u..u + 64].to_vec();
            b[u..u + 32].copy_from_slice(&both[32..]);
            b[ub..ub + 32].copy_from_slice(&both[..32]);
        });
        case("e is the order of the group", "sealing-scalar", &put(e, order()));
        case("f is the order of the group", "sealing-scalar", &put(f, order()));
        case("f plus the order of the group", "sealing-scalar", &|b| add(&mut b[f..f + 32], &order()));
        case("e changed", "envelope-proof", &|b| b[e] ^= 1);
        case("f changed", "envelope-proof", &|b| b[f] ^= 1);
        case("e and f are 0", "envelope-proof", &put(e, vec![0; 64]));
        case("ciphertext changed at its beginning", "envelope-proof", &|b| b[c] ^= 1);
        case("ciphertext changed at its end", "envelope-proof", &|b| *b.last_mut().unwrap() ^= 128);
        case("ciphertext of another envelope", "envelope-proof", &put(c, other.bytes()[c..].to_vec()));
        case("a length that is no size class", "envelope-shape", &put(c - 4, vec![0, 0, 4, 15]));
        case("the length of another size class", "envelope-shape", &put(c - 4, vec![0, 0, 16, 16]));
        case("a byte too few", "envelope-shape", &|b| b.truncate(b.len() - 1));
        case("a byte too many", "envelope-shape", &|b| b.push(0));
        case("nothing", "envelope-shape", &|b| b.clear());
        cases
    }

    fn sealed(&self, name: &str, bundle: Bundle) -> Envelope {
        sealing::envelope::seal(&self.context(), &bundle, &mut stream(name)).unwrap()
    }

    /// Shares that are refused for the first of the envelopes.
    fn refused_shares(&self, opened: &[Opened]) -> Value {
        let [one, two, ..] = opened else { panic!("two envelopes at least") };
        let good: Vec<Vec<u8>> = self.give(&one.envelope).iter().map(|share| share.bytes().to_vec()).collect();
        let other: Vec<Vec<u8>> = self.give(&two.envelope).iter().map(|share| share.bytes().to_vec()).collect();
        let (_, strangers) = committee(5, 3, "strangers");
        let mut cases = Vec::new();
        let mut case = |name: &str, code: &str, bytes: Vec<u8>| {
            let check = |share: Share| share.check(&self.committee, one.envelope.lid());
            assert_eq!(Share::parse(&bytes).and_then(check).expect_err(name).code(), code, "{name}");
            cases.push(json!({ "name": name, "code": code, "share": hex::encode(bytes) }));
        };
        let with = |at: usize, what: &[u8]| {
            let mut bytes = good[0].clone();
            bytes[at..at + what.len()].copy_from_slice(what);
            bytes
        };
        case("for another envelope", "share-proof", other[0].clone());
        case("said to be of seat 2", "share-proof", with(0, &[0, 2]));
        case("said to be of seat 0", "share-seat", with(0, &[0, 0]));
        case("said to be of seat 6", "share-seat", with(0, &[0, 6]));
        case("D is the identity", "sealing-point", with(2, &[0; 32]));
        case("D is p, which is 0 written otherwise", "sealing-point", with(2, &prime()));
        case("D of another seat", "share-proof", with(2, &good[1][2..34]));
        case("proof of another seat", "share-proof", with(34, &good[1][34..]));
        case("proof of another envelope", "share-proof", with(34, &other[0][34..]));
        case("c is the order of the group", "sealing-scalar", with(34, &order()));
        case("z is the order of the group", "sealing-scalar", with(66, &order()));
        case("c changed", "share-proof", with(34, &[good[0][34] ^ 1]));
        case("z changed", "share-proof", with(66, &[good[0][66] ^ 1]));
        case("a byte too few", "share-shape", good[0][..97].to_vec());
        case("a byte too many", "share-shape", [good[0].as_slice(), &[0]].concat());
        let strange = Share::give(&strangers[0], self.strange(&strangers[0]).lid(), &mut stream("strange")).unwrap();
        case("of a stranger", "share-proof", strange.bytes().to_vec());
        json!({ "envelope": one.name, "cases": cases })
    }

    fn strange(&self, own: &TrusteeShare) -> Envelope {
        let random = &mut stream("an envelope for strangers");
        sealing::envelope::seal(&context(own.committee()), &small_bundle("strangers"), random).unwrap()
    }

    /// Envelopes that everybody takes for good until they are opened: the sender lied about what is in them.
    fn unopenable(&self) -> Vec<Value> {
        let content = small_bundle("unopenable").content().unwrap();
        let good = pad(&content).unwrap();
        let manifest = |text: &str| [&(text.len() as u32).to_be_bytes(), text.as_bytes()].concat();
        let text = std::str::from_utf8(&content[4..]).unwrap().to_owned();
        let padded = |content: &[u8]| pad(content).unwrap();
        let mut wrong_padding = good.clone();
        *wrong_padding.last_mut().unwrap() = 1;
        let mut wrong_class = good.clone();
        wrong_class.resize(4_096, 0);
        let mut wrong_length = good.clone();
        wrong_length[0] = 255;
        let mut cases = vec![
            ("padding that is not zeros", "unopenable-padding", wrong_padding),
            ("a larger size class than it takes", "unopenable-padding", wrong_class),
            ("a length beyond its end", "unopenable-padding", wrong_length),
            ("nothing at all", "unopenable-content", padded(b"")),
            ("a manifest beyond its end", "unopenable-content", padded(&[0, 0, 1, 0, b'{'])),
            ("bytes after the last file", "unopenable-content", padded(&[content.as_slice(), b"x"].concat())),
        ];
        let nonce = "0".repeat(32);
        for (name, text) in wrong_manifests(&text, &nonce) {
            cases.push((name, "unopenable-content", padded(&manifest(&text))));
        }
        let wrong_digest = [manifest(&with_file("a.txt", 1, &nonce)), b"x".to_vec()].concat();
        cases.push(("a file with another digest", "unopenable-content", padded(&wrong_digest)));
        let mut made: Vec<Value> = cases
            .into_iter()
            .map(|(name, code, padded)| {
                let coins = Coins::draw(&mut stream(name)).unwrap();
                self.unopenable_json(name, code, &seal_padded(&self.context(), padded, &coins).unwrap())
            })
            .collect();
        let (name, coins) = ("a ciphertext under another key", Coins::draw(&mut stream("another key")).unwrap());
        let ciphertext = vec![0x5a; 1_024 + TAG_BYTES];
        let envelope = wrap(&self.context(), ciphertext, &coins).unwrap();
        made.push(self.unopenable_json(name, "unopenable-cipher", &envelope));
        made
    }

    fn unopenable_json(&self, name: &str, code: &str, envelope: &Envelope) -> Value {
        let shares = self.give(envelope);
        let found = sealing::open::combine(&self.committee, envelope, &shares).expect_err(name);
        assert_eq!(found.code(), code, "{name}: {found}");
        json!({
            "name": name,
            "code": code,
            "envelope": hex::encode(envelope.bytes()),
            "shares": shares.iter().take(3).map(|share| hex::encode(share.bytes())).collect::<Vec<_>>(),
        })
    }
}

/// Manifests that are not written in the one way, beginning with a right one that is changed.
fn wrong_manifests(right: &str, nonce: &str) -> Vec<(&'static str, String)> {
    let bid = r#""fields":{"amount_fen":"1"},"files":[]"#;
    let with = |fields: &str| format!(r#"{{"version":1,"fields":{{{fields}}},"files":[],"nonce":"{nonce}"}}"#);
    vec![
        ("a blank in the manifest", right.replacen(':', ": ", 1)),
        ("keys in another order", format!(r#"{{{bid},"nonce":"{nonce}","version":1}}"#)),
        ("a key twice", with(r#""amount_fen":"1","amount_fen":"2""#)),
        ("an unknown key", format!(r#"{{"version":1,{bid},"nonce":"{nonce}","more":1}}"#)),
        ("fields in another order", with(r#""b":"1","a":"2""#)),
        ("a field name in capitals", with(r#""Amount":"1""#)),
        ("a field that is a number", with(r#""amount_fen":1"#)),
        ("a letter that needs no escape", with(r#""amount_fen":"\u0031""#)),
        ("a nonce in capitals", format!(r#"{{"version":1,{bid},"nonce":"{}"}}"#, "A".repeat(32))),
        ("version 2 of the manifest", format!(r#"{{"version":2,{bid},"nonce":"{nonce}"}}"#)),
        ("no JSON", "amount_fen=1".to_owned()),
        ("a file that is missing", with_file("a.txt", 5, nonce)),
        ("a file with a folder in its name", with_file("../a.txt", 0, nonce)),
    ]
}

/// A content that fills its size class to the last byte.
fn exactly_full() -> Bundle {
    let bundle = |letters: usize| Bundle::new(fields(&[("x", &"y".repeat(letters))]), Vec::new(), &mut stream("full"));
    let rest = 4_096 - 4 - bundle(0).content().unwrap().len();
    bundle(rest)
}

/// A manifest with one empty file that is said to have so many bytes.
fn with_file(name: &str, bytes: u64, nonce: &str) -> String {
    let empty = "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855";
    let file = format!(r#"{{"name":"{name}","type":"text/plain","bytes":{bytes},"sha256":"{empty}"}}"#);
    format!(r#"{{"version":1,"fields":{{}},"files":[{file}],"nonce":"{nonce}"}}"#)
}

/// RFC 9496, A.3: a non-square x².
fn not_square() -> Vec<u8> {
    hex::decode("26948d35ca62e643e26a83177332e6b6afeb9d08e4268b650f1f5bbd8d81d371").unwrap()
}
