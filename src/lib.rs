//! telegram-hub: a daemon that keeps a fleet of Telegram user accounts online, writes every
//! message they receive to a database, and lets people and programs drive them over HTTP.
//!
//! A module imports from lower layers only: 0 `model`, `error`; 1 `config`, `auth`, `metrics`, `qr_code`, `desktop`;
//! 2 `store`, `fetch`, `objects`; 3 `telegram`; 5 `session`, `guests`; 6 `hub`; 7 `ops`; 8 `http`; 9 `daemon`;
//! 10 `cli` and this file.

pub mod auth;
pub mod cli;
pub mod config;
mod daemon;
pub mod desktop;
pub mod error;
pub mod fetch;
pub mod guests;
pub mod http;
pub mod hub;
pub mod metrics;
pub mod model;
pub mod objects;
pub mod ops;
pub mod qr_code;
pub mod session;
pub mod store;
pub mod telegram;

pub use daemon::{RunError, run, serve};
