//! Forums: topics, their lists and their histories.
//!
//! Owns the forms of the answers and their paging. The topics are the world's.
//! Source: <https://core.telegram.org/api/forum>.

use grammers_tl_types::{enums, functions as f, types};

use super::channels::changed;
use super::history::Found;
use super::messages::sent_updates;
use super::render::Cast;
use super::{Request, peers, render};
use crate::world::World;
use crate::world::channel::Channel;
use crate::world::dialog::Window;
use crate::world::ids::{ChannelId, MessageId, Peer, UserId};
use crate::world::news::News;
use crate::world::refusal::Refusal;
use crate::world::topics::TopicChange;

/// Topics in one answer, at most.
const PAGE: usize = 100;

/// `channels.toggleForum`.
///
/// # Errors
/// What `World::set_forum` refuses.
pub(super) fn toggle_forum(
    request: &Request<'_>,
    input: f::channels::ToggleForum,
) -> Result<enums::Updates, Refusal> {
    let (mut world, caller) = request.authorised()?;
    let id = peers::channel(&world, caller, &input.channel)?;
    let wanted = (input.enabled, input.tabs);
    world.set_forum(caller, id, wanted, Some(request.origin()))?;
    Ok(changed(&world, caller, id, None))
}

/// The forum behind a peer.
///
/// # Errors
/// What names a chat; `CHANNEL_FORUM_MISSING` for any other.
fn forum(world: &World, caller: UserId, peer: &enums::InputPeer) -> Result<ChannelId, Refusal> {
    let missing = || Refusal::bad("CHANNEL_FORUM_MISSING");
    let id = peers::peer(world, caller, peer)?
        .channel()
        .ok_or_else(missing)?;
    peers::found_channel(world, id)?.check_forum()?;
    Ok(id)
}

/// `messages.createForumTopic`.
///
/// # Errors
/// `RANDOM_ID_EMPTY`, and what `World::create_topic` refuses.
pub(super) fn create_forum_topic(
    request: &Request<'_>,
    input: f::messages::CreateForumTopic,
) -> Result<enums::Updates, Refusal> {
    let (mut world, caller) = request.authorised()?;
    let id = forum(&world, caller, &input.peer)?;
    if input.random_id == 0 {
        return Err(Refusal::bad("RANDOM_ID_EMPTY"));
    }
    let looks = (input.title.as_str(), input.icon_color, input.icon_emoji_id);
    let origin = Some(request.origin());
    let sent = world.create_topic(caller, id, looks, input.random_id, origin)?;
    let random_id = Some(input.random_id);
    Ok(sent_updates(
        &world,
        caller,
        Peer::Channel(id),
        sent,
        random_id,
    ))
}

/// `messages.editForumTopic`.
///
/// # Errors
/// What `World::edit_topic` refuses.
pub(super) fn edit_forum_topic(
    request: &Request<'_>,
    input: f::messages::EditForumTopic,
) -> Result<enums::Updates, Refusal> {
    let (mut world, caller) = request.authorised()?;
    let id = forum(&world, caller, &input.peer)?;
    let change = TopicChange {
        title: input.title,
        emoji: input.icon_emoji_id,
        closed: input.closed,
        hidden: input.hidden,
    };
    let place = (id, MessageId(input.topic_id));
    let sent = world.edit_topic(caller, place, change, Some(request.origin()))?;
    Ok(sent_updates(&world, caller, Peer::Channel(id), sent, None))
}

/// `messages.updatePinnedForumTopic`.
///
/// # Errors
/// What `World::pin_topic` refuses.
pub(super) fn update_pinned_forum_topic(
    request: &Request<'_>,
    input: f::messages::UpdatePinnedForumTopic,
) -> Result<enums::Updates, Refusal> {
    let (mut world, caller) = request.authorised()?;
    let id = forum(&world, caller, &input.peer)?;
    world.pin_topic(caller, (id, MessageId(input.topic_id)), input.pinned)?;
    let peer = Peer::Channel(id);
    let update: enums::Update = types::UpdatePinnedForumTopic {
        pinned: input.pinned,
        peer: render::peer(peer),
        topic_id: input.topic_id,
    }
    .into();
    let members = peers::found_channel(&world, id)?.members.keys().copied();
    for member in members.collect::<Vec<_>>() {
        let except = Some(request.origin()).filter(|_| member == caller);
        let news = News::Aside(Box::new(update.clone()), vec![peer]);
        world.tell(member, news, except);
    }
    let cast = Cast::of([peer]);
    Ok(render::whole(
        &world,
        caller,
        vec![update],
        &cast,
        world.now(),
    ))
}

/// `messages.deleteTopicHistory`: the topic goes with its messages.
///
/// # Errors
/// What `World::delete_topic` refuses.
pub(super) fn delete_topic_history(
    request: &Request<'_>,
    input: f::messages::DeleteTopicHistory,
) -> Result<enums::messages::AffectedHistory, Refusal> {
    let (mut world, caller) = request.authorised()?;
    let id = forum(&world, caller, &input.peer)?;
    let place = (id, MessageId(input.top_msg_id));
    let (pts, pts_count) = world.delete_topic(caller, place, Some(request.origin()))?;
    let offset = 0;
    Ok(types::messages::AffectedHistory {
        pts,
        pts_count,
        offset,
    }
    .into())
}

