//! The rumors that a site has on disk.

use super::message::{Item, RumorId};

/// Known rumors, sorted by number. Most sites of most runs know one at most, which is looked up without a detour.
#[derive(Clone, Debug, Default, PartialEq, Eq, Hash)]
pub struct Known(Kept);

#[derive(Clone, Debug, Default, PartialEq, Eq, Hash)]
enum Kept {
    #[default]
    Nothing,
    One(Item),
    Several(Vec<Item>),
}

const _: () = assert!(size_of::<Known>() <= 24);

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
        match &self.0 {
            Kept::Nothing => &[],
            Kept::One(item) => std::slice::from_ref(item),
            Kept::Several(items) => items,
        }
    }

    /// Whether a rumor is known.
    #[inline(always)]
    pub fn knows(&self, id: RumorId) -> bool {
        match &self.0 {
            Kept::Nothing => false,
            Kept::One(item) => item.id == id,
            Kept::Several(items) => items.binary_search_by_key(&id, |item| item.id).is_ok(),
        }
    }

    #[inline(always)]
    pub(super) fn store(&mut self, record: Record) {
        let item = match record {
            Record::Only(item) => return self.0 = Kept::One(item),
            Record::Also(item) => item,
        };
        match &mut self.0 {
            Kept::Nothing => self.0 = Kept::One(item),
            Kept::One(known) if known.id == item.id => {}
            Kept::One(known) => {
                let mut items = vec![*known, item];
                items.sort_unstable_by_key(|item| item.id);
                self.0 = Kept::Several(items);
            }
            Kept::Several(items) => {
                if let Err(place) = items.binary_search_by_key(&item.id, |item| item.id) {
                    items.insert(place, item);
                }
            }
        }
    }
}
