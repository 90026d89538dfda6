//! Where a node's signing keys are: in files of its folder of keys, or in a token that never gives them away.
//!
//! The log's key signs with Ed25519. Who must have it lets a second key sign the same texts with SM2 over SM3; that key is
//! always a file. Nothing that is signed leaves this room before its signature has been checked.

use super::token::{Token, TokenPlace};
use crate::db::Outcome;
use crate::fault::Fault;
use kernel::{Refusal, RefusalKind};
use proof::note::{self, PublicKey, SecretKey, Signs};
use std::io::Write;
use std::os::unix::fs::{OpenOptionsExt, PermissionsExt};
use std::path::{Path, PathBuf};
use std::sync::Arc;

/// How a node signs the journal.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Signing {
    /// Whether everything gets a second signature with SM2 over SM3.
    pub sm2: bool,
    /// The token that holds the log's key and makes new ones; files do without it.
    pub token: Option<TokenPlace>,
}

/// A key that signs, wherever it is.
pub(super) trait Signer: Send + Sync {
    /// Its public half.
    fn public(&self) -> &PublicKey;

    /// The bytes of its signature over a message. May wait for a device.
    ///
    /// # Errors
    /// `journal-token-…` when the token does not sign.
    fn signature(&self, message: &[u8]) -> Outcome<Vec<u8>>;
}

/// A key of a file.
struct FileKey {
    public: PublicKey,
    secret: SecretKey,
}

impl Signer for FileKey {
    fn public(&self) -> &PublicKey {
        &self.public
    }

    fn signature(&self, message: &[u8]) -> Outcome<Vec<u8>> {
        self.secret.signature(message).map_err(|error| Fault::Internal(error.to_string()))
    }
}

/// What signs for a log on this node: its key, and the second one where it is wanted.
#[derive(Clone)]
pub struct SigningKey {
    log: Arc<dyn Signer>,
    sm2: Option<Arc<dyn Signer>>,
}

impl SigningKey {
    /// The log's key.
    pub fn public(&self) -> PublicKey {
        self.log.public().clone()
    }

    /// Signs a text and gives the whole note, with a line for each key.
    ///
    /// # Errors
    /// `journal-token-…` when a token does not sign; a fault when a signature does not hold.
    pub async fn sign(&self, text: &str) -> Outcome<String> {
        let (keys, text) = (self.clone(), text.to_owned());
        // A device may take its time; the threads that serve people do not wait for it.
        beside(move || {
            let wrong = |error: proof::ProofError| Fault::Internal(error.to_string());
            let mut lines = Vec::new();
            for key in std::iter::once(&keys.log).chain(&keys.sm2) {
                let signature = key.signature(text.as_bytes())?;
                key.public().verify(text.as_bytes(), &signature).map_err(wrong)?;
                lines.push((key.public(), signature));
            }
            note::signed(&text, &lines).map_err(wrong)
        })
        .await
    }
}

async fn beside<T: Send + 'static>(work: impl FnOnce() -> Outcome<T> + Send + 'static) -> Outcome<T> {
    tokio::task::spawn_blocking(work).await.map_err(|end| Fault::Internal(end.to_string()))?
}

/// The keys of this node.
#[derive(Clone)]
pub struct Keyring {
    folder: PathBuf,
    sm2: bool,
    token: Option<Arc<Token>>,
}

impl Keyring {
    /// The keys of a folder, and of the token that is named.
    pub fn new(folder: &Path, signing: &Signing) -> Keyring {
        let token = signing.token.clone().map(|place| Arc::new(Token::new(place)));
        Keyring { folder: folder.to_owned(), sm2: signing.sm2, token }
    }

    /// Whether everything gets a second signature.
    pub(super) fn signs_sm2(&self) -> bool {
        self.sm2
    }

    /// What signs for the log with these public keys, if this node has the first of them.
    ///
    /// # Errors
    /// `journal-key-open` when others may read a file; `journal-sm2-missing` when a second signature is wanted and its key
    /// is not here; `journal-token-…` when the token cannot be asked.
    pub(super) async fn signing(&self, log: &PublicKey, sm2: Option<&PublicKey>) -> Outcome<Option<SigningKey>> {
        let Some(key) = self.find(log).await? else { return Ok(None) };
        let second = match sm2.filter(|_| self.sm2) {
            Some(sm2) => self.find(sm2).await?,
            None => None,
        };
        if self.sm2 && second.is_none() {
            return Err(sm2_missing(&self.folder).into());
        }
        Ok(Some(SigningKey { log: key, sm2: second }))
    }

