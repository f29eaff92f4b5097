//! Numbers with units other than time's: sizes, bandwidths and rates, read exactly.

/// Why a text is no quantity.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum QuantityError {
    /// No number comes first.
    NotANumber,
    /// A bare number.
    NoUnit,
    /// Another unit.
    UnknownUnit,
    /// Not a whole number of the smallest unit.
    TooFine,
    /// More than 2^63.
    TooMuch,
}

/// Units of size, smallest first.
pub(super) const SIZES: &[(&str, u64)] = &[
    ("B", 1),
    ("kB", 1_000),
    ("KiB", 1 << 10),
    ("MB", 1_000_000),
    ("MiB", 1 << 20),
    ("GB", 1_000_000_000),
    ("GiB", 1 << 30),
];

/// Units of bandwidth, smallest first, in bits a second.
pub(super) const BANDWIDTHS: &[(&str, u64)] =
    &[("bps", 1), ("kbps", 1_000), ("Mbps", 1_000_000), ("Gbps", 1_000_000_000)];

/// Reads a decimal number and one of `units`, with or without a space between.
pub(super) fn quantity(text: &str, units: &[(&str, u64)]) -> Result<u64, QuantityError> {
    let (number, unit) = split_number(text);
    let (whole, fraction) = number.split_once('.').unwrap_or((number, ""));
    if whole.is_empty() || number.ends_with('.') || fraction.contains('.') {
        return Err(QuantityError::NotANumber);
    }
    let unit = match unit.trim_start() {
        "" => return Err(QuantityError::NoUnit),
        unit => units.iter().find(|u| u.0 == unit).ok_or(QuantityError::UnknownUnit)?.1,
    };
    let fraction = fraction.trim_end_matches('0');
    // Nine digits after the point exhaust every unit, and the product of both stays far below
    // 2^128.
    let tenths = match fraction.len() {
        digits @ 0..=9 => 10u128.pow(digits as u32),
        _ => return Err(QuantityError::TooFine),
    };
    let digits: u128 = format!("{whole}{fraction}").parse().map_err(|_| QuantityError::TooMuch)?;
    let product = digits.checked_mul(unit.into()).ok_or(QuantityError::TooMuch)?;
    if !product.is_multiple_of(tenths) {
        return Err(QuantityError::TooFine);
    }
    match u64::try_from(product / tenths) {
        Ok(units) if units <= 1 << 63 => Ok(units),
        _ => Err(QuantityError::TooMuch),
    }
}

/// Reads `0.1/s`, also per `ms`, `m` and `h`, as events a second.
pub(super) fn rate(text: &str) -> Result<f64, QuantityError> {
    let (number, unit) = split_number(text);
    let number: f64 = number.parse().map_err(|_| QuantityError::NotANumber)?;
    let rate = match unit.trim_start().strip_prefix('/').map(str::trim_start) {
        None if unit.is_empty() => return Err(QuantityError::NoUnit),
        Some("ms") => number * 1e3,
        Some("s") => number,
        Some("m") => number / 60.0,
        Some("h") => number / 3600.0,
        _ => return Err(QuantityError::UnknownUnit),
    };
    if rate.is_finite() { Ok(rate) } else { Err(QuantityError::TooMuch) }
}

fn split_number(text: &str) -> (&str, &str) {
    text.split_at(text.find(|c: char| !c.is_ascii_digit() && c != '.').unwrap_or(text.len()))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn sizes_and_bandwidths_are_exact() {
        let size = |text| quantity(text, SIZES);
        assert_eq!(size("256B"), Ok(256));
        assert_eq!(size("1KiB"), Ok(1024));
        assert_eq!(size("1 MB"), Ok(1_000_000));
        assert_eq!(size("1.5KiB"), Ok(1536));
        assert_eq!(size("0.1KiB"), Err(QuantityError::TooFine));
        assert_eq!(size("1.00000000000B"), Ok(1));
        assert_eq!(size("1kb"), Err(QuantityError::UnknownUnit));
        assert_eq!(size("1"), Err(QuantityError::NoUnit));
        assert_eq!(size(".5MB"), Err(QuantityError::NotANumber));
        assert_eq!(size("5.MB"), Err(QuantityError::NotANumber));
        assert_eq!(size("-5MB"), Err(QuantityError::NotANumber));
        assert_eq!(size("9999999999GiB"), Err(QuantityError::TooMuch));
        assert_eq!(size(&format!("{}B", "9".repeat(60))), Err(QuantityError::TooMuch));
        assert_eq!(quantity("10Mbps", BANDWIDTHS), Ok(10_000_000));
        assert_eq!(quantity("2.5Gbps", BANDWIDTHS), Ok(2_500_000_000));
    }

    #[test]
    fn rates_are_events_a_second() {
        assert_eq!(rate("0.1/s"), Ok(0.1));
        assert_eq!(rate("30 / m"), Ok(0.5));
        assert_eq!(rate("2/ms"), Ok(2000.0));
        assert_eq!(rate("5"), Err(QuantityError::NoUnit));
        assert_eq!(rate("5s"), Err(QuantityError::UnknownUnit));
        assert_eq!(rate("5/"), Err(QuantityError::UnknownUnit));
        assert_eq!(rate("/s"), Err(QuantityError::NotANumber));
    }
}
