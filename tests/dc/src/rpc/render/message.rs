//! Messages as one account sees them.
//!
//! Owns which fields each kind of chat has: no sender in private chats beside the peer and the
//! direction, the author in groups, the channel itself in broadcast channels.

use grammers_tl_types::{enums, types};

use super::forward::header;
use super::media::media;
use super::peer::{peer, user_peer};
use super::raw::raw_message;
use super::reactions::reactions;
use crate::world::World;
use crate::world::channel::{Channel, ChannelKind, Line};
use crate::world::ids::{ChannelId, MessageId, Peer, PostId, UserId};
use crate::world::post::{Action, Content, Post};

/// A message as the viewer knows it, `None` if it is not there or deleted.
pub(in crate::rpc) fn message(
    world: &World,
    viewer: UserId,
    chat: Peer,
    id: MessageId,
) -> Option<enums::Message> {
    match chat {
        Peer::Channel(channel) => channel_message(world, Some(viewer), channel, id),
        Peer::User(_) | Peer::Group(_) => own_message(world, viewer, id),
    }
}

/// A message of the viewer's own box, `None` if it is not there or deleted.
pub(in crate::rpc) fn own_message(
    world: &World,
    viewer: UserId,
    id: MessageId,
) -> Option<enums::Message> {
    let held = world.account(viewer)?.held(id)?;
    let post = world.post(held.post)?;
    if let Some(raw) = post.content.raw {
        return Some(raw_message(world, raw, id));
    }
    let is_saved = held.peer == Peer::User(viewer);
    let is_group = matches!(held.peer, Peer::Group(_));
    let frame = Frame {
        id,
        out: held.out && !is_saved,
        from: is_group.then(|| user_peer(post.author)),
        chat: peer(held.peer),
        saved: is_saved.then(|| user_peer(viewer)),
        reply_to: reply_header(world, viewer, post),
        pinned: held.pinned,
        mentioned: world.mentions(post, viewer),
        reactions: shown_reactions(post, Some(viewer), true),
        media: shown(world, viewer, held.post),
        is_broadcast: false,
    };
    Some(frame.around(post))
}

/// A message that waits for its time, under its number among the scheduled.
pub(in crate::rpc) fn scheduled_message(
    world: &World,
    author: UserId,
    id: i32,
) -> Option<enums::Message> {
    let scheduled = world.account(author)?.scheduled.get(&id)?;
    let post = scheduled.preview(author);
    let channel = scheduled.peer.channel().and_then(|id| world.channel(id));
    let is_broadcast = channel.is_some_and(|channel| channel.kind == ChannelKind::Broadcast);
    let is_private = matches!(scheduled.peer, Peer::User(_));
    let is_saved = scheduled.peer == Peer::User(author);
    let frame = Frame {
        id: MessageId(id),
        out: !is_saved,
        from: (!is_broadcast && !is_private).then(|| user_peer(author)),
        chat: peer(scheduled.peer),
        saved: is_saved.then(|| user_peer(author)),
        reply_to: reply_header(world, author, &post),
        pinned: false,
        mentioned: false,
        reactions: None,
        media: post
            .content
            .media
            .as_ref()
            .and_then(|shown| media(world, Some(author), None, shown)),
        is_broadcast,
    };
    Some(frame.around(&post))
}

/// The reactions to a message, also when there are none; `None` if it is not there. Without a
/// viewer, who must not be needed to find it, as they look to everybody.
pub(in crate::rpc) fn reactions_of(
    world: &World,
    viewer: Option<UserId>,
    chat: Peer,
    id: MessageId,
) -> Option<enums::MessageReactions> {
    let (post, shows_people) = match chat {
        Peer::Channel(channel) => {
            let found = world.channel(channel)?;
            let is_supergroup = found.kind == ChannelKind::Supergroup;
            (found.line(id)?.post, is_supergroup)
        }
        Peer::User(_) | Peer::Group(_) => (world.post_of(viewer?, chat, id)?, true),
    };
    Some(reactions(world.post(post)?, viewer, shows_people))
}

fn shown_reactions(
    post: &Post,
    viewer: Option<UserId>,
    shows_people: bool,
) -> Option<enums::MessageReactions> {
    (!post.reactions.is_empty()).then(|| reactions(post, viewer, shows_people))
}

