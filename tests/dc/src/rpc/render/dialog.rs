//! One line of the list of chats.
//!
//! Owns where each kind of chat has its read marks and its pts from.

use grammers_tl_types::{enums, types};

use super::peer::peer;
use super::user::notify_settings;
use crate::world::dialogs::{Listed, Marks};
use crate::world::ids::{Peer, UserId};

/// A chat with messages.
pub(in crate::rpc) fn dialog(viewer: UserId, listed: &Listed<'_>) -> enums::Dialog {
    let mut dialog = blank(listed.peer);
    dialog.top_message = listed.top.0;
    match listed.marks {
        Marks::Own(own) => {
            dialog.read_inbox_max_id = own.read_inbox_max.0;
            dialog.read_outbox_max_id = own.read_outbox_max.0;
            dialog.unread_count = own.unread;
        }
        Marks::Channel(channel) => {
            dialog.read_inbox_max_id = channel.read_mark(viewer).0;
            dialog.read_outbox_max_id = channel.read_by_others().0;
            dialog.unread_count = channel.unread(viewer);
            dialog.pts = Some(channel.events.pts());
        }
    }
    dialog.into()
}

/// A chat without messages.
pub(in crate::rpc) fn empty_dialog(chat: Peer) -> enums::Dialog {
    blank(chat).into()
}

fn blank(chat: Peer) -> types::Dialog {
    types::Dialog {
        pinned: false,
        unread_mark: false,
        view_forum_as_messages: false,
        peer: peer(chat),
        top_message: 0,
        read_inbox_max_id: 0,
        read_outbox_max_id: 0,
        unread_count: 0,
        unread_mentions_count: 0,
        unread_reactions_count: 0,
        unread_poll_votes_count: 0,
        notify_settings: notify_settings(),
        pts: None,
        draft: None,
        folder_id: None,
        ttl_period: None,
    }
}
