//! Passkeys: what a browser says is checked here (Web Authentication Level 3, 7.1 and 7.2), without I/O.
//!
//! Asked for and accepted is exactly what this house needs: discoverable credentials with user verification, without
//! attestation. Whatever statement comes with a new credential is therefore not looked at: nothing is concluded from it.
//! Signatures are verified by `ring`; see docs/adr/0014.

mod client;
mod cose;
mod data;
pub mod options;

pub use crate::rules::passkey::Doubt;

use client::{Client, Told, plain};
use data::Data;
use serde::Deserialize;
use sha2::{Digest, Sha256};
use url::{Host, Url};

/// Bytes of a challenge.
pub const CHALLENGE_BYTES: usize = 32;
/// How long a question waits for its answer, in milliseconds.
pub const WAIT_MS: i64 = 5 * 60_000;
/// Bytes of an answer that are read.
const ANSWER_BYTES_MAX: usize = 32 * 1024;

/// Where passkeys are for: the one host, and the one origin of its pages.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Place {
    /// The relying party's id: the host's name.
    pub rp_id: String,
    /// The origin of the pages.
    pub origin: String,
}

impl Place {
    /// The place of a site's address; none where browsers have no passkeys: without https, or where the host is a number.
    pub fn of(public_url: &str) -> Option<Place> {
        let url = Url::parse(public_url).ok()?;
        let Some(Host::Domain(name)) = url.host() else { return None };
        let local = name == "localhost" || name.ends_with(".localhost");
        let safe = url.scheme() == "https" || (url.scheme() == "http" && local);
        safe.then(|| Place { rp_id: name.to_owned(), origin: url.origin().ascii_serialization() })
    }

    fn hash(&self) -> [u8; 32] {
        Sha256::digest(self.rp_id.as_bytes()).into()
    }
}

/// A new credential.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Made {
    /// What it answers to.
    pub challenge: Vec<u8>,
    /// Its id.
    pub credential: Vec<u8>,
    /// Its public key as the device gave it (COSE), of a kind that [`Shown::signed_by`] knows.
    pub public_key: Vec<u8>,
    /// How often it has signed; 0 for devices that do not count.
    pub sign_count: u32,
    /// Whether it is kept in more than one device.
    pub backed_up: bool,
}

/// A credential that was shown. Its signature is still to be looked at, with the key that is kept.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Shown {
    /// What it answers to.
    pub challenge: Vec<u8>,
    /// Its id.
    pub credential: Vec<u8>,
    /// Whose it is, as the device remembers it.
    pub user_handle: Option<Vec<u8>>,
    /// How often it has signed.
    pub sign_count: u32,
    /// Whether it is kept in more than one device.
    pub backed_up: bool,
    signed: Vec<u8>,
    signature: Vec<u8>,
}

impl Shown {
    /// Whether the holder of this key has signed what was shown.
    pub fn signed_by(&self, public_key: &[u8]) -> bool {
        cose::Key::read(public_key).is_some_and(|key| key.verifies(&self.signed, &self.signature))
    }
}

/// The answer of a device, in the JSON of the specification (5.1, `RegistrationResponseJSON`, `AuthenticationResponseJSON`).
#[derive(Deserialize)]
struct Answer<R> {
    #[serde(rename = "rawId")]
    raw_id: Told,
    #[serde(rename = "type")]
    kind: String,
    response: R,
}

#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
struct CreateResponse {
    #[serde(rename = "clientDataJSON")]
    client: Told,
    attestation_object: Told,
}

#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
struct GetResponse {
    #[serde(rename = "clientDataJSON")]
    client: Told,
    authenticator_data: Told,
    signature: Told,
    #[serde(default)]
    user_handle: Option<Told>,
}

fn answer<'a, R: Deserialize<'a>>(typed: &'a str) -> Result<Answer<R>, Doubt> {
    if typed.len() > ANSWER_BYTES_MAX {
        return Err(Doubt::Form);
    }
    let answer: Answer<R> = serde_json::from_str(typed).map_err(|_| Doubt::Form)?;
    if answer.kind == "public-key" { Ok(answer) } else { Err(Doubt::Form) }
}

