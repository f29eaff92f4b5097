//! What is left of one run as data: a row of `runs.csv`, and the violation that stopped it.

use crate::check::Violation;
use crate::kernel::{Instant, Seed};
use crate::record::{MessageCounts, Status, StopReason};
use crate::simulation::Books;

use super::super::run::RunReport;

/// Which run of which point, and what its randomness is derived from.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct RunPlace {
    /// The number of its point; a plain run has point 0 alone.
    pub point: u32,
    /// The number of its replication.
    pub rep: u32,
    /// Its own seed.
    pub seed: Seed,
}

/// What is left of one run.
#[derive(Clone, Debug, PartialEq)]
pub struct RunRecord {
    /// The number of its point.
    pub point: u32,
    /// The number of its replication.
    pub rep: u32,
    /// Its own seed.
    pub seed: Seed,
    /// How it went.
    pub status: Status,
    /// What ended it.
    pub stop_reason: StopReason,
    /// When it ended.
    pub end: Instant,
    /// Activations.
    pub events: u64,
    /// Messages by what became of them.
    pub messages: MessageCounts,
    /// The metrics of scope run in the order of [`run_metrics`](crate::experiment::run_metrics), all of them.
    pub metrics: Vec<Option<f64>>,
    /// The rolling digest.
    pub digest: u128,
    /// The invariant that does not hold.
    pub violation: Option<Violation>,
}

impl RunRecord {
    /// What is left of a run that is over.
    pub fn of(place: RunPlace, report: RunReport) -> RunRecord {
        let RunReport { stop_reason, end, events, books, metrics, digest, violation } = report;
        let RunPlace { point, rep, seed } = place;
        let status = match (&violation, stop_reason) {
            (Some(_), _) => Status::Violated,
            (None, StopReason::Limit) => Status::Limit,
            (None, _) => Status::Ok,
        };
        let messages = counts(&books);
        RunRecord {
            point,
            rep,
            seed,
            status,
            stop_reason,
            end,
            events,
            messages,
            metrics,
            digest,
            violation,
        }
    }

    /// The value of a metric that every row of `runs.csv` has in a column of that name anyway.
    pub(super) fn standing(&self, metric: &str) -> Option<f64> {
        let messages = &self.messages;
        let count = match metric {
            "events" => self.events,
            "messages_sent" => messages.sent,
            "messages_duplicated" => messages.duplicated,
            "messages_delivered" => messages.delivered,
            "messages_lost" => messages.lost,
            "messages_in_flight" => messages.in_flight,
            "messages_to_nobody" => messages.to_nobody,
            _ => return None,
        };
        Some(count as f64)
    }
}

fn counts(books: &Books) -> MessageCounts {
    let total = books.total();
    MessageCounts {
        sent: total.sent,
        duplicated: total.duplicated,
        delivered: total.delivered,
        lost: total.lost(),
        in_flight: total.in_flight(),
        to_nobody: total.to_nobody,
    }
}
