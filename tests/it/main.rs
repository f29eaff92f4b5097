//! The one integration test binary.

mod cli;
mod cli_misfortune;
mod cli_refusals;
mod cli_same;
mod cli_topology;
mod inputs;
