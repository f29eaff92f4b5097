//! Which of the values of an entry a mistake about its nodes is about.

use crate::kernel::{Domain, NodeId, Seed, Stream};
use crate::network::{Population, Selector};
use crate::settings::{Kind, Place, Value};

/// Where the selector stands, somewhere within a value, that fails for a population with this sentence.
pub(super) fn failing_selector(
    value: &Value,
    population: &Population,
    sentence: &str,
) -> Option<Place> {
    match &value.kind {
        Kind::List(items) => {
            items.iter().find_map(|item| failing_selector(item, population, sentence))
        }
        Kind::Map(entries) => entries.iter().find_map(|(name, value)| {
            let mut draws = Stream::new(Seed(0), Domain::Faults, 0, 0);
            let fails = |selector: Selector| {
                let error = selector.resolve(population, &mut draws).err();
                error.is_some_and(|error| error.to_string() == sentence)
            };
            match selector(&name.text, value).is_some_and(fails) {
                true => Some(value.place.clone()),
                false => failing_selector(value, population, sentence),
            }
        }),
        _ => None,
    }
}

/// The selector of that name, where it is one that a population can fail.
fn selector(name: &str, value: &Value) -> Option<Selector> {
    let number = |value: &Value| match value.kind {
        Kind::Integer(number) => u32::try_from(number).ok(),
        _ => None,
    };
    let text = |value: &Value| value.as_text().map(str::to_owned);
    let items = match &value.kind {
        Kind::List(items) => items.as_slice(),
        _ => &[],
    };
    match name {
        "node" => number(value).map(|id| Selector::Node(NodeId(id))),
        "ids" => items
            .iter()
            .map(|item| number(item).map(NodeId))
            .collect::<Option<_>>()
            .map(Selector::Ids),
        "names" => items.iter().map(text).collect::<Option<_>>().map(Selector::Names),
        "random" => number(value).map(Selector::Random),
        "group" => text(value).map(Selector::Group),
        _ => None,
    }
}

/// Where the value under a key stands, somewhere within a value.
pub(super) fn under(value: &Value, key: &str) -> Option<Place> {
    match &value.kind {
        Kind::List(items) => items.iter().find_map(|item| under(item, key)),
        Kind::Map(entries) => entries.iter().find_map(|(name, value)| match name.text == key {
            true => Some(value.place.clone()),
            false => under(value, key),
        }),
        _ => None,
    }
}

/// The entry of a list.
pub(super) fn item(list: &Value, index: usize) -> Option<&Value> {
    match &list.kind {
        Kind::List(items) => items.get(index),
        _ => None,
    }
}
