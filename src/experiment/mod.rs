//! The experiment layer: from a YAML file to runs and their results. It knows no terminal.
