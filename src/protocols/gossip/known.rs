//! The rumors that a site has on disk.

use super::message::{Item, RumorId};

/// Known rumors, sorted by number.
#[derive(Clone, Debug, Default, PartialEq, Eq, Hash)]
pub struct Known(Vec<Item>);

/// A write to them.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub enum Record {
    /// One more is known.
    Also(Item),
    /// This one alone is remembered.
    Only(Item),
}

impl Known {
    /// All of them, ascending.
    pub fn items(&self) -> &[Item] {
        &self.0
    }

    /// Whether a rumor is known.
    #[inline(always)]
    pub fn knows(&self, id: RumorId) -> bool {
        self.find(id).is_ok()
    }

    #[inline(always)]
    fn find(&self, id: RumorId) -> Result<usize, usize> {
        self.0.binary_search_by_key(&id, |item| item.id)
    }

    #[inline(always)]
    pub(super) fn store(&mut self, record: Record) {
        match record {
            Record::Also(item) => {
                if let Err(place) = self.find(item.id) {
                    if self.0.is_empty() {
                        // Most sites of most runs know one rumor at most.
                        self.0.reserve_exact(1);
                    }
                    self.0.insert(place, item);
                }
            }
            Record::Only(item) => {
                self.0.clear();
                self.0.push(item);
            }
        }
    }
}
