//! The section `sweep:`, from what is written to the list of its points.

use serde_json::{Map, Value as Json, json};

use super::axis::{AXIS, RANGES, read_axis, read_range};
use super::hypercube::hypercube;
use crate::kernel::Seed;
use crate::settings::{
    Code, Field, Key, Kind, Mistake, Name, Place, Section, Shape, Source, Value, Variant,
};

/// More settings than any study has.
const POINTS_MAX: usize = 100_000;

/// The keys of `sweep`.
pub(in crate::experiment) const SWEEP: &[Key] = &[
    Key::varies("grid", Shape::MapOf(&AXIS), "{}", "every value of each key with every other's"),
    Key::varies("zip", Shape::MapOf(&AXIS), "{}", "the first values together, the second, ..."),
    Key::varies("points", Shape::ListOf(&SETTINGS), "[]", "the points one by one"),
    Key::optional("sample", Shape::Keys(SAMPLE), "points drawn so that each key is covered evenly"),
    Key::varies("skip", Shape::ListOf(&SETTINGS), "[]", "points with all of these are left out"),
    Key::optional("baseline", SETTINGS, "which point the others are compared with"),
    Key::new("seeds", Shape::OneOf(SEEDS), "common", "whether points share their seeds"),
    Key::varies(
        "factors",
        Shape::ListOf(&Shape::Text),
        "as they are first named",
        "the order of the keys in tables",
    ),
];

/// Keys with a value each.
const SETTINGS: Shape = Shape::MapOf(&Shape::Any);

const SAMPLE: &[Key] = &[
    Key::required(
        "lhs",
        Shape::Count { min: 1, max: POINTS_MAX as u64 },
        "so many points of a Latin hypercube",
    ),
    Key::required("keys", Shape::MapOf(&Shape::Keys(RANGES)), "which keys, each over a range"),
];

const SEEDS: &[Variant] = &[
    Variant::word("common", "a replication has the same seed at every point"),
    Variant::word("independent", "each run has a seed of its own"),
];

/// Keys that a study has one of, whatever its points.
const FIXED: [&str; 9] = [
    "schema",
    "name",
    "base",
    "replications",
    "sweep",
    "ci",
    "published",
    "assert",
    "record.metrics",
];

/// Whether the runs of two points share their seeds.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Seeds {
    /// A replication has one seed at all points, so that points differ by their settings alone.
    #[default]
    Common,
    /// Each run has its own.
    Independent,
}

/// What is varied, point by point.
#[derive(Clone, Debug)]
pub(in crate::experiment) struct Sweep {
    /// The keys, in the order of the columns.
    pub(in crate::experiment) factors: Vec<Name>,
    /// The values of each point, a factor each.
    pub(in crate::experiment) points: Vec<Vec<Value>>,
    /// Which points the others are compared with.
    pub(in crate::experiment) baseline: Option<Baseline>,
    /// Whether points share their seeds.
    pub(in crate::experiment) seeds: Seeds,
}

/// What the points that others are compared with have in common.
#[derive(Clone, Debug)]
pub(in crate::experiment) struct Baseline {
    wanted: Vec<(usize, Value)>,
    place: Place,
}

/// Keys with rows of values that belong together: a grid's key, all keys of a zip, a list of points.
struct Block {
    names: Vec<Name>,
    rows: Vec<Vec<Value>>,
}

/// A value as a cell of a table.
pub(in crate::experiment) fn cell(value: &Value) -> String {
    match &value.kind {
        Kind::Text(text) => text.clone(),
        _ => value.to_json().to_string(),
    }
}

