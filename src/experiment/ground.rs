//! What a run of an experiment stands on: its graph, who there is, and what they are called.

use std::sync::{Arc, Mutex, PoisonError};

use super::decode::Experiment;
use super::topology::{Topology, members};
use crate::kernel::Seed;
use crate::network::Population;
use crate::protocols::Ground;
use crate::topology::files::Snapshot;
use crate::topology::{Graph, Labels};

/// A graph takes longer to draw than a small run takes: what was judged is run on.
#[derive(Debug, Default)]
pub(super) struct JudgedGround(Mutex<Option<(Seed, Ground)>>);

impl JudgedGround {
    /// Keeps the ground of that seed, until it is taken.
    pub(super) fn keep(&self, seed: Seed, ground: Ground) {
        *self.0.lock().unwrap_or_else(PoisonError::into_inner) = Some((seed, ground));
    }

    fn take(&self, seed: Seed) -> Option<Ground> {
        let mut kept = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        kept.take_if(|(of, _)| *of == seed).map(|(_, ground)| ground)
    }
}

impl Experiment {
    /// Who there is to select from, before a run drops any.
    pub fn population(&self) -> Population {
        let mut population = Population::of(self.nodes);
        population.role_nodes = self.entry.role_nodes();
        population.labels = self.labels();
        population.groups =
            self.topology.as_ref().map_or_else(Default::default, |t| t.groups(self.nodes));
        population
    }

    /// Who there is to select from in a run on that ground.
    pub(super) fn population_on(&self, ground: &Ground) -> Population {
        let mut population = self.population();
        if ground.nodes != self.nodes {
            population.nodes = ground.nodes;
            population.groups = members(&ground.graph);
        }
        population
    }

    /// Whether a run may drop nodes: those outside the largest component of its graph.
    pub fn drops_nodes(&self) -> bool {
        self.topology.as_ref().is_some_and(Topology::drops_nodes)
    }

    /// The names of the nodes: the topology's, or the protocol's own.
    pub fn labels(&self) -> Labels {
        let labels = self.topology.as_ref().and_then(Topology::labels);
        labels.unwrap_or_else(|| self.entry.labels())
    }

    /// The topology of the first run; its nodes are labelled as in the results.
    ///
    /// # Errors
    /// One sentence about why there is no such graph.
    pub fn first_graph(&self) -> Result<Snapshot, String> {
        let ground = self.ground(self.seed.replication(0))?;
        let graph = ground.graph.with_labels(self.labels());
        Ok(match &ground.file {
            Some(file) => Snapshot { graph, ..file.snapshot.clone() },
            None => Snapshot::of(graph),
        })
    }

    /// What a run of that seed stands on.
    ///
    /// # Errors
    /// One sentence about why there is no such graph.
    pub(super) fn ground(&self, seed: Seed) -> Result<Ground, String> {
        if let Some(ground) = self.judged.take(seed) {
            return Ok(ground);
        }
        let Some(topology) = &self.topology else {
            return Ok(Ground {
                nodes: self.nodes,
                graph: Graph::complete(self.nodes),
                file: None,
            });
        };
        let file = match topology {
            Topology::File { file, .. } => Some(Arc::clone(file)),
            Topology::Drawn(_) => None,
        };
        let graph = topology.build(self.nodes, seed).map_err(|error| error.to_string())?;
        Ok(Ground { nodes: graph.nodes(), graph, file })
    }
}
