//! The agenda: the few things that are planned from outside a run, such as faults and requests, by time and rank;
//! unlike events they have keys, so that a plan can be moved or dropped.

use std::cmp::Reverse;
use std::collections::BTreeMap;
use std::hash::{BuildHasherDefault, DefaultHasher};

use priority_queue::PriorityQueue;

use super::time::Instant;

/// Names a plan.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub struct PlanKey(u64);

/// When a plan's turn comes: by time, then by rank, then first planned first.
type Turn = (Instant, u8, PlanKey);

/// Plans by time, at one time by rank, at one rank in the order in which they were made.
#[derive(Clone, Debug)]
pub struct Agenda<T> {
    turns: PriorityQueue<PlanKey, Reverse<Turn>, BuildHasherDefault<DefaultHasher>>,
    plans: BTreeMap<PlanKey, T>,
    made: u64,
}

impl<T> Default for Agenda<T> {
    fn default() -> Self {
        let turns = PriorityQueue::with_default_hasher();
        Agenda { turns, plans: BTreeMap::new(), made: 0 }
    }
}

impl<T> Agenda<T> {
    /// Plans `what` for `at`; of two plans for one moment the one of lower rank comes first.
    pub fn plan(&mut self, at: Instant, rank: u8, what: T) -> PlanKey {
        let key = PlanKey(self.made);
        self.made += 1;
        self.turns.push(key, Reverse((at, rank, key)));
        self.plans.insert(key, what);
        key
    }

    /// Moves a plan to another time; false if its turn has come already.
    pub fn shift(&mut self, key: PlanKey, to: Instant) -> bool {
        self.turns.change_priority_by(&key, |Reverse((at, _, _))| *at = to)
    }

    /// Drops a plan; `None` if its turn has come already.
    pub fn drop_plan(&mut self, key: PlanKey) -> Option<T> {
        self.turns.remove(&key)?;
        self.plans.remove(&key)
    }

    /// When the next plan is due.
    pub fn next_at(&self) -> Option<Instant> {
        self.turns.peek().map(|(_, Reverse((at, _, _)))| *at)
    }

    /// Takes the next plan.
    pub fn pop(&mut self) -> Option<(Instant, T)> {
        let (key, Reverse((at, _, _))) = self.turns.pop()?;
        let what = self.plans.remove(&key).expect("each turn has its plan");
        Some((at, what))
    }

    /// All plans, in the order in which they were made.
    pub fn iter(&self) -> impl Iterator<Item = &T> {
        self.plans.values()
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    proptest! {
        #[test]
        fn plans_come_by_time_rank_and_age(
            plans in prop::collection::vec((0u64..5, 0u8..3, any::<bool>(), 0u64..5), 0..40)
        ) {
            let at = Instant::from_nanos;
            let mut agenda = Agenda::default();
            let mut twin = Vec::new();
            for (serial, &(time, rank, shifted, to)) in plans.iter().enumerate() {
                let key = agenda.plan(at(time), rank, serial);
                if shifted {
                    prop_assert!(agenda.shift(key, at(to)));
                }
                if serial % 7 == 6 {
                    prop_assert_eq!(agenda.drop_plan(key), Some(serial));
                    prop_assert!(!agenda.shift(key, at(0)));
                } else {
                    twin.push((if shifted { to } else { time }, rank, serial));
                }
            }
            twin.sort_unstable();
            for (time, _, serial) in twin {
                prop_assert_eq!(agenda.next_at(), Some(at(time)));
                prop_assert_eq!(agenda.pop(), Some((at(time), serial)));
            }
            prop_assert_eq!(agenda.pop(), None);
        }
    }
}
