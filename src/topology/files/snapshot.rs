//! `Snapshot`: a graph at a moment, with what is known of its nodes and links. Which attributes
//! there are is data.

use crate::topology::Graph;

/// A graph with attributes, as files hold it.
#[derive(Clone, Debug, PartialEq)]
pub struct Snapshot {
    /// Of which run, where that is known.
    pub header: Option<Header>,
    /// What made the graph, as its file says.
    pub model: Option<String>,
    /// The nodes with their names, and who knows whom.
    pub graph: Graph,
    /// Attributes of nodes, a cell a node, by id.
    pub nodes: Vec<Column>,
    /// Attributes of links, a cell a link, by (source, slot): the order of the graph's rows.
    pub links: Vec<Column>,
}

/// Where a snapshot comes from.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Header {
    /// The experiment.
    pub name: String,
    /// Its protocol.
    pub protocol: String,
    /// Which of its runs.
    pub run: u32,
    /// Virtual time in milliseconds.
    pub t_ms: u64,
}

/// One attribute of all nodes, or of all links.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Column {
    /// Its key in files: letters, digits and underscores.
    pub name: &'static str,
    /// Its values.
    pub cells: Cells,
}

/// The values of an attribute; `None` where one has none.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Cells {
    /// Whole numbers.
    Numbers(Vec<Option<u64>>),
    /// Texts.
    Texts(Texts),
}

impl Cells {
    /// How many cells.
    pub fn len(&self) -> usize {
        match self {
            Cells::Numbers(cells) => cells.len(),
            Cells::Texts(texts) => texts.cells.len(),
        }
    }

    /// Whether there are none.
    pub fn is_empty(&self) -> bool {
        self.len() == 0
    }
}

/// Texts of which many are equal, such as states: each is kept once.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Texts {
    words: Vec<String>,
    cells: Vec<Option<u32>>,
}

impl Texts {
    /// The text of a cell.
    pub fn get(&self, place: usize) -> Option<&str> {
        self.cells[place].map(|word| self.words[word as usize].as_str())
    }
}

impl<S: AsRef<str>> FromIterator<Option<S>> for Texts {
    fn from_iter<I: IntoIterator<Item = Option<S>>>(cells: I) -> Texts {
        let mut places = std::collections::BTreeMap::<String, u32>::new();
        let mut texts = Texts::default();
        for cell in cells {
            let word = cell.map(|text| match places.get(text.as_ref()) {
                Some(&place) => place,
                None => {
                    let place = texts.words.len() as u32;
                    texts.words.push(text.as_ref().to_owned());
                    places.insert(text.as_ref().to_owned(), place);
                    place
                }
            });
            texts.cells.push(word);
        }
        texts
    }
}

impl Snapshot {
    /// A graph of which nothing else is known.
    pub fn of(graph: Graph) -> Snapshot {
        Snapshot { header: None, model: None, graph, nodes: Vec::new(), links: Vec::new() }
    }

    /// The whole numbers of a node attribute, by id, if there is such an attribute.
    pub fn numbers(&self, name: &str) -> Option<&[Option<u64>]> {
        self.nodes.iter().find(|column| column.name == name).and_then(|column| {
            match &column.cells {
                Cells::Numbers(cells) => Some(cells.as_slice()),
                Cells::Texts(_) => None,
            }
        })
    }

    /// Whether it is a graph as other tools know it: no moment of a run, and each edge the same in
    /// both directions.
    pub(super) fn is_plain(&self) -> bool {
        self.header.is_none() && !self.graph.directed() && self.graph.is_symmetric()
    }

    /// # Panics
    /// If a column does not have a cell for each node or link.
    pub(super) fn assert_sound(&self) {
        let links = if self.graph.directed() { 1 } else { 2 } * self.graph.edges();
        let of_nodes = |column: &Column| column.cells.len() == self.graph.nodes() as usize;
        let of_links = |column: &Column| column.cells.len() as u64 == links;
        assert!(self.nodes.iter().all(of_nodes), "a node column has a cell for each node");
        assert!(self.links.iter().all(of_links), "a link column has a cell for each link");
    }
}
