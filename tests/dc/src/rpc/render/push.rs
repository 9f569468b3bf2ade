//! What sessions are pushed: serialised once for everybody to whom it looks the same.
//!
//! Owns the choice between the short form and the whole one in private chats and basic groups (a
//! first message in a chat brings its people along, later ones do not), and that members of a
//! channel share the same bytes, with `min` users and chats, but for its authors and those whom a
//! message mentions.

use std::collections::{BTreeMap, BTreeSet};

use bytes::Bytes;
use grammers_tl_types::{Serializable, enums, types};

use super::aside::{aside, reacted};
use super::cast::Cast;
use super::forward::header;
use super::message::{entities, reply_header};
use super::peer::user_peer;
use super::raw::{fill, raw_update};
use super::update::{channel_changed, channel_too_long, channel_update, folder_of, update, whole};
use crate::world::World;
use crate::world::events::{Event, EventKind};
use crate::world::ids::{ChannelId, MessageId, Peer, UserId};
use crate::world::news::{News, Target};

/// Serialised `Updates` for those who are told together.
pub(in crate::rpc) struct Push {
    /// What everybody gets who is not named below; `None` when there is nothing to show.
    pub(in crate::rpc) shared: Option<Bytes>,
    /// What those get to whom it looks different.
    pub(in crate::rpc) own: BTreeMap<UserId, Bytes>,
}

/// The `Updates` that tell the news to its target, all in one when there are several.
pub(in crate::rpc) fn pushes(world: &World, to: Target, news: &[News]) -> Push {
    match to {
        Target::Account(viewer) => Push {
            shared: for_account(world, viewer, news).map(|updates| sealed(world, &updates)),
            own: BTreeMap::new(),
        },
        Target::Channel(channel) => for_members(world, channel, news),
    }
}

/// Serialised, with the bytes of raw objects in their places.
fn sealed(world: &World, updates: &enums::Updates) -> Bytes {
    fill(world, updates.to_bytes()).into()
}

fn for_account(world: &World, viewer: UserId, news: &[News]) -> Option<enums::Updates> {
    if news.contains(&News::TooLong) {
        return Some(enums::Updates::TooLong);
    }
    if let [only] = news
        && let Some(short) = short(world, viewer, only)
    {
        return Some(short);
    }
    let (mut updates, mut cast, mut date) = (Vec::new(), Cast::default(), world.now());
    for news in news {
        match news {
            News::Event(event) => {
                cast.add_event(world, viewer, &event.kind);
                date = event.date;
                updates.extend(update(world, viewer, event));
            }
            News::Typing(chat, from, action) => {
                updates.push(typing(*chat, *from, action.clone()));
            }
            News::Membership(channel) => {
                cast.add(Peer::Channel(*channel));
                updates.push(channel_changed(*channel));
            }
            News::ReadChannel { channel, max } => {
                updates.extend(read_channel(world, viewer, *channel, *max));
            }
            News::ChannelWasRead { channel, max } => updates.push(was_read(*channel, *max)),
            News::ChannelTooLong { channel, pts } => {
                updates.push(channel_too_long(*channel, *pts));
            }
            News::TooLong => {}
            other => updates.extend(aside(world, viewer, other, &mut cast)),
        }
    }
    (!updates.is_empty()).then(|| whole(world, viewer, updates, &cast, date))
}

fn for_members(world: &World, channel: ChannelId, news: &[News]) -> Push {
    let mut viewers = BTreeSet::new();
    for news in news {
        match news {
            News::Event(event) => viewers.extend(concerned(world, channel, event)),
            News::Reacted { by, .. } => {
                viewers.insert(*by);
            }
            _ => {}
        }
    }
    let own = viewers.into_iter().filter_map(|viewer| {
        let (updates, cast, date) = channel_news(world, Some(viewer), channel, news);
        let updates = (!updates.is_empty()).then(|| whole(world, viewer, updates, &cast, date));
        Some((viewer, sealed(world, &updates?)))
    });
    let own = own.collect();
    let (updates, cast, date) = channel_news(world, None, channel, news);
    let with_hash = date % 2 == 0;
    let shared = (!updates.is_empty()).then(|| types::Updates {
        updates,
        users: cast.min_users(world, with_hash),
        chats: cast.min_chats(world),
        date,
        seq: 0,
    });
    Push {
        shared: shared.map(|updates| sealed(world, &updates.into())),
        own,
    }
}

fn channel_news(
    world: &World,
    viewer: Option<UserId>,
    channel: ChannelId,
    news: &[News],
) -> (Vec<enums::Update>, Cast, i32) {
    let (mut updates, mut cast, mut date) = (Vec::new(), Cast::default(), world.now());
    for news in news {
        match news {
            News::Event(event) => {
                if let EventKind::New(id) | EventKind::Edited(id) = event.kind {
                    cast.add_line(world, channel, id);
                }
                date = event.date;
                updates.extend(channel_update(world, viewer, channel, event));
            }
            News::ChannelTooLong { channel, pts } => {
                updates.push(channel_too_long(*channel, *pts));
            }
            News::Reacted { peer, id, .. } => {
                cast.add(*peer);
                if let Some(post) = world.channel(channel).and_then(|found| found.line(*id)) {
                    cast.add_post(world, post.post);
                }
                updates.extend(reacted(world, viewer, *peer, *id));
            }
            News::Raw(raw) => updates.push(raw_update(world, *raw)),
            // The rest concerns single accounts.
            _ => {}
        }
    }
    (updates, cast, date)
}

