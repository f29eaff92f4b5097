//! Charts as SVG with the same bytes everywhere: coordinates are rounded to a tenth.

use std::fmt::Write as _;

use super::axis::Ruler;
use super::chart::{Chart, LINES_MAX, Line, Look, Mark, Shade, Style};
use super::html::Safe;

/// The colours of charts (Okabe and Ito 2008), by light and dark; styles of the classes used here.
pub(super) const CHART_CSS: &str = include_str!("chart.css");

const WIDTH: f64 = 380.0;
const PLOT_HEIGHT: f64 = 165.0;
const RIGHT: f64 = 14.0;
/// About the width of a character of a tick label, of a line of the legend.
const CHARACTER: f64 = 6.2;

/// Whether a drawing carries its title and its colours itself.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Place {
    /// On a page that has both.
    Page,
    /// In a file of its own.
    Alone,
}

/// A coordinate.
pub(super) struct At(pub(super) f64);

impl std::fmt::Display for At {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        let tenths = (self.0 * 10.0).round() as i64;
        let sign = if tenths < 0 { "-" } else { "" };
        match (tenths.unsigned_abs() / 10, tenths.unsigned_abs() % 10) {
            (whole, 0) => write!(f, "{sign}{whole}"),
            (whole, tenth) => write!(f, "{sign}{whole}.{tenth}"),
        }
    }
}

/// The opening of a drawing, its name and what it shows.
pub(super) fn open_svg(out: &mut String, (width, height): (f64, f64), (title, says): (&str, &str)) {
    let (width, height) = (At(width), At(height));
    let _ = writeln!(
        out,
        "<svg xmlns=\"http://www.w3.org/2000/svg\" class=\"chart\" viewBox=\"0 0 {width} {height}\" \
         role=\"img\"><title>{}</title><desc>{}</desc>",
        Safe(title),
        Safe(says)
    );
}

/// The frame that a chart is drawn into.
struct Frame<'a> {
    chart: &'a Chart,
    left: f64,
    top: f64,
    /// The height of the name of the y axis.
    name_at: f64,
    out: String,
}

/// Draws a chart.
pub(super) fn draw(chart: &Chart, place: Place) -> String {
    let widest = chart.y.ticks.iter().map(|(_, text)| text.chars().count()).max().unwrap_or(1);
    let left = (widest as f64 * CHARACTER + 12.0).max(30.0);
    let name_at = if place == Place::Alone { 38.0 } else { 11.0 };
    let lanes = fault_lanes(chart, WIDTH - left - RIGHT);
    let top = name_at
        + 10.0
        + 12.0 * lanes.iter().map(|lane| lane.map_or(0, |lane| lane + 1)).max().unwrap_or(0) as f64;
    let mut frame = Frame { chart, left, top, name_at, out: String::new() };
    frame.shades(&lanes);
    frame.grid();
    frame.lines();
    let bottom = frame.legend(top + PLOT_HEIGHT + 40.0);
    let mut out = String::new();
    open_svg(&mut out, (WIDTH, bottom), (&chart.title, &describe(chart)));
    if place == Place::Alone {
        // Without a size of its own it would fill whatever shows it.
        let size = format!("<svg width=\"{}\" height=\"{}\"", At(2.0 * WIDTH), At(2.0 * bottom));
        out = out.replacen("<svg", &size, 1);
        let _ = writeln!(out, "<style>{CHART_CSS}</style>");
        let _ =
            writeln!(out, "<rect class=\"paper\" width=\"{WIDTH}\" height=\"{}\"/>", At(bottom));
        let _ =
            writeln!(out, "<text class=\"head\" x=\"8\" y=\"18\">{}</text>", Safe(&chart.title));
    }
    out += &frame.out;
    out += "</svg>\n";
    out
}

/// What a chart shows, for those who do not see it.
fn describe(chart: &Chart) -> String {
    let names: Vec<_> = chart.lines.iter().map(|line| line.label.as_str()).collect();
    let of = if names.len() > 1 { format!(" of {}", names.join("; ")) } else { String::new() };
    format!("{} by {}{of}. {}", chart.y.label, chart.x.label, chart.note)
}

/// In which line above the plot each shade is named; none where there is no room.
fn fault_lanes(chart: &Chart, width: f64) -> Vec<Option<usize>> {
    let mut ends: Vec<f64> = Vec::new();
    let lane = |shade: &Shade| {
        let from = chart.x.place(shade.from).max(0.0) * width;
        let until = from + shade.says.chars().count() as f64 * 5.6 + 8.0;
        if until > width + 20.0 {
            return None;
        }
        let free = ends.iter().position(|end| *end <= from);
        match free {
            Some(lane) => ends[lane] = until,
            None if ends.len() < 3 => ends.push(until),
            None => return None,
        }
        free.or(Some(ends.len() - 1))
    };
    chart.shades.iter().map(lane).collect()
}

