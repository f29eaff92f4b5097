//! The books of a run: what became of every message, by kind. They must balance at the end, in every build.

use std::ops::{AddAssign, Index};

use crate::kernel::NodeId;
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
    /// The bytes under way, weighed by their links.
    under_way: u64,
}

/// From whom, to whom.
pub(super) type Link = (NodeId, NodeId);

/// What so many bytes weigh on a link. Sums of it tell whether the bytes of every node are where they should be: what
/// goes astray weighs something else, but for one case in about 2^64.
#[inline(always)]
pub(super) fn weight((source, target): Link, size: u32) -> u64 {
    const ODD: u64 = 0x9E37_79B9_7F4A_7C15;
    let link = u64::from(source.0).wrapping_add(1).wrapping_mul(ODD) ^ u64::from(target.0);
    link.wrapping_mul(link).wrapping_mul(u64::from(size))
}

impl Books {
    /// Empty books for so many kinds.
    pub fn new(kinds: usize) -> Books {
        Books { kinds: vec![KindBooks::default(); kinds].into(), under_way: 0 }
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

    /// Enters the bytes of a copy that sets out.
    #[inline(always)]
    pub(super) fn set_out(&mut self, link: Link, size: u32) {
        self.under_way = self.under_way.wrapping_add(weight(link, size));
    }

    /// Enters the bytes of a copy that arrives, or is lost on its way.
    #[inline(always)]
    pub(super) fn come_in(&mut self, link: Link, size: u32) {
        self.under_way = self.under_way.wrapping_sub(weight(link, size));
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

    /// Compares the bytes of every node with those that really are under way, by their weight.
    ///
    /// # Errors
    /// Says that bytes have gone astray.
    pub(super) fn balance_bytes(&self, under_way: u64) -> Result<(), String> {
        match self.under_way == under_way {
            true => Ok(()),
            false => Err("bytes that a node was sent are not those that it got".to_owned()),
        }
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

    #[test]
    fn bytes_that_come_to_another_node_are_missed() {
        let (a, b, c) = (NodeId(0), NodeId(1), NodeId(2));
        let ends = |source, target, size| {
            let mut books = Books::new(1);
            books.set_out((a, b), 8);
            books.set_out((c, b), 24);
            books.come_in((source, target), size);
            books.balance_bytes(weight((c, b), 24))
        };
        assert_eq!(ends(a, b, 8), Ok(()));
        for (source, target, size) in [(a, c, 8), (b, a, 8), (c, b, 8), (a, b, 9), (b, b, 8)] {
            assert!(ends(source, target, size).is_err());
        }
    }

    #[test]
    fn copies_that_are_nowhere_are_missed() {
        let mut books = Books::new(2);
        books.kind_mut(1).sent = 3;
        books.kind_mut(1).lose(LossReason::Loss);
        let balance = |flying| books.balance(&[0, flying], &["letter", "parcel"]);
        assert_eq!(balance(2), Ok(()));
        assert!(balance(1).is_err_and(|why| why.starts_with("parcel: 3 copies were made")));
    }
}
