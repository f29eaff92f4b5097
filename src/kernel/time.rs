//! Virtual time: `Instant` and `Span` in whole nanoseconds, and their spelling with units.
//!
//! Both are bounded so that sums never overflow: a [`Span`] is at most 2^61 ns (73 years), a run ends within a
//! span of its start, hence every [`Instant`] lies below 2^62 ns and two bits stay free for whoever packs one.

use std::fmt;
use std::ops::{Add, AddAssign, Sub};

/// A moment of virtual time: nanoseconds since the start of the run.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub struct Instant(u64);

/// A length of virtual time in nanoseconds, at most [`Span::MAX`].
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub struct Span(u64);

impl Instant {
    /// The start of every run.
    pub const START: Instant = Instant(0);
    /// Later than anything that happens.
    pub const NEVER: Instant = Instant((1 << 62) - 1);

    /// The moment `nanos` after the start, at most [`Instant::NEVER`].
    #[inline(always)]
    pub const fn from_nanos(nanos: u64) -> Instant {
        if nanos > Instant::NEVER.0 { Instant::NEVER } else { Instant(nanos) }
    }

    /// Nanoseconds since the start.
    #[inline(always)]
    pub const fn nanos(self) -> u64 {
        self.0
    }

    /// The time that has passed since `earlier`; zero when it lies later.
    #[inline(always)]
    pub const fn since(self, earlier: Instant) -> Span {
        Span::from_nanos(self.0.saturating_sub(earlier.0))
    }

    /// Milliseconds since the start, for tables: exact up to 2^53 ns of fraction.
    pub fn as_millis_f64(self) -> f64 {
        Span(self.0).as_millis_f64()
    }
}

impl Span {
    /// The units of [`Span::parse`], smallest first, each with its nanoseconds.
    pub(crate) const UNITS: &[(&str, u64)] = &[
        ("ns", 1),
        ("us", 1_000),
        ("ms", 1_000_000),
        ("s", 1_000_000_000),
        ("m", 60_000_000_000),
        ("h", 3_600_000_000_000),
        ("d", 86_400_000_000_000),
    ];

    /// No time at all.
    pub const ZERO: Span = Span(0);
    /// 2^61 ns, about 73 years: longer spans are clamped to it.
    pub const MAX: Span = Span(1 << 61);

    /// A span of `nanos`, clamped to [`Span::MAX`].
    #[inline(always)]
    pub const fn from_nanos(nanos: u64) -> Span {
        if nanos > Span::MAX.0 { Span::MAX } else { Span(nanos) }
    }

    /// A span of `millis`, clamped to [`Span::MAX`].
    pub const fn from_millis(millis: u64) -> Span {
        Span::from_nanos(millis.saturating_mul(1_000_000))
    }

    /// A span of `secs`, clamped to [`Span::MAX`].
    pub const fn from_secs(secs: u64) -> Span {
        Span::from_nanos(secs.saturating_mul(1_000_000_000))
    }

    /// Rounds `nanos` to the nearest whole nanosecond; negative and NaN become zero, too long [`Span::MAX`].
    #[inline(always)]
    pub fn from_nanos_f64(nanos: f64) -> Span {
        // A cast saturates, and takes NaN to zero.
        Span::from_nanos((nanos + 0.5) as u64)
    }

    /// The number of nanoseconds.
    #[inline(always)]
    pub const fn nanos(self) -> u64 {
        self.0
    }

    /// Milliseconds, for tables.
    pub fn as_millis_f64(self) -> f64 {
        // One division of an exact integer: correctly rounded, the same everywhere.
        self.0 as f64 / 1e6
    }

    /// Reads a number with a unit (`ns`, `us`, `ms`, `s`, `m`, `h`, `d`), such as `1.5ms`, exactly to the nanosecond.
    ///
    /// # Errors
    /// Says what is wrong with the text: no unit, an unknown one, no number, a fraction of a nanosecond, or too long.
    pub fn parse(text: &str) -> Result<Span, SpanError> {
        let digits = text.find(|c: char| !c.is_ascii_digit() && c != '.').unwrap_or(text.len());
        let (number, unit) = text.split_at(digits);
        if number.is_empty() {
            let after = text.strip_prefix('-').unwrap_or_default();
            let is_number = after.starts_with(|c: char| c.is_ascii_digit());
            return Err(if is_number { SpanError::Negative } else { SpanError::NotANumber });
        }
        let unit = match unit.trim_start() {
            "" => return Err(SpanError::NoUnit),
            unit => Span::UNITS.iter().find(|u| u.0 == unit).ok_or(SpanError::UnknownUnit)?.1,
        };
        let (whole, fraction) = number.split_once('.').unwrap_or((number, "0"));
        if whole.is_empty() || fraction.is_empty() || fraction.contains('.') {
            return Err(SpanError::NotANumber);
        }
        let whole: u64 = whole.parse().map_err(|_| SpanError::TooLong)?;
        let mut nanos = whole.checked_mul(unit).ok_or(SpanError::TooLong)?;
        let mut place = unit;
        for digit in fraction.bytes() {
            let digit = u64::from(digit - b'0');
            if digit != 0 && (place == 0 || place % 10 != 0) {
                return Err(SpanError::TooFine);
            }
            place /= 10;
            nanos = nanos.checked_add(digit * place).ok_or(SpanError::TooLong)?;
        }
        if nanos > Span::MAX.0 { Err(SpanError::TooLong) } else { Ok(Span(nanos)) }
    }
}

