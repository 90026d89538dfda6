//! The log's key in a token (PKCS#11): a smart card or a security module that signs and never gives the key away.
//!
//! Keys are Ed25519 (`CKK_EC_EDWARDS`, `CKM_EDDSA`; PKCS#11 3.0, 6.3) and carry the configured label; which of them is the log's is known
//! by its public half. The node signs in once and keeps its session; when the token has been reset, taken out or has
//! forgotten the session, it is opened again once and asked again. A PIN that the token has refused is not tried a second
//! time until its file says another, because a token locks after a few wrong ones.

use super::keys::{Signer, open_to_others};
use crate::db::Outcome;
use crate::fault::Fault;
use cryptoki::context::{CInitializeArgs, CInitializeFlags, Pkcs11};
use cryptoki::error::{Error, RvError};
use cryptoki::mechanism::Mechanism;
use cryptoki::mechanism::eddsa::{EddsaParams, EddsaSignatureScheme};
use cryptoki::object::{Attribute, AttributeType, KeyType, ObjectClass, ObjectHandle};
use cryptoki::session::{Session, UserType};
use cryptoki::types::AuthPin;
use kernel::{Refusal, RefusalKind};
use proof::note::{PublicKey, Signs};
use std::path::PathBuf;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

/// The curve as PKCS#11 3.0 names it: the `PrintableString` `edwards25519`.
const CURVE_BY_NAME: &[u8] = b"\x13\x0cedwards25519";
/// The curve as PKCS#11 3.1 and RFC 8410 name it: the object identifier 1.3.101.112.
const CURVE_BY_OID: &[u8] = &[0x06, 0x03, 0x2b, 0x65, 0x70];
/// Bytes of a public key.
const PUBLIC_BYTES: usize = 32;

/// Where the token is.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct TokenPlace {
    /// The library of the token's maker.
    pub module: PathBuf,
    /// The label of the token.
    pub token: String,
    /// The label of the log's keys in it.
    pub label: String,
    /// The file with the user's PIN, readable by its owner only.
    pub pin_file: PathBuf,
}

pub(super) struct Token {
    place: TokenPlace,
    open: Mutex<Open>,
}

#[derive(Default)]
struct Open {
    library: Option<Pkcs11>,
    session: Option<Session>,
    /// The PIN that the token has refused.
    refused: Option<String>,
}

/// A key of the log in the token.
pub(super) struct TokenKey {
    token: Arc<Token>,
    public: PublicKey,
}

impl Signer for TokenKey {
    fn public(&self) -> &PublicKey {
        &self.public
    }

    fn signature(&self, message: &[u8]) -> Outcome<Vec<u8>> {
        let signature = self.token.asked(|token, session| {
            let Some((_, private)) = token.pair(session, &self.public)? else { return Ok(None) };
            session.sign(&eddsa(), private, message).map(Some)
        })?;
        signature.ok_or_else(|| {
            self.token.refused("journal-token-key", "令牌中已没有该日志密钥", "the log's key is no longer in it").into()
        })
    }
}

fn eddsa() -> Mechanism<'static> {
    Mechanism::Eddsa(EddsaParams::new(EddsaSignatureScheme::Pure))
}

impl Token {
    pub(super) fn new(place: TokenPlace) -> Token {
        Token { place, open: Mutex::default() }
    }

    /// The key with this public half, if the token has it.
    pub(super) fn key(self: Arc<Token>, public: &PublicKey) -> Outcome<Option<TokenKey>> {
        let found = self.asked(|token, session| token.pair(session, public))?;
        Ok(found.map(|_| TokenKey { token: self.clone(), public: public.clone() }))
    }

    /// Makes a key in the token and sees it sign.
    pub(super) fn make(self: Arc<Token>, origin: &str) -> Outcome<PublicKey> {
        let public = self.asked(|token, session| token.generate(session))?;
        let public = PublicKey::new(origin, Signs::Log, &public).map_err(|error| {
            self.refused(
                "journal-token-mechanism",
                &format!("它给出的公钥无效（{error}）"),
                &format!("its public key is none ({error})"),
            )
        })?;
        let key = TokenKey { token: self.clone(), public: public.clone() };
        let signature = key.signature(origin.as_bytes())?;
        public.verify(origin.as_bytes(), &signature).map_err(|error| {
            self.refused(
                "journal-token-mechanism",
                &format!("它的 Ed25519 签名无效（{error}）"),
                &format!("its Ed25519 signature does not hold ({error})"),
            )
        })?;
        Ok(public)
    }

    /// Takes a key away.
    pub(super) fn forget(&self, public: &PublicKey) -> Outcome<()> {
        self.asked(|token, session| {
            if let Some((public, private)) = token.pair(session, public)? {
                session.destroy_object(private)?;
                session.destroy_object(public)?;
            }
            Ok(())
        })
    }

