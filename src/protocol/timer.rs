//! The names of a protocol's timers, as an enum that the `timers!` macro writes.

use std::fmt::Debug;
use std::hash::Hash;

/// The names of a protocol's timers: one deadline for each (node, name).
pub trait TimerName: Copy + Debug + Eq + Hash + Ord + 'static {
    /// All names.
    const ALL: &'static [Self];
    /// One `T` a name, so that deadlines lie beside the node without a pointer.
    type Each<T: Copy + Debug>: AsMut<[T]> + AsRef<[T]> + Debug;
    /// The same `T` for each name.
    fn each<T: Copy + Debug>(value: T) -> Self::Each<T>;
    /// The place of a name in [`TimerName::ALL`].
    fn index(self) -> usize;
}

/// `timers!(Election, Heartbeat);` makes `pub enum Timer { Election, Heartbeat }` with its [`TimerName`].
#[macro_export]
macro_rules! timers {
    ($($(#[$doc:meta])* $name:ident),+) => {
        /// The timers of a node.
        #[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
        #[allow(missing_docs)]
        pub enum Timer { $($(#[$doc])* $name),+ }

        impl $crate::protocol::TimerName for Timer {
            const ALL: &'static [Self] = &[$(Timer::$name),+];
            type Each<T: Copy + ::std::fmt::Debug> = [T; Timer::ALL.len()];
            fn each<T: Copy + ::std::fmt::Debug>(value: T) -> Self::Each<T> {
                [value; Timer::ALL.len()]
            }
            #[inline(always)]
            fn index(self) -> usize {
                self as usize
            }
        }
    };
}
