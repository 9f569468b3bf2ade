//! The calls of Telegram's API that the hub makes, as methods of [`Link`](super::Link).
//!
//! They are raw calls: the client library's own versions panic on answers that they do not expect
//! and choose what must be ours to choose, such as `random_id`.

pub(super) mod auth;
pub(super) mod changes;
pub(super) mod chats;
pub(super) mod counts;
pub(super) mod dialogs;
pub(super) mod files;
pub(super) mod folders;
pub(super) mod history;
pub(super) mod history_pages;
pub(super) mod listing;
pub(super) mod live;
pub(super) mod media;
pub(super) mod messages;
pub(super) mod numbers;
pub(super) mod peers;
pub(super) mod qr;
pub(super) mod search;
pub(super) mod updates;
pub(super) mod whole;
