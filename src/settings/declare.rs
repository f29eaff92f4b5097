//! Declarations: which keys exist, what they take, their defaults and meaning, as data that decodes
//! and explains.

use std::fmt;

use crate::kernel::Span;

/// One key of a section.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Key {
    /// How it is written.
    pub name: &'static str,
    /// What it takes.
    pub shape: Shape,
    /// What holds where it is not given.
    pub unset: Unset,
    /// What it means, in one sentence without a full stop.
    pub says: &'static str,
}

impl Key {
    /// A key with a default, as it would be written.
    pub const fn new(
        name: &'static str,
        shape: Shape,
        default: &'static str,
        says: &'static str,
    ) -> Key {
        Key { name, shape, unset: Unset::Is(default), says }
    }

    /// The same key with a default that depends on other keys, in words.
    pub const fn varies(
        name: &'static str,
        shape: Shape,
        rule: &'static str,
        says: &'static str,
    ) -> Key {
        Key { name, shape, unset: Unset::Varies(rule), says }
    }

    /// A key that must be given.
    pub const fn required(name: &'static str, shape: Shape, says: &'static str) -> Key {
        Key { name, shape, unset: Unset::Required, says }
    }

    /// A key whose absence means something of its own: read it with
    /// [`Section::optional`](super::Section::optional).
    pub const fn optional(name: &'static str, shape: Shape, says: &'static str) -> Key {
        Key { name, shape, unset: Unset::Absent, says }
    }
}

/// What holds where a key is not given.
#[derive(Clone, Copy, Debug, PartialEq)]
pub enum Unset {
    /// This, as it would be written. Debug builds compare it with the default in the code.
    Is(&'static str),
    /// It depends on other keys, in these words.
    Varies(&'static str),
    /// Nothing: the key must be given.
    Required,
    /// Nothing, and that is meant.
    Absent,
}

/// One alternative of a choice.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Variant {
    /// How it is written.
    pub name: &'static str,
    /// What it takes; [`Shape::Nothing`] makes it a bare word.
    pub shape: Shape,
    /// What it means, in one sentence without a full stop.
    pub says: &'static str,
}

impl Variant {
    /// An alternative with settings, `{name: ...}`.
    pub const fn new(name: &'static str, shape: Shape, says: &'static str) -> Variant {
        Variant { name, shape, says }
    }

