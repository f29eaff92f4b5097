//! The graph snapshots of a result: small multiples with one layout, or what can be counted where
//! the graphs are large.

use std::collections::{BTreeMap, BTreeSet};
use std::fmt::Write as _;
use std::fs;
use std::path::{Path, PathBuf};

use super::super::shown::{brief, grouped};
use super::axis::{Axis, Ruler};
use super::chart::{Chart, Line, Mark, Style};
use super::draw::{At, Place, draw, open_svg};
use super::faults::time_text;
use super::html::{Figure, Kind, Safe, Table, details};
use super::layout::{Spot, layout};
use crate::kernel::NodeId;
use crate::record::RecordError;
use crate::topology::files::{ReadOptions, Snapshot, read};
use crate::topology::{Graph, Histogram, Statistics};

/// So many snapshots are shown.
const SHOWN_MAX: usize = 6;
/// Larger graphs are counted, not drawn.
const NODES_MAX: usize = 2000;
const LINKS_MAX: usize = 4000;
/// Up to so many nodes each says its name to those who point at it.
const NAMED_MAX: usize = 200;
/// Larger files are left alone.
const BYTES_MAX: u64 = 64 << 20;
/// The side of a drawing.
const SIDE: f64 = 300.0;
/// More kinds of nodes than these are not told apart.
const KINDS_MAX: usize = 5;
/// Attributes that say what a node is at a moment.
const KIND_NAMES: [&str; 2] = ["role", "state"];

/// A snapshot that is shown.
struct Shown {
    at: u64,
    snapshot: Snapshot,
}

/// The section about graphs; nothing where there are none.
///
/// # Errors
/// A snapshot that cannot be read.
pub(super) fn section(folder: &Path) -> Result<String, RecordError> {
    let files = snapshots(&folder.join("graph"))?;
    if files.is_empty() {
        return Ok(String::new());
    }
    let all = files.len();
    let mut shown = Vec::new();
    let mut heavy = 0;
    for (at, path) in spread(files) {
        if fs::metadata(&path).map_err(RecordError::disk("read", &path))?.len() > BYTES_MAX {
            heavy += 1;
        } else {
            shown.push(Shown { at, snapshot: read_snapshot(&path)? });
        }
    }
    let mut page = "<section>\n<h2>Graph</h2>\n".to_owned();
    let mut says = format!("{} of {all} snapshots of run 0 in <code>graph/</code>.", shown.len());
    if heavy > 0 {
        let _ = write!(
            says,
            " {heavy} are too large to be read here: <code>corsair topology FILE</code> measures them."
        );
    }
    let nodes = shown.iter().map(|shown| shown.snapshot.graph.nodes() as usize).max().unwrap_or(0);
    if nodes > NODES_MAX {
        let _ = write!(
            says,
            " {} nodes are too many to be told apart in a drawing: what follows counts them.",
            grouped(nodes as i64)
        );
    } else {
        says += " A node has one place in all of them.";
    }
    page += &format!("<p class=\"says\">{says}</p>\n");
    let statistics: Vec<_> =
        shown.iter().map(|shown| Statistics::of(&shown.snapshot.graph)).collect();
    if nodes > NODES_MAX {
        page += "<div class=\"charts\">\n";
        for chart in
            [degrees(&shown, &statistics), components(&shown, &statistics)].into_iter().flatten()
        {
            let (svg, table) = (draw(&chart, Place::Page), chart.table());
            page +=
                &Figure { title: &chart.title, svg: &svg, note: &chart.note, table: &table }.html();
        }
        page += "</div>\n";
    } else if nodes > 0 {
        page += &drawings(&shown);
    }
    page += &table(&shown, &statistics);
    Ok(page + "</section>\n")
}

/// The snapshots in a folder by their moment in milliseconds.
fn snapshots(folder: &Path) -> Result<BTreeMap<u64, PathBuf>, RecordError> {
    let mut found = BTreeMap::new();
    if !folder.exists() {
        return Ok(found);
    }
    for entry in fs::read_dir(folder).map_err(RecordError::disk("read", folder))? {
        let path = entry.map_err(RecordError::disk("read", folder))?.path();
        let name = path
            .file_name()
            .and_then(|name| name.to_str())
            .and_then(|name| name.strip_suffix(".json"));
        let is_moment =
            |name: &&str| name.len() >= 12 && name.bytes().all(|byte| byte.is_ascii_digit());
        if let Some(at) = name.filter(is_moment).and_then(|name| name.parse().ok()) {
            found.insert(at, path);
        }
    }
    let last = folder.join("final.json");
    if found.is_empty() && last.exists() {
        found.insert(0, last);
    }
    Ok(found)
}

/// The first, the last, and evenly what is between.
fn spread(files: BTreeMap<u64, PathBuf>) -> Vec<(u64, PathBuf)> {
    let files: Vec<_> = files.into_iter().collect();
    let last = files.len() - 1;
    let shown = files.len().min(SHOWN_MAX);
    (0..shown).map(|k| files[(k * last).checked_div(shown - 1).unwrap_or(0)].clone()).collect()
}

