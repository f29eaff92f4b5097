//! Random streams: each is made from (seed, domain, index, index) when it is needed, so that none is stored, and
//! what one part of a run draws never shifts what another part draws.

use rand_pcg::Pcg64Mcg;
use rand_pcg::rand_core::Rng;

/// What a run, a replication of it, or a part of it starts from. Never add to one: derive.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub struct Seed(pub u64);

impl Seed {
    /// The seed of a replication, the same at every point of a study.
    pub fn replication(self, replication: u32) -> Seed {
        Seed(mix(self.0, Domain::Replication as u64, u64::from(replication), 0))
    }

    /// The root seed of a point of a study whose points share none.
    pub fn point(self, point: u32) -> Seed {
        Seed(mix(self.0, Domain::Point as u64, u64::from(point), 0))
    }
}

/// What a stream is for. Two domains never share a draw. The numbers are part of every result: never renumber.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[repr(u64)]
pub enum Domain {
    /// The seeds of replications.
    Replication = 1,
    /// What a handler draws: (node, activation).
    Activation = 2,
    /// What a handler draws after `keyed`: (node, key).
    Keyed = 3,
    /// What the network does to a message: (node, activation and k).
    Fate = 4,
    /// What is drawn once a directed link: (source, target).
    Link = 5,
    /// Graphs: (generator's own index, attempt).
    Topology = 6,
    /// Times, senders and receivers of requests: (command, purpose).
    Workload = 7,
    /// Whom and when faults hit: (fault, purpose).
    Faults = 8,
    /// Whether a sync to disk fails: (node, nanoseconds since the start).
    Disk = 9,
    /// Resampling and estimates, which are no part of a run.
    Statistics = 10,
    /// The root seeds of a study's points, where each has its own: (point).
    Point = 11,
    /// Points that are drawn: (key, count).
    Sample = 12,
}

/// A source of uniform 64-bit words.
pub trait Bits {
    /// The next 64 uniform bits.
    fn bits(&mut self) -> u64;

    /// Uniform in `0..bound`; 0 for a bound of 0. The bias is below bound / 2^64.
    #[inline(always)]
    fn below(&mut self, bound: u64) -> u64 {
        ((u128::from(self.bits()) * u128::from(bound)) >> 64) as u64
    }

    /// Uniform in the open interval (0, 1), 53 bits fine.
    #[inline(always)]
    fn unit(&mut self) -> f64 {
        unit_of(self.bits())
    }
}

/// The middle of the 2^-53-wide cell that `bits` falls into: never 0, never 1.
#[inline(always)]
pub fn unit_of(bits: u64) -> f64 {
    const CELL: f64 = 1.0 / 9_007_199_254_740_992.0;
    // 2^53 - 0.5 is no f64: the last cell would round up to 1.
    (((bits >> 11) as f64 + 0.5) * CELL).min(1.0 - CELL)
}

/// A generator for as many draws as its owner wants.
#[derive(Clone, Debug)]
pub struct Stream(Pcg64Mcg);

impl Stream {
    /// The stream of (seed, domain, a, b).
    #[inline(always)]
    pub fn new(seed: Seed, domain: Domain, a: u64, b: u64) -> Stream {
        let low = mix(seed.0, domain as u64, a, b);
        // One more fold spreads the key over all 128 bits of the generator's state.
        let high = fold(low ^ 0xA076_1D64_78BD_642F, 0xE703_7ED1_A0B4_28DB);
        Stream(Pcg64Mcg::new(u128::from(high) << 64 | u128::from(low)))
    }
}

impl Bits for Stream {
    #[inline(always)]
    fn bits(&mut self) -> u64 {
        self.0.next_u64()
    }
}

/// What the network draws about one message: a word a *place*, so that a loss rate never shifts a latency.
#[derive(Clone, Copy, Debug)]
pub struct Places(u64);

