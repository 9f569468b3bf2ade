//! Integration tests, all in one binary.

mod layering;
mod smoke;
