//! Spans counted in buckets that are 1.6 % wide, so that memory does not grow with their number.

use std::collections::BTreeMap;

use crate::kernel::Span;

/// How often which span was seen, within 0.8 %; the mean is exact.
#[derive(Clone, Debug, Default)]
pub(super) struct Histogram {
    buckets: BTreeMap<u32, u64>,
    count: u64,
    sum_nanos: u128,
    /// The least and the greatest.
    range: Option<(Span, Span)>,
}

/// Bits of the fraction of an `f64` that do not count: 6 of 52 do.
const IGNORED: u32 = 46;

impl Histogram {
    pub(super) fn add(&mut self, span: Span) {
        let bucket = ((span.nanos() as f64).to_bits() >> IGNORED) as u32;
        *self.buckets.entry(bucket).or_default() += 1;
        self.count += 1;
        self.sum_nanos += u128::from(span.nanos());
        let (least, most) = self.range.unwrap_or((span, span));
        self.range = Some((least.min(span), most.max(span)));
    }

    /// In milliseconds; none of no spans.
    pub(super) fn mean_ms(&self) -> Option<f64> {
        (self.count > 0).then(|| self.sum_nanos as f64 / self.count as f64 / 1e6)
    }

    /// The middle of the bucket that `share` of all spans lie below or in, in milliseconds; within the range of all.
    pub(super) fn quantile_ms(&self, share: f64) -> Option<f64> {
        let wanted = (share * self.count as f64).ceil().max(1.0) as u64;
        let mut below = 0;
        let (bucket, _) = self.buckets.iter().find(|(_, count)| {
            below += **count;
            below >= wanted
        })?;
        let edge = |bucket: u32| f64::from_bits(u64::from(bucket) << IGNORED);
        let middle = if *bucket == 0 { 0.0 } else { (edge(*bucket) + edge(bucket + 1)) / 2.0 };
        let (least, most) = self.range?;
        Some(middle.clamp(least.nanos() as f64, most.nanos() as f64) / 1e6)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn quantiles_lie_within_a_hundredth() {
        let mut histogram = Histogram::default();
        assert_eq!((histogram.mean_ms(), histogram.quantile_ms(0.5)), (None, None));
        (1..=1000).for_each(|ms| histogram.add(Span::from_millis(ms)));
        assert_eq!(histogram.mean_ms(), Some(500.5));
        for (share, ms) in [(0.5, 500.0), (0.9, 900.0), (0.99, 990.0), (1.0, 1000.0)] {
            let quantile = histogram.quantile_ms(share).expect("there are some");
            assert!((quantile / ms - 1.0).abs() < 0.01, "{share}: {quantile}");
        }
    }

    #[test]
    fn quantiles_of_equal_spans_are_exact() {
        for ms in [0, 1, 7] {
            let mut histogram = Histogram::default();
            (0..3).for_each(|_| histogram.add(Span::from_millis(ms)));
            assert_eq!(histogram.quantile_ms(0.5), Some(ms as f64));
        }
    }
}
