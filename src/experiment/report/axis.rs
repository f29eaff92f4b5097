//! Axes: which range they span, where their ticks are, and what these are called.

use super::super::shown::grouped;

/// How values become places.
#[derive(Clone, Copy, Debug, PartialEq)]
pub(super) enum Ruler {
    Linear,
    Log,
    /// Names at 0, 1, 2, ...
    Names,
}

/// Which steps are round.
#[derive(Clone, Copy, Debug, PartialEq)]
pub(super) enum Rhythm {
    Tens,
    /// Seconds and minutes: a minute's parts and multiples.
    Sixties,
}

/// About how much of an axis a letter of a tick takes.
const LETTER: f64 = 0.019;

/// An axis of a chart.
#[derive(Clone, Debug, PartialEq)]
pub(super) struct Axis {
    /// What it shows, with its unit.
    pub(super) label: String,
    pub(super) ruler: Ruler,
    pub(super) low: f64,
    pub(super) high: f64,
    /// Where the ticks are and what they say.
    pub(super) ticks: Vec<(f64, String)>,
}

/// A power of ten, correctly rounded.
fn ten_to(power: i32) -> f64 {
    format!("1e{power}").parse().expect("an exponent makes a number")
}

fn magnitude(value: f64) -> i32 {
    libm::floor(libm::log10(value)) as i32
}

/// The smallest round step that is not below `raw`.
fn round_step(raw: f64, rhythm: Rhythm) -> f64 {
    const SIXTIES: [f64; 9] = [10.0, 20.0, 30.0, 60.0, 120.0, 300.0, 600.0, 1200.0, 3600.0];
    if rhythm == Rhythm::Sixties
        && raw > 5.0
        && let Some(step) = SIXTIES.into_iter().find(|step| *step >= raw)
    {
        return step;
    }
    let power = magnitude(raw);
    let steps = [(1.0, power), (2.0, power), (5.0, power), (1.0, power + 1), (2.0, power + 1)];
    let steps = steps.map(|(digit, power)| {
        // Dividing is exact where multiplying by 0.1 is not.
        if power < 0 { digit / ten_to(-power) } else { digit * ten_to(power) }
    });
    steps.into_iter().find(|step| *step >= raw * 0.999_999).unwrap_or(raw)
}

/// A tick as text, with as many decimals as its step needs.
fn tick_label(value: f64, step: f64) -> String {
    let value = if value.abs() < step * 1e-6 { 0.0 } else { value };
    let size = value.abs();
    let (scale, suffix) = match step {
        s if s >= 1e12 || (s < 1e-4 && size < 1.0) => {
            return if value == 0.0 { "0".to_owned() } else { format!("{value:.1e}") };
        }
        _ if size >= 1e9 => (1e9, "G"),
        _ if size >= 1e6 => (1e6, "M"),
        _ => (1.0, ""),
    };
    let decimals = (-magnitude(step / scale)).max(0) as usize;
    if decimals == 0 {
        return grouped((value / scale).round() as i64) + suffix;
    }
    format!("{:.decimals$}{suffix}", value / scale)
}

impl Axis {
    /// A linear axis that holds all of `low..=high`, and begins at zero where that is near.
    pub(super) fn covering(label: String, low: f64, high: f64) -> Axis {
        let (mut low, mut high) = if low <= high { (low, high) } else { (0.0, 1.0) };
        if low >= 0.0 && low <= 0.5 * high {
            low = 0.0;
        } else if high <= 0.0 && high >= 0.5 * low {
            high = 0.0;
        }
        if high - low <= high.abs().max(low.abs()) * 1e-9 {
            let apart = if low == 0.0 { 1.0 } else { low.abs() * 0.1 };
            (low, high) = (if low == 0.0 { 0.0 } else { low - apart }, high + apart);
        }
        let step = round_step((high - low) / 5.0, Rhythm::Tens);
        let (first, last) = (libm::floor(low / step + 1e-9), libm::ceil(high / step - 1e-9));
        let mut axis = Axis {
            label,
            ruler: Ruler::Linear,
            low: first * step,
            high: last * step,
            ticks: Vec::new(),
        };
        axis.tick_every(step);
        axis
    }

    /// A linear axis of just `low..=high`.
    pub(super) fn exactly(label: String, (low, high): (f64, f64), rhythm: Rhythm) -> Axis {
        let high = if high > low { high } else { low + 1.0 };
        let mut axis = Axis { label, ruler: Ruler::Linear, low, high, ticks: Vec::new() };
        axis.tick_every(round_step((high - low) / 6.0, rhythm));
        axis
    }

