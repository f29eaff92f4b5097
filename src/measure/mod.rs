//! The measure layer: metrics as data, and the readings that are taken of them. It knows no files.

mod engine;
mod metric;
mod reading;

pub use engine::{ENGINE, UPLINK, read_engine, read_uplinks};
pub use metric::{Cost, Metric, Scope};
pub use reading::{Id, Reading, Readings};