    fn generate(&self, session: &Session) -> Result<Vec<u8>, Error> {
        let id = Attribute::Id(crate::random::salt().to_vec());
        let label = Attribute::Label(self.place.label.clone().into_bytes());
        let private = [
            Attribute::Token(true),
            Attribute::Private(true),
            Attribute::Sensitive(true),
            Attribute::Extractable(false),
            Attribute::Sign(true),
            label.clone(),
            id.clone(),
        ];
        let of_curve = |curve: &[u8]| {
            let public = [
                Attribute::Token(true),
                Attribute::Verify(true),
                Attribute::EcParams(curve.to_vec()),
                label.clone(),
                id.clone(),
            ];
            session.generate_key_pair(&Mechanism::EccEdwardsKeyPairGen, &public, &private)
        };
        // Makers name the curve after one version of the standard or the other.
        let (public, _) = of_curve(CURVE_BY_NAME).or_else(|_| of_curve(CURVE_BY_OID))?;
        point(session, public)?.ok_or(Error::InvalidValue)
    }

    /// The objects of the key with this public half: the public and the private one.
    fn pair(&self, session: &Session, public: &PublicKey) -> Result<Option<(ObjectHandle, ObjectHandle)>, Error> {
        let label = Attribute::Label(self.place.label.clone().into_bytes());
        let of = |class| vec![Attribute::Class(class), Attribute::KeyType(KeyType::EC_EDWARDS), label.clone()];
        for object in session.find_objects(&of(ObjectClass::PUBLIC_KEY))? {
            if point(session, object)?.is_none_or(|bytes| bytes != public.bytes()) {
                continue;
            }
            let id = session.get_attributes(object, &[AttributeType::Id])?;
            let private = session.find_objects(&[of(ObjectClass::PRIVATE_KEY), id].concat())?;
            if let Some(private) = private.first() {
                return Ok(Some((object, *private)));
            }
        }
        Ok(None)
    }

    /// Asks the token; a session that it no longer knows is opened again, once.
    fn asked<T>(&self, work: impl Fn(&Token, &Session) -> Result<T, Error>) -> Outcome<T> {
        let mut open = self.lock();
        let kept = open.session.is_some();
        let session = self.session(&mut open)?;
        let again = match work(self, session) {
            Ok(done) => return Ok(done),
            Err(error) if !kept => error,
            Err(error) => {
                tracing::warn!(%error, "journal.token: opening it again");
                open.session = None;
                let session = self.session(&mut open)?;
                match work(self, session) {
                    Ok(done) => return Ok(done),
                    Err(error) => error,
                }
            }
        };
        // What the token remembers of a failed session is not built upon.
        open.session = None;
        Err(self.failed(&again).into())
    }