/// Reads the section; none where it cannot be read, which is told.
pub(in crate::experiment) fn read_sweep(field: Field<'_>, seed: Seed) -> Option<Sweep> {
    field.section(|s| {
        let before = s.errors();
        let mut blocks = Vec::new();
        s.field("grid").map(|name, field| {
            let rows = read_axis(field).into_iter().map(|value| vec![value]).collect();
            blocks.push(Block { names: vec![name.clone()], rows });
        });
        blocks.extend(read_zip(s));
        blocks.extend(read_points(s));
        blocks.extend(read_sample(s, seed));
        let order = s.field("factors").list(|field| field.text(""));
        let seeds = [("common", Seeds::Common), ("independent", Seeds::Independent)];
        let seeds = s.choice("seeds", &seeds, Seeds::Common);
        let skips = read_skips(s);
        let baseline = read_settings(s.field("baseline"));
        let baseline_place = s.place("baseline").clone();
        if s.errors() > before {
            return None;
        }
        let names: Vec<Name> = blocks.iter().flat_map(|block| block.names.clone()).collect();
        judge_names(s, &names);
        let mut points = product(s, &blocks)?;
        let factors = reorder(s, names, &order, &mut points)?;
        drop_skipped(s, &factors, &skips, &mut points);
        let wanted = resolve(s, &factors, baseline);
        let baseline = wanted.filter(|wanted| !wanted.is_empty());
        let baseline = baseline.map(|wanted| Baseline { wanted, place: baseline_place });
        let sweep = Sweep { factors, points, baseline, seeds };
        sweep.judge(s);
        (s.errors() == before).then_some(sweep)
    })
}

/// The keys of a map with their values, as they stand.
fn read_settings(field: Field<'_>) -> Vec<(Name, Value)> {
    let mut settings = Vec::new();
    field.map(|name, field| settings.extend(field.value().map(|v| (name.clone(), v.clone()))));
    settings
}

fn read_zip(s: &mut Section<'_>) -> Option<Block> {
    let mut axes: Vec<(Name, Vec<Value>)> = Vec::new();
    s.field("zip").map(|name, field| axes.push((name.clone(), read_axis(field))));
    let length = axes.first()?.1.len();
    for (name, values) in &axes {
        if values.len() != length && !values.is_empty() {
            let (count, first) = (values.len(), &axes[0].0.text);
            let message = format!("`{}` has {count} values, `{first}` {length}", name.text);
            let mistake = Mistake::new(Code::Conflict, message, name.place.clone());
            s.report().add(mistake.label("keys in step have as many values each"));
            return None;
        }
    }
    let rows = (0..length).map(|at| {
        axes.iter().map(|(_, values)| values.get(at).cloned()).collect::<Option<Vec<Value>>>()
    });
    let rows = rows.collect::<Option<_>>()?;
    Some(Block { names: axes.into_iter().map(|(name, _)| name).collect(), rows })
}

fn read_points(s: &mut Section<'_>) -> Option<Block> {
    let mut points: Vec<(Place, Vec<(Name, Value)>)> = Vec::new();
    s.field("points").list(|field| points.push((field.place().clone(), read_settings(field))));
    let names: Vec<Name> = points.first()?.1.iter().map(|(name, _)| name.clone()).collect();
    let mut rows = Vec::with_capacity(points.len());
    for (place, mut settings) in points {
        let of = |name: &Name| settings.iter().position(|(known, _)| known.text == name.text);
        let places: Option<Vec<usize>> = names.iter().map(of).collect();
        let Some(places) = places.filter(|places| places.len() == settings.len()) else {
            let keys: Vec<_> = names.iter().map(|name| name.text.as_str()).collect();
            let message = "each point gives the same keys a value";
            let label = format!("the first one has {}", keys.join(", "));
            s.report().add(Mistake::new(Code::Conflict, message, place).label(label));
            return None;
        };
        let nothing = |value: &mut Value| {
            let place = value.place.clone();
            std::mem::replace(value, Value { kind: Kind::Null, place })
        };
        rows.push(places.into_iter().map(|at| nothing(&mut settings[at].1)).collect());
    }
    Some(Block { names, rows })
}

fn read_sample(s: &mut Section<'_>, seed: Seed) -> Option<Block> {
    s.optional("sample")?.section(|s| {
        let count: u32 = s.count("lhs", 1);
        let mut keys = Vec::new();
        s.field("keys").map(|name, field| {
            keys.extend(read_range(field).map(|range| (name.clone(), range)));
        });
        let names: Vec<Name> = keys.iter().map(|(name, _)| name.clone()).collect();
        let rows = hypercube(seed, count, &keys);
        if rows.is_none() && !keys.is_empty() {
            let message = "a range of this sample has more digits than can be reckoned with";
            s.refuse("keys", Code::OutOfRange, message, "round its bounds");
        }
        Some(Block { names, rows: rows? })
    })
}

fn read_skips(s: &mut Section<'_>) -> Vec<(Place, Vec<(Name, Value)>)> {
    s.field("skip").list(|field| (field.place().clone(), read_settings(field)))
}

