//! The settings layer: what a file says: values with their places, decoders, units, and mistakes with suggestions. It does not know what a key means.
