/// A small generator of numbers (`SplitMix64`; Steele, Lea, Flood 2014), the same on every machine.
pub struct Random(u64);

impl Random {
    /// The numbers of one record: of a seed, a purpose and the record's place.
    pub fn of(seed: u64, purpose: u64, index: u64) -> Random {
        let mut random = Random(seed ^ purpose.rotate_left(40));
        let mixed = random.next() ^ index.wrapping_mul(0x9E37_79B9_7F4A_7C15);
        Random(mixed)
    }

    /// The next 64 bits.
    pub fn next(&mut self) -> u64 {
        self.0 = self.0.wrapping_add(0x9E37_79B9_7F4A_7C15);
        let mut z = self.0;
        z = (z ^ (z >> 30)).wrapping_mul(0xBF58_476D_1CE4_E5B9);
        z = (z ^ (z >> 27)).wrapping_mul(0x94D0_49BB_1331_11EB);
        z ^ (z >> 31)
    }

    /// A number from 0 to below `end`, which is at least 1.
    pub fn below(&mut self, end: usize) -> usize {
        // The slight lean towards small numbers does not matter for load.
        (self.next() % end.max(1) as u64) as usize
    }

    /// One of the values.
    pub fn pick<'a, T>(&mut self, values: &'a [T]) -> &'a T {
        &values[self.below(values.len())]
    }

    /// True once in `n` times.
    pub fn once_in(&mut self, n: usize) -> bool {
        self.below(n) == 0
    }
}