impl Places {
    /// The places of (seed, domain, a, b).
    #[inline(always)]
    pub fn new(seed: Seed, domain: Domain, a: u64, b: u64) -> Places {
        Places(mix(seed.0, domain as u64, a, b))
    }

    /// The words of one place: the first, then as many more as rejection needs.
    #[inline(always)]
    pub fn place(self, place: u32) -> Place {
        Place { key: self.0, counter: u64::from(place) << 32 }
    }
}

/// The words of one place.
#[derive(Clone, Copy, Debug)]
pub struct Place {
    key: u64,
    counter: u64,
}

impl Bits for Place {
    #[inline(always)]
    fn bits(&mut self) -> u64 {
        self.counter += 1;
        fold(
            self.key ^ self.counter.wrapping_mul(0x9E37_79B9_7F4A_7C15),
            0xD6E8_FEB8_6659_FD93 ^ self.key,
        )
    }
}

/// Both halves of the 128-bit product, folded: one multiplication mixes all bits of both.
#[inline(always)]
fn fold(a: u64, b: u64) -> u64 {
    let product = u128::from(a) * u128::from(b);
    product as u64 ^ (product >> 64) as u64
}

/// A 64-bit hash of four words.
#[inline(always)]
fn mix(seed: u64, domain: u64, a: u64, b: u64) -> u64 {
    // The odd constant of each domain keeps both factors away from zero for all the small numbers in use.
    let inner =
        fold(seed ^ 0x2D35_8DCC_AA6C_78A5, (a ^ 0x8BB8_4B93_962E_ACC9).wrapping_add(domain << 56));
    fold(inner ^ b ^ 0x4B33_A62E_D433_D4A3, seed ^ 0x4D5A_2DA5_1DE1_AA47)
}

/// A probability, exact to 2^-53.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub struct Probability(u64);

impl Probability {
    /// Never.
    pub const ZERO: Probability = Probability(0);
    /// Always.
    pub const ONE: Probability = Probability(1 << 53);

    /// `p` between 0 and 1, else `None`.
    pub fn new(p: f64) -> Option<Probability> {
        (0.0..=1.0).contains(&p).then_some(Probability((p * 9_007_199_254_740_992.0) as u64))
    }

    /// As a number between 0 and 1.
    pub fn get(self) -> f64 {
        self.0 as f64 / 9_007_199_254_740_992.0
    }

    /// Whether a uniform word falls within it.
    #[inline(always)]
    pub fn hit(self, bits: u64) -> bool {
        (bits >> 11) < self.0
    }

    /// The probability of at least one of two independent events.
    #[must_use]
    pub fn or(self, other: Probability) -> Probability {
        let (p, q) = (self.get(), other.get());
        Probability::new(p + q - p * q).unwrap_or(Probability::ONE)
    }
}

/// Shares of a whole, to choose an index by.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Weights {
    ends: Vec<Probability>,
}

impl Weights {
    /// The shares `parts`, at least one of them positive, relative to their sum; `None` where that makes no sense.
    pub fn new(parts: &[f64]) -> Option<Weights> {
        let whole: f64 = parts.iter().sum();
        if !(whole > 0.0 && whole.is_finite() && parts.iter().all(|p| *p >= 0.0)) {
            return None;
        }
        let mut sum = 0.0;
        let mut ends = Vec::with_capacity(parts.len());
        for part in parts {
            sum += part;
            ends.push(Probability::new((sum / whole).min(1.0))?);
        }
        // Rounding must leave no gap above the last share that counts.
        let last = parts.iter().rposition(|p| *p > 0.0)?;
        ends[last..].fill(Probability::ONE);
        Some(Weights { ends })
    }

    /// How many shares.
    pub fn count(&self) -> usize {
        self.ends.len()
    }

