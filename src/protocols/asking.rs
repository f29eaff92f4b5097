//! When a command of a workload is given, and of which nodes: the same for every protocol.

use crate::faults::{EXPANSION_MAX, Schedule};
use crate::kernel::{Domain, Instant, NodeId, Seed, Stream};
use crate::network::{Population, Selector, Targets};

/// The run that commands are given in.
#[derive(Clone, Copy, Debug)]
pub struct Asking<'a> {
    /// Who there is.
    pub population: &'a Population,
    /// The one role that selectors may name: all nodes play it.
    pub role: &'static str,
    /// The seed of the run.
    pub seed: Seed,
    /// The end of the run.
    pub end: Instant,
}

/// When a command is given, and whom it hits, are draws of their own.
#[derive(Clone, Copy)]
enum Purpose {
    Times,
    Nodes,
}

impl Asking<'_> {
    /// Every moment and node of one command, by time, beside the `taken` requests of those before it. A command draws
    /// by its place alone.
    ///
    /// # Errors
    /// One sentence: it makes no sense for the population, or there are more than [`EXPANSION_MAX`] requests.
    pub fn expand(
        &self,
        command: usize,
        (when, whom): (&Schedule, &Selector),
        taken: usize,
    ) -> Result<Vec<(Instant, NodeId)>, String> {
        let too_many = || {
            format!("a workload expands to at most {EXPANSION_MAX} requests, counted node by node")
        };
        let mut asked = Vec::new();
        let mut draws = self.stream(command, Purpose::Nodes);
        let times = when.expand(self.end, &mut self.stream(command, Purpose::Times));
        for at in times.map_err(|_| too_many())? {
            let targets = whom.resolve(self.population, &mut draws);
            let nodes = match targets.map_err(|error| error.to_string())? {
                Targets::Nodes(nodes) => nodes,
                Targets::Role(role) if role == self.role => {
                    (0..self.population.nodes).map(NodeId).collect()
                }
                Targets::Role(role) => {
                    return Err(format!("no {} plays the role `{role}`", self.role));
                }
            };
            if nodes.len() > EXPANSION_MAX.saturating_sub(taken + asked.len()) {
                return Err(too_many());
            }
            asked.extend(nodes.into_iter().map(|node| (at, node)));
        }
        Ok(asked)
    }

    fn stream(&self, command: usize, purpose: Purpose) -> Stream {
        Stream::new(self.seed, Domain::Workload, 2 + command as u64, purpose as u64)
    }
}
