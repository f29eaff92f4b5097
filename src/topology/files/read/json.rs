//! JSON as graph files use it: the fields of the file, its arrays as slices, and the mistakes of
//! the parser.

use std::borrow::Cow;
use std::cell::Cell;
use std::fmt;

use serde::Deserialize;
use serde::de::{DeserializeSeed, Deserializer, MapAccess, Visitor};
use serde_json::value::RawValue;

use super::mistake::{Mistakes, Source};
use super::{FORMATS, GraphFile, ReadOptions, node_link, spigo};

/// Reads spigo JSON or node-link JSON.
pub(super) fn read<'f>(
    text: &'f str,
    options: ReadOptions,
    mistakes: &mut Mistakes<'f>,
) -> Option<GraphFile> {
    let fields = Fields::read(text, mistakes)?;
    if fields.get("graph").is_some_and(is_array) {
        return spigo::read(&fields, options, mistakes);
    }
    if fields.get("nodes").is_some() {
        return node_link::read(&fields, options, mistakes);
    }
    mistakes.add(0, || format!("this object has no array \"graph\" and no \"nodes\"; {FORMATS}"));
    None
}

/// The fields of an object, as slices of the file.
pub(super) struct Fields<'f>(Vec<(Cow<'f, str>, &'f RawValue)>);

impl<'f> Fields<'f> {
    fn read(text: &'f str, mistakes: &mut Mistakes<'f>) -> Option<Fields<'f>> {
        let inside = Cell::new(None);
        let mut parser = serde_json::Deserializer::from_str(text);
        let fields = FieldsOf { inside: &inside }.deserialize(&mut parser);
        match fields.and_then(|fields| parser.end().map(|()| fields)) {
            Ok(fields) => Some(fields),
            Err(error) => {
                let source = mistakes.source;
                let offset = match error.is_eof() {
                    true => text.len(),
                    false => source.offset_at(error.line().max(1), error.column()),
                };
                mistakes.add(offset, || match inside.get() {
                    Some(key) if error.is_eof() => {
                        format!("end of file inside {} {key}", kind_after(source, key))
                    }
                    _ => plain(&error),
                });
                None
            }
        }
    }

    /// The first field of that name.
    pub(super) fn get(&self, name: &str) -> Option<&'f RawValue> {
        self.0.iter().find(|(key, _)| key == name).map(|(_, value)| *value)
    }

    /// The values in an array field, none where there is no such field. Anything but an array is a
    /// mistake.
    pub(super) fn array(&self, name: &str, mistakes: &mut Mistakes<'f>) -> Vec<&'f RawValue> {
        let Some(field) = self.get(name) else {
            return Vec::new();
        };
        let values = serde_json::from_str::<Vec<&RawValue>>(field.get()).ok();
        // Ids of nodes and numbers of records have 32 bits, and an undirected record makes two
        // links.
        let values = values.filter(|values| values.len() < 1 << 31);
        values.unwrap_or_else(|| {
            mistakes.add_at(field.get(), || format!("{name} has to be an array of objects"));
            Vec::new()
        })
    }

    /// A field that is true or false; `None` where there is none.
    pub(super) fn truth(&self, name: &str, mistakes: &mut Mistakes<'f>) -> Option<bool> {
        let field = self.get(name)?;
        let value = serde_json::from_str(field.get()).ok();
        if value.is_none() {
            mistakes.add_at(field.get(), || format!("{name} has to be true or false"));
        }
        value
    }

    /// A graph without nodes is a mistake, unless others explain it.
    pub(super) fn refuse_empty(&self, name: &str, nodes: u32, mistakes: &mut Mistakes<'f>) {
        if let Some(field) = self.get(name).filter(|_| nodes == 0 && mistakes.is_empty()) {
            mistakes.add_at(field.get(), || "a graph needs at least one node".to_owned());
        }
    }
}

struct FieldsOf<'c, 'f> {
    /// The key whose value is being read.
    inside: &'c Cell<Option<&'f str>>,
}

impl<'f> DeserializeSeed<'f> for FieldsOf<'_, 'f> {
    type Value = Fields<'f>;

