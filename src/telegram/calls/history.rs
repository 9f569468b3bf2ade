//! Reading messages that exist already. Sources:
//! <https://core.telegram.org/method/messages.getHistory>,
//! <https://core.telegram.org/method/messages.getMessages>,
//! <https://core.telegram.org/method/channels.getMessages>.

use crate::model::{ChatId, LiveMessage, MessageId, NewMessage, Peer, UnreadableMessage, UtcTime};
use crate::telegram::convert;
use crate::telegram::error::Error;
use crate::telegram::lenient::{Part, Read, UnreadableObject};
use crate::telegram::link::Link;
use grammers_client::tl::{self, Deserializable as _};
use std::collections::HashMap;

/// How many messages Telegram answers at most to one call.
pub const MESSAGES_A_CALL: usize = 100;

/// Messages as they are now.
#[derive(Clone, Debug, Default)]
pub struct Fetched {
    /// Those that exist and that the account may see, in no order.
    pub messages: Vec<NewMessage>,
    /// Those that exist and of which only a part can be read.
    pub unreadable: Vec<UnreadableMessage>,
    /// What could not be read of the answer and says of no message which one it is.
    pub unplaced: Vec<UnreadableObject>,
    /// The peers that came along.
    pub peers: Vec<Peer>,
    /// The smallest number of all of these.
    pub smallest: Option<MessageId>,
}

/// Messages with what came along.
pub(super) struct Answer {
    pub(super) messages: Vec<tl::enums::Message>,
    pub(super) unreadable: Vec<UnreadableObject>,
    pub(super) users: Vec<tl::enums::User>,
    pub(super) chats: Vec<tl::enums::Chat>,
    /// The place in the channel's updates that the answer is as new as.
    pub(super) pts: Option<i32>,
    /// Where a search of all chats goes on.
    pub(super) next_rate: Option<i32>,
}

impl From<Read<tl::enums::messages::Messages>> for Answer {
    fn from(read: Read<tl::enums::messages::Messages>) -> Self {
        use tl::enums::messages::Messages;
        let unreadable = read.unreadable;
        let (mut pts, mut next_rate) = (None, None);
        let (messages, users, chats) = match read.value {
            Messages::Messages(page) => (page.messages, page.users, page.chats),
            Messages::Slice(page) => {
                next_rate = page.next_rate;
                (page.messages, page.users, page.chats)
            }
            Messages::ChannelMessages(page) => {
                pts = Some(page.pts);
                (page.messages, page.users, page.chats)
            }
            Messages::NotModified(_) => (Vec::new(), Vec::new(), Vec::new()),
        };
        Self {
            messages,
            unreadable,
            users,
            chats,
            pts,
            next_rate,
        }
    }
}

impl Answer {
    /// Names the senders who came along.
    pub(super) fn name_senders(&self, messages: &mut [LiveMessage]) {
        let peers = convert::peers(&self.users, &self.chats);
        let names: HashMap<ChatId, String> = peers
            .into_iter()
            .filter_map(|peer| Some((peer.peer_id, peer.name?)))
            .collect();
        for message in messages {
            let sender = message.content.sender_id.unwrap_or(message.content.chat_id);
            message.sender_name = names.get(&sender).cloned();
        }
    }

    /// Where its messages stand, unreadable ones included as far as they tell it.
    pub(super) fn places(&self) -> impl Iterator<Item = (ChatId, MessageId)> {
        let readable = self.messages.iter().filter_map(convert::message_place);
        let told = self.unreadable.iter();
        let told = told.filter_map(|object| object.message.as_ref());
        readable.chain(told.map(|message| (convert::chat_id(&message.peer), MessageId(message.id))))
    }

    /// Their numbers.
    pub(super) fn ids(&self) -> impl Iterator<Item = MessageId> {
        self.places().map(|(_, id)| id)
    }

    /// Whether it holds a message that does not say which one it is.
    pub(super) fn has_nameless(&self) -> bool {
        self.unreadable.iter().any(is_nameless)
    }

