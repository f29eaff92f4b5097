//! The protocols layer: the state machines that ship with corsair; none knows another.

pub mod pirates;
