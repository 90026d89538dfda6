//! What is said to a provider: where its doors are, and what a code is worth.

use super::claims::{Said, Unbelieved, believed};
use super::{Provider, Providers};
use crate::rules::provider as rules;
use base64::Engine;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use kernel::Refusal;
use openidconnect::core::{
    CoreAuthDisplay, CoreClaimName, CoreClaimType, CoreClient, CoreClientAuthMethod, CoreGrantType, CoreIdToken,
    CoreJsonWebKey, CoreJweContentEncryptionAlgorithm, CoreJweKeyManagementAlgorithm, CoreResponseMode,
    CoreResponseType, CoreSubjectIdentifierType,
};
use openidconnect::{
    AdditionalProviderMetadata, AuthType, AuthenticationFlow, AuthorizationCode, ClientId, ClientSecret, CsrfToken,
    DiscoveryError, EndpointMaybeSet, EndpointNotSet, EndpointSet, HttpRequest, HttpResponse, IssuerUrl, Nonce,
    PkceCodeChallenge, PkceCodeVerifier, ProviderMetadata, RedirectUrl, RequestTokenError, TokenResponse,
};
use platform::outward::{self, Failed, Get, Post};
use serde::{Deserialize, Serialize};
use sha2::{Digest, Sha256};
use std::collections::HashMap;
use std::fmt;
use std::sync::{Arc, Mutex, PoisonError};

/// How long what a provider says of itself is believed, in milliseconds.
const KNOWN_MS: i64 = 3_600_000;

/// Whether answers name their issuer (RFC 9207).
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
struct Further {
    #[serde(default)]
    authorization_response_iss_parameter_supported: bool,
}

impl AdditionalProviderMetadata for Further {}

type Metadata = ProviderMetadata<
    Further,
    CoreAuthDisplay,
    CoreClientAuthMethod,
    CoreClaimName,
    CoreClaimType,
    CoreGrantType,
    CoreJweContentEncryptionAlgorithm,
    CoreJweKeyManagementAlgorithm,
    CoreJsonWebKey,
    CoreResponseMode,
    CoreResponseType,
    CoreSubjectIdentifierType,
>;

type Client =
    CoreClient<EndpointSet, EndpointNotSet, EndpointNotSet, EndpointNotSet, EndpointMaybeSet, EndpointMaybeSet>;

/// What one sign-in is known by. All of it follows from what the browser carries, so that nothing of it is kept here.
#[derive(Clone)]
pub struct Secrets {
    /// What comes back with the answer.
    pub state: String,
    nonce: String,
    verifier: String,
}

impl Secrets {
    /// Those of a browser that carries this.
    pub fn of(cookie: &str) -> Secrets {
        let word = |what: &str| URL_SAFE_NO_PAD.encode(Sha256::digest(format!("{what}\u{1f}{cookie}").as_bytes()));
        Secrets { state: word("state"), nonce: word("nonce"), verifier: word("verifier") }
    }
}

/// Who came back.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Arrived {
    /// Who vouches.
    pub issuer: String,
    /// For whom.
    pub subject: String,
    /// Whether a second factor was shown there that counts here.
    pub strong: bool,
}

/// The providers of this house, and what is known of them. It can always be asked for again, so each node has its own.
#[derive(Debug, Default)]
pub struct Gate {
    providers: Providers,
    known: Mutex<HashMap<String, (i64, Arc<Metadata>)>>,
}

impl Gate {
    /// The gate of a house with these providers.
    pub fn new(providers: Providers) -> Gate {
        Gate { providers, known: Mutex::default() }
    }

    /// All of them, in the order in which they are shown.
    pub fn providers(&self) -> &[Provider] {
        &self.providers.0
    }

    /// The provider with this id.
    ///
    /// # Errors
    /// `provider-unknown` (404).
    pub fn provider(&self, id: &str) -> Result<&Provider, Refusal> {
        self.providers().iter().find(|provider| provider.id == id).ok_or_else(rules::unknown)
    }

