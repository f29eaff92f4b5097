//! Selectors as they are written: `all`, `{node: 3}`, `{fraction: 0.1}`.

use crate::kernel::NodeId;
use crate::network::{Fraction, Selector};
use crate::settings::{Field, Shape, Variant};

/// The id of a node, or a number of nodes.
pub const NODE: Shape = Shape::Count { min: 0, max: u32::MAX as u64 };

/// The selectors.
pub const SELECTORS: &[Variant] = &[
    Variant::word("all", "all nodes of the experiment"),
    Variant::new("node", NODE, "one node, by its id"),
    Variant::new("ids", Shape::ListOf(&NODE), "nodes by their ids"),
    Variant::new("names", Shape::ListOf(&Shape::Text), "nodes by their names"),
    Variant::new("random", NODE, "so many nodes, drawn"),
    Variant::new("fraction", Shape::Probability, "a share of all nodes, drawn; half a node counts"),
    Variant::new("role", Shape::Text, "whoever plays the role at that time"),
    Variant::new("group", Shape::Text, "the nodes of a group of the topology"),
];

/// A selector.
pub const SELECTOR: Shape = Shape::OneOf(SELECTORS);

/// Reads a field declared as [`SELECTOR`].
pub fn read_selector(field: Field<'_>) -> Selector {
    let id = |field: Field<'_>| NodeId(field.count(0));
    field.one_of("all", |name, field| match name {
        "node" => Selector::Node(id(field)),
        "ids" => Selector::Ids(field.list(id)),
        "names" => Selector::Names(field.list(|field| field.text(""))),
        "random" => Selector::Random(field.count(0)),
        "fraction" => Selector::Fraction(fraction(field)),
        "role" => Selector::Role(field.text("")),
        "group" => Selector::Group(field.text("")),
        _ => Selector::All,
    })
}

/// Reads a field declared as a probability that is a share.
pub fn fraction(field: Field<'_>) -> Fraction {
    Fraction::new(field.probability(0.0)).expect("a probability lies between 0 and 1")
}