/// A key that is varied twice, or that a study has one of.
fn judge_names(s: &mut Section<'_>, names: &[Name]) {
    for (at, name) in names.iter().enumerate() {
        let text = name.text.as_str();
        let first = text.split('.').next().unwrap_or_default();
        if FIXED.iter().any(|fixed| *fixed == text || *fixed == first) {
            let message = format!("`{text}` cannot be varied: a study has one");
            s.report().add(Mistake::new(Code::Conflict, message, name.place.clone()));
        }
        if names[..at].iter().any(|other| other.text == text) {
            let message = format!("`{text}` is varied twice");
            s.report().add(Mistake::new(Code::Duplicate, message, name.place.clone()));
        }
    }
    if names.is_empty() {
        let (path, place) = (s.path().to_owned(), s.place("grid").clone());
        let mistake = Mistake::new(Code::MissingKey, "this sweep varies nothing", place);
        s.report().add(mistake.label("give `grid`, `zip`, `points` or `sample`").see(&path));
    }
}

/// Every row of each block with every row of the others; the last varies fastest.
fn product(s: &mut Section<'_>, blocks: &[Block]) -> Option<Vec<Vec<Value>>> {
    let count = blocks.iter().try_fold(1usize, |all, block| all.checked_mul(block.rows.len()));
    if count.is_none_or(|count| count > POINTS_MAX) {
        let message = format!("these are more than {POINTS_MAX} points");
        let place = blocks[0].names[0].place.clone();
        s.report().add(Mistake::new(Code::OutOfRange, message, place));
        return None;
    }
    let mut points = vec![Vec::new()];
    for block in blocks {
        let longer = |point: &Vec<Value>| {
            let point = point.clone();
            block.rows.iter().map(move |row| [point.as_slice(), row].concat()).collect::<Vec<_>>()
        };
        points = points.iter().flat_map(longer).collect();
    }
    Some(points)
}

/// The factors in the order that is asked for, and the values of all points with them.
fn reorder(
    s: &mut Section<'_>,
    names: Vec<Name>,
    order: &[String],
    points: &mut [Vec<Value>],
) -> Option<Vec<Name>> {
    if order.is_empty() {
        return Some(names);
    }
    let of = |wanted: &String| names.iter().position(|name| name.text == *wanted);
    let places: Vec<usize> = order.iter().filter_map(of).collect();
    let is_permutation = (0..names.len()).all(|at| places.contains(&at));
    if !is_permutation || places.len() != order.len() || order.len() != names.len() {
        let keys: Vec<_> = names.iter().map(|name| name.text.as_str()).collect();
        let message = "`factors` names each key that is varied, once";
        s.refuse("factors", Code::Conflict, message, &format!("these are {}", keys.join(", ")));
        return None;
    }
    for point in points {
        *point = places.iter().map(|place| point[*place].clone()).collect();
    }
    Some(places.iter().map(|place| names[*place].clone()).collect())
}

/// The settings by the number of their factor; what names none is told.
fn resolve(
    s: &mut Section<'_>,
    factors: &[Name],
    settings: Vec<(Name, Value)>,
) -> Option<Vec<(usize, Value)>> {
    let mut found = Vec::with_capacity(settings.len());
    for (name, value) in settings {
        match factors.iter().position(|factor| factor.text == name.text) {
            Some(factor) => found.push((factor, value)),
            None => {
                let keys: Vec<_> = factors.iter().map(|factor| factor.text.as_str()).collect();
                let message = format!("`{}` is not varied here", name.text);
                let mistake = Mistake::new(Code::UnknownKey, message, name.place);
                s.report().add(mistake.note(format!("varied here: {}", keys.join(", "))));
                return None;
            }
        }
    }
    Some(found)
}

fn matches(point: &[Value], wanted: &[(usize, Value)]) -> bool {
    wanted.iter().all(|(factor, value)| cell(&point[*factor]) == cell(value))
}

fn drop_skipped(
    s: &mut Section<'_>,
    factors: &[Name],
    skips: &[(Place, Vec<(Name, Value)>)],
    points: &mut Vec<Vec<Value>>,
) {
    for (place, settings) in skips {
        let Some(wanted) = resolve(s, factors, settings.clone()) else { continue };
        let before = points.len();
        if !wanted.is_empty() {
            points.retain(|point| !matches(point, &wanted));
        }
        if points.len() == before {
            let message = "no point is skipped by this";
            s.report().add(Mistake::new(Code::Surprising, message, place.clone()));
        }
    }
    if points.is_empty() {
        s.refuse("skip", Code::Conflict, "all points are skipped", "nothing is left to run");
    }
}

