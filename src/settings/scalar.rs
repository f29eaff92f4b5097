//! Single values: what a count, a duration or a probability may look like, and what to answer where
//! it does not.

use crate::kernel::{Probability, Span, SpanError};

use super::declare::Shape;
use super::mistake::{Code, plain};
use super::quantity::{BANDWIDTHS, QuantityError, SIZES, quantity, rate};
use super::source::Form;
use super::value::{Kind, Value};

/// Why a value is refused: the kind of mistake, and what would be right.
#[derive(Debug)]
pub(super) struct Wrong {
    pub(super) code: Code,
    pub(super) label: String,
}

impl Wrong {
    pub(super) fn new(code: Code, label: impl Into<String>) -> Wrong {
        Wrong { code, label: label.into() }
    }

    /// Of another kind than the key takes.
    pub(super) fn kind(value: &Value) -> Wrong {
        let label = match plain_number(value) {
            Some(number) if value.place.text().starts_with(['"', '\'']) => {
                format!("this is text: write {number} without quotes")
            }
            Some(number) => format!("write {number}"),
            None => value.described().to_owned(),
        };
        Wrong::new(Code::WrongType, label)
    }
}

/// How a number that is spelled in another way should be written: `1_000`, `007`, `"42"`.
fn plain_number(value: &Value) -> Option<String> {
    let text = value.as_text()?.replace('_', "");
    if !text.starts_with(|c: char| c.is_ascii_digit() || c == '-') {
        return None;
    }
    let whole = text.parse().map(|whole: i128| whole.to_string());
    whole.ok().or_else(|| text.parse().ok().map(|number: f64| plain(&number.to_string())))
}

pub(super) fn switch(value: &Value) -> Result<bool, Wrong> {
    match &value.kind {
        Kind::Bool(switch) => Ok(*switch),
        Kind::Text(text) if text == "on" => Ok(true),
        Kind::Text(text) if text == "off" => Ok(false),
        _ => Err(Wrong::kind(value)),
    }
}

/// A whole number in decimal digits alone.
fn whole(value: &Value) -> Result<i128, Wrong> {
    match value.kind {
        Kind::Integer(whole) => {
            // An octal or hexadecimal number, or a tagged text, is one to YAML and a riddle to a
            // reader.
            let digits = value.place.text().trim_start_matches('-');
            let decimal = digits.bytes().all(|byte| byte.is_ascii_digit());
            let riddle = || Wrong::new(Code::WrongType, format!("write {whole}"));
            if decimal { Ok(whole) } else { Err(riddle()) }
        }
        Kind::Float(number) if number == libm::trunc(number) && number.abs() < 1e15 => {
            Err(Wrong::new(Code::WrongType, format!("write {number}")))
        }
        Kind::Float(_) => Err(Wrong::new(Code::WrongType, "this is no whole number")),
        _ => Err(Wrong::kind(value)),
    }
}

fn within<T: PartialOrd>(number: T, min: T, max: T) -> Result<T, Wrong> {
    if number < min {
        Err(Wrong::new(Code::OutOfRange, "this is too small"))
    } else if number > max {
        Err(Wrong::new(Code::OutOfRange, "this is too large"))
    } else {
        Ok(number)
    }
}

pub(super) fn count(value: &Value, shape: &Shape) -> Result<u64, Wrong> {
    let Shape::Count { min, max } = *shape else { unreachable!("found by its kind") };
    if let Kind::Float(number) = value.kind {
        // What is too large in any spelling is not asked to be spelled otherwise.
        within(number as i128, min.into(), max.into())?;
    }
    let number = within(whole(value)?, min.into(), max.into())?;
    Ok(u64::try_from(number).expect("it lies between two of them"))
}

pub(super) fn integer(value: &Value, shape: &Shape) -> Result<i64, Wrong> {
    let Shape::Integer { min, max } = *shape else { unreachable!("found by its kind") };
    let number = within(whole(value)?, min.into(), max.into())?;
    Ok(i64::try_from(number).expect("it lies between two of them"))
}

fn any_number(value: &Value) -> Result<f64, Wrong> {
    match value.kind {
        Kind::Integer(_) => whole(value).map(|whole| whole as f64),
        // One zero only, so that equal settings have equal canonical forms.
        Kind::Float(number) => Ok(number + 0.0),
        _ => Err(Wrong::kind(value)),
    }
}

pub(super) fn number(value: &Value, shape: &Shape) -> Result<f64, Wrong> {
    let Shape::Number { min, max } = *shape else { unreachable!("found by its kind") };
    within(any_number(value)?, min, max)
}

pub(super) fn probability(value: &Value) -> Result<f64, Wrong> {
    let percent = value.as_text().and_then(|text| text.strip_suffix('%')?.trim().parse().ok());
    let number = match percent {
        Some(percent) => percent,
        None => any_number(value)?,
    };
    if percent.is_none() && Probability::new(number).is_some() {
        return Ok(number);
    }
    let rule = "a probability is between 0 and 1";
    // Whoever writes 5 means five per cent.
    Err(match Probability::new(number / 100.0) {
        Some(_) => {
            Wrong::new(Code::OutOfRange, format!("{rule}; did you mean {}?", number / 100.0))
        }
        None => Wrong::new(Code::OutOfRange, rule),
    })
}