impl Frame<'_> {
    fn x(&self, value: f64) -> f64 {
        self.left + self.chart.x.place(value) * (WIDTH - self.left - RIGHT)
    }

    fn y(&self, value: f64) -> f64 {
        self.top + (1.0 - self.chart.y.place(value)) * PLOT_HEIGHT
    }

    fn put(&mut self, markup: std::fmt::Arguments<'_>) {
        self.out.write_fmt(markup).expect("a string takes all that is written to it");
    }

    fn shades(&mut self, lanes: &[Option<usize>]) {
        let (top, low) = (self.top, self.top + PLOT_HEIGHT);
        for (shade, lane) in self.chart.shades.iter().zip(lanes) {
            let from = self.x(shade.from.clamp(self.chart.x.low, self.chart.x.high));
            let until = self.x(shade.until.clamp(self.chart.x.low, self.chart.x.high));
            let says = Safe(&shade.says);
            if until - from > 1.0 {
                self.put(format_args!(
                    "<rect class=\"shade\" x=\"{}\" y=\"{}\" width=\"{}\" height=\"{PLOT_HEIGHT}\">\
                     <title>{says}</title></rect>\n",
                    At(from),
                    At(top),
                    At(until - from)
                ));
            } else {
                self.put(format_args!(
                    "<path class=\"moment\" d=\"M{} {}V{}\"><title>{says}</title></path>\n",
                    At(from),
                    At(top),
                    At(low)
                ));
            }
            if let Some(lane) = lane {
                let y = top - 5.0 - 12.0 * *lane as f64;
                self.put(format_args!(
                    "<text class=\"fault\" x=\"{}\" y=\"{}\">{says}</text>\n",
                    At(from),
                    At(y)
                ));
            }
        }
    }

    /// Lines across, ticks, and what the axes are.
    fn grid(&mut self) {
        let (left, right) = (self.left, WIDTH - RIGHT);
        let low = self.top + PLOT_HEIGHT;
        for (value, text) in &self.chart.y.ticks {
            let y = self.y(*value);
            self.put(format_args!(
                "<path class=\"grid\" d=\"M{} {}H{}\"/>",
                At(left),
                At(y),
                At(right)
            ));
            self.put(format_args!(
                "<text class=\"tick\" x=\"{}\" y=\"{}\" text-anchor=\"end\">{}</text>\n",
                At(left - 6.0),
                At(y + 4.0),
                Safe(text)
            ));
        }
        self.put(format_args!(
            "<path class=\"axis\" d=\"M{} {}H{}\"/>\n",
            At(left),
            At(low),
            At(right)
        ));
        for (value, text) in &self.chart.x.ticks {
            let x = self.x(*value);
            if self.chart.x.ruler != Ruler::Names {
                self.put(format_args!("<path class=\"axis\" d=\"M{} {}v4\"/>", At(x), At(low)));
            }
            let half = text.chars().count() as f64 * CHARACTER / 2.0;
            let anchor = match x {
                x if x + half > WIDTH => "end",
                x if x - half < 0.0 => "start",
                _ => "middle",
            };
            let x = if anchor == "end" { WIDTH - 2.0 } else { x };
            self.put(format_args!(
                "<text class=\"tick\" x=\"{}\" y=\"{}\" text-anchor=\"{anchor}\">{}</text>\n",
                At(x),
                At(low + 16.0),
                Safe(text)
            ));
        }
        let middle = (left + right) / 2.0;
        self.put(format_args!(
            "<text class=\"name\" x=\"{}\" y=\"{}\" text-anchor=\"middle\">{}</text>\n",
            At(middle),
            At(low + 32.0),
            Safe(&self.chart.x.label)
        ));
        let y = self.name_at;
        self.put(format_args!(
            "<text class=\"name\" x=\"2\" y=\"{}\">{}</text>\n",
            At(y),
            Safe(&self.chart.y.label)
        ));
    }

    fn lines(&mut self) {
        let chart = self.chart;
        let lines = || chart.lines.iter().take(LINES_MAX).enumerate();
        let joins = match chart.style {
            Style::Course => true,
            Style::Levels => chart.x.ruler != Ruler::Names,
            Style::Bars | Style::Steps | Style::Dots => false,
        };
        if joins {
            lines().for_each(|(place, line)| self.band(place, line));
            lines().for_each(|(place, line)| self.stroke(place, &line.marks, |_| None));
        }
        match chart.style {
            Style::Course => {
                for (place, line) in lines().filter(|(_, line)| line.marks.len() == 1) {
                    self.dot(place, &line.marks[0], 0.0);
                }
            }
            Style::Steps => lines().for_each(|(place, line)| {
                self.stroke(place, &line.marks, |before| Some(before.y));
            }),
            Style::Levels | Style::Bars => {
                let among = chart.lines.len().min(LINES_MAX);
                for (place, line) in lines() {
                    let aside =
                        if joins { 0.0 } else { (place as f64 - (among as f64 - 1.0) / 2.0) * 7.0 };
                    for mark in &line.marks {
                        if !joins {
                            self.bar(place, mark, aside);
                        }
                        self.dot(place, mark, aside);
                    }
                }
            }
            Style::Dots => lines().for_each(|(place, line)| {
                line.marks.iter().for_each(|mark| self.dot(place, mark, 0.0));
            }),
        }
    }

    fn band(&mut self, place: usize, line: &Line) {
        let ranged: Vec<_> =
            line.marks.iter().filter_map(|mark| Some((mark.x, mark.range?))).collect();
        if ranged.len() < 2 || ranged.iter().all(|(_, (low, high))| low == high) {
            return;
        }
        let mut path = String::new();
        let there = ranged.iter().map(|(x, (_, high))| (x, high));
        let back = ranged.iter().rev().map(|(x, (low, _))| (x, low));
        for (k, (x, y)) in there.chain(back).enumerate() {
            let _ = write!(
                path,
                "{}{} {}",
                if k == 0 { 'M' } else { 'L' },
                At(self.x(*x)),
                At(self.y(*y))
            );
        }
        self.put(format_args!("<path class=\"band f{place}\" d=\"{path}Z\"/>\n"));
    }

    /// A line through marks; `before` says at which height it leaves the mark before, for steps.
    fn stroke(&mut self, place: usize, marks: &[Mark], before: impl Fn(&Mark) -> Option<f64>) {
        let mut path = String::new();
        for (k, mark) in marks.iter().enumerate() {
            let (x, y) = (At(self.x(mark.x)), At(self.y(mark.y)));
            match k.checked_sub(1).and_then(|k| before(&marks[k])) {
                Some(_) => {
                    let _ = write!(path, "H{x}V{y}");
                }
                None => {
                    let _ = write!(path, "{}{x} {y}", if k == 0 { 'M' } else { 'L' });
                }
            }
        }
        if marks.len() > 1 {
            self.put(format_args!("<path class=\"line s{place}\" d=\"{path}\"/>\n"));
        }
    }

    fn bar(&mut self, place: usize, mark: &Mark, aside: f64) {
        if let Some((low, high)) = mark.range {
            let (x, from, to) = (At(self.x(mark.x) + aside), At(self.y(high)), At(self.y(low)));
            self.put(format_args!("<path class=\"bar s{place}\" d=\"M{x} {from}V{to}\"/>"));
        }
    }

    fn dot(&mut self, place: usize, mark: &Mark, aside: f64) {
        let (x, y) = (self.x(mark.x) + aside, self.y(mark.y));
        let says = match mark.says.as_str() {
            "" => String::new(),
            says => format!("<title>{}</title>", Safe(says)),
        };
        match mark.look {
            Look::Violated => self.put(format_args!(
                "<path class=\"violated\" d=\"M{} {}l8 8m0 -8l-8 8\">{says}</path>\n",
                At(x - 4.0),
                At(y - 4.0)
            )),
            Look::Usual => self.put(format_args!(
                "<circle class=\"f{place}\" cx=\"{}\" cy=\"{}\" r=\"3\">{says}</circle>\n",
                At(x),
                At(y)
            )),
        }
    }

    /// Names the lines below the plot, and answers where the drawing ends.
    fn legend(&mut self, top: f64) -> f64 {
        let chart = self.chart;
        let violated = chart.lines.iter().flat_map(|l| &l.marks).any(|m| m.look == Look::Violated);
        let mut entries: Vec<(Option<usize>, &str)> = Vec::new();
        if chart.lines.len() > 1 {
            entries.extend(
                chart
                    .lines
                    .iter()
                    .take(LINES_MAX)
                    .enumerate()
                    .map(|(k, line)| (Some(k), line.label.as_str())),
            );
        }
        if violated {
            entries.push((None, "an invariant failed"));
        }
        let short = |label: &str| label.chars().take(56).collect::<String>();
        let widest = entries.iter().map(|(_, label)| short(label).chars().count()).max();
        let width = widest.unwrap_or(0) as f64 * CHARACTER + 36.0;
        let columns = (((WIDTH - 8.0) / width) as usize).max(1);
        let mut y = top + 10.0;
        for (number, (place, label)) in entries.iter().enumerate() {
            let label = short(label);
            let x = 8.0 + width * (number % columns) as f64;
            if number > 0 && number.is_multiple_of(columns) {
                y += 17.0;
            }
            let middle = y - 4.0;
            match place {
                None => self.put(format_args!(
                    "<path class=\"violated\" d=\"M{} {}l8 8m0 -8l-8 8\"/>",
                    At(x + 6.0),
                    At(middle - 4.0)
                )),
                Some(k) if chart.style == Style::Dots => self.put(format_args!(
                    "<circle class=\"f{k}\" cx=\"{}\" cy=\"{}\" r=\"3.5\"/>",
                    At(x + 10.0),
                    At(middle)
                )),
                Some(k) => self.put(format_args!(
                    "<path class=\"line s{k}\" d=\"M{} {}h20\"/>",
                    At(x),
                    At(middle)
                )),
            }
            self.put(format_args!(
                "<text class=\"key\" x=\"{}\" y=\"{}\">{}</text>\n",
                At(x + 25.0),
                At(y),
                Safe(&label)
            ));
        }
        if entries.is_empty() { top } else { y + 10.0 }
    }
}
