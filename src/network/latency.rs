//! Latency models: how long a copy takes by chance, by its link, or by where the ends of its link are.

use super::config::Factor;
use super::matrix::MatrixRows;
use super::terrain::Terrain;
use crate::kernel::{Bits, Distribution, Domain, NodeId, Place, Seed, Span, Stream};

/// How the latency of a copy, one way, comes about.
#[derive(Clone, Debug, PartialEq)]
pub enum Latency {
    /// Drawn for every copy.
    PerCopy(Distribution),
    /// Drawn once a directed link; each copy takes that times 1 + U[0, jitter).
    PerLink(Distribution, Factor),
    /// A cell of a matrix, and what is drawn for every copy beside.
    Matrix(MatrixRows, Distribution),
    /// The latency of the topology's edge, or the first where it has none, and what is drawn for every copy beside.
    Edge(Span, Distribution),
    /// By the distance of positions, and what is drawn for every copy beside.
    Geo(Distance, Distribution),
}

/// What a distance costs. A node without a position is beside every other.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Distance {
    /// However near both are.
    pub base: Span,
    /// For each unit of Euclidean distance.
    pub per_unit: Span,
}

impl Distance {
    fn between(self, [x, y]: [f64; 2], [u, v]: [f64; 2]) -> Span {
        // Products, sums and roots are rounded the same everywhere.
        let distance = ((x - u) * (x - u) + (y - v) * (y - v)).sqrt();
        self.base + Span::from_nanos_f64(distance * self.per_unit.nanos() as f64)
    }
}

/// The draws of a directed link.
#[inline(always)]
pub(super) fn link_draws(seed: Seed, source: NodeId, target: NodeId) -> Stream {
    Stream::new(seed, Domain::Link, u64::from(source.0), u64::from(target.0))
}

impl Latency {
    /// The longest that a copy can take; none where there is no bound. `edge` is that of the topology's edges.
    pub(super) fn greatest(&self, edge: Option<Span>) -> Option<Span> {
        let (base, more) = match self {
            Latency::PerCopy(distribution) => (distribution.greatest()?, Span::ZERO),
            Latency::PerLink(distribution, jitter) => {
                let most = distribution.greatest()?;
                (most, jitter.of(most))
            }
            Latency::Matrix(rows, jitter) => (rows.greatest(), jitter.greatest()?),
            Latency::Edge(default, jitter) => (edge?.max(*default), jitter.greatest()?),
            Latency::Geo(..) => return None,
        };
        Some(base + more)
    }

    /// The latency of a copy from `source` to `target`; `draws` are that copy's own.
    pub(super) fn sample(
        &self,
        (source, target): (NodeId, NodeId),
        mut draws: Place,
        seed: Seed,
        terrain: &dyn Terrain,
    ) -> Span {
        match self {
            Latency::PerCopy(distribution) => distribution.sample(&mut draws),
            Latency::PerLink(distribution, jitter) => {
                let base = distribution.sample(&mut link_draws(seed, source, target));
                base + Span::from_nanos_f64(base.nanos() as f64 * (jitter.get() * draws.unit()))
            }
            Latency::Matrix(rows, jitter) => rows.cell(source, target) + jitter.sample(&mut draws),
            Latency::Edge(default, jitter) => {
                let edge = terrain.latency(source, target);
                edge.unwrap_or(*default) + jitter.sample(&mut draws)
            }
            Latency::Geo(distance, jitter) => {
                let far = match (terrain.position(source), terrain.position(target)) {
                    (Some(here), Some(there)) => distance.between(here, there),
                    _ => distance.base,
                };
                far + jitter.sample(&mut draws)
            }
        }
    }
}
