//! What a metric is: a name, a unit, a scope, a cost and a meaning.

/// A quantity of a run that can be recorded.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Metric {
    /// As in experiment files and tables.
    pub name: &'static str,
    /// As in tables: `count`, `ratio`, `ms`, `coins`, ...
    pub unit: &'static str,
    /// What a reading of it belongs to.
    pub scope: Scope,
    /// What a reading of it costs.
    pub cost: Cost,
    /// Its exact definition, in a sentence.
    pub says: &'static str,
}

/// What a reading belongs to.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Scope {
    /// The whole run: one number.
    Run,
    /// A kind of message, by its name.
    Kind,
    /// Something that the protocol counts by number: a degree, a rumour, a term.
    Each(&'static str),
}

impl Scope {
    /// As in tables.
    pub fn name(self) -> &'static str {
        match self {
            Scope::Run => "run",
            Scope::Kind => "kind",
            Scope::Each(name) => name,
        }
    }
}

/// When a metric may be read.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Cost {
    /// A counter: whenever recorded.
    Counter,
    /// A look at every node: whenever recorded.
    Scan,
    /// A look at the whole graph: at graph snapshots and at the end only.
    Graph,
}
