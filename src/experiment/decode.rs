//! From a YAML file to a validated experiment: all mistakes at once, and a canonical form that names it.

use std::path::Path;
use std::sync::Arc;

use serde_json::{Value as Json, json};
use sha2::{Digest, Sha256};

use super::ENGINE_NUMBER;
use super::base::{merge, read_base};
use super::files::Library;
use super::keys::{NODES_MAX, UNKNOWN};
use super::published::{PublishedFigure, decode_published, judge_published};
use super::record::{
    Condition, Record, Stop, decode_asserts, decode_invariants, decode_record, decode_stop,
    drop_disk_invariants, resolved_stop, settle, settle_record,
};
use super::registry::{Entry, PROTOCOLS, Prepared, protocol};
use super::statistics::Level;
use super::study::{Sweep, read_sweep};
use super::topology::{self, Topology, hex};
use crate::faults::decode::read_faults;
use crate::faults::{DiskLoss, Fault, FaultId, Faults};
use crate::kernel::{Instant, Seed};
use crate::measure::Metric;
use crate::network::decode::read_network;
use crate::network::{NetworkConfig, Population, Selector};
use crate::protocols::{Ground, Surroundings};
use crate::settings::{
    Code, Form, Kind, Mistake, Report, Section, Source, Value, decode, nearest, parse, set,
};
use crate::topology::Labels;
use crate::topology::files::{GraphFile, Snapshot};

/// A validated experiment: no setting in it can be wrong.
#[derive(Debug)]
pub struct Experiment {
    /// Results go to `results/<name>/`.
    pub name: String,
    /// What all randomness is derived from.
    pub seed: Seed,
    /// How many runs.
    pub replications: u32,
    /// How many nodes, role nodes apart.
    pub nodes: u32,
    /// What ends a run.
    pub stop: Stop,
    /// What is written of it.
    pub record: Record,
    /// What is checked.
    pub invariants: Vec<&'static str>,
    /// What must hold at the end.
    pub asserts: Vec<Condition>,
    /// How sure the intervals over replications are.
    pub level: Level,
    /// What others have found.
    pub published: Vec<PublishedFigure>,
    /// The protocol as data.
    pub entry: &'static dyn Entry,
    /// The protocol with its settings.
    pub(super) protocol: Box<dyn Prepared>,
    pub(super) topology: Option<Topology>,
    pub(super) network: NetworkConfig<Selector>,
    pub(super) faults: Faults,
    /// Every setting written out: what the id is a hash of.
    pub canonical: Json,
    /// What a study varies, which a run ignores.
    pub(super) sweep: Option<Sweep>,
    /// The file as it was given; of a `resolved.json`, which is written in any case, the one that stands beside it.
    pub text: Option<String>,
}

/// A file to be read as an experiment.
#[derive(Debug)]
pub struct Given {
    source: Arc<Source>,
    /// What is kept of it beside the results.
    text: Option<String>,
    library: Library,
}

impl Given {
    /// The bytes of a file: YAML as it is written, or a `resolved.json`.
    ///
    /// # Errors
    /// The report says where the bytes are no text.
    pub fn new(name: &str, bytes: &[u8], path: Option<&Path>) -> Result<Given, Report> {
        let source = Source::from_bytes(name, bytes).map_err(|mistake| {
            let mut report = Report::new();
            report.add(mistake);
            report
        })?;
        let is_json = path.is_some_and(|path| path.extension().is_some_and(|e| e == "json"));
        let source = if is_json { Source::canonical(name, source.text()) } else { source };
        let resolved = path.filter(|path| path.file_name().is_some_and(|n| n == "resolved.json"));
        let text = match resolved {
            Some(path) => std::fs::read_to_string(path.with_file_name("experiment.yaml")).ok(),
            None => (source.form() == Form::Written).then(|| source.text().to_owned()),
        };
        Ok(Given { source, text, library: Library::of(path) })
    }
}

/// Reads an experiment, with overrides such as `network.loss=0.1`.
///
/// # Errors
/// All mistakes at once. The report of an accepted experiment holds its warnings.
pub fn read_experiment(given: &Given, overrides: &[String]) -> (Option<Experiment>, Report) {
    let mut report = Report::new();
    let tree = given.tree(overrides, &mut report);
    let experiment = tree.and_then(|tree| given.decode(&tree, &mut report));
    (experiment, report)
}

impl Given {
    /// What the file says, over its base and under the overrides; none where that cannot be read.
    pub(super) fn tree(&self, overrides: &[String], report: &mut Report) -> Option<Value> {
        let mut tree = parse(&self.source, report)?;
        if let Some(base) = tree.get("base").filter(|value| !value.is_null()) {
            // What else is wrong shows once it is known what this file changes.
            let below = read_base(base, &self.library, report)?;
            tree = merge(below, tree);
        }
        for assignment in overrides {
            set(&mut tree, assignment, report);
        }
        Some(tree)
    }