/// A message of a channel, `None` if it is not there or deleted. Without a viewer, as it looks to
/// everybody but its author.
pub(in crate::rpc) fn channel_message(
    world: &World,
    viewer: Option<UserId>,
    channel: ChannelId,
    id: MessageId,
) -> Option<enums::Message> {
    let found = world.channel(channel)?;
    let line = found.line(id)?;
    let post = world.post(line.post)?;
    if let Some(raw) = post.content.raw {
        return Some(raw_message(world, raw, id));
    }
    Some(line_frame(world, viewer, found, (id, line), post).around(post))
}

/// A message of a channel as the log shows it: also one that is deleted by now, and with the
/// content of another time.
pub(in crate::rpc) fn logged_message(
    world: &World,
    viewer: UserId,
    channel: &Channel,
    id: MessageId,
    content: Option<&Content>,
) -> enums::Message {
    let line = channel.any_line(id);
    let Some((line, post)) = line.and_then(|line| Some((line, world.post(line.post)?))) else {
        return missing(id);
    };
    let mut post = post.clone();
    if let Some(content) = content {
        post.content = content.clone();
    }
    if let Some(raw) = post.content.raw {
        return raw_message(world, raw, id);
    }
    line_frame(world, Some(viewer), channel, (id, line), &post).around(&post)
}

fn line_frame(
    world: &World,
    viewer: Option<UserId>,
    found: &Channel,
    (id, line): (MessageId, Line),
    post: &Post,
) -> Frame {
    let is_broadcast = found.kind == ChannelKind::Broadcast;
    Frame {
        id,
        out: viewer == Some(line.author),
        from: (!is_broadcast).then(|| user_peer(line.author)),
        chat: peer(Peer::Channel(found.id)),
        saved: None,
        reply_to: reply_header(world, line.author, post),
        pinned: line.pinned,
        mentioned: viewer.is_some_and(|viewer| world.mentions(post, viewer)),
        reactions: shown_reactions(post, viewer, !is_broadcast),
        media: post
            .content
            .media
            .as_ref()
            .and_then(|shown| media(world, viewer, Some(line.post), shown)),
        is_broadcast,
    }
}

/// `messageEmpty`: nothing has this id.
pub(in crate::rpc) fn missing(id: MessageId) -> enums::Message {
    types::MessageEmpty {
        id: id.0,
        peer_id: None,
    }
    .into()
}

/// When a message was sent, 0 if it is not there.
pub(in crate::rpc) fn date(world: &World, viewer: UserId, chat: Peer, id: MessageId) -> i32 {
    world
        .post_of(viewer, chat, id)
        .and_then(|post| world.post(post))
        .map_or(0, |post| post.date)
}

/// What differs from viewer to viewer and from chat to chat.
#[expect(
    clippy::struct_excessive_bools,
    reason = "they are flags of the constructor, each independent of the others"
)]
struct Frame {
    id: MessageId,
    out: bool,
    from: Option<enums::Peer>,
    chat: enums::Peer,
    saved: Option<enums::Peer>,
    reply_to: Option<enums::MessageReplyHeader>,
    pinned: bool,
    mentioned: bool,
    reactions: Option<enums::MessageReactions>,
    media: Option<enums::MessageMedia>,
    is_broadcast: bool,
}

impl Frame {
    fn around(self, post: &Post) -> enums::Message {
        match &post.action {
            Some(act) => self.service(post, act).into(),
            None => self.text(post).into(),
        }
    }

    fn service(self, post: &Post, act: &Action) -> types::MessageService {
        types::MessageService {
            out: self.out,
            mentioned: self.mentioned,
            media_unread: false,
            reactions_are_possible: false,
            silent: post.silent,
            post: self.is_broadcast,
            legacy: false,
            id: self.id.0,
            from_id: self.from,
            peer_id: self.chat,
            saved_peer_id: self.saved,
            reply_to: self.reply_to,
            date: post.date,
            action: action(act),
            reactions: None,
            ttl_period: None,
        }
    }

