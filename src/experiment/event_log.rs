//! The events file of a run: a protocol's facts, told as steps of the items that spread.

use std::io::{self, Write};

use crate::kernel::{Instant, NodeId};
use crate::protocol::{Input, Observer, Origin, Protocol};
use crate::protocols::{Events, Family, ItemEvent, ItemStep};
use crate::record::{EventRow, EventsWriter};
use crate::topology::Labels;

/// Writes rows while the run goes on. An error is kept until the end: observers cannot fail.
pub(super) struct EventLog<F: Family> {
    out: EventsWriter<Box<dyn Write>>,
    events: Events<F>,
    run: u64,
    nodes: Labels,
    items: Vec<String>,
    /// When the message was sent that is being handled.
    sent_at: Option<Instant>,
    error: Option<io::Error>,
}

impl<F: Family> EventLog<F> {
    /// Rows of the run of that number, with the labels of nodes and of items.
    pub(super) fn new(
        out: Box<dyn Write>,
        events: Events<F>,
        run: u64,
        (nodes, items): (Labels, Vec<String>),
    ) -> EventLog<F> {
        let out = EventsWriter::rows_only(out);
        EventLog { out, events, run, nodes, items, sent_at: None, error: None }
    }

    pub(super) fn finish(self) -> io::Result<()> {
        self.error.map_or(Ok(()), Err)?;
        self.out.finish()?.flush()
    }

    fn write(&mut self, at: Instant, node: NodeId, event: ItemEvent) -> io::Result<()> {
        let ItemEvent { item, what, from, hops, detail } = event;
        let event_type = match what {
            ItemStep::Initiate => "initiate",
            ItemStep::Received => "received",
            ItemStep::Duplicate => "duplicate",
        };
        let sent_at = self.sent_at.filter(|_| what == ItemStep::Received);
        // A node with a planted flaw invents numbers.
        let message = self.items.get(item as usize).cloned().unwrap_or_else(|| item.to_string());
        self.out.row(&EventRow {
            sender: &self.nodes.get(from).to_string(),
            receiver: &self.nodes.get(node).to_string(),
            message: &message,
            event_type,
            at,
            under_way: sent_at.map(|sent_at| at.since(sent_at)),
            detail,
            run: self.run,
            hops,
        })
    }
}

impl<F: Family> Observer<F::Protocol> for EventLog<F> {
    fn on_activation(
        &mut self,
        _: Instant,
        _: NodeId,
        _: &Input<F::Protocol>,
        origin: Option<Origin>,
    ) {
        self.sent_at = origin.map(|origin| origin.sent_at);
    }

    fn on_fact(&mut self, at: Instant, node: NodeId, fact: &<F::Protocol as Protocol>::Fact) {
        let Some(event) = (self.events.of)(node, fact) else { return };
        if let Err(error) = self.write(at, node, event) {
            self.error.get_or_insert(error);
        }
    }
}