    /// The experiment that a tree says; none where the report does not accept.
    pub(super) fn decode(&self, tree: &Value, report: &mut Report) -> Option<Experiment> {
        let chosen = tree.get("protocol").and_then(|value| match &value.kind {
            Kind::Text(word) => Some(word.as_str()),
            Kind::Map(entries) => entries.first().map(|(name, _)| name.text.as_str()),
            _ => None,
        });
        let Some(entry) = chosen.and_then(protocol) else {
            let mut scratch = Report::new();
            decode(tree, UNKNOWN, &mut scratch, |s| {
                s.field("protocol").one_of(PROTOCOLS[0].name(), |_, _| ());
            });
            // What else is wrong shows once it is known what it is for.
            let known = scratch.errors().iter().filter(|mistake| mistake.code() != Code::NoEffect);
            known.for_each(|mistake| report.add(mistake.clone()));
            return None;
        };
        let (experiment, canonical) =
            decode(tree, entry.keys(), report, |s| Reader { s, entry }.read(&self.library));
        if self.source.form() == Form::Written {
            // A resolved experiment has no sweep any more, whose keys its figures may name.
            judge_published(tree, &canonical, report);
        }
        if !report.accepts() {
            return None;
        }
        let text = self.text.clone();
        experiment.map(|experiment| Experiment { canonical, text, ..experiment })
    }
}

/// Reads the sections in the order in which they depend on each other.
struct Reader<'r, 's> {
    s: &'r mut Section<'s>,
    entry: &'static dyn Entry,
}

impl Reader<'_, '_> {
    fn read(mut self, library: &Library) -> Option<Experiment> {
        let before = self.s.errors();
        self.s.count::<u32>("schema", 1);
        let name = self.read_name();
        self.s.value("base");
        let seed = Seed(self.s.count("seed", 1));
        let replications = self.s.count("replications", 1);
        let topology = topology::decode(self.s, library);
        let file = match &topology {
            Some(Topology::File(file)) => Some(Arc::clone(file)),
            _ => None,
        };
        let nodes = self.read_nodes(file.as_deref());
        let mut stop = decode_stop(self.s, self.entry);
        let kinds = self.entry.kinds();
        let network = self.s.field("network").section(|s| read_network(s, kinds));
        let around = Surroundings {
            nodes,
            has_topology: self.s.has("topology"),
            file: file.as_deref(),
            stop_at: stop.at.map(|at| at.since(Instant::START)),
            network: &network,
        };
        let protocol = self.entry.decode(self.s, &around);
        stop.at = stop.at.or(protocol.stop_at().map(|span| Instant::START + span));
        let ends = stop.at.is_some() || stop.when.is_some() || stop.events.is_some();
        if !ends && !protocol.falls_quiet() {
            let message = format!("a run of {} never ends by itself", self.entry.name());
            self.s.refuse("stop", Code::MissingKey, &message, "give stop.at, such as 60s");
        }
        self.s.put("stop", resolved_stop(&stop));
        let faults = read_faults(self.s.field("faults"));
        let mut invariants = decode_invariants(self.s, self.entry);
        let wipes = |fault: &Fault| matches!(fault, Fault::Crash { disk: DiskLoss::Wipe, .. });
        if faults.iter().any(|(_, fault)| wipes(fault)) {
            drop_disk_invariants(self.s, self.entry, &mut invariants);
        }
        let mut record = decode_record(self.s, self.entry);
        let mut asserts = decode_asserts(self.s, self.entry);
        let level = self.read_level();
        let mut published = decode_published(self.s, self.entry);
        let offers = |metric: &Metric| protocol.offers(metric);
        settle_record(&mut record, self.entry, offers);
        let conditions = asserts.iter_mut().map(|condition| &mut condition.metric);
        let figures = published.iter_mut().map(|figure| &mut figure.metric);
        conditions.chain(figures).for_each(|metric| settle(metric, self.entry, offers));
        let sweep = self.s.optional("sweep").and_then(|field| read_sweep(field, seed));
        // A run is what it is without it.
        self.s.put("sweep", Json::Null);
        let experiment = Experiment {
            name,
            seed,
            replications,
            nodes,
            stop,
            record,
            invariants,
            asserts,
            level,
            published,
            entry: self.entry,
            protocol,
            topology,
            network,
            faults,
            canonical: Json::Null,
            sweep,
            text: None,
        };
        if self.s.errors() == before {
            self.judge(&experiment);
        }
        Some(experiment)
    }

