//! One line of the list of chats.
//!
//! Owns where each kind of chat has its read marks and its pts from, and the archive's own line.

use grammers_tl_types::{enums, types};

use super::chat::count;
use super::peer::peer;
use super::user::notify_settings;
use crate::world::World;
use crate::world::dialogs::{Listed, Marks};
use crate::world::folders::ARCHIVE;
use crate::world::ids::{MessageId, Peer, UserId};

/// A chat with messages.
pub(in crate::rpc) fn dialog(world: &World, viewer: UserId, listed: &Listed<'_>) -> enums::Dialog {
    let mut dialog = blank(world, viewer, listed.peer);
    dialog.top_message = listed.top.0;
    dialog.pinned = listed.pinned;
    dialog.folder_id = Some(listed.folder).filter(|folder| *folder == ARCHIVE);
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
    let read = MessageId(dialog.read_inbox_max_id);
    dialog.unread_mentions_count = world.unread_mentions(viewer, listed.peer, read);
    dialog.into()
}

/// The archive as it stands in the list of chats.
pub(in crate::rpc) fn archive(
    world: &World,
    viewer: UserId,
    archived: &[Listed<'_>],
) -> Option<enums::Dialog> {
    let newest = archived.iter().max_by_key(|listed| listed.place())?;
    let unread = |muted: bool| -> Vec<i32> {
        let such = archived.iter();
        such.filter(|listed| world.is_muted(viewer, listed.peer) == muted)
            .map(|listed| listed.unread(viewer))
            .filter(|unread| *unread > 0)
            .collect()
    };
    let (muted, loud) = (unread(true), unread(false));
    let folder = types::Folder {
        autofill_new_broadcasts: false,
        autofill_public_groups: false,
        autofill_new_correspondents: false,
        id: ARCHIVE,
        title: "Archived Chats".to_owned(),
        photo: None,
    };
    let archive = types::DialogFolder {
        pinned: true,
        folder: folder.into(),
        peer: peer(newest.peer),
        top_message: newest.top.0,
        unread_muted_peers_count: count(muted.len()),
        unread_unmuted_peers_count: count(loud.len()),
        unread_muted_messages_count: muted.iter().sum(),
        unread_unmuted_messages_count: loud.iter().sum(),
    };
    Some(archive.into())
}

/// A chat without messages.
pub(in crate::rpc) fn empty_dialog(world: &World, viewer: UserId, chat: Peer) -> enums::Dialog {
    blank(world, viewer, chat).into()
}

fn blank(world: &World, viewer: UserId, chat: Peer) -> types::Dialog {
    let settings = world.settings(viewer);
    let draft = settings.and_then(|settings| settings.drafts.get(&(chat, 0)));
    let unread_mark = settings.is_some_and(|settings| settings.unread_marks.contains(&chat));
    types::Dialog {
        pinned: false,
        unread_mark,
        view_forum_as_messages: false,
        peer: peer(chat),
        top_message: 0,
        read_inbox_max_id: 0,
        read_outbox_max_id: 0,
        unread_count: 0,
        unread_mentions_count: 0,
        unread_reactions_count: 0,
        unread_poll_votes_count: 0,
        notify_settings: notify_settings(world, viewer, chat),
        pts: None,
        draft: draft.map(|draft| draft.clone().into()),
        folder_id: None,
        ttl_period: None,
    }
}