impl Sweep {
    /// What is odd about the points together.
    fn judge(&self, s: &mut Section<'_>) {
        if let Some(Baseline { place, .. }) = &self.baseline
            && !(0..self.points.len()).any(|point| self.is_baseline(point))
        {
            let message = "no point is this baseline";
            let label = "its values are spelled as in the sweep";
            s.report().add(Mistake::new(Code::Nobody, message, place.clone()).label(label));
        }
        let mut seen = std::collections::BTreeSet::new();
        for point in &self.points {
            let cells: Vec<String> = point.iter().map(cell).collect();
            if let (false, Some(value)) = (seen.insert(cells.clone()), point.last()) {
                let message = format!("the point {} comes twice", cells.join(", "));
                let mistake = Mistake::new(Code::Surprising, message, value.place.clone());
                s.report().add(mistake);
                return;
            }
        }
    }

    fn is_baseline(&self, point: usize) -> bool {
        self.baseline
            .as_ref()
            .is_some_and(|baseline| matches(&self.points[point], &baseline.wanted))
    }

    /// Of each point the one that it is compared with: the baseline that agrees with it in all other factors, which of
    /// a baseline is itself. Empty where there is no baseline.
    pub(in crate::experiment) fn baselines(&self) -> Vec<Option<u32>> {
        let Some(baseline) = &self.baseline else { return Vec::new() };
        let mut known = std::collections::BTreeMap::new();
        let rest = |point: usize| -> Vec<String> {
            let free = |at: &usize| !baseline.wanted.iter().any(|(factor, _)| factor == at);
            let factors = (0..self.factors.len()).filter(free);
            factors.map(|factor| cell(&self.points[point][factor])).collect()
        };
        let all = 0..self.points.len();
        for point in all.clone().filter(|point| self.is_baseline(*point)) {
            known.entry(rest(point)).or_insert(point as u32);
        }
        let of = |point: usize| known.get(&rest(point)).copied();
        all.map(of).collect()
    }

    /// The section with all its points written out.
    pub(in crate::experiment) fn canonical(&self) -> Json {
        let row = |values: &Vec<Value>| -> Json {
            let pair = |(name, value): (&Name, &Value)| (name.text.clone(), value.to_json());
            Json::Object(self.factors.iter().zip(values).map(pair).collect::<Map<_, _>>())
        };
        let factors: Vec<_> = self.factors.iter().map(|name| name.text.as_str()).collect();
        let mut sweep = json!({
            "factors": factors,
            "points": self.points.iter().map(row).collect::<Vec<_>>(),
            "seeds": match self.seeds {
                Seeds::Common => "common",
                Seeds::Independent => "independent",
            },
        });
        if let Some(baseline) = &self.baseline {
            let pair =
                |(factor, value): &(usize, Value)| (factors[*factor].to_owned(), value.to_json());
            sweep["baseline"] =
                Json::Object(baseline.wanted.iter().map(pair).collect::<Map<_, _>>());
        }
        sweep
    }
}

/// A `--over KEY=V1,V2` or `KEY=A..B/STEP` as a key of a grid.
///
/// # Errors
/// One sentence about how it is written.
pub(in crate::experiment) fn parse_over(text: &str) -> Result<String, String> {
    let Some((key, values)) = text.split_once('=').filter(|(key, _)| !key.trim().is_empty()) else {
        return Err(format!("`{text}` is written KEY=V1,V2 or KEY=A..B/STEP"));
    };
    let axis = match values.split_once("..") {
        Some((from, rest)) if !values.contains([',', '[', '{', '"', '\'']) => {
            let (to, step) = rest.rsplit_once('/').unwrap_or((rest, "1"));
            format!("{{from: {from}, to: {to}, step: {step}}}")
        }
        _ => format!("[{values}]"),
    };
    Ok(format!("{}={axis}", key.trim()))
}

/// The source of a `--over`, under the name that a user knows it by.
pub(in crate::experiment) fn over_source(text: &str, assignment: &str) -> std::sync::Arc<Source> {
    Source::new(format!("--over {text}"), assignment)
}
