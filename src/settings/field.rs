//! A field: one value at its path, read as what was declared, wherever it lies: under a key, in a
//! list, in a choice.

use serde_json::{Map, Value as Json};

use crate::kernel::Span;

use super::declare::{Key, Shape, Unset, Variant};
use super::mistake::{Code, Mistake, nearest, plain};
use super::report::Report;
use super::scalar::{self, Wrong};
use super::section::{Section, join};
use super::source::Place;
use super::value::{Kind, Name, Value};

/// One value. Each method reads it, keeps what is wrong in the report, writes the canonical value
/// down, and gives the default where the value is absent or wrong. Reading it as another kind than
/// was declared is our bug, and a panic.
pub struct Field<'a> {
    pub(super) value: Option<&'a Value>,
    pub(super) place: Place,
    pub(super) path: String,
    pub(super) shape: &'static Shape,
    pub(super) unset: Unset,
    pub(super) out: &'a mut Json,
    pub(super) report: &'a mut Report,
}

/// What is known before reading.
impl<'a> Field<'a> {
    /// Whether there is a value, and not `null`.
    pub fn is_given(&self) -> bool {
        self.value.is_some_and(|value| !value.is_null())
    }

    /// The tree, for what no method reads; write its canonical form with [`Field::put`].
    pub fn value(&self) -> Option<&'a Value> {
        self.value
    }

    /// Where it is, or where its section starts if it is absent.
    pub fn place(&self) -> &Place {
        &self.place
    }

    /// Its dotted path.
    pub fn path(&self) -> &str {
        &self.path
    }

    /// The name that was chosen: the value if it is a word, or the only key if it is a map with
    /// one.
    pub fn chosen(&self) -> Option<&'a str> {
        match &self.value?.kind {
            Kind::Text(word) => Some(word),
            Kind::Map(entries) if entries.len() == 1 => Some(&entries[0].0.text),
            _ => None,
        }
    }

    /// Writes the canonical form of a value that the caller has read.
    pub fn put(self, canonical: Json) {
        *self.out = canonical;
    }

    /// Refuses the value for a reason that its declaration does not know.
    pub fn refuse(&mut self, code: Code, message: &str, label: &str) {
        let mistake = Mistake::new(code, message, self.place.clone()).label(label);
        self.report.add(mistake.see(&self.path));
    }
}

