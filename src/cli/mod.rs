//! The cli layer: arguments, the terminal, exit statuses.
