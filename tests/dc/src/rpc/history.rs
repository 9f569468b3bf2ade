//! Messages by chat and by id.
//!
//! Owns the forms of the answers; the windows are the dialogs'.

use grammers_tl_types::enums::InputMessage;
use grammers_tl_types::{enums, functions as f, types};

use super::render::Cast;
use super::{Request, peers, render};
use crate::world::World;
use crate::world::dialog::{Dialog, Window};
use crate::world::ids::{MessageId, Peer, UserId};
use crate::world::refusal::Refusal;

/// `messages.getHistory`, newest first.
pub(super) fn get_history(
    request: &Request<'_>,
    input: f::messages::GetHistory,
) -> Result<enums::messages::Messages, Refusal> {
    let (world, caller) = request.authorised()?;
    let peer = peers::peer(&world, caller, &input.peer)?;
    let window = Window {
        offset_id: input.offset_id,
        offset_date: input.offset_date,
        add_offset: input.add_offset,
        limit: input.limit,
        max_id: input.max_id,
        min_id: input.min_id.max(before_shown(&world, caller, peer)),
    };
    let dialog = present(&world, caller, peer);
    let (ids, total) = dialog.map_or((Vec::new(), 0), |dialog| {
        let ids = dialog.window(window, |id| render::date(&world, caller, peer, id));
        (ids, world.messages_in(caller, peer).len())
    });
    let mut found = Found::new(caller, peer);
    for id in ids {
        found.add(&world, caller, peer, id);
    }
    found.total = total;
    Ok(found.answer(&world, caller, peer))
}

/// The last message that a chat hides from who came later, 0 if none.
fn before_shown(world: &World, caller: UserId, peer: Peer) -> i32 {
    let channel = peer.channel().and_then(|id| world.channel(id));
    channel.map_or(0, |channel| channel.hidden(caller).0)
}

fn present(world: &World, caller: UserId, peer: Peer) -> Option<&Dialog> {
    match peer {
        Peer::Channel(id) => Some(world.channel(id)?.present()),
        Peer::User(_) | Peer::Group(_) => world.account(caller)?.dialogs.get(&peer),
    }
}

/// `messages.getMessages`, in the order asked for; what is not there comes as `messageEmpty`.
pub(super) fn get_messages(
    request: &Request<'_>,
    input: f::messages::GetMessages,
) -> Result<enums::messages::Messages, Refusal> {
    let (world, caller) = request.authorised()?;
    // Whatever is not a channel shares the caller's own sequence.
    let own = Peer::User(caller);
    let mut found = Found::new(caller, own);
    for wanted in input.id {
        let chat = |id| {
            let held = world.account(caller).and_then(|account| account.held(id));
            held.map_or(own, |held| held.peer)
        };
        let id = wanted_id(&world, caller, chat, &wanted);
        found.add_or_missing(&world, caller, chat(id), id);
    }
    Ok(found.answer(&world, caller, own))
}

/// `channels.getMessages`, in the order asked for; what is not there comes as `messageEmpty`.
pub(super) fn get_channel_messages(
    request: &Request<'_>,
    input: f::channels::GetMessages,
) -> Result<enums::messages::Messages, Refusal> {
    let (world, caller) = request.authorised()?;
    let peer = Peer::Channel(peers::channel(&world, caller, &input.channel)?);
    let mut found = Found::new(caller, peer);
    for wanted in input.id {
        let id = wanted_id(&world, caller, |_| peer, &wanted);
        found.add_or_missing(&world, caller, peer, id);
    }
    Ok(found.answer(&world, caller, peer))
}

/// The id that is asked for, 0 for none.
fn wanted_id(
    world: &World,
    caller: UserId,
    chat: impl Fn(MessageId) -> Peer,
    wanted: &InputMessage,
) -> MessageId {
    let id = match wanted {
        InputMessage::Id(message) => Some(MessageId(message.id)),
        InputMessage::ReplyTo(message) => {
            let id = MessageId(message.id);
            answered(world, caller, chat(id), id)
        }
        InputMessage::Pinned => {
            let chat = chat(MessageId(0));
            world.pinned(caller, chat).last().copied()
        }
        InputMessage::CallbackQuery(_) => None,
    };
    id.unwrap_or(MessageId(0))
}

fn answered(world: &World, caller: UserId, chat: Peer, id: MessageId) -> Option<MessageId> {
    let post = world.post(world.post_of(caller, chat, id)?)?;
    world.post(post.reply_to?)?.id_for(caller)
}

/// Messages on their way into an answer.
pub(super) struct Found {
    messages: Vec<enums::Message>,
    cast: Cast,
    /// How many there are in all, on other pages too.
    pub(super) total: usize,
    /// Where the next page of a search in all chats begins.
    pub(super) next_rate: Option<i32>,
}

impl Found {
    /// Nothing yet, out of this chat.
    pub(super) fn new(caller: UserId, peer: Peer) -> Self {
        Self {
            messages: Vec::new(),
            cast: Cast::of([Peer::User(caller), peer]),
            total: 0,
            next_rate: None,
        }
    }

    /// Adds a message, with everybody it names. False if it is not there.
    pub(super) fn add(&mut self, world: &World, caller: UserId, chat: Peer, id: MessageId) -> bool {
        let Some(post) = world.post_of(caller, chat, id) else {
            return false;
        };
        let message = render::message(world, caller, chat, id);
        self.cast.add_post(world, post);
        let is_there = message.is_some();
        self.messages.extend(message);
        is_there
    }

    fn add_or_missing(&mut self, world: &World, caller: UserId, chat: Peer, id: MessageId) {
        self.total += 1;
        if !self.add(world, caller, chat, id) {
            self.messages.push(render::missing(id));
        }
    }

    /// The answer in the form for this chat.
    pub(super) fn answer(
        self,
        world: &World,
        caller: UserId,
        peer: Peer,
    ) -> enums::messages::Messages {
        let (chats, users) = (
            self.cast.chats(world, caller),
            self.cast.users(world, caller),
        );
        let count = render::count(self.total);
        let (messages, topics) = (self.messages, Vec::new());
        if let Some(channel) = peer.channel().and_then(|id| world.channel(id)) {
            return types::messages::ChannelMessages {
                inexact: false,
                pts: channel.events.pts(),
                count,
                offset_id_offset: None,
                messages,
                topics,
                chats,
                users,
            }
            .into();
        }
        if messages.len() == self.total {
            return types::messages::Messages {
                messages,
                topics,
                chats,
                users,
            }
            .into();
        }
        types::messages::MessagesSlice {
            inexact: false,
            count,
            next_rate: self.next_rate,
            offset_id_offset: None,
            search_flood: None,
            messages,
            topics,
            chats,
            users,
        }
        .into()
    }
}
