//! A graph's history as a spigo log, format 0.4: node, edge, forget and done records in time order,
//! streamed.

use std::collections::BTreeMap;
use std::io::{self, Write};

use crate::kernel::{Instant, NodeId, Seed};

use super::calendar::Timestamp;

/// What the log is of.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct SpigoHeader<'a> {
    /// The name of the experiment.
    pub experiment: &'a str,
    /// Its root seed.
    pub seed: Seed,
    /// The number of the run.
    pub run: u64,
    /// What spigo calls the architecture, such as `fsm`.
    pub architecture: &'a str,
    /// What each node is, such as `pirate`.
    pub package: &'a str,
}

/// How a node ended.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Exit {
    /// It left.
    Normal,
    /// It crashed.
    Crash,
}

/// What the log has said of a node.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Known {
    Unheard,
    /// As an end of an edge only.
    Named,
    Enlisted,
}

/// Writes a spigo log. Times must not decrease.
pub struct SpigoLog<W: Write, N> {
    out: W,
    names: N,
    package: String,
    /// The number of each edge that stands, by source and target.
    edges: BTreeMap<(u32, u32), u64>,
    edges_written: u64,
    nodes: Vec<Known>,
    is_empty: bool,
}

impl<W: Write, N: Fn(NodeId) -> S, S: AsRef<str>> SpigoLog<W, N> {
    /// Begins the log with its header; `names` says what the nodes are called.
    ///
    /// # Errors
    /// What `out` refuses.
    pub fn new(mut out: W, names: N, header: &SpigoHeader<'_>) -> io::Result<SpigoLog<W, N>> {
        let SpigoHeader { experiment, seed, run, architecture, package } = header;
        let args = format!("[corsair {experiment} seed={} run={run}]", seed.0);
        out.write_all(b"{\n  \"arch\":")?;
        serde_json::to_writer(&mut out, architecture)?;
        out.write_all(b",\n  \"version\":\"spigo-0.4\",\n  \"args\":")?;
        serde_json::to_writer(&mut out, &args)?;
        let date = Timestamp(Instant::START);
        write!(out, ",\n  \"date\":\"{date}\",\n  \"graph\":[")?;
        Ok(SpigoLog {
            out,
            names,
            package: (*package).to_owned(),
            edges: BTreeMap::new(),
            edges_written: 0,
            nodes: Vec::new(),
            is_empty: true,
        })
    }

    /// A node has enlisted; said again of the same node, nothing is written.
    ///
    /// # Errors
    /// What `out` refuses.
    pub fn node(&mut self, at: Instant, node: NodeId) -> io::Result<()> {
        if std::mem::replace(self.known(node), Known::Enlisted) == Known::Enlisted {
            return Ok(());
        }
        self.begin("node")?;
        self.name(node)?;
        self.out.write_all(b",\"package\":")?;
        serde_json::to_writer(&mut self.out, &self.package)?;
        let at = Timestamp(at);
        write!(self.out, ",\"timestamp\":\"{at}\",\"metadata\":\"id/{node}\"}}")
    }

    /// An edge has formed; of one that stands already nothing is written.
    ///
    /// # Errors
    /// What `out` refuses.
    pub fn edge(&mut self, at: Instant, source: NodeId, target: NodeId) -> io::Result<()> {
        let number = self.edges_written + 1;
        if *self.edges.entry((source.0, target.0)).or_insert(number) != number {
            return Ok(());
        }
        self.edges_written = number;
        self.begin("edge")?;
        self.pair(number, source, target)?;
        self.end(at)
    }

    /// An edge was lost; of one that does not stand nothing is written, for readers could not tell
    /// which is meant.
    ///
    /// # Errors
    /// What `out` refuses.
    pub fn forget(&mut self, at: Instant, source: NodeId, target: NodeId) -> io::Result<()> {
        let Some(number) = self.edges.remove(&(source.0, target.0)) else {
            return Ok(());
        };
        self.begin("forget")?;
        self.pair(number, source, target)?;
        self.end(at)
    }

    /// A node has ended.
    ///
    /// # Errors
    /// What `out` refuses.
    pub fn done(&mut self, at: Instant, node: NodeId, exit: Exit) -> io::Result<()> {
        self.mention(node);
        self.begin("done")?;
        self.name(node)?;
        self.out.write_all(match exit {
            Exit::Normal => b",\"exit\":\"normal\"",
            Exit::Crash => b",\"exit\":\"crash\"",
        })?;
        self.end(at)
    }

    /// Ends the log at the end of the run, with a node record for each node that was named but
    /// never enlisted.
    ///
    /// # Errors
    /// What `out` refuses.
    pub fn finish(mut self, end: Instant) -> io::Result<W> {
        for node in 0..self.nodes.len() {
            if self.nodes[node] == Known::Named {
                self.node(end, NodeId(node as u32))?;
            }
        }
        self.out.write_all(b"\n  ]\n}\n")?;
        Ok(self.out)
    }

