//! What follows from an experiment's settings: its id, its end, who there is, what a run stands on.

use std::sync::Arc;

use serde_json::json;
use sha2::{Digest, Sha256};

use super::ENGINE_NUMBER;
use super::decode::Experiment;
use super::topology::{Topology, hex};
use crate::kernel::{Instant, Seed};
use crate::network::Population;
use crate::protocols::Ground;
use crate::topology::Labels;
use crate::topology::files::Snapshot;

impl Experiment {
    /// The last moment of a run, unless something ends it before.
    pub fn end(&self) -> Instant {
        self.stop.at.unwrap_or(Instant::NEVER)
    }

    /// What names the results of all its replications, or of one alone: 12 hexadecimal digits.
    pub fn id(&self, only: Option<u32>) -> String {
        let named = json!({
            "engine": ENGINE_NUMBER,
            "experiment": self.canonical,
            "kind": "run",
            "replication": only,
        });
        hex(&Sha256::digest(named.to_string()))[..12].to_owned()
    }

    /// Takes another root seed.
    pub(super) fn give_seed(&mut self, seed: Seed) {
        self.seed = seed;
        self.canonical["seed"] = json!(seed.0);
    }

    /// Whether the file says what a study varies, which a run leaves out.
    pub fn has_sweep(&self) -> bool {
        self.sweep.is_some()
    }

    /// Over how many points a study of it goes; none where it does not vary anything.
    pub fn points(&self) -> Option<usize> {
        self.sweep.as_ref().map(|sweep| sweep.points.len())
    }

    /// Who there is to select from.
    pub fn population(&self) -> Population {
        let mut population = Population::of(self.nodes);
        population.role_nodes = self.entry.role_nodes();
        population.labels = self.labels();
        population
    }

    /// The names of the nodes: the file's, or the protocol's own.
    pub fn labels(&self) -> Labels {
        match &self.topology {
            Some(Topology::File(file)) => file.snapshot.graph.labels().clone(),
            _ => self.entry.labels(),
        }
    }

    /// The topology of the first run; its nodes are labelled as in the results.
    ///
    /// # Errors
    /// One sentence about why there is no such graph.
    pub fn first_graph(&self) -> Result<Snapshot, String> {
        match &self.topology {
            Some(Topology::File(file)) => Ok(file.snapshot.clone()),
            _ => {
                let ground = self.ground(self.seed.replication(0))?;
                Ok(Snapshot::of(ground.graph.with_labels(self.labels())))
            }
        }
    }

    /// What a run of that seed stands on.
    ///
    /// # Errors
    /// One sentence about why there is no such graph.
    pub(super) fn ground(&self, seed: Seed) -> Result<Ground, String> {
        let topology = self.topology.as_ref().unwrap_or(&Topology::Complete);
        let file = match topology {
            Topology::File(file) => Some(Arc::clone(file)),
            _ => None,
        };
        Ok(Ground { nodes: self.nodes, graph: topology.build(self.nodes, seed)?, file })
    }
}
