//! `Real`: an `f64` that may be part of a node's state, because it can be compared, hashed and ordered.

use std::cmp::Ordering;
use std::hash::{Hash, Hasher};
use std::ops::{Add, Div, Mul, Sub};

/// A number that is not NaN. Offers only operations that IEEE 754 rounds the same everywhere.
#[derive(Clone, Copy, Debug, Default)]
pub struct Real(f64);

impl Real {
    /// Wraps `x`.
    ///
    /// # Panics
    /// If `x` is not a number: a protocol's arithmetic is wrong.
    pub fn new(x: f64) -> Real {
        assert!(!x.is_nan(), "a protocol computed a number that is none");
        // One zero only, so that equal numbers have equal hashes.
        Real(x + 0.0)
    }

    /// The plain number.
    pub fn get(self) -> f64 {
        self.0
    }

    /// The square root.
    #[must_use]
    pub fn sqrt(self) -> Real {
        Real::new(self.0.sqrt())
    }
}

impl Ord for Real {
    fn cmp(&self, other: &Real) -> Ordering {
        self.0.total_cmp(&other.0)
    }
}

impl PartialOrd for Real {
    fn partial_cmp(&self, other: &Real) -> Option<Ordering> {
        Some(self.cmp(other))
    }
}

impl PartialEq for Real {
    fn eq(&self, other: &Real) -> bool {
        self.cmp(other).is_eq()
    }
}

impl Eq for Real {}

impl Hash for Real {
    fn hash<H: Hasher>(&self, state: &mut H) {
        self.0.to_bits().hash(state);
    }
}

macro_rules! exact {
    ($($operator:ident $method:ident),+) => { $(
        impl $operator for Real {
            type Output = Real;
            fn $method(self, other: Real) -> Real {
                Real::new($operator::$method(self.0, other.0))
            }
        }
    )+ };
}
exact!(Add add, Sub sub, Mul mul, Div div);

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_order_is_total_and_there_is_one_zero() {
        assert!(Real::new(-1.0) < Real::new(0.0) && Real::new(1.5) < Real::new(2.0));
        assert_eq!(Real::new(-0.0), Real::new(0.0));
        assert_eq!(Real::new(2.0) + Real::new(2.0), Real::new(16.0).sqrt());
    }
}