/// To whom a message looks different: its author, and those whom it mentions.
fn concerned(world: &World, channel: ChannelId, event: &Event) -> Vec<UserId> {
    let (EventKind::New(id) | EventKind::Edited(id)) = event.kind else {
        return Vec::new();
    };
    let line = world.channel(channel).and_then(|found| found.line(id));
    let Some((line, post)) = line.and_then(|line| Some((line, world.post(line.post)?))) else {
        return Vec::new();
    };
    let mut concerned = world.mentioned_members(post);
    concerned.push(line.author);
    concerned.extend(post.reactions.iter().map(|one| one.user));
    concerned
}

/// The short form of what has one.
fn short(world: &World, viewer: UserId, news: &News) -> Option<enums::Updates> {
    match news {
        News::Event(event) => match event.kind {
            EventKind::New(id) => short_message(world, viewer, id, event),
            _ => None,
        },
        News::Typing(chat, from, action) => {
            Some(brief(world, typing(*chat, *from, action.clone())))
        }
        News::ChannelWasRead { channel, max } => Some(brief(world, was_read(*channel, *max))),
        News::ReadChannel { channel, max } => {
            read_channel(world, viewer, *channel, *max).map(|update| brief(world, update))
        }
        News::ChannelTooLong { channel, pts } => {
            Some(brief(world, channel_too_long(*channel, *pts)))
        }
        _ => None,
    }
}

fn brief(world: &World, update: enums::Update) -> enums::Updates {
    let date = world.now();
    types::UpdateShort { update, date }.into()
}

fn typing(chat: Peer, from: UserId, action: enums::SendMessageAction) -> enums::Update {
    match chat {
        Peer::User(_) => types::UpdateUserTyping {
            user_id: from.0,
            top_msg_id: None,
            action,
        }
        .into(),
        Peer::Group(id) => types::UpdateChatUserTyping {
            chat_id: id.0,
            from_id: user_peer(from),
            action,
        }
        .into(),
        Peer::Channel(id) => types::UpdateChannelUserTyping {
            channel_id: id.0,
            top_msg_id: None,
            from_id: user_peer(from),
            action,
        }
        .into(),
    }
}

fn read_channel(
    world: &World,
    viewer: UserId,
    channel: ChannelId,
    max: MessageId,
) -> Option<enums::Update> {
    let found = world.channel(channel)?;
    let update = types::UpdateReadChannelInbox {
        folder_id: folder_of(world, viewer, Peer::Channel(channel)),
        channel_id: channel.0,
        max_id: max.0,
        still_unread_count: found.unread(viewer),
        pts: found.events.pts(),
    };
    Some(update.into())
}

fn was_read(channel: ChannelId, max: MessageId) -> enums::Update {
    types::UpdateReadChannelOutbox {
        channel_id: channel.0,
        max_id: max.0,
    }
    .into()
}

fn short_message(
    world: &World,
    viewer: UserId,
    id: MessageId,
    event: &Event,
) -> Option<enums::Updates> {
    let account = world.account(viewer)?;
    let held = account.held(id)?;
    let post = world.post(held.post)?;
    let met = account.dialogs.get(&held.peer)?.messages().len() > 1;
    let content = &post.content;
    let is_text = post.action.is_none() && content.media.is_none() && content.raw.is_none();
    let is_plain = is_text && !post.from_scheduled && !held.pinned && post.reactions.is_empty();
    if !met || held.peer == Peer::User(viewer) || !is_plain {
        return None;
    }
    let Event { pts, pts_count, .. } = *event;
    let reply_to = reply_header(world, viewer, post);
    let updates = match held.peer {
        Peer::User(other) => types::UpdateShortMessage {
            out: held.out,
            mentioned: false,
            media_unread: false,
            silent: post.silent,
            id: id.0,
            user_id: other.0,
            message: post.content.text.clone(),
            pts,
            pts_count,
            date: post.date,
            fwd_from: post.forward.as_ref().map(header),
            via_bot_id: None,
            reply_to,
            entities: entities(post),
            ttl_period: None,
        }
        .into(),
        Peer::Group(group) => types::UpdateShortChatMessage {
            out: held.out,
            mentioned: world.mentions(post, viewer),
            media_unread: false,
            silent: post.silent,
            id: id.0,
            from_id: post.author.0,
            chat_id: group.0,
            message: post.content.text.clone(),
            pts,
            pts_count,
            date: post.date,
            fwd_from: post.forward.as_ref().map(header),
            via_bot_id: None,
            reply_to,
            entities: entities(post),
            ttl_period: None,
        }
        .into(),
        Peer::Channel(_) => return None,
    };
    Some(updates)
}
