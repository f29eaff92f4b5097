//! Latencies and bandwidths as graph files write them.

use crate::kernel::Span;
use crate::topology::Bandwidth;
use crate::topology::matrix::parse_ms;

/// A number of milliseconds, or a text with a unit.
///
/// # Errors
/// What is wrong with it.
pub(super) fn latency(text: &str) -> Result<Span, String> {
    let text = text.trim();
    if text.starts_with('-') {
        return Err(format!("a latency must not be negative: {text}"));
    }
    let span = parse_ms(text).or_else(|| Span::parse(text).ok());
    span.ok_or_else(|| format!("`{text}` is not a latency; write 5 (ms) or \"5ms\""))
}

/// A number of bits a second, or a text with a unit: `10M` is 10 Mbit/s.
///
/// # Errors
/// What is wrong with it.
pub(super) fn bandwidth(text: &str) -> Result<Bandwidth, String> {
    let text = text.trim();
    let digits = |c: char| !c.is_ascii_digit() && c != '.';
    let (number, unit) = text.split_at(text.find(digits).unwrap_or(text.len()));
    let unit = unit.trim_start();
    let rest = unit.strip_prefix(['k', 'K', 'M', 'G']).unwrap_or(unit);
    let factor = match unit.strip_suffix(rest).unwrap_or_default() {
        "k" | "K" => 1e3,
        "M" => 1e6,
        "G" => 1e9,
        _ => 1.0,
    };
    let is_unit = matches!(rest, "" | "bps" | "bit" | "bit/s");
    let bits = number.parse::<f64>().ok().map(|number| number * factor);
    match bits.filter(|bits| is_unit && *bits <= 1e18) {
        Some(bits) => Ok(Bandwidth((bits + 0.5) as u64)),
        None if text.starts_with('-') => Err(format!("a bandwidth must not be negative: {text}")),
        None => Err(format!("`{text}` is not a bandwidth; write 10M")),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn units_may_be_left_out() {
        for (text, bits) in [
            ("10M", 10_000_000),
            ("10 Mbit", 10_000_000),
            ("1.5kbps", 1_500),
            ("2G", 2_000_000_000),
            ("7", 7),
            ("7bit/s", 7),
        ] {
            assert_eq!(bandwidth(text), Ok(Bandwidth(bits)), "{text}");
        }
        for text in ["10X", "M", "", "10MM", "-3", "1e3"] {
            assert!(bandwidth(text).is_err(), "{text}");
        }
        assert_eq!(bandwidth("10X").unwrap_err(), "`10X` is not a bandwidth; write 10M");
        for (text, nanos) in [("5", 5_000_000), ("0.5", 500_000), ("5us", 5_000), ("0", 0)] {
            assert_eq!(latency(text), Ok(Span::from_nanos(nanos)), "{text}");
        }
        assert_eq!(latency("-5").unwrap_err(), "a latency must not be negative: -5");
        assert!(latency("soon").is_err() && latency("1e400").is_err());
    }
}
