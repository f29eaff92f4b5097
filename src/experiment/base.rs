//! The file that an experiment changes: how it is read, and how the one is laid over the other.

use super::files::Library;
use crate::settings::{Code, Kind, Mistake, Report, Source, Value, parse};

/// The experiment that this one changes: one level, no chains.
pub(super) fn read_base(base: &Value, library: &Library, report: &mut Report) -> Option<Value> {
    let refusal = |message: String| Mistake::new(Code::BadFile, message, base.place.clone());
    let Some(path) = base.as_text() else {
        report.add(refusal("`base` must be the path of an experiment".to_owned()));
        return None;
    };
    let bytes = match library.read(path) {
        Ok(bytes) => bytes,
        Err(error) => {
            report.add(refusal(error));
            return None;
        }
    };
    let source = match Source::from_bytes(path, &bytes) {
        Ok(source) => source,
        Err(mistake) => {
            report.add(mistake);
            return None;
        }
    };
    let below = parse(&source, report)?;
    if !matches!(below.kind, Kind::Map(_)) {
        report.add(refusal(format!("{path} is no experiment: its settings are no map")));
        return None;
    }
    if below.get("base").is_some() {
        report.add(refusal(format!("{path} has a base itself: one level is all there is")));
        return None;
    }
    Some(below)
}

/// `over` laid over `below`: maps are merged key by key, everything else is replaced.
pub(super) fn merge(below: Value, over: Value) -> Value {
    let (Value { kind: Kind::Map(mut low), .. }, Value { kind: Kind::Map(high), place }) =
        (below, over.clone())
    else {
        return over;
    };
    for (name, value) in high {
        match low.iter_mut().find(|(known, _)| known.text == name.text) {
            Some(entry) if is_choice(&entry.1, &value) => *entry = (name, value),
            Some(entry) => entry.1 = merge(entry.1.clone(), value),
            None => low.push((name, value)),
        }
    }
    Value { kind: Kind::Map(low), place }
}

/// Two maps of one key each with different keys are two choices: the second replaces the first.
fn is_choice(below: &Value, over: &Value) -> bool {
    match (&below.kind, &over.kind) {
        (Kind::Map(low), Kind::Map(high)) => {
            low.len() == 1 && high.len() == 1 && low[0].0.text != high[0].0.text
        }
        _ => false,
    }
}
