//! Pirates as an experiment sees them.

use std::fmt::Debug;
use std::marker::PhantomData;

use super::command::Command;
use super::settings::{KEYS, Settings};
use super::{
    Checks, Config, FLAWS, Fact, INVARIANTS, Keeps, METRICS, Node, Role, Tally, command, metrics,
    snapshot,
};
use crate::check::{Invariant, PlantedFlaw, Verdicts, Violation};
use crate::kernel::{Instant, NodeId, Seed, Span};
use crate::measure::{Metric, Readings};
use crate::network::Population;
use crate::protocols::{Family, GraphEvent, Ground, Outlook, Requests, Surroundings};
use crate::settings::{Field, Key, Section, Variant};
use crate::simulation::Nodes;
use crate::topology::files::Snapshot;
use crate::topology::{Graph, Labels};

/// The family of pirates, with or without planted flaws.
#[derive(Clone, Copy, Debug)]
pub struct PiratesFamily<P>(PhantomData<P>);

impl<P: Keeps> Family for PiratesFamily<P> {
    type Protocol = P;
    type Settings = Settings;
    type Command = Command;
    type Watch = (Tally, Checks);

    const NAME: &'static str = "pirates";
    const SAYS: &'static str = "name-dropping, gold, broken promises and rumours among pirates";
    const KEYS: &'static [Key] = KEYS;
    const COMMANDS: &'static [Variant] = command::COMMANDS;
    const METRICS: &'static [Metric] = METRICS;
    const INVARIANTS: &'static [Invariant] = INVARIANTS;
    const FLAWS: &'static [PlantedFlaw] = FLAWS;
    const NEED_DISKS: &'static [&'static str] = &["books_balance", "the_restarted_ask"];
    const ROLES: &'static [&'static str] = &["pirate", "controller"];
    const ROLE_NODES: u32 = 1;

    fn decode(section: &mut Section<'_>, surroundings: &Surroundings<'_>) -> Settings {
        Settings::decode(section, surroundings)
    }

    fn command(name: &'static str, field: Field<'_>) -> Command {
        Command::decode(name, field)
    }

    fn stop_at(settings: &Settings) -> Option<Span> {
        settings.stop_at()
    }

    fn config(settings: &Settings, ground: &Ground) -> Config {
        settings.config(ground)
    }

    /// A name is an address: everybody can speak to everybody, whatever the topology that they start from.
    fn graph(_: &Settings, ground: &Ground) -> Graph {
        Graph::complete(ground.nodes)
    }

    fn role(node: NodeId, config: &Config) -> Role {
        if node == config.controller() { Role::Controller } else { Role::Pirate }
    }

    fn requests(
        commands: &[Command],
        population: &Population,
        seed: Seed,
        end: Instant,
    ) -> Result<Requests<P>, (usize, String)> {
        command::expand::<P>(commands, population, seed, end)
    }

    fn watch(config: &Config, _: &Outlook<'_, P>, verdicts: Verdicts) -> (Tally, Checks) {
        let checks = Checks::new(verdicts, config.pirates, config.dunbar);
        (Tally::new(config.pirates), checks)
    }

    fn verdicts((_, checks): &mut (Tally, Checks)) -> &mut Verdicts {
        checks.verdicts_mut()
    }

    fn read((tally, _): &(Tally, Checks), world: &impl Nodes<P>, readings: &mut Readings<'_>) {
        metrics::read(tally, world, readings);
    }

    fn look((tally, checks): &(Tally, Checks), world: &impl Nodes<P>) -> Option<Violation> {
        checks.look(world, tally.gold())
    }

    fn snapshot((tally, _): &(Tally, Checks), world: &impl Nodes<P>, labels: Labels) -> Snapshot {
        snapshot::take(tally, world, labels)
    }

    fn graph_event(fact: &Fact) -> Option<GraphEvent> {
        match fact {
            Fact::Enlisted => Some(GraphEvent::Joined),
            Fact::EdgeFormed { buddy } => Some(GraphEvent::Formed(*buddy)),
            Fact::EdgeLost { buddy, .. } => Some(GraphEvent::Lost(*buddy)),
            Fact::Left => Some(GraphEvent::Left),
            _ => None,
        }
    }

    fn edges(node: &Node) -> &[NodeId] {
        match node {
            Node::Pirate(pirate) => pirate.buddies(),
            Node::Controller => &[],
        }
    }

    fn labels() -> Labels {
        Labels::Numbered { prefix: "Pirate".into(), first: 1 }
    }
}
