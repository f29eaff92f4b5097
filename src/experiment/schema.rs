//! The JSON Schema of experiment files, from the declarations that decode and explain them.

use serde_json::{Map, Value as Json, json};

use super::keys::UNKNOWN;
use super::registry::{Entry, PROTOCOLS};
use crate::settings::distribution::MODELS;
use crate::settings::{Key, Report, Shape, Source, Unset, Variant, parse};

/// The JSON Schema (draft 2020-12) of experiment files, from which editors complete and check them.
///
/// It accepts every experiment that is accepted, as a person writes it, but two kinds. Below a key
/// of a file with a `base`, what must be given is asked for though the base may give it; and `null`
/// stands for a section alone. What one key says about another it does not know.
pub fn schema() -> Json {
    let mut schema = section(UNKNOWN);
    // A file with a base says only what it changes.
    let required = schema["required"].take();
    let whole = json!({
        "$schema": "https://json-schema.org/draft/2020-12/schema",
        "title": "an experiment of corsair",
        "type": "object",
        "required": [],
        "if": { "required": ["base"] },
        "else": { "required": required },
        "allOf": PROTOCOLS.iter().map(|entry| with_protocol(*entry)).collect::<Json>(),
        "$defs": { "distribution": any_of(vec![value(&Shape::SPAN), choice(MODELS)]) },
    });
    if let (Json::Object(schema), Json::Object(whole)) = (&mut schema, whole) {
        schema.extend(whole);
    }
    schema
}

/// The keys that depend on the protocol, where it is this one.
fn with_protocol(entry: &dyn Entry) -> Json {
    let name = entry.name();
    let chosen = json!({ "anyOf": [{ "const": name }, { "type": "object", "required": [name] }] });
    let own = entry.keys().iter().filter(|key| !UNKNOWN.contains(key));
    json!({
        "if": { "properties": { "protocol": chosen }, "required": ["protocol"] },
        "then": { "properties": own.map(property).collect::<Map<_, _>>() },
    })
}

/// A map with declared keys; nothing says the same where none of them must be given.
fn section(keys: &[Key]) -> Json {
    let required: Vec<_> = keys.iter().filter(must_be_given).map(|key| key.name).collect();
    let kind = if required.is_empty() { json!(["object", "null"]) } else { json!("object") };
    json!({
        "type": kind,
        "properties": keys.iter().map(property).collect::<Map<_, _>>(),
        "required": required,
        "additionalProperties": false,
    })
}

fn must_be_given(key: &&Key) -> bool {
    key.unset == Unset::Required
}

/// A key with its value, its meaning and its default.
fn property(key: &Key) -> (String, Json) {
    let mut property = value(&key.shape);
    let mut meaning = key.says.to_owned();
    if key.shape.pattern().is_some() {
        meaning += &format!("\ntakes {}", key.shape);
    }
    match key.unset {
        Unset::Is(default) => property["default"] = written(default),
        Unset::Varies(rule) => meaning += &format!("\ndefault {rule}"),
        Unset::Required | Unset::Absent => {}
    }
    property["description"] = meaning.into();
    (key.name.to_owned(), property)
}

/// The value that a declared default says.
fn written(default: &str) -> Json {
    let source = Source::new("default", default);
    parse(&source, &mut Report::new()).expect("a declared default is YAML").to_json()
}

/// What a value may be.
fn value(shape: &Shape) -> Json {
    match *shape {
        Shape::Switch => json!({ "enum": [true, false, "on", "off"] }),
        Shape::Count { min, max } => {
            number("integer", Some(min), Some(max).filter(|max| *max < u64::MAX))
        }
        Shape::Integer { min, max } => number(
            "integer",
            Some(min).filter(|min| *min > i64::MIN),
            Some(max).filter(|max| *max < i64::MAX),
        ),
        Shape::Number { min, max } => number(
            "number",
            Some(min).filter(|min| *min > f64::MIN),
            Some(max).filter(|max| *max < f64::MAX),
        ),
        Shape::Probability => number("number", Some(0), Some(1)),
        Shape::Span { .. } | Shape::Bandwidth | Shape::Rate => quantity(shape, json!("string")),
        Shape::Bytes => {
            let mut size = quantity(shape, json!(["integer", "string"]));
            size["minimum"] = json!(0);
            size
        }
        Shape::Text => json!({ "type": "string" }),
        Shape::Path => json!({ "type": "string", "minLength": 1 }),
        Shape::OneOf(variants) => choice(variants),
        Shape::Keys(keys) => section(keys),
        Shape::ListOf(item) => json!({ "type": "array", "items": value(item) }),
        Shape::MapOf(item) => {
            json!({ "type": ["object", "null"], "additionalProperties": value(item) })
        }
        Shape::Either(shapes) => any_of(shapes.iter().map(value).collect()),
        Shape::Distribution => json!({ "$ref": "#/$defs/distribution" }),
        Shape::Nothing => json!({ "type": "null" }),
        Shape::Any => json!({}),
    }
}

/// A number between two bounds, without those that its type alone sets.
fn number<T: Into<Json>>(kind: &str, min: Option<T>, max: Option<T>) -> Json {
    let mut number = json!({ "type": kind });
    if let Some(min) = min {
        number["minimum"] = min.into();
    }
    if let Some(max) = max {
        number["maximum"] = max.into();
    }
    number
}

/// A number with a unit. Its pattern tells people little, so it says in words what it takes.
fn quantity(shape: &Shape, kind: Json) -> Json {
    json!({ "type": kind, "pattern": shape.pattern(), "description": shape.to_string() })
}

/// Bare words, and one map with one key for all that takes settings: an editor then names the key
/// in it that is wrong, rather than every alternative.
fn choice(variants: &[Variant]) -> Json {
    let words = variants.iter().filter(|variant| is_word(&variant.shape));
    let word = |variant: &Variant| json!({ "const": variant.name, "description": variant.says });
    let words: Vec<_> = words.map(word).collect();
    let with_settings = variants.iter().filter(|variant| variant.shape != Shape::Nothing);
    let setting =
        |variant: &Variant| property(&Key::optional(variant.name, variant.shape, variant.says));
    let settings: Map<_, _> = with_settings.map(setting).collect();
    let map = (!settings.is_empty()).then(|| {
        json!({
            "type": "object",
            "properties": settings,
            "minProperties": 1,
            "maxProperties": 1,
            "additionalProperties": false,
        })
    });
    match map {
        Some(map) if words.is_empty() => map,
        map => json!({ "oneOf": words.into_iter().chain(map).collect::<Json>() }),
    }
}

/// Whether a bare name says enough.
fn is_word(shape: &Shape) -> bool {
    match shape {
        Shape::Nothing | Shape::Any => true,
        Shape::Keys(keys) => !keys.iter().any(|key| must_be_given(&key)),
        _ => false,
    }
}

fn any_of(alternatives: Vec<Json>) -> Json {
    json!({ "anyOf": alternatives })
}
