//! What a site holds of a sum that all sites share (push_sum, averaging).

use super::Gossip;
use super::averaging::Exchange;
use super::config::Config;
use super::message::Fact;
use super::rules::Rules;
use super::site::Site;
use crate::kernel::Real;
use crate::protocol::Context;
use crate::settings::{Key, Section, Shape, Variant};

/// What is averaged.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Aggregation {
    /// The number of each site.
    pub values: Values,
    /// The error at which sites count as right.
    pub target_error: f64,
}

/// The number of each site, before the workload sets another.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Values {
    /// Uniform in 0..1, drawn once for each site.
    Uniform,
    /// As many as there are sites at site 0, and 0 elsewhere.
    Peak,
    /// From 0 at the first site to 1 at the last, evenly.
    Index,
}

/// A part of the sum, and of the weight by which it is divided.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub struct Share {
    /// Of all numbers.
    pub sum: Real,
    /// Of the number of sites.
    pub weight: Real,
}

/// What a site holds.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub struct Holding {
    /// Its own number.
    pub value: Real,
    /// Its part of all numbers.
    pub share: Share,
    /// The exchange that it waits for.
    pub(super) open: Option<Exchange>,
    /// The number of its next exchange.
    pub(super) next: u32,
}

/// The keys of aggregation.
pub(super) const VALUES: Key = Key::new(
    "values",
    Shape::OneOf(&[
        Variant::word("uniform", "drawn from 0 to 1"),
        Variant::word("peak", "n at node 0, and 0 elsewhere"),
        Variant::word("index", "from 0 at the first to 1 at the last"),
    ]),
    "uniform",
    "the number of each site (push_sum, averaging)",
);
pub(super) const TARGET_ERROR: Key = Key::new(
    "target_error",
    Shape::Number { min: 1e-12, max: 1.0 },
    "1e-6",
    "the relative error that rounds_to_error waits for (push_sum, averaging)",
);

/// The key of a site's own stream from which its number is drawn: a restart draws the same again.
const VALUE: u64 = 1;

impl Aggregation {
    /// Reads them.
    pub(super) fn read(s: &mut Section<'_>) -> Aggregation {
        let words =
            [("uniform", Values::Uniform), ("peak", Values::Peak), ("index", Values::Index)];
        let values = s.choice("values", &words, Values::Uniform);
        Aggregation { values, target_error: s.number("target_error", 1e-6) }
    }
}

impl Share {
    /// What it says of the mean.
    pub fn estimate(self) -> Real {
        self.sum / self.weight
    }

    /// One of two equal parts.
    pub(super) fn half(self) -> Share {
        let two = Real::new(2.0);
        Share { sum: self.sum / two, weight: self.weight / two }
    }
}

impl Site {
    /// A life begins with the site's own number.
    pub(super) fn hold<'w, R: Rules>(
        &mut self,
        values: Values,
        cx: &mut impl Context<'w, Gossip<R>>,
    ) {
        let Config { nodes, .. } = *cx.config();
        let id = cx.me().0;
        let value = match values {
            Values::Uniform => {
                cx.keyed(VALUE);
                let (high, low) = (cx.choose(1 << 26), cx.choose(1 << 27));
                (f64::from(high) * f64::from(1 << 27) + f64::from(low)) / (1u64 << 53) as f64
            }
            Values::Peak => f64::from(if id == 0 { nodes } else { 0 }),
            Values::Index => f64::from(id) / f64::from(nodes.saturating_sub(1).max(1)),
        };
        let value = Real::new(value);
        let share = Share { sum: value, weight: Real::new(1.0) };
        // Answers to an earlier life are still under way: its numbers are not used again.
        let next = (cx.now().nanos() >> 10) as u32;
        self.take_hold(Holding { value, share, open: None, next });
        cx.tell(Fact::Valued { value });
        cx.tell(Fact::Estimate { value });
    }

    /// The site's own number changes, and all that changes the sum is what it differs by.
    pub(super) fn set_value<'w, R: Rules>(
        &mut self,
        value: Real,
        cx: &mut impl Context<'w, Gossip<R>>,
    ) {
        let Some(holding) = self.holding_mut() else { return };
        holding.share.sum = holding.share.sum - holding.value + value;
        holding.value = value;
        cx.tell(Fact::Valued { value });
        cx.tell(Fact::Estimate { value: holding.share.estimate() });
    }
}
