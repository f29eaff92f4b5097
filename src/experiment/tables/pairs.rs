//! The difference of each metric between two sets of runs: by replication where they share their seeds.

use super::super::metrics::run_metrics;
use super::super::results::RunError;
use super::super::statistics::{Comparison, Difference, Level, Pair, Samples};
use super::summarise::by_point;
use super::{RunRecord, TableRequest};
use crate::kernel::Seed;
use crate::record::{Draft, PairRow, PairsWriter};

/// One metric in the run of one replication.
#[derive(Clone, Copy, Debug)]
pub(in crate::experiment) struct Observation {
    pub(in crate::experiment) rep: u32,
    pub(in crate::experiment) seed: Seed,
    pub(in crate::experiment) value: Option<f64>,
}

/// Whether two sets of runs can be compared pair by pair: some replication is in both, and each that is has the
/// same seed in both. Both are sorted by replication.
pub(in crate::experiment) fn comparison(
    ours: &[Observation],
    baseline: &[Observation],
) -> Comparison {
    let mut common = matched(ours, baseline).peekable();
    let is_paired =
        common.peek().is_some() && common.all(|(ours, theirs)| ours.seed == theirs.seed);
    if is_paired { Comparison::Paired } else { Comparison::Welch }
}

/// Our metric less the baseline's; none where there is nothing to compare.
pub(in crate::experiment) fn difference(
    ours: &[Observation],
    baseline: &[Observation],
    level: Level,
) -> Option<Difference> {
    match comparison(ours, baseline) {
        Comparison::Paired => {
            let pair = |(ours, theirs): (&Observation, &Observation)| {
                Some(Pair { value: ours.value?, baseline: theirs.value? })
            };
            let pairs: Vec<Pair> = matched(ours, baseline).filter_map(pair).collect();
            Difference::paired(&pairs, level)
        }
        Comparison::Welch => {
            let [sample, baseline] = [ours, baseline].map(|side| -> Vec<f64> {
                side.iter().filter_map(|observation| observation.value).collect()
            });
            Difference::welch(Samples { sample: &sample, baseline: &baseline }, level)
        }
    }
}

/// What both sides have of one replication.
fn matched<'a>(
    ours: &'a [Observation],
    baseline: &'a [Observation],
) -> impl Iterator<Item = (&'a Observation, &'a Observation)> {
    ours.iter().filter_map(|one| {
        let place = baseline.binary_search_by_key(&one.rep, |other| other.rep).ok()?;
        Some((one, &baseline[place]))
    })
}

fn observations(runs: &[RunRecord], place: usize) -> Vec<Observation> {
    let observe =
        |run: &RunRecord| Observation { rep: run.rep, seed: run.seed, value: run.metrics[place] };
    runs.iter().map(observe).collect()
}

pub(super) fn write_pairs(
    request: &TableRequest<'_>,
    records: &[RunRecord],
    draft: &mut Draft<'_>,
) -> Result<(), RunError> {
    let mut table = PairsWriter::new(draft.create("pairs.csv")?)?;
    let points = by_point(records);
    for runs in points.iter().map(|runs| &records[runs.clone()]) {
        let point = runs[0].point;
        let baseline = request.baselines.get(point as usize).copied().flatten();
        let Some(baseline) = baseline.filter(|baseline| *baseline != point) else { continue };
        let base = points.binary_search_by_key(&baseline, |runs| records[runs.start].point);
        let base = base.map_or(&[][..], |place| &records[points[place].clone()]);
        for (place, metric) in run_metrics(request.experiment).into_iter().enumerate() {
            let (ours, theirs) = (observations(runs, place), observations(base, place));
            let found = difference(&ours, &theirs, request.level);
            let ci = found.and_then(|found| found.ci);
            table.row(&PairRow {
                point: u64::from(point),
                baseline: u64::from(baseline),
                metric: metric.name,
                unit: metric.unit,
                n: found.map_or(0, |found| found.n as u64),
                diff: found.map(|found| found.diff),
                diff_low: ci.map(|interval| interval.low),
                diff_high: ci.map(|interval| interval.high),
                ratio: found.and_then(|found| found.ratio),
                method: comparison(&ours, &theirs).word(),
            })?;
        }
    }
    Ok(draft.close(table.finish()?)?)
}
