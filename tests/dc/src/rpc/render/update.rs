//! Updates: what sessions are told as it happens, and the same events told later.
//!
//! Owns the choice between the short form and the whole one: a first message in a chat brings
//! its users along, later ones do not. Source: <https://core.telegram.org/api/updates>.

use grammers_tl_types::{Serializable, enums, types};

use super::message::{entities, message, reply_header};
use super::user::{peer, users};
use crate::world::events::{Event, EventKind};
use crate::world::ids::{MessageId, UserId};
use crate::world::{News, World};

/// The serialised `Updates` that tells `viewer` the news. `None` when there is nothing to show.
pub(in crate::rpc) fn push(world: &World, viewer: UserId, news: &News) -> Option<Vec<u8>> {
    let updates = match news {
        News::Typing(from, action) => typing(*from, action.clone()),
        News::Event(event) => match event.kind {
            EventKind::New(id) => match short(world, viewer, id, event) {
                Some(updates) => updates,
                None => whole(world, viewer, event)?,
            },
            _ => whole(world, viewer, event)?,
        },
    };
    Some(updates.to_bytes())
}

fn typing(from: UserId, action: enums::SendMessageAction) -> enums::Updates {
    let update = types::UpdateUserTyping {
        user_id: from.0,
        top_msg_id: None,
        action,
    };
    types::UpdateShort {
        update: update.into(),
        date: crate::world::clock::now(),
    }
    .into()
}

fn short(world: &World, viewer: UserId, id: MessageId, event: &Event) -> Option<enums::Updates> {
    let account = world.account(viewer)?;
    let held = account.held(id)?;
    let met = account.dialogs.get(&held.peer)?.messages().len() > 1;
    if !met || held.peer == viewer {
        return None;
    }
    let post = world.post(held.post)?;
    let update = types::UpdateShortMessage {
        out: held.out,
        mentioned: false,
        media_unread: false,
        silent: post.silent,
        id: id.0,
        user_id: held.peer.0,
        message: post.content.text.clone(),
        pts: event.pts,
        pts_count: event.pts_count,
        date: post.date,
        fwd_from: None,
        via_bot_id: None,
        reply_to: reply_header(world, viewer, post),
        entities: entities(post),
        ttl_period: None,
    };
    Some(update.into())
}

fn whole(world: &World, viewer: UserId, event: &Event) -> Option<enums::Updates> {
    let update = update(world, viewer, &event.kind, event.pts, event.pts_count)?;
    let people = concerned(world, viewer, &event.kind);
    let updates = types::Updates {
        updates: vec![update],
        users: users(world, viewer, people),
        chats: Vec::new(),
        date: event.date,
        seq: 0,
    };
    Some(updates.into())
}

/// One event as an `Update`. `None` for a message that is gone by now.
pub(in crate::rpc) fn update(
    world: &World,
    viewer: UserId,
    kind: &EventKind,
    pts: i32,
    pts_count: i32,
) -> Option<enums::Update> {
    Some(match kind {
        EventKind::New(id) => types::UpdateNewMessage {
            message: message(world, viewer, *id)?,
            pts,
            pts_count,
        }
        .into(),
        EventKind::Edited(id) => types::UpdateEditMessage {
            message: message(world, viewer, *id)?,
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
        EventKind::ReadInbox {
            peer: other,
            max,
            unread,
        } => types::UpdateReadHistoryInbox {
            folder_id: None,
            peer: peer(*other),
            top_msg_id: None,
            max_id: max.0,
            still_unread_count: *unread,
            pts,
            pts_count,
        }
        .into(),
        EventKind::ReadOutbox { peer: other, max } => types::UpdateReadHistoryOutbox {
            peer: peer(*other),
            max_id: max.0,
            pts,
            pts_count,
        }
        .into(),
    })
}

/// Whom an event names: its users must come with it.
pub(in crate::rpc) fn concerned(world: &World, viewer: UserId, kind: &EventKind) -> Vec<UserId> {
    match kind {
        EventKind::New(id) | EventKind::Edited(id) => world
            .account(viewer)
            .and_then(|account| account.held(*id))
            .map_or(Vec::new(), |held| vec![viewer, held.peer]),
        EventKind::Deleted(_) => Vec::new(),
        EventKind::ReadInbox { peer, .. } | EventKind::ReadOutbox { peer, .. } => vec![*peer],
    }
}
