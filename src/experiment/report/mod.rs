//! `report.html`: a result as one page, made from the files of its folder alone.
//!
//! The page opens from disk, asks no network and needs no scripts. Its bytes depend on the files
//! and the facts of the manifest, on nothing else.

mod axis;
mod chart;
mod charts;
mod course;
mod draw;
mod factor;
mod faults;
mod findings;
mod heat;
mod html;
mod layout;
mod metrics;
mod plot;
mod published;
mod runs;
mod snapshots;
mod terminal;
mod words;

use std::fs;
use std::path::Path;

use super::shown::grouped;
use crate::record::{Manifest, RecordError};
use draw::CHART_CSS;
use faults::faults;
use findings::Findings;
use html::{Safe, details};
pub use plot::{Ask, Plot, PlotError, plot};

const PAGE_CSS: &str = include_str!("page.css");
/// A longer resolved experiment stays in its file.
const RESOLVED_MAX: usize = 200_000;

/// The page for the result in `folder`, whose manifest need not stand there yet.
///
/// # Errors
/// What cannot be read, and what is no file of a result.
pub fn report(folder: &Path, manifest: &Manifest) -> Result<String, RecordError> {
    let findings = Findings::read(folder)?;
    let mut page = head(&findings, manifest);
    page += &metrics::sections(&findings)?;
    page += &snapshots::section(folder)?;
    page += &runs::section(&findings);
    page += "<section>\n<h2>Methods</h2>\n";
    page += &words::methods(&findings, manifest);
    page += "</section>\n<section>\n<h2>Not modelled</h2>\n";
    page += &words::not_modelled(&findings.resolved);
    page += "</section>\n<section>\n<h2>How to cite</h2>\n";
    page += &words::citation(manifest);
    page += "</section>\n<section>\n<h2>Experiment</h2>\n";
    page += &experiment(folder)?;
    page += "</section>\n</main>\n</body>\n</html>\n";
    Ok(page)
}

fn head(findings: &Findings, manifest: &Manifest) -> String {
    let name = Safe(&manifest.name);
    let study = findings.points.len() > 1;
    let counts = &manifest.counts;
    let runs = grouped(counts.runs as i64);
    let lead = match (study, counts.runs) {
        (true, _) => {
            format!("A study: {} points, {runs} runs.", grouped(findings.points.len() as i64))
        }
        (false, 1) => "One run.".to_owned(),
        (false, _) => format!("One setting, {runs} replications."),
    };
    let nodes = words::nodes(&findings.resolved).unwrap_or("-".to_owned());
    let protocol =
        findings.resolved["protocol"].as_object().and_then(|map| map.keys().next().cloned());
    let facts = [
        ("protocol", protocol.unwrap_or_default()),
        ("nodes", nodes),
        ("seed", manifest.seed.to_string()),
        ("points", grouped(findings.points.len() as i64)),
        ("replications", grouped(counts.replications as i64)),
        ("runs", runs),
        ("events", grouped(counts.events as i64)),
        ("violated", grouped(counts.violated as i64)),
        ("engine", manifest.engine.to_string()),
        ("id", manifest.id.clone()),
    ];
    let facts: String = facts
        .iter()
        .filter(|(fact, _)| study || *fact != "points")
        .map(|(fact, value)| format!("<div><dt>{fact}</dt><dd>{}</dd></div>\n", Safe(value)))
        .collect();
    let mut page = format!(
        "<!DOCTYPE html>\n<html lang=\"en\">\n<head>\n<meta charset=\"utf-8\"/>\n\
         <meta name=\"viewport\" content=\"width=device-width, initial-scale=1\"/>\n\
         <meta name=\"color-scheme\" content=\"light dark\"/>\n\
         <title>{name} {}: corsair report</title>\n<style>\n{CHART_CSS}{PAGE_CSS}</style>\n</head>\n\
         <body>\n<main>\n<header>\n<h1>{name}</h1>\n<p class=\"lead\">{lead}</p>\n<dl>\n{facts}</dl>\n",
        Safe(&manifest.id)
    );
    page += &alarm(findings);
    if !findings.factors.is_empty() {
        let level = |factor: &factor::Factor| {
            format!("<li><code>{}</code>: {}</li>\n", Safe(&factor.key), Safe(factor.levels_text()))
        };
        page += &format!(
            "<p>Factors:</p>\n<ul>\n{}</ul>\n",
            findings.factors.iter().map(level).collect::<String>()
        );
    }
    let (known, others) = faults(&findings.resolved);
    if !known.is_empty() || others > 0 {
        let mut says: Vec<_> = known.iter().map(faults::Fault::says).collect();
        if others > 0 {
            says.push(format!("{others} at times drawn by chance"));
        }
        page += &format!("<p>Faults: {}.</p>\n", Safe(says.join("; ")));
    }
    page + "</header>\n"
}

/// What is said first where invariants failed.
fn alarm(findings: &Findings) -> String {
    let violated: Vec<_> = findings.runs.iter().filter(|run| findings.is_violated(run)).collect();
    let Some(first) = violated.first() else { return String::new() };
    let mut names: Vec<_> = findings.violations.values().map(String::as_str).collect();
    names.sort_unstable();
    names.dedup();
    let of = if names.is_empty() { String::new() } else { format!(" ({})", names.join(", ")) };
    format!(
        "<div class=\"alarm\" role=\"alert\"><p>An invariant failed in {} of {} runs{}. \
         The first again, in this folder:</p>\n\
         <pre class=\"wrap\">{} --trace violations</pre></div>\n",
        grouped(violated.len() as i64),
        grouped(findings.runs.len() as i64),
        Safe(of),
        Safe(findings.command(first))
    )
}

/// The resolved experiment as it stands in its file.
fn experiment(folder: &Path) -> Result<String, RecordError> {
    let path = folder.join("resolved.json");
    let text = fs::read_to_string(&path).map_err(RecordError::disk("read", &path))?;
    if text.len() > RESOLVED_MAX {
        return Ok(
            "<p>The resolved experiment is long: see <code>resolved.json</code>.</p>\n".to_owned()
        );
    }
    let says =
        "<p><code>corsair run resolved.json -o again</code>, in this folder, runs it again.</p>\n";
    Ok(says.to_owned()
        + &details("resolved.json, with every default", &format!("<pre>{}</pre>\n", Safe(text))))
}
