//! A section: a map read key by key against its declaration, which never stops at the first
//! mistake.

use serde_json::{Map, Value as Json};

use crate::kernel::Span;

use super::declare::{Key, Shape, Unset};
use super::field::Field;
use super::mistake::{Code, Mistake, nearest, plain};
use super::report::Report;
use super::source::Place;
use super::value::{Name, Value};

/// Reads a whole tree as one section with `keys`, and gives what `read` makes of it, beside its
/// canonical form: every default written out, keys sorted, durations as whole nanoseconds. Reading
/// the canonical form gives it again.
///
/// The result counts only if the report accepts: what is wrong is replaced by the default that the
/// reader passes.
pub fn decode<T>(
    value: &Value,
    keys: &'static [Key],
    report: &mut Report,
    read: impl FnOnce(&mut Section<'_>) -> T,
) -> (T, Json) {
    let mut canonical = Json::Null;
    let field = Field {
        value: Some(value),
        place: value.place.clone(),
        path: String::new(),
        shape: &Shape::Keys(&[]),
        unset: Unset::Required,
        out: &mut canonical,
        report,
    };
    let settings = field.section_of(keys, read);
    (settings, canonical)
}

/// A map with declared keys. Each getter takes a key and what holds where it is not given, keeps
/// mistakes in the report, and writes the canonical value down. A key that was not declared is our
/// bug, and a panic.
pub struct Section<'a> {
    entries: &'a [(Name, Value)],
    keys: &'static [Key],
    head: Place,
    path: String,
    read: Vec<&'static str>,
    out: Map<String, Json>,
    report: &'a mut Report,
}

impl<'a> Section<'a> {
    pub(super) fn new(
        entries: &'a [(Name, Value)],
        keys: &'static [Key],
        (head, path): (Place, String),
        report: &'a mut Report,
    ) -> Section<'a> {
        Section { entries, keys, head, path, read: Vec::new(), out: Map::new(), report }
    }

    /// The value of a key, to be read as whatever it is.
    pub fn field(&mut self, name: &'static str) -> Field<'_> {
        let key = self.key(name);
        self.read.push(name);
        let value = self.given(name);
        let place = value.map_or(&self.head, |value| &value.place);
        Field {
            value,
            place: place.clone(),
            path: join(&self.path, name),
            shape: &key.shape,
            unset: key.unset,
            out: self.out.entry(name).or_insert(Json::Null),
            report: self.report,
        }
    }

    /// The value of a key whose absence has a meaning of its own; `null` says the same as leaving
    /// it out.
    pub fn optional(&mut self, name: &'static str) -> Option<Field<'_>> {
        let field = self.field(name);
        if field.is_given() { Some(field) } else { None }
    }

    /// Whether a key is given, and not `null`.
    pub fn has(&self, name: &'static str) -> bool {
        self.key(name);
        self.given(name).is_some_and(|value| !value.is_null())
    }

    /// The tree under a key, for what no getter reads; write its canonical form with
    /// [`Section::put`].
    pub fn value(&mut self, name: &'static str) -> Option<&'a Value> {
        self.key(name);
        self.read.push(name);
        self.given(name)
    }

    /// Writes the canonical form of a key, in place of what a getter wrote. `null` leaves the key
    /// out.
    pub fn put(&mut self, name: &'static str, canonical: Json) {
        self.key(name);
        self.out.insert(name.to_owned(), canonical);
    }

    /// Where a key's value is, or where the section starts if it has none.
    pub fn place(&self, name: &'static str) -> &Place {
        self.key(name);
        self.given(name).map_or(&self.head, |value| &value.place)
    }

    /// Refuses the value of a key for a reason that its declaration does not know, such as another
    /// key's value.
    pub fn refuse(&mut self, name: &'static str, code: Code, message: &str, label: &str) {
        let mistake = Mistake::new(code, message, self.place(name).clone()).label(label);
        self.report.add(mistake.see(&join(&self.path, name)));
    }

    /// How many errors there are so far: keys that are judged together are judged only if none came
    /// up while they were read.
    pub fn errors(&self) -> usize {
        self.report.errors().len()
    }

    /// The mistakes found so far, to add others.
    pub fn report(&mut self) -> &mut Report {
        self.report
    }

    /// The dotted path of the section; empty for the whole file.
    pub fn path(&self) -> &str {
        &self.path
    }

    /// Tells the keys that nobody reads, and gives the canonical form.
    pub(super) fn finish(mut self) -> Json {
        for (name, _) in self.entries {
            if !self.keys.iter().any(|key| key.name == name.text) {
                self.unknown(name);
            } else if !self.read.iter().any(|read| *read == name.text) {
                let path = join(&self.path, &name.text);
                let message = format!("`{path}` has no effect with the other settings");
                let mistake = Mistake::new(Code::NoEffect, message, name.place.clone());
                self.report.add(mistake.label("leave it out").see(&path));
            }
        }
        self.out.retain(|_, value| !value.is_null());
        Json::Object(self.out)
    }

    fn unknown(&mut self, name: &Name) {
        let inside = if self.path.is_empty() { "" } else { " in " };
        let message = format!("unknown key `{}`{inside}{}", plain(&name.text), self.path);
        let mut keys: Vec<_> = self.keys.iter().map(|key| key.name).collect();
        keys.sort_unstable();
        let mut mistake = Mistake::new(Code::UnknownKey, message, name.place.clone());
        if let Some(key) = nearest(&name.text, keys.iter().copied()) {
            mistake = mistake.label(format!("did you mean `{key}`?"));
        }
        let here = if keys.is_empty() { "none".to_owned() } else { keys.join(", ") };
        self.report.add(mistake.note(format!("keys here: {here}")).see(&self.path));
    }

    fn key(&self, name: &str) -> &'static Key {
        let key = self.keys.iter().find(|key| key.name == name);
        key.unwrap_or_else(|| panic!("`{name}` is not declared in `{}`", self.path))
    }

    fn given(&self, name: &str) -> Option<&'a Value> {
        self.entries.iter().find(|(key, _)| key.text == name).map(|(_, value)| value)
    }
}

