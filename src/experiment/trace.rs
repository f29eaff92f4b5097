//! The trace of a run: what happened, an event a line, at the level that was asked for.

use std::collections::VecDeque;
use std::io::{self, Write};

use super::record::TraceLevel;
use crate::kernel::{Instant, NodeId};
use crate::network::{Fate, Parcel};
use crate::protocol::{Input, Observer, Origin, Protocol, Undelivered};
use crate::record::{Cause, TraceEvent, TraceWriter, What};

/// So many lines before a violation are kept.
const KEPT: usize = 1000;

/// Writes a trace while the run goes on. An error is kept until the end: observers cannot fail.
pub(super) struct Tracer {
    out: Box<dyn Write>,
    level: TraceLevel,
    run: u64,
    event: u64,
    booted: Vec<bool>,
    /// The last lines, where only those before a violation are wanted.
    kept: VecDeque<Vec<u8>>,
    error: Option<io::Error>,
}

impl Tracer {
    pub(super) fn new(out: Box<dyn Write>, level: TraceLevel, run: u64) -> Tracer {
        let (booted, kept) = (Vec::new(), VecDeque::new());
        Tracer { out, level, run, event: 0, booted, kept, error: None }
    }

    pub(super) fn finish(mut self, is_violated: bool) -> io::Result<()> {
        if is_violated {
            for line in &self.kept {
                self.out.write_all(line)?;
            }
        }
        self.error.map_or(Ok(()), Err)?;
        self.out.flush()
    }

    fn write(&mut self, event: &TraceEvent<'_>) {
        let written = if self.level == TraceLevel::Violations {
            if self.kept.len() == KEPT {
                self.kept.pop_front();
            }
            let mut line = TraceWriter::new(Vec::new());
            let written = line.event(event);
            self.kept.push_back(line.finish());
            written
        } else {
            TraceWriter::new(&mut self.out).event(event)
        };
        if let Err(error) = written {
            self.error.get_or_insert(error);
        }
    }

    fn at(&self, at: Instant, node: NodeId, what: What) -> TraceEvent<'static> {
        TraceEvent {
            at,
            run: self.run,
            event: None,
            node: Some(node),
            what,
            kind: None,
            from: None,
            cause: None,
            detail: None,
        }
    }

    /// Everything but messages, crashes and restarts is for the curious.
    fn is_full(&self) -> bool {
        self.level != TraceLevel::Messages
    }
}

impl<P: Protocol> Observer<P> for Tracer {
    fn on_activation(
        &mut self,
        at: Instant,
        node: NodeId,
        input: &Input<P>,
        origin: Option<Origin>,
    ) {
        self.event += 1;
        if self.booted.len() <= node.index() {
            self.booted.resize(node.index() + 1, false);
        }
        let restarts = std::mem::replace(&mut self.booted[node.index()], true);
        let (what, kind, detail) = match input {
            Input::Boot(role) if restarts => (What::Restart, None, format!("{role:?}")),
            Input::Boot(role) => (What::Boot, None, format!("{role:?}")),
            Input::Message(_, message) => {
                (What::Message, Some(P::KINDS[P::kind(message)]), format!("{message:?}"))
            }
            Input::Timer(timer) => (What::Timer, None, format!("{timer:?}")),
            Input::Request(_, request) => (What::Request, None, format!("{request:?}")),
            Input::Ready(to) => (What::Ready, None, format!("{to}")),
        };
        if !self.is_full() && !matches!(what, What::Message | What::Restart) {
            return;
        }
        let from = match input {
            Input::Message(from, _) => Some(*from),
            _ => None,
        };
        let named = |Origin { sent_at, activation, k }| Cause { sent_at, activation, k };
        let cause = origin.map(named);
        let (event, detail) = (Some(self.event), Some(detail.as_str()));
        self.write(&TraceEvent { event, kind, from, cause, detail, ..self.at(at, node, what) });
    }

    fn on_send(&mut self, parcel: &Parcel, fate: &Fate, message: &P::Message) {
        let Fate::Lost(reason) = fate else { return };
        let kind = Some(P::KINDS[P::kind(message)]);
        let (from, detail) = (Some(parcel.source), Some(reason.name()));
        let event = self.at(parcel.sent_at, parcel.target, What::Lost);
        self.write(&TraceEvent { kind, from, detail, ..event });
    }

    fn on_undelivered(
        &mut self,
        at: Instant,
        node: NodeId,
        from: NodeId,
        message: &P::Message,
        why: Undelivered,
    ) {
        let kind = Some(P::KINDS[P::kind(message)]);
        let detail = Some(match why {
            Undelivered::Nobody => "nobody",
            Undelivered::Partitioned => "partitioned",
        });
        let event = self.at(at, node, What::Lost);
        self.write(&TraceEvent { kind, from: Some(from), detail, ..event });
    }

    fn on_fact(&mut self, at: Instant, node: NodeId, fact: &P::Fact) {
        if self.is_full() {
            let detail = format!("{fact:?}");
            let event = self.at(at, node, What::Fact);
            self.write(&TraceEvent { detail: Some(&detail), ..event });
        }
    }

    fn on_crash(&mut self, at: Instant, node: NodeId, _: &P::Node, _: &P::Durable) {
        self.write(&self.at(at, node, What::Crash));
    }
}
