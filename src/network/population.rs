//! Who there is to select from.

use crate::kernel::NodeId;
use crate::settings::nearest;
use crate::topology::Labels;
use std::collections::BTreeMap;
use std::fmt;

/// The nodes of a run, their names and their groups. Nodes that a protocol adds for its roles are
/// numbered after the others, and only an id or a role selects them.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Population {
    /// How many nodes the experiment has, `0..nodes`.
    pub nodes: u32,
    /// How many role nodes come after them.
    pub role_nodes: u32,
    /// What the nodes are called.
    pub labels: Labels,
    /// The groups of nodes that are in one.
    pub groups: BTreeMap<String, Vec<NodeId>>,
}

/// So many names are looked through for one to suggest.
const SUGGESTED: u32 = 10_000;

impl Population {
    /// So many nodes without names, groups or roles.
    pub fn of(nodes: u32) -> Population {
        Population { nodes, ..Population::default() }
    }

    pub(super) fn id(&self, node: NodeId) -> Result<NodeId, SelectorError> {
        let count = self.nodes.saturating_add(self.role_nodes);
        if node.0 < count { Ok(node) } else { Err(SelectorError::NoSuchNode(node, count)) }
    }

    pub(super) fn named(&self, name: &str) -> Result<NodeId, SelectorError> {
        let found = self.labels.find(name).filter(|node| node.0 < self.nodes);
        found.ok_or_else(|| {
            let ids = (0..self.nodes.min(SUGGESTED)).map(NodeId);
            let labels: Vec<_> = ids.map(|id| self.labels.get(id).to_string()).collect();
            SelectorError::NoSuchName(name.to_owned(), near(name, labels.iter()))
        })
    }

    pub(super) fn group(&self, name: &str) -> Result<&[NodeId], SelectorError> {
        let unknown =
            || SelectorError::NoSuchGroup(name.to_owned(), near(name, self.groups.keys()));
        self.groups.get(name).map(Vec::as_slice).ok_or_else(unknown)
    }
}

fn near<'a>(name: &str, known: impl Iterator<Item = &'a String>) -> Option<String> {
    nearest(name, known.map(String::as_str)).map(str::to_owned)
}

/// Why a selector makes no sense for a population; prints as one sentence.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum SelectorError {
    /// A node that does not exist, and how many do.
    NoSuchNode(NodeId, u32),
    /// A name that no node has, and the nearest one that a node has.
    NoSuchName(String, Option<String>),
    /// A group that no node is in, and the nearest one that a node is in.
    NoSuchGroup(String, Option<String>),
    /// More random nodes than there are.
    TooFewNodes {
        /// So many are asked for.
        wanted: u32,
        /// So many there are.
        nodes: u32,
    },
}

impl fmt::Display for SelectorError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let named = |f: &mut fmt::Formatter<'_>, what: &str, name: &str, near: &Option<String>| {
            write!(f, "there is no {what} `{name}`")?;
            near.as_ref().map_or(Ok(()), |near| write!(f, "; did you mean `{near}`?"))
        };
        match self {
            SelectorError::NoSuchNode(node, 0) => {
                write!(f, "there is no node {node}: there are none")
            }
            SelectorError::NoSuchNode(node, nodes) => {
                write!(f, "there is no node {node}: the last of {nodes} is {}", nodes - 1)
            }
            SelectorError::NoSuchName(name, near) => named(f, "node", name, near),
            SelectorError::NoSuchGroup(name, near) => named(f, "group", name, near),
            SelectorError::TooFewNodes { wanted, nodes } => {
                write!(f, "{wanted} nodes cannot be chosen from {nodes}")
            }
        }
    }
}

impl std::error::Error for SelectorError {}