/// The getters of single values; [`Field`] has those with structure.
impl Section<'_> {
    /// A switch: `true`, `false`, `on` or `off`.
    pub fn switch(&mut self, name: &'static str, default: bool) -> bool {
        self.field(name).switch(default)
    }

    /// A natural number, see [`Field::count`].
    pub fn count<T: TryFrom<u64> + TryInto<u64>>(&mut self, name: &'static str, default: T) -> T {
        self.field(name).count(default)
    }

    /// A whole number.
    pub fn integer(&mut self, name: &'static str, default: i64) -> i64 {
        self.field(name).integer(default)
    }

    /// A number.
    pub fn number(&mut self, name: &'static str, default: f64) -> f64 {
        self.field(name).number(default)
    }

    /// A number between 0 and 1.
    pub fn probability(&mut self, name: &'static str, default: f64) -> f64 {
        self.field(name).probability(default)
    }

    /// A length of time.
    pub fn span(&mut self, name: &'static str, default: Span) -> Span {
        self.field(name).span(default)
    }

    /// A number of bytes.
    pub fn bytes(&mut self, name: &'static str, default: u64) -> u64 {
        self.field(name).bytes(default)
    }

    /// A bandwidth in bits a second.
    pub fn bandwidth(&mut self, name: &'static str, default: u64) -> u64 {
        self.field(name).bandwidth(default)
    }

    /// A rate in events a second.
    pub fn rate(&mut self, name: &'static str, default: f64) -> f64 {
        self.field(name).rate(default)
    }

    /// Text.
    pub fn text(&mut self, name: &'static str, default: &str) -> String {
        self.field(name).text(default)
    }

    /// The path of a file.
    pub fn file(&mut self, name: &'static str, default: &str) -> String {
        self.field(name).file(default)
    }

    /// One of several words, see [`Field::choice`].
    pub fn choice<T: Copy + PartialEq>(
        &mut self,
        name: &'static str,
        words: &[(&'static str, T)],
        default: T,
    ) -> T {
        self.field(name).choice(words, default)
    }
}

/// A path one word longer.
pub(super) fn join(path: &str, word: &str) -> String {
    if path.is_empty() { word.to_owned() } else { format!("{path}.{word}") }
}
