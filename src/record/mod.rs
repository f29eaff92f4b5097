//! The record layer: results on disk: tables, graphs, whole folders or nothing. It knows no YAML.
