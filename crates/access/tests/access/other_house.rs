//! Another house that vouches for people, on this machine, and lies where it is told to.

use axum::extract::{Form, State};
use axum::http::StatusCode;
use axum::routing::{get, post};
use axum::{Json, Router};
use base64::Engine;
use base64::engine::general_purpose::URL_SAFE_NO_PAD as B64;
use ring::rand::SystemRandom;
use ring::signature::{ECDSA_P256_SHA256_FIXED_SIGNING, EcdsaKeyPair, KeyPair};
use serde_json::{Value, json};
use sha2::{Digest, Sha256};
use std::collections::HashMap;
use std::sync::{Arc, Mutex};
use testkit::TestApp;

/// What this site is called there.
pub const CLIENT: &str = "yilang-test";

/// Changes the claims of a statement, or nothing.
pub type Lie = fn(&mut Value);

struct Inner {
    issuer: String,
    keys: Vec<EcdsaKeyPair>,
    /// Keys that are published, the newest last; statements are signed by the newest of `keys`.
    published: usize,
    codes: HashMap<String, HashMap<String, String>>,
    subject: String,
    lie: Lie,
    header: Option<Value>,
    names_issuer: bool,
    now_s: i64,
    asked: Vec<String>,
}

/// The other house.
#[derive(Clone)]
pub struct OtherHouse(Arc<Mutex<Inner>>);

fn key() -> EcdsaKeyPair {
    let random = SystemRandom::new();
    let key = EcdsaKeyPair::generate_pkcs8(&ECDSA_P256_SHA256_FIXED_SIGNING, &random).expect("a key");
    EcdsaKeyPair::from_pkcs8(&ECDSA_P256_SHA256_FIXED_SIGNING, key.as_ref(), &random).expect("a key")
}

/// Name and value of the parts of an address's query.
fn query(url: &str) -> HashMap<String, String> {
    let query = url.split_once('?').map_or("", |(_, query)| query);
    form_urlencoded::parse(query.as_bytes()).into_owned().collect()
}

impl OtherHouse {
    /// Opens it on a free port.
    pub async fn open() -> OtherHouse {
        let listener = tokio::net::TcpListener::bind("127.0.0.1:0").await.expect("a port");
        let issuer = format!("http://127.0.0.1:{}", listener.local_addr().expect("an address").port());
        let inner = Inner {
            issuer,
            keys: vec![key()],
            published: 1,
            codes: HashMap::new(),
            subject: "subject-of-li".into(),
            lie: |_| {},
            header: None,
            names_issuer: false,
            now_s: testkit::beginning().ms() / 1000,
            asked: Vec::new(),
        };
        let house = OtherHouse(Arc::new(Mutex::new(inner)));
        let router = Router::new()
            .route("/.well-known/openid-configuration", get(metadata))
            .route("/jwks", get(jwks))
            .route("/token", post(token))
            .with_state(house.clone());
        tokio::spawn(async move { axum::serve(listener, router).await });
        house
    }

    fn with<T>(&self, change: impl FnOnce(&mut Inner) -> T) -> T {
        change(&mut self.0.lock().expect("no panic before"))
    }

    pub fn issuer(&self) -> String {
        self.with(|inner| inner.issuer.clone())
    }

    /// Whom it vouches for from now on.
    pub fn subject(&self, subject: &str) {
        self.with(|inner| inner.subject = subject.into());
    }

    /// How it lies from now on.
    pub fn lie(&self, lie: Lie) {
        self.with(|inner| inner.lie = lie);
    }

    /// Which header its statements have from now on, unsigned where it says so.
    pub fn header(&self, header: Option<Value>) {
        self.with(|inner| inner.header = header);
    }

    /// Whether it says that its answers name it.
    pub fn names_issuer(&self, names: bool) {
        self.with(|inner| inner.names_issuer = names);
    }

    /// Takes a new key; published or not.
    pub fn new_key(&self, published: bool) {
        self.with(|inner| {
            inner.keys.push(key());
            inner.published = if published { inner.keys.len() } else { inner.keys.len() - 1 };
        });
    }

    /// Its clock, set by the house of the test.
    pub fn set_clock(&self, test: &TestApp) {
        self.with(|inner| inner.now_s = test.app().clock().now().ms() / 1000);
    }

