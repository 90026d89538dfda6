//! What a browser is asked for, in the JSON of the specification (5.1.9 and 5.1.10).

use super::{Place, WAIT_MS, cose, written};
use serde_json::{Value, json};

/// Whom a new passkey is for, as devices show it.
#[derive(Debug, Clone)]
pub struct Owner {
    /// 64 random bytes that stand for the account and tell nothing of it.
    pub handle: Vec<u8>,
    /// The login name.
    pub login: String,
    /// The name.
    pub name: String,
}

fn credentials(ids: &[String]) -> Vec<Value> {
    ids.iter().map(|id| json!({ "type": "public-key", "id": id })).collect()
}

/// Asks for a new passkey: kept in the device with its owner, opened by who the device recognises, without a statement
/// of which device it is.
///
/// Devices that hold one of the `known` credentials already say so.
pub fn create(place: &Place, site: &str, owner: &Owner, challenge: &[u8], known: &[String]) -> Value {
    json!({
        "rp": { "id": place.rp_id, "name": site },
        "user": { "id": written(&owner.handle), "name": owner.login, "displayName": owner.name },
        "challenge": written(challenge),
        "pubKeyCredParams":
            cose::ALGORITHMS.map(|algorithm| json!({ "type": "public-key", "alg": algorithm })),
        "timeout": WAIT_MS,
        "excludeCredentials": credentials(known),
        "authenticatorSelection":
            { "residentKey": "required", "requireResidentKey": true, "userVerification": "required" },
        "attestation": "none",
    })
}

/// Asks for a passkey: one of these, or any the device has for this site.
pub fn get(place: &Place, challenge: &[u8], these: &[String]) -> Value {
    json!({
        "challenge": written(challenge),
        "timeout": WAIT_MS,
        "rpId": place.rp_id,
        "allowCredentials": credentials(these),
        "userVerification": "required",
    })
}
