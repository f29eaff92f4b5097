//! The measure layer: metrics as data, and the readings that are taken of them. It knows no files.

mod engine;
mod gini;
mod metric;
mod reading;

pub use engine::{ENGINE, UPLINK, UPTIME, read_engine, read_uplinks, read_uptime};
pub use gini::gini;
pub use metric::{Cost, Metric, Scope};
pub use reading::{Id, Reading, Readings};