    /// The provider's address that asks for a sign-in.
    ///
    /// # Errors
    /// `provider-away` (503), `provider-untrue`.
    pub async fn door(
        &self,
        provider: &Provider,
        back: &str,
        secrets: &Secrets,
        now_ms: i64,
    ) -> Result<String, Refusal> {
        let metadata = self.known(provider, now_ms, false).await?;
        let client = client(provider, &metadata, back)?;
        let (state, nonce) = (secrets.state.clone(), secrets.nonce.clone());
        let verifier = PkceCodeVerifier::new(secrets.verifier.clone());
        let flow = AuthenticationFlow::<CoreResponseType>::AuthorizationCode;
        let (url, _, _) = client
            .authorize_url(flow, move || CsrfToken::new(state), move || Nonce::new(nonce))
            .set_pkce_challenge(PkceCodeChallenge::from_code_verifier_sha256(&verifier))
            .url();
        let safe = url.scheme() == "https" || (provider.private && url.scheme() == "http");
        if safe { Ok(url.into()) } else { Err(unbelievable(provider, "its door is no https address")) }
    }

    /// Whether an answer that names this issuer, or none, can be the provider's (RFC 9207): one that is meant for another
    /// is not taken.
    ///
    /// # Errors
    /// `provider-untrue`; `provider-away` (503).
    pub async fn named(&self, provider: &Provider, issuer: Option<&str>, now_ms: i64) -> Result<(), Refusal> {
        let metadata = self.known(provider, now_ms, false).await?;
        let must = metadata.additional_metadata().authorization_response_iss_parameter_supported;
        match issuer {
            Some(issuer) if issuer == provider.issuer => Ok(()),
            None if !must => Ok(()),
            _ => Err(unbelievable(provider, "the answer names another issuer")),
        }
    }

    /// Gives the code for a statement of who it is.
    ///
    /// # Errors
    /// `provider-away` (503), `provider-denied`, `provider-untrue`.
    pub async fn arrive(
        &self,
        provider: &Provider,
        back: &str,
        secrets: &Secrets,
        code: &str,
        now_ms: i64,
    ) -> Result<Arrived, Refusal> {
        let metadata = self.known(provider, now_ms, false).await?;
        let client = client(provider, &metadata, back)?;
        let token = exchanged(provider, &client, secrets, code).await?;
        let held = |client: &Client| {
            believed(
                &token,
                client.id_token_verifier(),
                &secrets.nonce,
                now_ms,
                (&provider.client_id, &provider.second_factor),
            )
        };
        let said = match held(&client) {
            // The provider may have a new key since it was asked.
            Err(Unbelieved::Key) => {
                let metadata = self.known(provider, now_ms, true).await?;
                held(&self::client(provider, &metadata, back)?)
            }
            said => said,
        };
        match said {
            Ok(Said { subject, strong }) => Ok(Arrived { issuer: provider.issuer.clone(), subject, strong }),
            Err(Unbelieved::Key) => Err(unbelievable(provider, "an unknown key")),
            Err(Unbelieved::Because(why)) => Err(unbelievable(provider, why)),
        }
    }

    /// What a provider says of itself, with its keys.
    async fn known(&self, provider: &Provider, now_ms: i64, anew: bool) -> Result<Arc<Metadata>, Refusal> {
        let kept = self.known.lock().unwrap_or_else(PoisonError::into_inner).get(&provider.id).cloned();
        // A clock that steps back makes nothing newer than it is.
        let fresh = |at_ms: i64| !anew && (0..KNOWN_MS).contains(&now_ms.saturating_sub(at_ms));
        if let Some((at_ms, metadata)) = kept
            && fresh(at_ms)
        {
            return Ok(metadata);
        }
        let issuer = IssuerUrl::new(provider.issuer.clone()).map_err(|_| rules::unknown())?;
        let private = provider.private;
        let asked = Metadata::discover_async(issuer, &move |request| call(request, private)).await;
        let metadata = asked.map(Arc::new).map_err(|error| match error {
            DiscoveryError::Request(Unheard(failed)) => away(provider, &failed),
            DiscoveryError::Response(status, ..) if status.is_server_error() => {
                away(provider, &Failed::Later(format!("http {status}")))
            }
            _ => unbelievable(provider, "what it says of itself"),
        })?;
        let mut known = self.known.lock().unwrap_or_else(PoisonError::into_inner);
        known.insert(provider.id.clone(), (now_ms, Arc::clone(&metadata)));
        Ok(metadata)
    }
}

