//! What a word of an experiment file means: keys by their dotted paths, codes of mistakes, metrics, invariants.

use std::fmt::Write;

use super::record::metrics_of;
use super::registry::{Entry, PROTOCOLS};
use crate::measure::Scope;
use crate::settings::{Code, Key, Shape, Unset, Variant, nearest};

/// Explains a word in a few lines.
///
/// # Errors
/// A word that is like it, if there is one.
pub fn explain(word: &str) -> Result<String, Option<String>> {
    if let Some(code) = Code::ALL.iter().find(|code| code.number() == word) {
        return Ok(format!("{word}: {}\n", code.says()));
    }
    let root = |entry: &&dyn Entry| Shape::Keys(entry.keys());
    if let Some(text) = PROTOCOLS.iter().map(root).find_map(|shape| explain_path(word, &shape)) {
        return Ok(text);
    }
    for entry in PROTOCOLS {
        if let Some(metric) = metrics_of(*entry).find(|metric| metric.name == word) {
            let scope = match metric.scope {
                Scope::Run => String::new(),
                scope => format!(", one for each {}", scope.name()),
            };
            let (unit, says) = (metric.unit, metric.says);
            return Ok(format!("{word}: a metric in {unit}{scope}\n  {says}\n"));
        }
        if let Some(invariant) = entry.invariants().iter().find(|known| known.name == word) {
            let (says, source) = (invariant.says, invariant.source);
            return Ok(format!(
                "{word}: an invariant of {}\n  {says}\n  source: {source}\n",
                entry.name()
            ));
        }
    }
    Err(nearest(word, words().iter().map(String::as_str)).map(str::to_owned))
}

/// Every word that can be explained, paths as far as the top two levels.
fn words() -> Vec<String> {
    let mut words: Vec<String> = Code::ALL.iter().map(|code| code.number().to_owned()).collect();
    for entry in PROTOCOLS {
        words.extend(metrics_of(*entry).map(|metric| metric.name.to_owned()));
        words.extend(entry.invariants().iter().map(|invariant| invariant.name.to_owned()));
        for key in entry.keys() {
            words.push(key.name.to_owned());
            words.extend(
                below(&key.shape).iter().map(|part| format!("{}.{}", key.name, part.name())),
            );
        }
    }
    words
}

/// A key of a section, or an alternative of a choice.
#[derive(Clone, Copy)]
enum Part {
    Key(&'static Key),
    Variant(&'static Variant),
}

impl Part {
    fn name(self) -> &'static str {
        match self {
            Part::Key(key) => key.name,
            Part::Variant(variant) => variant.name,
        }
    }
    fn shape(self) -> &'static Shape {
        match self {
            Part::Key(key) => &key.shape,
            Part::Variant(variant) => &variant.shape,
        }
    }
    fn says(self) -> &'static str {
        match self {
            Part::Key(key) => key.says,
            Part::Variant(variant) => variant.says,
        }
    }
}

/// What can stand below a value of this shape.
fn below(shape: &Shape) -> Vec<Part> {
    match shape {
        Shape::Keys(keys) => keys.iter().map(Part::Key).collect(),
        Shape::OneOf(variants) => variants.iter().map(Part::Variant).collect(),
        Shape::ListOf(shape) | Shape::MapOf(shape) => below(shape),
        Shape::Either(shapes) => shapes.iter().flat_map(below).collect(),
        Shape::Distribution => {
            crate::settings::distribution::MODELS.iter().map(Part::Variant).collect()
        }
        _ => Vec::new(),
    }
}

/// Follows a dotted path; places in lists, and names that the user chooses, are passed over.
fn explain_path(path: &str, root: &Shape) -> Option<String> {
    let segments = path.split('.').filter(|segment| segment.parse::<usize>().is_err());
    let (mut shape, mut found) = (root, None);
    for segment in segments.filter(|segment| *segment != "experiment") {
        match (below(shape).into_iter().find(|part| part.name() == segment), shape) {
            (Some(part), _) => (shape, found) = (part.shape(), Some(part)),
            (None, Shape::MapOf(inner)) => shape = inner,
            (None, _) => return None,
        }
    }
    let parts = below(shape);
    let mut text = match found {
        Some(part) => tell(path, part),
        None if path == "experiment" => "experiment: the keys of an experiment file\n".to_owned(),
        None => return None,
    };
    let width = parts.iter().map(|part| part.name().len()).max().unwrap_or(0);
    for part in parts {
        writeln!(text, "  {:width$}  {}", part.name(), part.says())
            .expect("a string takes any text");
    }
    Some(text)
}

fn tell(path: &str, part: Part) -> String {
    let mut text = format!("{path}: {}\n", part.says());
    if !matches!(part.shape(), Shape::Nothing) {
        text += &format!("  takes    {}\n", part.shape());
    }
    if let Part::Key(key) = part {
        text += &match key.unset {
            Unset::Is(default) => format!("  default  {default}\n"),
            Unset::Varies(rule) => format!("  default  {rule}\n"),
            Unset::Required => "  must be given\n".to_owned(),
            Unset::Absent => "  default  none\n".to_owned(),
        };
    }
    text
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn paths_codes_metrics_and_invariants_are_explained() {
        let dunbar = explain("protocol.pirates.dunbar").unwrap();
        assert!(dunbar.contains("default  10") && dunbar.contains("buddies"), "{dunbar}");
        assert!(explain("faults.0.crash").unwrap().contains("restart_after"));
        assert!(explain("network.latency.uniform").unwrap().contains("max"));
        assert!(explain("network.per_kind.ack").unwrap().contains("loss"));
        assert!(explain("network.per_kind.ack.loss").unwrap().contains("probability"));
        assert!(explain("network.per_kind.ack.los").is_err());
        assert!(explain("E012").unwrap().contains("key"));
        assert!(explain("gold_gini").unwrap().contains("Gini"));
        assert!(explain("gold_conserved").unwrap().contains("source"));
        assert!(explain("experiment").unwrap().contains("workload"));
        assert_eq!(explain("gold_gin"), Err(Some("gold_gini".to_owned())));
        assert_eq!(explain("x.y"), Err(None));
    }
}
