//! The network layer: the fate of a message. It never looks at what a message says.