pub(super) fn span(value: &Value, shape: &Shape) -> Result<Span, Wrong> {
    let Shape::Span { min, max } = *shape else { unreachable!("found by its kind") };
    let span = match &value.kind {
        Kind::Text(text) => Span::parse(text).map_err(|error| match error {
            SpanError::NoUnit => unitless(text, ["s", "ms"]),
            SpanError::Negative => negative(),
            error => Wrong::new(Code::BadQuantity, error.to_string()),
        })?,
        Kind::Integer(_) if value.place.source().form() == Form::Canonical => {
            let nanos = within(whole(value)?, 0, Span::MAX.nanos().into())?;
            Span::from_nanos(u64::try_from(nanos).expect("it is not negative"))
        }
        Kind::Integer(number) if *number < 0 => return Err(negative()),
        Kind::Float(number) if *number < 0.0 => return Err(negative()),
        Kind::Integer(_) | Kind::Float(_) => return Err(unitless(value.place.text(), ["s", "ms"])),
        _ => return Err(Wrong::kind(value)),
    };
    within(span, min, max)
}

fn negative() -> Wrong {
    Wrong::new(Code::OutOfRange, "a duration is never negative")
}

/// `5s or 5ms?`
fn unitless(number: &str, units: [&str; 2]) -> Wrong {
    let number = plain(number);
    let label = if number == "0" {
        format!("write 0{}", units[0])
    } else {
        format!("{number}{} or {number}{}?", units[0], units[1])
    };
    Wrong::new(Code::NoUnit, label)
}

pub(super) fn bytes(value: &Value) -> Result<u64, Wrong> {
    match &value.kind {
        Kind::Integer(_) => {
            let bytes = within(whole(value)?, 0, 1 << 63)?;
            Ok(u64::try_from(bytes).expect("it is not negative"))
        }
        Kind::Text(text) => match quantity(text, SIZES) {
            Err(QuantityError::TooFine) => {
                Err(Wrong::new(Code::BadQuantity, "a size is a whole number of bytes"))
            }
            read => read.map_err(|error| unread(value, error, SIZES, ["B", "KiB"])),
        },
        _ => Err(Wrong::kind(value)),
    }
}

pub(super) fn bandwidth(value: &Value) -> Result<u64, Wrong> {
    let bits = match &value.kind {
        Kind::Integer(_) if value.place.source().form() == Form::Canonical => {
            let bits = within(whole(value)?, 0, 1 << 63)?;
            u64::try_from(bits).expect("it is not negative")
        }
        Kind::Integer(_) | Kind::Float(_) => {
            return Err(unitless(value.place.text(), ["Mbps", "kbps"]));
        }
        Kind::Text(text) => quantity(text, BANDWIDTHS)
            .map_err(|error| unread(value, error, BANDWIDTHS, ["Mbps", "kbps"]))?,
        _ => return Err(Wrong::kind(value)),
    };
    within(bits, 1, 1 << 63)
}

pub(super) fn events_a_second(value: &Value) -> Result<f64, Wrong> {
    match &value.kind {
        Kind::Integer(_) | Kind::Float(_) if value.place.source().form() == Form::Canonical => {
            within(any_number(value)?, 0.0, f64::MAX)
        }
        Kind::Integer(_) | Kind::Float(_) => Err(unitless(value.place.text(), ["/s", "/m"])),
        Kind::Text(text) => rate(text).map_err(|error| match error {
            QuantityError::NoUnit => unitless(text, ["/s", "/m"]),
            QuantityError::UnknownUnit => {
                Wrong::new(Code::BadQuantity, "a rate is per ms, s, m or h, such as 0.1/s")
            }
            _ => Wrong::new(Code::BadQuantity, "a rate is a number and a time, such as 0.1/s"),
        }),
        _ => Err(Wrong::kind(value)),
    }
}

fn unread(value: &Value, error: QuantityError, units: &[(&str, u64)], two: [&str; 2]) -> Wrong {
    let names: Vec<_> = units.iter().map(|unit| unit.0).collect();
    let label = match error {
        QuantityError::NoUnit => return unitless(value.as_text().unwrap_or_default(), two),
        QuantityError::NotANumber => format!("a number comes first, such as 10{}", two[0]),
        QuantityError::UnknownUnit => format!("the units are {}", names.join(", ")),
        QuantityError::TooFine => format!("this is no whole number of {}", names[0]),
        QuantityError::TooMuch => "this is too large".to_owned(),
    };
    Wrong::new(Code::BadQuantity, label)
}

pub(super) fn text(value: &Value) -> Result<String, Wrong> {
    match &value.kind {
        Kind::Text(text) if text.chars().any(is_unprintable) => {
            Err(Wrong::new(Code::WrongType, "there is a control character in it"))
        }
        Kind::Text(text) => Ok(text.clone()),
        Kind::Bool(_) | Kind::Integer(_) | Kind::Float(_) => {
            let label = format!("write \"{}\", in quotes", plain(value.place.text()));
            Err(Wrong::new(Code::WrongType, label))
        }
        _ => Err(Wrong::kind(value)),
    }
}

/// What YAML refuses to read unescaped, and no name or path has a use for.
pub(super) fn is_unprintable(c: char) -> bool {
    let useful = matches!(c, '\n' | '\t');
    (c.is_control() && !useful) || matches!(c, '\u{feff}' | '\u{fffe}' | '\u{ffff}')
}

pub(super) fn path(value: &Value) -> Result<String, Wrong> {
    match text(value)? {
        path if path.is_empty() => Err(Wrong::new(Code::WrongType, "this is empty")),
        path => Ok(path),
    }
}
