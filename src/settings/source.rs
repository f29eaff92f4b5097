//! Where settings come from: a named text, and the places in it that values and mistakes point to.

use std::fmt;
use std::ops::Range;
use std::sync::Arc;

use super::mistake::{Code, Mistake};

/// Who wrote a text, which decides how a bare number is read where a unit belongs.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Form {
    /// A person: durations, bandwidths and rates need their units.
    Written,
    /// corsair itself: durations are whole nanoseconds, bandwidths bits a second, rates events a
    /// second.
    Canonical,
}

/// A text with the name under which mistakes show it: a path, or `--set a.b=c`.
#[derive(Debug)]
pub struct Source {
    name: String,
    text: String,
    form: Form,
}

impl Source {
    /// A text that a person wrote. A byte order mark is dropped.
    pub fn new(name: impl Into<String>, text: &str) -> Arc<Source> {
        Source::with_form(name.into(), text, Form::Written)
    }

    /// A text that corsair wrote: a resolved experiment.
    pub fn canonical(name: impl Into<String>, text: &str) -> Arc<Source> {
        Source::with_form(name.into(), text, Form::Canonical)
    }

    /// A text that a person wrote, as it was read from a file.
    ///
    /// # Errors
    /// Points to the first byte that is not UTF-8.
    pub fn from_bytes(name: impl Into<String>, bytes: &[u8]) -> Result<Arc<Source>, Mistake> {
        match std::str::from_utf8(bytes) {
            Ok(text) => Ok(Source::new(name, text)),
            Err(error) => {
                // The lossy text agrees with the bytes up to the first bad one.
                let bad = error.valid_up_to();
                let lossy = String::from_utf8_lossy(bytes);
                let mark = lossy.len() - lossy.trim_start_matches(BYTE_ORDER_MARK).len();
                let place = Place::new(&Source::new(name, &lossy), bad.saturating_sub(mark));
                let message = "the file is not UTF-8 text";
                let label = format!("byte 0x{:02x} is not UTF-8", bytes[bad]);
                Err(Mistake::new(Code::Encoding, message, place).label(label))
            }
        }
    }

    fn with_form(name: String, text: &str, form: Form) -> Arc<Source> {
        let text = text.strip_prefix(BYTE_ORDER_MARK).unwrap_or(text).to_owned();
        Arc::new(Source { name, text, form })
    }

    /// The name under which mistakes show it.
    pub fn name(&self) -> &str {
        &self.name
    }

    /// The whole text.
    pub fn text(&self) -> &str {
        &self.text
    }

    /// Who wrote it.
    pub fn form(&self) -> Form {
        self.form
    }
}

const BYTE_ORDER_MARK: char = '\u{feff}';

/// A stretch of a source, possibly empty.
#[derive(Clone)]
pub struct Place {
    source: Arc<Source>,
    start: usize,
    end: usize,
}

impl Place {
    /// The empty stretch at byte `offset`, or the nearest character's start before it.
    pub fn new(source: &Arc<Source>, offset: usize) -> Place {
        Place::range(source, offset..offset)
    }

    /// The character at a line and column, both from 1; the end of the line if it is shorter.
    pub fn at(source: &Arc<Source>, line: usize, column: usize) -> Place {
        let mut offset = 0;
        for (number, text) in (1..).zip(source.text().split_inclusive('\n')) {
            if number == line {
                let chars = text.trim_end_matches('\n').char_indices();
                let end = text.trim_end_matches('\n').len();
                let within = chars.map(|(at, _)| at).nth(column.saturating_sub(1));
                return Place::new(source, offset + within.unwrap_or(end));
            }
            offset += text.len();
        }
        Place::new(source, offset)
    }

    /// The bytes of `range`, moved outwards to whole characters and cut at the text's end.
    pub fn range(source: &Arc<Source>, range: Range<usize>) -> Place {
        let text = source.text();
        let mut start = range.start.min(text.len());
        while !text.is_char_boundary(start) {
            start -= 1;
        }
        let mut end = range.end.clamp(start, text.len());
        while !text.is_char_boundary(end) {
            end += 1;
        }
        Place { source: Arc::clone(source), start, end }
    }

    /// The source that it lies in.
    pub fn source(&self) -> &Arc<Source> {
        &self.source
    }

    /// The bytes that it covers.
    pub fn bytes(&self) -> Range<usize> {
        self.start..self.end
    }

    /// The text that it covers, as it was written: with quotes, underscores and leading zeros.
    pub fn text(&self) -> &str {
        &self.source.text[self.start..self.end]
    }

    /// The line, from 1.
    pub fn line(&self) -> usize {
        1 + self.source.text[..self.start].matches('\n').count()
    }

    /// The column in characters, from 1.
    pub fn column(&self) -> usize {
        1 + self.source.text[self.line_start()..self.start].chars().count()
    }

    /// The byte at which its line starts.
    pub(super) fn line_start(&self) -> usize {
        self.source.text[..self.start].rfind('\n').map_or(0, |newline| newline + 1)
    }
}

/// `name:line:column`.
impl fmt::Display for Place {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}:{}:{}", self.source.name, self.line(), self.column())
    }
}

impl fmt::Debug for Place {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{self}..{}", self.end)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn lines_and_columns_count_characters_from_one() {
        let source = Source::new("x.yaml", "\u{feff}a: é\nß: \u{1F600}x\n");
        let at = |offset| Place::new(&source, offset).to_string();
        assert_eq!(at(0), "x.yaml:1:1");
        assert_eq!(at(5), "x.yaml:1:5");
        assert_eq!(at(6), "x.yaml:2:1");
        assert_eq!(at(14), "x.yaml:2:5");
        // Inside a character, and far beyond the end.
        assert_eq!(at(12), "x.yaml:2:4");
        assert_eq!(at(99), "x.yaml:3:1");
        assert_eq!(Place::range(&source, 10..12).text(), "\u{1F600}");
    }

    #[test]
    fn the_first_byte_that_is_no_text_is_named() {
        let mistake = Source::from_bytes("x.yaml", b"a: 1\nb: \xc3(").unwrap_err();
        assert_eq!(mistake.place().to_string(), "x.yaml:2:4");
        let mistake = Source::from_bytes("x.yaml", b"\xef\xbb\xbfa: \xff").unwrap_err();
        assert_eq!(mistake.place().to_string(), "x.yaml:1:4");
        assert_eq!(Source::from_bytes("x.yaml", "é".as_bytes()).unwrap().text(), "é");
    }
}
