//! A device with passkeys, as a browser would speak for it. What it does wrong is said by its fields.

use base64::Engine;
use base64::engine::general_purpose::URL_SAFE_NO_PAD as B64;
use ciborium::Value as Cbor;
use ring::rand::SystemRandom;
use ring::signature::{ECDSA_P256_SHA256_ASN1_SIGNING, EcdsaKeyPair, Ed25519KeyPair, KeyPair};
use serde_json::{Value, json};
use sha2::{Digest, Sha256};

/// Where the house of these tests is reached.
pub const ADDRESS: &str = "http://localhost:8060";

pub enum Key {
    P256(EcdsaKeyPair),
    Edwards(Ed25519KeyPair),
}

pub struct Device {
    pub key: Key,
    pub id: Vec<u8>,
    /// The page the browser shows.
    pub origin: String,
    /// The site it thinks it is.
    pub rp_id: String,
    /// Whether it looks who holds it.
    pub verifies: bool,
    /// How often it has signed; none for one that does not count.
    pub count: Option<u32>,
    /// Whose it is, once it has been told.
    pub handle: Option<String>,
}

fn map(pairs: Vec<(Cbor, Cbor)>) -> Vec<u8> {
    let mut out = Vec::new();
    ciborium::into_writer(&Cbor::Map(pairs), &mut out).expect("written");
    out
}

impl Device {
    fn with(key: Key) -> Device {
        let id = platform::random::bits().to_le_bytes().to_vec();
        Device { key, id, origin: ADDRESS.into(), rp_id: "localhost".into(), verifies: true, count: None, handle: None }
    }

    /// A device with a key on P-256, as most have.
    pub fn new() -> Device {
        let random = SystemRandom::new();
        let key = EcdsaKeyPair::generate_pkcs8(&ECDSA_P256_SHA256_ASN1_SIGNING, &random).expect("a key");
        let key = EcdsaKeyPair::from_pkcs8(&ECDSA_P256_SHA256_ASN1_SIGNING, key.as_ref(), &random).expect("a key");
        Device::with(Key::P256(key))
    }

    /// A device with a key on edwards25519.
    pub fn edwards() -> Device {
        let key = Ed25519KeyPair::generate_pkcs8(&SystemRandom::new()).expect("a key");
        Device::with(Key::Edwards(Ed25519KeyPair::from_pkcs8(key.as_ref()).expect("a key")))
    }

    fn public_key(&self) -> Vec<u8> {
        let int = |n: i64| Cbor::Integer(n.into());
        map(match &self.key {
            Key::P256(key) => {
                let point = key.public_key().as_ref();
                let (x, y) = (point[1..33].to_vec(), point[33..].to_vec());
                vec![
                    (int(1), int(2)),
                    (int(3), int(-7)),
                    (int(-1), int(1)),
                    (int(-2), Cbor::Bytes(x)),
                    (int(-3), Cbor::Bytes(y)),
                ]
            }
            Key::Edwards(key) => {
                let point = key.public_key().as_ref().to_vec();
                vec![(int(1), int(1)), (int(3), int(-8)), (int(-1), int(6)), (int(-2), Cbor::Bytes(point))]
            }
        })
    }

    fn signature(&self, message: &[u8]) -> Vec<u8> {
        match &self.key {
            Key::P256(key) => key.sign(&SystemRandom::new(), message).expect("signed").as_ref().to_vec(),
            Key::Edwards(key) => key.sign(message).as_ref().to_vec(),
        }
    }

    fn data(&mut self, flags: u8) -> Vec<u8> {
        let verified = if self.verifies { 4 } else { 0 };
        self.count = self.count.map(|count| count + 1);
        let count = self.count.unwrap_or(0).to_be_bytes();
        [Sha256::digest(&self.rp_id).to_vec(), vec![flags | 1 | verified], count.to_vec()].concat()
    }

    fn client(&self, kind: &str, options: &Value) -> Vec<u8> {
        let said =
            json!({ "type": kind, "challenge": options["challenge"], "origin": self.origin, "crossOrigin": false });
        said.to_string().into_bytes()
    }

    fn told(&self, response: Value) -> String {
        let id = B64.encode(&self.id);
        json!({ "id": id, "rawId": id, "type": "public-key", "response": response }).to_string()
    }

    /// Makes the passkey that is asked for.
    pub fn make(&mut self, options: &Value) -> String {
        assert_eq!(options["authenticatorSelection"]["userVerification"], "required");
        assert_eq!(options["attestation"], "none");
        self.handle = options["user"]["id"].as_str().map(str::to_owned);
        assert_eq!(B64.decode(self.handle.as_ref().expect("a handle")).expect("base 64").len(), 64);
        let client = self.client("webauthn.create", options);
        let length = u16::try_from(self.id.len()).expect("short").to_be_bytes();
        let data = [self.data(64), vec![0; 16], length.to_vec(), self.id.clone(), self.public_key()].concat();
        let text = |word: &str| Cbor::Text(word.into());
        let object = map(vec![
            (text("fmt"), text("none")),
            (text("attStmt"), Cbor::Map(Vec::new())),
            (text("authData"), Cbor::Bytes(data)),
        ]);
        self.told(json!({ "clientDataJSON": B64.encode(client), "attestationObject": B64.encode(object) }))
    }

    /// Shows its passkey.
    pub fn show(&mut self, options: &Value) -> String {
        assert_eq!(options["userVerification"], "required");
        let client = self.client("webauthn.get", options);
        let data = self.data(0);
        let signature = self.signature(&[data.clone(), Sha256::digest(&client).to_vec()].concat());
        self.told(json!({
            "clientDataJSON": B64.encode(client),
            "authenticatorData": B64.encode(data),
            "signature": B64.encode(signature),
            "userHandle": self.handle,
        }))
    }
}

/// What a page asks its device for.
pub fn asked(page: &str) -> Value {
    let options = page.split("data-options=\"").nth(1).expect("the page asks").split('"').next().expect("an end");
    serde_json::from_str(&options.replace("&#34;", "\"").replace("&quot;", "\"").replace("&amp;", "&"))
        .expect("options are JSON")
}
