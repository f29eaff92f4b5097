//! Mistakes that can be planted into a network, to see that what would notice them does.

/// A planted mistake.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum NetworkFlaw {
    /// A lost copy is not entered in the books.
    LoseSilently,
    /// A duplicate is entered twice.
    DoubleCount,
    /// All messages draw from one generator, one after the other.
    SharedStream,
    /// Messages overtake each other where they must not.
    FifoOff,
}
