//! Graph files in: which format a file has, and what every format answers.

mod assembly;
mod edge_list;
mod graphml;
mod json;
mod mistake;
mod node_link;
mod quantity;
mod spigo;

use std::fmt;

use super::snapshot::Snapshot;
use crate::kernel::NodeId;
use mistake::{Mistakes, Source};

pub use mistake::FileMistake;

/// How a file is to be understood.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct ReadOptions {
    /// Which end of an edge record knows the other.
    pub edges: Direction,
    /// What becomes of repeated edges and self loops.
    pub repeats: Repeats,
    /// What the weights of edges are.
    pub weights: Weights,
    /// Whether edges lead one way.
    pub directed: Directed,
}

/// What the weights and latencies of edges are.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Weights {
    /// Latencies in milliseconds.
    #[default]
    Latency,
    /// Nothing to us.
    Ignore,
}

/// Whether edges lead one way.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Directed {
    /// As the file says.
    #[default]
    AsWritten,
    /// They do, whatever the file says.
    Yes,
    /// They do not, whatever the file says.
    No,
}

/// Which end of an edge record knows the other.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Direction {
    /// As the format and version of the file have it.
    #[default]
    Auto,
    /// The source knows the target.
    AsWritten,
    /// The target knows the source.
    Reversed,
}

/// What becomes of repeated edges and self loops.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Repeats {
    /// Dropped in formats where they are legal (spigo JSON, GraphML, `multigraph: true`), else
    /// refused.
    #[default]
    Auto,
    /// Each is a mistake.
    Refuse,
    /// They count once or not at all, with a warning.
    Drop,
}

impl Directed {
    /// Whether they do in a file that says so or not.
    fn or(self, says: bool) -> bool {
        match self {
            Directed::AsWritten => says,
            Directed::Yes => true,
            Directed::No => false,
        }
    }
}

/// What a graph file holds.
#[derive(Clone, Debug, PartialEq)]
pub struct GraphFile {
    /// The graph, its nodes as the file names them, and what it says of them. Rows of a directed
    /// graph are in the order of the file.
    pub snapshot: Snapshot,
    /// What was read.
    pub counts: Counts,
    /// What will probably surprise.
    pub warnings: Vec<String>,
}

impl GraphFile {
    /// The purse of a node in coins, where the file gives one.
    pub fn gold(&self, id: NodeId) -> Option<u64> {
        self.snapshot.numbers("gold")?[id.index()]
    }

    /// The chat period of a node in milliseconds, where the file gives one; 0 stands for none.
    pub fn period_ms(&self, id: NodeId) -> Option<u32> {
        let period = self.snapshot.numbers("period_ms")?[id.index()]?;
        Some(u32::try_from(period).expect("the reader refuses longer periods"))
    }
}

/// How many records of each kind a file has, and how many edges came of them.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Counts {
    /// Nodes.
    pub nodes: u64,
    /// Edge records; an undirected one counts once.
    pub edge_records: u64,
    /// Edge records whose edge was there already.
    pub duplicates: u64,
    /// Edge records that join a node to itself.
    pub self_loops: u64,
    /// Edges removed again.
    pub forgotten: u64,
    /// Records of nodes that have left.
    pub done: u64,
    /// Records and elements of no known kind.
    pub ignored: u64,
    /// Directed edges of the graph.
    pub edges: u64,
}

impl Counts {
    /// Every count by its name.
    pub fn named(&self) -> [(&'static str, u64); 8] {
        [
            ("nodes", self.nodes),
            ("edge_records", self.edge_records),
            ("duplicates", self.duplicates),
            ("self_loops", self.self_loops),
            ("forgotten", self.forgotten),
            ("done", self.done),
            ("ignored", self.ignored),
            ("edges", self.edges),
        ]
    }
}

/// All counts in one line.
impl fmt::Display for Counts {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        for (k, (name, count)) in self.named().into_iter().enumerate() {
            write!(f, "{}{name} {count}", if k == 0 { "" } else { ", " })?;
        }
        Ok(())
    }
}

const FORMATS: &str = "the three formats are GraphML (starts with <), spigo JSON (an object with \
                       an array \"graph\") and node-link JSON (an object with \"nodes\"); or a \
                       CSV edge list (a header with source,target)";

/// Reads a graph file. Its format is told by its content, never by its `name`, which stands in the
/// mistakes only.
///
/// # Errors
/// All mistakes of the file, in its order, at most 20.
pub fn read(bytes: &[u8], name: &str, options: ReadOptions) -> Result<GraphFile, Vec<FileMistake>> {
    let bytes = bytes.strip_prefix(b"\xEF\xBB\xBF").unwrap_or(bytes);
    let valid = str::from_utf8(bytes).map_or_else(|error| error.valid_up_to(), str::len);
    let text = str::from_utf8(&bytes[..valid]).expect("it is valid up to there");
    let mut mistakes = Mistakes::new(Source { name, text });
    if valid < bytes.len() {
        mistakes.add(valid, || "the file is not UTF-8 from here on".to_owned());
        return mistakes.or(None);
    }
    let blank = text.len() - text.trim_ascii_start().len();
    let file = match text.as_bytes().get(blank) {
        Some(b'<') => graphml::read(text, options, &mut mistakes),
        Some(b'{') => json::read(text, options, &mut mistakes),
        None => {
            mistakes.add(0, || format!("empty file; {FORMATS}"));
            None
        }
        Some(_) if edge_list::is_one(&text[blank..]) => {
            edge_list::read(text, blank, options, &mut mistakes)
        }
        Some(_) => {
            mistakes.add(blank, || format!("unknown format; {FORMATS}"));
            None
        }
    };
    mistakes.or(file)
}