fn away(provider: &Provider, failed: &Failed) -> Refusal {
    let (Failed::Later(why) | Failed::Never(why)) = failed;
    tracing::warn!(provider = provider.id, why, "a sign-in service does not answer");
    rules::away()
}

fn unbelievable(provider: &Provider, why: &'static str) -> Refusal {
    tracing::warn!(provider = provider.id, why, "a sign-in service is not believed");
    rules::untrue()
}

fn client(provider: &Provider, metadata: &Metadata, back: &str) -> Result<Client, Refusal> {
    let back = RedirectUrl::new(back.to_owned()).map_err(|_| rules::unknown())?;
    let secret = provider.client_secret.clone().map(ClientSecret::new);
    let client =
        CoreClient::from_provider_metadata(metadata.clone(), ClientId::new(provider.client_id.clone()), secret);
    let methods = metadata.token_endpoint_auth_methods_supported();
    let header = methods.is_none_or(|methods| methods.contains(&CoreClientAuthMethod::ClientSecretBasic));
    let proof = if header { AuthType::BasicAuth } else { AuthType::RequestBody };
    Ok(client.set_redirect_uri(back).set_auth_type(proof))
}

async fn exchanged(
    provider: &Provider,
    client: &Client,
    secrets: &Secrets,
    code: &str,
) -> Result<CoreIdToken, Refusal> {
    let request = client.exchange_code(AuthorizationCode::new(code.to_owned()));
    let request = request.map_err(|_| unbelievable(provider, "it has no place for codes"))?;
    let private = provider.private;
    let answer = request
        .set_pkce_verifier(PkceCodeVerifier::new(secrets.verifier.clone()))
        .request_async(&move |request| call(request, private))
        .await
        .map_err(|error| match error {
            RequestTokenError::Request(Unheard(failed)) => away(provider, &failed),
            RequestTokenError::ServerResponse(_) => rules::denied(),
            RequestTokenError::Parse(..) | RequestTokenError::Other(_) => {
                unbelievable(provider, "what a code is worth")
            }
        })?;
    answer.id_token().cloned().ok_or_else(|| unbelievable(provider, "it says nothing of the person"))
}

/// Nothing came back.
#[derive(Debug)]
struct Unheard(Failed);

impl fmt::Display for Unheard {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let (Failed::Later(why) | Failed::Never(why)) = &self.0;
        f.write_str(why)
    }
}

impl std::error::Error for Unheard {}

/// Headers that the protocol sends.
const HEADERS: [&str; 3] = ["accept", "authorization", "content-type"];

async fn call(request: HttpRequest, private: bool) -> Result<HttpResponse, Unheard> {
    let never = || Unheard(Failed::Never("address".into()));
    let header = |name: &'static str| Some((name, request.headers().get(name)?.to_str().ok()?.to_owned()));
    let headers = HEADERS.into_iter().filter_map(header).collect();
    let url = request.uri().to_string();
    let answer = if request.method() == "POST" {
        let body = String::from_utf8(request.body().clone()).map_err(|_| never())?;
        outward::post(&Post { url, private, headers, body }).await
    } else {
        outward::get(&Get { url, private, headers }).await
    };
    let answer = answer.map_err(Unheard)?;
    let response = openidconnect::http::Response::builder().status(answer.status.as_u16());
    let response =
        if answer.media_type.is_empty() { response } else { response.header("content-type", answer.media_type) };
    response.body(answer.body).map_err(|_| never())
}