    /// The answer to one number, or with one message, of which nothing else can be read.
    fn with_only(object: UnreadableObject) -> Self {
        // It may be something else of the answer that cannot be read.
        let (messages, unreadable) = match tl::enums::Message::from_bytes(&object.raw) {
            Ok(message) => (vec![message], Vec::new()),
            Err(_) => (Vec::new(), vec![object]),
        };
        Self {
            messages,
            unreadable,
            users: Vec::new(),
            chats: Vec::new(),
            pts: None,
            next_rate: None,
        }
    }

    /// How many messages Telegram has answered with, read or not.
    pub(super) fn len(&self) -> usize {
        let unreadable = self.unreadable.iter();
        let unreadable = unreadable.filter(|object| object.part == Part::Message);
        self.messages.len() + unreadable.count()
    }
}

impl Fetched {
    pub(super) fn new(own: Option<ChatId>, answer: &Answer) -> Self {
        let placed = |object: &UnreadableObject| convert::unreadable(own, object);
        let messages = convert::messages(own, &answer.messages).into_iter();
        let pts = answer.pts;
        Self {
            messages: messages
                .map(|message| NewMessage { pts, ..message })
                .collect(),
            unreadable: answer.unreadable.iter().filter_map(placed).collect(),
            unplaced: answer
                .unreadable
                .iter()
                .filter(|object| is_nameless(object))
                .cloned()
                .collect(),
            peers: convert::peers(&answer.users, &answer.chats),
            smallest: answer.ids().min(),
        }
    }
}

fn is_nameless(object: &UnreadableObject) -> bool {
    object.part == Part::Message && object.message.is_none()
}

impl Link {
    /// Messages by their numbers: of a channel, or, without one, of the account's private chats
    /// and basic groups. At most [`MESSAGES_A_CALL`] numbers. `own` is the account itself.
    pub async fn messages(
        &self,
        channel: Option<&Peer>,
        own: Option<ChatId>,
        ids: &[MessageId],
    ) -> Result<Fetched, Error> {
        let answer = self.by_number(channel, ids).await?;
        let mut fetched = Fetched::new(own, &answer);
        // A channel's only answer to one number can be nothing but that message.
        if let (Some(channel), [id], [object]) = (channel, ids, fetched.unplaced.as_slice()) {
            let only = convert::unreadable_number(channel.peer_id, *id, object);
            fetched.unreadable.push(only);
            fetched.unplaced.clear();
        }
        Ok(fetched)
    }

    /// The newest messages of a channel with smaller numbers than `below`, at most `limit` and
    /// [`MESSAGES_A_CALL`]. Numbers between theirs are of no message.
    pub async fn messages_below(
        &self,
        channel: &Peer,
        own: Option<ChatId>,
        below: MessageId,
        limit: usize,
    ) -> Result<Fetched, Error> {
        let limit = i32::try_from(limit.min(MESSAGES_A_CALL)).unwrap_or(i32::MAX);
        let answer = self.history(channel, below.0, 0, limit).await?;
        Ok(Fetched::new(own, &answer))
    }

    /// Messages by their numbers. One number has an answer that is its message, however little of
    /// that can be read.
    pub(super) async fn by_number(
        &self,
        channel: Option<&Peer>,
        ids: &[MessageId],
    ) -> Result<Answer, Error> {
        let id = ids
            .iter()
            .map(|id| tl::enums::InputMessage::Id(tl::types::InputMessageId { id: id.0 }))
            .collect();
        let (read, method) = if let Some(channel) = channel.and_then(convert::input_channel) {
            let request = tl::functions::channels::GetMessages { channel, id };
            let read = self.invoke_or_place(&request).await?;
            (read, "channels.getMessages")
        } else {
            let request = tl::functions::messages::GetMessages { id };
            let read = self.invoke_or_place(&request).await?;
            (read, "messages.getMessages")
        };
        let unread = match read {
            Ok(read) => return Ok(read.into()),
            Err(unread) => unread,
        };
        match (unread.only, ids) {
            (Some(only), [id]) => Ok(Answer::with_only(UnreadableObject {
                part: Part::Message,
                message: only.message.filter(|told| told.id == id.0),
                ..only
            })),
            _ => Err(Error::Unreadable {
                constructor: unread.constructor,
                method,
            }),
        }
    }

