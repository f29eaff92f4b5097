//! Lazy, exact timers in eight bytes each: arming earlier pushes an entry to the queue, arming later only moves the
//! deadline, and the one live entry of a timer is requeued when it pops too early.
//!
//! Keeping the deadline alone is a trap: each re-arming would leave a void entry behind, and five Raft nodes then
//! breed 444 million entries instead of 1.2 million.

use crate::kernel::Instant;

/// When a timer fires, and whether its live queue entry says so.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum View {
    /// Not armed, no live entry.
    Idle,
    /// The live entry lies where the deadline is.
    Exact(Instant),
    /// The live entry lies earlier, noted aside.
    Moved(Instant),
    /// Not armed, but a live entry lies noted aside.
    Disarmed,
}

/// A `View` in eight bytes.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct Deadline(u64);

const MOVED: u64 = 1 << 63;

impl Deadline {
    pub(super) const IDLE: Deadline = Deadline(u64::MAX);
    const DISARMED: Deadline = Deadline(u64::MAX - 1);

    #[inline(always)]
    pub(super) fn exact(at: Instant) -> Deadline {
        Deadline(at.nanos())
    }

    #[inline(always)]
    fn moved(at: Instant) -> Deadline {
        Deadline(at.nanos() | MOVED)
    }

    #[inline(always)]
    pub(super) fn view(self) -> View {
        match self {
            Deadline::IDLE => View::Idle,
            Deadline::DISARMED => View::Disarmed,
            Deadline(at) if at & MOVED == 0 => View::Exact(Instant::from_nanos(at)),
            Deadline(at) => View::Moved(Instant::from_nanos(at & !MOVED)),
        }
    }
}

/// What becomes of a queue entry of a timer when it pops.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Firing {
    /// The timer fires.
    Now,
    /// Its live entry moves to a later time.
    Later(Instant),
    /// The entry means nothing any more.
    Void,
}

/// Where the live entries of those deadlines lie that have moved. Empty until one moves.
#[derive(Clone, Debug)]
pub(super) struct Moved {
    queued: Vec<Instant>,
    timers: usize,
}

impl Moved {
    /// For so many timers, of all nodes together.
    pub(super) fn new(timers: usize) -> Moved {
        Moved { queued: Vec::new(), timers }
    }

    #[cold]
    fn note(&mut self, timer: usize, queued: Instant) {
        if self.queued.is_empty() {
            self.queued = vec![Instant::NEVER; self.timers];
        }
        self.queued[timer] = queued;
    }

    /// Arms a timer; true when an entry for `due` is to be pushed.
    #[inline(always)]
    pub(super) fn arm(&mut self, deadline: &mut Deadline, timer: usize, due: Instant) -> bool {
        let queued = match deadline.view() {
            View::Idle => Instant::NEVER,
            View::Exact(at) => at,
            View::Moved(_) | View::Disarmed => self.queued[timer],
        };
        let earlier = due < queued;
        if earlier {
            *deadline = Deadline::exact(due);
        } else {
            self.note(timer, queued);
            *deadline = Deadline::moved(due);
        }
        earlier
    }

    /// Disarms a timer.
    pub(super) fn disarm(&mut self, deadline: &mut Deadline, timer: usize) {
        match deadline.view() {
            View::Exact(at) => self.note(timer, at),
            View::Moved(_) => {}
            View::Idle | View::Disarmed => return,
        }
        *deadline = Deadline::DISARMED;
    }

    /// An entry of a timer pops at `now`.
    #[inline(always)]
    pub(super) fn fire(&self, deadline: &mut Deadline, timer: usize, now: Instant) -> Firing {
        if *deadline == Deadline::exact(now) {
            *deadline = Deadline::IDLE;
            return Firing::Now;
        }
        self.fire_moved(deadline, timer, now)
    }

    #[cold]
    fn fire_moved(&self, deadline: &mut Deadline, timer: usize, now: Instant) -> Firing {
        let due = match deadline.view() {
            // Superseded by an entry that was pushed for an earlier deadline.
            View::Idle | View::Exact(_) => return Firing::Void,
            View::Moved(_) | View::Disarmed if self.queued[timer] != now => return Firing::Void,
            View::Disarmed => {
                *deadline = Deadline::IDLE;
                return Firing::Void;
            }
            View::Moved(due) => due,
        };
        if due == now {
            *deadline = Deadline::IDLE;
            Firing::Now
        } else {
            *deadline = Deadline::exact(due);
            Firing::Later(due)
        }
    }
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeSet;

    use proptest::prelude::*;

    use super::*;

    #[derive(Clone, Debug)]
    enum Step {
        Arm(u64),
        Disarm,
        Pass(u64),
    }

    fn steps() -> impl Strategy<Value = Vec<Step>> {
        let step = prop_oneof![
            4 => (0u64..20).prop_map(Step::Arm),
            1 => Just(Step::Disarm),
            3 => (0u64..12).prop_map(Step::Pass),
        ];
        prop::collection::vec(step, 0..80)
    }

    proptest! {
        /// The twin keeps the one true deadline; the lazy timer must fire exactly then.
        #[test]
        fn a_timer_fires_when_its_deadline_comes_and_never_else(steps in steps()) {
            let at = Instant::from_nanos;
            let (mut moved, mut deadline, mut twin) = (Moved::new(1), Deadline::IDLE, None);
            let (mut now, mut entries) = (0u64, Vec::new());
            for step in steps {
                match step {
                    Step::Arm(after) => {
                        twin = Some(now + after);
                        if moved.arm(&mut deadline, 0, at(now + after)) {
                            entries.push(now + after);
                        }
                    }
                    Step::Disarm => {
                        twin = None;
                        moved.disarm(&mut deadline, 0);
                    }
                    Step::Pass(span) => {
                        let end = now + span;
                        let mut fired = BTreeSet::new();
                        while let Some(first) = entries.iter().copied().filter(|e| *e <= end).min() {
                            entries.swap_remove(entries.iter().position(|e| *e == first).unwrap());
                            match moved.fire(&mut deadline, 0, at(first)) {
                                Firing::Now => prop_assert!(fired.insert(first)),
                                Firing::Later(due) => {
                                    prop_assert!(due > at(first));
                                    entries.push(due.nanos());
                                }
                                Firing::Void => {}
                            }
                        }
                        now = end;
                        let expected = twin.take_if(|due| *due <= end);
                        prop_assert_eq!(fired.into_iter().collect::<Vec<_>>(), Vec::from_iter(expected));
                    }
                }
            }
        }
    }
}
