//! From YAML to a tree of values with their places. What is no YAML, or too much of it, becomes a
//! mistake.

use std::collections::BTreeMap;
use std::fmt;
use std::sync::Arc;

use serde::de::{Deserialize, Deserializer, MapAccess, SeqAccess, Visitor};
use serde_yaml::budget::BudgetBreach;
use serde_yaml::options::{DuplicateKeyPolicy, NonFiniteFloatPolicy};
use serde_yaml::{Error, Location, Options, Spanned};

use super::mistake::{Code, Mistake, plain};
use super::report::Report;
use super::source::{Place, Source};
use super::value::{Kind, Name, Value};

/// Maps and lists inside each other: more than any experiment has, few enough for every stack.
const DEEPEST: usize = 64;

/// The tree that a whole file says; nothing if it is no YAML. Keys that come twice are mistakes,
/// and the first counts.
pub fn parse(source: &Arc<Source>, report: &mut Report) -> Option<Value> {
    let value = parse_from(source, 0, report)?;
    if value.is_null() {
        let message = "there are no settings in this file";
        let start = Place::new(source, 0);
        report.add(Mistake::new(Code::Empty, message, start).label("write at least `schema: 1`"));
        return None;
    }
    Some(value)
}

/// The tree that a source says from byte `offset` on.
pub(super) fn parse_from(
    source: &Arc<Source>,
    offset: usize,
    report: &mut Report,
) -> Option<Value> {
    let text = &source.text()[offset..];
    match serde_yaml::from_str_with_options::<Spanned<Raw>>(text, options()) {
        Ok(raw) => Some(Reader { source, offset, report }.value(raw)),
        Err(error) => {
            report.add(mistake(&error, source, offset));
            None
        }
    }
}

fn options() -> Options {
    serde_yaml::options! {
        with_snippet: false,
        // `on` and `off` stay text, and whoever reads a switch knows them; what a count, a name or
        // a probability must not be spelled like stays text too.
        strict_booleans: true,
        underscored_numbers_as_strings: true,
        leading_zero_numbers_as_strings: true,
        non_finite_float_policy: NonFiniteFloatPolicy::AsString,
        // Found while the tree is built, so that all are told at once, with the place of the first.
        duplicate_keys: DuplicateKeyPolicy::PassThrough,
        reject_unsupported_tags: true,
        budget: serde_yaml::budget! { max_depth: DEEPEST, flow_nesting_limit: DEEPEST },
        alias_limits: serde_yaml::alias_limits! { max_total_replayed_events: 100_000 },
    }
}

/// A value as the YAML crate hands it over.
enum Raw {
    Leaf(Kind),
    List(Vec<Spanned<Raw>>),
    Map(Vec<(Spanned<String>, Spanned<Raw>)>),
}

impl<'de> Deserialize<'de> for Raw {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Raw, D::Error> {
        deserializer.deserialize_any(RawVisitor)
    }
}

struct RawVisitor;

impl<'de> Visitor<'de> for RawVisitor {
    type Value = Raw;

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("a value")
    }

    fn visit_unit<E>(self) -> Result<Raw, E> {
        Ok(Raw::Leaf(Kind::Null))
    }

    fn visit_bool<E>(self, bool: bool) -> Result<Raw, E> {
        Ok(Raw::Leaf(Kind::Bool(bool)))
    }

    fn visit_i64<E>(self, integer: i64) -> Result<Raw, E> {
        Ok(Raw::Leaf(Kind::Integer(integer.into())))
    }

    fn visit_u64<E>(self, integer: u64) -> Result<Raw, E> {
        Ok(Raw::Leaf(Kind::Integer(integer.into())))
    }

    fn visit_f64<E>(self, float: f64) -> Result<Raw, E> {
        Ok(Raw::Leaf(Kind::Float(float)))
    }

    fn visit_str<E>(self, text: &str) -> Result<Raw, E> {
        Ok(Raw::Leaf(Kind::Text(text.to_owned())))
    }

    fn visit_seq<A: SeqAccess<'de>>(self, mut items: A) -> Result<Raw, A::Error> {
        let mut list = Vec::new();
        while let Some(item) = items.next_element()? {
            list.push(item);
        }
        Ok(Raw::List(list))
    }

    fn visit_map<A: MapAccess<'de>>(self, mut entries: A) -> Result<Raw, A::Error> {
        let mut map = Vec::new();
        while let Some(entry) = entries.next_entry()? {
            map.push(entry);
        }
        Ok(Raw::Map(map))
    }
}

/// Gives raw values their places in a source, of which the YAML crate saw the part from `offset`
/// on.
struct Reader<'a> {
    source: &'a Arc<Source>,
    offset: usize,
    report: &'a mut Report,
}

