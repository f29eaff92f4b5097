//! When: moments and windows of virtual time, as data.

use super::error::FaultError;
use crate::kernel::{Bits, Distribution, Instant};

/// How many happenings a list of faults, or of commands, expands to at most, counted node by node.
pub const EXPANSION_MAX: usize = 10_000_000;

/// At which moments.
#[derive(Clone, Debug, PartialEq)]
pub enum Schedule {
    /// Once, this long after the start.
    At(Distribution),
    /// Again and again in [from, until), each this long after the one before; the first at `from`.
    Every {
        /// The first moment.
        from: Instant,
        /// The end, not included; without it the end of the run, included.
        until: Option<Instant>,
        /// The distance of one from the next.
        every: Distribution,
        /// How many at most.
        count: Option<u32>,
    },
}

impl Schedule {
    /// Its moments up to the end of the run, ascending; distances are drawn from `bits`.
    ///
    /// # Errors
    /// More than [`EXPANSION_MAX`] moments.
    pub fn expand(&self, end: Instant, bits: &mut impl Bits) -> Result<Vec<Instant>, FaultError> {
        let (mut at, until, every, count) = match self {
            Schedule::At(after) => {
                let at = Instant::START + after.sample(bits);
                return Ok(if at <= end { vec![at] } else { Vec::new() });
            }
            Schedule::Every { from, until, every, count } => (*from, until, every, count),
        };
        let count = count.map_or(usize::MAX, |count| count as usize);
        let mut moments = Vec::new();
        while at <= end && until.is_none_or(|until| at < until) && moments.len() < count {
            if moments.len() == EXPANSION_MAX {
                return Err(FaultError::TooMany);
            }
            moments.push(at);
            at += every.sample(bits);
        }
        Ok(moments)
    }
}

/// A half-open window of time, [from, until), that is not empty.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Window {
    from: Instant,
    until: Instant,
}

impl Window {
    /// From the start, and never over.
    pub const ALWAYS: Window = Window { from: Instant::START, until: Instant::NEVER };

    /// The window, if `from` lies before `until`.
    pub fn new(from: Instant, until: Instant) -> Option<Window> {
        (from < until).then_some(Window { from, until })
    }

    /// Its first moment.
    pub fn from(self) -> Instant {
        self.from
    }

    /// The first moment after it.
    pub fn until(self) -> Instant {
        self.until
    }
}
