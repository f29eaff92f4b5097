//! Heat maps: a metric over two factors.

use std::fmt::Write as _;

use super::super::shown::brief;
use super::draw::{At, open_svg};
use super::findings::Findings;
use super::html::{Kind, Safe, Table};

/// Cividis (Nunez, Anderton, Renslow 2018), which reads the same with any colour vision.
const COLOURS: [[u8; 3]; 10] = [
    [0, 34, 78],
    [18, 53, 112],
    [59, 73, 108],
    [87, 93, 109],
    [112, 113, 115],
    [138, 134, 120],
    [165, 156, 116],
    [195, 179, 105],
    [225, 204, 85],
    [254, 232, 56],
];
/// More levels than these are not cells but noise.
const LEVELS_MAX: usize = 24;
const WIDTH: f64 = 380.0;

/// A heat map with its table.
pub(super) struct Heat {
    pub(super) title: String,
    pub(super) svg: String,
    pub(super) table: String,
    pub(super) note: String,
}

fn colour(share: f64) -> [u8; 3] {
    let place = share.clamp(0.0, 1.0) * (COLOURS.len() - 1) as f64;
    let below = (place as usize).min(COLOURS.len() - 2);
    let between = place - below as f64;
    std::array::from_fn(|k| {
        let (from, to) = (f64::from(COLOURS[below][k]), f64::from(COLOURS[below + 1][k]));
        (from + between * (to - from)).round() as u8
    })
}

/// Whether white reads better on it than black.
fn is_dark([r, g, b]: [u8; 3]) -> bool {
    0.299 * f64::from(r) + 0.587 * f64::from(g) + 0.114 * f64::from(b) < 125.0
}

/// The means of a metric over two factors, all others as at the reference; none where few cells
/// have one.
pub(super) fn heat(
    findings: &Findings,
    metric: usize,
    (across, up): (usize, usize),
) -> Option<Heat> {
    let (x, y) = (&findings.factors[across], &findings.factors[up]);
    let fits = |levels: usize| (2..=LEVELS_MAX).contains(&levels);
    if !fits(x.levels.len()) || !fits(y.levels.len()) || !findings.is_grid() {
        return None;
    }
    let slice = findings.slice(&[Some(across), Some(up)]);
    let cell = |a: &String, b: &String| {
        let is_it = |place: &&usize| {
            let values = &findings.points[**place].values;
            values[across] == *a && values[up] == *b
        };
        findings.points[*slice.iter().find(is_it)?].summaries[metric].as_ref()
    };
    let means: Vec<Vec<Option<f64>>> =
        y.levels.iter().map(|b| x.levels.iter().map(|a| cell(a, b)?.mean).collect()).collect();
    let known = means.iter().flatten().flatten();
    let (low, high) = known.fold((f64::MAX, f64::MIN), |(l, h), v| (l.min(*v), h.max(*v)));
    if low > high {
        return None;
    }
    let of = &findings.metrics[metric];
    let title = format!("{} over {} and {}", of.name, x.short, y.short);
    let mut table = Table::new([
        (x.key.as_str(), Kind::Words),
        (y.key.as_str(), Kind::Words),
        ("mean", Kind::Number),
        ("low", Kind::Number),
        ("high", Kind::Number),
    ]);
    for (b, a) in y.levels.iter().flat_map(|b| x.levels.iter().map(move |a| (b, a))) {
        let cells = cell(a, b);
        let interval = cells.and_then(|cells| cells.interval);
        let [mean, from, to] =
            [cells.and_then(|c| c.mean), interval.map(|i| i.0), interval.map(|i| i.1)].map(brief);
        table.row([a, b, &mean, &from, &to]);
    }
    let drawing = Drawing {
        title: &title,
        label: of.label(),
        names: [&x.key, &y.key],
        levels: [&x.levels, &y.levels],
        means: &means,
        range: (low, high),
    };
    Some(Heat {
        svg: drawing.svg(),
        table: table.html(&title),
        note: format!("Means over runs.{}", findings.held(&[Some(across), Some(up)])),
        title,
    })
}

