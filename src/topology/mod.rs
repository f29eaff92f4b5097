//! The topology layer: graphs. (stub until merge)
use crate::kernel::NodeId;

/// A graph.
#[derive(Clone, Debug)]
pub enum Graph {
    /// complete
    Complete(u32),
}
impl Graph {
    /// complete
    pub fn complete(n: u32) -> Graph {
        Graph::Complete(n)
    }
    /// peers
    #[inline(always)]
    pub fn peers(&self, me: NodeId) -> Peers<'_> {
        let Graph::Complete(n) = self;
        Peers::AllBut { me, of: *n }
    }
    /// nodes
    pub fn nodes(&self) -> u32 {
        let Graph::Complete(n) = self;
        *n
    }
}
/// Neighbours.
#[derive(Clone, Copy, Debug)]
pub enum Peers<'w> {
    /// row
    Row(&'w [NodeId]),
    /// all
    AllBut {
        /// me
        me: NodeId,
        /// of
        of: u32,
    },
}
impl<'w> Peers<'w> {
    /// none
    pub fn none() -> Peers<'w> {
        Peers::Row(&[])
    }
    /// len
    pub fn len(self) -> usize {
        match self {
            Peers::Row(row) => row.len(),
            Peers::AllBut { of, .. } => of as usize - 1,
        }
    }
    /// get
    pub fn get(self, k: usize) -> NodeId {
        match self {
            Peers::Row(row) => row[k],
            Peers::AllBut { me, .. } => NodeId(k as u32 + (k as u32 >= me.0) as u32),
        }
    }
    /// iter
    pub fn iter(self) -> impl Iterator<Item = NodeId> + 'w {
        (0..self.len()).map(move |k| self.get(k))
    }
}
