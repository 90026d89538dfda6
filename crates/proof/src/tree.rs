//! The Merkle tree of RFC 6962, kept in tiles of 256 hashes (C2SP tlog-tiles).
//!
//! A tile at level 0 holds the hashes of leaves, one at level 1 the roots of full tiles of level 0, and so on. Whoever
//! asks says first which tiles the answer needs ([`Question::tiles`]), loads them, and then asks ([`Question::answer`]).

use crate::{Digest, ProofError, wrong};
use std::cell::RefCell;
use std::collections::{BTreeMap, BTreeSet};
use tlog_tiles::{Error, Hash, HashReader, Tile};

/// Height of a tile: 2^8 hashes.
const TILE_HEIGHT: u8 = 8;
/// Hashes in a full tile.
pub const TILE_HASHES: u64 = 1 << TILE_HEIGHT;
const HASH_BYTES: usize = 32;
/// The root of a tree without leaves: SHA-256 of nothing.
pub const EMPTY_ROOT: Digest = [
    0xe3, 0xb0, 0xc4, 0x42, 0x98, 0xfc, 0x1c, 0x14, 0x9a, 0xfb, 0xf4, 0xc8, 0x99, 0x6f, 0xb9, 0x24, 0x27, 0xae, 0x41,
    0xe4, 0x64, 0x9b, 0x93, 0x4c, 0xa4, 0x95, 0x99, 0x1b, 0x78, 0x52, 0xb8, 0x55,
];

/// Where a tile stands in the tree.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct TileAt {
    /// Level: 0 holds leaves.
    pub level: u8,
    /// Number within its level.
    pub n: u64,
}

/// The tiles at the right edge of a tree: what appending to it needs.
pub fn edge(size: u64) -> Vec<TileAt> {
    let levels = (0..8_u8).map(|level| (level, size >> (u32::from(TILE_HEIGHT) * u32::from(level))));
    levels
        .filter(|(_, hashes)| hashes % TILE_HASHES > 0)
        .map(|(level, hashes)| TileAt { level, n: hashes / TILE_HASHES })
        .collect()
}

/// Tiles in memory.
#[derive(Debug, Default, Clone)]
pub struct Tiles {
    tiles: BTreeMap<TileAt, Vec<u8>>,
    changed: BTreeSet<TileAt>,
}

impl Tiles {
    /// Takes in a stored tile. It may hold more hashes than the tree that is asked about.
    pub fn put(&mut self, at: TileAt, hashes: Vec<u8>) {
        self.tiles.insert(at, hashes);
    }

    /// The hashes of a tile that is here.
    pub fn get(&self, at: TileAt) -> Option<&[u8]> {
        self.tiles.get(&at).map(Vec::as_slice)
    }

    /// Appends leaves to a tree of `size`; its [`edge`] must be there.
    ///
    /// # Errors
    /// When the edge is missing or does not fit the size.
    pub fn append(&mut self, size: u64, leaves: &[Digest]) -> Result<(), ProofError> {
        for (index, leaf) in (size..).zip(leaves) {
            self.push(0, index, leaf)?;
        }
        Ok(())
    }

    fn push(&mut self, level: u8, index: u64, hash: &Digest) -> Result<(), ProofError> {
        let at = TileAt { level, n: index / TILE_HASHES };
        let tile = self.tiles.entry(at).or_default();
        let place = usize::try_from(index % TILE_HASHES).unwrap_or_default();
        if tile.len() < place * HASH_BYTES {
            return Err(wrong(format!("tile {level}/{} holds {} hashes, not {place}", at.n, tile.len() / HASH_BYTES)));
        }
        // Whatever stands behind the end of the tree was never part of it.
        tile.truncate(place * HASH_BYTES);
        tile.extend_from_slice(hash);
        self.changed.insert(at);
        if index % TILE_HASHES == TILE_HASHES - 1 {
            let root = Tile::subtree_hash(&self.tiles[&at]);
            self.push(level + 1, index / TILE_HASHES, &root.0)?;
        }
        Ok(())
    }

    /// The tiles that appending has changed since the last call.
    pub fn take_changed(&mut self) -> Vec<(TileAt, &[u8])> {
        let changed = std::mem::take(&mut self.changed);
        changed.into_iter().map(|at| (at, self.tiles[&at].as_slice())).collect()
    }

    /// Drops all tiles but the right edge of a tree of `size`, so that appending millions of leaves stays small.
    pub fn keep_edge(&mut self, size: u64) {
        let edge = edge(size);
        self.tiles.retain(|at, _| edge.contains(at));
    }
}

impl HashReader for Tiles {
    fn read_hashes(&self, indexes: &[u64]) -> Result<Vec<Hash>, Error> {
        indexes.iter().map(|index| self.read(*index)).collect()
    }
}