    /// The index of the share that a uniform word falls into.
    #[inline(always)]
    pub fn pick(&self, bits: u64) -> usize {
        let end = self.ends.iter().position(|end| end.hit(bits));
        end.expect("the last share that counts ends at one")
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Pearson's chi-square of `counts` against equal shares, as a z score (Wilson-Hilferty is not needed: many cells).
    fn z_of_uniform(counts: &[u32]) -> f64 {
        let (cells, total) = (counts.len() as f64, counts.iter().sum::<u32>() as f64);
        let expected = total / cells;
        let chi: f64 = counts
            .iter()
            .map(|&c| (f64::from(c) - expected) * (f64::from(c) - expected) / expected)
            .sum();
        (chi - (cells - 1.0)) / (2.0 * (cells - 1.0)).sqrt()
    }

    #[test]
    fn neighbouring_keys_give_unrelated_first_draws() {
        // The first draw of 2^18 neighbouring (node, activation) pairs, by high byte, low byte and difference.
        let mut high = vec![0; 256];
        let mut low = vec![0; 256];
        let mut step = vec![0; 256];
        let mut last = 0u64;
        for node in 0..512 {
            for activation in 0..512 {
                let word = Stream::new(Seed(42), Domain::Activation, node, activation).bits();
                high[(word >> 56) as usize] += 1;
                low[(word & 255) as usize] += 1;
                step[(word.wrapping_sub(last) >> 56) as usize] += 1;
                last = word;
            }
        }
        for counts in [high, low, step] {
            assert!(z_of_uniform(&counts).abs() <= 4.0, "{}", z_of_uniform(&counts));
        }
    }

    #[test]
    fn places_are_uniform_and_independent_of_each_other() {
        let mut joint = vec![0; 256];
        for k in 0..1u64 << 18 {
            let places = Places::new(Seed(7), Domain::Fate, k >> 6, k & 63);
            let cell = (places.place(0).bits() >> 60) << 4 | places.place(1).bits() >> 60;
            joint[cell as usize] += 1;
        }
        assert!(z_of_uniform(&joint).abs() <= 4.0, "{}", z_of_uniform(&joint));
    }

    #[test]
    fn streams_are_pinned() {
        let mut stream = Stream::new(Seed(1), Domain::Activation, 2, 3);
        let words = [
            stream.bits(),
            stream.bits(),
            Places::new(Seed(1), Domain::Fate, 2, 3).place(4).bits(),
        ];
        assert_eq!(words.map(|w| format!("{w:016x}")), PINNED);
        assert_ne!(Seed(1).replication(0), Seed(1).replication(1));
    }

    const PINNED: [&str; 3] = ["99fefc55af320da5", "652c9d12248a1797", "084d43536fa1bd22"];

    #[test]
    fn units_stay_inside_the_open_interval() {
        assert!(unit_of(0) > 0.0 && unit_of(u64::MAX) < 1.0);
    }

    #[test]
    fn probabilities_are_exact_at_both_ends() {
        assert!(!Probability::ZERO.hit(0) && Probability::ONE.hit(u64::MAX));
        assert_eq!(Probability::new(0.125).map(Probability::get), Some(0.125));
        assert_eq!(Probability::new(1.5), None);
        assert_eq!(Probability::new(f64::NAN), None);
    }

    #[test]
    fn weights_pick_in_proportion_and_never_an_empty_share() {
        let weights = Weights::new(&[1.0, 0.0, 3.0, 0.0]).unwrap();
        let mut stream = Stream::new(Seed(3), Domain::Statistics, 0, 0);
        let mut counts = [0u32; 4];
        for _ in 0..40_000 {
            counts[weights.pick(stream.bits())] += 1;
        }
        assert_eq!((counts[1], counts[3]), (0, 0));
        let z = (f64::from(counts[0]) - 10_000.0) / (40_000.0f64 * 0.25 * 0.75).sqrt();
        assert!(z.abs() <= 4.0, "{z}");
        assert_eq!(weights.pick(u64::MAX), 2);
        assert!(Weights::new(&[0.0]).is_none() && Weights::new(&[-1.0, 2.0]).is_none());
    }
}
