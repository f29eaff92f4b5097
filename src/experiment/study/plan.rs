//! A validated study: its points, each an experiment of its own, and what names it.

use serde_json::{Value as Json, json};
use sha2::{Digest, Sha256};

use super::sweep::{Seeds, cell, over_source, parse_over};
use crate::experiment::ENGINE_NUMBER;
use crate::experiment::Factors;
use crate::experiment::decode::{Experiment, Given};
use crate::experiment::files::hex;
use crate::experiment::metrics::run_metrics;
use crate::experiment::record::TraceLevel;
use crate::kernel::Seed;
use crate::settings::{Code, Kind, Mistake, Name, Place, Report, Source, Value, put, set_from};

/// A validated study: no setting at any of its points can be wrong.
#[derive(Debug)]
pub struct Study {
    /// The experiment without its sweep.
    pub base: Experiment,
    /// The keys that are varied, in the order of the columns.
    pub factors: Vec<String>,
    /// Of each point the values of these keys, as cells of a table.
    pub cells: Vec<Vec<String>>,
    /// Of each point the experiment with these values.
    pub points: Vec<Experiment>,
    /// Of each point the one that it is compared with, a baseline's own number where it is one; none at all where there
    /// is no baseline.
    pub baselines: Vec<Option<u32>>,
    /// Whether points share their seeds.
    pub seeds: Seeds,
    /// Every setting written out, with all points: what the id is a hash of.
    pub canonical: Json,
}

/// Reads an experiment with a sweep, with overrides such as `network.loss=0.1` and axes such as
/// `network.loss=0,0.1` or `nodes=10..50/10`, whose product takes the place of the points in the file.
///
/// # Errors
/// All mistakes at once. The report of an accepted study holds its warnings.
pub fn read_study(
    given: &Given,
    overrides: &[String],
    overs: &[String],
) -> (Option<Study>, Report) {
    let mut report = Report::new();
    let study = read(given, overrides, overs, &mut report);
    (study.filter(|_| report.accepts()), report)
}

fn read(
    given: &Given,
    overrides: &[String],
    overs: &[String],
    report: &mut Report,
) -> Option<Study> {
    let mut tree = given.tree(overrides, report)?;
    if !overs.is_empty() {
        forget_points(&mut tree);
    }
    for over in overs {
        match parse_over(over) {
            Ok(assignment) => set_axis(&mut tree, over, &assignment, report),
            Err(sentence) => {
                let source = Source::new(format!("--over {over}"), over);
                report.add(Mistake::new(Code::Override, sentence, Place::new(&source, 0)));
            }
        }
    }
    if tree.get("sweep").is_none_or(Value::is_null) && report.accepts() {
        let message = "there is nothing to vary: this experiment has no `sweep`";
        let label = "give one, or --over KEY=V1,V2";
        report.add(
            Mistake::new(Code::MissingKey, message, tree.place.clone()).label(label).see("sweep"),
        );
        return None;
    }
    let mut base = given.decode(&tree, report)?;
    let sweep = base.sweep.take()?;
    if let Kind::Map(entries) = &mut tree.kind {
        entries.retain(|(name, _)| name.text != "sweep");
    }
    let mut points = Vec::with_capacity(sweep.points.len());
    for (number, values) in (0..).zip(&sweep.points) {
        let Some(mut experiment) = read_point(given, &tree, (&sweep.factors, values), report)
        else {
            continue;
        };
        if sweep.seeds == Seeds::Independent {
            experiment.give_seed(experiment.seed.point(number));
        }
        // The study keeps it once.
        experiment.text = None;
        judge_metrics(&base, &experiment, (&sweep.factors, values), report);
        points.push(experiment);
    }
    let mut canonical = base.canonical.clone();
    canonical["sweep"] = sweep.canonical();
    Some(Study {
        factors: sweep.factors.iter().map(|name| name.text.clone()).collect(),
        cells: sweep.points.iter().map(|values| values.iter().map(cell).collect()).collect(),
        baselines: sweep.baselines(),
        seeds: sweep.seeds,
        points,
        base,
        canonical,
    })
}

/// Takes all out of the sweep but how its points are seeded: who varies keys on the command line wants these alone.
fn forget_points(tree: &mut Value) {
    let Kind::Map(entries) = &mut tree.kind else { return };
    let sweep = entries.iter_mut().find(|(name, _)| name.text == "sweep");
    if let Some((_, Value { kind: Kind::Map(keys), .. })) = sweep {
        keys.retain(|(name, _)| name.text == "seeds");
    }
}

/// Puts an axis of the command line into the grid.
fn set_axis(tree: &mut Value, over: &str, assignment: &str, report: &mut Report) {
    let source = over_source(over, assignment);
    let key = assignment.split('=').next().unwrap_or_default();
    let mut alone = Value { kind: Kind::Map(Vec::new()), place: Place::new(&source, 0) };
    set_from(&mut alone, &source, report);
    // The path made maps inside each other; the grid wants the key as one word.
    let mut axis = &alone;
    for word in key.split('.') {
        match axis.get(word) {
            Some(below) => axis = below,
            None => return,
        }
    }
    let place = Place::range(&source, 0..key.len());
    let map_in = |value: &Value, key: &str| {
        let empty = Value { kind: Kind::Map(Vec::new()), place: place.clone() };
        value.get(key).filter(|below| !below.is_null()).cloned().unwrap_or(empty)
    };
    let mut sweep = map_in(tree, "sweep");
    let mut grid = map_in(&sweep, "grid");
    let at = |text: &str| Name { text: text.to_owned(), place: place.clone() };
    replace(&mut grid, at(key), axis.clone());
    replace(&mut sweep, at("grid"), grid);
    replace(tree, at("sweep"), sweep);
}

