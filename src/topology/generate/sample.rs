//! Samples of numbers without repetition, in ascending order.

use crate::kernel::{Bits, Stream};

/// A uniformly drawn set of `wanted` of the numbers `0..of`, ascending.
///
/// # Panics
/// If there are fewer than `wanted`.
pub(super) fn distinct(wanted: u64, of: u64, random: &mut Stream) -> Vec<u64> {
    assert!(wanted <= of, "there are enough numbers to draw from");
    if wanted > of / 2 {
        let left_out = sparse(of - wanted, of, random);
        let mut left_out = left_out.iter().peekable();
        return (0..of).filter(|number| left_out.next_if_eq(&number).is_none()).collect();
    }
    sparse(wanted, of, random)
}

/// Draws with replacement until so many are different: all sets are equally likely, since no number
/// is unlike another. Each round draws as many as are missing, so none draws too many.
fn sparse(wanted: u64, of: u64, random: &mut Stream) -> Vec<u64> {
    let mut drawn: Vec<u64> = Vec::with_capacity(wanted as usize);
    while (drawn.len() as u64) < wanted {
        let missing = wanted - drawn.len() as u64;
        drawn.extend((0..missing).map(|_| random.below(of)));
        drawn.sort_unstable();
        drawn.dedup();
    }
    drawn
}
