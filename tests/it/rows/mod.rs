//! The acceptance rows of pirates: experiments run through the public interface, held against derived values, an
//! independent Monte-Carlo program, runs of spigo itself and hand-made graph files (`tests/oracles/pirates/`).
//!
//! Seeds are those of the files, chosen once: each test is an exact re-run, not a gamble. What takes long is ignored;
//! `cargo test --release -- --ignored rows` runs it, and `--nocapture` prints the largest |z| of each set-up.

mod exact;
mod graphs;
mod headlines;
mod laboratory;
mod montecarlo;
mod stationary;
