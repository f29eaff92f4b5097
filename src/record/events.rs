//! `events.csv`: how items spread, a step a row. The first columns are those of the result files of cnsim, so that what
//! was written to analyse them works on this one.

use std::io::{self, Write};

use crate::kernel::{Instant, Span};

use super::table::{Cell, Column, TableWriter};

/// A step of an item's way.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct EventRow<'a> {
    /// The label of the node that sent the copy; where the item begins, of that node.
    pub sender: &'a str,
    /// The label of the node where it happened.
    pub receiver: &'a str,
    /// What the item is called.
    pub message: &'a str,
    /// What happened: `initiate`, `received` or `duplicate`.
    pub event_type: &'a str,
    /// When.
    pub at: Instant,
    /// How long the copy was under way; of first receipts only.
    pub under_way: Option<Span>,
    /// What else there is to say, mostly nothing.
    pub detail: &'a str,
    /// The number of the run.
    pub run: u64,
    /// How many hops the copy has come, where that is known.
    pub hops: Option<u16>,
}

/// The columns of events.csv.
pub fn events_columns() -> Vec<Column> {
    vec![
        Column::text("sender_id").says("The node that sent the copy, at an initiate the receiver."),
        Column::text("receiver_id").says("The node where it happened, by its label."),
        Column::text("message").says("The label of the message."),
        Column::text("event_type").says("What happened: initiate, received or duplicate."),
        Column::integer("received_timestamp").unit("ns").says("The virtual time at which it did."),
        Column::number("propagation_time")
            .unit("ms")
            .says("From the send of this copy to its receipt, of first receipts only."),
        Column::text("detail").says(
            "Mostly empty: discovery at an initiate that waits for it, same_round at a duplicate \
             in the round of the first copy.",
        ),
        Column::integer("run").says("The number of the run in runs.csv."),
        Column::integer("hops").says("How many hops the first copy has come, else empty."),
    ]
}

/// Writes events.csv.
pub struct EventsWriter<W: Write>(TableWriter<W>);

impl<W: Write> EventsWriter<W> {
    /// Begins the table.
    ///
    /// # Errors
    /// What `out` refuses.
    pub fn new(out: W) -> io::Result<EventsWriter<W>> {
        TableWriter::new(out, &events_columns()).map(EventsWriter)
    }

    /// Goes on with a table whose header stands elsewhere.
    pub fn rows_only(out: W) -> EventsWriter<W> {
        EventsWriter(TableWriter::rows_only(out, &events_columns()))
    }

    /// Appends a step.
    ///
    /// # Errors
    /// What `out` refuses.
    pub fn row(&mut self, row: &EventRow<'_>) -> io::Result<()> {
        let millis = |span: Span| Cell::Millis(Instant::START + span);
        self.0.row([
            Cell::Text(row.sender),
            Cell::Text(row.receiver),
            Cell::Text(row.message),
            Cell::Text(row.event_type),
            Cell::Integer(row.at.nanos()),
            row.under_way.map_or(Cell::Missing, millis),
            Cell::Text(row.detail),
            Cell::Integer(row.run),
            row.hops.map_or(Cell::Missing, |hops| Cell::Integer(u64::from(hops))),
        ])
    }

    /// Ends the table.
    ///
    /// # Errors
    /// What `out` refuses.
    pub fn finish(self) -> io::Result<W> {
        self.0.finish()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_step_is_a_row() {
        let mut events = EventsWriter::new(Vec::new()).unwrap();
        let received = EventRow {
            sender: "pod-0",
            receiver: "pod-1",
            message: "m, the first",
            event_type: "received",
            at: Instant::from_nanos(5_250_000),
            under_way: Some(Span::from_nanos(5_250_000)),
            detail: "",
            run: 3,
            hops: Some(1),
        };
        events.row(&received).unwrap();
        let (event_type, detail) = ("duplicate", "same_round");
        let duplicate = EventRow { event_type, detail, under_way: None, hops: None, ..received };
        events.row(&duplicate).unwrap();
        let expected = "sender_id,receiver_id,message,event_type,received_timestamp,\
            propagation_time,detail,run,hops\n\
            pod-0,pod-1,\"m, the first\",received,5250000,5.25,,3,1\n\
            pod-0,pod-1,\"m, the first\",duplicate,5250000,,same_round,3,\n";
        assert_eq!(String::from_utf8(events.finish().unwrap()).unwrap(), expected);
    }
}
