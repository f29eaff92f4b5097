//! What a command reads: an experiment by its path or name, or what stands on stdin.

use std::io::{self, Read as _};
use std::path::PathBuf;

use super::output::Terminal;
use crate::experiment::{BUILTINS, Experiment, Given, Study, builtin, read_experiment, read_file};
use crate::settings::{Report, nearest};

/// What came of reading an experiment.
pub(super) enum Read {
    /// It is one; the warnings are told.
    Good(Box<Experiment>),
    /// It is none; that is told.
    Bad,
}

/// Reads an experiment by path or name (`-`: stdin), telling what is wrong with it.
pub(super) fn read(file: &str, sets: &[String], terminal: &Terminal) -> Read {
    let (experiment, report) = match given(file) {
        Ok(given) => read_experiment(&given, sets),
        Err(Wrong::Sentence(sentence)) => {
            terminal.error(&sentence);
            return Read::Bad;
        }
        Err(Wrong::Report(report)) => (None, *report),
    };
    terminal.report(&report);
    experiment.map_or(Read::Bad, |experiment| Read::Good(Box::new(experiment)))
}

/// Reads an experiment and, where it has a sweep, its study, telling all that is wrong with either.
pub(super) fn read_whole(
    file: &str,
    sets: &[String],
    terminal: &Terminal,
) -> Option<(Box<Experiment>, Option<Box<Study>>)> {
    let given = match given(file) {
        Ok(given) => given,
        Err(Wrong::Sentence(sentence)) => {
            terminal.error(&sentence);
            return None;
        }
        Err(Wrong::Report(report)) => {
            terminal.report(&report);
            return None;
        }
    };
    let (experiment, report) = read_experiment(&given, sets);
    match experiment {
        Some(experiment) if experiment.has_sweep() => {
            // It tells again what is told of the experiment alone.
            let (study, report) = crate::experiment::read_study(&given, sets, &[]);
            terminal.report(&report);
            study.map(|study| (Box::new(experiment), Some(Box::new(study))))
        }
        experiment => {
            terminal.report(&report);
            experiment.map(|experiment| (Box::new(experiment), None))
        }
    }
}

/// What came of reading a study.
pub(super) enum ReadStudy {
    /// It is one; the warnings are told.
    Good(Box<Study>),
    /// It is none; that is told.
    Bad,
}

/// Reads an experiment with a sweep by path or name (`-`: stdin), telling what is wrong with it.
pub(super) fn read_study(
    file: &str,
    sets: &[String],
    overs: &[String],
    terminal: &Terminal,
) -> ReadStudy {
    let (study, report) = match given(file) {
        Ok(given) => crate::experiment::read_study(&given, sets, overs),
        Err(Wrong::Sentence(sentence)) => {
            terminal.error(&sentence);
            return ReadStudy::Bad;
        }
        Err(Wrong::Report(report)) => (None, *report),
    };
    terminal.report(&report);
    study.map_or(ReadStudy::Bad, |study| ReadStudy::Good(Box::new(study)))
}

enum Wrong {
    Sentence(String),
    Report(Box<Report>),
}

/// A file is taken before a name, so that one's own `pirates` is not hidden by ours; a folder, such as that of its
/// results, hides nothing.
fn given(file: &str) -> Result<Given, Wrong> {
    let path = PathBuf::from(file);
    if file != "-"
        && (path.is_dir() || !path.exists())
        && let Some(builtin) = builtin(file)
    {
        let name = format!("configs/{}.yaml", builtin.name);
        return Given::new(&name, builtin.text.as_bytes(), None).map_err(Wrong::report);
    }
    if file == "-" {
        let bytes = read_stdin().map_err(Wrong::Sentence)?;
        return Given::new("stdin", &bytes, None).map_err(Wrong::report);
    }
    let bytes = read_file(&path).map_err(|error| {
        let looks_like_a_name = !file.contains(['/', '.']);
        let hint = match nearest(file, BUILTINS.iter().map(|builtin| builtin.name)) {
            _ if !looks_like_a_name => String::new(),
            Some(near) => format!("; did you mean `{near}`?"),
            None => "; corsair list examples names the built-in ones".to_owned(),
        };
        Wrong::Sentence(format!("{error}{hint}"))
    })?;
    Given::new(file, &bytes, Some(&path)).map_err(Wrong::report)
}

impl Wrong {
    fn report(report: Report) -> Wrong {
        Wrong::Report(Box::new(report))
    }
}

/// All of stdin, or one sentence about why not.
pub(super) fn read_stdin() -> Result<Vec<u8>, String> {
    let mut bytes = Vec::new();
    let read = io::stdin().read_to_end(&mut bytes);
    read.map(|_| bytes).map_err(|error| format!("stdin cannot be read: {error}"))
}