    fn begin(&mut self, record: &str) -> io::Result<()> {
        let comma = if std::mem::take(&mut self.is_empty) { "" } else { "," };
        write!(self.out, "{comma}\n    {{\"{record}\":")
    }

    fn pair(&mut self, number: u64, source: NodeId, target: NodeId) -> io::Result<()> {
        write!(self.out, "\"e{number}\",\"source\":")?;
        self.mention(source);
        self.name(source)?;
        self.out.write_all(b",\"target\":")?;
        self.mention(target);
        self.name(target)
    }

    fn name(&mut self, node: NodeId) -> io::Result<()> {
        serde_json::to_writer(&mut self.out, (self.names)(node).as_ref())?;
        Ok(())
    }

    fn end(&mut self, at: Instant) -> io::Result<()> {
        write!(self.out, ",\"timestamp\":\"{}\"}}", Timestamp(at))
    }

    fn mention(&mut self, node: NodeId) {
        let known = self.known(node);
        if *known == Known::Unheard {
            *known = Known::Named;
        }
    }

    fn known(&mut self, node: NodeId) -> &mut Known {
        if self.nodes.len() <= node.index() {
            self.nodes.resize(node.index() + 1, Known::Unheard);
        }
        &mut self.nodes[node.index()]
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const NAMES: [&str; 4] = ["Anne \"the Knife\" & <Bonny>", "Pirate2", "Tab\there", "Pirate4"];
    const HEADER: SpigoHeader<'_> = SpigoHeader {
        experiment: "demo",
        seed: Seed(42),
        run: 3,
        architecture: "fsm",
        package: "pirate",
    };

    fn log() -> SpigoLog<Vec<u8>, impl Fn(NodeId) -> &'static str> {
        SpigoLog::new(Vec::new(), |node: NodeId| NAMES[node.index()], &HEADER).unwrap()
    }

    #[test]
    fn a_history_is_a_log() {
        let at = |seconds: u64| Instant::from_nanos(seconds * 1_000_000_000);
        let [anne, two, tab, four] = [0, 1, 2, 3].map(NodeId);
        let mut log = log();
        log.node(at(0), anne).unwrap();
        log.edge(at(1), anne, two).unwrap();
        log.edge(at(1), anne, two).unwrap();
        log.edge(at(2), two, tab).unwrap();
        log.node(at(3), two).unwrap();
        log.forget(at(4), anne, two).unwrap();
        log.forget(at(4), anne, two).unwrap();
        log.edge(at(5), anne, two).unwrap();
        log.done(at(6), two, Exit::Crash).unwrap();
        log.node(at(7), two).unwrap();
        log.done(at(8), four, Exit::Normal).unwrap();
        let text = String::from_utf8(log.finish(at(9)).unwrap()).unwrap();
        let expected = include_str!("../../tests/golden/spigo.json");
        assert_eq!(text, expected);
    }

    #[test]
    fn an_empty_log_is_json() {
        let bytes = log().finish(Instant::START).unwrap();
        let log: serde_json::Value = serde_json::from_slice(&bytes).unwrap();
        assert_eq!(log["graph"], serde_json::json!([]));
    }

    /// The keys of each kind of record, in order, and how far records are indented.
    fn shape(log: &str) -> BTreeMap<String, String> {
        let keys = |line: &str| {
            let names = line.split(",\"").map(|part| part.split("\":").next().unwrap());
            names.map(|name| name.trim_matches(['"', '{', ' '])).collect::<Vec<_>>().join(" ")
        };
        let records = log.lines().filter(|line| line.starts_with("    {\""));
        let header = log.lines().filter(|line| line.starts_with("  \"")).map(keys);
        let header = ("header".to_owned(), header.collect::<Vec<_>>().join(" "));
        let kinds =
            records.map(keys).map(|keys| (keys.split(' ').next().unwrap().to_owned(), keys));
        kinds.chain([header]).collect()
    }

    #[test]
    fn records_have_the_shape_of_spigos_own() {
        let mut log = log();
        log.node(Instant::START, NodeId(1)).unwrap();
        log.edge(Instant::START, NodeId(1), NodeId(3)).unwrap();
        log.forget(Instant::START, NodeId(1), NodeId(3)).unwrap();
        log.done(Instant::START, NodeId(1), Exit::Normal).unwrap();
        let ours = shape(&String::from_utf8(log.finish(Instant::START).unwrap()).unwrap());
        let theirs = shape(include_str!("../../tests/oracles/pirates/graphs/v04.json"));
        assert_eq!(ours.len(), 5);
        for (kind, keys) in ours {
            assert_eq!(theirs.get(&kind), Some(&keys));
        }
    }
}
