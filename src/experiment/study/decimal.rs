//! Numbers as people write them, computed in decimal: three times 0.1 is 0.3, and 10ms..50ms keeps its unit.

use std::fmt;

/// More digits than any setting has; products of two such numbers still fit.
const DIGITS: usize = 18;

/// A decimal number with the unit behind it: `units` / 10^`places`.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Decimal {
    units: i128,
    places: u32,
    /// What stands behind the number, such as `ms`; empty for a plain number.
    pub(super) suffix: String,
}

impl Decimal {
    /// Reads `0.05`, `-3`, `1e-4` or `10ms`; none of what has no number in front or too many digits.
    pub(super) fn parse(text: &str) -> Option<Decimal> {
        let text = text.trim();
        let unsigned = text.strip_prefix(['-', '+']).unwrap_or(text);
        let end = unsigned.find(|c: char| !(c.is_ascii_digit() || c == '.'));
        let (number, mut rest) = unsigned.split_at(end.unwrap_or(unsigned.len()));
        let (whole, fraction) = number.split_once('.').unwrap_or((number, ""));
        if whole.is_empty() && fraction.is_empty() || fraction.contains('.') {
            return None;
        }
        let mut exponent = 0i32;
        if let Some(tail) = rest.strip_prefix(['e', 'E']) {
            let sign = tail.strip_prefix(['-', '+']).unwrap_or(tail);
            let digits = sign.find(|c: char| !c.is_ascii_digit()).unwrap_or(sign.len());
            if digits > 0 {
                let (power, behind) = tail.split_at(tail.len() - sign.len() + digits);
                exponent = power.parse().ok().filter(|power: &i32| power.abs() <= 30)?;
                rest = behind;
            }
        }
        let digits = format!("{whole}{fraction}");
        let digits = digits.trim_start_matches('0');
        if digits.len() > DIGITS {
            return None;
        }
        let units: i128 = if digits.is_empty() { 0 } else { digits.parse().ok()? };
        let units = if text.starts_with('-') { -units } else { units };
        let shift = exponent - i32::try_from(fraction.len()).ok()?;
        let power = 10i128.checked_pow(u32::try_from(shift.max(0)).ok()?)?;
        let suffix = rest.trim().to_owned();
        let places = u32::try_from((-shift).max(0)).ok()?;
        Some(Decimal { units: units.checked_mul(power)?, places, suffix }.trimmed())
    }

    /// The nearest number of `digits` significant digits.
    pub(super) fn rounded(value: f64, digits: usize, suffix: &str) -> Option<Decimal> {
        let number = Decimal::parse(&format!("{value:.*e}", digits - 1))?;
        Some(Decimal { suffix: suffix.to_owned(), ..number })
    }

    /// The nearest f64 of its number.
    pub(super) fn value(&self) -> f64 {
        let text = self.number();
        text.parse().expect("digits and a point are a number")
    }

    /// `count` steps from here on; none where that has too many digits.
    pub(super) fn plus(&self, count: i128, step: &Decimal) -> Option<Decimal> {
        let places = self.places.max(step.places);
        let units = self.scaled(places)?.checked_add(step.scaled(places)?.checked_mul(count)?)?;
        Some(Decimal { units, places, suffix: self.suffix.clone() }.trimmed())
    }

    /// How many whole steps lie between here and `to`; none where a step leads away or nowhere.
    pub(super) fn steps(&self, to: &Decimal, step: &Decimal) -> Option<i128> {
        let places = self.places.max(step.places).max(to.places);
        let way = to.scaled(places)?.checked_sub(self.scaled(places)?)?;
        let count = way.checked_div(step.scaled(places)?)?;
        (count >= 0 && way.signum() * step.units.signum() >= 0).then_some(count)
    }

