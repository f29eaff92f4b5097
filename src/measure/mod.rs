//! The measure layer: metrics as data. They know no files.
