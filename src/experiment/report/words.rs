//! The paragraphs of a report: methods, what is not modelled, how to cite.

use std::fmt::Write as _;

use serde_json::Value as Json;

use super::super::shown::{grouped, plural};
use super::findings::Findings;
use super::html::Safe;
use crate::record::Manifest;

/// The key of a map with one key, or a word by itself.
fn choice(value: &Json) -> String {
    let key = value.as_object().and_then(|map| map.keys().next().map(String::as_str));
    key.or(value.as_str()).unwrap_or("unknown").replace('_', " ")
}

fn is_zero(value: &Json) -> bool {
    value.is_null() || value.as_f64() == Some(0.0)
}

fn is_bare(value: &Json) -> bool {
    value.is_null()
        || value.as_array().is_some_and(Vec::is_empty)
        || value.as_object().is_some_and(serde_json::Map::is_empty)
}

/// How many nodes there are, where each run may keep fewer than were asked for.
pub(super) fn nodes(resolved: &Json) -> Option<String> {
    let nodes = grouped(resolved["nodes"].as_i64()?);
    Some(if keeps_largest(resolved) { format!("up to {nodes}") } else { nodes })
}

fn keeps_largest(resolved: &Json) -> bool {
    let topology = resolved["topology"].as_object().and_then(|map| map.values().next());
    topology.is_some_and(|topology| topology["connect"] == "largest")
}

fn kept(resolved: &Json) -> &'static str {
    if keeps_largest(resolved) { " (the largest component of each graph)" } else { "" }
}

/// What was simulated how often, and how the intervals were made: a paragraph to paste.
pub(super) fn methods(findings: &Findings, manifest: &Manifest) -> String {
    let resolved = &findings.resolved;
    let counts = &manifest.counts;
    let protocol = choice(&resolved["protocol"]);
    let (nodes, kept) = (nodes(resolved).unwrap_or_default(), kept(resolved));
    let ending = plural(resolved["nodes"].as_u64().unwrap_or(0));
    let mut text = format!(
        "We simulated the protocol {protocol} among {nodes} node{ending}{kept} with corsair, \
         a deterministic discrete-event simulator (engine {}). ",
        manifest.engine
    );
    let runs = grouped(counts.runs as i64);
    if findings.factors.is_empty() {
        let times = if counts.runs == 1 {
            "once".to_owned()
        } else {
            format!("{runs} times with independent seeds")
        };
        let _ = write!(text, "The experiment was run {times} (root seed {}). ", manifest.seed);
    } else {
        text += &varied(findings, manifest);
        text += match resolved["sweep"]["seeds"].as_str() {
            Some("independent") => "Every run had a seed of its own. ",
            _ => {
                "Replication r had the same random numbers at every point (common random numbers). "
            }
        };
    }
    let has = |word: &str| {
        findings
            .points
            .iter()
            .flat_map(|point| &point.summaries)
            .flatten()
            .any(|cells| cells.method == word)
    };
    if has("t") {
        let _ = write!(
            text,
            "Intervals are {} confidence intervals of the mean over runs by Student's t with n - 1 degrees of \
             freedom. ",
            findings.percent()
        );
    }
    if has("bca") {
        text += "Where 10 or more values have a skewness beyond 2, the interval is the BCa \
                 bootstrap's with 2,000 resamples. ";
    }
    if has("wilson") {
        text += "Intervals of proportions are Wilson score intervals. ";
    }
    if findings.pairs.iter().any(|pair| pair.method == "paired") {
        text += "Differences to the baseline are paired by replication. ";
    }
    if findings.pairs.iter().any(|pair| pair.method == "welch") {
        text += "Differences to the baseline have Welch's interval. ";
    }
    let _ = write!(
        text,
        "The unit of analysis is the run; {} events were simulated.",
        grouped(counts.events as i64)
    );
    format!("<p>{}</p>\n", Safe(text))
}

/// What a study varied, and how often each of its points was run.
fn varied(findings: &Findings, manifest: &Manifest) -> String {
    let counts = &manifest.counts;
    let runs = grouped(counts.runs as i64);
    let factors: Vec<_> = findings
        .factors
        .iter()
        .map(|factor| format!("{} ({})", factor.key, factor.levels_text()))
        .collect();
    format!(
        "We varied {}, {} point{} in all, with {} replication{} each, {runs} run{} together (root seed {}). ",
        factors.join(" and "),
        findings.points.len(),
        plural(findings.points.len() as u64),
        grouped(counts.replications as i64),
        plural(counts.replications),
        plural(counts.runs),
        manifest.seed
    )
}

/// What the network does and does not do, and what is not modelled at all.
pub(super) fn not_modelled(resolved: &Json) -> String {
    let network = &resolved["network"];
    let mut does = Vec::new();
    let mut lacks = Vec::new();
    does.push(format!("latency ({})", choice(&network["latency"])));
    let mut chance = |key: &str, name: &str| match network[key].as_f64() {
        Some(share) if share > 0.0 => does.push(format!("{name} ({})", share)),
        _ if is_zero(&network[key]) => lacks.push(format!("random {name}")),
        _ => does.push(name.to_owned()),
    };
    chance("loss", "loss");
    chance("duplicate", "duplication");
    let mut part = |key: &str, does_say: &str, lacks_say: &str| {
        if is_bare(&network[key]) {
            lacks.push(lacks_say.to_owned())
        } else {
            does.push(does_say.to_owned())
        }
    };
    part("links", "links that differ", "differences between links");
    part("bandwidth", "bandwidth", "bandwidth and the queues of links");
    let order = match network["order"].as_str() {
        Some("fifo") => "Messages of a link arrive in the order in which they were sent.",
        _ => "Messages overtake each other as their latencies have it.",
    };
    let clocks = ["faults", "clock", "clocks"]
        .iter()
        .any(|key| resolved[*key].to_string().contains("clock"));
    let clocks = if clocks {
        ""
    } else {
        "<li>Clock drift and skew: every node reads true virtual time.</li>\n"
    };
    format!(
        "<ul>\n<li>The network models {}. It does not model {}. {order}</li>\n\
         <li>CPU cost: handling a message takes no virtual time.</li>\n\
         <li>TCP: no connections, retransmission or congestion control; a lost message is lost.</li>\n\
         <li>Packets: a message of any size travels whole, without fragments or an MTU.</li>\n\
         <li>Shared links inside the network: messages wait at most where they leave and where they arrive.</li>\n\
         <li>Memory: no node runs out of it, and using it takes no time.</li>\n{clocks}</ul>\n",
        Safe(does.join(", ")),
        Safe(lacks.join(", ")),
    )
}

/// How this result is named elsewhere.
pub(super) fn citation(manifest: &Manifest) -> String {
    let (name, id, engine) = (Safe(&manifest.name), Safe(&manifest.id), manifest.engine);
    format!(
        "<p>Name the simulator, its engine number and the id of the result, and publish \
         <code>resolved.json</code> with it: \
         the same experiment under the same engine gives the same bytes.</p>\n\
         <pre>corsair, a deterministic discrete-event simulator of message-passing protocols, engine {engine}. \
         Experiment {name}, result {id}, seed {}.</pre>\n",
        manifest.seed
    )
}
