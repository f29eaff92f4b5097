//! The rumors that a site has on disk.

use super::few::Few;
use super::message::{Item, RumorId};

/// Known rumors, sorted by number. Most sites of most runs know one at most, which is looked up without a detour.
#[derive(Clone, Debug, Default, PartialEq, Eq, Hash)]
pub struct Known(Few<Item>);

const _: () = assert!(size_of::<Known>() == 16);

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
    #[inline(always)]
    pub fn items(&self) -> &[Item] {
        &self.0
    }

    /// Whether a rumor is known.
    #[inline(always)]
    pub fn knows(&self, id: RumorId) -> bool {
        match &self.0 {
            Few::Nothing => false,
            Few::One(item) => item.id == id,
            Few::Several(items) => items.binary_search_by_key(&id, |item| item.id).is_ok(),
        }
    }

    #[inline(always)]
    pub(super) fn store(&mut self, record: Record) {
        let item = match record {
            Record::Only(item) => return self.0 = Few::One(item),
            Record::Also(item) => item,
        };
        if let Err(place) = self.0.binary_search_by_key(&item.id, |item| item.id) {
            self.0.insert(place, item);
        }
    }
}
