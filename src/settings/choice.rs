//! Choices: one of several alternatives, as a map with one key, or as a bare name where that says
//! enough.

use std::sync::Arc;

use serde_json::{Map, Value as Json};

use super::declare::{Shape, Unset, Variant};
use super::field::Field;
use super::mistake::{Code, Mistake, nearest, plain};
use super::report::Report;
use super::section::join;
use super::value::{Kind, Name, Value};

impl<'a> Field<'a> {
    /// One of several alternatives: `read` is told its name, and reads its settings. An alternative
    /// without settings has an absent field. Where the value is absent, or names none, the
    /// alternative `default` is read.
    pub fn one_of<T>(
        mut self,
        default: &'static str,
        read: impl FnOnce(&'static str, Field<'_>) -> T,
    ) -> T {
        let variants = self.shape.variants();
        let mut unheard = Report::new();
        let (variant, value, heard) = match self.pick(&variants) {
            Some((variant, value)) => (variant, value, true),
            None => {
                let standing = variants.iter().find(|variant| variant.name == default);
                (*standing.expect("the default is one of the alternatives"), None, false)
            }
        };
        let path = join(&self.path, variant.name);
        let place = value.map_or(&self.place, |value| &value.place).clone();
        let report = if heard { self.report } else { &mut unheard };
        let shape = &variant.shape;
        // A bare name will do where nothing in it must be given.
        let bare = matches!(shape, Shape::Nothing | Shape::Keys(_) | Shape::Any);
        let unset = if bare || !heard { Unset::Absent } else { Unset::Required };
        let mut out = Json::Null;
        if let (Shape::Nothing, Some(value)) = (shape, value) {
            Field::inside(value, path.clone(), shape, &mut out, report).section_of(&[], |_| ());
        }
        let value = value.filter(|_| !matches!(shape, Shape::Nothing));
        let chosen =
            read(variant.name, Field { value, place, path, shape, unset, out: &mut out, report });
        *self.out = match shape {
            Shape::Nothing => Json::from(variant.name),
            _ => Json::Object(Map::from_iter([(variant.name.to_owned(), out)])),
        };
        chosen
    }

    /// The alternative that the value names, and what it says about it.
    fn pick(
        &mut self,
        variants: &[&'static Variant],
    ) -> Option<(&'static Variant, Option<&'a Value>)> {
        let Some(value) = self.value.filter(|value| !value.is_null()) else {
            self.miss();
            return None;
        };
        let (name, place, settings) = match &value.kind {
            Kind::Text(word) => (word, &value.place, None),
            Kind::Map(entries) if entries.len() == 1 => {
                let (name, settings) = &entries[0];
                (&name.text, &name.place, Some(settings).filter(|settings| !settings.is_null()))
            }
            Kind::Map(entries) => {
                self.not_one(entries, variants);
                return None;
            }
            _ => {
                self.wrong_kind();
                return None;
            }
        };
        let found = variants.iter().find(|variant| variant.name == name);
        if found.is_none() {
            let message = format!("unknown choice `{}` for {}", plain(name), self.subject());
            let mut mistake = Mistake::new(Code::UnknownChoice, message, place.clone());
            if let Some(near) = nearest(name, variants.iter().map(|variant| variant.name)) {
                mistake = mistake.label(format!("did you mean `{near}`?"));
            }
            self.report.add(mistake.note(choices(variants)).see(&self.path));
        }
        found.map(|variant| (*variant, settings))
    }

    fn not_one(&mut self, entries: &[(Name, Value)], variants: &[&'static Variant]) {
        let given: Vec<_> = entries.iter().map(|(name, _)| name.text.as_str()).collect();
        let label = match given.len() {
            0 => "none is given".to_owned(),
            count => format!("{count} are given: {}", plain(&given.join(", "))),
        };
        let message = format!("{} takes exactly one choice", self.subject());
        let mut mistake = Mistake::new(Code::NotOneChoice, message, self.place.clone());
        mistake = mistake.label(label).note(choices(variants));
        let source = |entry: &(Name, Value)| Arc::as_ptr(entry.0.place.source());
        if let (Some(first), Some(last)) = (entries.first(), entries.last())
            && source(first) != source(last)
        {
            let choice = plain(&last.0.text);
            mistake =
                mistake.note(format!("to replace it: --set '{}={{{choice}: ...}}'", self.path));
        }
        self.report.add(mistake.see(&self.path));
    }
}

fn choices(variants: &[&'static Variant]) -> String {
    let names: Vec<_> = variants.iter().map(|variant| variant.name).collect();
    format!("choices here: {}", names.join(", "))
}