    /// A key by its public half: a file before the token, so that a log changes over to a token by a rotation.
    async fn find(&self, public: &PublicKey) -> Outcome<Option<Arc<dyn Signer>>> {
        if let Some(secret) = read_key(&self.folder, public)? {
            return Ok(Some(Arc::new(FileKey { public: public.clone(), secret })));
        }
        let Some(token) = self.token.clone().filter(|_| public.signs() == Signs::Log) else { return Ok(None) };
        let public = public.clone();
        beside(move || Ok(token.key(&public)?.map(|key| Arc::new(key) as Arc<dyn Signer>))).await
    }

    /// Makes the log's next key: in the token if one is named, otherwise as a file.
    ///
    /// # Errors
    /// `journal-key-write`, `journal-token-…`.
    pub(super) async fn make(&self, origin: &str) -> Outcome<PublicKey> {
        let Some(token) = self.token.clone() else { return self.make_file(origin, Signs::Log) };
        let origin = origin.to_owned();
        beside(move || token.make(&origin)).await
    }

    /// Makes the log's next key for second signatures.
    ///
    /// # Errors
    /// `journal-key-write`.
    pub(super) fn make_sm2(&self, origin: &str) -> Outcome<PublicKey> {
        self.make_file(&note::sm2_name(origin), Signs::LogSm2)
    }

    fn make_file(&self, name: &str, signs: Signs) -> Outcome<PublicKey> {
        let seed = [crate::random::salt(), crate::random::salt()].concat();
        let seed: [u8; 32] = seed.try_into().map_err(|_| Fault::Internal("a seed of 32 bytes".into()))?;
        let key = SecretKey::new(name, signs, &seed).map_err(|error| Fault::Internal(error.to_string()))?;
        write_key(&self.folder, &key)?;
        Ok(key.public())
    }

    /// Takes away a key that was made and never used, because another node was faster.
    pub(super) async fn forget(&self, public: &PublicKey) {
        if std::fs::remove_file(key_file(&self.folder, public)).is_ok() {
            return;
        }
        if let Some(token) = self.token.clone() {
            let public = public.clone();
            // A key that stays behind harms nothing: no log names it.
            let _ = beside(move || token.forget(&public)).await;
        }
    }
}

fn sm2_missing(folder: &Path) -> Refusal {
    Refusal::new(
        RefusalKind::Unavailable,
        "journal-sm2-missing",
        format!(
            "已要求 SM2 签名，但 {} 中没有日志的 SM2 密钥。请放回该密钥文件，或运行 yilang journal sm-key 换用新密钥。",
            folder.display()
        ),
        format!(
            "Signatures with SM2 are asked for, and the log's SM2 key is not in {}. Put its file back, or take a new key with yilang journal sm-key.",
            folder.display()
        ),
    )
}

/// The file of a key: named by the key's number.
fn key_file(folder: &Path, key: &PublicKey) -> PathBuf {
    folder.join(format!("journal-{}.key", key.number()))
}

fn write_key(folder: &Path, key: &SecretKey) -> Outcome<()> {
    let write = || {
        std::fs::create_dir_all(folder)?;
        let path = key_file(folder, &key.public());
        let mut file = std::fs::OpenOptions::new().write(true).create_new(true).mode(0o600).open(path)?;
        file.write_all(key.text().as_bytes())?;
        file.sync_all()?;
        std::fs::File::open(folder)?.sync_all()
    };
    write().map_err(|error: std::io::Error| {
        Refusal::new(
            RefusalKind::Unavailable,
            "journal-key-write",
            format!("不能在 {} 写入签名密钥：{error}。请检查密钥目录是否可写。", folder.display()),
            format!(
                "Cannot write the signing key in {}: {error}. Check that the folder of keys may be written.",
                folder.display()
            ),
        )
        .into()
    })
}

/// Whether others than the owner may do anything with a file; none when it is not there.
pub(super) fn open_to_others(path: &Path) -> Option<bool> {
    std::fs::metadata(path).ok().map(|metadata| metadata.permissions().mode() & 0o077 != 0)
}

fn read_key(folder: &Path, public: &PublicKey) -> Outcome<Option<SecretKey>> {
    let path = key_file(folder, public);
    match open_to_others(&path) {
        None => return Ok(None),
        Some(true) => {
            return Err(Refusal::new(
                RefusalKind::Unavailable,
                "journal-key-open",
                format!("签名密钥文件 {} 可被他人读取。请将权限改为 0600；如可能已泄露，请更换密钥。", path.display()),
                format!("Others may read the signing key {}. Set its mode to 0600, and rotate the key if it may have been read.", path.display()),
            )
            .into());
        }
        Some(false) => {}
    }
    let text =
        std::fs::read_to_string(&path).map_err(|error| Fault::Internal(format!("{}: {error}", path.display())))?;
    let key = SecretKey::parse(&text).map_err(|error| Fault::Internal(format!("{}: {error}", path.display())))?;
    if key.public() != *public {
        return Err(Fault::Internal(format!("{} is not the key of the log", path.display())));
    }
    Ok(Some(key))
}
