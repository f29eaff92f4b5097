//! The rows of single runs in a `series.csv`, copied under other numbers.

use std::collections::BTreeMap;
use std::fs::File;
use std::io::{self, BufReader, Read, Seek, SeekFrom, Write};
use std::path::PathBuf;

use crate::record::RecordError;

/// A `series.csv`, and where the rows of each run stand in it.
pub(super) struct SeriesFile {
    path: PathBuf,
    /// Of each run that has rows: their first byte, and how many bytes they are.
    runs: BTreeMap<u64, (u64, u64)>,
}

impl SeriesFile {
    /// Looks through a file.
    ///
    /// # Errors
    /// What cannot be read, and what is no series.
    pub(super) fn open(path: PathBuf) -> Result<SeriesFile, RecordError> {
        let file = File::open(&path).map_err(RecordError::disk("read", &path))?;
        let whole = file.metadata().map_err(RecordError::disk("read", &path))?.len();
        let malformed = |what: String| RecordError::Malformed { path: path.clone(), what };
        let mut csv = csv::ReaderBuilder::new().from_reader(BufReader::new(file));
        csv.byte_headers().map_err(|error| malformed(error.to_string()))?;
        let (mut row, mut starts) = (csv::ByteRecord::new(), Vec::<(u64, u64)>::new());
        while csv.read_byte_record(&mut row).map_err(|error| malformed(error.to_string()))? {
            let run = row.get(0).and_then(|cell| std::str::from_utf8(cell).ok()?.parse().ok());
            let run = run.ok_or_else(|| malformed("a row has no number of its run".to_owned()))?;
            if starts.last().is_none_or(|(last, _)| *last != run) {
                starts.push((run, row.position().map_or(0, csv::Position::byte)));
            }
        }
        let ends = starts.iter().skip(1).map(|(_, start)| *start).chain([whole]);
        let mut runs = BTreeMap::new();
        for ((run, start), end) in starts.iter().zip(ends) {
            if runs.insert(*run, (*start, end - start)).is_some() {
                return Err(malformed(format!("the rows of run {run} do not stand together")));
            }
        }
        Ok(SeriesFile { path, runs })
    }
}

/// The file that was read last, which is probably read next.
#[derive(Default)]
pub(super) struct Reading(Option<(PathBuf, File)>);

impl Reading {
    /// Copies the rows of the run `from` as those of the run `to`; one without rows has none there either.
    ///
    /// # Errors
    /// What cannot be read or written.
    pub(super) fn copy(
        &mut self,
        series: &SeriesFile,
        (from, to): (u64, u64),
        out: &mut impl Write,
    ) -> Result<(), RecordError> {
        let Some((start, len)) = series.runs.get(&from).copied() else { return Ok(()) };
        let failed = |error| RecordError::disk("read", &series.path)(error);
        let file = match &mut self.0 {
            Some((path, file)) if *path == series.path => file,
            _ => {
                let file = File::open(&series.path).map_err(failed)?;
                &mut self.0.insert((series.path.clone(), file)).1
            }
        };
        file.seek(SeekFrom::Start(start)).map_err(failed)?;
        Ok(renumber(BufReader::new(file.take(len)), to, out)?)
    }
}

/// Copies rows with another number of the run.
fn renumber(rows: impl Read, run: u64, out: &mut impl Write) -> io::Result<()> {
    let mut from = csv::ReaderBuilder::new().has_headers(false).from_reader(rows);
    let mut to = csv::WriterBuilder::new().from_writer(out);
    let (mut row, run) = (csv::ByteRecord::new(), run.to_string());
    while from.read_byte_record(&mut row)? {
        let cells = std::iter::once(run.as_bytes()).chain(row.iter().skip(1));
        to.write_record(cells)?;
    }
    to.flush()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn rows_are_copied_as_they_are_but_for_their_number() {
        let file = tempfile::NamedTempFile::new().unwrap();
        let header = "run,t_ms,metric,unit,scope,id,value\n";
        let odd = "0,1,a,,node,\"x,\n\"\"y\"\"\",0.5\n0,2,a,,run,,\n";
        std::fs::write(file.path(), format!("{header}{odd}2,1,a,,run,,7\n")).unwrap();
        let series = SeriesFile::open(file.path().to_owned()).unwrap();
        let (mut reading, mut out) = (Reading::default(), Vec::new());
        for numbers in [(2, 10), (1, 11), (0, 12)] {
            reading.copy(&series, numbers, &mut out).unwrap();
        }
        let expected = format!(
            "10,1,a,,run,,7\n{}",
            odd.replace("0,1,a", "12,1,a").replace("0,2,a", "12,2,a")
        );
        assert_eq!(String::from_utf8(out).unwrap(), expected);
    }

    #[test]
    fn what_is_no_series_is_refused() {
        let file = tempfile::NamedTempFile::new().unwrap();
        for text in ["run,a\nx,1\n", "run,a\n0,1\n1,1\n0,1\n", "run,a\n0\n"] {
            std::fs::write(file.path(), text).unwrap();
            assert!(SeriesFile::open(file.path().to_owned()).is_err(), "{text}");
        }
    }
}
