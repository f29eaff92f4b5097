//! Mistakes of a file: where they are, and the first few of them.

use std::collections::BTreeSet;
use std::fmt;

use super::GraphFile;

/// One thing that is wrong with a file.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct FileMistake {
    /// The file's name, as given to the reader.
    pub file: String,
    /// From 1.
    pub line: usize,
    /// In characters, from 1.
    pub column: usize,
    /// What is wrong, and what would be right.
    pub message: String,
}

impl fmt::Display for FileMistake {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let FileMistake { file, line, column, message } = self;
        write!(f, "{file}:{line}:{column}: {message}")
    }
}

impl std::error::Error for FileMistake {}

/// A file's name and text.
#[derive(Clone, Copy)]
pub(super) struct Source<'f> {
    pub(super) name: &'f str,
    pub(super) text: &'f str,
}

impl Source<'_> {
    /// Where `part` starts: it has to be a slice of the text.
    pub(super) fn offset(self, part: &str) -> usize {
        let offset = (part.as_ptr() as usize).wrapping_sub(self.text.as_ptr() as usize);
        assert!(offset <= self.text.len(), "only a part of the text has a place in it");
        offset
    }

    /// The line of an offset, from 1.
    pub(super) fn line(self, offset: usize) -> usize {
        1 + self.text.as_bytes()[..offset].iter().filter(|byte| **byte == b'\n').count()
    }

    /// The offset of a parser's line and column (bytes, from 1); at most the end.
    pub(super) fn offset_at(self, line: usize, column: usize) -> usize {
        let start: usize = self.text.split_inclusive('\n').take(line - 1).map(str::len).sum();
        let offset = (start + column.saturating_sub(1)).min(self.text.len());
        let is_boundary = |offset: &usize| self.text.is_char_boundary(*offset);
        (0..=offset).rev().find(is_boundary).expect("the start is a boundary")
    }

    fn mistake(self, offset: usize, message: String) -> FileMistake {
        let start = self.text[..offset].rfind('\n').map_or(0, |newline| newline + 1);
        let column = 1 + self.text[start..offset].chars().count();
        FileMistake { file: self.name.to_owned(), line: self.line(offset), column, message }
    }
}

/// The first mistakes of a file.
pub(super) struct Mistakes<'f> {
    pub(super) source: Source<'f>,
    found: BTreeSet<(usize, String)>,
}

impl<'f> Mistakes<'f> {
    const MOST: usize = 20;

    pub(super) fn new(source: Source<'f>) -> Mistakes<'f> {
        Mistakes { source, found: BTreeSet::new() }
    }

    /// Adds a mistake at an offset. Its message is made only where it will be among the first.
    pub(super) fn add(&mut self, offset: usize, message: impl FnOnce() -> String) {
        let is_full = self.found.len() == Self::MOST;
        if is_full && self.found.last().is_some_and(|(last, _)| *last <= offset) {
            return;
        }
        self.found.insert((offset, message()));
        if self.found.len() > Self::MOST {
            self.found.pop_last();
        }
    }

    /// Adds a mistake at a part of the text.
    pub(super) fn add_at(&mut self, part: &str, message: impl FnOnce() -> String) {
        self.add(self.source.offset(part), message);
    }

    pub(super) fn is_empty(&self) -> bool {
        self.found.is_empty()
    }

    /// The file, unless there are mistakes.
    pub(super) fn or(self, file: Option<GraphFile>) -> Result<GraphFile, Vec<FileMistake>> {
        match file {
            Some(file) if self.found.is_empty() => Ok(file),
            _ => {
                assert!(!self.found.is_empty(), "a reader that gives no file says why");
                let source = self.source;
                let found = self.found.into_iter();
                Err(found.map(|(offset, message)| source.mistake(offset, message)).collect())
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn positions_count_lines_and_characters_from_one() {
        let text = "ab\ncé!\n";
        let source = Source { name: "f", text };
        let at = |offset| source.mistake(offset, String::new());
        assert_eq!((at(0).line, at(0).column), (1, 1));
        assert_eq!((at(2).line, at(2).column), (1, 3));
        assert_eq!((at(6).line, at(6).column), (2, 3));
        assert_eq!((at(8).line, at(8).column), (3, 1));
        assert_eq!(source.offset(&text[6..]), 6);
        assert_eq!(
            [source.offset_at(2, 4), source.offset_at(3, 0), source.offset_at(9, 9)],
            [6, 8, 8]
        );
    }

    #[test]
    fn the_first_twenty_are_kept_in_order() {
        let text = "x".repeat(100);
        let mut mistakes = Mistakes::new(Source { name: "f", text: &text });
        (0..50).rev().for_each(|offset| mistakes.add(offset, || format!("number {offset}")));
        mistakes.add(60, || unreachable!("it is not among the first"));
        let found = mistakes.or(None).unwrap_err();
        let expected: Vec<_> = (0..20).map(|k| format!("f:1:{}: number {k}", k + 1)).collect();
        assert_eq!(found.iter().map(ToString::to_string).collect::<Vec<_>>(), expected);
    }
}