impl Tiles {
    fn read(&self, index: u64) -> Result<Hash, Error> {
        let least = Tile::from_index(TILE_HEIGHT, index);
        let at = TileAt { level: least.level(), n: least.level_index() };
        let data = self.tiles.get(&at).ok_or(Error::InvalidTile)?;
        least.hash_at_index(data, index)
    }
}

/// What can be asked of a tree.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Question {
    /// The root of the tree of its first `size` leaves.
    Root {
        /// Leaves.
        size: u64,
    },
    /// That a tree of `size` holds the leaf at `index`: the audit path of RFC 6962, 2.1.1.
    Inclusion {
        /// Leaves of the tree.
        size: u64,
        /// The leaf, from 0.
        index: u64,
    },
    /// That the tree of `to` leaves begins with the tree of `from` leaves (RFC 6962, 2.1.2).
    Consistency {
        /// Leaves of the older tree, at least one.
        from: u64,
        /// Leaves of the newer tree.
        to: u64,
    },
}

/// Learns which hashes a question needs; its answers are worthless.
#[derive(Default)]
struct Learner(RefCell<Vec<u64>>);

impl HashReader for Learner {
    fn read_hashes(&self, indexes: &[u64]) -> Result<Vec<Hash>, Error> {
        self.0.borrow_mut().extend_from_slice(indexes);
        Ok(vec![Hash([0; HASH_BYTES]); indexes.len()])
    }
}

impl Question {
    fn within(self) -> Result<(), ProofError> {
        let (inside, what) = match self {
            Question::Root { .. } => (true, String::new()),
            Question::Inclusion { size, index } => (index < size, format!("leaf {index} of {size}")),
            Question::Consistency { from, to } => (from >= 1 && from <= to, format!("from {from} to {to} leaves")),
        };
        if inside { Ok(()) } else { Err(ProofError::Outside(what)) }
    }

    fn ask(self, reader: &impl HashReader) -> Result<Vec<Digest>, ProofError> {
        self.within()?;
        let hashes = match self {
            Question::Root { size } => tlog_tiles::tree_hash(size, reader).map(|root| vec![root]),
            Question::Inclusion { size, index } => tlog_tiles::prove_record(size, index, reader),
            Question::Consistency { from, to } => tlog_tiles::prove_tree(to, from, reader),
        };
        let hashes = hashes.map_err(|error| wrong(format!("{self:?}: {error}")))?;
        Ok(hashes.into_iter().map(|hash| hash.0).collect())
    }

    /// The tiles that the answer needs.
    ///
    /// # Errors
    /// [`ProofError::Outside`] when there is no such leaf or tree.
    pub fn tiles(self) -> Result<BTreeSet<TileAt>, ProofError> {
        let learner = Learner::default();
        self.ask(&learner)?;
        let indexes = learner.0.into_inner();
        let tiles = indexes.into_iter().map(|index| Tile::from_index(TILE_HEIGHT, index));
        Ok(tiles.map(|tile| TileAt { level: tile.level(), n: tile.level_index() }).collect())
    }

    /// The root (one hash), or the hashes of the proof.
    ///
    /// # Errors
    /// [`ProofError::Outside`]; [`ProofError::Wrong`] when a tile is missing or too short.
    pub fn answer(self, tiles: &Tiles) -> Result<Vec<Digest>, ProofError> {
        self.ask(tiles)
    }
}

/// The root of a tree whose answer is at hand.
///
/// # Errors
/// As [`Question::answer`].
pub fn root(size: u64, tiles: &Tiles) -> Result<Digest, ProofError> {
    let root = Question::Root { size }.answer(tiles)?;
    root.first().copied().ok_or_else(|| wrong("no root"))
}

/// Whether a proof shows that the tree of `size` leaves with this root holds a leaf hash at `index`.
///
/// # Errors
/// [`ProofError::Wrong`] when it does not.
pub fn check_inclusion(
    proof: &[Digest],
    size: u64,
    root: &Digest,
    index: u64,
    leaf: &Digest,
) -> Result<(), ProofError> {
    Question::Inclusion { size, index }.within()?;
    let proof = proof.iter().copied().map(Hash).collect();
    tlog_tiles::check_record(&proof, size, Hash(*root), index, Hash(*leaf))
        .map_err(|_| wrong(format!("leaf {index} is not in the tree of {size}")))
}

