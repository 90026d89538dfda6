//! What the browser itself says (5.8.1): which page asked for what.

use crate::rules::passkey::Doubt;
use base64::Engine;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use serde::{Deserialize, Deserializer};

/// Bytes written in base 64 for addresses, without padding.
#[derive(Debug)]
pub(super) struct Told(pub(super) Vec<u8>);

impl<'de> Deserialize<'de> for Told {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Told, D::Error> {
        let text = std::borrow::Cow::<'de, str>::deserialize(deserializer)?;
        URL_SAFE_NO_PAD.decode(text.as_bytes()).map(Told).map_err(serde::de::Error::custom)
    }
}

pub(super) fn plain(bytes: &[u8]) -> String {
    URL_SAFE_NO_PAD.encode(bytes)
}

#[derive(Deserialize)]
struct Said {
    #[serde(rename = "type")]
    kind: String,
    challenge: Told,
    origin: String,
    #[serde(rename = "crossOrigin", default)]
    cross_origin: bool,
}

/// The part of it that is not compared here.
#[derive(Debug)]
pub(super) struct Client {
    /// The challenge that was answered.
    pub(super) challenge: Vec<u8>,
}

impl Client {
    /// Reads it and holds it to the kind of question and the page it must come from.
    pub(super) fn read(bytes: &[u8], kind: &str, origin: &str) -> Result<Client, Doubt> {
        let said: Said = serde_json::from_slice(bytes).map_err(|_| Doubt::Form)?;
        if said.kind != kind || said.origin != origin || said.cross_origin {
            return Err(Doubt::Origin);
        }
        Ok(Client { challenge: said.challenge.0 })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_page_and_the_question_must_be_ours() {
        let read = |text: &str| Client::read(text.as_bytes(), "webauthn.get", "https://a.example").map(|c| c.challenge);
        let good =
            r#"{"type":"webauthn.get","challenge":"AQID","origin":"https://a.example","crossOrigin":false,"new":[1]}"#;
        assert_eq!(read(good), Ok(vec![1, 2, 3]));
        for (bad, doubt) in [
            (good.replace("webauthn.get", "webauthn.create"), Doubt::Origin),
            (good.replace("https://a.example", "https://a.example:8443"), Doubt::Origin),
            (good.replace("https://a.example", "http://a.example"), Doubt::Origin),
            (good.replace("https://a.example", "https://a.example.evil.example"), Doubt::Origin),
            (good.replace("false", "true"), Doubt::Origin),
            (good.replace("AQID", "AQID=="), Doubt::Form),
            (good.replace("AQID", "+/=="), Doubt::Form),
            (good[1..].to_owned(), Doubt::Form),
        ] {
            assert_eq!(read(&bad), Err(doubt), "{bad}");
        }
    }
}
