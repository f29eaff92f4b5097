//! What is known of the nodes and links of a graph besides who is joined. A graph without any of it
//! pays for none.

use crate::kernel::{NodeId, Span};

use super::rows::Rows;

/// A place in the plane.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Position {
    /// To the right.
    pub x: f64,
    /// Upwards.
    pub y: f64,
}

/// Bits a second.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct Bandwidth(pub u64);

/// Which node is in which group; a node is in one at most.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Groups {
    names: Vec<String>,
    of: Vec<Option<u32>>,
}

impl Groups {
    /// `of` holds, for each node, the place of its group among `names`.
    ///
    /// # Panics
    /// If a place is none of `names`.
    pub fn new(names: Vec<String>, of: Vec<Option<u32>>) -> Groups {
        assert!(of.iter().flatten().all(|group| (*group as usize) < names.len()), "groups exist");
        Groups { names, of }
    }

    /// The names of the groups.
    pub fn names(&self) -> &[String] {
        &self.names
    }

    /// The place of a node's group among the names.
    pub fn place(&self, id: NodeId) -> Option<u32> {
        self.of[id.index()]
    }

    /// The name of a node's group.
    pub fn name(&self, id: NodeId) -> Option<&str> {
        self.place(id).map(|group| self.names[group as usize].as_str())
    }

    /// For how many nodes it speaks.
    pub(super) fn nodes(&self) -> usize {
        self.of.len()
    }

    pub(super) fn keep(&self, nodes: &[NodeId]) -> Groups {
        let of = nodes.iter().map(|id| self.of[id.index()]).collect();
        Groups { names: self.names.clone(), of }
    }
}

/// The latency of each link, one way.
#[derive(Clone, Debug, PartialEq)]
pub enum Latencies {
    /// By the groups of its ends: a row for each group, a cell for each group it may lead to; links
    /// with an end in no group have none.
    ByGroup(Vec<Vec<Option<Span>>>),
    /// By its place in the rows.
    ByLink(LinkSpans),
}

impl Latencies {
    /// The longest; zero if there is none.
    pub(super) fn greatest(&self) -> Span {
        let longest = match self {
            Latencies::ByGroup(cells) => cells.iter().flatten().flatten().copied().max(),
            Latencies::ByLink(LinkSpans { nanos }) => {
                let known = nanos.iter().filter(|nanos| **nanos != LinkSpans::NONE);
                known.max().map(|nanos| Span::from_nanos(*nanos))
            }
        };
        longest.unwrap_or(Span::ZERO)
    }
}

/// A span, or none, for each link.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct LinkSpans {
    /// In nanoseconds; [`LinkSpans::NONE`] where there is none.
    nanos: Vec<u64>,
}

impl LinkSpans {
    /// Longer than any span.
    const NONE: u64 = u64::MAX;

    /// None for any link.
    pub fn none(links: usize) -> LinkSpans {
        LinkSpans { nanos: vec![LinkSpans::NONE; links] }
    }

    /// The span of a link, by its place.
    pub fn get(&self, place: usize) -> Option<Span> {
        let nanos = self.nanos[place];
        (nanos != LinkSpans::NONE).then(|| Span::from_nanos(nanos))
    }

    /// Gives a link a span.
    pub fn set(&mut self, place: usize, span: Span) {
        self.nanos[place] = span.nanos();
    }

    /// For how many links it speaks.
    pub fn len(&self) -> usize {
        self.nanos.len()
    }

    /// Whether it speaks for none.
    pub fn is_empty(&self) -> bool {
        self.nanos.is_empty()
    }
}

impl FromIterator<Option<Span>> for LinkSpans {
    fn from_iter<I: IntoIterator<Item = Option<Span>>>(spans: I) -> LinkSpans {
        let nanos = |span: Option<Span>| span.map_or(LinkSpans::NONE, Span::nanos);
        LinkSpans { nanos: spans.into_iter().map(nanos).collect() }
    }
}

/// All that may be known; nothing by default.
#[derive(Clone, Debug, Default, PartialEq)]
pub(super) struct Attributes {
    pub(super) groups: Option<Groups>,
    /// By node.
    pub(super) positions: Option<Vec<Option<Position>>>,
    /// By node.
    pub(super) bandwidths: Option<Vec<Option<Bandwidth>>>,
    pub(super) latencies: Option<Latencies>,
    /// By link.
    pub(super) link_bandwidths: Option<Vec<Option<Bandwidth>>>,
    /// Whom each node dialled, rows by id.
    pub(super) dialled: Option<Rows>,
}
