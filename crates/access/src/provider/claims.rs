//! What a provider says of somebody, held to the specification.

use openidconnect::core::{CoreIdToken, CoreIdTokenVerifier, CoreJwsSigningAlgorithm};
use openidconnect::{ClaimsVerificationError, Nonce, SignatureVerificationError};
use std::time::{Duration, UNIX_EPOCH};

/// Signatures that are accepted: by a key that only the provider has.
pub(super) const ALGORITHMS: [CoreJwsSigningAlgorithm; 4] = [
    CoreJwsSigningAlgorithm::RsaSsaPkcs1V15Sha256,
    CoreJwsSigningAlgorithm::RsaSsaPssSha256,
    CoreJwsSigningAlgorithm::EcdsaP256Sha256,
    CoreJwsSigningAlgorithm::EdDsa,
];
/// How far the provider's clock may be off, in milliseconds.
const SKEW_MS: i64 = 60_000;
/// Characters of a subject (`OpenID` Connect Core, 2).
const SUBJECT_CHARS_MAX: usize = 255;

/// Who it is, and how he has shown it there.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Said {
    pub(super) subject: String,
    /// Whether he has shown a second factor of a kind that counts here.
    pub(super) strong: bool,
}

/// Why nothing of it is believed.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) enum Unbelieved {
    /// It is signed by a key that is not known yet.
    Key,
    /// For the log; it tells nothing of the person.
    Because(&'static str),
}

/// Issuer, audience, authorised party, signature and its algorithm, end, nonce and subject.
pub(super) fn believed(
    token: &CoreIdToken,
    verifier: CoreIdTokenVerifier<'_>,
    nonce: &str,
    now_ms: i64,
    (client_id, second_factor): (&str, &[String]),
) -> Result<Said, Unbelieved> {
    let late = Duration::from_millis(u64::try_from(now_ms.saturating_sub(SKEW_MS)).unwrap_or(0));
    let issued_max_s = (now_ms.saturating_add(SKEW_MS)) / 1000;
    let verifier = verifier
        .set_allowed_algs(ALGORITHMS)
        .set_time_fn(move || (UNIX_EPOCH + late).into())
        .set_issue_time_verifier_fn(move |issued| {
            if issued.timestamp() <= issued_max_s { Ok(()) } else { Err("issued in the future".into()) }
        });
    let claims = token.claims(&verifier, &Nonce::new(nonce.to_owned())).map_err(|error| because(&error))?;
    // The library leaves this one to us: a statement that was made for another site's use is none for this one.
    if claims.authorized_party().is_some_and(|party| party.as_str() != client_id) {
        return Err(Unbelieved::Because("authorised party"));
    }
    let subject = claims.subject().as_str();
    if subject.is_empty() || subject.chars().count() > SUBJECT_CHARS_MAX || subject.chars().any(char::is_control) {
        return Err(Unbelieved::Because("subject"));
    }
    let acr = claims.auth_context_ref().map(|acr| acr.as_str());
    let amr = claims.auth_method_refs().into_iter().flatten().map(|amr| amr.as_str());
    let strong = acr.into_iter().chain(amr).any(|word| second_factor.iter().any(|counts| counts == word));
    Ok(Said { subject: subject.to_owned(), strong })
}

fn because(error: &ClaimsVerificationError) -> Unbelieved {
    Unbelieved::Because(match error {
        ClaimsVerificationError::SignatureVerification(SignatureVerificationError::NoMatchingKey) => {
            return Unbelieved::Key;
        }
        ClaimsVerificationError::SignatureVerification(_) => "signature",
        ClaimsVerificationError::Expired(_) => "expired",
        ClaimsVerificationError::InvalidAudience(_) => "audience",
        ClaimsVerificationError::InvalidIssuer(_) => "issuer",
        ClaimsVerificationError::InvalidNonce(_) => "nonce",
        _ => "claims",
    })
}
