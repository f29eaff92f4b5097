//! Overrides of single settings from the command line: `network.loss=0.1`, `faults.0.crash.at=3s`.

use std::ops::Range;
use std::sync::Arc;

use super::mistake::{Code, Mistake, plain};
use super::parse::parse_from;
use super::report::Report;
use super::source::{Place, Source};
use super::value::{Kind, Name, Value};

/// The words that a path may have; with those of a value, still few enough for every stack.
const LONGEST: usize = 32;

/// Sets what `assignment`, `KEY=VALUE`, names in the tree `root`. The key is a dotted path, where a
/// number is an index into a list; the value is YAML, and takes the place of all that was there.
/// Maps that are missing on the way are made; whether the keys exist, decoding finds out. What
/// cannot be set becomes a mistake.
pub fn set(root: &mut Value, assignment: &str, report: &mut Report) {
    set_from(root, &Source::new(format!("--set {assignment}"), assignment), report);
}

/// The same with an assignment that stands in a source of another name.
pub fn set_from(root: &mut Value, source: &Arc<Source>, report: &mut Report) {
    let found = split(source).and_then(|(path, value)| {
        let before = report.errors().len();
        match parse_from(source, value, report) {
            Some(value) if report.errors().len() == before => {
                *descend(root, source, &path)? = value;
                Ok(())
            }
            _ => Ok(()),
        }
    });
    if let Err(mistake) = found {
        report.add(mistake);
    }
}

/// Puts a value at the dotted path `name` in the tree `root`, in place of all that was there, as [`set`] does.
///
/// # Errors
/// Where it cannot be put, at the place of the name.
pub fn put(root: &mut Value, name: &Name, value: Value) -> Result<(), Mistake> {
    // A quoted name does not begin where its place does.
    let shift = name.place.text().find(name.text.as_str());
    let (source, start) = match shift {
        Some(shift) => (Arc::clone(name.place.source()), name.place.bytes().start + shift),
        None => (Source::new(name.text.clone(), &name.text), 0),
    };
    let path = words(&source, start..start + name.text.len(), "a key is a dotted path")?;
    *descend(root, &source, &path)? = value;
    Ok(())
}

/// The words of the path, and where the value starts.
fn split(source: &Arc<Source>) -> Result<(Vec<Range<usize>>, usize), Mistake> {
    const WRITTEN: &str = "an override is written KEY=VALUE";
    let text = source.text();
    let Some(equals) = text.find('=') else {
        let place = Place::range(source, text.len()..text.len());
        let mistake = Mistake::new(Code::Override, WRITTEN, place);
        return Err(mistake.label("`=` and a value are missing"));
    };
    Ok((words(source, 0..equals, WRITTEN)?, equals + 1))
}

/// The words of a dotted path.
fn words(
    source: &Arc<Source>,
    path: Range<usize>,
    written: &str,
) -> Result<Vec<Range<usize>>, Mistake> {
    let refused = |range, label: &str| {
        Mistake::new(Code::Override, written, Place::range(source, range)).label(label)
    };
    let mut words = Vec::new();
    let mut start = path.start;
    for word in source.text()[path.clone()].split('.') {
        let range = start..start + word.len();
        if word.is_empty() || word.contains(char::is_whitespace) {
            return Err(refused(range, "a key is missing here, or has a space in it"));
        }
        start = range.end + 1;
        words.push(range);
    }
    if words.len() > LONGEST {
        return Err(refused(path, "no key lies that deep"));
    }
    Ok(words)
}

fn descend<'a>(
    at: &'a mut Value,
    source: &Arc<Source>,
    path: &[Range<usize>],
) -> Result<&'a mut Value, Mistake> {
    let Some(first) = path.first() else { return Ok(at) };
    let word = Place::range(source, first.clone());
    if let Kind::Null = at.kind {
        at.place = word.clone();
        at.kind = Kind::Map(Vec::new());
    }
    if let Kind::Text(choice) = &at.kind {
        // The bare name of a choice is short for a map with this one key.
        let name = Name { text: choice.clone(), place: at.place.clone() };
        let nothing = Value { kind: Kind::Null, place: at.place.clone() };
        at.kind = Kind::Map(vec![(name, nothing)]);
    }
    let described = at.described();
    match &mut at.kind {
        Kind::List(items) => {
            let count = items.len();
            let index = word.text().parse().ok().filter(|index: &usize| *index < count);
            match index {
                Some(index) => descend(&mut items[index], source, &path[1..]),
                None => Err(no_entry(&word, count)),
            }
        }
        Kind::Map(entries) => {
            let (index, used) = entry(entries, source, path);
            descend(&mut entries[index].1, source, &path[used..])
        }
        _ => {
            let message = format!("`{}` leads into a value that has no keys", plain(source.text()));
            let label = format!("{described}: {}", plain(at.place.text()));
            Err(Mistake::new(Code::NoSuchPath, message, word).label(label))
        }
    }
}

/// The index of the entry that the path leads to, made if there is none, and how many words name
/// it: the keys of a sweep have dots in them.
fn entry(
    entries: &mut Vec<(Name, Value)>,
    source: &Arc<Source>,
    path: &[Range<usize>],
) -> (usize, usize) {
    for used in (1..=path.len()).rev() {
        let key = &source.text()[path[0].start..path[used - 1].end];
        if let Some(index) = entries.iter().position(|(name, _)| name.text == key) {
            return (index, used);
        }
    }
    let place = Place::range(source, path[0].clone());
    let nothing = Value { kind: Kind::Null, place: place.clone() };
    entries.push((Name { text: place.text().to_owned(), place }, nothing));
    (entries.len() - 1, 1)
}

fn no_entry(word: &Place, count: usize) -> Mistake {
    let message = format!("there is no entry `{}` in this list", plain(word.text()));
    let label = match count {
        0 => "the list is empty".to_owned(),
        1 => "its only entry is 0".to_owned(),
        count => format!("its entries are 0 to {}", count - 1),
    };
    Mistake::new(Code::NoSuchPath, message, word.clone()).label(label)
}