    /// An axis through given values, which are its ticks as far as there is room.
    pub(super) fn through(label: String, ruler: Ruler, levels: &[(f64, String)]) -> Axis {
        let values = levels.iter().map(|(value, _)| *value);
        let (low, high) = values.fold((f64::MAX, f64::MIN), |(l, h), v| (l.min(v), h.max(v)));
        let (low, high) = match ruler {
            Ruler::Names => (-0.5, levels.len() as f64 - 0.5),
            _ if low < high => (low, high),
            Ruler::Log => (low / 2.0, low * 2.0),
            Ruler::Linear => (low - 1.0, low + 1.0),
        };
        let mut axis = Axis { label, ruler, low, high, ticks: Vec::new() };
        let widest = levels.iter().map(|(_, text)| text.chars().count()).max().unwrap_or(1);
        let bounds = |(value, text): &(f64, String)| {
            let letters = if ruler == Ruler::Names { widest } else { text.chars().count() };
            let half = (letters as f64 * LETTER + 0.02) / 2.0;
            let place = axis.place(*value);
            (place - half, place + half)
        };
        let fits = |stride: &usize| {
            let shown: Vec<_> = levels.iter().step_by(*stride).map(bounds).collect();
            shown.windows(2).all(|pair| pair[0].1 <= pair[1].0)
        };
        let stride = (1..levels.len()).find(fits).unwrap_or(levels.len().max(1));
        axis.ticks = levels.iter().step_by(stride).cloned().collect();
        axis
    }

    fn tick_every(&mut self, step: f64) {
        let first = libm::ceil(self.low / step - 1e-9) as i64;
        let last = libm::floor(self.high / step + 1e-9) as i64;
        self.ticks = (first..=last.min(first + 20))
            .map(|k| (k as f64 * step, tick_label(k as f64 * step, step)))
            .collect();
    }

    /// Where a value lies: 0 at the low end, 1 at the high.
    pub(super) fn place(&self, value: f64) -> f64 {
        match self.ruler {
            Ruler::Log => {
                let log = |value: f64| libm::log(value.max(f64::MIN_POSITIVE));
                (log(value) - log(self.low)) / (log(self.high) - log(self.low))
            }
            Ruler::Linear | Ruler::Names => (value - self.low) / (self.high - self.low),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn says(axis: &Axis) -> Vec<&str> {
        axis.ticks.iter().map(|(_, text)| text.as_str()).collect()
    }

    #[test]
    fn ticks_are_round_and_hold_the_values() {
        let cases: [(f64, f64, &[&str]); 8] = [
            (0.0, 0.94, &["0.0", "0.2", "0.4", "0.6", "0.8", "1.0"]),
            (735.0, 792.0, &["720", "740", "760", "780", "800"]),
            (100.0, 100.0, &["90", "95", "100", "105", "110"]),
            (0.0, 0.0, &["0.0", "0.2", "0.4", "0.6", "0.8", "1.0"]),
            (0.0, 3.1e6, &["0", "1M", "2M", "3M", "4M"]),
            (-3.0, 2.0, &["-3", "-2", "-1", "0", "1", "2"]),
            (0.0, 4e-9, &["0", "1.0e-9", "2.0e-9", "3.0e-9", "4.0e-9"]),
            (0.0, 24_000.0, &["0", "5,000", "10,000", "15,000", "20,000", "25,000"]),
        ];
        for (low, high, ticks) in cases {
            let axis = Axis::covering(String::new(), low, high);
            assert!(axis.low <= low && axis.high >= high, "{axis:?}");
            assert_eq!(says(&axis), ticks, "{low}..{high}");
        }
    }

    #[test]
    fn seconds_go_by_minutes() {
        let axis = Axis::exactly(String::new(), (0.0, 180.0), Rhythm::Sixties);
        assert_eq!(says(&axis), ["0", "30", "60", "90", "120", "150", "180"]);
        let axis = Axis::exactly(String::new(), (0.0, 2.0), Rhythm::Sixties);
        assert_eq!(says(&axis), ["0.0", "0.5", "1.0", "1.5", "2.0"]);
    }

    #[test]
    fn levels_are_ticks_where_there_is_room() {
        let levels = [1.0, 2.0, 4.0, 8.0].map(|value| (value, value.to_string()));
        let axis = Axis::through(String::new(), Ruler::Log, &levels);
        assert_eq!(says(&axis), ["1", "2", "4", "8"]);
        assert!((axis.place(2.0) - 1.0 / 3.0).abs() < 1e-12);
        let crowded: Vec<_> = (0..1000).map(|k| (f64::from(k), k.to_string())).collect();
        let axis = Axis::through(String::new(), Ruler::Linear, &crowded);
        assert!((5..40).contains(&axis.ticks.len()), "{:?}", axis.ticks);
    }
}