/// `messages.getForumTopics`: pinned ones first, then those with the newest messages; a page
/// begins behind the last one's last topic.
pub(super) fn get_forum_topics(
    request: &Request<'_>,
    input: f::messages::GetForumTopics,
) -> Result<enums::messages::ForumTopics, Refusal> {
    let (world, caller) = request.authorised()?;
    let id = forum(&world, caller, &input.peer)?;
    let channel = peers::found_channel(&world, id)?;
    let query = input.q.unwrap_or_default().to_lowercase();
    let topics = channel.forum.topics.iter();
    let topics = topics.filter(|(_, topic)| topic.title.to_lowercase().contains(&query));
    let mut ids: Vec<MessageId> = topics.map(|(id, _)| *id).collect();
    let pinned = &channel.forum.pinned;
    ids.sort_by_key(|topic| {
        let place = pinned.iter().position(|one| one == topic);
        let newest = world.topic_messages(caller, id, *topic).last().copied();
        let newest = newest.unwrap_or(*topic);
        (place.unwrap_or(usize::MAX), std::cmp::Reverse(newest))
    });
    let count = ids.len();
    let last = MessageId(input.offset_topic);
    let from = ids
        .iter()
        .position(|topic| *topic == last)
        .map_or(0, |at| at + 1);
    let limit = usize::try_from(input.limit).map_or(0, |limit| limit.min(PAGE));
    let page: Vec<MessageId> = ids.into_iter().skip(from).take(limit).collect();
    Ok(listed(&world, caller, channel, &page, count))
}

/// `messages.getForumTopicsByID`, in the order asked for.
pub(super) fn get_forum_topics_by_id(
    request: &Request<'_>,
    input: f::messages::GetForumTopicsById,
) -> Result<enums::messages::ForumTopics, Refusal> {
    let (world, caller) = request.authorised()?;
    let id = forum(&world, caller, &input.peer)?;
    let channel = peers::found_channel(&world, id)?;
    let ids: Vec<MessageId> = input.topics.into_iter().map(MessageId).collect();
    let count = ids.len();
    Ok(listed(&world, caller, channel, &ids, count))
}

fn listed(
    world: &World,
    caller: UserId,
    channel: &Channel,
    ids: &[MessageId],
    total: usize,
) -> enums::messages::ForumTopics {
    let peer = Peer::Channel(channel.id);
    let mut cast = Cast::of([peer]);
    let (mut topics, mut messages) = (Vec::new(), Vec::new());
    for id in ids {
        let topic = render::topic(world, caller, channel, *id);
        if let Some(found) = channel.forum.topics.get(id) {
            cast.add_user(found.author);
        }
        if let enums::ForumTopic::Topic(topic) = &topic {
            let top = MessageId(topic.top_message);
            cast.add_line(world, channel.id, top);
            messages.extend(render::message(world, caller, peer, top));
        }
        topics.push(topic);
    }
    types::messages::ForumTopics {
        order_by_create_date: false,
        count: render::count(total),
        topics,
        messages,
        chats: cast.chats(world, caller),
        users: cast.users(world, caller),
        pts: channel.events.pts(),
    }
    .into()
}

/// `messages.getReplies`: the messages of a topic, or the answers to a message, newest first.
///
/// # Errors
/// `MSG_ID_INVALID`, `CHANNEL_INVALID` for other chats.
pub(super) fn get_replies(
    request: &Request<'_>,
    input: f::messages::GetReplies,
) -> Result<enums::messages::Messages, Refusal> {
    let (world, caller) = request.authorised()?;
    let peer = peers::peer(&world, caller, &input.peer)?;
    let invalid = || Refusal::bad("CHANNEL_INVALID");
    let id = peer.channel().ok_or_else(invalid)?;
    let channel = peers::found_channel(&world, id)?;
    let root = MessageId(input.msg_id);
    let matching = if channel.forum.enabled && channel.forum.topics.contains_key(&root) {
        world.topic_messages(caller, id, root)
    } else {
        let post = world.post_of(caller, peer, root);
        let post = Some(post.ok_or_else(|| Refusal::bad("MSG_ID_INVALID"))?);
        let all = world.messages_in(caller, peer).iter().copied();
        let answers = all.filter(|one| {
            let line = channel.line(*one).and_then(|line| world.post(line.post));
            line.is_some_and(|line| line.reply_to == post)
        });
        answers.collect()
    };
    let window = Window {
        offset_id: input.offset_id,
        offset_date: input.offset_date,
        add_offset: input.add_offset,
        limit: input.limit,
        max_id: input.max_id,
        min_id: input.min_id,
    };
    let mut found = Found::new(caller, peer);
    for id in window.pick(&matching, |id| render::date(&world, caller, peer, id)) {
        found.add(&world, caller, peer, id);
    }
    found.total = matching.len();
    Ok(found.answer(&world, caller, peer))
}

/// `messages.readDiscussion`: a topic is read up to a message, for all devices.
///
/// # Errors
/// `CHANNEL_FORUM_MISSING`, `MSG_ID_INVALID` for what is no topic.
pub(super) fn read_discussion(
    request: &Request<'_>,
    input: f::messages::ReadDiscussion,
) -> Result<bool, Refusal> {
    let (mut world, caller) = request.authorised()?;
    let id = forum(&world, caller, &input.peer)?;
    let (topic, max) = (MessageId(input.msg_id), MessageId(input.read_max_id));
    if !world.read_topic(caller, (id, topic), max)? {
        return Ok(true);
    }
    let update = types::UpdateReadChannelDiscussionInbox {
        channel_id: id.0,
        top_msg_id: topic.0,
        read_max_id: max.0,
        broadcast_id: None,
        broadcast_post: None,
    };
    let news = News::Aside(Box::new(update.into()), vec![Peer::Channel(id)]);
    world.tell(caller, news, Some(request.origin()));
    Ok(true)
}
