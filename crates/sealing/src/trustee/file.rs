//! The file of a trustee: AES-256-GCM under a key that argon2id makes of a passphrase.

use super::{Accepted, TrusteeSecret};
use crate::error::shape;
use crate::group::framed;
use crate::wire::{Hex, Kind, Reader, from_json, to_json};
use crate::{Part, Random, SealingError};
use aes_gcm::aead::AeadInOut as _;
use aes_gcm::{Aes256Gcm, KeyInit as _};
use argon2::{Algorithm, Argon2, Params, Version};
use serde::{Deserialize, Serialize};
use zeroize::Zeroizing;

/// Longest file, in bytes.
const BYTES_MAX: usize = 16 << 10;
/// Shortest passphrase, in bytes.
pub const PASSPHRASE_BYTES_MIN: usize = 12;
/// Most memory that a file may ask for: a file from elsewhere must not exhaust the machine.
const MEMORY_KIB_MAX: u32 = 1 << 20;
/// Most passes that a file may ask for.
const PASSES_MAX: u32 = 16;

/// What a guess at the passphrase costs (argon2id, RFC 9106).
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Cost {
    /// Memory in KiB.
    pub memory_kib: u32,
    /// Passes over it.
    pub passes: u32,
    /// Lanes.
    pub lanes: u32,
}

impl Default for Cost {
    /// The second recommendation of RFC 9106, 4: 64 MiB, three passes, four lanes.
    fn default() -> Cost {
        Cost { memory_kib: 64 << 10, passes: 3, lanes: 4 }
    }
}

#[derive(Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
struct TrusteeFile {
    version: u32,
    kind: Kind,
    origin: String,
    ceremony: String,
    seat: u16,
    name: String,
    cost: Cost,
    salt: Hex<16>,
    nonce: Hex<12>,
    sealed: String,
}

impl TrusteeFile {
    /// What is readable in the file and must not be changed.
    fn bound(&self) -> Vec<u8> {
        let Cost { memory_kib, passes, lanes } = self.cost;
        let numbers = [memory_kib, passes, lanes].map(u32::to_be_bytes);
        let (origin, ceremony, name) = (self.origin.as_bytes(), self.ceremony.as_bytes(), self.name.as_bytes());
        let seat = self.seat.to_be_bytes();
        framed("trustee file", &[origin, ceremony, &seat, name, numbers.as_flattened(), &self.salt.0])
    }

    fn cipher(&self, passphrase: &[u8]) -> Result<Aes256Gcm, SealingError> {
        let Cost { memory_kib, passes, lanes } = self.cost;
        if memory_kib > MEMORY_KIB_MAX || passes > PASSES_MAX || lanes > 16 {
            return Err(shape(Part::Trustee, "its passphrase would cost more than this machine should give"));
        }
        let bad = |error: argon2::Error| shape(Part::Trustee, error.to_string());
        let params = Params::new(memory_kib, passes, lanes, Some(32)).map_err(bad)?;
        let mut key = Zeroizing::new([0u8; 32]);
        Argon2::new(Algorithm::Argon2id, Version::V0x13, params)
            .hash_password_into(passphrase, &self.salt.0, key.as_mut_slice())
            .map_err(bad)?;
        Ok(Aes256Gcm::new(&(*key).into()))
    }
}

impl TrusteeSecret {
    /// The file, sealed under a passphrase with a fresh salt.
    ///
    /// # Errors
    /// [`SealingError::PassphraseShort`]; a cost that argon2 does not know.
    pub fn seal_file(&self, passphrase: &[u8], cost: Cost, random: &mut Random<'_>) -> Result<Vec<u8>, SealingError> {
        if passphrase.len() < PASSPHRASE_BYTES_MIN {
            return Err(SealingError::PassphraseShort(PASSPHRASE_BYTES_MIN));
        }
        let mut file = TrusteeFile {
            version: 1,
            kind: Kind::Trustee,
            origin: self.origin.clone(),
            ceremony: self.ceremony.clone(),
            seat: self.seat,
            name: self.name.clone(),
            cost,
            salt: Hex([0; 16]),
            nonce: Hex([0; 12]),
            sealed: String::new(),
        };
        random(&mut file.salt.0);
        random(&mut file.nonce.0);
        let mut message = self.inner();
        file.cipher(passphrase)?
            .encrypt_in_place(&file.nonce.0.into(), &file.bound(), &mut *message)
            .map_err(|_| shape(Part::Trustee, "it cannot be encrypted"))?;
        file.sealed = hex::encode(&*message);
        Ok(to_json(&file))
    }

    /// Opens a file.
    ///
    /// # Errors
    /// When it is none; [`SealingError::Passphrase`] when the passphrase is wrong or the file was changed.
    pub fn open_file(bytes: &[u8], passphrase: &[u8]) -> Result<TrusteeSecret, SealingError> {
        let file: TrusteeFile = from_json(Kind::Trustee, bytes, BYTES_MAX)?;
        let mut message = Zeroizing::new(
            hex::decode(&file.sealed).map_err(|_| shape(Part::Trustee, "what is sealed is not hexadecimal"))?,
        );
        file.cipher(passphrase)?
            .decrypt_in_place(&file.nonce.0.into(), &file.bound(), &mut *message)
            .map_err(|_| SealingError::Passphrase)?;
        let TrusteeFile { origin, ceremony, seat, name, .. } = file;
        let mut reader = Reader::new(Part::Trustee, &message);
        let signing = Zeroizing::new(reader.array()?);
        let (dealing, accepted) = match reader.u8()? {
            0 => (Some(Zeroizing::new(reader.array()?)), None),
            1 => {
                let (plan, transcript) = (reader.array()?, reader.array()?);
                let (key, share) = (reader.array()?, Zeroizing::new(reader.array()?));
                (None, Some(Accepted { plan, transcript, key, share }))
            }
            _ => return Err(shape(Part::Trustee, "its state is not known")),
        };
        reader.end()?;
        Ok(TrusteeSecret { origin, ceremony, seat, name, signing, dealing, accepted })
    }

    /// The secret part: the signing seed, then the seed for dealing or what was accepted.
    fn inner(&self) -> Zeroizing<Vec<u8>> {
        // Room for the tag, so that nothing is moved about in memory.
        let mut bytes = Zeroizing::new(Vec::with_capacity(32 + 1 + 4 * 32 + 16));
        bytes.extend_from_slice(self.signing.as_slice());
        match (&self.dealing, &self.accepted) {
            (_, Some(Accepted { plan, transcript, key, share })) => {
                bytes.push(1);
                [plan, transcript, key, &**share].into_iter().for_each(|part| bytes.extend_from_slice(part));
            }
            (dealing, None) => {
                bytes.push(0);
                let seed = dealing.as_ref().expect("only what has accepted has forgotten its seed");
                bytes.extend_from_slice(seed.as_slice());
            }
        }
        bytes
    }
}

/// Whether bytes look like a trustee's secret file, whatever else is wrong with them: a server must never take one.
pub fn is_secret(bytes: &[u8]) -> bool {
    matches!(from_json::<serde_json::Value>(Kind::Plan, bytes, usize::MAX), Err(SealingError::Secret))
}