    /// What was asked of it, by path.
    pub fn asked(&self, path: &str) -> usize {
        self.with(|inner| inner.asked.iter().filter(|asked| *asked == path).count())
    }

    /// Somebody signs in there: from the address he was sent to, to the query he is sent back with.
    pub fn sign_in(&self, href: &str) -> Vec<(String, String)> {
        let asked = query(href);
        assert_eq!((asked["response_type"].as_str(), asked["client_id"].as_str()), ("code", CLIENT));
        assert_eq!(asked["code_challenge_method"], "S256");
        assert!(asked["scope"].split(' ').any(|scope| scope == "openid"));
        let code = platform::random::id();
        let mut back = vec![("code".to_owned(), code.clone()), ("state".to_owned(), asked["state"].clone())];
        self.with(|inner| {
            if inner.names_issuer {
                back.push(("iss".to_owned(), inner.issuer.clone()));
            }
            inner.codes.insert(code, asked);
        });
        back
    }
}

async fn metadata(State(house): State<OtherHouse>) -> Json<Value> {
    house.with(|inner| {
        inner.asked.push("/metadata".into());
        let issuer = &inner.issuer;
        Json(json!({
            "issuer": issuer,
            "authorization_endpoint": format!("{issuer}/auth"),
            "token_endpoint": format!("{issuer}/token"),
            "jwks_uri": format!("{issuer}/jwks"),
            "response_types_supported": ["code"],
            "subject_types_supported": ["public"],
            "id_token_signing_alg_values_supported": ["RS256", "ES256"],
            "token_endpoint_auth_methods_supported": ["client_secret_basic", "none"],
            "authorization_response_iss_parameter_supported": inner.names_issuer,
        }))
    })
}

async fn jwks(State(house): State<OtherHouse>) -> Json<Value> {
    house.with(|inner| {
        inner.asked.push("/jwks".into());
        let jwk = |(number, key): (usize, &EcdsaKeyPair)| {
            let point = key.public_key().as_ref();
            let (x, y) = (B64.encode(&point[1..33]), B64.encode(&point[33..]));
            json!({ "kty": "EC", "crv": "P-256", "use": "sig", "alg": "ES256", "kid": format!("k{number}"), "x": x, "y": y })
        };
        Json(json!({ "keys": inner.keys.iter().enumerate().take(inner.published).map(jwk).collect::<Vec<_>>() }))
    })
}

async fn token(
    State(house): State<OtherHouse>,
    Form(typed): Form<HashMap<String, String>>,
) -> (StatusCode, Json<Value>) {
    house.with(|inner| {
        inner.asked.push("/token".into());
        let no = |why: &str| (StatusCode::BAD_REQUEST, Json(json!({ "error": why })));
        // A code is worth something once.
        let Some(asked) = inner.codes.remove(&typed["code"]) else { return no("invalid_grant") };
        let challenge = B64.encode(Sha256::digest(typed["code_verifier"].as_bytes()));
        if challenge != asked["code_challenge"] || typed["redirect_uri"] != asked["redirect_uri"] {
            return no("invalid_grant");
        }
        let mut claims = json!({
            "iss": inner.issuer,
            "sub": inner.subject,
            "aud": CLIENT,
            "iat": inner.now_s,
            "exp": inner.now_s + 300,
            "nonce": asked["nonce"],
            "email": "li.wei@example.com",
            "email_verified": true,
        });
        (inner.lie)(&mut claims);
        let number = inner.keys.len() - 1;
        let header = inner.header.clone().unwrap_or_else(|| json!({ "alg": "ES256", "kid": format!("k{number}") }));
        let signed = format!("{}.{}", B64.encode(header.to_string()), B64.encode(claims.to_string()));
        let signature = inner.keys[number].sign(&SystemRandom::new(), signed.as_bytes()).expect("signed");
        let signature = if header["alg"] == "none" { String::new() } else { B64.encode(signature.as_ref()) };
        let id_token = format!("{signed}.{signature}");
        let answer = json!({ "access_token": "x", "token_type": "Bearer", "expires_in": 300, "id_token": id_token });
        (StatusCode::OK, Json(answer))
    })
}