    /// The point `at` of `of` equal parts between here and `to`, to a billionth of a part.
    pub(super) fn between(&self, to: &Decimal, (at, of): (i128, i128)) -> Option<Decimal> {
        const FINER: u32 = 9;
        let places = self.places.max(to.places).checked_add(FINER)?;
        let way = to.scaled(places)?.checked_sub(self.scaled(places)?)?.checked_mul(at)?;
        let part = way.checked_add(way.signum().checked_mul(of / 2)?)? / of;
        let units = self.scaled(places)?.checked_add(part)?;
        Some(Decimal { units, places, suffix: self.suffix.clone() }.trimmed())
    }

    /// The nearest whole number.
    pub(super) fn whole(&self) -> Option<Decimal> {
        let power = 10i128.checked_pow(self.places)?;
        let units = self.units.checked_add(self.units.signum() * (power / 2))? / power;
        Some(Decimal { units, places: 0, suffix: self.suffix.clone() })
    }

    fn scaled(&self, places: u32) -> Option<i128> {
        self.units.checked_mul(10i128.checked_pow(places - self.places)?)
    }

    fn trimmed(mut self) -> Decimal {
        while self.places > 0 && self.units % 10 == 0 {
            self.units /= 10;
            self.places -= 1;
        }
        self
    }

    /// Its digits without the suffix.
    fn number(&self) -> String {
        let sign = if self.units < 0 { "-" } else { "" };
        let places = self.places as usize;
        let digits = format!("{:0width$}", self.units.unsigned_abs(), width = places + 1);
        let (whole, fraction) = digits.split_at(digits.len() - places);
        let point = if places == 0 { "" } else { "." };
        format!("{sign}{whole}{point}{fraction}")
    }
}

impl fmt::Display for Decimal {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}{}", self.number(), self.suffix)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn decimal(text: &str) -> Decimal {
        Decimal::parse(text).unwrap_or_else(|| panic!("{text} is a number"))
    }

    #[test]
    fn numbers_are_read_as_they_are_written() {
        let read = [
            ("0.10", "0.1"),
            ("-3", "-3"),
            ("1e-4", "0.0001"),
            ("2.5e3", "2500"),
            ("10ms", "10ms"),
            ("1.5 KiB", "1.5KiB"),
            ("0.1/s", "0.1/s"),
            (".5", "0.5"),
        ];
        for (text, shown) in read {
            assert_eq!(decimal(text).to_string(), shown);
        }
        for text in ["", "ms", "-", "1.2.3", "1e99", "1234567890123456789012", "."] {
            assert_eq!(Decimal::parse(text), None, "{text}");
        }
    }

    #[test]
    fn steps_are_exact() {
        let (from, step) = (decimal("0"), decimal("0.1"));
        assert_eq!(from.plus(3, &step).unwrap().to_string(), "0.3");
        assert_eq!(from.steps(&decimal("1"), &step), Some(10));
        assert_eq!(from.steps(&decimal("0.95"), &step), Some(9));
        assert_eq!(from.steps(&decimal("-1"), &step), None);
        assert_eq!(from.steps(&decimal("1"), &decimal("0")), None);
        assert_eq!(decimal("5").steps(&decimal("1"), &decimal("-2")), Some(2));
    }

    #[test]
    fn parts_are_rounded_once() {
        let (from, to) = (decimal("0"), decimal("1"));
        assert_eq!(from.between(&to, (1, 4)).unwrap().to_string(), "0.25");
        assert_eq!(from.between(&to, (1, 3)).unwrap().to_string(), "0.333333333");
        assert_eq!(from.between(&to, (2, 3)).unwrap().to_string(), "0.666666667");
        assert_eq!(from.between(&to, (3, 3)).unwrap().to_string(), "1");
        assert_eq!(Decimal::rounded(99.99999999999999, 6, "ms").unwrap().to_string(), "100ms");
        assert_eq!(decimal("2.5").whole().unwrap().to_string(), "3");
        assert_eq!(decimal("-2.5").whole().unwrap().to_string(), "-3");
    }
}
