//! The values of one key of a sweep: a list, steps, or so many points on a scale, computed in decimal.

use super::decimal::Decimal;
use crate::settings::{Code, Field, Key, Kind, Mistake, Place, Section, Shape, Value, Variant};

/// More values than an axis has.
const VALUES_MAX: i128 = 100_000;

/// So many digits of a value on a logarithmic scale are kept.
pub(super) const LOG_DIGITS: usize = 6;

/// What a key of a grid takes.
pub(super) const AXIS: Shape = Shape::Either(&[Shape::ListOf(&Shape::Any), Shape::Keys(STEPS)]);

const FROM: Key = Key::required("from", Shape::Any, "the first value");
const TO: Key = Key::required("to", Shape::Any, "the last value");
const SCALE: Key = Key::new("scale", Shape::OneOf(SCALES), "linear", "how the values are spaced");
const INTEGER: Key = Key::new("integer", Shape::Switch, "false", "rounded to whole numbers");

const STEPS: &[Key] = &[
    FROM,
    TO,
    Key::optional("step", Shape::Any, "from each value to the next"),
    Key::optional("points", Shape::Count { min: 1, max: 100_000 }, "how many values"),
    SCALE,
    INTEGER,
];

/// What a key of a sample takes.
pub(super) const RANGES: &[Key] = &[FROM, TO, SCALE, INTEGER];

const SCALES: &[Variant] =
    &[Variant::word("linear", "at equal differences"), Variant::word("log", "at equal ratios")];

/// How values are spaced.
#[derive(Clone, Copy, Debug, PartialEq)]
pub(super) enum Scale {
    Linear,
    Log,
}

/// Whether values are rounded to whole numbers.
#[derive(Clone, Copy, Debug, PartialEq)]
pub(super) enum Rounding {
    Exact,
    Whole,
}

/// All values between two.
#[derive(Clone, Debug)]
pub(super) struct Range {
    pub(super) from: Decimal,
    pub(super) to: Decimal,
    pub(super) scale: Scale,
    pub(super) rounding: Rounding,
    pub(super) place: Place,
}

impl Range {
    /// A number of this range as a value that stands where the range was written.
    pub(super) fn value(&self, number: &Decimal) -> Option<Value> {
        let number = match self.rounding {
            Rounding::Exact => number.clone(),
            Rounding::Whole => number.whole()?,
        };
        let text = number.to_string();
        let kind = match text.parse::<i128>() {
            _ if !number.suffix.is_empty() => Kind::Text(text),
            Ok(whole) if i64::try_from(whole).is_ok() => Kind::Integer(whole),
            _ => Kind::Float(number.value()),
        };
        // What is computed was not written: its place is where the range begins, and empty.
        let place = Place::new(self.place.source(), self.place.bytes().start);
        Some(Value { kind, place })
    }
}

/// The values of an axis; none where something is wrong with it, which is told.
pub(super) fn read_axis(mut field: Field<'_>) -> Vec<Value> {
    let place = field.place().clone();
    match field.value().map(|value| &value.kind) {
        Some(Kind::List(items)) => {
            if items.is_empty() {
                field.refuse(Code::OutOfRange, "there is no value in this list", "");
            }
            let items = items.clone();
            field.list(|field| field.put(serde_json::Value::Null));
            items
        }
        Some(Kind::Map(_)) => field.section(|s| {
            let values = read_steps(s, place);
            values.unwrap_or_default()
        }),
        _ => {
            let label = "write [1, 2, 3] or {from: 1, to: 3, step: 1}";
            field.refuse(Code::WrongType, "the values of a key are a list or a range", label);
            Vec::new()
        }
    }
}

/// A range without steps; none where something is wrong with it, which is told.
pub(super) fn read_range(field: Field<'_>) -> Option<Range> {
    let place = field.place().clone();
    field.section(|s| read_bounds(s, place))
}

