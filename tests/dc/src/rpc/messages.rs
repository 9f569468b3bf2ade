//! Sending, reading and typing.
//!
//! Owns the choice of the answer's form. The message itself is the world's.
//! Source: <https://core.telegram.org/method/messages.sendMessage>.

use grammers_tl_types::enums::{InputReplyTo, MessageEntity};
use grammers_tl_types::{enums, functions as f, types};

use super::drafts::Begun;
use super::render::Cast;
use super::scheduled::send_at;
use super::{Request, peers, render};
use crate::world::World;
use crate::world::events::{Event, EventKind};
use crate::world::ids::{MessageId, Peer, UserId};
use crate::world::post::Content;
use crate::world::refusal::Refusal;
use crate::world::send::{Draft, Sent};

/// `messages.sendMessage`.
pub(super) fn send_message(
    request: &Request<'_>,
    input: f::messages::SendMessage,
) -> Result<enums::Updates, Refusal> {
    let (mut world, caller) = request.authorised()?;
    let to = peers::peer(&world, caller, &input.peer)?;
    if input.random_id == 0 {
        return Err(Refusal::bad("RANDOM_ID_EMPTY"));
    }
    let begun = Begun::of(input.clear_draft, input.reply_to.as_ref());
    let topic = topic(input.reply_to.as_ref());
    let reply_to = answered(input.reply_to)?;
    let mut content = content(&world, caller, input.message, input.entities)?;
    if !input.no_webpage {
        content.preview();
    }
    let draft = Draft {
        content,
        silent: input.silent,
        reply_to,
        topic,
        random_id: Some(input.random_id),
        ..Draft::default()
    };
    if let Some(date) = input.schedule_date {
        let answer = send_at(request, &mut world, (caller, to), vec![draft], date)?;
        begun.sent(request, &mut world, (caller, to));
        return Ok(answer);
    }
    let short = draft.reply_to.is_none() && matches!(to, Peer::User(user) if user != caller);
    let sent = world.send(caller, to, draft, Some(request.origin()))?;
    begun.sent(request, &mut world, (caller, to));
    Ok(if short {
        short_sent(&world, caller, sent)
    } else {
        sent_updates(&world, caller, to, sent, Some(input.random_id))
    })
}

/// The message that a new one answers, in the sender's ids.
pub(super) fn answered(reply_to: Option<InputReplyTo>) -> Result<Option<MessageId>, Refusal> {
    match reply_to {
        None => Ok(None),
        Some(InputReplyTo::Message(reply)) => Ok(Some(MessageId(reply.reply_to_msg_id))),
        Some(_) => Err(Refusal::bad("REPLY_TO_INVALID")),
    }
}

/// The topic that a new message is meant for.
pub(super) fn topic(reply_to: Option<&InputReplyTo>) -> Option<MessageId> {
    match reply_to {
        Some(InputReplyTo::Message(reply)) => reply.top_msg_id.map(MessageId),
        _ => None,
    }
}

/// The text of a message with its entities as they are stored: mentions name users plainly.
pub(super) fn content(
    world: &World,
    caller: UserId,
    text: String,
    entities: Option<Vec<MessageEntity>>,
) -> Result<Content, Refusal> {
    let entities = entities.unwrap_or_default();
    let entities = entities.into_iter().map(|entity| match entity {
        MessageEntity::InputMessageEntityMentionName(mention) => {
            let user = peers::user(world, caller, &mention.user_id)?;
            Ok(types::MessageEntityMentionName {
                offset: mention.offset,
                length: mention.length,
                user_id: user.0,
            }
            .into())
        }
        other => Ok(other),
    });
    Ok(Content {
        text,
        entities: entities.collect::<Result<_, Refusal>>()?,
        ..Content::default()
    })
}

fn short_sent(world: &World, caller: UserId, sent: Sent) -> enums::Updates {
    let entities = world
        .post(sent.post)
        .map(|post| post.content.entities.clone())
        .filter(|entities| !entities.is_empty());
    types::UpdateShortSentMessage {
        out: true,
        id: sent.id.0,
        pts: sent.pts,
        pts_count: 1,
        date: sent.date,
        media: render::shown(world, caller, sent.post),
        entities,
        ttl_period: None,
    }
    .into()
}

/// The whole answer to something that sent a message to `to`.
pub(super) fn sent_updates(
    world: &World,
    caller: UserId,
    to: Peer,
    sent: Sent,
    random_id: Option<i64>,
) -> enums::Updates {
    all_sent_updates(world, caller, to, &[(sent, random_id)])
}

/// The same for several messages, each with the client's number for it.
pub(super) fn all_sent_updates(
    world: &World,
    caller: UserId,
    to: Peer,
    all: &[(Sent, Option<i64>)],
) -> enums::Updates {
    let named = all.iter().filter_map(|(sent, random_id)| {
        let (id, random_id) = (sent.id.0, (*random_id)?);
        Some(types::UpdateMessageId { id, random_id }.into())
    });
    let mut updates: Vec<enums::Update> = named.collect();
    let mut cast = Cast::of([Peer::User(caller), to]);
    for (sent, _) in all {
        let event = Event {
            pts: sent.pts,
            pts_count: 1,
            date: sent.date,
            kind: EventKind::New(sent.id),
        };
        updates.extend(one_update(world, caller, to, &event));
        cast.add_post(world, sent.post);
    }
    let date = all.last().map_or(0, |(sent, _)| sent.date);
    render::whole(world, caller, updates, &cast, date)
}

/// An event of the caller's account, or of the channel that `to` is.
pub(super) fn one_update(
    world: &World,
    caller: UserId,
    to: Peer,
    event: &Event,
) -> Option<enums::Update> {
    match to {
        Peer::Channel(channel) => render::channel_update(world, Some(caller), channel, event),
        Peer::User(_) | Peer::Group(_) => render::update(world, caller, event),
    }
}

/// `messages.readHistory`; channels have a method of their own.
pub(super) fn read_history(
    request: &Request<'_>,
    input: f::messages::ReadHistory,
) -> Result<enums::messages::AffectedMessages, Refusal> {
    let (mut world, caller) = request.authorised()?;
    let peer = peers::peer(&world, caller, &input.peer)?;
    if peer.channel().is_some() {
        return Err(Refusal::bad("PEER_ID_INVALID"));
    }
    let max = MessageId(input.max_id);
    let (pts, pts_count) = world.read(caller, peer, max, Some(request.origin()));
    Ok(types::messages::AffectedMessages { pts, pts_count }.into())
}

/// `messages.setTyping`.
pub(super) fn set_typing(
    request: &Request<'_>,
    input: f::messages::SetTyping,
) -> Result<bool, Refusal> {
    let (mut world, caller) = request.authorised()?;
    let peer = peers::peer(&world, caller, &input.peer)?;
    if peer != Peer::User(caller) {
        world.typing(caller, peer, &input.action);
    }
    Ok(true)
}

/// `messages.receivedMessages`: nobody else needs to be notified here.
pub(super) fn received_messages(
    request: &Request<'_>,
    _: f::messages::ReceivedMessages,
) -> Result<Vec<enums::ReceivedNotifyMessage>, Refusal> {
    request.authorised()?;
    Ok(Vec::new())
}
