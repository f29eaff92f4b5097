//! The log of a growing graph: a protocol's facts, told as events of nodes and edges.

use std::io::{self, Write};
use std::marker::PhantomData;

use crate::kernel::{Instant, NodeId};
use crate::protocol::{Observer, Protocol};
use crate::protocols::{Family, GraphEvent};
use crate::record::{Exit, SpigoHeader, SpigoLog};
use crate::topology::Labels;

type Names = Box<dyn Fn(NodeId) -> String>;

/// Writes spigo's log while the run goes on. An error is kept until the end: observers cannot fail.
pub(super) struct GraphLog<F> {
    log: SpigoLog<Box<dyn Write>, Names>,
    nodes: u32,
    error: Option<io::Error>,
    family: PhantomData<F>,
}

impl<F: Family> GraphLog<F> {
    pub(super) fn new(
        out: Box<dyn Write>,
        labels: Labels,
        header: &SpigoHeader<'_>,
        nodes: u32,
    ) -> io::Result<Self> {
        let names: Names = Box::new(move |id| labels.get(id).to_string());
        let log = SpigoLog::new(out, names, header)?;
        Ok(GraphLog { log, nodes, error: None, family: PhantomData })
    }

    pub(super) fn finish(self, end: Instant) -> io::Result<()> {
        match self.error {
            Some(error) => Err(error),
            None => self.log.finish(end)?.flush(),
        }
    }

    fn note(&mut self, result: io::Result<()>) {
        if let Err(error) = result {
            self.error.get_or_insert(error);
        }
    }
}

impl<F: Family> Observer<F::Protocol> for GraphLog<F> {
    fn on_fact(&mut self, at: Instant, node: NodeId, fact: &<F::Protocol as Protocol>::Fact) {
        let Some(event) = F::graph_event(fact).filter(|_| node.0 < self.nodes) else { return };
        let result = match event {
            GraphEvent::Joined => self.log.node(at, node),
            GraphEvent::Formed(target) => self.log.edge(at, node, target),
            GraphEvent::Lost(target) => self.log.forget(at, node, target),
            GraphEvent::Left => self.log.done(at, node, Exit::Normal),
        };
        self.note(result);
    }

    fn on_crash(
        &mut self,
        at: Instant,
        node: NodeId,
        state: &<F::Protocol as Protocol>::Node,
        _: &<F::Protocol as Protocol>::Durable,
    ) {
        if node.0 >= self.nodes {
            return;
        }
        for target in F::edges(state) {
            let result = self.log.forget(at, node, *target);
            self.note(result);
        }
        let result = self.log.done(at, node, Exit::Crash);
        self.note(result);
    }
}
