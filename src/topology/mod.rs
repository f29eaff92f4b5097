//! The topology layer: graphs, their generators and statistics, their files in and out. It knows
//! neither time nor messages.

mod annotate;
mod attributes;
mod components;
mod connect;
pub mod files;
pub mod generate;
mod graph;
mod labels;
mod matrix;
mod measure;
mod paths;
mod profile;
mod recipe;
mod rows;

pub use annotate::TooLargeToList;
pub use attributes::{Bandwidth, Groups, Latencies, LinkSpans, Position};
pub use components::Components;
pub use connect::{Connect, ConnectError};
pub use graph::{Graph, Peers};
pub use labels::{Label, Labels, Names};
pub use matrix::{Matrix, MatrixMistake, Trip};
pub use measure::{Histogram, Statistics};
pub use profile::{Effort, Profile};
pub use recipe::{Built, Clusters, Inside, Kind, Recipe, RecipeError, Sizes};
pub use rows::Rows;
