//! Telegram's objects turned into the hub's rows. Pure: no calls, no database.

mod entities;
mod media;
mod message;
mod peer;
mod update;

pub(super) use message::{message_date, message_place, messages};
pub(super) use peer::{chat_id, input_channel, input_peer, peer_info, peers, user};
pub use update::AccountRef;
pub(super) use update::batch;
