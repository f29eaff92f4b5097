//! The one integration test binary.

mod rows;