    fn text(self, post: &Post) -> types::Message {
        types::Message {
            out: self.out,
            mentioned: self.mentioned,
            media_unread: false,
            silent: post.silent,
            post: self.is_broadcast,
            from_scheduled: post.from_scheduled,
            legacy: false,
            edit_hide: false,
            pinned: self.pinned,
            noforwards: false,
            invert_media: false,
            offline: false,
            video_processing_pending: false,
            paid_suggested_post_stars: false,
            paid_suggested_post_ton: false,
            id: self.id.0,
            from_id: self.from,
            from_boosts_applied: None,
            from_rank: None,
            peer_id: self.chat,
            saved_peer_id: self.saved,
            fwd_from: post.forward.as_ref().map(header),
            via_bot_id: None,
            via_business_bot_id: None,
            guestchat_via_from: None,
            reply_to: self.reply_to,
            date: post.date,
            message: post.content.text.clone(),
            media: self.media,
            reply_markup: None,
            entities: entities(post),
            views: self.is_broadcast.then_some(1),
            forwards: self.is_broadcast.then_some(0),
            replies: None,
            edit_date: post.edits.last().map(|edit| edit.date),
            post_author: None,
            grouped_id: post.grouped_id,
            reactions: self.reactions,
            restriction_reason: None,
            ttl_period: None,
            quick_reply_shortcut_id: None,
            effect: None,
            factcheck: None,
            report_delivery_until_date: None,
            paid_message_stars: None,
            suggested_post: None,
            schedule_repeat_period: None,
            summary_from_language: None,
            rich_message: None,
        }
    }
}

fn action(action: &Action) -> enums::MessageAction {
    let ids = |users: &[UserId]| users.iter().map(|user| user.0).collect();
    match action {
        Action::GroupCreated { title, members } => types::MessageActionChatCreate {
            title: title.clone(),
            users: ids(members),
        }
        .into(),
        Action::ChannelCreated(title) => types::MessageActionChannelCreate {
            title: title.clone(),
        }
        .into(),
        Action::Added(users) => types::MessageActionChatAddUser { users: ids(users) }.into(),
        Action::JoinedByLink(inviter) => types::MessageActionChatJoinedByLink {
            inviter_id: inviter.0,
        }
        .into(),
        Action::Pinned => enums::MessageAction::PinMessage,
        Action::Removed(user) => types::MessageActionChatDeleteUser { user_id: user.0 }.into(),
        Action::Renamed(title) => types::MessageActionChatEditTitle {
            title: title.clone(),
        }
        .into(),
        Action::TopicCreated {
            title,
            colour,
            emoji,
        } => types::MessageActionTopicCreate {
            title_missing: false,
            title: title.clone(),
            icon_color: *colour,
            icon_emoji_id: *emoji,
        }
        .into(),
        Action::TopicEdited(change) => types::MessageActionTopicEdit {
            title: change.title.clone(),
            icon_emoji_id: change.emoji,
            closed: change.closed,
            hidden: change.hidden,
        }
        .into(),
        Action::MigratedTo(channel) => types::MessageActionChatMigrateTo {
            channel_id: channel.0,
        }
        .into(),
        Action::MigratedFrom(group, title) => types::MessageActionChannelMigrateFrom {
            title: title.clone(),
            chat_id: group.0,
        }
        .into(),
    }
}

/// The formatting of a message, absent when there is none.
pub(super) fn entities(post: &Post) -> Option<Vec<enums::MessageEntity>> {
    Some(post.content.entities.clone()).filter(|entities| !entities.is_empty())
}

/// What a message shows beside its text.
pub(in crate::rpc) fn shown(
    world: &World,
    viewer: UserId,
    id: PostId,
) -> Option<enums::MessageMedia> {
    let post = world.post(id)?;
    media(world, Some(viewer), Some(id), post.content.media.as_ref()?)
}

/// Which message a message answers, in the viewer's ids, and in which topic it stands: who
/// answers nothing in a topic answers the message that made it.
pub(super) fn reply_header(
    world: &World,
    viewer: UserId,
    post: &Post,
) -> Option<enums::MessageReplyHeader> {
    let answered = post.reply_to.and_then(|id| world.post(id)?.id_for(viewer));
    let to = answered.or(post.topic)?;
    let header = types::MessageReplyHeader {
        reply_to_scheduled: false,
        forum_topic: post.topic.is_some(),
        quote: false,
        reply_to_ephemeral: false,
        reply_to_msg_id: Some(to.0),
        reply_to_peer_id: None,
        reply_from: None,
        reply_media: None,
        reply_to_top_id: answered.and(post.topic).map(|topic| topic.0),
        quote_text: None,
        quote_entities: None,
        quote_offset: None,
        todo_item_id: None,
        poll_option: None,
    };
    Some(header.into())
}
