//! The one place of unsafe code: a hint to the processor, which reads nothing and cannot fail.
//!
//! Asking for a node's cache line eight events early saves 20-30 % of an event from 10^5 nodes on.
#![allow(unsafe_code)]

/// Asks for the first two cache lines of `items[index]`, or as many as it has; does nothing when there is no such item.
#[inline(always)]
pub fn prefetch<T>(items: &[T], index: usize) {
    let Some(item) = items.get(index) else { return };
    #[cfg(target_arch = "x86_64")]
    {
        use std::arch::x86_64::{_MM_HINT_T0, _mm_prefetch};
        let start: *const i8 = std::ptr::from_ref(item).cast();
        // SAFETY: a prefetch does not access memory in any observable way, and the pointer is valid anyway.
        unsafe { _mm_prefetch::<_MM_HINT_T0>(start) }
        if size_of::<T>() > LINE {
            // SAFETY: as above, and the second line lies within the item.
            unsafe { _mm_prefetch::<_MM_HINT_T0>(start.wrapping_add(LINE)) }
        }
    }
    #[cfg(not(target_arch = "x86_64"))]
    let _ = item;
}

#[cfg(target_arch = "x86_64")]
const LINE: usize = 64;

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn any_index_is_fine() {
        prefetch(&[1, 2, 3], 2);
        prefetch(&[1, 2, 3], usize::MAX);
        prefetch(&[[0u64; 9]; 2], 1);
        prefetch::<()>(&[], 0);
    }
}
