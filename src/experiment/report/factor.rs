//! Swept factors: their levels, and which numbers these are, if they are any.

use super::super::shown::brief;
use super::axis::{Axis, Ruler};
use crate::kernel::Span;

/// A factor of a study.
#[derive(Clone, Debug, PartialEq)]
pub(super) struct Factor {
    /// Its dotted key.
    pub(super) key: String,
    /// Enough of the key to tell it from the others.
    pub(super) short: String,
    /// Its levels as written, numbers ascending, else in order of appearance.
    pub(super) levels: Vec<String>,
    /// The number of each level in [`Factor::unit`]; none where they are no numbers.
    pub(super) numbers: Option<Vec<f64>>,
    /// The unit of the numbers; empty for none.
    pub(super) unit: &'static str,
}

/// Units of time, from which on they are used for the greatest level.
const TIMES: [(&str, f64); 5] =
    [("h", 3.6e12), ("min", 6e10), ("s", 1e9), ("ms", 1e6), ("us", 1e3)];

/// The unit in which a time of so many nanoseconds reads best, and its length.
pub(super) fn time_unit(nanos: f64) -> (&'static str, f64) {
    let reads_well = |(name, length): &(&str, f64)| match *name {
        "h" => nanos >= 3.0 * length,
        "min" => nanos >= 10.0 * length,
        "s" => nanos >= 2.0 * length,
        _ => nanos >= *length,
    };
    TIMES.into_iter().find(reads_well).unwrap_or(("us", 1e3))
}

/// A number of a setting: as it is where that is short.
pub(super) fn short_number(number: f64) -> String {
    let plain = number.to_string();
    if plain.len() <= 6 && number.abs() < 1000.0 { plain } else { brief(Some(number)) }
}

/// Sizes and rates as they are written, longest first.
const SIZES: [(&str, f64); 13] = [
    ("KiB", 1024.0),
    ("MiB", 1_048_576.0),
    ("GiB", 1_073_741_824.0),
    ("Gbps", 1e9),
    ("Mbps", 1e6),
    ("kbps", 1e3),
    ("bps", 1.0),
    ("kB", 1e3),
    ("MB", 1e6),
    ("GB", 1e9),
    ("/s", 1.0),
    ("%", 1.0),
    ("B", 1.0),
];

fn size(text: &str) -> Option<(f64, &'static str)> {
    let (suffix, factor) = SIZES.iter().find(|(suffix, _)| text.ends_with(suffix))?;
    let number: f64 = text.strip_suffix(suffix)?.trim_end().parse().ok()?;
    let unit = match *suffix {
        suffix if suffix.ends_with("bps") => "bps",
        "/s" => "/s",
        "%" => "%",
        _ => "bytes",
    };
    Some((number * factor, unit))
}

/// The numbers of levels and their unit, if all are of one kind.
fn read_numbers(levels: &[String]) -> Option<(Vec<f64>, &'static str)> {
    let plain = |text: &String| text.parse().ok().filter(|value: &f64| value.is_finite());
    if let Some(numbers) = levels.iter().map(plain).collect::<Option<Vec<f64>>>() {
        return Some((numbers, ""));
    }
    // A duration of 0 may be without a unit.
    let span = |text: &String| match text.as_str() {
        "0" => Some(0.0),
        text => Span::parse(text).ok().map(|span| span.nanos() as f64),
    };
    if let Some(nanos) = levels.iter().map(span).collect::<Option<Vec<f64>>>() {
        let (unit, length) = time_unit(nanos.iter().copied().fold(0.0, f64::max));
        return Some((nanos.into_iter().map(|value| value / length).collect(), unit));
    }
    let sizes = levels.iter().map(|text| size(text)).collect::<Option<Vec<_>>>()?;
    let (_, unit) = *sizes.first()?;
    let alike = sizes.iter().all(|(_, other)| *other == unit);
    alike.then(|| (sizes.into_iter().map(|(value, _)| value).collect(), unit))
}

