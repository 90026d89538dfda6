//! Numbers from a seed, and the draw of reviewers by lot (随机抽取).

use crate::flow::Network;
use crate::reason::{Infeasible, why};
use crate::solve::chosen;
use crate::terms::Terms;
use kernel::Refusal;
use sha2::{Digest as _, Sha256};

/// What every use of a seed begins with; the name of the use follows.
const DOMAIN: &str = "yilang-assignment/1 ";

fn key(purpose: &str, seed: &[u8]) -> [u8; 32] {
    Sha256::new().chain_update(DOMAIN).chain_update(purpose).chain_update([0]).chain_update(seed).finalize().into()
}

/// Whole numbers from a seed: the words of SHA-256(key ‖ 0), SHA-256(key ‖ 1), …, where the counter and the words are of
/// 64 bits, most significant byte first, and key = SHA-256(domain ‖ purpose ‖ 0x00 ‖ seed).
pub(crate) struct Stream {
    key: [u8; 32],
    counter: u64,
    words: Vec<u64>,
}

impl Stream {
    pub(crate) fn new(purpose: &str, seed: &[u8]) -> Stream {
        Stream { key: key(purpose, seed), counter: 0, words: Vec::new() }
    }

    fn word(&mut self) -> u64 {
        loop {
            if let Some(word) = self.words.pop() {
                return word;
            }
            let block = Sha256::new().chain_update(self.key).chain_update(self.counter.to_be_bytes()).finalize();
            self.counter += 1;
            let words = block.chunks_exact(8).rev();
            self.words.extend(words.map(|bytes| bytes.iter().fold(0, |word, byte| word << 8 | u64::from(*byte))));
        }
    }

    /// A number below `bound`, each equally likely: a word that would favour small ones is passed over.
    pub(crate) fn below(&mut self, bound: u64) -> u64 {
        let over = (u64::MAX % bound + 1) % bound;
        loop {
            let word = self.word();
            if word <= u64::MAX - over {
                return word % bound;
            }
        }
    }
}

/// The lots of one draw.
#[derive(Debug, Clone)]
pub struct Lots {
    key: [u8; 32],
}

impl Lots {
    /// The lots that a seed gives.
    pub fn new(seed: &[u8]) -> Lots {
        Lots { key: key("draw", seed) }
    }

    /// The lot of a pair: the first 48 bits of SHA-256(key ‖ proposal ‖ reviewer) as a whole number, most significant byte first,
    /// with both numbers in 32 bits, most significant byte first, and
    /// key = SHA-256(`yilang-assignment/1 draw` ‖ 0x00 ‖ seed).
    pub fn of(&self, proposal: u32, reviewer: u32) -> u64 {
        let hash = Sha256::new()
            .chain_update(self.key)
            .chain_update(proposal.to_be_bytes())
            .chain_update(reviewer.to_be_bytes())
            .finalize();
        hash[..6].iter().fold(0, |lot, byte| lot << 8 | u64::from(*byte))
    }
}

/// Draws the reviewers of every proposal by lot.
///
/// Every pair has a lot ([`Lots::of`]). Drawn is, of all complete assignments that the terms allow, the one whose lots add up to the
/// least. So whoever has the terms and the seed can replay the draw, with this crate or any program that solves an assignment
/// exactly; that two assignments have the same least sum has a chance below 10⁻⁷ for the largest tables (isolation lemma:
/// pairs ÷ 2⁴⁸), and then the one that this crate finds is drawn. Conflicts, loads and quotas always hold, and a draw always
/// ends if any complete assignment exists.
///
/// Without binding loads each proposal's reviewers are those with its smallest lots: every set of eligible ones is equally
/// likely, and proposals are independent. Where loads bind, whoever is eligible for the same has the same chances, since lots
/// know no names. Strata are quotas: [`crate::Quota::Among`] with the numbers to draw from each.
///
/// The seed must be committed to, or come from a public event, after the terms are fixed: whoever may choose among seeds may
/// choose among draws.
///
/// # Errors
/// A [`Refusal`] for terms that are none ([`Terms::check`]), or for terms that cannot be met ([`Infeasible::refusal`]).
pub fn draw(terms: &Terms, seed: &[u8]) -> Result<Vec<Vec<usize>>, Refusal> {
    terms.check()?;
    Ok(drawn(terms, seed)?)
}

fn drawn(terms: &Terms, seed: &[u8]) -> Result<Vec<Vec<usize>>, Infeasible> {
    let lots = Lots::new(seed);
    let lot = |proposal, reviewer| {
        let lot = lots.of(crate::flow::index(proposal), crate::flow::index(reviewer));
        i64::try_from(lot).expect("48 bits fit into 63")
    };
    let mut net = Network::new(terms.trees(), terms.loads(), (1, 1), lot);
    if net.run() { Ok(chosen(&net)) } else { Err(why(terms, (1, 1))) }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn numbers_below_a_bound_are_below_it_and_all_come() {
        let mut stream = Stream::new("test", b"seed");
        let mut counts = [0; 5];
        for _ in 0..1_000 {
            counts[usize::try_from(stream.below(5)).unwrap()] += 1;
        }
        assert!(counts.iter().all(|count| (150..250).contains(count)), "{counts:?}");
        assert_eq!(stream.below(1), 0);
        assert!(stream.below(u64::MAX) < u64::MAX);
    }
}