    /// The same in as many calls as it takes to read what can be read: each answer with what it is
    /// the answer to.
    pub(super) async fn by_numbers<'a>(
        &self,
        channel: Option<&Peer>,
        ids: &'a [MessageId],
    ) -> Result<Vec<(&'a [MessageId], Answer)>, Error> {
        let (mut answers, mut parts) = (Vec::new(), vec![ids]);
        while let Some(part) = parts.pop() {
            let answer = match self.by_number(channel, part).await {
                Ok(answer) if !answer.has_nameless() || part.len() == 1 => Some(answer),
                Ok(_) => None,
                Err(error) if error.is_unreadable() && part.len() > 1 => None,
                Err(error) => return Err(error),
            };
            if let Some(answer) = answer {
                answers.push((part, answer));
            } else {
                let (first, second) = part.split_at(part.len() / 2);
                parts.extend([second, first]);
            }
        }
        Ok(answers)
    }

    /// Whether a number is that of a message of the chat, which history says of one that cannot be
    /// read as well.
    pub async fn holds(&self, peer: &Peer, id: MessageId) -> Result<bool, Error> {
        let request = tl::functions::messages::GetHistory {
            peer: convert::input_peer(peer),
            offset_id: id.0.saturating_add(1),
            offset_date: 0,
            add_offset: 0,
            limit: 1,
            max_id: id.0.saturating_add(1),
            min_id: id.0 - 1,
            hash: 0,
        };
        let read = self.invoke_or_place(&request).await?;
        Ok(read.map_or(true, |read| Answer::from(read).len() > 0))
    }

    /// The peers of the newest messages of a chat, for filling the cache. At most 100 messages.
    pub async fn history_peers(&self, peer: &Peer, limit: i32) -> Result<Vec<Peer>, Error> {
        let answer = self.history(peer, 0, 0, limit).await?;
        Ok(convert::peers(&answer.users, &answer.chats))
    }

    /// The number of the newest message of a chat that was sent before a time; `None` when there
    /// is none.
    pub async fn newest_before(
        &self,
        peer: &Peer,
        time: UtcTime,
    ) -> Result<Option<MessageId>, Error> {
        let seconds = time.as_datetime().timestamp();
        let date = i32::try_from(seconds).unwrap_or(i32::MAX);
        let answer = self.history(peer, 0, date, 1).await?;
        Ok(answer.ids().max())
    }

    /// Messages with smaller numbers than `offset_id` that were sent before `offset_date`, newest
    /// first; 0 is no limit. One alone is told, however little of it can be read.
    pub(super) async fn history(
        &self,
        peer: &Peer,
        offset_id: i32,
        offset_date: i32,
        limit: i32,
    ) -> Result<Answer, Error> {
        let request = tl::functions::messages::GetHistory {
            peer: convert::input_peer(peer),
            offset_id,
            offset_date,
            add_offset: 0,
            limit,
            max_id: 0,
            min_id: 0,
            hash: 0,
        };
        self.page(&request).await
    }

    /// A page of messages of one chat.
    pub(super) async fn page<R>(&self, request: &R) -> Result<Answer, Error>
    where
        R: tl::RemoteCall<Return = tl::enums::messages::Messages> + tl::Identifiable,
    {
        let unread = match self.invoke_or_place(request).await? {
            Ok(read) => return Ok(read.into()),
            Err(unread) => unread,
        };
        match unread.only {
            Some(only) if only.part == Part::Message => Ok(Answer::with_only(only)),
            _ => Err(Error::Unreadable {
                constructor: unread.constructor,
                method: tl::name_for_id(R::CONSTRUCTOR_ID),
            }),
        }
    }
}