/// Why a text is no span.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum SpanError {
    /// No digits, or more than one point.
    NotANumber,
    /// A number below nothing.
    Negative,
    /// A bare number.
    NoUnit,
    /// None of ns, us, ms, s, m, h, d.
    UnknownUnit,
    /// A fraction of a nanosecond.
    TooFine,
    /// More than [`Span::MAX`].
    TooLong,
}

impl fmt::Display for SpanError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            SpanError::NotANumber => "a duration is a number and a unit, such as 20ms",
            SpanError::Negative => "a duration is never negative",
            SpanError::NoUnit => "a duration needs a unit",
            SpanError::UnknownUnit => "the units of time are ns, us, ms, s, m, h, d",
            SpanError::TooFine => "a duration is a whole number of nanoseconds",
            SpanError::TooLong => "a duration is at most 26687 days",
        })
    }
}

/// Prints with the largest of h, m, s, ms, us, ns that divides the span, so that parsing gives it back.
impl fmt::Display for Span {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let fits = |u: &&(&str, u64)| self.0 != 0 && self.0.is_multiple_of(u.1) && u.0 != "d";
        let (unit, nanos) =
            Span::UNITS.iter().rev().find(fits).copied().unwrap_or(("s", 1_000_000_000));
        write!(f, "{}{unit}", self.0 / nanos)
    }
}

/// Prints as the span since the start.
impl fmt::Display for Instant {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        Span(self.0).fmt(f)
    }
}

impl Add<Span> for Instant {
    type Output = Instant;
    #[inline(always)]
    fn add(self, span: Span) -> Instant {
        // Below 2^62 + 2^61: no overflow; what lies past the end of any run is never.
        Instant::from_nanos(self.0 + span.0)
    }
}

impl AddAssign<Span> for Instant {
    fn add_assign(&mut self, span: Span) {
        *self = *self + span;
    }
}

impl Add for Span {
    type Output = Span;
    #[inline(always)]
    fn add(self, other: Span) -> Span {
        Span::from_nanos(self.0 + other.0)
    }
}

impl Sub for Span {
    type Output = Span;
    /// The difference, or zero.
    fn sub(self, other: Span) -> Span {
        Span(self.0.saturating_sub(other.0))
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    #[test]
    fn spans_are_read_exactly() {
        let read = |text| Span::parse(text).map(Span::nanos);
        assert_eq!(read("0s"), Ok(0));
        assert_eq!(read("20ms"), Ok(20_000_000));
        assert_eq!(read("1.5 ms"), Ok(1_500_000));
        assert_eq!(read("0.1s"), Ok(100_000_000));
        assert_eq!(read("1000h"), Ok(3_600_000_000_000_000));
        assert_eq!(read("2d"), Ok(172_800_000_000_000));
        assert_eq!(read("5"), Err(SpanError::NoUnit));
        assert_eq!(read("ms"), Err(SpanError::NotANumber));
        assert_eq!(read("-1s"), Err(SpanError::Negative));
        assert_eq!(read("-s"), Err(SpanError::NotANumber));
        assert_eq!(read("1.2.3s"), Err(SpanError::NotANumber));
        assert_eq!(read("5 parsec"), Err(SpanError::UnknownUnit));
        assert_eq!(read("1.5ns"), Err(SpanError::TooFine));
        assert_eq!(read("1.00000000001s"), Err(SpanError::TooFine));
        assert_eq!(read("99999999d"), Err(SpanError::TooLong));
        assert_eq!(read("99999999999999999999999s"), Err(SpanError::TooLong));
    }

    #[test]
    fn sums_stay_in_range() {
        assert_eq!(Span::from_nanos(u64::MAX), Span::MAX);
        assert_eq!(Instant::NEVER + Span::MAX, Instant::NEVER);
        assert_eq!(Span::MAX + Span::MAX, Span::MAX);
        assert_eq!(Span::from_nanos_f64(-3.0), Span::ZERO);
        assert_eq!(Span::from_nanos_f64(f64::NAN), Span::ZERO);
        assert_eq!(Span::from_nanos_f64(1e300), Span::MAX);
        assert_eq!(Span::from_nanos_f64(2.5), Span::from_nanos(3));
    }

    proptest! {
        #[test]
        fn printing_and_parsing_are_inverse(nanos in 0..=Span::MAX.nanos()) {
            let span = Span::from_nanos(nanos);
            prop_assert_eq!(Span::parse(&span.to_string()), Ok(span));
        }
    }
}
