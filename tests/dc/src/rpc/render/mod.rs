//! How the world looks in TL to one viewer.
//!
//! Owns the large constructors with their many absent fields. It only reads the world.

mod config;
mod message;
mod update;
mod user;

pub(super) use config::{HOME_DC, config};
pub(super) use message::{date, dialog, message, missing};
pub(super) use update::{concerned, push, update};
pub(super) use user::{full_user, peer, peer_settings, user, users};