fn read_snapshot(path: &Path) -> Result<Snapshot, RecordError> {
    let bytes = fs::read(path).map_err(RecordError::disk("read", path))?;
    let file = read(&bytes, "snapshot", ReadOptions::default()).map_err(|mistakes| {
        let what = mistakes.first().map_or("this is no graph".to_owned(), ToString::to_string);
        RecordError::Malformed { path: path.to_owned(), what }
    })?;
    Ok(file.snapshot)
}

/// What each node is, where the snapshots say so with few words.
fn kinds(shown: &[Shown]) -> Option<(&'static str, Vec<String>)> {
    KIND_NAMES.into_iter().find_map(|name| {
        let mut words = BTreeSet::new();
        for shown in shown {
            let nodes = 0..shown.snapshot.graph.nodes();
            words.extend(nodes.filter_map(|id| kind_of(&shown.snapshot, name, id)));
        }
        let words: Vec<String> = words.into_iter().map(str::to_owned).collect();
        (2..=KINDS_MAX).contains(&words.len()).then_some((name, words))
    })
}

fn kind_of<'s>(snapshot: &'s Snapshot, name: &str, id: u32) -> Option<&'s str> {
    use crate::topology::files::Cells;
    let column = snapshot.nodes.iter().find(|column| column.name == name)?;
    match &column.cells {
        Cells::Texts(texts) => texts.get(id as usize),
        Cells::Numbers(_) => None,
    }
}

/// Undirected pairs, each once, smaller end first.
fn pairs(graph: &Graph) -> BTreeSet<(u32, u32)> {
    let ids = (0..graph.nodes()).map(NodeId);
    ids.flat_map(|a| graph.peers(a).iter().map(move |b| (a.0.min(b.0), a.0.max(b.0)))).collect()
}

/// A drawing for each snapshot, with one layout for the links of all of them.
fn drawings(shown: &[Shown]) -> String {
    let nodes = shown.iter().map(|shown| shown.snapshot.graph.nodes()).max().unwrap_or(0);
    let links: Vec<_> = shown.iter().map(|shown| pairs(&shown.snapshot.graph)).collect();
    let union: BTreeSet<_> = links.iter().flatten().copied().collect();
    let spots = layout(nodes as usize, &union.into_iter().collect::<Vec<_>>());
    let kinds = kinds(shown);
    let mut page = "<div class=\"charts graphs\">\n".to_owned();
    for (shown, links) in shown.iter().zip(&links) {
        let title = time_text(shown.at * 1_000_000);
        let stride = links.len().div_ceil(LINKS_MAX).max(1);
        let drawn: Vec<_> = links.iter().copied().step_by(stride).collect();
        let mut says = format!(
            "{} links between {} nodes.",
            grouped(links.len() as i64),
            grouped(i64::from(shown.snapshot.graph.nodes()))
        );
        if stride > 1 {
            let _ = write!(says, " One link in {stride} is drawn.");
        }
        let svg = drawing(shown, (&title, &says), (&spots, &drawn), kinds.as_ref());
        page += &format!(
            "<figure>\n<figcaption>{}</figcaption>\n{svg}<p class=\"note\">{}</p>\n</figure>\n",
            Safe(&title),
            Safe(&says)
        );
    }
    page + "</div>\n"
}

