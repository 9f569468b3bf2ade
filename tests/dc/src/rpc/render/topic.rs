//! Topics of forums, as one viewer sees them.
//!
//! Owns `forumTopic`. It only reads the world.

use grammers_tl_types::{enums, types};

use super::chat::count;
use super::peer::{peer, user_peer};
use super::user::notify_of;
use crate::world::World;
use crate::world::channel::Channel;
use crate::world::ids::{MessageId, Peer, UserId};
use crate::world::settings::Scope;
use crate::world::topics::Topic;

/// A topic now; `forumTopicDeleted` for what is none.
pub(in crate::rpc) fn topic(
    world: &World,
    viewer: UserId,
    channel: &Channel,
    id: MessageId,
) -> enums::ForumTopic {
    match channel.forum.topics.get(&id) {
        Some(found) => topic_as(world, viewer, channel, id, found),
        None => types::ForumTopicDeleted { id: id.0 }.into(),
    }
}

/// A topic as it is or was.
pub(in crate::rpc) fn topic_as(
    world: &World,
    viewer: UserId,
    channel: &Channel,
    id: MessageId,
    found: &Topic,
) -> enums::ForumTopic {
    let chat = Peer::Channel(channel.id);
    let messages = world.topic_messages(viewer, channel.id, id);
    let read = channel.forum.read.get(&(viewer, id));
    let read = read
        .copied()
        .unwrap_or_default()
        .max(channel.read_mark(viewer));
    let unread = messages.iter().filter(|message| {
        let line = channel.line(**message);
        **message > read && line.is_some_and(|line| line.author != viewer)
    });
    let unread = if channel.has(viewer) {
        unread.count()
    } else {
        0
    };
    let drafts = world.settings(viewer).map(|settings| &settings.drafts);
    let draft = drafts.and_then(|drafts| drafts.get(&(chat, id.0)));
    types::ForumTopic {
        my: found.author == viewer,
        closed: found.closed,
        pinned: channel.forum.pinned.contains(&id),
        short: false,
        hidden: found.hidden,
        title_missing: false,
        id: id.0,
        date: found.date,
        peer: peer(chat),
        title: found.title.clone(),
        icon_color: found.colour,
        icon_emoji_id: found.emoji,
        top_message: messages.last().map_or(id.0, |last| last.0),
        read_inbox_max_id: read.0,
        read_outbox_max_id: channel.read_by_others().0,
        unread_count: count(unread),
        unread_mentions_count: 0,
        unread_reactions_count: 0,
        unread_poll_votes_count: 0,
        from_id: user_peer(found.author),
        notify_settings: notify_of(world, viewer, Scope::Topic(chat, id.0)),
        draft: draft.map(|draft| draft.clone().into()),
    }
    .into()
}