struct Drawing<'a> {
    title: &'a str,
    label: String,
    names: [&'a str; 2],
    levels: [&'a [String]; 2],
    /// By level of the second factor, then of the first.
    means: &'a [Vec<Option<f64>>],
    range: (f64, f64),
}

impl Drawing<'_> {
    fn svg(&self) -> String {
        let [columns, rows] = self.levels.map(<[String]>::len);
        let widest =
            self.levels[1].iter().map(|text| text.chars().count().min(14)).max().unwrap_or(1);
        let (left, top) = (widest as f64 * 6.2 + 12.0, 24.0);
        let width = (WIDTH - left - 8.0) / columns as f64;
        let height = (165.0 / rows as f64).clamp(16.0, 44.0);
        let low = top + height * rows as f64;
        let mut out = String::new();
        let says = format!("{} by {} and {}", self.label, self.names[0], self.names[1]);
        open_svg(&mut out, (WIDTH, low + 74.0), (self.title, &says));
        let text = |out: &mut String, class: &str, (x, y): (f64, f64), anchor: &str, text: &str| {
            let (x, y) = (At(x), At(y));
            let _ = writeln!(
                out,
                "<text class=\"{class}\" x=\"{x}\" y=\"{y}\" text-anchor=\"{anchor}\">{}</text>",
                Safe(text)
            );
        };
        text(&mut out, "name", (2.0, 14.0), "start", self.names[1]);
        for (row, level) in self.levels[1].iter().enumerate() {
            // The least level is lowest, as on any axis.
            let y = low - height * (row + 1) as f64;
            let short: String = level.chars().take(14).collect();
            text(&mut out, "tick", (left - 6.0, y + height / 2.0 + 4.0), "end", &short);
            for (column, mean) in self.means[row].iter().enumerate() {
                let x = left + width * column as f64;
                self.cell(&mut out, *mean, (x, y), (width, height));
            }
        }
        let every =
            self.levels[0].iter().map(|text| text.chars().count().min(14)).max().unwrap_or(1);
        let every = (every as f64 * 6.2 + 4.0) / width;
        for (column, level) in
            self.levels[0].iter().enumerate().step_by(every.ceil().max(1.0) as usize)
        {
            let short: String = level.chars().take(14).collect();
            text(
                &mut out,
                "tick",
                (left + width * (column as f64 + 0.5), low + 15.0),
                "middle",
                &short,
            );
        }
        text(&mut out, "name", ((left + WIDTH) / 2.0, low + 31.0), "middle", self.names[0]);
        for (k, [r, g, b]) in COLOURS.iter().enumerate() {
            let _ = write!(
                out,
                "<rect x=\"{}\" y=\"{}\" width=\"16\" height=\"10\" fill=\"#{r:02x}{g:02x}{b:02x}\"/>",
                At(left + 56.0 + 16.0 * k as f64),
                At(low + 48.0)
            );
        }
        let (from, to) = self.range;
        text(&mut out, "tick", (left + 50.0, low + 57.0), "end", &brief(Some(from)));
        text(
            &mut out,
            "tick",
            (left + 222.0, low + 57.0),
            "start",
            &format!("{}  {}", brief(Some(to)), self.label),
        );
        out + "</svg>\n"
    }

    fn cell(
        &self,
        out: &mut String,
        mean: Option<f64>,
        (x, y): (f64, f64),
        (width, height): (f64, f64),
    ) {
        let (low, high) = self.range;
        let Some(mean) = mean else {
            let _ = writeln!(
                out,
                "<text class=\"tick\" x=\"{}\" y=\"{}\" text-anchor=\"middle\">-</text>",
                At(x + width / 2.0),
                At(y + height / 2.0 + 4.0)
            );
            return;
        };
        let share = if high > low { (mean - low) / (high - low) } else { 0.5 };
        let paint = colour(share);
        let ([r, g, b], shown) = (paint, brief(Some(mean)));
        let _ = write!(
            out,
            "<rect x=\"{}\" y=\"{}\" width=\"{}\" height=\"{}\" \
             fill=\"#{r:02x}{g:02x}{b:02x}\"><title>{shown}</title></rect>",
            At(x + 0.5),
            At(y + 0.5),
            At(width - 1.0),
            At(height - 1.0)
        );
        if width >= shown.chars().count() as f64 * 6.2 {
            let class = if is_dark(paint) { "on-dark" } else { "on-light" };
            let _ = write!(
                out,
                "<text class=\"{class}\" x=\"{}\" y=\"{}\" text-anchor=\"middle\">{shown}</text>",
                At(x + width / 2.0),
                At(y + height / 2.0 + 4.0)
            );
        }
        out.push('\n');
    }
}
