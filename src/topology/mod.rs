//! The topology layer: graphs, their generators and statistics, their files in and out. It knows
//! neither time nor messages.

pub mod files;
pub mod generate;
mod graph;
mod labels;
mod measure;
mod rows;

pub use graph::{Graph, Peers};
pub use labels::{Label, Labels, Names};
pub use measure::{Histogram, Statistics};
pub use rows::Rows;
