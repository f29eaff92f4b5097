//! All mistakes of an experiment, in the order of its text, and the form in which they are printed.

use std::fmt::{self, Write};
use std::sync::Arc;

use super::mistake::{Mistake, Severity, visible};
use super::source::{Place, Source};

/// Whether a report is printed with colours.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Paint {
    /// Text alone, for files and pipes.
    Plain,
    /// With ANSI colours, for terminals.
    Colour,
}

/// The mistakes that were found. Printing it shows errors, then warnings, each in the order of
/// their places.
#[derive(Clone, Debug, Default)]
pub struct Report {
    mistakes: Vec<Mistake>,
    sources: Vec<Arc<Source>>,
}

impl Report {
    /// A report without mistakes.
    pub fn new() -> Report {
        Report::default()
    }

    /// Keeps one more mistake.
    pub fn add(&mut self, mistake: Mistake) {
        let source = mistake.place().source();
        if !self.sources.iter().any(|known| Arc::ptr_eq(known, source)) {
            self.sources.push(Arc::clone(source));
        }
        let rank = self.rank(&mistake);
        // Of two at one place, the first that was found stays first.
        let at = self.mistakes.partition_point(|earlier| self.rank(earlier) <= rank);
        self.mistakes.insert(at, mistake);
    }

    /// What refuses the settings, in the order of the text.
    pub fn errors(&self) -> &[Mistake] {
        &self.mistakes[..self.first_warning()]
    }

    /// What will probably surprise, in the order of the text.
    pub fn warnings(&self) -> &[Mistake] {
        &self.mistakes[self.first_warning()..]
    }

    /// Whether nothing refuses the settings.
    pub fn accepts(&self) -> bool {
        self.errors().is_empty()
    }

    /// The report as text, mistakes apart by an empty line.
    pub fn render(&self, paint: Paint) -> String {
        let shown = self.mistakes.iter().take(SHOWN).map(|mistake| render(mistake, paint));
        let mut shown: Vec<String> = shown.collect();
        if self.mistakes.len() > SHOWN {
            shown.push(format!("and {} more\n", self.mistakes.len() - SHOWN));
        }
        shown.join("\n")
    }

    fn first_warning(&self) -> usize {
        self.mistakes.partition_point(|mistake| mistake.code().severity() == Severity::Error)
    }

    fn rank(&self, mistake: &Mistake) -> (bool, usize, usize) {
        let place = mistake.place();
        let source = self.sources.iter().position(|known| Arc::ptr_eq(known, place.source()));
        let warning = mistake.code().severity() == Severity::Warning;
        (warning, source.unwrap_or(self.sources.len()), place.bytes().start)
    }
}

impl fmt::Display for Report {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.render(Paint::Plain))
    }
}

impl fmt::Display for Mistake {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&render(self, Paint::Plain))
    }
}

/// The mistakes that are printed: nobody reads more, and a file of nothing else would take minutes.
const SHOWN: usize = 100;

/// The columns that a line of the source may take.
const WIDTH: usize = 100;

fn render(mistake: &Mistake, paint: Paint) -> String {
    let (word, hue) = match mistake.code().severity() {
        Severity::Error => ("error", "\x1b[1;31m"),
        Severity::Warning => ("warning", "\x1b[1;33m"),
    };
    let (bold, frame) = ("\x1b[1m", "\x1b[1;34m");
    let painted = |style: &str, text: &str| match paint {
        Paint::Colour if !text.is_empty() => format!("{style}{text}\x1b[0m"),
        _ => text.to_owned(),
    };
    let (place, code) = (mistake.place(), mistake.code().number());
    let number = place.line().to_string();
    let margin = " ".repeat(number.len());
    let excerpt = Excerpt::new(place);
    let bar = painted(frame, "|");
    let head = painted(hue, &format!("{word}[{code}]"));
    let message = painted(bold, &format!(": {}", visible(mistake.message())));
    let caret =
        painted(hue, format!("{} {}", excerpt.caret, visible(mistake.label_text())).trim_end());

    let mut text = format!("{head}{message}\n");
    let mut line = |line: String| writeln!(text, "{}", line.trim_end());
    let written = line(format!("{margin}{} {}", painted(frame, "-->"), visible_place(place)))
        .and_then(|()| line(format!("{margin} {bar}")))
        .and_then(|()| line(format!("{} {bar} {}", painted(frame, &number), excerpt.line)))
        .and_then(|()| line(format!("{margin} {bar} {}{caret}", excerpt.indent)))
        .and_then(|()| {
            let sign = painted(frame, "=");
            mistake
                .notes()
                .iter()
                .try_for_each(|note| line(format!("{margin} {sign} {}", visible(note))))
        });
    written.expect("a String takes whatever is written to it");
    text
}

