//! Graph files out.

mod dot;
mod edge_list;
mod gexf;
mod graphml;
mod node_link;

pub use dot::write_dot;
pub use edge_list::write_edge_list;
pub use gexf::write_gexf;
pub use graphml::write_graphml;
pub use node_link::{EdgeKey, write_node_link};
