//! What is left of a span that is met at a random moment: the equilibrium distribution of a renewal process, by the
//! numeric inverse of its integrated tail.

use super::{Distribution, Law, real};
use crate::kernel::random::Bits;
use crate::kernel::time::Span;

/// What is left of spans of some distribution at a random moment of a process that has gone on for long. Its density
/// at x is P(span > x) / mean (Cox, "Renewal theory", 1962, 5.2).
#[derive(Clone, Debug, PartialEq)]
pub struct Residual(Kind);

#[derive(Clone, Debug, PartialEq)]
enum Kind {
    /// It has no memory: the same again.
    Same(Distribution),
    /// Spans in ns, ascending, each with the integral of the tail up to it.
    Table(Box<[(f64, f64)]>),
}

/// Distributions of more values than this are taken as continuous.
const VALUES_MAX: u64 = 4096;

/// So many points for each halving of the tail: it falls by a hundredth from one to the next.
const POINTS: u32 = 64;

impl Residual {
    /// The residual of `of`.
    pub fn new(of: &Distribution) -> Residual {
        let kind = match of {
            Distribution::Law(Law::Exponential { shift: Span::ZERO, .. }) => Kind::Same(of.clone()),
            Distribution::Constant(span) => Kind::Table(steps(&[*span])),
            Distribution::Law(Law::Values(values)) => Kind::Table(steps(values)),
            Distribution::Law(Law::Stepped { min, step, count }) if *count <= VALUES_MAX => {
                let value = |k: u64| Span::from_nanos(min.nanos() + k * step.nanos());
                Kind::Table(steps(&(0..*count).map(value).collect::<Vec<_>>()))
            }
            other => Kind::Table(slopes(other)),
        };
        Residual(kind)
    }

    /// Draws one.
    pub fn sample(&self, bits: &mut impl Bits) -> Span {
        let table = match &self.0 {
            Kind::Same(distribution) => return distribution.sample(bits),
            Kind::Table(table) => table,
        };
        let whole = table[table.len() - 1].1;
        let share = bits.unit() * whole;
        let above = table.partition_point(|point| point.1 < share).max(1);
        let ((x, low), (y, high)) = (table[above - 1], table[above.min(table.len() - 1)]);
        let between = if high > low { (share - low) / (high - low) } else { 0.0 };
        Span::from_nanos_f64(x + (y - x) * between)
    }
}

/// The tail of equally likely values falls in steps.
fn steps(values: &[Span]) -> Box<[(f64, f64)]> {
    let mut values: Vec<f64> = values.iter().map(|span| real(*span)).collect();
    values.sort_unstable_by(f64::total_cmp);
    let count = values.len() as f64;
    let (mut from, mut whole) = (0.0, 0.0);
    let mut table = vec![(0.0, 0.0)];
    for (below, value) in values.into_iter().enumerate() {
        whole += (value - from) * (count - below as f64) / count;
        from = value;
        table.push((value, whole));
    }
    table.into()
}

/// The tail of a continuous distribution, by trapeziums between points at which it has fallen to 2^(-k / 64).
fn slopes(of: &Distribution) -> Box<[(f64, f64)]> {
    let least = real(of.least());
    let mut table = vec![(0.0, 0.0), (least, least)];
    let (mut from, mut tail, mut whole) = (least, 1.0, least);
    for k in 1..=53 * POINTS {
        let share = libm::exp2(-f64::from(k) / f64::from(POINTS));
        let x = real(of.exceeded(share)).max(from);
        whole += (x - from) * (tail + share) / 2.0;
        (from, tail) = (x, share);
        table.push((x, whole));
    }
    table.into()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::kernel::{Domain, Seed, Stream};

    fn ms(millis: u64) -> Span {
        Span::from_millis(millis)
    }

    /// The mean of a residual is E[x^2] / (2 E[x]), that of its square E[x^3] / (3 E[x]).
    #[test]
    fn residuals_have_the_moments_of_renewal_theory() {
        let points = vec![(0.0, ms(0)), (0.5, ms(10)), (1.0, ms(40))];
        for of in [
            Distribution::Constant(ms(50)),
            Distribution::uniform(ms(10), ms(60)).unwrap(),
            Distribution::stepped(ms(10), ms(60), ms(10)).unwrap(),
            Distribution::exponential(ms(50), Span::ZERO).unwrap(),
            Distribution::exponential(ms(50), ms(10)).unwrap(),
            Distribution::normal(ms(20), ms(5), Span::ZERO).unwrap(),
            Distribution::lognormal(ms(20), 0.5).unwrap(),
            Distribution::pareto(ms(10), 5.0, Span::from_secs(3600)).unwrap(),
            Distribution::weibull(ms(30), 0.59).unwrap(),
            Distribution::quantiles(points).unwrap(),
            Distribution::values(vec![ms(1), ms(1), ms(30)]).unwrap(),
        ] {
            // A million evenly spread draws of the span stand for the exact moments.
            let mut powers = [0.0; 3];
            let count = 1_000_000;
            let mut even = Even(0);
            for _ in 0..count {
                let x = of.sample(&mut even).as_millis_f64();
                powers = [powers[0] + x, powers[1] + x * x, powers[2] + x * x * x];
            }
            let mean = powers[1] / powers[0] / 2.0;
            let variance = powers[2] / powers[0] / 3.0 - mean * mean;
            let residual = Residual::new(&of);
            let mut stream = Stream::new(Seed(2026), Domain::Statistics, 1, 0);
            let drawn: f64 =
                (0..200_000).map(|_| residual.sample(&mut stream).as_millis_f64()).sum();
            let z = (drawn / 200_000.0 - mean) / (variance / 200_000.0).sqrt();
            assert!(z.abs() <= 4.0, "{of:?}: {} is not {mean}, z {z}", drawn / 200_000.0);
        }
    }

    /// Words that fill the interval evenly, in a scattered order: multiples of the golden ratio.
    struct Even(u64);

    impl Bits for Even {
        fn bits(&mut self) -> u64 {
            self.0 = self.0.wrapping_add(0x9E37_79B9_7F4A_7C15);
            self.0
        }
    }
}
