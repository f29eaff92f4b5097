//! Latin hypercube samples: each key's range is cut into as many slices as there are points, and each slice
//! holds one (McKay, Beckman, Conover 1979, "A comparison of three methods for selecting values of input variables").

use super::axis::{LOG_DIGITS, Range, Scale};
use super::decimal::Decimal;
use crate::kernel::{Bits, Domain, Seed, Stream, unit_of};
use crate::settings::{Name, Value};

/// `count` points over the ranges, a value a key each; none where a range cannot be reckoned with. A key's values
/// depend on the seed, the count and its own place among the keys.
pub(super) fn hypercube(seed: Seed, count: u32, keys: &[(Name, Range)]) -> Option<Vec<Vec<Value>>> {
    let columns: Option<Vec<Vec<Value>>> = keys
        .iter()
        .enumerate()
        .map(|(key, (_, range))| column(seed, (key, count), range))
        .collect();
    let columns = columns.filter(|columns| !columns.is_empty())?;
    let row = |point: usize| columns.iter().map(|column| column[point].clone()).collect();
    Some((0..count as usize).map(row).collect())
}

/// The values of one key: a slice each, in an order of its own.
fn column(seed: Seed, (key, count): (usize, u32), range: &Range) -> Option<Vec<Value>> {
    let mut stream = Stream::new(seed, Domain::Sample, key as u64, u64::from(count));
    let mut slices: Vec<u32> = (0..count).collect();
    // Fisher and Yates: each order is as likely as any other.
    for last in (1..slices.len()).rev() {
        slices.swap(last, stream.below(last as u64 + 1) as usize);
    }
    let (from, to) = (range.from.value(), range.to.value());
    let value = |slice: u32| {
        let share = (f64::from(slice) + unit_of(stream.bits())) / f64::from(count);
        let value = match range.scale {
            Scale::Linear => from + (to - from) * share,
            Scale::Log => from * libm::pow(to / from, share),
        };
        range.value(&Decimal::rounded(value, LOG_DIGITS, &range.from.suffix)?)
    };
    slices.into_iter().map(value).collect()
}
