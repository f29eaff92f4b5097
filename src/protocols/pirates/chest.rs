//! What a crash leaves: a pirate's buried chest, and the controller's muster roll.

use std::collections::BTreeMap;

use super::BUDDIES_MAX;
use crate::kernel::NodeId;

/// A node's disk, by role; a disk that was never written is an empty chest.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub enum Durable {
    /// A pirate's.
    Chest(Chest),
    /// The controller's.
    Roll(Box<Roll>),
}

const _: () = assert!(size_of::<Durable>() <= 64, "a chest is one cache line at most");

impl Default for Durable {
    fn default() -> Self {
        Durable::Chest(Chest::default())
    }
}

/// A pirate's gold and the ledger of its benefactors: cold, touched by gifts, broken promises and restarts only.
#[derive(Clone, Debug, Default, PartialEq, Eq, Hash)]
pub struct Chest {
    /// Coins it owns.
    pub booty: u32,
    /// Coins that each buddy gave, by its slot; what would pass u32::MAX is booked under strangers.
    pub credit: [u32; BUDDIES_MAX],
    /// Coins from those who found no room among the buddies.
    pub strangers: u64,
    /// Coins from those who are no buddies any more.
    pub forgotten: u64,
    /// It has booted before.
    pub started: bool,
    /// The controller has spoken to it.
    pub enlisted: bool,
    /// It has said goodbye.
    pub left: bool,
}

impl Chest {
    /// The coins that buddies gave.
    pub fn credited(&self) -> u64 {
        self.credit.iter().map(|&coins| u64::from(coins)).sum()
    }

    /// All coins in its ledger: those that pirates ever gave.
    pub fn booked(&self) -> u64 {
        self.credited() + self.strangers + self.forgotten
    }
}

/// What the controller must not forget.
#[derive(Clone, Debug, Default, PartialEq, Eq, Hash)]
pub struct Roll {
    /// The next pirate to enlist.
    pub next: u32,
    /// The next pirate to say goodbye to.
    pub cursor: u32,
    /// Who has said goodbye: a bit each.
    answered: Vec<u64>,
    /// How many have.
    pub departed: u32,
    /// How often pirates have asked to be introduced again.
    reintroduced: BTreeMap<NodeId, u32>,
}

impl Roll {
    /// Whether a pirate has said goodbye.
    pub fn has_answered(&self, pirate: NodeId) -> bool {
        let word = self.answered.get(pirate.index() / 64);
        word.is_some_and(|word| word >> (pirate.0 % 64) & 1 == 1)
    }

    /// How often a pirate was introduced again.
    pub fn reintroductions(&self, pirate: NodeId) -> u32 {
        self.reintroduced.get(&pirate).copied().unwrap_or(0)
    }

    fn answer(&mut self, pirate: NodeId) {
        let word = pirate.index() / 64;
        if self.answered.len() <= word {
            self.answered.resize(word + 1, 0);
        }
        self.departed += u32::from(!self.has_answered(pirate));
        self.answered[word] |= 1 << (pirate.0 % 64);
    }
}

/// One write.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub enum Record {
    /// A pirate boots for the first time.
    Started,
    /// A pirate is enlisted.
    Enlisted,
    /// A pirate leaves.
    Left,
    /// Coins came: from the controller, or from a pirate.
    Received {
        /// How many.
        coins: u32,
        /// Whose account they go to.
        account: Account,
    },
    /// Coins were given away.
    Gave {
        /// How many.
        coins: u32,
    },
    /// A buddy was removed; the last slot moves into its place.
    Forgot {
        /// The slot it had.
        slot: u8,
        /// The last slot.
        last: u8,
        /// What it had given.
        credit: u32,
    },
    /// A restart: all buddies are forgotten.
    Amnesia,
    /// The controller has enlisted all pirates before this one.
    NextToEnlist(u32),
    /// The controller's goodbyes have come to this one.
    NextGoodbye(u32),
    /// A pirate has said goodbye.
    Answered(NodeId),
    /// A pirate is introduced again.
    Reintroduced(NodeId),
}

/// Whose account coins go to.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Account {
    /// The controller's, which is not kept.
    Controller,
    /// The buddy's in this slot.
    Buddy(u8),
    /// That of all who are no buddies.
    Strangers,
}

impl Durable {
    /// The chest of a pirate, however early.
    ///
    /// # Panics
    /// For the controller's disk.
    #[inline(always)]
    pub fn chest(&self) -> &Chest {
        match self {
            Durable::Chest(chest) => chest,
            Durable::Roll(_) => panic!("the controller has no chest"),
        }
    }

    /// The controller's roll; `None` before it has written anything.
    pub fn roll(&self) -> Option<&Roll> {
        match self {
            Durable::Chest(_) => None,
            Durable::Roll(roll) => Some(roll),
        }
    }

    #[inline(always)]
    pub(super) fn store(&mut self, record: Record) {
        let chest = match self {
            Durable::Roll(roll) => return roll.store(record),
            Durable::Chest(chest) => chest,
        };
        match record {
            Record::Started => chest.started = true,
            Record::Enlisted => chest.enlisted = true,
            Record::Left => chest.left = true,
            Record::Received { coins, account } => {
                chest.booty += coins;
                match account {
                    Account::Controller => {}
                    Account::Buddy(slot) => {
                        let credit = &mut chest.credit[slot as usize % BUDDIES_MAX];
                        let booked = coins.min(u32::MAX - *credit);
                        *credit += booked;
                        chest.strangers += u64::from(coins - booked);
                    }
                    Account::Strangers => chest.strangers += u64::from(coins),
                }
            }
            Record::Gave { coins } => chest.booty -= coins,
            Record::Forgot { slot, last, credit } => {
                chest.forgotten += u64::from(credit);
                chest.credit.swap(slot as usize % BUDDIES_MAX, last as usize % BUDDIES_MAX);
                chest.credit[last as usize % BUDDIES_MAX] = 0;
            }
            Record::Amnesia => {
                chest.forgotten += chest.credited();
                chest.credit = [0; BUDDIES_MAX];
            }
            Record::NextToEnlist(_)
            | Record::NextGoodbye(_)
            | Record::Answered(_)
            | Record::Reintroduced(_) => {
                let mut roll = Box::<Roll>::default();
                roll.store(record);
                *self = Durable::Roll(roll);
            }
        }
    }
}

impl Roll {
    #[inline(never)]
    fn store(&mut self, record: Record) {
        match record {
            Record::NextToEnlist(next) => self.next = next,
            Record::NextGoodbye(cursor) => self.cursor = cursor,
            Record::Answered(pirate) => self.answer(pirate),
            Record::Reintroduced(pirate) => *self.reintroduced.entry(pirate).or_insert(0) += 1,
            _ => unreachable!("only pirates write {record:?}"),
        }
    }
}
