//! The range that no estimate may leave: that of the numbers, and wider where a number is changed later.

use std::collections::BTreeMap;

use crate::kernel::NodeId;

/// Kept from facts alone.
#[derive(Clone, Debug, Default)]
pub(super) struct Range {
    bounds: Option<(f64, f64)>,
    /// The last estimate of each site.
    estimates: BTreeMap<NodeId, f64>,
    /// The site whose next estimate is given, not computed.
    given: Option<NodeId>,
}

/// Rounding errors, relative to the larger bound.
const TOLERANCE: f64 = 1e-9;

impl Range {
    /// A site has got a number: its next estimate is its start, or moved by as much as the number.
    pub(super) fn is_given(&mut self, node: NodeId) {
        self.given = Some(node);
    }

    /// Notes an estimate, and says how it is out of range.
    pub(super) fn leaves(&mut self, node: NodeId, estimate: f64) -> Option<String> {
        let before = self.estimates.insert(node, estimate);
        let (low, high) = *self.bounds.get_or_insert((estimate, estimate));
        if self.given.take_if(|given| *given == node).is_some() {
            // An answer that is under way may still move the site as far as before, from its new place.
            let moved = before.map_or(0.0, |before| (estimate - before).abs());
            self.bounds = Some((low.min(estimate) - moved, high.max(estimate) + moved));
            return None;
        }
        let slack = TOLERANCE * low.abs().max(high.abs());
        let is_out = estimate < low - slack || estimate > high + slack;
        is_out.then(|| format!("estimates {estimate}, which is not within {low} to {high}"))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_what_is_given_widens_the_range() {
        let mut range = Range::default();
        for (node, value) in [(NodeId(0), 1.0), (NodeId(1), 3.0)] {
            range.is_given(node);
            assert_eq!(range.leaves(node, value), None);
        }
        assert_eq!(range.leaves(NodeId(0), 2.0), None);
        assert!(range.leaves(NodeId(0), 3.1).is_some());
        range.is_given(NodeId(0));
        assert_eq!(range.leaves(NodeId(0), 4.1), None);
        assert_eq!(range.leaves(NodeId(1), 5.0), None, "moved by as much");
        assert!(range.leaves(NodeId(1), 5.2).is_some());
    }
}
