//! The protocol layer: the contract between a state machine and whatever drives it.
