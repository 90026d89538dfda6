//! The envelopes of a round: their hashes in the order of acceptance, and one root for all (RFC 6962).

use crate::Digest;
use proof::tree::Tiles;

/// The root of the list: the Merkle tree hash of RFC 6962, 2.1, each leaf being the 32 bytes of an envelope's hash.
pub fn root(hashes: &[Digest]) -> Digest {
    let leaves: Vec<Digest> = hashes.iter().map(|hash| proof::leaf::hash(hash)).collect();
    let mut tiles = Tiles::default();
    let size = hashes.len() as u64;
    let built = tiles.append(0, &leaves).and_then(|()| proof::tree::root(size, &tiles));
    built.expect("a tree that begins empty has all its tiles")
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;
    use sha2::{Digest as _, Sha256};

    /// RFC 6962, 2.1, word by word.
    fn rfc(hashes: &[crate::Digest]) -> crate::Digest {
        match hashes {
            [] => Sha256::digest([]).into(),
            [one] => Sha256::new().chain_update([0]).chain_update(one).finalize().into(),
            many => {
                let k = many.len().next_power_of_two() / 2;
                let (left, right) = (rfc(&many[..k]), rfc(&many[k..]));
                Sha256::new().chain_update([1]).chain_update(left).chain_update(right).finalize().into()
            }
        }
    }

    proptest! {
        #[test]
        fn the_root_is_that_of_the_rfc(hashes in prop::collection::vec(any::<[u8; 32]>(), 0..600)) {
            prop_assert_eq!(root(&hashes), rfc(&hashes));
        }
    }
}
