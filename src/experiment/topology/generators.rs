//! Generators as they are written, and the keys that all of them take.

use std::collections::BTreeMap;
use std::sync::Arc;

use crate::kernel::{Distribution, NodeId, Probability, Span};
use crate::settings::{Code, Field, Kind as ValueKind, Section};
use crate::topology::Connect;
use crate::topology::generate::{Arity, Columns, Degree, Density, Dialling, Generator, Surface};

/// The keys that every generator takes.
#[derive(Clone, Debug, PartialEq)]
pub(super) struct Common {
    pub(super) connect: Connect,
    pub(super) prefix: Option<String>,
    pub(super) latency: Option<Distribution>,
}

/// Whose graph a generator makes.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Scope {
    /// That of all nodes.
    All,
    /// That of each group; names and latencies are the clusters' own.
    Group,
}

const CONNECTS: &[(&str, Connect)] = &[
    ("no", Connect::No),
    ("require", Connect::Require),
    ("redraw", Connect::Redraw),
    ("bridge", Connect::Bridge),
    ("largest", Connect::Largest),
];

/// Reads the key `connect`.
pub(super) fn read_connect(s: &mut Section<'_>) -> Connect {
    s.choice("connect", CONNECTS, Connect::No)
}

/// Reads the key `prefix`.
pub(super) fn read_prefix(s: &mut Section<'_>) -> Option<String> {
    s.optional("prefix").map(|field| field.text(""))
}

fn read_common(s: &mut Section<'_>, scope: Scope) -> Common {
    let connect = read_connect(s);
    if scope == Scope::Group {
        if connect == Connect::Largest {
            let message = "a group keeps all its nodes";
            s.refuse(
                "connect",
                Code::Conflict,
                message,
                "such as bridge, or largest of all groups",
            );
        }
        return Common { connect, prefix: None, latency: None };
    }
    let latency = s.has("latency").then(|| s.distribution("latency", Span::ZERO));
    Common { connect, prefix: read_prefix(s), latency }
}

/// Reads the settings of a generator of that name.
pub(super) fn read_generator(
    name: &'static str,
    field: Field<'_>,
    scope: Scope,
) -> (Generator, Common) {
    if name == "edges" {
        return read_edges(field, scope);
    }
    field.section(|s| {
        let generator = match name {
            "empty" => Generator::Empty,
            "line" => Generator::Line,
            "ring" => Generator::Ring,
            "star" => Generator::Star,
            "tree" => Generator::Tree(Arity(s.count("arity", 2))),
            "grid" => Generator::Grid(read_columns(s)),
            "torus" => Generator::Torus(read_columns(s)),
            "hypercube" => Generator::Hypercube,
            "erdos_renyi" => Generator::ErdosRenyi(read_density(s)),
            "random_regular" => Generator::RandomRegular(Degree(s.count("degree", 0))),
            "barabasi_albert" => Generator::BarabasiAlbert(Degree(s.count("edges_per_node", 1))),
            "watts_strogatz" => {
                let neighbours = Degree(s.count("neighbours", 0));
                let rewire = Probability::new(s.probability("rewire", 0.0));
                let rewire = rewire.expect("a probability lies between 0 and 1");
                Generator::WattsStrogatz { neighbours, rewire }
            }
            "random_geometric" => read_geometric(s, scope),
            "k_out" => Generator::KOut(Degree(s.count("degree", 0))),
            "random_dial" => {
                let dials = Degree(s.count("dials", 0));
                let dialling = match s.switch("distinct", true) {
                    true => Dialling::Distinct,
                    false => Dialling::Repeating,
                };
                Generator::RandomDial { dials, dialling }
            }
            _ => Generator::Complete,
        };
        (generator, read_common(s, scope))
    })
}

fn read_columns(s: &mut Section<'_>) -> Option<Columns> {
    s.optional("columns").map(|field| Columns(field.count(1)))
}

fn read_density(s: &mut Section<'_>) -> Density {
    let p = s.optional("p").map(|field| Density::Probability(field.probability(0.0)));
    let edges = s.optional("edges").map(|field| Density::Edges(field.count(0)));
    let mean = s.optional("mean_degree").map(|field| Density::MeanDegree(field.number(0.0)));
    let mut given = [p, edges, mean].into_iter().flatten();
    match (given.next(), given.next()) {
        (Some(density), None) => density,
        (first, _) => {
            let message = "a random graph takes one of `p`, `edges` and `mean_degree`";
            s.refuse("p", Code::NotOneChoice, message, "give one of them");
            first.unwrap_or(Density::Edges(0))
        }
    }
}

fn read_geometric(s: &mut Section<'_>, scope: Scope) -> Generator {
    let radius = s.number("radius", 1.0);
    let surface = match s.switch("torus", false) {
        true => Surface::Torus,
        false => Surface::Square,
    };
    let mut latency_per_unit = None;
    // Within groups it stays unread, which tells that it has no effect.
    if scope == Scope::All {
        latency_per_unit = s.optional("latency_per_unit").map(|field| field.span(Span::ZERO));
        if latency_per_unit.is_some() && s.has("latency") {
            let message = "an edge has one latency";
            s.refuse("latency", Code::Conflict, message, "leave `latency_per_unit` or this out");
        }
    }
    Generator::RandomGeometric { radius, surface, latency_per_unit }
}

/// A list of pairs, or a section that has one.
fn read_edges(field: Field<'_>, scope: Scope) -> (Generator, Common) {
    let is_list = field.value().is_none_or(|value| matches!(value.kind, ValueKind::List(_)));
    if is_list {
        let common = Common { connect: Connect::No, prefix: None, latency: None };
        return (Generator::Edges(read_list(field)), common);
    }
    field.section(|s| {
        let edges = read_list(s.field("list"));
        (Generator::Edges(edges), read_common(s, scope))
    })
}

/// Pairs of different nodes, each once.
fn read_list(field: Field<'_>) -> Arc<[(NodeId, NodeId)]> {
    let mut seen = BTreeMap::new();
    let mut number = 0usize;
    let edges = field.list(|mut field| {
        number += 1;
        let ends = ends_of(&field);
        if let Some((a, b)) = ends {
            if a == b {
                let message = format!("edge {number} joins node {a} to itself");
                field.refuse(Code::Conflict, &message, "leave it out");
            } else if let Some(first) = seen.insert((a.min(b), a.max(b)), number) {
                let message = format!("edge {number}, {a} - {b}, repeats edge {first}");
                field.refuse(Code::Conflict, &message, "leave it out");
            }
        }
        let is_pair = !matches!(field.value().map(|value| &value.kind),
            Some(ValueKind::List(ends)) if ends.len() != 2);
        if !is_pair {
            field.refuse(Code::WrongType, "an edge has two ends", "such as [0, 1]");
        }
        let ends = field.list(|field| NodeId(field.count(0)));
        match ends.as_slice() {
            &[a, b] => Some((a, b)),
            _ => None,
        }
    });
    edges.into_iter().flatten().collect()
}

/// Both ends, where two whole numbers are given.
fn ends_of(field: &Field<'_>) -> Option<(i128, i128)> {
    let ValueKind::List(ends) = &field.value()?.kind else { return None };
    match ends.as_slice() {
        [a, b] => match (&a.kind, &b.kind) {
            (ValueKind::Integer(a), ValueKind::Integer(b)) => Some((*a, *b)),
            _ => None,
        },
        _ => None,
    }
}