    fn lock(&self) -> MutexGuard<'_, Open> {
        self.open.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// The session that is open, or a new one that has signed in.
    fn session<'a>(&self, open: &'a mut Open) -> Outcome<&'a Session> {
        if open.session.is_none() {
            let pin = self.pin()?;
            if open.refused.as_ref() == Some(&pin) {
                return Err(self
                    .pin_refused("不再重试，直到 PIN 文件改变", "not tried again until the file says another")
                    .into());
            }
            let library = self.library(open)?;
            let session = self.opened(&library)?;
            match session.login(UserType::User, Some(&AuthPin::from(pin.clone()))) {
                Ok(()) | Err(Error::Pkcs11(RvError::UserAlreadyLoggedIn, _)) => open.refused = None,
                Err(Error::Pkcs11(
                    why @ (RvError::PinIncorrect | RvError::PinInvalid | RvError::PinLenRange | RvError::PinLocked),
                    _,
                )) => {
                    open.refused = Some(pin);
                    return Err(self.pin_refused(&format!("{why:?}"), &format!("{why:?}")).into());
                }
                Err(error) => return Err(self.failed(&error).into()),
            }
            open.session = Some(session);
        }
        open.session.as_ref().ok_or_else(|| Fault::Internal("a session was just opened".into()))
    }

    /// The library, loaded once and ready.
    fn library(&self, open: &mut Open) -> Outcome<Pkcs11> {
        let not_loaded = |error: Error| {
            let module = self.place.module.display();
            Refusal::new(
                RefusalKind::Unavailable,
                "journal-token-module",
                format!(
                    "不能载入 PKCS#11 模块 {module}：{error}。请核对 pkcs11-module 的路径，以及模块所需的配置与权限。"
                ),
                format!(
                    "The PKCS#11 module {module} cannot be loaded: {error}. Check the path in pkcs11-module, and the settings and rights that the module needs."
                ),
            )
        };
        let library = match &open.library {
            Some(library) => library.clone(),
            None => Pkcs11::new(&self.place.module).map_err(not_loaded)?,
        };
        // Also when it was ready before: a reset may have ended it. It tells apart by itself.
        match library.initialize(CInitializeArgs::new(CInitializeFlags::OS_LOCKING_OK)) {
            Ok(()) | Err(Error::Pkcs11(RvError::CryptokiAlreadyInitialized, _)) => {}
            Err(error) => return Err(not_loaded(error).into()),
        }
        open.library = Some(library.clone());
        Ok(library)
    }

    /// A new session with the token of the label.
    fn opened(&self, library: &Pkcs11) -> Outcome<Session> {
        let failed = |error: Error| Fault::from(self.failed(&error));
        let mut there = Vec::new();
        for slot in library.get_slots_with_token().map_err(failed)? {
            let label = library.get_token_info(slot).map_err(failed)?.label().trim_end().to_owned();
            if label == self.place.token {
                return library.open_rw_session(slot).map_err(failed);
            }
            there.push(label);
        }
        let there = there.join("、");
        Err(self
            .refused(
                "journal-token-missing",
                &format!("没有这个标签的令牌（现有：{there}）"),
                &format!("no token has this label (there are: {there})"),
            )
            .into())
    }

    fn pin(&self) -> Outcome<String> {
        let path = &self.place.pin_file;
        let refused = |zh: &str, en: &str| {
            let path = path.display();
            Refusal::new(
                RefusalKind::Unavailable,
                "journal-token-pin-file",
                format!("不能使用 PIN 文件 {path}：{zh}。文件只写一行 PIN，权限为 0600，属主为运行本程序的用户。"),
                format!(
                    "The PIN file {path} cannot be used: {en}. It holds the PIN in one line, has mode 0600 and belongs to the user who runs this program."
                ),
            )
        };
        if open_to_others(path) == Some(true) {
            return Err(refused("他人可以读取", "others may read it").into());
        }
        let text = std::fs::read_to_string(path).map_err(|error| refused(&error.to_string(), &error.to_string()))?;
        match text.trim_end_matches(['\r', '\n']) {
            "" => Err(refused("内容为空", "it is empty").into()),
            pin => Ok(pin.to_owned()),
        }
    }

    fn pin_refused(&self, zh: &str, en: &str) -> Refusal {
        let (token, path) = (&self.place.token, self.place.pin_file.display());
        Refusal::new(
            RefusalKind::Unavailable,
            "journal-token-pin",
            format!("令牌 {token} 拒绝 {path} 中的 PIN：{zh}。请改正 PIN 文件；令牌如已锁定，请由其安全管理员解锁。"),
            format!(
                "The token {token} refuses the PIN in {path}: {en}. Put the right PIN into the file; if the token is locked, its security officer unlocks it."
            ),
        )
    }

    fn failed(&self, error: &Error) -> Refusal {
        let mechanism = matches!(error, Error::Pkcs11(RvError::MechanismInvalid | RvError::FunctionNotSupported, _));
        let code = if mechanism { "journal-token-mechanism" } else { "journal-token-failed" };
        self.refused(code, &error.to_string(), &error.to_string())
    }

    fn refused(&self, code: &'static str, zh: &str, en: &str) -> Refusal {
        let (token, label) = (&self.place.token, &self.place.label);
        let (todo_zh, todo_en) = match code {
            "journal-token-mechanism" => (
                "令牌须支持 Ed25519（CKM_EDDSA），请换用支持的令牌或密钥文件",
                "The token must know Ed25519 (CKM_EDDSA): take one that does, or a key file",
            ),
            "journal-token-key" => (
                "请接回原令牌，或运行 yilang journal rotate 换用新密钥",
                "Connect the token that has it, or take a new key with yilang journal rotate",
            ),
            "journal-token-missing" => {
                ("请接入令牌，或核对 pkcs11-token", "Connect the token, or correct pkcs11-token")
            }
            _ => (
                "请检查令牌是否接通、是否可写，然后重试",
                "Check that the token is connected and may be written, then try again",
            ),
        };
        Refusal::new(
            RefusalKind::Unavailable,
            code,
            format!("签名令牌 {token}（密钥标签 {label}）不可用：{zh}。{todo_zh}。"),
            format!("The signing token {token} (label of the keys: {label}) cannot be used: {en}. {todo_en}."),
        )
    }
}

/// The bytes of a public key: within an OCTET STRING (3.0), or as they are.
fn point(session: &Session, object: ObjectHandle) -> Result<Option<Vec<u8>>, Error> {
    let attributes = session.get_attributes(object, &[AttributeType::EcPoint])?;
    Ok(attributes.into_iter().find_map(|attribute| match attribute {
        Attribute::EcPoint(bytes) => match bytes.strip_prefix(&[0x04, 0x20]) {
            Some(inner) if inner.len() == PUBLIC_BYTES => Some(inner.to_vec()),
            _ => (bytes.len() == PUBLIC_BYTES).then_some(bytes),
        },
        _ => None,
    }))
}
