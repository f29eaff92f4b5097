//! The check layer: invariants and the books that a run must balance.