    /// A name is a folder: letters, digits, `-`, `_` and `.`, not starting with a point.
    fn read_name(&mut self) -> String {
        let name = self.s.text("name", "experiment");
        let is_plain = |c: char| c.is_ascii_alphanumeric() || matches!(c, '-' | '_' | '.');
        if name.is_empty()
            || name.len() > 80
            || name.starts_with('.')
            || !name.chars().all(is_plain)
        {
            let message = "a name is up to 80 letters, digits, `-`, `_` and `.`";
            self.s.refuse("name", Code::OutOfRange, message, "it names a folder of results");
        }
        name
    }

    fn read_level(&mut self) -> Level {
        let share = self.s.field("ci").probability(Level::USUAL.share());
        let level_of = |share| Level::new(share).filter(|level| level.share() >= 0.5);
        if let Some(level) = level_of(share) {
            return level;
        }
        let label = match level_of(1.0 - share) {
            Some(meant) => format!("did you mean {}?", meant.share()),
            None => "0.95 is usual".to_owned(),
        };
        let message = "the level of an interval lies from 0.5 to 0.9999";
        self.s.refuse("ci", Code::OutOfRange, message, &label);
        Level::USUAL
    }

    fn read_nodes(&mut self, file: Option<&GraphFile>) -> u32 {
        let in_file = file.map(|file| file.snapshot.graph.nodes());
        if !self.s.has("nodes") {
            self.s.value("nodes");
            if in_file.is_none() {
                let message = "it is not said how many nodes there are";
                self.s.refuse("nodes", Code::MissingKey, message, "give `nodes`, such as 100");
            }
            let nodes = in_file.unwrap_or(0);
            self.s.put("nodes", json!(nodes));
            return nodes;
        }
        let nodes = self.s.count("nodes", 0u32);
        debug_assert!(u64::from(nodes) <= NODES_MAX, "the declaration bounds it");
        if let Some(in_file) = in_file
            && in_file != nodes
        {
            let message = format!("the graph file has {in_file} nodes, not {nodes}");
            self.s.refuse("nodes", Code::Conflict, &message, "leave `nodes` out, or correct it");
        }
        nodes
    }

    /// Tries everything that is drawn for the first run: what nobody can be selected for shows now.
    fn judge(&mut self, experiment: &Experiment) {
        let seed = experiment.seed.replication(0);
        let end = experiment.end();
        if let Err(error) = experiment.ground(seed) {
            self.s.refuse("topology", Code::OutOfRange, &error, "in this topology");
        }
        let population = experiment.population();
        self.judge_roles(experiment);
        if let Err((index, error)) = experiment.network.resolve(&population, seed) {
            self.refuse_item("network", "links", index, &error.to_string());
        }
        if let Err((index, error)) = experiment.protocol.judge_workload(&population, seed, end) {
            self.refuse_item("workload", "", index, &error);
        }
        if let Err((FaultId(index), error)) = experiment.faults.expand(&population, seed, end) {
            self.refuse_item("faults", "", index as usize, &error.to_string());
        }
        if experiment.record.warmup > end {
            let message = format!("no sample is kept: the run ends at {end}, before the warm-up");
            let place = self.s.place("record").clone();
            self.s.report().add(Mistake::new(Code::Surprising, message, place));
        }
        for (id, fault) in experiment.faults.iter() {
            if fault.starts_at() > end {
                let message = format!("this never happens: the run ends at {end}");
                let place = self.place_of("faults", "", id.0 as usize);
                self.s.report().add(Mistake::new(Code::Surprising, message, place));
            }
        }
    }

    /// Roles are resolved when a fault fires; that there is such a role is known before.
    fn judge_roles(&mut self, experiment: &Experiment) {
        for (id, fault) in experiment.faults.iter() {
            for selector in fault.selectors() {
                let Selector::Role(role) = selector else { continue };
                let roles = self.entry.roles();
                if roles.contains(&role.as_str()) {
                    continue;
                }
                let near = nearest(role, roles.iter().copied());
                let label = near.map_or(String::new(), |near| format!("did you mean `{near}`?"));
                let message = format!("no node of {} plays the role `{role}`", self.entry.name());
                let place = self.place_of("faults", "", id.0 as usize);
                let mistake = Mistake::new(Code::Nobody, message, place).label(label);
                self.s.report().add(mistake.note(format!("roles here: {}", roles.join(", "))));
            }
        }
    }

    fn refuse_item(&mut self, key: &'static str, below: &str, index: usize, message: &str) {
        let place = self.place_of(key, below, index);
        self.s.report().add(Mistake::new(Code::Nobody, message, place).see(key));
    }

    /// Where the item of a list was written.
    fn place_of(&mut self, key: &'static str, below: &str, index: usize) -> crate::settings::Place {
        let standing = self.s.place(key).clone();
        let list = self.s.value(key);
        let list = if below.is_empty() { list } else { list.and_then(|value| value.get(below)) };
        match list.map(|value| &value.kind) {
            Some(Kind::List(items)) => items.get(index).map_or(standing, |item| item.place.clone()),
            _ => standing,
        }
    }
}

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
