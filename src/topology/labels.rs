//! Labels of nodes: a rule where one is enough, else one text for all of them.

use std::fmt;

use crate::kernel::NodeId;

/// What the nodes of a graph are called.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Labels {
    /// A prefix and a number: the id plus `first`. Nothing is stored.
    Numbered {
        /// What stands before the number.
        prefix: String,
        /// The number of node 0.
        first: u32,
    },
    /// As a file names them.
    Given(Names),
}

impl Labels {
    /// The label of a node.
    ///
    /// # Panics
    /// If given names have none for it.
    pub fn get(&self, id: NodeId) -> Label<'_> {
        match self {
            Labels::Numbered { prefix, first } => {
                Label::Numbered { prefix, number: u64::from(id.0) + u64::from(*first) }
            }
            Labels::Given(names) => Label::Given(names.get(id)),
        }
    }

    /// The node of that name, whether or not there are so many nodes: a walk along given names.
    pub fn find(&self, name: &str) -> Option<NodeId> {
        match self {
            Labels::Numbered { prefix, first } => {
                let number: u32 = name.strip_prefix(prefix.as_str())?.parse().ok()?;
                let id = NodeId(number.checked_sub(*first)?);
                // No second spelling, such as leading zeros.
                (self.get(id).to_string() == name).then_some(id)
            }
            Labels::Given(names) => {
                names.iter().position(|known| known == name).map(|id| NodeId(id as u32))
            }
        }
    }
}

/// The decimal id.
impl Default for Labels {
    fn default() -> Labels {
        Labels::Numbered { prefix: String::new(), first: 0 }
    }
}

/// The label of one node; print it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Label<'g> {
    /// A prefix and a number.
    Numbered {
        /// What stands before the number.
        prefix: &'g str,
        /// The number.
        number: u64,
    },
    /// A name from a file.
    Given(&'g str),
}

impl fmt::Display for Label<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Label::Numbered { prefix, number } => write!(f, "{prefix}{number}"),
            Label::Given(name) => f.write_str(name),
        }
    }
}

/// Many names, end to end in one text.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Names {
    text: String,
    ends: Vec<usize>,
}

impl Names {
    /// The name of a node.
    ///
    /// # Panics
    /// If the node has none.
    pub fn get(&self, id: NodeId) -> &str {
        let start = id.index().checked_sub(1).map_or(0, |before| self.ends[before]);
        &self.text[start..self.ends[id.index()]]
    }

    /// How many names.
    pub fn len(&self) -> usize {
        self.ends.len()
    }

    /// Whether there are none.
    pub fn is_empty(&self) -> bool {
        self.ends.is_empty()
    }

    /// All names, that of node 0 first.
    pub fn iter(&self) -> impl Iterator<Item = &str> {
        (0..self.ends.len()).map(|id| self.get(NodeId(id as u32)))
    }
}

impl<S: AsRef<str>> FromIterator<S> for Names {
    fn from_iter<I: IntoIterator<Item = S>>(names: I) -> Names {
        let mut all = Names::default();
        for name in names {
            all.text.push_str(name.as_ref());
            all.ends.push(all.text.len());
        }
        all
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn labels_are_rules_or_names() {
        let pirates = Labels::Numbered { prefix: "Pirate".into(), first: 1 };
        assert_eq!(pirates.get(NodeId(0)).to_string(), "Pirate1");
        assert_eq!(pirates.get(NodeId(u32::MAX)).to_string(), "Pirate4294967296");
        assert_eq!(Labels::default().get(NodeId(7)).to_string(), "7");
        let given = Labels::Given(["Anne", "", "Mary"].into_iter().collect());
        let labels = [0, 1, 2].map(|id| given.get(NodeId(id)).to_string());
        assert_eq!(labels, ["Anne", "", "Mary"]);
        assert_eq!(pirates.find("Pirate8"), Some(NodeId(7)));
        assert_eq!(["Pirate08", "Pirate0", "Anne"].map(|name| pirates.find(name)), [None; 3]);
        assert_eq!([given.find("Mary"), given.find("Jack")], [Some(NodeId(2)), None]);
    }
}
