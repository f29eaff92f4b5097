//! Sets of nodes, and the sets of directed links that rules are about.

use crate::kernel::NodeId;

/// A set of nodes, a bit each.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct NodeSet {
    words: Vec<u64>,
}

impl NodeSet {
    /// Whether `node` belongs to it.
    #[inline]
    pub fn contains(&self, node: NodeId) -> bool {
        self.words.get(node.index() / 64).is_some_and(|word| word >> (node.0 % 64) & 1 == 1)
    }

    /// Adds `node`; false when it was there.
    pub fn insert(&mut self, node: NodeId) -> bool {
        let (word, bit) = (node.index() / 64, 1 << (node.0 % 64));
        if word >= self.words.len() {
            self.words.resize(word + 1, 0);
        }
        let is_new = self.words[word] & bit == 0;
        self.words[word] |= bit;
        is_new
    }

    /// Its nodes, ascending.
    pub fn iter(&self) -> impl Iterator<Item = NodeId> + '_ {
        let rest = |word: &u64| Some(word & word.wrapping_sub(1));
        self.words.iter().zip(0..).flat_map(move |(word, k)| {
            let words = std::iter::successors(Some(*word), rest).take_while(|word| *word != 0);
            words.map(move |word| NodeId(k * 64 + word.trailing_zeros()))
        })
    }
}

impl FromIterator<NodeId> for NodeSet {
    fn from_iter<I: IntoIterator<Item = NodeId>>(nodes: I) -> NodeSet {
        let mut set = NodeSet::default();
        for node in nodes {
            set.insert(node);
        }
        set
    }
}

/// A set of directed links, by the nodes at their ends. `S` is what stands for a set of nodes: a
/// [`NodeSet`], or before a run whatever is resolved to one.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Links<S = NodeSet> {
    /// Every link.
    All,
    /// Every link between a node of the set and any other node, itself in the set or not.
    Touching(S, Direction),
    /// Every link from the first set to the second.
    From(S, S),
    /// Every link between the two sets, in both directions.
    Between(S, S),
    /// Every link between two different parts; nodes in no part are not concerned. One way: only
    /// those into or out of the first part.
    Across(Vec<S>, Direction),
}

/// Which links of a set, seen from the nodes that it is about.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Direction {
    /// All.
    #[default]
    Both,
    /// Those that lead to them.
    Into,
    /// Those that lead away from them.
    OutOf,
}

impl Links {
    /// Whether the link from `source` to `target` is one of them.
    pub fn contains(&self, source: NodeId, target: NodeId) -> bool {
        match self {
            Links::All => true,
            Links::Touching(set, Direction::Both) => set.contains(source) || set.contains(target),
            Links::Touching(set, Direction::Into) => set.contains(target),
            Links::Touching(set, Direction::OutOf) => set.contains(source),
            Links::From(from, to) => from.contains(source) && to.contains(target),
            Links::Between(one, other) => {
                one.contains(source) && other.contains(target)
                    || other.contains(source) && one.contains(target)
            }
            Links::Across(parts, way) => {
                let part = |node| parts.iter().position(|part| part.contains(node));
                match (part(source), part(target)) {
                    (Some(from), Some(to)) if from != to => match way {
                        Direction::Both => true,
                        Direction::Into => to == 0,
                        Direction::OutOf => from == 0,
                    },
                    _ => false,
                }
            }
        }
    }
}

impl<S> Links<S> {
    /// The same links over other sets.
    ///
    /// # Errors
    /// The first of `set`.
    pub fn try_map<T, E>(&self, mut set: impl FnMut(&S) -> Result<T, E>) -> Result<Links<T>, E> {
        Ok(match self {
            Links::All => Links::All,
            Links::Touching(s, way) => Links::Touching(set(s)?, *way),
            Links::From(s, t) => Links::From(set(s)?, set(t)?),
            Links::Between(s, t) => Links::Between(set(s)?, set(t)?),
            Links::Across(parts, way) => {
                Links::Across(parts.iter().map(set).collect::<Result<_, _>>()?, *way)
            }
        })
    }

    /// The same links over other sets.
    pub fn map<T>(&self, mut set: impl FnMut(&S) -> T) -> Links<T> {
        let Ok(links) = self.try_map(|s| Ok::<T, std::convert::Infallible>(set(s)));
        links
    }
}