fn visible_place(place: &Place) -> String {
    format!("{}:{}:{}", visible(place.source().name()), place.line(), place.column())
}

/// One line of a source as a terminal shows it, with what goes below the stretch that is meant.
struct Excerpt {
    line: String,
    indent: String,
    caret: String,
}

impl Excerpt {
    fn new(place: &Place) -> Excerpt {
        let (start, range) = (place.line_start(), place.bytes());
        let line = place.source().text()[start..].split('\n').next().unwrap_or("");
        let line = line.trim_end_matches('\r');
        // Cells: what each character is shown as, and how wide that is.
        let cells: Vec<(String, usize)> = line.chars().map(cell).collect();
        let count = |bytes: usize| line.char_indices().take_while(|(at, _)| *at < bytes).count();
        let first = count(range.start - start);
        let last = count(range.end - start).max(first);

        let (from, to) = window(&cells, first);
        let shown = |range: std::ops::Range<usize>| -> (String, usize) {
            let cells = &cells[range];
            (cells.iter().map(|c| c.0.as_str()).collect(), cells.iter().map(|c| c.1).sum())
        };
        let head = if from > 0 { "..." } else { "" };
        let tail = if to < cells.len() { "..." } else { "" };
        Excerpt {
            line: format!("{head}{}{tail}", shown(from..to).0),
            indent: " ".repeat(head.len() + shown(from..first).1),
            caret: "^".repeat(shown(first..last.clamp(first, to.max(first))).1.max(1)),
        }
    }
}

/// What is shown of a line: all of it if it fits, else a stretch around the cell `first`.
fn window(cells: &[(String, usize)], first: usize) -> (usize, usize) {
    let width = |range: std::ops::Range<usize>| cells[range].iter().map(|c| c.1).sum::<usize>();
    if cells.len() <= WIDTH && width(0..cells.len()) <= WIDTH {
        return (0, cells.len());
    }
    let mut from = first;
    let mut room = WIDTH / 2;
    while from > 0 && cells[from - 1].1 <= room {
        from -= 1;
        room -= cells[from].1;
    }
    let mut to = from;
    let mut room = WIDTH;
    while to < cells.len() && cells[to].1 <= room {
        room -= cells[to].1;
        to += 1;
    }
    (from, to)
}

/// How a character is shown, and its width: tabs as four spaces, controls as a sign, East Asian
/// ones two wide.
fn cell(c: char) -> (String, usize) {
    match c {
        '\t' => ("    ".to_owned(), 4),
        '\u{300}'..='\u{36f}' | '\u{200b}'..='\u{200f}' => (c.to_string(), 0),
        '\u{1100}'..='\u{115f}'
        | '\u{2e80}'..='\u{a4cf}'
        | '\u{ac00}'..='\u{d7a3}'
        | '\u{f900}'..='\u{faff}'
        | '\u{fe30}'..='\u{fe6f}'
        | '\u{ff00}'..='\u{ff60}'
        | '\u{1f300}'..='\u{1faff}' => (c.to_string(), 2),
        c => (visible(c.encode_utf8(&mut [0; 4])), 1),
    }
}
