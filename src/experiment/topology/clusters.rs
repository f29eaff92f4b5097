//! `clusters` as they are written: groups, the links within and between them, and their latencies.

use serde_json::{Value as Json, json};

use super::generators::{Scope, read_connect, read_generator, read_prefix};
use crate::experiment::files::Library;
use crate::kernel::Span;
use crate::settings::{Code, Field, Kind as ValueKind, Mistake, Place, Section, Source, nearest};
use crate::topology::generate::Between;
use crate::topology::{Clusters, Inside, Kind, Matrix, Recipe, Sizes, Trip};

/// Latencies from group to group, as far as they are given.
type Cells = Vec<Vec<Option<Span>>>;

/// Reads the settings of `clusters`; `None` where they make no sense, which the report says.
pub(super) fn read_clusters(field: Field<'_>, library: &Library) -> Option<Recipe> {
    field.section(|s| {
        let before = s.errors();
        let groups = s.field("groups").list(read_group);
        let names: Vec<String> = groups.iter().map(|group| group.name.clone()).collect();
        let sizes = read_sizes(s, &groups);
        let inside = s.field("inside").one_of("complete", |name, field| {
            let (generator, common) = read_generator(name, field, Scope::Group);
            Inside { generator, connect: common.connect }
        });
        let between = s.field("between").one_of("none", |name, field| match name {
            "links" => Between::Links(field.count(0)),
            "p" => Between::Probability(field.probability(0.0)),
            "complete" => Between::Complete,
            _ => Between::Nothing,
        });
        let latencies = s.optional("latency").map(|field| read_latencies(field, &names, library));
        let (connect, prefix) = (read_connect(s), read_prefix(s));
        let latencies = latencies.unwrap_or_default();
        let clusters = Clusters { names, sizes: sizes?, inside, between, latencies };
        let kind = Kind::Clusters(clusters);
        (s.errors() == before).then_some(Recipe { kind, connect, prefix, latency: None })
    })
}

struct Group {
    name: String,
    nodes: Option<u32>,
    share: Option<f64>,
}

fn read_group(field: Field<'_>) -> Group {
    field.section(|s| {
        let name = s.text("name", "");
        if name.is_empty() {
            s.refuse("name", Code::OutOfRange, "a group has a name", "such as eu");
        }
        let nodes = s.optional("nodes").map(|field| field.count(1));
        let share = s.optional("share").map(|field| field.number(1.0));
        if nodes.is_some() == share.is_some() {
            let message = "a group takes one of `nodes` and `share`";
            s.refuse("nodes", Code::NotOneChoice, message, "give one of them");
        }
        Group { name, nodes, share }
    })
}

fn read_sizes(s: &mut Section<'_>, groups: &[Group]) -> Option<Sizes> {
    if groups.is_empty() {
        s.refuse("groups", Code::OutOfRange, "there is no group", "give one at least");
        return None;
    }
    for (k, group) in groups.iter().enumerate() {
        if groups[..k].iter().any(|other| other.name == group.name) {
            let message = format!("two groups are called `{}`", group.name);
            s.refuse("groups", Code::Conflict, &message, "each has a name of its own");
        }
    }
    let counts: Option<Vec<u32>> = groups.iter().map(|group| group.nodes).collect();
    let shares: Option<Vec<f64>> = groups.iter().map(|group| group.share).collect();
    match (counts, shares) {
        (Some(counts), _) => {
            if counts.iter().map(|count| u64::from(*count)).sum::<u64>() > super::keys::NODES_MAX {
                let message = format!("the groups have more than {} nodes", super::keys::NODES_MAX);
                s.refuse("groups", Code::OutOfRange, &message, "use smaller groups");
                return None;
            }
            Some(Sizes::Counts(counts))
        }
        (None, Some(shares)) if shares.iter().sum::<f64>() > 0.0 => Some(Sizes::Shares(shares)),
        _ => {
            let message = "all groups have `nodes`, or all have a `share` and one a positive one";
            s.refuse("groups", Code::Conflict, message, "one or the other");
            None
        }
    }
}

fn read_latencies(field: Field<'_>, names: &[String], library: &Library) -> Cells {
    field.section(|s| {
        let inside = s.optional("inside").map(|field| field.span(Span::ZERO));
        let mut cells = match s.has("between") {
            true => read_between(s, names, library),
            false => vec![vec![None; names.len()]; names.len()],
        };
        for (group, row) in cells.iter_mut().enumerate() {
            row[group] = inside;
        }
        cells
    })
}

