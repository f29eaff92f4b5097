//! From a YAML file to a validated experiment: all mistakes at once, and a canonical form that names it.

use std::path::Path;
use std::sync::Arc;

use serde_json::{Value as Json, json};

use super::base::{merge, read_base};
use super::culprit::{failing_selector, item, under};
use super::files::Library;
use super::ground::JudgedGround;
use super::keys::{NODES_MAX, UNKNOWN};
use super::network;
use super::published::{PublishedFigure, decode_published, judge_published};
use super::record::{
    Condition, Record, Stop, decode_asserts, decode_invariants, decode_record, decode_stop,
    drop_disk_invariants, resolved_stop, settle, settle_record,
};
use super::registry::{Entry, PROTOCOLS, Prepared, protocol};
use super::statistics::Level;
use super::study::{Sweep, read_sweep};
use super::topology::{self, Topology};
use crate::faults::decode::read_faults;
use crate::faults::{FaultId, Faults};
use crate::kernel::{Instant, Seed, Span};
use crate::measure::Metric;
use crate::network::{NetworkConfig, NetworkError, Population, Selector};
use crate::protocols::Surroundings;
use crate::settings::{
    Code, Form, Kind, Mistake, Place, Report, Section, Source, Value, decode, nearest, parse, set,
};

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
    /// The ground that was judged, for the first run on it.
    pub(super) judged: JudgedGround,
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
        let said = ["topology", "nodes", "seed"].map(|key| tree.get(key).map(Value::to_json));
        let ground = format!("{} {said:?}", entry.name());
        let (experiment, canonical) = decode(tree, entry.keys(), report, |s| {
            Reader { s, entry, ground, library: &self.library }.read()
        });
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
    /// What is said of all that the ground of a run comes of.
    ground: String,
    library: &'r Library,
}

