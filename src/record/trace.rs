//! `trace.jsonl`: what happened in a run, an event a line, each with what caused it.
//!
//! | field | meaning |
//! |---|---|
//! | `t_ns` | virtual time in nanoseconds |
//! | `run` | the number of the run |
//! | `event` | the activation's number in the run, from 1; absent where no node was activated |
//! | `node` | the node it happened to; absent where it happened to none in particular |
//! | `what` | boot, message, timer, request, ready, lost, crash, restart, fault or fact |
//! | `kind` | which message, timer, request, fault or fact |
//! | `from` | the sender of a message |
//! | `cause` | the send: `sent_at_ns`, the sender's `activation`, `k`, its place among the sends |
//! | `detail` | what else there is to say |

use std::io::{self, Write};

use serde::Serialize;

use crate::kernel::{Instant, NodeId};

/// What happened.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize)]
#[serde(rename_all = "lowercase")]
pub enum What {
    /// A node started, or started again.
    Boot,
    /// A message arrived.
    Message,
    /// A deadline came.
    Timer,
    /// A client asked for something.
    Request,
    /// The uplink became free.
    Ready,
    /// A message was lost.
    Lost,
    /// A node went down.
    Crash,
    /// A node was brought up again.
    Restart,
    /// Another fault began or ended.
    Fault,
    /// A protocol told an observation.
    Fact,
}

/// The send that an arrival comes from.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Cause {
    /// When it was sent.
    pub sent_at: Instant,
    /// The sender's activation that sent it.
    pub activation: u32,
    /// Its place among the sends of that activation.
    pub k: u32,
}

/// An event of a run; see the table of fields above.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct TraceEvent<'a> {
    /// When it happened.
    pub at: Instant,
    /// The number of the run.
    pub run: u64,
    /// The activation's number in the run, from 1.
    pub event: Option<u64>,
    /// The node it happened to.
    pub node: Option<NodeId>,
    /// What happened.
    pub what: What,
    /// Which message, timer, request, fault or fact.
    pub kind: Option<&'a str>,
    /// The sender of a message.
    pub from: Option<NodeId>,
    /// The send of a message.
    pub cause: Option<Cause>,
    /// What else there is to say.
    pub detail: Option<&'a str>,
}

#[derive(Serialize)]
struct Line<'a> {
    t_ns: u64,
    run: u64,
    #[serde(skip_serializing_if = "Option::is_none")]
    event: Option<u64>,
    #[serde(skip_serializing_if = "Option::is_none")]
    node: Option<u32>,
    what: What,
    #[serde(skip_serializing_if = "Option::is_none")]
    kind: Option<&'a str>,
    #[serde(skip_serializing_if = "Option::is_none")]
    from: Option<u32>,
    #[serde(skip_serializing_if = "Option::is_none")]
    cause: Option<Send>,
    #[serde(skip_serializing_if = "Option::is_none")]
    detail: Option<&'a str>,
}

#[derive(Serialize)]
struct Send {
    sent_at_ns: u64,
    activation: u32,
    k: u32,
}

/// Writes a trace.
pub struct TraceWriter<W: Write>(W);

impl<W: Write> TraceWriter<W> {
    /// A trace into `out`, which should be buffered.
    pub fn new(out: W) -> TraceWriter<W> {
        TraceWriter(out)
    }

    /// Appends an event.
    ///
    /// # Errors
    /// What `out` refuses.
    pub fn event(&mut self, event: &TraceEvent<'_>) -> io::Result<()> {
        let send = |cause: Cause| Send {
            sent_at_ns: cause.sent_at.nanos(),
            activation: cause.activation,
            k: cause.k,
        };
        let line = Line {
            t_ns: event.at.nanos(),
            run: event.run,
            event: event.event,
            node: event.node.map(|node| node.0),
            what: event.what,
            kind: event.kind,
            from: event.from.map(|node| node.0),
            cause: event.cause.map(send),
            detail: event.detail,
        };
        serde_json::to_writer(&mut self.0, &line)?;
        self.0.write_all(b"\n")
    }

    /// Ends the trace.
    pub fn finish(self) -> W {
        self.0
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_event_is_a_line() {
        let mut trace = TraceWriter::new(Vec::new());
        let message = TraceEvent {
            at: Instant::from_nanos(1_500_000_000),
            run: 2,
            event: Some(17),
            node: Some(NodeId(4)),
            what: What::Message,
            kind: Some("hello"),
            from: Some(NodeId(9)),
            cause: Some(Cause { sent_at: Instant::from_nanos(7), activation: 3, k: 1 }),
            detail: Some("a\nb"),
        };
        trace.event(&message).unwrap();
        let (event, kind, from) = (None, None, None);
        let (cause, detail) = (None, None);
        let crash = TraceEvent { what: What::Crash, event, kind, from, cause, detail, ..message };
        trace.event(&crash).unwrap();
        let expected = concat!(
            r#"{"t_ns":1500000000,"run":2,"event":17,"node":4,"what":"message","kind":"hello","#,
            r#""from":9,"cause":{"sent_at_ns":7,"activation":3,"k":1},"detail":"a\nb"}"#,
            "\n",
            r#"{"t_ns":1500000000,"run":2,"node":4,"what":"crash"}"#,
            "\n",
        );
        assert_eq!(String::from_utf8(trace.finish()).unwrap(), expected);
    }
}
