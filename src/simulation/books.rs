//! The books of a run: what became of every message, by kind. They must balance at the end, in every build.

use std::ops::{AddAssign, Index};

use crate::network::LossReason;

/// What became of the messages of one kind. Copies are counted apart from sends: sent + duplicated copies were made.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct KindBooks {
    /// Messages handed to the network.
    pub sent: u64,
    /// Extra copies that the network made.
    pub duplicated: u64,
    /// Copies handled by their receiver.
    pub delivered: u64,
    /// Copies lost by chance.
    pub lost_by_chance: u64,
    /// Copies lost to a partition.
    pub lost_to_partitions: u64,
    /// Copies lost to a full queue.
    pub lost_to_full_queues: u64,
    /// Copies that found their receiver down, gone, or never there.
    pub to_nobody: u64,
    /// The bytes of the messages that were sent, each once.
    pub bytes_sent: u64,
    /// The bytes of the copies that were delivered.
    pub bytes_delivered: u64,
}

impl KindBooks {
    /// Copies lost for any reason.
    pub fn lost(&self) -> u64 {
        self.lost_by_chance + self.lost_to_partitions + self.lost_to_full_queues
    }

    /// Copies under way.
    pub fn in_flight(&self) -> u64 {
        self.sent + self.duplicated - self.delivered - self.lost() - self.to_nobody
    }

    /// Enters a loss.
    pub(super) fn lose(&mut self, reason: LossReason) {
        *match reason {
            LossReason::Loss => &mut self.lost_by_chance,
            LossReason::Partitioned => &mut self.lost_to_partitions,
            LossReason::QueueFull => &mut self.lost_to_full_queues,
        } += 1;
    }
}

impl AddAssign for KindBooks {
    fn add_assign(&mut self, other: KindBooks) {
        self.sent += other.sent;
        self.duplicated += other.duplicated;
        self.delivered += other.delivered;
        self.lost_by_chance += other.lost_by_chance;
        self.lost_to_partitions += other.lost_to_partitions;
        self.lost_to_full_queues += other.lost_to_full_queues;
        self.to_nobody += other.to_nobody;
        self.bytes_sent += other.bytes_sent;
        self.bytes_delivered += other.bytes_delivered;
    }
}

/// The books of all kinds.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Books {
    kinds: Box<[KindBooks]>,
}

impl Books {
    /// Empty books for so many kinds.
    pub fn new(kinds: usize) -> Books {
        Books { kinds: vec![KindBooks::default(); kinds].into() }
    }

    /// The sum over all kinds.
    pub fn total(&self) -> KindBooks {
        let mut total = KindBooks::default();
        self.kinds.iter().for_each(|kind| total += *kind);
        total
    }

    /// By kind.
    pub fn kinds(&self) -> &[KindBooks] {
        &self.kinds
    }

    #[inline(always)]
    pub(super) fn kind_mut(&mut self, kind: usize) -> &mut KindBooks {
        &mut self.kinds[kind]
    }

    /// Compares the books with the copies that really are under way, counted by kind.
    ///
    /// # Errors
    /// Names the first kind whose copies do not add up.
    pub fn balance(&self, in_flight: &[u64], names: &[&str]) -> Result<(), String> {
        for (kind, books) in self.kinds.iter().enumerate() {
            let made = books.sent + books.duplicated;
            let ended = books.delivered + books.lost() + books.to_nobody;
            if made != ended + in_flight[kind] {
                let (name, flying) = (names[kind], in_flight[kind]);
                return Err(format!(
                    "{name}: {made} copies were made, {ended} ended, {flying} are under way"
                ));
            }
        }
        Ok(())
    }
}

impl Index<usize> for Books {
    type Output = KindBooks;
    fn index(&self, kind: usize) -> &KindBooks {
        &self.kinds[kind]
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::kernel::{Domain, Instant, NodeId, Places, Probability, Seed};
    use crate::network::{Duplication, Fate, Network, NetworkConfig, Parcel};
    use std::num::NonZeroU8;

    /// How the books are kept: as they should be, or as a mistake would.
    #[derive(Clone, Copy, PartialEq)]
    enum Habit {
        Honest,
        /// A lost copy is not counted.
        LoseSilently,
        /// A delivered copy is counted twice.
        DoubleCount,
    }

    /// Books of a thousand messages, of which all that arrive have arrived.
    fn books(habit: Habit) -> Books {
        let half = Probability::new(0.5).unwrap();
        let duplication = Duplication { probability: half, copies: NonZeroU8::MIN };
        let config = NetworkConfig { loss: half.into(), duplication, ..NetworkConfig::default() };
        let (seed, mut books) = (Seed(2026), Books::new(1));
        let mut network = Network::new(config, seed);
        let (source, target) = (NodeId(0), NodeId(1));
        let parcel = Parcel { sent_at: Instant::START, source, target, size: 8, kind: 0 };
        for k in 0..1_000 {
            let book = books.kind_mut(0);
            book.sent += 1;
            let copies = match network.route(&parcel, Places::new(seed, Domain::Fate, 0, k)) {
                Fate::Lost(_) if habit == Habit::LoseSilently => 0,
                Fate::Lost(reason) => {
                    book.lose(reason);
                    0
                }
                Fate::Deliver(_) => 1,
                Fate::Copies(delays) => delays.len() as u64,
            };
            book.duplicated += copies.saturating_sub(1);
            book.delivered += if habit == Habit::DoubleCount { 2 * copies } else { copies };
        }
        books
    }

    #[test]
    fn books_that_hide_a_loss_or_count_twice_do_not_balance() {
        let balance = |habit| books(habit).balance(&[0], &["letter"]);
        assert_eq!(balance(Habit::Honest), Ok(()));
        for habit in [Habit::LoseSilently, Habit::DoubleCount] {
            let imbalance = balance(habit).unwrap_err();
            assert!(imbalance.starts_with("letter: "), "{imbalance}");
        }
    }
}
