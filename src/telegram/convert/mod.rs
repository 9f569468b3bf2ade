//! Telegram's objects turned into the hub's rows. Pure: no calls, no database.

mod entities;
mod file;
mod links;
mod listed;
mod live;
mod media;
mod message;
mod peer;
mod unreadable;
mod update;

pub use file::message_file;
pub(super) use file::{file, largest_size};
pub(super) use links::upgrades;
pub(super) use listed::{chat_traits, id_of_chat, input_chat_id, muted_until, user_traits};
pub(super) use live::{accepted, live, short_sent, update_chats, update_message, updates};
pub use message::message_markdown;
pub(super) use message::{message_date, message_place, messages};
pub(super) use peer::{
    basic_group, chat, chat_id, input_channel, input_peer, input_user, peer_info, peers, user,
};
pub use unreadable::{LAYER, read_again, unreadable_number};
pub(super) use unreadable::{live_numbered, live_unreadable, unreadable};
pub use update::AccountRef;
pub(super) use update::batch;
