//! The tree that a text says, before anyone knows what its keys mean: each value and each name with
//! its place.

use serde_json::{Map, Value as Json};

use super::source::Place;

/// A value and where it was written.
#[derive(Clone, Debug)]
pub struct Value {
    /// What it says.
    pub kind: Kind,
    /// Where; for what an alias stands for, where that was defined.
    pub place: Place,
}

/// What a value says.
#[derive(Clone, Debug)]
pub enum Kind {
    /// Nothing: `~`, `null`, or a key with nothing behind it.
    Null,
    /// `true` or `false`.
    Bool(bool),
    /// A whole number between -2^63 and 2^64 - 1.
    Integer(i128),
    /// A finite number with a point or an exponent, or too large to be whole.
    Float(f64),
    /// Anything else without structure, quoted or not; also `1_000`, `007` and `.inf`.
    Text(String),
    /// Values in order.
    List(Vec<Value>),
    /// Values by name, in order; no name comes twice.
    Map(Vec<(Name, Value)>),
}

/// A key and where it was written.
#[derive(Clone, Debug)]
pub struct Name {
    /// The key without its quotes.
    pub text: String,
    /// Where.
    pub place: Place,
}

impl Value {
    /// Whether nothing is said.
    pub fn is_null(&self) -> bool {
        matches!(self.kind, Kind::Null)
    }

    /// The text, where it is one.
    pub fn as_text(&self) -> Option<&str> {
        match &self.kind {
            Kind::Text(text) => Some(text),
            _ => None,
        }
    }

    /// The value under a name, where this is a map that has it.
    pub fn get(&self, name: &str) -> Option<&Value> {
        match &self.kind {
            Kind::Map(entries) => entries.iter().find(|(key, _)| key.text == name).map(|e| &e.1),
            _ => None,
        }
    }

    /// The same without places, for settings that are kept as they were given.
    pub fn to_json(&self) -> Json {
        match &self.kind {
            Kind::Null => Json::Null,
            Kind::Bool(bool) => Json::from(*bool),
            Kind::Integer(integer) => match u64::try_from(*integer) {
                Ok(natural) => Json::from(natural),
                Err(_) => Json::from(i64::try_from(*integer).unwrap_or(i64::MIN)),
            },
            Kind::Float(float) => Json::from(*float),
            Kind::Text(text) => Json::from(text.as_str()),
            Kind::List(items) => items.iter().map(Value::to_json).collect(),
            Kind::Map(entries) => {
                let pair = |(name, value): &(Name, Value)| (name.text.clone(), value.to_json());
                Json::Object(entries.iter().map(pair).collect::<Map<_, _>>())
            }
        }
    }

    /// What it is, in the words of a mistake: "this is text".
    pub(super) fn described(&self) -> &'static str {
        match &self.kind {
            Kind::Null => "nothing is given here",
            Kind::Bool(_) => "this is a switch",
            Kind::Integer(_) => "this is a whole number",
            Kind::Float(_) => "this is a number",
            Kind::Text(_) => "this is text",
            Kind::List(_) => "this is a list",
            Kind::Map(_) => "this is a map",
        }
    }
}