fn read_steps(s: &mut Section<'_>, place: Place) -> Option<Vec<Value>> {
    let step = read_decimal(s, "step");
    let points = s.optional("points").map(|field| field.count(1u32));
    let range = read_bounds(s, place)?;
    let numbers = match (step, points, range.scale) {
        (Some(step), None, Scale::Linear) => stepped(s, &range, &step?)?,
        (None, Some(points), scale) => spaced(&range, i128::from(points), scale).or_else(|| {
            refuse_digits(s);
            None
        })?,
        (Some(_), _, Scale::Log) => {
            s.refuse("step", Code::Conflict, "equal ratios have no step", "give `points`");
            return None;
        }
        _ => {
            let label = "one of `step` and `points`";
            s.refuse("from", Code::NotOneChoice, "it is not said which values lie between", label);
            return None;
        }
    };
    let values: Option<Vec<Value>> = numbers.iter().map(|number| range.value(number)).collect();
    let values = values?;
    if let Some(twice) =
        values.windows(2).find(|pair| super::sweep::cell(&pair[0]) == super::sweep::cell(&pair[1]))
    {
        let message = format!("the value {} comes twice", super::sweep::cell(&twice[0]));
        s.report().add(Mistake::new(Code::Duplicate, message, range.place).label("fewer points"));
        return None;
    }
    Some(values)
}

fn read_bounds(s: &mut Section<'_>, place: Place) -> Option<Range> {
    let (from, to) = (read_decimal(s, "from"), read_decimal(s, "to"));
    let scales = [("linear", Scale::Linear), ("log", Scale::Log)];
    let scale = s.choice("scale", &scales, Scale::Linear);
    let rounding = if s.switch("integer", false) { Rounding::Whole } else { Rounding::Exact };
    let (from, to) = (from??, to??);
    if from.suffix != to.suffix {
        let message = format!("`from` and `to` are in different units: {from} and {to}");
        s.refuse("to", Code::Conflict, &message, "write both in one unit");
        return None;
    }
    if scale == Scale::Log && (from.value() <= 0.0 || to.value() <= 0.0) {
        s.refuse("scale", Code::OutOfRange, "equal ratios begin above 0", "`from` and `to` > 0");
        return None;
    }
    Some(Range { from, to, scale, rounding, place })
}

/// The number of a key; `Some(None)` where it is no number, which is told.
fn read_decimal(s: &mut Section<'_>, name: &'static str) -> Option<Option<Decimal>> {
    let mut field = s.field(name);
    let given = field.value().filter(|value| !value.is_null());
    let Some(value) = given else {
        if name != "step" {
            let message = format!("`{name}` must be given");
            field.refuse(Code::MissingKey, &message, "a number, with its unit if it has one");
            return Some(None);
        }
        return None;
    };
    let number = match value.kind {
        Kind::Text(_) | Kind::Integer(_) | Kind::Float(_) => {
            Decimal::parse(&super::sweep::cell(value))
        }
        _ => None,
    };
    if number.is_none() {
        let message = format!("`{name}` must be a number of at most 18 digits");
        field.refuse(Code::WrongType, &message, "such as 0.1 or 10ms");
    }
    Some(number)
}

fn stepped(s: &mut Section<'_>, range: &Range, step: &Decimal) -> Option<Vec<Decimal>> {
    if step.suffix != range.from.suffix {
        let message = format!("`step` is not in the unit of `from`: {step} and {}", range.from);
        s.refuse("step", Code::Conflict, &message, "write all in one unit");
        return None;
    }
    let Some(steps) = range.from.steps(&range.to, step) else {
        s.refuse("step", Code::OutOfRange, "this step never gets from `from` to `to`", "");
        return None;
    };
    if steps >= VALUES_MAX {
        let message = format!("these are more than {VALUES_MAX} values");
        s.refuse("step", Code::OutOfRange, &message, "take a larger step");
        return None;
    }
    let numbers: Option<Vec<_>> = (0..=steps).map(|count| range.from.plus(count, step)).collect();
    if numbers.is_none() {
        refuse_digits(s);
    }
    numbers
}

fn refuse_digits(s: &mut Section<'_>) {
    let message = "these numbers have more digits than can be reckoned with";
    s.refuse("from", Code::OutOfRange, message, "round them");
}

/// So many values from the one bound to the other, both among them.
fn spaced(range: &Range, points: i128, scale: Scale) -> Option<Vec<Decimal>> {
    let Range { from, to, .. } = range;
    let parts = (points - 1).max(1);
    let at = |at: i128| match scale {
        Scale::Linear => from.between(to, (at, parts)),
        // The bounds stay as they were written.
        Scale::Log if at == 0 => Some(from.clone()),
        Scale::Log if at == parts => Some(to.clone()),
        Scale::Log => {
            let ratio = to.value() / from.value();
            let value = from.value() * libm::pow(ratio, at as f64 / parts as f64);
            Decimal::rounded(value, LOG_DIGITS, &from.suffix)
        }
    };
    (0..points).map(at).collect()
}
