//! The protocols that experiments can name. Types are erased here, once a run and never once an event.

use std::fmt::Debug;
use std::marker::PhantomData;

use super::keys;
use super::run::{RunPlan, RunReport, Sink, simulate};
use crate::check::{Invariant, PlantedFlaw};
use crate::kernel::{Instant, Seed, Span};
use crate::measure::Metric;
use crate::network::Population;
use crate::protocol::Protocol;
use crate::protocols::gossip::{Gossip, GossipFamily};
use crate::protocols::pirates::{Pirates, PiratesFamily};
use crate::protocols::{Family, Ground, Surroundings};
use crate::settings::{Field, Key, Section, Shape, Variant};
use crate::topology::Labels;

/// Every protocol, one line each.
pub const PROTOCOLS: &[&dyn Entry] = &[
    &FamilyEntry::<PiratesFamily<Pirates>>(PhantomData),
    &FamilyEntry::<GossipFamily<Gossip>>(PhantomData),
];

/// The choices of `protocol`.
pub(super) const CHOICES: &[Variant] =
    &[FamilyEntry::<PiratesFamily<Pirates>>::CHOICE, FamilyEntry::<GossipFamily<Gossip>>::CHOICE];

/// The protocol of that name.
pub fn protocol(name: &str) -> Option<&'static dyn Entry> {
    PROTOCOLS.iter().find(|entry| entry.name() == name).copied()
}

/// A protocol as data.
pub trait Entry: Debug + Sync {
    /// As in experiment files.
    fn name(&self) -> &'static str;
    /// What it is, in a sentence.
    fn says(&self) -> &'static str;
    /// The keys of an experiment with it.
    fn keys(&self) -> &'static [Key];
    /// What can be measured, beside what the engine measures.
    fn metrics(&self) -> &'static [Metric];
    /// What must hold.
    fn invariants(&self) -> &'static [Invariant];
    /// The mistakes that can be planted.
    fn flaws(&self) -> &'static [PlantedFlaw];
    /// Those of the invariants that count on disks.
    fn need_disks(&self) -> &'static [&'static str];
    /// The kinds of its messages.
    fn kinds(&self) -> &'static [&'static str];
    /// The roles that a selector can name.
    fn roles(&self) -> &'static [&'static str];
    /// How many role nodes it adds.
    fn role_nodes(&self) -> u32;
    /// The default names of its nodes.
    fn labels(&self) -> Labels;
    /// Whether its runs can have an events file.
    fn has_events(&self) -> bool;
    /// Reads its section and the workload.
    fn decode(&self, s: &mut Section<'_>, around: &Surroundings<'_>) -> Box<dyn Prepared>;
}

/// A protocol with its settings, ready to run.
pub trait Prepared: Debug + Send + Sync {
    /// Whether a metric is one of a run with these settings.
    fn offers(&self, metric: &Metric) -> bool;
    /// When a run ends if the experiment does not say so.
    fn stop_at(&self) -> Option<Span>;
    /// Whether a run ends by itself.
    fn falls_quiet(&self) -> bool;
    /// Looks whether every command of the workload finds somebody.
    ///
    /// # Errors
    /// The number of a command that does not, and why.
    fn judge_workload(
        &self,
        population: &Population,
        seed: Seed,
        end: Instant,
    ) -> Result<(), (usize, String)>;
    /// Runs once.
    ///
    /// # Errors
    /// One sentence about what could not be set up or written.
    fn run(
        &self,
        plan: &RunPlan<'_>,
        ground: &Ground,
        sink: &mut dyn Sink,
    ) -> Result<RunReport, String>;
}

/// A family as an entry.
#[derive(Debug)]
struct FamilyEntry<F>(PhantomData<F>);

// No family is stored: the marker may be shared whatever it marks.
impl<F: Family> FamilyEntry<F>
where
    PhantomData<F>: Sync,
{
    const CHOICE: Variant = Variant::new(F::NAME, Shape::Keys(F::KEYS), F::SAYS);
    const COMMAND: Shape = Shape::OneOf(F::COMMANDS);
    const WORKLOAD: Shape = Shape::ListOf(&Self::COMMAND);
    const KEYS: &'static [Key] = &keys::experiment(Self::WORKLOAD);
}

impl<F: Family + Debug> Entry for FamilyEntry<F>
where
    PhantomData<F>: Sync,
{
    fn name(&self) -> &'static str {
        F::NAME
    }
    fn says(&self) -> &'static str {
        F::SAYS
    }
    fn keys(&self) -> &'static [Key] {
        Self::KEYS
    }
    fn metrics(&self) -> &'static [Metric] {
        F::METRICS
    }
    fn invariants(&self) -> &'static [Invariant] {
        F::INVARIANTS
    }
    fn flaws(&self) -> &'static [PlantedFlaw] {
        F::FLAWS
    }
    fn need_disks(&self) -> &'static [&'static str] {
        F::NEED_DISKS
    }
    fn kinds(&self) -> &'static [&'static str] {
        F::Protocol::KINDS
    }
    fn roles(&self) -> &'static [&'static str] {
        F::ROLES
    }
    fn role_nodes(&self) -> u32 {
        F::ROLE_NODES
    }
    fn labels(&self) -> Labels {
        F::labels()
    }
    fn has_events(&self) -> bool {
        F::EVENTS.is_some()
    }
    fn decode(&self, s: &mut Section<'_>, around: &Surroundings<'_>) -> Box<dyn Prepared> {
        let read = |_: &'static str, field: Field<'_>| field.section(|s| F::decode(s, around));
        let settings = s.field("protocol").one_of(F::NAME, read);
        let command = |field: Field<'_>| field.one_of(F::COMMANDS[0].name, F::command);
        let commands = s.field("workload").list(command);
        Box::new(PreparedFamily::<F> { settings, commands })
    }
}

/// A family with its settings.
struct PreparedFamily<F: Family> {
    settings: F::Settings,
    commands: Vec<F::Command>,
}

impl<F: Family> Debug for PreparedFamily<F> {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_tuple(F::NAME).field(&self.settings).field(&self.commands).finish()
    }
}

impl<F: Family> Prepared for PreparedFamily<F> {
    fn offers(&self, metric: &Metric) -> bool {
        F::offers(&self.settings, metric)
    }

    fn stop_at(&self) -> Option<Span> {
        F::stop_at(&self.settings)
    }

    fn falls_quiet(&self) -> bool {
        F::falls_quiet(&self.settings)
    }

    fn judge_workload(
        &self,
        population: &Population,
        seed: Seed,
        end: Instant,
    ) -> Result<(), (usize, String)> {
        F::judge_commands(&self.settings, &self.commands)?;
        F::requests(&self.commands, population, seed, end).map(drop)
    }

    fn run(
        &self,
        plan: &RunPlan<'_>,
        ground: &Ground,
        sink: &mut dyn Sink,
    ) -> Result<RunReport, String> {
        simulate::<F>(&self.settings, &self.commands, plan, ground, sink)
    }
}
