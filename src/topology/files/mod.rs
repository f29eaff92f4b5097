//! Graph files: what one holds, how one is read, how one is written.

mod read;
mod snapshot;
mod write;

pub use read::{
    Counts, Directed, Direction, FileMistake, GraphFile, ReadOptions, Repeats, Weights, read,
};
pub use snapshot::{Cells, Column, Header, Snapshot, Texts};
pub use write::{EdgeKey, write_dot, write_edge_list, write_gexf, write_graphml, write_node_link};

#[cfg(test)]
mod tests;
