//! Graph files out.

mod graphml;
mod node_link;

pub use graphml::write_graphml;
pub use node_link::write_node_link;
