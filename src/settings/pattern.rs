//! Patterns: what a quantity looks like as text, from the units that its reader knows.

use crate::kernel::Span;

use super::declare::Shape;
use super::quantity::{BANDWIDTHS, SIZES};

impl Shape {
    /// What a text with a unit looks like, as a regular expression of JSON Schema; nothing where the
    /// shape is no quantity. Bounds are not part of it, nor how fine a fraction may be.
    pub fn pattern(&self) -> Option<String> {
        let units = match self {
            Shape::Span { .. } => Span::UNITS,
            Shape::Bytes => SIZES,
            Shape::Bandwidth => BANDWIDTHS,
            // The number of a rate is read as the machine reads one.
            Shape::Rate => {
                return Some(r"^([0-9]+\.?[0-9]*|\.[0-9]+)\s*/\s*(ms|s|m|h)$".to_owned());
            }
            _ => return None,
        };
        let names: Vec<_> = units.iter().map(|unit| unit.0).collect();
        Some(format!(r"^[0-9]+(\.[0-9]+)?\s*({})$", names.join("|")))
    }
}
