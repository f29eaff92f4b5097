//! The one integration test binary: the rules of the source, the contract and its drivers, the protocols, the command.

mod cli;
mod cli_misfortune;
mod cli_refusals;
mod cli_same;
mod cli_statistics;
mod cli_topology;
mod conservation;
mod driver;
mod fates;
mod gossip;
mod inputs;
mod network;
mod pirates;
mod readme;
mod report;
mod rows;
mod scenario;
mod schema;
mod script_command;
mod scripts;
mod sharing;
mod study;
mod tidy;
mod topology;