/// Whether a proof shows that the tree of `to` leaves begins with that of `from` leaves.
///
/// # Errors
/// [`ProofError::Wrong`] when it does not.
pub fn check_consistency(
    proof: &[Digest],
    from: u64,
    from_root: &Digest,
    to: u64,
    to_root: &Digest,
) -> Result<(), ProofError> {
    Question::Consistency { from, to }.within()?;
    let proof = proof.iter().copied().map(Hash).collect();
    tlog_tiles::check_tree(&proof, to, Hash(*to_root), from, Hash(*from_root))
        .map_err(|_| wrong(format!("the tree of {to} leaves does not begin with that of {from}")))
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    fn leaves(count: u64) -> Vec<Digest> {
        (0..count).map(|n| crate::leaf::hash(&n.to_be_bytes())).collect()
    }

    fn whole(count: u64) -> Tiles {
        let mut tiles = Tiles::default();
        tiles.append(0, &leaves(count)).unwrap();
        tiles
    }

    /// Another implementation of RFC 6962 as the judge.
    fn judge(count: u64) -> ct_merkle::mem_backed_tree::MemoryBackedTree<sha2::Sha256, Vec<u8>> {
        let mut tree = ct_merkle::mem_backed_tree::MemoryBackedTree::new();
        (0..count).for_each(|n| tree.push(n.to_be_bytes().to_vec()));
        tree
    }

    #[test]
    fn roots_are_those_of_another_implementation() {
        for size in [1, 2, 3, 255, 256, 257, 1_000, 65_536, 65_537] {
            let root = root(size, &whole(size)).unwrap();
            assert_eq!(root.as_slice(), judge(size).root().as_bytes().as_slice(), "{size}");
        }
        assert_eq!(
            hex::encode(root(0, &whole(0)).unwrap()),
            "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855"
        );
    }

    #[test]
    fn appending_in_parts_from_the_edge_gives_the_same_tree() {
        let all = leaves(70_000);
        let mut stored: BTreeMap<TileAt, Vec<u8>> = BTreeMap::new();
        let mut size = 0_u64;
        for step in [1_usize, 255, 1, 300, 64_979, 1, 4_463] {
            let mut tiles = Tiles::default();
            edge(size).into_iter().for_each(|at| tiles.put(at, stored[&at].clone()));
            let from = usize::try_from(size).unwrap();
            tiles.append(size, &all[from..from + step]).unwrap();
            for (at, hashes) in tiles.take_changed() {
                stored.insert(at, hashes.to_vec());
            }
            size += step as u64;
        }
        assert_eq!(size, 70_000);
        let mut tiles = Tiles::default();
        for at in (Question::Root { size }).tiles().unwrap() {
            tiles.put(at, stored[&at].clone());
        }
        assert_eq!(root(size, &tiles).unwrap(), root(size, &whole(size)).unwrap());
    }

    #[test]
    fn a_leaf_out_of_place_has_no_proof() {
        let tiles = whole(10);
        let root = root(10, &tiles).unwrap();
        let proof = Question::Inclusion { size: 10, index: 3 }.answer(&tiles).unwrap();
        let leaves = leaves(10);
        assert!(check_inclusion(&proof, 10, &root, 3, &leaves[3]).is_ok());
        assert!(check_inclusion(&proof, 10, &root, 4, &leaves[3]).is_err());
        assert!(check_inclusion(&proof, 10, &root, 3, &leaves[4]).is_err());
        assert!(check_inclusion(&proof[1..], 10, &root, 3, &leaves[3]).is_err());
        assert_eq!(
            Question::Inclusion { size: 10, index: 10 }.tiles().unwrap_err(),
            ProofError::Outside("leaf 10 of 10".into())
        );
        assert!(Question::Consistency { from: 11, to: 10 }.answer(&tiles).is_err());
        assert!(Question::Consistency { from: 0, to: 10 }.answer(&tiles).is_err());
    }

    #[test]
    fn the_empty_tree_has_its_root() {
        assert_eq!(EMPTY_ROOT, crate::sha256(&[]));
    }

    #[test]
    fn a_missing_edge_is_noticed() {
        assert!(Tiles::default().append(5, &leaves(1)).is_err());
    }

    proptest! {
        #![proptest_config(ProptestConfig::with_cases(40))]
        #[test]
        fn every_proof_holds_with_just_the_tiles_it_asks_for(size in 1_u64..2_000, a in any::<prop::sample::Index>(), b in any::<prop::sample::Index>()) {
            let all = whole(size);
            let only = |question: Question| {
                let mut tiles = Tiles::default();
                question.tiles().unwrap().into_iter().for_each(|at| tiles.put(at, all.tiles[&at].clone()));
                question.answer(&tiles).unwrap()
            };
            let root = only(Question::Root { size })[0];
            let index = a.index(usize::try_from(size).unwrap()) as u64;
            let proof = only(Question::Inclusion { size, index });
            prop_assert!(check_inclusion(&proof, size, &root, index, &crate::leaf::hash(&index.to_be_bytes())).is_ok());
            let from = 1 + b.index(usize::try_from(size).unwrap()) as u64;
            let proof = only(Question::Consistency { from, to: size });
            let older = only(Question::Root { size: from })[0];
            prop_assert!(check_consistency(&proof, from, &older, size, &root).is_ok());
            prop_assert!(check_consistency(&proof, from, &root, size, &older).is_err() || older == root);
        }
    }
}