fn drawing(
    shown: &Shown,
    (title, says): (&str, &str),
    (spots, links): (&[Spot], &[(u32, u32)]),
    kinds: Option<&(&'static str, Vec<String>)>,
) -> String {
    let at = |spot: Spot| (At(10.0 + spot.x * (SIDE - 20.0)), At(10.0 + spot.y * (SIDE - 20.0)));
    let mut out = String::new();
    let legend = kinds.map_or(0.0, |_| 20.0);
    open_svg(&mut out, (SIDE, SIDE + legend), (&format!("Graph at {title}"), says));
    let mut path = String::new();
    for (a, b) in links {
        let ((x, y), (to_x, to_y)) = (at(spots[*a as usize]), at(spots[*b as usize]));
        let _ = write!(path, "M{x} {y}L{to_x} {to_y}");
    }
    let _ = writeln!(out, "<path class=\"link\" d=\"{path}\"/>");
    let nodes = shown.snapshot.graph.nodes();
    let radius = if nodes <= 60 {
        5.0
    } else if nodes <= 400 {
        3.4
    } else {
        1.8
    };
    let class = |id: u32| -> usize {
        let place = kinds.and_then(|(name, words)| {
            let word = kind_of(&shown.snapshot, name, id)?;
            words.iter().position(|known| known == word)
        });
        place.unwrap_or(0)
    };
    for k in 0..kinds.map_or(1, |(_, words)| words.len()) {
        let of_kind = (0..nodes).filter(|id| class(*id) == k);
        if nodes as usize <= NAMED_MAX {
            for id in of_kind {
                let (x, y) = at(spots[id as usize]);
                let name = shown.snapshot.graph.label(NodeId(id)).to_string();
                let _ = writeln!(
                    out,
                    "<circle class=\"f{k} node\" cx=\"{x}\" cy=\"{y}\" r=\"{radius}\"><title>{}</title></circle>",
                    Safe(name)
                );
            }
        } else {
            let mut path = String::new();
            of_kind.for_each(|id| {
                let (x, y) = at(spots[id as usize]);
                let _ = write!(path, "M{x} {y}h0");
            });
            let _ = writeln!(
                out,
                "<path class=\"s{k} nodes\" stroke-width=\"{}\" d=\"{path}\"/>",
                2.0 * radius
            );
        }
    }
    let mut x = 8.0;
    for (k, word) in kinds.iter().flat_map(|(_, words)| words).enumerate() {
        let short: String = word.chars().take(14).collect();
        let _ = writeln!(
            out,
            "<circle class=\"f{k}\" cx=\"{}\" cy=\"{}\" r=\"4\"/><text class=\"key\" x=\"{}\" y=\"{}\">{}</text>",
            At(x),
            At(SIDE + 9.0),
            At(x + 8.0),
            At(SIDE + 13.0),
            Safe(&short)
        );
        x += 6.4 * short.chars().count() as f64 + 24.0;
    }
    out + "</svg>\n"
}

/// What can be counted of each snapshot.
fn table(shown: &[Shown], statistics: &[Statistics]) -> String {
    let numbers = [
        "t",
        "nodes",
        "links",
        "links/node",
        "components",
        "largest component",
        "without links",
        "clustering",
    ];
    let mut table = Table::new(numbers.map(|name| (name, Kind::Number)));
    for (shown, of) in shown.iter().zip(statistics) {
        table.row([
            time_text(shown.at * 1_000_000),
            grouped(of.nodes as i64),
            grouped(of.edges as i64),
            brief(of.mean_degree),
            grouped(of.components as i64),
            brief(of.largest_component),
            grouped(of.isolated as i64),
            brief(of.clustering),
        ]);
    }
    details(
        "What the snapshots count",
        &table.html(
            "Directed links of each snapshot; the largest component as a share of the nodes.",
        ),
    )
}

/// Nodes by in-degree at the first, a middle and the last snapshot that has links.
fn degrees(shown: &[Shown], statistics: &[Statistics]) -> Option<Chart> {
    let linked: Vec<_> = (0..shown.len()).filter(|k| statistics[*k].edges > 0).collect();
    let last = linked.len().checked_sub(1)?;
    let mut picked = vec![linked[0], linked[last / 2], linked[last]];
    picked.dedup();
    let lines: Vec<_> = picked
        .into_iter()
        .map(|k| {
            let of: &Histogram = &statistics[k].in_degrees;
            let nodes = statistics[k].nodes.max(1) as f64;
            let filled = of.iter().enumerate().filter(|(_, count)| **count > 0);
            let marks = filled.map(|(degree, count)| Mark {
                x: degree as f64,
                y: *count as f64 / nodes,
                ..Mark::default()
            });
            Line { label: time_text(shown[k].at * 1_000_000), marks: marks.collect() }
        })
        .collect();
    let most = lines
        .iter()
        .flat_map(|line| &line.marks)
        .fold((0.0, 0.0), |(x, y): (f64, f64), mark| (x.max(mark.x), y.max(mark.y)));
    Some(Chart {
        title: "Nodes by in-degree".to_owned(),
        style: Style::Course,
        x: Axis::covering("in-degree".to_owned(), 0.0, most.0),
        y: Axis::covering("share of nodes".to_owned(), 0.0, most.1),
        lines,
        shades: Vec::new(),
        note: String::new(),
    })
}

/// The largest component over the snapshots.
fn components(shown: &[Shown], statistics: &[Statistics]) -> Option<Chart> {
    let (unit, length) = super::factor::time_unit(shown.last()?.at as f64 * 1e6);
    let marks: Vec<_> = shown
        .iter()
        .zip(statistics)
        .filter_map(|(shown, of)| {
            Some(Mark {
                x: shown.at as f64 * 1e6 / length,
                y: of.largest_component?,
                ..Mark::default()
            })
        })
        .collect();
    let levels: Vec<_> = marks.iter().map(|mark| (mark.x, brief(Some(mark.x)))).collect();
    Some(Chart {
        title: "Largest component".to_owned(),
        style: Style::Levels,
        x: Axis::through(format!("virtual time ({unit})"), Ruler::Linear, &levels),
        y: Axis::covering("share of nodes".to_owned(), 0.0, 1.0),
        lines: vec![Line { label: "largest".to_owned(), marks }],
        shades: Vec::new(),
        note: String::new(),
    })
}
