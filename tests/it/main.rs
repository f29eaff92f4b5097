//! The one integration test binary: the rules of the source, the contract and its drivers, the protocols.

mod driver;
mod pirates;
mod rows;
mod scenario;
mod tidy;
