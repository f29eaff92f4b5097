//! corsair: a deterministic discrete-event simulator of message-passing protocols.
//!
//! A single-threaded loop pops timestamped events off a virtual-time queue and hands each to the state machine of one
//! node. Nothing sleeps: latency, loss and failures are virtual. A run is a pure function of an experiment, a seed and
//! a replication number, so that one YAML file gives the same bytes on every machine.
//!
//! ```
//! use corsair::experiment::{Given, read_experiment};
//! use corsair::kernel::Instant;
//! # use corsair::experiment::{Moment, Sink};
//! # use corsair::{measure::Reading, topology::files::Snapshot};
//! # struct Last(Vec<(&'static str, Option<f64>)>);
//! # impl Sink for Last {
//! #     fn sample(&mut self, _: Instant, reading: &Reading) -> std::io::Result<()> {
//! #         self.0.push((reading.metric.name, reading.value));
//! #         Ok(())
//! #     }
//! #     fn snapshot(&mut self, _: Moment, _: &Snapshot) -> std::io::Result<()> { Ok(()) }
//! #     fn log(&mut self, _: &str) -> std::io::Result<Box<dyn std::io::Write>> {
//! #         Ok(Box::new(std::io::sink()))
//! #     }
//! # }
//!
//! let text = "
//! schema: 1
//! name: two-pirates
//! nodes: 2
//! network: { latency: 5ms }
//! protocol: { pirates: { style: classic, stay: 10s } }
//! record: { metrics: [messages_delivered, gold_total] }
//! ";
//! let given = Given::new("two-pirates.yaml", text.as_bytes(), None).expect("it is text");
//! let (experiment, report) = read_experiment(&given, &[]);
//! let experiment = experiment.unwrap_or_else(|| panic!("{report}"));
//! let mut sink = Last(Vec::new());
//! let run = experiment.run(0, &mut sink).expect("it can be set up");
//! // hello, two names, gold, chat and goodbye for each, and each one's own goodbye.
//! assert_eq!(run.books.total().delivered, 14);
//! assert_eq!(sink.0[0], ("messages_delivered", Some(14.0)));
//! ```
//!
//! # The layers
//!
//! One package, thirteen rooms; a module uses only those above its own, and a test sees to it.
//!
//! | layer | owns | must not know |
//! |---|---|---|
//! | [`kernel`] | virtual time, identities, the event queue, random streams, samplers | what a node is |
//! | [`settings`] | what a file says: values with places, decoders, mistakes | what a key means |
//! | [`topology`] | graphs, generators, statistics, graph files | time, messages |
//! | [`network`] | the fate of a message | what a message says |
//! | [`protocol`] | the contract between a state machine and what drives it | simulation, files |
//! | [`faults`] | fault schedules as data | protocols |
//! | [`simulation`] | the world: nodes, timers, disks, the loop | YAML, files |
//! | [`measure`] | metrics as data | files |
//! | [`check`] | invariants | files |
//! | [`protocols`] | the state machines that ship with corsair | each other |
//! | [`record`] | tables, graphs, whole folders or nothing | YAML |
//! | [`experiment`] | from a YAML file to runs, studies, results and reports | the terminal |
//! | [`cli`] | arguments, the terminal, exit statuses | - |
//!
//! A protocol of one's own implements [`protocol::Protocol`] and runs in a [`simulation::World`]; as a
//! [`protocols::Family`] with one line in the registry it can be named in experiment files.

#![cfg_attr(test, allow(clippy::unwrap_used))]

pub mod check;
pub mod cli;
pub mod experiment;
pub mod faults;
pub mod kernel;
pub mod measure;
pub mod network;
pub mod protocol;
pub mod protocols;
pub mod record;
pub mod settings;
pub mod simulation;
pub mod topology;

/// The Rust that the README shows is compiled and run with the documentation's examples.
#[cfg(doctest)]
#[doc = include_str!("../README.md")]
struct Readme;