    fn deserialize<D: Deserializer<'f>>(self, parser: D) -> Result<Fields<'f>, D::Error> {
        parser.deserialize_map(self)
    }
}

impl<'f> Visitor<'f> for FieldsOf<'_, 'f> {
    type Value = Fields<'f>;

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("an object")
    }

    fn visit_map<M: MapAccess<'f>>(self, mut map: M) -> Result<Fields<'f>, M::Error> {
        #[derive(Deserialize)]
        struct Key<'f>(#[serde(borrow)] Cow<'f, str>);

        let mut fields = Vec::new();
        while let Some(Key(key)) = map.next_key()? {
            if let Cow::Borrowed(key) = key {
                self.inside.set(Some(key));
            }
            fields.push((key, map.next_value()?));
            self.inside.set(None);
        }
        Ok(Fields(fields))
    }
}

/// What kind of value follows a key.
fn kind_after(source: Source<'_>, key: &str) -> &'static str {
    let rest = &source.text[source.offset(key) + key.len()..];
    match rest
        .trim_start_matches(|c: char| c == '"' || c == ':' || c.is_ascii_whitespace())
        .bytes()
        .next()
    {
        Some(b'[') => "the array",
        Some(b'{') => "the object",
        _ => "the field",
    }
}

/// The parser's message in plain words.
pub(super) fn plain(error: &serde_json::Error) -> String {
    let message = error.to_string();
    let message = message.rsplit_once(" at line ").map_or(message.as_str(), |(message, _)| message);
    match message {
        "expected `,` or `}`" => "comma or } expected",
        "expected `,` or `]`" => "comma or ] expected",
        "expected `:`" => "colon expected",
        "expected value" => "value expected",
        "key must be a string" => "key in double quotes expected",
        "trailing comma" => "no comma is allowed before the end of a list",
        "trailing characters" => "nothing may follow the end of the object",
        _ if error.is_eof() => "end of file inside an object",
        other => other,
    }
    .to_owned()
}

fn is_array(value: &RawValue) -> bool {
    value.get().starts_with('[')
}

/// Reads a record; anything but an object is a mistake.
pub(super) fn record<'f, R: Deserialize<'f>>(
    value: &'f RawValue,
    mistakes: &mut Mistakes<'f>,
) -> Option<R> {
    let text = value.get();
    // Serde would take an array for an object without keys.
    if !text.starts_with('{') {
        mistakes.add_at(text, || "a record has to be an object".to_owned());
        return None;
    }
    match serde_json::from_str(text) {
        Ok(record) => Some(record),
        Err(error) => {
            mistakes.add_at(text, || plain(&error));
            None
        }
    }
}

/// Records that repeat the edge of an earlier one are mistakes.
pub(super) fn refuse<'f>(
    repeats: &[(u32, u32)],
    values: &[&'f RawValue],
    mistakes: &mut Mistakes<'f>,
) {
    for (again, first) in repeats {
        let source = mistakes.source;
        mistakes.add_at(values[*again as usize].get(), || {
            let first = source.line(source.offset(values[*first as usize].get()));
            format!("this edge repeats the edge of line {first}")
        });
    }
}

/// The text of a string.
pub(super) fn string(value: &RawValue) -> Option<Cow<'_, str>> {
    let text = value.get();
    let inner = text.strip_prefix('"')?.strip_suffix('"')?;
    if inner.contains('\\') {
        // An escape may stand for half a character only: that is no text.
        serde_json::from_str(text).ok().map(Cow::Owned)
    } else {
        Some(Cow::Borrowed(inner))
    }
}

/// The text of a string or of a whole number.
pub(super) fn string_or_integer(value: &RawValue) -> Option<Cow<'_, str>> {
    let text = value.get();
    let digits = text.strip_prefix('-').unwrap_or(text);
    let is_integer = digits.bytes().all(|byte| byte.is_ascii_digit());
    if is_integer { Some(Cow::Borrowed(text)) } else { string(value) }
}

/// A whole number that is not negative.
pub(super) fn whole(value: &RawValue) -> Option<u64> {
    value.get().parse().ok()
}
