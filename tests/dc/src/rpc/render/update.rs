//! Updates: one event of an account or a channel, as it happens and as it is told later.
//!
//! Owns the constructors of `Update` and of the `updates` around them.
//! Source: <https://core.telegram.org/api/updates>.

use grammers_tl_types::{enums, types};

use super::cast::Cast;
use super::message::{channel_message, own_message};
use super::peer::peer;
use super::raw::raw_update;
use crate::world::World;
use crate::world::events::{Event, EventKind};
use crate::world::folders::ARCHIVE;
use crate::world::ids::{ChannelId, Peer, UserId};

/// One event of an account. `None` for a message that is gone by now.
pub(in crate::rpc) fn update(
    world: &World,
    viewer: UserId,
    event: &Event,
) -> Option<enums::Update> {
    let Event { pts, pts_count, .. } = *event;
    Some(match &event.kind {
        EventKind::New(id) => types::UpdateNewMessage {
            message: own_message(world, viewer, *id)?,
            pts,
            pts_count,
        }
        .into(),
        EventKind::Edited(id) => types::UpdateEditMessage {
            message: own_message(world, viewer, *id)?,
            pts,
            pts_count,
        }
        .into(),
        EventKind::Deleted(ids) => types::UpdateDeleteMessages {
            messages: ids.iter().map(|id| id.0).collect(),
            pts,
            pts_count,
        }
        .into(),
        EventKind::Pinned {
            peer: chat,
            ids,
            pinned,
        } => types::UpdatePinnedMessages {
            pinned: *pinned,
            peer: peer(*chat),
            messages: ids.iter().map(|id| id.0).collect(),
            pts,
            pts_count,
        }
        .into(),
        EventKind::Filed(moves) => filed(moves, event),
        EventKind::ReadInbox {
            peer: chat,
            max,
            unread,
        } => types::UpdateReadHistoryInbox {
            folder_id: folder_of(world, viewer, *chat),
            peer: peer(*chat),
            top_msg_id: None,
            max_id: max.0,
            still_unread_count: *unread,
            pts,
            pts_count,
        }
        .into(),
        EventKind::ReadOutbox { peer: chat, max } => types::UpdateReadHistoryOutbox {
            peer: peer(*chat),
            max_id: max.0,
            pts,
            pts_count,
        }
        .into(),
        EventKind::Raw { raw, .. } => raw_update(world, *raw),
    })
}

/// One event of a channel. `None` for a message that is gone by now. Without a viewer, as it looks
/// to everybody but its author.
pub(in crate::rpc) fn channel_update(
    world: &World,
    viewer: Option<UserId>,
    channel: ChannelId,
    event: &Event,
) -> Option<enums::Update> {
    let Event { pts, pts_count, .. } = *event;
    Some(match &event.kind {
        EventKind::New(id) => types::UpdateNewChannelMessage {
            message: channel_message(world, viewer, channel, *id)?,
            pts,
            pts_count,
        }
        .into(),
        EventKind::Edited(id) => types::UpdateEditChannelMessage {
            message: channel_message(world, viewer, channel, *id)?,
            pts,
            pts_count,
        }
        .into(),
        EventKind::Deleted(ids) => types::UpdateDeleteChannelMessages {
            channel_id: channel.0,
            messages: ids.iter().map(|id| id.0).collect(),
            pts,
            pts_count,
        }
        .into(),
        EventKind::Pinned { ids, pinned, .. } => types::UpdatePinnedChannelMessages {
            pinned: *pinned,
            channel_id: channel.0,
            messages: ids.iter().map(|id| id.0).collect(),
            pts,
            pts_count,
        }
        .into(),
        EventKind::Raw { raw, .. } => raw_update(world, *raw),
        // Read marks and folders of channels are outside their pts.
        EventKind::Filed(_) | EventKind::ReadInbox { .. } | EventKind::ReadOutbox { .. } => {
            return None;
        }
    })
}

fn filed(moves: &[(Peer, i32)], event: &Event) -> enums::Update {
    types::UpdateFolderPeers {
        folder_peers: moves.iter().map(folder_peer).collect(),
        pts: event.pts,
        pts_count: event.pts_count,
    }
    .into()
}

fn folder_peer((chat, folder): &(Peer, i32)) -> enums::FolderPeer {
    types::FolderPeer {
        peer: peer(*chat),
        folder_id: *folder,
    }
    .into()
}

/// The archive's number for what is in it.
pub(super) fn folder_of(world: &World, viewer: UserId, chat: Peer) -> Option<i32> {
    let folder = world.account(viewer)?.folders.folder(chat);
    (folder == ARCHIVE).then_some(folder)
}

/// `updateChannel`: something about the channel itself has changed.
pub(in crate::rpc) fn channel_changed(channel: ChannelId) -> enums::Update {
    let channel_id = channel.0;
    types::UpdateChannel { channel_id }.into()
}

/// `updateChannelTooLong`.
pub(in crate::rpc) fn channel_too_long(channel: ChannelId, pts: Option<i32>) -> enums::Update {
    let channel_id = channel.0;
    types::UpdateChannelTooLong { channel_id, pts }.into()
}

/// `updates` for one account, with everybody named in them.
pub(in crate::rpc) fn whole(
    world: &World,
    viewer: UserId,
    updates: Vec<enums::Update>,
    cast: &Cast,
    date: i32,
) -> enums::Updates {
    types::Updates {
        updates,
        users: cast.users(world, viewer),
        chats: cast.chats(world, viewer),
        date,
        seq: 0,
    }
    .into()
}
