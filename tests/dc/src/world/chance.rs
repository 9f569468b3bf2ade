//! A seeded sequence of random numbers, so that what happened by chance can be made to happen
//! again.
//!
//! Owns the state of the sequence. It is no source of secrets.

/// The sequence `SplitMix64`. Source: <https://doi.org/10.1145/2714064.2660195>.
#[derive(Clone, Debug, Default)]
pub struct Chance(u64);

impl Chance {
    /// The sequence of a seed.
    pub fn new(seed: u64) -> Self {
        Self(seed)
    }

    /// The next number.
    pub fn number(&mut self) -> u64 {
        self.0 = self.0.wrapping_add(0x9E37_79B9_7F4A_7C15);
        let mut z = self.0;
        z = (z ^ (z >> 30)).wrapping_mul(0xBF58_476D_1CE4_E5B9);
        z = (z ^ (z >> 27)).wrapping_mul(0x94D0_49BB_1331_11EB);
        z ^ (z >> 31)
    }

    /// The next number, at least 0 and below 1.
    pub fn part(&mut self) -> f64 {
        let high = u32::try_from(self.number() >> 32).unwrap_or(0);
        f64::from(high) / (f64::from(u32::MAX) + 1.0)
    }

    /// True for this part of all calls, 0 to 1.
    pub fn strikes(&mut self, part: f64) -> bool {
        self.part() < part
    }

    /// The next number below `bound`; 0 when that is 0.
    pub fn below(&mut self, bound: usize) -> usize {
        let bound = u64::try_from(bound).unwrap_or(u64::MAX);
        let number = self.number().checked_rem(bound).unwrap_or(0);
        usize::try_from(number).unwrap_or(0)
    }
}
