//! Charts as text: a grid of characters, the same on every terminal.

use super::chart::{Chart, LINES_MAX, Mark, Style};

/// The columns and rows of the plot itself.
const COLUMNS: usize = 64;
const ROWS: usize = 16;
/// A mark for each line.
const MARKS: [char; LINES_MAX] = ['●', '○', '▲', '△', '■', '□'];
const BAR: char = '│';
const LINE: char = '·';

/// Draws a chart.
pub(super) fn draw(chart: &Chart) -> String {
    let mut grid = vec![[' '; COLUMNS]; ROWS];
    for (place, line) in chart.lines.iter().take(LINES_MAX).enumerate() {
        // Marks would hide each other where they are many.
        let dense = chart.style == Style::Course && line.marks.len() > COLUMNS / 3;
        if matches!(chart.style, Style::Course | Style::Levels) {
            join(chart, &mut grid, &line.marks);
        }
        let stride = if dense { line.marks.len().div_ceil(8) } else { 1 };
        let last = line.marks.len().saturating_sub(1);
        let shown = line.marks.iter().enumerate();
        for (_, mark) in shown.filter(|(k, _)| k.is_multiple_of(stride) || *k == last) {
            bar(chart, &mut grid, mark);
            let (row, column) = cell(chart, mark.x, mark.y);
            grid[row][column] = MARKS[place];
        }
    }
    text(chart, &grid)
}

fn cell(chart: &Chart, x: f64, y: f64) -> (usize, usize) {
    let place =
        |share: f64, cells: usize| (share.clamp(0.0, 1.0) * (cells - 1) as f64).round() as usize;
    (ROWS - 1 - place(chart.y.place(y), ROWS), place(chart.x.place(x), COLUMNS))
}

/// Dots from mark to mark.
fn join(chart: &Chart, grid: &mut [[char; COLUMNS]], marks: &[Mark]) {
    for pair in marks.windows(2) {
        let ((from_row, from), (to_row, to)) =
            (cell(chart, pair[0].x, pair[0].y), cell(chart, pair[1].x, pair[1].y));
        let width = to.saturating_sub(from);
        let rise = to_row as f64 - from_row as f64;
        for step in 0..=width {
            let share = step as f64 / width.max(1) as f64;
            let row = (from_row as f64 + share * rise).round() as usize;
            let cell = &mut grid[row][from + step];
            if *cell == ' ' {
                *cell = LINE;
            }
        }
    }
}

/// The interval of a mark.
fn bar(chart: &Chart, grid: &mut [[char; COLUMNS]], mark: &Mark) {
    let Some((low, high)) = mark.range else { return };
    let ((top, column), (bottom, _)) = (cell(chart, mark.x, high), cell(chart, mark.x, low));
    for row in grid.iter_mut().take(bottom + 1).skip(top) {
        if matches!(row[column], ' ' | LINE) {
            row[column] = BAR;
        }
    }
}

fn text(chart: &Chart, grid: &[[char; COLUMNS]]) -> String {
    let width = chart.y.ticks.iter().map(|(_, text)| text.chars().count()).max().unwrap_or(1);
    let mut out = format!("{}\n\n{}\n", chart.title, chart.y.label);
    let tick_rows: Vec<_> =
        chart.y.ticks.iter().map(|(at, text)| (cell(chart, chart.x.low, *at).0, text)).collect();
    for (number, row) in grid.iter().enumerate() {
        let tick = tick_rows.iter().find(|(at, _)| *at == number);
        let (label, edge) = tick.map_or(("", '│'), |(_, text)| (text.as_str(), '┤'));
        let line: String = row.iter().collect();
        out += format!("{label:>width$} {edge}{line}").trim_end();
        out.push('\n');
    }
    let shift = width + 2;
    let (rule, labels) = across(chart, shift);
    out += &format!("{:width$} └{rule}\n{labels}", "");
    out += format!("\n{:shift$}{:^COLUMNS$}", "", chart.x.label).trim_end();
    out.push('\n');
    if chart.lines.len() > 1 {
        for (line, mark) in chart.lines.iter().zip(MARKS) {
            out += &format!("{:shift$}{mark} {}\n", "", line.label);
        }
    }
    let says: Vec<_> = chart.shades.iter().map(|shade| shade.says.as_str()).collect();
    if !says.is_empty() {
        out += &format!("{:shift$}Faults are not drawn here: {}.\n", "", says.join(", "));
    }
    out + &format!("{:shift$}{}\n", "", chart.note)
}

/// The line below the plot, and that of its labels, which begins so many columns to the left.
fn across(chart: &Chart, shift: usize) -> (String, String) {
    let mut rule = ['─'; COLUMNS];
    let mut labels: Vec<char> = Vec::new();
    for (at, label) in &chart.x.ticks {
        let column = cell(chart, *at, chart.y.low).1;
        rule[column] = '┬';
        let start = (column + shift).saturating_sub(label.chars().count() / 2);
        if labels.is_empty() || start > labels.len() {
            labels.resize(start, ' ');
            labels.extend(label.chars());
        }
    }
    (rule.iter().collect(), labels.into_iter().collect())
}
