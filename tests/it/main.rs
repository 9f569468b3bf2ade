//! Integration tests, all in one binary.

mod capture;
mod channels;
mod configuration;
mod dependencies;
mod doors;
mod fetch;
mod gaps;
mod history;
mod http;
mod layering;
mod life;
mod log_outs;
mod media;
mod migrations;
mod misfits;
mod outage;
mod process;
#[cfg(feature = "sqlite")]
mod purge;
mod restore;
mod sends;
mod store;
mod supervise;
mod support;
mod unpolled;
mod unreadable;
mod writer;
