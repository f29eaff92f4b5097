//! `Few`: a list that mostly has one item or none, which lies in its owner's cache line.

use std::hash::{Hash, Hasher};
use std::mem;
use std::ops::{Deref, DerefMut};

/// A list whose first item needs no allocation.
#[derive(Clone, Debug, Default)]
pub(super) enum Few<T> {
    /// No item.
    #[default]
    Nothing,
    /// One.
    One(T),
    /// Any number.
    #[expect(clippy::box_collection, reason = "a vector has three words, its box one")]
    Several(Box<Vec<T>>),
}

impl<T> Few<T> {
    /// Puts an item after the others.
    #[inline(always)]
    pub(super) fn push(&mut self, item: T) {
        self.insert(self.len(), item);
    }

    /// Puts an item before that at `place`, or after all.
    ///
    /// # Panics
    /// If there are fewer items than `place`.
    #[inline(always)]
    pub(super) fn insert(&mut self, place: usize, item: T) {
        match self {
            Few::Nothing => {
                assert_eq!(place, 0, "there is no item");
                *self = Few::One(item);
            }
            Few::One(_) => self.spill(place, item),
            Few::Several(items) => items.insert(place, item),
        }
    }

    /// Takes the item at `place` out.
    ///
    /// # Panics
    /// If there is none.
    #[inline(always)]
    pub(super) fn remove(&mut self, place: usize) -> T {
        match mem::take(self) {
            Few::Nothing => panic!("there is no item {place}"),
            Few::One(item) => {
                assert_eq!(place, 0, "there is one item");
                item
            }
            Few::Several(mut items) => {
                let item = items.remove(place);
                *self = Few::Several(items);
                item
            }
        }
    }

    /// Forgets all.
    pub(super) fn clear(&mut self) {
        *self = Few::Nothing;
    }

    #[cold]
    fn spill(&mut self, place: usize, item: T) {
        let mut items = mem::take(self).into_vec();
        items.insert(place, item);
        *self = Few::Several(Box::new(items));
    }

    fn into_vec(self) -> Vec<T> {
        match self {
            Few::Nothing => Vec::new(),
            Few::One(item) => vec![item],
            Few::Several(items) => *items,
        }
    }
}

impl<T> Deref for Few<T> {
    type Target = [T];
    #[inline(always)]
    fn deref(&self) -> &[T] {
        match self {
            Few::Nothing => &[],
            Few::One(item) => std::slice::from_ref(item),
            Few::Several(items) => items,
        }
    }
}

impl<T> DerefMut for Few<T> {
    #[inline(always)]
    fn deref_mut(&mut self) -> &mut [T] {
        match self {
            Few::Nothing => &mut [],
            Few::One(item) => std::slice::from_mut(item),
            Few::Several(items) => items,
        }
    }
}

impl<T: PartialEq> PartialEq for Few<T> {
    fn eq(&self, other: &Self) -> bool {
        **self == **other
    }
}

impl<T: Eq> Eq for Few<T> {}

impl<T: Hash> Hash for Few<T> {
    fn hash<H: Hasher>(&self, state: &mut H) {
        (**self).hash(state);
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    #[derive(Clone, Debug)]
    enum Step {
        Push(u8),
        Insert(usize, u8),
        Remove(usize),
        Clear,
    }

    fn step() -> impl Strategy<Value = Step> {
        prop_oneof![
            4 => any::<u8>().prop_map(Step::Push),
            2 => (0..4usize, any::<u8>()).prop_map(|(place, item)| Step::Insert(place, item)),
            4 => (0..4usize).prop_map(Step::Remove),
            1 => Just(Step::Clear),
        ]
    }

    proptest! {
        #[test]
        fn it_holds_what_a_vector_holds(steps in prop::collection::vec(step(), 0..40)) {
            let (mut few, mut items) = (Few::Nothing, Vec::new());
            for step in steps {
                match step {
                    Step::Push(item) => {
                        few.push(item);
                        items.push(item);
                    }
                    Step::Insert(place, item) if place <= items.len() => {
                        few.insert(place, item);
                        items.insert(place, item);
                    }
                    Step::Remove(place) if place < items.len() => {
                        prop_assert_eq!(few.remove(place), items.remove(place));
                    }
                    Step::Clear => {
                        few.clear();
                        items.clear();
                    }
                    Step::Insert(..) | Step::Remove(_) => {}
                }
                prop_assert_eq!(&*few, &*items);
                let anew = items.iter().fold(Few::Nothing, |mut few, item| {
                    few.push(*item);
                    few
                });
                prop_assert_eq!(&few, &anew, "how it came about does not matter");
            }
        }
    }
}