    /// An alternative without settings, `name`.
    pub const fn word(name: &'static str, says: &'static str) -> Variant {
        Variant { name, shape: Shape::Nothing, says }
    }
}

/// What a value may be.
#[derive(Clone, Copy, Debug, PartialEq)]
pub enum Shape {
    /// `true`, `false`, `on`, `off`.
    Switch,
    /// A natural number, in digits alone, both bounds allowed.
    Count {
        /// The least.
        min: u64,
        /// The greatest.
        max: u64,
    },
    /// A whole number, in digits alone, both bounds allowed.
    Integer {
        /// The least.
        min: i64,
        /// The greatest.
        max: i64,
    },
    /// A finite number, both bounds allowed.
    Number {
        /// The least.
        min: f64,
        /// The greatest.
        max: f64,
    },
    /// A number between 0 and 1.
    Probability,
    /// A length of time with a unit, both bounds allowed.
    Span {
        /// The least.
        min: Span,
        /// The greatest.
        max: Span,
    },
    /// A number of bytes, `256`, `1KiB` (1024) or `1kB` (1000).
    Bytes,
    /// Bits a second, `10Mbps` is 10^7; more than none.
    Bandwidth,
    /// Events in a time, `0.1/s`.
    Rate,
    /// Text of one or more lines.
    Text,
    /// The path of a file.
    Path,
    /// One of several: a map with one key, or the bare name of one that needs no settings.
    OneOf(&'static [Variant]),
    /// A section.
    Keys(&'static [Key]),
    /// Any number of these.
    ListOf(&'static Shape),
    /// Any number of these, by names that the user chooses.
    MapOf(&'static Shape),
    /// Any of these.
    Either(&'static [Shape]),
    /// A distribution of spans; a span alone is a constant.
    Distribution,
    /// No value: the name says it all.
    Nothing,
    /// Whatever its reader makes of it.
    Any,
}

impl Shape {
    /// Any natural number.
    pub const COUNT: Shape = Shape::Count { min: 0, max: u64::MAX };
    /// Any number.
    pub const NUMBER: Shape = Shape::Number { min: f64::MIN, max: f64::MAX };
    /// Any length of time.
    pub const SPAN: Shape = Shape::Span { min: Span::ZERO, max: Span::MAX };

    /// A natural number of at least `min`.
    pub const fn at_least(min: u64) -> Shape {
        Shape::Count { min, max: u64::MAX }
    }

    /// This shape, or the one among its alternatives, that `fits`.
    ///
    /// # Panics
    /// If there is none: a getter was called that the declaration does not know.
    pub(super) fn find(&self, fits: impl Fn(&Shape) -> bool) -> &Shape {
        let found = match self {
            Shape::Either(shapes) => shapes.iter().find(|shape| fits(shape)),
            shape => Some(shape).filter(|shape| fits(shape)),
        };
        found.unwrap_or_else(|| panic!("read as something else than was declared: {self:?}"))
    }

    /// The alternatives of the choices in it.
    pub(super) fn variants(&self) -> Vec<&'static Variant> {
        match self {
            Shape::OneOf(variants) => variants.iter().collect(),
            Shape::Either(shapes) => shapes.iter().flat_map(Shape::variants).collect(),
            _ => Vec::new(),
        }
    }
}

/// In the words of a mistake: "a whole number from 1 to 10".
impl fmt::Display for Shape {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Shape::Switch => f.write_str("true or false"),
            Shape::Count { min: 0, max: u64::MAX } => f.write_str("a count, such as 42"),
            Shape::Count { min, max: u64::MAX } => write!(f, "a count of at least {min}"),
            Shape::Count { min, max } => write!(f, "a count from {min} to {max}"),
            Shape::Integer { min: i64::MIN, max: i64::MAX } => f.write_str("a whole number"),
            Shape::Integer { min, max } => write!(f, "a whole number from {min} to {max}"),
            Shape::Number { min: f64::MIN, max: f64::MAX } => f.write_str("a number"),
            Shape::Number { min: f64::MIN_POSITIVE, max: f64::MAX } => {
                f.write_str("a number above 0")
            }
            Shape::Number { min: f64::MIN_POSITIVE, max } => {
                write!(f, "a number above 0, up to {max}")
            }
            Shape::Number { min, max: f64::MAX } => write!(f, "a number of at least {min}"),
            Shape::Number { min, max } => write!(f, "a number from {min} to {max}"),
            Shape::Probability => f.write_str("a probability"),
            Shape::Span { min: Span::ZERO, max: Span::MAX } => {
                f.write_str("a duration, such as 20ms")
            }
            Shape::Span { min, max: Span::MAX } => write!(f, "a duration of at least {min}"),
            Shape::Span { min, max } => write!(f, "a duration from {min} to {max}"),
            Shape::Bytes => f.write_str("a size, such as 256 or 1KiB"),
            Shape::Bandwidth => f.write_str("a bandwidth, such as 10Mbps"),
            Shape::Rate => f.write_str("a rate, such as 0.1/s"),
            Shape::Text => f.write_str("text"),
            Shape::Path => f.write_str("the path of a file"),
            Shape::OneOf(variants) => {
                let names = variants.iter().map(|variant| variant.name);
                write!(f, "{}", alternatives(names.map(str::to_owned).collect()))
            }
            Shape::Keys(_) | Shape::MapOf(_) => f.write_str("a map"),
            Shape::ListOf(_) => f.write_str("a list"),
            Shape::Either(shapes) => {
                write!(f, "{}", alternatives(shapes.iter().map(Shape::to_string).collect()))
            }
            Shape::Distribution => f.write_str("a duration or a distribution"),
            Shape::Nothing => f.write_str("nothing"),
            Shape::Any => f.write_str("a value"),
        }
    }
}

/// `a, b or c`.
fn alternatives(mut words: Vec<String>) -> String {
    let last = words.pop().unwrap_or_else(|| "nothing".to_owned());
    if words.is_empty() { last } else { format!("{} or {last}", words.join(", ")) }
}

/// Two lists of keys in one, for sections that share a part.
///
/// # Panics
/// When it is compiled, if `N` is not the sum of both lengths.
pub const fn join_keys<const N: usize>(first: &[Key], second: &[Key]) -> [Key; N] {
    assert!(first.len() + second.len() == N, "N is the sum of both lengths");
    let mut all = [Key::optional("", Shape::Nothing, ""); N];
    let mut at = 0;
    while at < N {
        all[at] = if at < first.len() { first[at] } else { second[at - first.len()] };
        at += 1;
    }
    all
}

/// Two lists of alternatives in one.
///
/// # Panics
/// When it is compiled, if `N` is not the sum of both lengths.
pub const fn join_variants<const N: usize>(first: &[Variant], second: &[Variant]) -> [Variant; N] {
    assert!(first.len() + second.len() == N, "N is the sum of both lengths");
    let mut all = [Variant::word("", ""); N];
    let mut at = 0;
    while at < N {
        all[at] = if at < first.len() { first[at] } else { second[at - first.len()] };
        at += 1;
    }
    all
}
