//! The experiment layer: from a YAML file to runs and their results. It knows no terminal.

mod statistics;
mod student;

pub use statistics::{Interval, Level, Method, Summary, Values};
