//! The links between two groups of nodes.

use super::random::Skips;
use super::sample::distinct;
use super::{GenerateError, check_room};
use crate::kernel::{NodeId, Stream};
use std::ops::Range;

/// Which pairs of two groups are joined.
#[derive(Clone, Copy, Debug, PartialEq)]
pub enum Between {
    /// So many, drawn.
    Links(u64),
    /// Each with this probability.
    Probability(f64),
    /// All.
    Complete,
    /// None.
    Nothing,
}

/// The edges between the nodes of two ranges of ids, those of the first node first.
///
/// # Errors
/// More links than pairs; more than rows can hold.
pub fn between(
    (first, second): (Range<u32>, Range<u32>),
    rule: Between,
    random: &mut Stream,
) -> Result<Vec<(NodeId, NodeId)>, GenerateError> {
    let width = u64::from(second.end - second.start);
    let pairs = u64::from(first.end - first.start) * width;
    let edge = |pair: u64| {
        (NodeId(first.start + (pair / width) as u32), NodeId(second.start + (pair % width) as u32))
    };
    match rule {
        Between::Nothing => Ok(Vec::new()),
        Between::Links(links) if links > pairs => {
            Err(GenerateError::TooManyPairs { pairs, edges: links })
        }
        Between::Links(links) => {
            check_room(links)?;
            Ok(distinct(links, pairs, random).into_iter().map(edge).collect())
        }
        Between::Complete => {
            check_room(pairs)?;
            Ok((0..pairs).map(edge).collect())
        }
        Between::Probability(p) if p <= 0.0 => Ok(Vec::new()),
        Between::Probability(p) => {
            let mean = pairs as f64 * p;
            check_room((mean + 6.0 * mean.sqrt()) as u64)?;
            let mut skips = Skips::new(p, random);
            let mut next = 0u64;
            let step = || {
                let pair = next.saturating_add(skips.next());
                next = pair.saturating_add(1);
                (pair < pairs).then_some(pair)
            };
            Ok(std::iter::from_fn(step).map(edge).collect())
        }
    }
}
