//! Two results side by side: how much each metric of the one differs from the other's, point by point.

mod result;
#[cfg(test)]
mod tests;

pub use result::ComparedResult;

use super::published::is_same_factor;
use super::statistics::{Comparison, Difference, Level};
use super::tables::{comparison, difference};
use crate::settings::nearest;
use result::{ComparedMetric, ComparedPoint};

/// A metric at a point, in both results.
#[derive(Clone, Debug, PartialEq)]
pub struct ComparedRow {
    /// The point's values of the swept keys.
    pub values: Vec<String>,
    /// The metric.
    pub metric: String,
    /// Its unit, empty for none.
    pub unit: String,
    /// B less A; none where no runs can be compared.
    pub difference: Option<Difference>,
    /// How they were compared.
    pub method: Comparison,
}

/// What came of comparing two results.
#[derive(Clone, Debug, PartialEq)]
pub struct Compared {
    /// The swept keys; none between two plain runs.
    pub factors: Vec<String>,
    /// How sure the intervals are.
    pub level: Level,
    /// Point by point, metric by metric.
    pub rows: Vec<ComparedRow>,
    /// What was left out, in sentences.
    pub notes: Vec<String>,
}

/// Compares B with A: `wanted` metrics, or all that both have.
///
/// # Errors
/// One sentence about why they cannot be compared.
pub fn compare_results(
    a: &ComparedResult,
    b: &ComparedResult,
    wanted: &[String],
) -> Result<Compared, String> {
    let engines = [a, b].map(|result| result.manifest.engine);
    if engines[0] != engines[1] {
        let [ours, theirs] = engines;
        return Err(format!(
            "A is of engine {ours}, B of engine {theirs}: the same seeds mean other events; run the older one again"
        ));
    }
    let mut notes = Vec::new();
    let metrics = shared_metrics(a, b, wanted, &mut notes)?;
    let pairs = shared_points(a, b, &mut notes)?;
    // Of two levels neither is meant for both.
    let level = if a.level == b.level { a.level } else { Level::USUAL };
    let mut rows = Vec::new();
    for (in_a, in_b, values) in &pairs {
        for Shared { metric, a, b } in &metrics {
            let (baseline, ours) = (in_a.observations(*a), in_b.observations(*b));
            rows.push(ComparedRow {
                values: values.to_vec(),
                metric: metric.name.clone(),
                unit: metric.unit.clone(),
                difference: difference(&ours, &baseline, level),
                method: comparison(&ours, &baseline),
            });
        }
    }
    for Shared { metric, a: place_a, b: place_b } in &metrics {
        for (name, (lacking, runs)) in [("A", a.lacking(*place_a)), ("B", b.lacking(*place_b))] {
            if lacking > 0 {
                let metric = &metric.name;
                notes
                    .push(format!("{lacking} of {runs} runs of {name} have no {metric}: left out"));
            }
        }
    }
    let factors = if a.factors.is_empty() { &b.factors } else { &a.factors }.clone();
    Ok(Compared { factors, level, rows, notes })
}

/// A metric and its places in both.
struct Shared<'a> {
    metric: &'a ComparedMetric,
    a: usize,
    b: usize,
}

fn shared_metrics<'a>(
    a: &'a ComparedResult,
    b: &ComparedResult,
    wanted: &[String],
    notes: &mut Vec<String>,
) -> Result<Vec<Shared<'a>>, String> {
    let share = |name: &str| -> Result<Shared<'a>, String> {
        let missing = |which: &str, result: &ComparedResult| {
            let known = result.metrics.iter().map(|metric| metric.name.as_str());
            let near = nearest(name, known.clone());
            let hint = near.map_or_else(
                || format!("it has {}", known.collect::<Vec<_>>().join(", ")),
                |near| format!("did you mean `{near}`?"),
            );
            format!("{which} has no metric `{name}`: {hint}")
        };
        let in_a = a.metric(name).ok_or_else(|| missing("A", a))?;
        let in_b = b.metric(name).ok_or_else(|| missing("B", b))?;
        let (metric, other) = (&a.metrics[in_a], &b.metrics[in_b]);
        if metric.unit != other.unit {
            let units =
                [metric, other].map(|m| if m.unit.is_empty() { "no unit" } else { &m.unit });
            let [ours, theirs] = units;
            return Err(format!("{name} is in {ours} in A and in {theirs} in B"));
        }
        Ok(Shared { metric, a: in_a, b: in_b })
    };
    if !wanted.is_empty() {
        return wanted.iter().map(|name| share(name)).collect();
    }
    let mut shared = Vec::new();
    for metric in a.metrics.iter().filter(|metric| b.metric(&metric.name).is_some()) {
        match share(&metric.name) {
            Ok(found) => shared.push(found),
            Err(why) => notes.push(format!("{why}: left out")),
        }
    }
    if shared.is_empty() {
        return Err("A and B have no metric in common: corsair compare needs one".to_owned());
    }
    Ok(shared)
}

type PointPair<'a> = (&'a ComparedPoint, &'a ComparedPoint, &'a [String]);

/// The points with the same values of the same keys; a plain run is compared with each point of a study.
fn shared_points<'a>(
    a: &'a ComparedResult,
    b: &'a ComparedResult,
    notes: &mut Vec<String>,
) -> Result<Vec<PointPair<'a>>, String> {
    if let ([], [only]) = (a.factors.as_slice(), a.points.as_slice()) {
        return Ok(b.points.iter().map(|point| (only, point, &point.values[..])).collect());
    }
    if let ([], [only]) = (b.factors.as_slice(), b.points.as_slice()) {
        return Ok(a.points.iter().map(|point| (point, only, &point.values[..])).collect());
    }
    let place = |key: &String| b.factors.iter().position(|known| known == key);
    let places: Option<Vec<usize>> = a.factors.iter().map(place).collect();
    let Some(places) = places.filter(|places| places.len() == b.factors.len()) else {
        let [ours, theirs] = [a, b].map(|result| result.factors.join(", "));
        return Err(format!("A varies {ours}, B varies {theirs}: their points cannot be paired"));
    };
    let is_same = |one: &ComparedPoint, other: &ComparedPoint| {
        one.values.iter().zip(&places).all(|(value, at)| is_same_factor(value, &other.values[*at]))
    };
    let mut pairs: Vec<PointPair<'a>> = Vec::new();
    for point in &a.points {
        let partner = b.points.iter().find(|other| is_same(point, other));
        pairs.extend(partner.map(|other| (point, other, &point.values[..])));
    }
    if pairs.is_empty() {
        return Err("A and B have no point with the same values of the swept keys".to_owned());
    }
    for (name, result) in [("A", a), ("B", b)] {
        let (all, alone) = (result.points.len(), result.points.len() - pairs.len());
        if alone > 0 {
            notes.push(format!("{alone} of {all} points of {name} have no counterpart: left out"));
        }
    }
    Ok(pairs)
}