/// Reads a new credential (7.1). The challenge is the caller's to recognise.
///
/// # Errors
/// The first thing that is not as it must be.
pub fn made(place: &Place, typed: &str) -> Result<Made, Doubt> {
    let Answer { raw_id, response, .. } = answer::<CreateResponse>(typed)?;
    let client = Client::read(&response.client.0, "webauthn.create", &place.origin)?;
    let bytes = data::of_attestation(&response.attestation_object.0).ok_or(Doubt::Form)?;
    let data = checked(place, &bytes)?;
    let (credential, public_key) = data.attested.ok_or(Doubt::Form)?;
    if credential != raw_id.0.as_slice() {
        return Err(Doubt::Form);
    }
    cose::Key::read(public_key).ok_or(Doubt::Algorithm)?;
    Ok(Made {
        challenge: client.challenge,
        credential: credential.to_vec(),
        public_key: public_key.to_vec(),
        sign_count: data.sign_count,
        backed_up: data.backed_up(),
    })
}

/// Reads a credential that was shown (7.2), all but its signature.
///
/// # Errors
/// The first thing that is not as it must be.
pub fn shown(place: &Place, typed: &str) -> Result<Shown, Doubt> {
    let Answer { raw_id, response, .. } = answer::<GetResponse>(typed)?;
    let client = Client::read(&response.client.0, "webauthn.get", &place.origin)?;
    let data = checked(place, &response.authenticator_data.0)?;
    let (sign_count, backed_up) = (data.sign_count, data.backed_up());
    let mut signed = response.authenticator_data.0.clone();
    signed.extend_from_slice(&Sha256::digest(&response.client.0));
    Ok(Shown {
        challenge: client.challenge,
        credential: raw_id.0,
        user_handle: response.user_handle.map(|handle| handle.0),
        sign_count,
        backed_up,
        signed,
        signature: response.signature.0,
    })
}

fn checked<'a>(place: &Place, bytes: &'a [u8]) -> Result<Data<'a>, Doubt> {
    let data = Data::read(bytes).ok_or(Doubt::Form)?;
    if data.rp_id_hash != place.hash() {
        return Err(Doubt::Origin);
    }
    if !data.present() || !data.verified() {
        return Err(Doubt::Unverified);
    }
    Ok(data)
}

/// Whether a count of signatures has gone on; devices that do not count always say 0.
pub fn count_goes_on(before: i64, now: u32) -> bool {
    (before == 0 && now == 0) || i64::from(now) > before
}

/// Bytes as the specification writes them: base 64 for addresses, without padding.
pub fn written(bytes: &[u8]) -> String {
    plain(bytes)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn passkeys_are_for_one_name_over_https_or_this_machine() {
        let place = Place::of("https://corridor.example:8443/").unwrap();
        assert_eq!(place, Place { rp_id: "corridor.example".into(), origin: "https://corridor.example:8443".into() });
        assert_eq!(Place::of("http://localhost:8060").unwrap().origin, "http://localhost:8060");
        assert_eq!(Place::of("https://corridor.example").unwrap().origin, "https://corridor.example");
        for none in ["http://corridor.example", "https://10.0.0.1", "http://127.0.0.1:8060", "https://[::1]", "", "x"] {
            assert_eq!(Place::of(none), None, "{none}");
        }
    }

    #[test]
    fn a_count_goes_on_or_is_never_kept() {
        for (before, now, on) in [(0, 0, true), (0, 1, true), (5, 6, true), (5, 5, false), (5, 4, false), (5, 0, false)]
        {
            assert_eq!(count_goes_on(before, now), on, "{before} {now}");
        }
    }

    #[test]
    fn what_is_no_answer_is_refused() {
        let place = Place::of("https://corridor.example").unwrap();
        for text in ["", "{}", "[]", "null", "{\"rawId\":\"*\",\"type\":\"public-key\",\"response\":{}}"] {
            assert_eq!(made(&place, text), Err(Doubt::Form), "{text}");
            assert_eq!(shown(&place, text), Err(Doubt::Form), "{text}");
        }
        assert_eq!(shown(&place, &" ".repeat(ANSWER_BYTES_MAX + 1)), Err(Doubt::Form));
    }
}
