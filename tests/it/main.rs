//! Integration tests, in one binary.

mod migrations;
mod store;
mod support;
