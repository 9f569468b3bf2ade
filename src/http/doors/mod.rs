//! The doors: each a set of paths with shapes of its own, over the same operations.
//!
//! A door owns its paths and the JSON it takes and gives. It must not know another door.

pub(crate) mod hub;
pub(crate) mod tools;