impl Factor {
    /// A factor with the values that the points have, in their order.
    pub(super) fn of<'a>(key: &str, values: impl Iterator<Item = &'a str>) -> Factor {
        let mut levels: Vec<String> = Vec::new();
        for value in values {
            if !levels.iter().any(|known| known == value) {
                levels.push(value.to_owned());
            }
        }
        let (mut numbers, mut unit) = (None, "");
        if let Some((values, of)) = read_numbers(&levels) {
            let mut pairs: Vec<_> = values.into_iter().zip(levels).collect();
            pairs.sort_by(|(a, _), (b, _)| a.total_cmp(b));
            let (values, texts): (Vec<f64>, Vec<String>) = pairs.into_iter().unzip();
            (numbers, unit, levels) = (Some(values), of, texts);
        }
        let short = key.rsplit('.').next().unwrap_or(key).to_owned();
        Factor { key: key.to_owned(), short, levels, numbers, unit }
    }

    /// Where a level lies on the factor's axis.
    pub(super) fn place(&self, level: &str) -> f64 {
        let index = self.levels.iter().position(|known| known == level).unwrap_or(0);
        self.numbers.as_ref().map_or(index as f64, |numbers| numbers[index])
    }

    /// Logarithmic where the levels grow geometrically.
    pub(super) fn ruler(&self) -> Ruler {
        let Some(numbers) = &self.numbers else { return Ruler::Names };
        let (Some(first), Some(last)) = (numbers.first(), numbers.last()) else {
            return Ruler::Linear;
        };
        let ratios: Vec<f64> = numbers.windows(2).map(|pair| pair[1] / pair[0]).collect();
        let (least, most) =
            ratios.iter().fold((f64::MAX, 0.0), |(a, b): (f64, f64), r| (a.min(*r), b.max(*r)));
        let geometric = *first > 0.0 && ratios.len() >= 2 && least >= 1.3;
        if geometric && (most <= least * 1.05 || last / first >= 50.0) {
            Ruler::Log
        } else {
            Ruler::Linear
        }
    }

    /// Its levels as a list; of many, the ends.
    pub(super) fn levels_text(&self) -> String {
        match self.levels.as_slice() {
            many if many.len() > 24 => {
                format!("{}, ..., {} ({} levels)", many[0], many[many.len() - 1], many.len())
            }
            few => few.join(", "),
        }
    }

    /// Its axis.
    pub(super) fn axis(&self) -> Axis {
        let label = match self.unit {
            "" => self.key.clone(),
            unit => format!("{} ({unit})", self.key),
        };
        let text = |(index, level): (usize, &String)| {
            let number = self.numbers.as_ref().map(|numbers| numbers[index]);
            let shown = match number {
                Some(number) if !self.unit.is_empty() => short_number(number),
                _ => level.chars().take(16).collect(),
            };
            (number.unwrap_or(index as f64), shown)
        };
        let levels: Vec<_> = self.levels.iter().enumerate().map(text).collect();
        Axis::through(label, self.ruler(), &levels)
    }
}

/// Makes short names longer until no two are the same.
pub(super) fn tell_apart(factors: &mut [Factor]) {
    for place in 0..factors.len() {
        let short = factors[place].short.clone();
        let alike = |other: &Factor| other.key.rsplit('.').next() == Some(short.as_str());
        if factors.iter().filter(|other| alike(other)).count() > 1 {
            factors[place].short = factors[place].key.clone();
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn factor(levels: &[&str]) -> Factor {
        Factor::of("network.latency", levels.iter().copied())
    }

    #[test]
    fn levels_are_numbers_where_all_are() {
        type Case<'a> = (&'a [&'a str], Option<&'a [f64]>, &'a str, Ruler);
        let cases: [Case; 8] = [
            (&["3", "1", "2", "3"], Some(&[1.0, 2.0, 3.0]), "", Ruler::Linear),
            (&["1", "2", "4", "8"], Some(&[1.0, 2.0, 4.0, 8.0]), "", Ruler::Log),
            (&["0", "0.05", "0.1"], Some(&[0.0, 0.05, 0.1]), "", Ruler::Linear),
            (&["1s", "10ms", "100ms"], Some(&[10.0, 100.0, 1000.0]), "ms", Ruler::Log),
            (&["0", "30s", "1m"], Some(&[0.0, 30.0, 60.0]), "s", Ruler::Linear),
            (&["1KiB", "64B"], Some(&[64.0, 1024.0]), "bytes", Ruler::Linear),
            (&["push", "pull"], None, "", Ruler::Names),
            (&["5s", "push"], None, "", Ruler::Names),
        ];
        for (levels, numbers, unit, ruler) in cases {
            let factor = factor(levels);
            assert_eq!((factor.numbers.as_deref(), factor.unit), (numbers, unit), "{levels:?}");
            assert_eq!(factor.ruler(), ruler, "{levels:?}");
        }
        assert_eq!(factor(&["1s", "10ms"]).levels, ["10ms", "1s"]);
    }

    #[test]
    fn names_are_as_short_as_they_can_be() {
        let mut factors =
            ["a.loss", "b.loss", "b.rate"].map(|key| Factor::of(key, ["1"].into_iter()));
        tell_apart(&mut factors);
        assert_eq!(factors.map(|factor| factor.short), ["a.loss", "b.loss", "rate"]);
    }
}