/// Puts a value under one key of a map; what is no map is told when it is decoded.
fn replace(map: &mut Value, name: Name, value: Value) {
    let Kind::Map(entries) = &mut map.kind else { return };
    match entries.iter_mut().find(|(known, _)| known.text == name.text) {
        Some(known) => known.1 = value,
        None => entries.push((name, value)),
    }
}

/// The experiment at a point. What is wrong there and nowhere else is told with the point.
fn read_point(
    given: &Given,
    tree: &Value,
    (factors, values): (&[Name], &[Value]),
    report: &mut Report,
) -> Option<Experiment> {
    let mut tree = tree.clone();
    let mut found = Report::new();
    for (factor, value) in factors.iter().zip(values) {
        if let Err(mistake) = put(&mut tree, factor, value.clone()) {
            found.add(mistake);
        }
    }
    let experiment = if found.accepts() { given.decode(&tree, &mut found) } else { None };
    let is_known = |report: &Report, mistake: &Mistake| {
        let known = report.errors().iter().chain(report.warnings());
        known.clone().any(|other| other.is_same(mistake))
    };
    for mistake in found.errors().iter().chain(found.warnings()) {
        if !is_known(report, mistake) {
            report.add(mistake.clone().note(format!("at the point {}", describe(factors, values))));
        }
    }
    experiment
}

/// A point in words: `network.loss=0.1 nodes=50`.
fn describe(factors: &[Name], values: &[Value]) -> String {
    let pairs = factors.iter().zip(values);
    let pairs: Vec<_> =
        pairs.map(|(name, value)| format!("{}={}", name.text, cell(value))).collect();
    pairs.join(" ")
}

/// All points have the same metrics: they are columns of one table.
fn judge_metrics(
    base: &Experiment,
    experiment: &Experiment,
    (factors, values): (&[Name], &[Value]),
    report: &mut Report,
) {
    if run_metrics(base) == run_metrics(experiment) {
        return;
    }
    let message = "a study has the same metrics at all points";
    let place = factors.first().map(|name| name.place.clone());
    if let Some(place) = place
        && report.accepts()
    {
        let mistake = Mistake::new(Code::Conflict, message, place);
        report.add(mistake.note(format!("at the point {}", describe(factors, values))));
    }
}

impl Study {
    /// Whether the experiment asks for graphs, a trace or events, of which a study keeps none.
    pub fn keeps_less(&self) -> bool {
        let record = &self.base.record;
        record.graph.is_some() || record.trace > TraceLevel::Nothing || record.events
    }

    /// How many runs there are of each point.
    pub fn replications(&self) -> u32 {
        self.base.replications
    }

    /// How many runs there are in all.
    pub fn runs(&self) -> u64 {
        self.points.len() as u64 * u64::from(self.replications())
    }

    /// The point and the replication of a run.
    pub fn place(&self, run: u64) -> (u32, u32) {
        let replications = u64::from(self.replications());
        ((run / replications) as u32, (run % replications) as u32)
    }

    /// The seed of one run.
    pub fn seed(&self, (point, replication): (u32, u32)) -> Seed {
        self.points[point as usize].seed.replication(replication)
    }

    /// What names the result: 12 hexadecimal digits.
    pub fn id(&self) -> String {
        self.hash(&self.canonical)
    }

    /// What names the study whatever its number of replications: 12 hexadecimal digits. Results with the same key
    /// share their runs.
    pub fn key(&self) -> String {
        let mut canonical = self.canonical.clone();
        if let Json::Object(keys) = &mut canonical {
            keys.remove("replications");
        }
        self.hash(&canonical)
    }

    fn hash(&self, canonical: &Json) -> String {
        let named = json!({ "engine": ENGINE_NUMBER, "experiment": canonical, "kind": "study" });
        hex(&Sha256::digest(named.to_string()))[..12].to_owned()
    }

    /// The values of the factors at a point.
    pub fn factors_at(&self, point: u32) -> Factors<'_> {
        Factors { keys: &self.factors, values: &self.cells[point as usize] }
    }

    /// A point in words: `network.loss=0.1 nodes=50`.
    pub fn describe(&self, point: u32) -> String {
        let cells = &self.cells[point as usize];
        let pairs: Vec<_> =
            self.factors.iter().zip(cells).map(|(key, cell)| format!("{key}={cell}")).collect();
        pairs.join(" ")
    }

    /// The files that say what the study is, by their names.
    pub(super) fn files(&self) -> Vec<(&'static str, String)> {
        let resolved = serde_json::to_string_pretty(&self.canonical);
        let resolved = resolved.expect("a tree of plain values") + "\n";
        let given = self.base.text.clone().map(|text| ("experiment.yaml", text));
        given.into_iter().chain([("resolved.json", resolved)]).collect()
    }

    /// The files that its result holds, for those who print them.
    pub fn artifacts(&self) -> Vec<&'static str> {
        let mut files = vec!["runs.csv", "series.csv", "summary.csv", "points.csv"];
        if !self.baselines.is_empty() {
            files.push("pairs.csv");
        }
        files.push("report.html");
        files
    }
}
