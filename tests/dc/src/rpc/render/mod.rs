//! How the world looks in TL to one viewer.
//!
//! Owns the large constructors with their many absent fields. It only reads the world.

mod aside;
mod cast;
mod chat;
mod config;
mod dialog;
mod forward;
mod full_chat;
mod hollow;
mod media;
mod message;
mod participant;
mod peer;
mod poll;
mod push;
mod raw;
mod reactions;
mod topic;
mod update;
mod user;
mod usernames;

pub(super) use aside::{add_reactors, dialog_peer, reacted, unscheduled};
pub(super) use cast::Cast;
pub(super) use chat::count;
pub(super) use config::config;
pub(super) use dialog::{archive, dialog, empty_dialog};
pub(super) use full_chat::{full_channel, full_group, participants};
pub(super) use hollow::hollow;
pub(super) use media::{THUMB, letter, media};
pub(super) use message::{date, logged_message, message, missing, scheduled_message, shown};
pub(super) use participant::{participant, standing};
pub(super) use peer::peer;
pub(super) use poll::polled;
pub(super) use push::pushes;
pub(super) use raw::fill;
pub(super) use topic::{topic, topic_as};
pub(super) use update::{channel_changed, channel_too_long, channel_update, update, whole};
pub(super) use user::{full_user, notify_of, peer_settings, user, users};
