//! Integration tests, all in one binary.

mod layering;
mod migrations;
mod store;
mod support;
