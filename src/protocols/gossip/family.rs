//! Gossip as an experiment sees it.

use std::fmt::Debug;
use std::marker::PhantomData;

use super::command::{self, Command};
use super::keys::KEYS;
use super::settings::Settings;
use super::{
    Checks, Config, FLAWS, Fact, INVARIANTS, METRICS, News, Role, Site, Spreads, Start, Tally,
    metrics, snapshot,
};
use crate::check::{Invariant, PlantedFlaw, Verdicts, Violation};
use crate::kernel::{Instant, NodeId, Seed, Span};
use crate::measure::{Metric, Readings};
use crate::network::Population;
use crate::protocols::{
    Events, Family, GraphEvent, Ground, ItemEvent, ItemStep, Outlook, Requests, Surroundings,
};
use crate::settings::{Field, Key, Section, Variant};
use crate::simulation::Nodes;
use crate::topology::files::Snapshot;
use crate::topology::{Graph, Labels};

/// The family of gossip, with or without planted flaws.
#[derive(Clone, Copy, Debug)]
pub struct GossipFamily<P>(PhantomData<P>);

impl<P: Spreads> Family for GossipFamily<P> {
    type Protocol = P;
    type Settings = Settings;
    type Command = Command;
    type Watch = (Tally, Checks);

    const NAME: &'static str = "gossip";
    const SAYS: &'static str = "rumors that spread: mail, flood, epidemics, anti-entropy";
    const KEYS: &'static [Key] = KEYS;
    const COMMANDS: &'static [Variant] = command::COMMANDS;
    const METRICS: &'static [Metric] = METRICS;
    const INVARIANTS: &'static [Invariant] = INVARIANTS;
    const FLAWS: &'static [PlantedFlaw] = FLAWS;
    const NEED_DISKS: &'static [&'static str] = &["coverage_monotone"];
    const ROLES: &'static [&'static str] = &["site"];
    const ROLE_NODES: u32 = 0;
    const EVENTS: Option<Events<Self>> = Some(Events { of: item_event, labels: command::labels });

    fn decode(section: &mut Section<'_>, surroundings: &Surroundings<'_>) -> Settings {
        Settings::decode(section, surroundings)
    }

    fn command(name: &'static str, field: Field<'_>) -> Command {
        Command::decode(name, field)
    }

    fn judge_commands(settings: &Settings, commands: &[Command]) -> Result<(), (usize, String)> {
        command::judge(commands, settings.algorithm())
    }

    /// Times are in rounds where the clock is, else in milliseconds.
    fn offers(settings: &Settings, metric: &Metric) -> bool {
        let is_time = METRICS.iter().filter(|other| other.name == metric.name).count() > 1;
        !is_time || (metric.unit == "rounds") == settings.in_rounds()
    }

    fn stop_at(_: &Settings) -> Option<Span> {
        None
    }

    fn falls_quiet(settings: &Settings) -> bool {
        settings.falls_quiet()
    }

    fn config(settings: &Settings, ground: &Ground) -> Config {
        settings.config(ground)
    }

    fn graph(_: &Settings, ground: &Ground) -> Graph {
        ground.graph.clone()
    }

    fn role(_: NodeId, _: &Config) -> Role {
        Role
    }

    fn requests(
        commands: &[Command],
        population: &Population,
        seed: Seed,
        end: Instant,
    ) -> Result<Requests<P>, (usize, String)> {
        command::expand::<P>(commands, population, seed, end)
    }

    fn watch(config: &Config, outlook: &Outlook<'_, P>, verdicts: Verdicts) -> (Tally, Checks) {
        (Tally::new(config, outlook), Checks::new(config, outlook, verdicts))
    }

    fn verdicts((_, checks): &mut (Tally, Checks)) -> &mut Verdicts {
        checks.verdicts_mut()
    }

    fn read((tally, _): &(Tally, Checks), world: &impl Nodes<P>, readings: &mut Readings<'_>) {
        metrics::read(tally, world, readings);
    }

    fn look((tally, checks): &(Tally, Checks), world: &impl Nodes<P>) -> Option<Violation> {
        checks.look(world.now()).or_else(|| {
            let ledger = tally.ledger.as_deref();
            let is_checked = checks.verdicts().checks("mass_conserved");
            let detail = ledger.filter(|_| is_checked)?.imbalance(world)?;
            Some(Violation { invariant: "mass_conserved", at: world.now(), node: None, detail })
        })
    }

    fn snapshot(_: &(Tally, Checks), world: &impl Nodes<P>, labels: Labels) -> Snapshot {
        snapshot::take(world, labels)
    }

    fn graph_event(_: &Fact) -> Option<GraphEvent> {
        None
    }

    fn edges(_: &Site) -> &[NodeId] {
        &[]
    }

    fn labels() -> Labels {
        Labels::default()
    }
}

/// What a fact means for an events file.
fn item_event(node: NodeId, fact: &Fact) -> Option<ItemEvent> {
    Some(match *fact {
        Fact::Initiated { id, start } => ItemEvent {
            item: id.0,
            what: ItemStep::Initiate,
            from: node,
            hops: Some(0),
            detail: if start == Start::Cold { "discovery" } else { "" },
        },
        Fact::Received { id, from, hops } => {
            ItemEvent { item: id.0, what: ItemStep::Received, from, hops: Some(hops), detail: "" }
        }
        Fact::Duplicate { id, from, news } => ItemEvent {
            item: id.0,
            what: ItemStep::Duplicate,
            from,
            hops: None,
            detail: if news == News::Useful { "same_round" } else { "" },
        },
        _ => return None,
    })
}