impl Reader<'_> {
    fn value(&mut self, raw: Spanned<Raw>) -> Value {
        let place = self.place(raw.defined);
        let kind = match raw.value {
            Raw::Leaf(kind) => kind,
            Raw::List(items) => {
                Kind::List(items.into_iter().map(|item| self.value(item)).collect())
            }
            Raw::Map(entries) => Kind::Map(self.entries(entries)),
        };
        Value { kind, place }
    }

    fn entries(&mut self, raw: Vec<(Spanned<String>, Spanned<Raw>)>) -> Vec<(Name, Value)> {
        let mut entries: Vec<(Name, Value)> = Vec::with_capacity(raw.len());
        let mut seen: BTreeMap<String, usize> = BTreeMap::new();
        for (key, value) in raw {
            let name = Name { place: self.place(key.defined), text: key.value };
            let value = self.value(value);
            match seen.get(&name.text) {
                Some(&first) => self.duplicate(&name, &entries[first].0),
                None => {
                    seen.insert(name.text.clone(), entries.len());
                    entries.push((name, value));
                }
            }
        }
        entries
    }

    fn duplicate(&mut self, name: &Name, first: &Name) {
        let message = format!("`{}` is given twice", plain(&name.text));
        let label = format!("first given on line {}", first.place.line());
        self.report.add(Mistake::new(Code::Duplicate, message, name.place.clone()).label(label));
    }

    fn place(&self, location: Location) -> Place {
        place(location, self.source, self.offset)
    }
}

fn place(location: Location, source: &Arc<Source>, offset: usize) -> Place {
    let (span, text) = (location.span(), &source.text()[offset..]);
    let start = span.byte_offset().and_then(|at| usize::try_from(at).ok()).unwrap_or_else(|| {
        // Errors of the scanner count characters only.
        let characters = usize::try_from(span.offset()).unwrap_or(usize::MAX);
        text.char_indices().nth(characters).map_or(text.len(), |(at, _)| at)
    });
    let length = span.byte_len().and_then(|length| usize::try_from(length).ok()).unwrap_or(0);
    let start = start.min(text.len());
    let end = start.saturating_add(length).min(text.len());
    // A block text's span reaches into the lines below it; a scalar's ends before the line does.
    let end = start
        + source.text()[offset + start..].get(..end - start).map_or(0, |t| t.trim_end().len());
    Place::range(source, offset + start..offset + end)
}

fn mistake(error: &Error, source: &Arc<Source>, offset: usize) -> Mistake {
    let error = match error.without_snippet() {
        Error::AliasError { error, .. } => error.without_snippet(),
        error => error,
    };
    let at = error.location().map_or(Place::new(source, offset), |at| place(at, source, offset));
    let told =
        |code, message: &str, label: &str| Mistake::new(code, message, at.clone()).label(label);
    match error {
        Error::MultipleDocuments { .. } => {
            told(Code::Documents, "a file holds one document", "a second one starts here")
        }
        Error::UnknownAnchor { .. } => {
            told(Code::Alias, "this alias names nothing", "no anchor of this name comes before it")
        }
        Error::RecursiveReferencesRequireWeakTypes { .. } => {
            told(Code::Alias, "this alias contains itself", "it would never end")
        }
        Error::AliasReplayCounterOverflow { .. }
        | Error::AliasReplayLimitExceeded { .. }
        | Error::AliasExpansionLimitExceeded { .. }
        | Error::AliasReplayStackDepthExceeded { .. } => told(
            Code::Alias,
            "the aliases expand to more than 100000 values",
            "while expanding this",
        ),
        Error::Budget { breach: BudgetBreach::Depth { .. }, .. } => {
            told(Code::TooDeep, "the settings are nested too deep", "at most 64 levels")
        }
        Error::Budget { .. } => {
            told(Code::TooLarge, "the file is too large for an experiment", "reading stopped here")
        }
        Error::NullIntoString { .. } | Error::Unexpected { .. } => {
            told(Code::Syntax, "a key is a word, not a list, a map or nothing", "")
        }
        error => syntax(error, at),
    }
}

/// What the YAML crate says, without the place that it repeats.
fn syntax(error: &Error, at: Place) -> Mistake {
    let text = error.to_string();
    let said = text.lines().next().unwrap_or_default();
    let said = said.rfind(" at line ").map_or(said, |end| &said[..end]);
    if said.contains("recursion limit") {
        let message = "the settings are nested too deep";
        return Mistake::new(Code::TooDeep, message, at).label("at most 64 levels");
    }
    Mistake::new(Code::Syntax, "this is not YAML", at).label(plain(said))
}

/// The value that a declared default says.
pub(super) fn parse_default(text: &str) -> Value {
    let mut report = Report::new();
    let source = Source::new("default", text);
    let value = parse_from(&source, 0, &mut report);
    value.unwrap_or_else(|| panic!("the declared default `{text}` is no YAML"))
}
