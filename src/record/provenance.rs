//! `provenance.json`: where, when and with what a result was made; the only file that may differ.

use serde::Serialize;

pub(super) const PROVENANCE: &str = "provenance.json";

/// Where, when and with what a result was made. The cli fills it; nothing reads it back.
#[derive(Clone, Debug, Default, PartialEq, Serialize)]
pub struct Provenance {
    /// The command line, the program's name first.
    pub argv: Vec<String>,
    /// The folder that it was called in.
    pub folder: String,
    /// The name of the machine.
    pub host: String,
    /// The operating system and the processor's architecture.
    pub platform: String,
    /// When it began, RFC 3339, UTC.
    pub started: String,
    /// How long it took, in milliseconds of the wall clock.
    pub wall_ms: f64,
    /// How many runs were worked on at once.
    pub jobs: u64,
    /// The version of corsair.
    pub corsair: String,
    /// The version of the compiler that built it, where known.
    pub rustc: String,
}
