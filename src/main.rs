//! The `corsair` command.

fn main() {}