/// Single values.
impl Field<'_> {
    /// A switch: `true`, `false`, `on` or `off`.
    pub fn switch(self, default: bool) -> bool {
        self.shape.find(|shape| matches!(shape, Shape::Switch));
        self.scalar(default, scalar::switch, |switch| Json::from(*switch))
    }

    /// A natural number in any type that holds its declared range.
    pub fn count<T: TryFrom<u64> + TryInto<u64>>(self, default: T) -> T {
        let default = default.try_into().ok().expect("the default is a natural number");
        let shape = self.shape.find(|shape| matches!(shape, Shape::Count { .. }));
        if let Shape::Count { max, .. } = *shape {
            // Found by any text, not only by one with too large a number.
            let fits = T::try_from(max).is_ok();
            assert!(fits, "the declared range of `{}` fits the type", self.path);
        }
        let count = self.scalar(default, |v| scalar::count(v, shape), |count| Json::from(*count));
        T::try_from(count).ok().expect("the declared range fits the type")
    }

    /// A natural number, or nothing where the declared `word` stands for none.
    pub fn count_or(self, word: &'static str, default: Option<u64>) -> Option<u64> {
        let shape = self.shape.find(|shape| matches!(shape, Shape::Count { .. }));
        self.or_word(word, default, |v| scalar::count(v, shape), |count| Json::from(*count))
    }

    /// A whole number.
    pub fn integer(self, default: i64) -> i64 {
        let shape = self.shape.find(|shape| matches!(shape, Shape::Integer { .. }));
        self.scalar(default, |v| scalar::integer(v, shape), |integer| Json::from(*integer))
    }

    /// A finite number.
    pub fn number(self, default: f64) -> f64 {
        let shape = self.shape.find(|shape| matches!(shape, Shape::Number { .. }));
        self.scalar(default, |v| scalar::number(v, shape), |number| Json::from(*number))
    }

    /// A number between 0 and 1.
    pub fn probability(self, default: f64) -> f64 {
        self.shape.find(|shape| matches!(shape, Shape::Probability));
        self.scalar(default, scalar::probability, |number| Json::from(*number))
    }

    /// A length of time.
    pub fn span(self, default: Span) -> Span {
        let shape = self.shape.find(|shape| matches!(shape, Shape::Span { .. }));
        self.scalar(default, |v| scalar::span(v, shape), |span| Json::from(span.nanos()))
    }

    /// A length of time, or nothing where the declared `word` (`forever`, `never`) stands for none.
    pub fn span_or(self, word: &'static str, default: Option<Span>) -> Option<Span> {
        let shape = self.shape.find(|shape| matches!(shape, Shape::Span { .. }));
        self.or_word(word, default, |v| scalar::span(v, shape), |span| Json::from(span.nanos()))
    }

    /// A number of bytes.
    pub fn bytes(self, default: u64) -> u64 {
        self.shape.find(|shape| matches!(shape, Shape::Bytes));
        self.scalar(default, scalar::bytes, |bytes| Json::from(*bytes))
    }

    /// A bandwidth in bits a second.
    pub fn bandwidth(self, default: u64) -> u64 {
        self.shape.find(|shape| matches!(shape, Shape::Bandwidth));
        self.scalar(default, scalar::bandwidth, |bits| Json::from(*bits))
    }

    /// A rate in events a second.
    pub fn rate(self, default: f64) -> f64 {
        self.shape.find(|shape| matches!(shape, Shape::Rate));
        self.scalar(default, scalar::events_a_second, |rate| Json::from(*rate))
    }

    /// Text.
    pub fn text(self, default: &str) -> String {
        self.shape.find(|shape| matches!(shape, Shape::Text));
        self.scalar(default.to_owned(), scalar::text, |text| Json::from(text.as_str()))
    }

    /// The path of a file, as it is written; whoever opens it decides what it is relative to.
    pub fn file(self, default: &str) -> String {
        self.shape.find(|shape| matches!(shape, Shape::Path));
        self.scalar(default.to_owned(), scalar::path, |path| Json::from(path.as_str()))
    }

    /// One of several words. `words` pairs every declared one with its meaning to the program.
    pub fn choice<T: Copy + PartialEq>(self, words: &[(&'static str, T)], default: T) -> T {
        let declared = self.shape.variants();
        let known = |variant: &&Variant| words.iter().any(|word| word.0 == variant.name);
        assert!(declared.iter().all(known), "every word of `{}` has a meaning", self.path);
        let read = |value: &Value| {
            let word = bare_word(value).and_then(|word| words.iter().find(|pair| pair.0 == word));
            word.map(|pair| pair.1).ok_or_else(|| match value.kind {
                Kind::Text(_) => Wrong::new(Code::UnknownChoice, ""),
                _ => Wrong::kind(value),
            })
        };
        let write = |meaning: &T| {
            let word = words.iter().find(|pair| pair.1 == *meaning);
            Json::from(word.expect("the default is one of the meanings").0)
        };
        self.scalar(default, read, write)
    }

    fn or_word<T: Clone + PartialEq>(
        self,
        word: &'static str,
        default: Option<T>,
        read: impl Fn(&Value) -> Result<T, Wrong>,
        write: impl Fn(&T) -> Json,
    ) -> Option<T> {
        let declared = self.shape.variants().iter().any(|variant| variant.name == word);
        assert!(declared, "`{word}` is not declared for `{}`", self.path);
        let none = |value: &Value| bare_word(value) == Some(word);
        self.scalar(
            default,
            |value| if none(value) { Ok(None) } else { read(value).map(Some) },
            |value| value.as_ref().map_or(Json::from(word), &write),
        )
    }

    fn scalar<T: Clone + PartialEq>(
        mut self,
        default: T,
        read: impl Fn(&Value) -> Result<T, Wrong>,
        write: impl Fn(&T) -> Json,
    ) -> T {
        let value = match self.value {
            None => {
                if let Unset::Is(text) = self.unset {
                    let agrees =
                        || read(&super::parse::parse_default(text)).is_ok_and(|d| d == default);
                    debug_assert!(agrees(), "the declared default of `{}` is {text}", self.path);
                }
                self.miss();
                default
            }
            Some(value) => read(value).unwrap_or_else(|wrong| {
                self.wrong(wrong);
                default
            }),
        };
        *self.out = write(&value);
        value
    }
}

/// Values with structure.
impl<'a> Field<'a> {
    /// A section with the declared keys.
    pub fn section<T>(self, read: impl FnOnce(&mut Section<'_>) -> T) -> T {
        let Shape::Keys(keys) = self.shape.find(|shape| matches!(shape, Shape::Keys(_))) else {
            unreachable!("found by its kind")
        };
        self.section_of(keys, read)
    }

    pub(super) fn section_of<T>(
        mut self,
        keys: &'static [Key],
        read: impl FnOnce(&mut Section<'_>) -> T,
    ) -> T {
        let mut unheard = Report::new();
        let (entries, heard): (&[_], bool) = match self.value.map(|value| &value.kind) {
            None => {
                self.miss();
                (&[], !matches!(self.unset, Unset::Required))
            }
            Some(Kind::Null) => (&[], true),
            Some(Kind::Map(entries)) => (entries, true),
            Some(_) => {
                self.no_map(keys);
                (&[], false)
            }
        };
        // Keys that are missing in what is no section at all would only repeat the mistake.
        let report = if heard { self.report } else { &mut unheard };
        let mut section = Section::new(entries, keys, (self.place, self.path), report);
        let settings = read(&mut section);
        *self.out = section.finish();
        settings
    }

    /// Any number of values, in order; none where the list is absent.
    pub fn list<T>(mut self, mut read: impl FnMut(Field<'_>) -> T) -> Vec<T> {
        let Shape::ListOf(shape) = self.shape.find(|shape| matches!(shape, Shape::ListOf(_)))
        else {
            unreachable!("found by its kind")
        };
        let items: &[Value] = match self.value.map(|value| &value.kind) {
            Some(Kind::List(items)) => items,
            Some(_) => {
                self.wrong_kind();
                &[]
            }
            None => {
                self.miss();
                &[]
            }
        };
        let mut canonical = vec![Json::Null; items.len()];
        let mut list = Vec::with_capacity(items.len());
        for (index, (item, out)) in items.iter().zip(&mut canonical).enumerate() {
            let path = join(&self.path, &index.to_string());
            list.push(read(Field::inside(item, path, shape, out, self.report)));
        }
        *self.out = Json::Array(canonical);
        list
    }

    /// Any number of values by names that the user chose, sorted by them; none where the map is
    /// absent.
    pub fn map<T>(mut self, mut read: impl FnMut(&Name, Field<'_>) -> T) -> Vec<(String, T)> {
        let Shape::MapOf(shape) = self.shape.find(|shape| matches!(shape, Shape::MapOf(_))) else {
            unreachable!("found by its kind")
        };
        let entries: &[(Name, Value)] = match self.value.map(|value| &value.kind) {
            Some(Kind::Map(entries)) => entries,
            Some(Kind::Null) => &[],
            Some(_) => {
                self.wrong_kind();
                &[]
            }
            None => {
                self.miss();
                &[]
            }
        };
        let mut canonical = Map::new();
        let mut map = Vec::with_capacity(entries.len());
        for (name, value) in entries {
            let path = join(&self.path, &name.text);
            if name.text.is_empty() || name.text.chars().any(char::is_control) {
                let message = format!("`{}` is no name", plain(&name.text));
                self.report.add(Mistake::new(Code::WrongType, message, name.place.clone()));
            }
            let mut out = Json::Null;
            map.push((
                name.text.clone(),
                read(name, Field::inside(value, path, shape, &mut out, self.report)),
            ));
            canonical.insert(name.text.clone(), out);
        }
        *self.out = Json::Object(canonical);
        map.sort_by(|a, b| a.0.cmp(&b.0));
        map
    }

    pub(super) fn inside<'b>(
        value: &'b Value,
        path: String,
        shape: &'static Shape,
        out: &'b mut Json,
        report: &'b mut Report,
    ) -> Field<'b> {
        let place = value.place.clone();
        Field { value: Some(value), place, path, shape, unset: Unset::Required, out, report }
    }
}

/// Answers to what is wrong.
impl Field<'_> {
    pub(super) fn wrong_kind(&mut self) {
        if let Some(value) = self.value {
            self.wrong(Wrong::kind(value));
        }
    }

    /// What is no map where one with these keys is taken: its form.
    fn no_map(&mut self, keys: &'static [Key]) {
        let required = keys.iter().filter(|key| key.unset == Unset::Required);
        let form: Vec<_> = required.map(|key| format!("{}: ...", key.name)).collect();
        let described = self.value.map_or("", Value::described);
        let label = match form.is_empty() {
            true => described.to_owned(),
            false => format!("{described}: write {{{}}}", form.join(", ")),
        };
        let message = format!("{} must be a map", self.subject());
        let mut mistake = Mistake::new(Code::WrongType, message, self.place.clone()).label(label);
        if !keys.is_empty() {
            let mut names: Vec<_> = keys.iter().map(|key| key.name).collect();
            names.sort_unstable();
            mistake = mistake.note(format!("keys here: {}", names.join(", ")));
        }
        self.report.add(mistake.see(&self.path));
    }

    pub(super) fn wrong(&mut self, mut wrong: Wrong) {
        let typed = self.value.and_then(Value::as_text).unwrap_or_default();
        let words = self.shape.variants();
        if let Some(near) = nearest(typed, words.iter().map(|variant| variant.name)) {
            wrong = Wrong::new(Code::UnknownChoice, format!("did you mean `{near}`?"));
        }
        let message = format!("{} must be {}", self.subject(), self.shape);
        let mistake = Mistake::new(wrong.code, message, self.place.clone()).label(wrong.label);
        self.report.add(mistake.see(&self.path));
    }

    pub(super) fn miss(&mut self) {
        if self.unset == Unset::Required {
            let message = format!("{} must be given", self.subject());
            let mistake = Mistake::new(Code::MissingKey, message, self.place.clone());
            self.report.add(mistake.label(format!("it is {}", self.shape)).see(&self.path));
        }
    }

    pub(super) fn subject(&self) -> String {
        let top = || "an experiment".to_owned();
        if self.path.is_empty() { top() } else { format!("`{}`", self.path) }
    }
}

/// A word alone, also as the only key of a map without a value, which is what an override of it
/// makes.
fn bare_word(value: &Value) -> Option<&str> {
    match &value.kind {
        Kind::Text(word) => Some(word),
        Kind::Map(entries) => match &entries[..] {
            [(name, value)] if value.is_null() => Some(&name.text),
            _ => None,
        },
        _ => None,
    }
}