impl Reader<'_, '_> {
    fn read(mut self) -> Option<Experiment> {
        let library = self.library;
        let before = self.s.errors();
        self.s.count::<u32>("schema", 1);
        let name = self.read_name();
        self.s.value("base");
        let seed = Seed(self.s.count("seed", 1));
        let replications = self.s.count("replications", 1);
        let (topology, nodes) = self.read_topology();
        let file = match &topology {
            Some(Topology::File { file, .. }) => Some(Arc::clone(file)),
            _ => None,
        };
        let mut stop = decode_stop(self.s, self.entry);
        let network = network::decode(self.s, self.entry, library, topology.as_ref());
        let faults = read_faults(self.s.field("faults"));
        let edge_greatest = topology.as_ref().map_or(Some(Span::ZERO), network::edge_greatest);
        let around = Surroundings {
            nodes,
            has_topology: self.s.has("topology"),
            file: file.as_deref(),
            stop_at: stop.at.map(|at| at.since(Instant::START)),
            latency_greatest: network.latency_greatest(edge_greatest),
            slows: network::slows(&network, &faults, topology.as_ref()),
            is_lossy: network::may_lose(&network, &faults),
        };
        let errors = self.s.errors();
        let protocol = self.entry.decode(self.s, &around);
        self.settle_stop(&mut stop, protocol.as_ref(), self.s.errors() == errors);
        let mut invariants = decode_invariants(self.s, self.entry);
        if faults.iter().any(|(_, fault)| fault.wipes()) {
            drop_disk_invariants(self.s, self.entry, &mut invariants);
        }
        let added = network::added_metrics(&network, &faults, topology.as_ref());
        let mut record = decode_record(self.s, self.entry, &added);
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
            judged: JudgedGround::default(),
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

    /// A run ends when its protocol says so, which is known of one that could be read, unless the experiment does.
    fn settle_stop(&mut self, stop: &mut Stop, protocol: &dyn Prepared, is_known: bool) {
        stop.at = stop.at.or(protocol.stop_at().map(|span| Instant::START + span));
        let ends = stop.at.is_some() || stop.when.is_some() || stop.events.is_some();
        if !ends && is_known && !protocol.falls_quiet() {
            let message = format!("a run of {} never ends by itself", self.entry.name());
            self.s.refuse("stop", Code::MissingKey, &message, "give stop.at, such as 60s");
        }
        self.s.put("stop", resolved_stop(stop));
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

    /// The topology, and how many nodes there are.
    fn read_topology(&mut self) -> (Option<Topology>, u32) {
        let before = self.s.errors();
        let topology = topology::decode(self.s, self.library);
        let own = topology.as_ref().and_then(Topology::own_nodes);
        if self.s.has("nodes") {
            let nodes = self.read_nodes(topology.as_ref(), own);
            return (topology, nodes);
        }
        self.s.value("nodes");
        // A topology that could not be read may say it once it is mended.
        if own.is_none() && self.s.errors() == before {
            let message = "it is not said how many nodes there are";
            self.s.refuse("nodes", Code::MissingKey, message, "give `nodes`, such as 100");
        }
        let nodes = own.unwrap_or(0);
        self.s.put("nodes", json!(nodes));
        (topology, nodes)
    }

    /// How many nodes are said to be there, which a topology with nodes of its `own` must agree with.
    fn read_nodes(&mut self, topology: Option<&Topology>, own: Option<u32>) -> u32 {
        let nodes = self.s.count("nodes", 0u32);
        debug_assert!(u64::from(nodes) <= NODES_MAX, "the declaration bounds it");
        if let Some(own) = own
            && own != nodes
        {
            let message = match topology {
                Some(Topology::File { .. }) => {
                    format!("the graph file has {own} nodes, not {nodes}")
                }
                _ => format!("the groups have {own} nodes, not {nodes}"),
            };
            self.s.refuse("nodes", Code::Conflict, &message, "leave `nodes` out, or correct it");
        }
        nodes
    }

    /// Tries everything that is drawn for the first run: what nobody can be selected for shows now.
    fn judge(&mut self, experiment: &Experiment) {
        let seed = experiment.seed.replication(0);
        let end = experiment.end();
        let population = self.judge_ground(experiment, seed);
        self.judge_roles(experiment);
        if let Err(error) = experiment.network.resolve(&population, seed) {
            self.refuse_network(&error, &population);
        }
        if let Err((index, error)) = experiment.protocol.judge_workload(&population, seed, end) {
            self.refuse_item("workload", index, &error, &population);
        }
        if let Err((FaultId(index), error)) = experiment.faults.expand(&population, seed, end) {
            self.refuse_item("faults", index as usize, &error.to_string(), &population);
        }
        if experiment.record.warmup > end {
            let message = format!("no sample is kept: the run ends at {end}, before the warm-up");
            let place = self.s.place("record").clone();
            self.s.report().add(Mistake::new(Code::Surprising, message, place));
        }
        for (id, fault) in experiment.faults.iter() {
            if fault.starts_at() > end {
                let message = format!("this never happens: the run ends at {end}");
                let place = self.place_of("faults", id.0 as usize);
                self.s.report().add(Mistake::new(Code::Surprising, message, place));
            }
        }
    }

    /// Whom the ground of the first run holds. Points of a study that share it are judged once.
    fn judge_ground(&mut self, experiment: &Experiment, seed: Seed) -> Population {
        let mut judged = self.library.judged.borrow_mut();
        if let Some((ground, population)) = &*judged
            && *ground == self.ground
        {
            return population.clone();
        }
        match experiment.ground(seed) {
            Ok(ground) => {
                let topology = experiment.topology.as_ref();
                let surprise = topology.and_then(|t| t.surprise(&ground.graph, experiment.nodes));
                if let Some(message) = surprise {
                    let place = self.s.place("topology").clone();
                    self.s.report().add(Mistake::new(Code::Surprising, message, place));
                }
                let population = experiment.population_on(&ground);
                *judged = Some((self.ground.clone(), population.clone()));
                experiment.judged.keep(seed, ground);
                population
            }
            Err(error) => {
                self.s.refuse("topology", Code::OutOfRange, &error, "in this topology");
                experiment.population()
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
                let place = self.place_of("faults", id.0 as usize);
                let mistake = Mistake::new(Code::Nobody, message, place).label(label);
                self.s.report().add(mistake.note(format!("roles here: {}", roles.join(", "))));
            }
        }
    }

    fn refuse_network(&mut self, error: &NetworkError, population: &Population) {
        let standing = self.s.place("network").clone();
        let network = self.s.value("network");
        let place = match error {
            NetworkError::Matrix(_) => network.and_then(|network| under(network, "matrix")),
            NetworkError::Link(index, _) => network.and_then(|network| {
                let links = item(network.get("links")?, *index)?;
                failing_selector(links, population, &error.to_string())
            }),
        };
        let place = place.unwrap_or(standing);
        self.refuse_nobody("network", &error.to_string(), place, population);
    }

    /// Refuses the entry of a list, at the selector that is wrong if it is one.
    fn refuse_item(
        &mut self,
        key: &'static str,
        index: usize,
        sentence: &str,
        population: &Population,
    ) {
        let standing = self.place_of(key, index);
        let entry = self.s.value(key).and_then(|list| item(list, index));
        let place = entry.and_then(|entry| failing_selector(entry, population, sentence));
        self.refuse_nobody(key, sentence, place.unwrap_or(standing), population);
    }

    fn refuse_nobody(
        &mut self,
        key: &'static str,
        sentence: &str,
        place: Place,
        population: &Population,
    ) {
        let mut mistake = Mistake::new(Code::Nobody, sentence, place);
        if sentence.contains(" group ") && population.groups.is_empty() {
            mistake = mistake.label("the topology has no groups: `clusters` has some");
        }
        self.s.report().add(mistake.see(key));
    }

    /// Where the entry of a list was written.
    fn place_of(&mut self, key: &'static str, index: usize) -> Place {
        let standing = self.s.place(key).clone();
        let entry = self.s.value(key).and_then(|list| item(list, index));
        entry.map_or(standing, |entry| entry.place.clone())
    }
}
