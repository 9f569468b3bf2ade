//! Integration tests, all in one binary.

mod dependencies;
mod doors;
mod http;
mod layering;
mod life;
mod migrations;
mod store;
mod support;