/// One latency for all pairs, or a matrix.
fn read_between(s: &mut Section<'_>, names: &[String], library: &Library) -> Cells {
    let count = names.len();
    let field = s.field("between");
    let is_model = field.value().is_some_and(|value| matches!(value.kind, ValueKind::Map(_)));
    if !is_model {
        let span = field.span(Span::ZERO);
        return vec![vec![Some(span); count]; count];
    }
    let given = field.one_of("rows", |name, mut field| match name {
        "rows" => {
            let rows = match field.value().map(|value| &value.kind) {
                Some(ValueKind::List(rows)) => rows.as_slice(),
                _ => &[],
            };
            let is_wide =
                |row: &crate::settings::Value| matches!(&row.kind, ValueKind::List(cells) if cells.len() == count);
            if rows.len() != count || !rows.iter().all(is_wide) {
                let message = format!("a matrix for {count} groups has {count} rows of {count} cells");
                field.refuse(Code::Conflict, &message, "in the order of the groups");
            }
            let cells = field.list(|row| row.list(|cell| Some(cell.span(Span::ZERO))));
            Given::Cells(cells)
        }
        name => {
            let trip = if name == "rtt" { Trip::Round } else { Trip::OneWay };
            Given::File { path: field.file(""), trip }
        }
    });
    let cells = match given {
        Given::Cells(cells) => cells,
        Given::File { path, trip } => {
            let cells = read_matrix(&path, trip, library, s)
                .and_then(|matrix| pick(&matrix, &path, names, s));
            let Some(cells) = cells else { return vec![vec![None; count]; count] };
            let nanos = |cell: &Option<Span>| json!(cell.map(Span::nanos));
            let row = |row: &Vec<Option<Span>>| row.iter().map(nanos).collect::<Json>();
            let rows: Json = cells.iter().map(row).collect();
            // What a file says is part of the experiment, not where it lies.
            s.put("between", json!({ "rows": rows }));
            cells
        }
    };
    match cells.len() == count && cells.iter().all(|row| row.len() == count) {
        true => cells,
        false => vec![vec![None; count]; count],
    }
}

/// A matrix as it is given.
enum Given {
    Cells(Cells),
    File { path: String, trip: Trip },
}

/// The built-in matrix, or that of a file, one way.
fn read_matrix(path: &str, trip: Trip, library: &Library, s: &mut Section<'_>) -> Option<Matrix> {
    let text = match path {
        "aws11" if trip == Trip::OneWay => {
            let message = "aws11 holds round trips";
            s.refuse("between", Code::Conflict, message, "write rtt: aws11");
            return None;
        }
        "aws11" => return Some(Matrix::aws11()),
        path => match library.read(path) {
            Ok(bytes) => String::from_utf8_lossy(&bytes).into_owned(),
            Err(error) => {
                s.refuse("between", Code::BadFile, &error, "this file");
                return None;
            }
        },
    };
    match Matrix::read(&text, trip) {
        Ok(matrix) => Some(matrix),
        Err(mistake) => {
            let place = Place::at(&Source::new(path, &text), mistake.line, mistake.column);
            s.report().add(Mistake::new(Code::BadFile, mistake.message, place));
            None
        }
    }
}

/// The cells of the groups.
fn pick(matrix: &Matrix, path: &str, names: &[String], s: &mut Section<'_>) -> Option<Cells> {
    let mut places = Vec::with_capacity(names.len());
    for name in names {
        let place = matrix.find(name);
        if place.is_none() {
            let near = nearest(name, matrix.names().iter().map(String::as_str));
            let label = near.map_or_else(
                || format!("it has {}", matrix.names().join(", ")),
                |near| format!("did you mean `{near}`?"),
            );
            let message = format!("the matrix {path} has no `{name}`");
            s.refuse("between", Code::Conflict, &message, &label);
        }
        places.extend(place);
    }
    let cell = |from: usize| places.iter().map(move |to| Some(matrix.cell(from, *to)));
    let cells = places.iter().map(|from| cell(*from).collect()).collect();
    (places.len() == names.len()).then_some(cells)
}
