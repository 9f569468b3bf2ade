//! HTTP: the server, what every request goes through, and the doors.
//!
//! Owns the listener's life, the checks at the gate and the shapes of requests and answers. It
//! reaches the hub through operations only; it knows neither the database nor Telegram.

mod admission;
mod app;
mod connection;
mod context;
mod door;
mod doors;
mod events;
mod failure;
mod fallback;
mod file;
mod frame;
mod gate;
mod hall;
mod input;
mod last;
mod logged;
mod openapi;
mod pages;
mod pieces;
mod rules;
mod server;
mod settings;

pub use openapi::document;
pub use server::serve;
pub use settings::{HttpSettings, SettingsError, of_doors};
