//! Reading messages that exist already. Sources:
//! <https://core.telegram.org/method/messages.getHistory>,
//! <https://core.telegram.org/method/messages.getMessages>,
//! <https://core.telegram.org/method/channels.getMessages>.

use crate::model::{ChatId, MessageId, UtcTime};
use crate::store::capture::{NewMessage, UnreadableMessage};
use crate::store::peers::PeerRow;
use crate::telegram::convert;
use crate::telegram::error::Error;
use crate::telegram::lenient::{Part, Read, UnreadableObject};
use crate::telegram::link::Link;
use grammers_client::tl;

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
    pub peers: Vec<PeerRow>,
    /// The smallest number of all of these.
    pub smallest: Option<MessageId>,
}

/// Messages with what came along.
pub(super) struct Answer {
    pub(super) messages: Vec<tl::enums::Message>,
    pub(super) unreadable: Vec<UnreadableObject>,
    pub(super) users: Vec<tl::enums::User>,
    pub(super) chats: Vec<tl::enums::Chat>,
}

impl From<Read<tl::enums::messages::Messages>> for Answer {
    fn from(read: Read<tl::enums::messages::Messages>) -> Self {
        use tl::enums::messages::Messages;
        let unreadable = read.unreadable;
        let (messages, users, chats) = match read.value {
            Messages::Messages(page) => (page.messages, page.users, page.chats),
            Messages::Slice(page) => (page.messages, page.users, page.chats),
            Messages::ChannelMessages(page) => (page.messages, page.users, page.chats),
            Messages::NotModified(_) => (Vec::new(), Vec::new(), Vec::new()),
        };
        Self {
            messages,
            unreadable,
            users,
            chats,
        }
    }
}

impl Answer {
    /// The numbers of its messages, unreadable ones included as far as they tell it.
    pub(super) fn ids(&self) -> impl Iterator<Item = MessageId> {
        let readable = self.messages.iter().filter_map(convert::message_place);
        let told = self.unreadable.iter();
        let told = told.filter_map(|object| object.message.as_ref());
        let ids = readable.map(|(_, id)| id);
        ids.chain(told.map(|message| MessageId(message.id)))
    }

    /// How many messages Telegram has answered with, read or not.
    pub(super) fn len(&self) -> usize {
        let unreadable = self.unreadable.iter();
        let unreadable = unreadable.filter(|object| object.part == Part::Message);
        self.messages.len() + unreadable.count()
    }
}

impl Fetched {
    fn new(own: Option<ChatId>, answer: &Answer) -> Self {
        let placed = |object: &UnreadableObject| convert::unreadable(own, object);
        let nameless =
            |object: &&UnreadableObject| object.part == Part::Message && object.message.is_none();
        Self {
            messages: convert::messages(own, &answer.messages),
            unreadable: answer.unreadable.iter().filter_map(placed).collect(),
            unplaced: answer.unreadable.iter().filter(nameless).cloned().collect(),
            peers: convert::peers(&answer.users, &answer.chats),
            smallest: answer.ids().min(),
        }
    }
}

impl Link {
    /// Messages by their numbers: of a channel, or, without one, of the account's private chats
    /// and basic groups. At most [`MESSAGES_A_CALL`] numbers. `own` is the account itself.
    pub async fn messages(
        &self,
        channel: Option<&PeerRow>,
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
        channel: &PeerRow,
        own: Option<ChatId>,
        below: MessageId,
        limit: usize,
    ) -> Result<Fetched, Error> {
        let limit = i32::try_from(limit.min(MESSAGES_A_CALL)).unwrap_or(i32::MAX);
        let answer = self.history(channel, below.0, 0, limit).await?;
        Ok(Fetched::new(own, &answer))
    }

    pub(super) async fn by_number(
        &self,
        channel: Option<&PeerRow>,
        ids: &[MessageId],
    ) -> Result<Answer, Error> {
        let id = ids
            .iter()
            .map(|id| tl::enums::InputMessage::Id(tl::types::InputMessageId { id: id.0 }))
            .collect();
        let answer = match channel.and_then(convert::input_channel) {
            Some(channel) => {
                self.invoke_leniently(&tl::functions::channels::GetMessages { channel, id })
                    .await?
            }
            None => {
                self.invoke_leniently(&tl::functions::messages::GetMessages { id })
                    .await?
            }
        };
        Ok(answer.into())
    }

    /// The peers of the newest messages of a chat, for filling the cache. At most 100 messages.
    pub async fn history_peers(&self, peer: &PeerRow, limit: i32) -> Result<Vec<PeerRow>, Error> {
        let answer = self.history(peer, 0, 0, limit).await?;
        Ok(convert::peers(&answer.users, &answer.chats))
    }

    /// The number of the newest message of a chat that was sent before a time; `None` when there
    /// is none.
    pub async fn newest_before(
        &self,
        peer: &PeerRow,
        time: UtcTime,
    ) -> Result<Option<MessageId>, Error> {
        let seconds = time.as_datetime().timestamp();
        let date = i32::try_from(seconds).unwrap_or(i32::MAX);
        let answer = self.history(peer, 0, date, 1).await?;
        Ok(answer.ids().max())
    }

    /// Messages with smaller numbers than `offset_id` that were sent before `offset_date`, newest
    /// first; 0 is no limit.
    pub(super) async fn history(
        &self,
        peer: &PeerRow,
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
        Ok(self.invoke_leniently(&request).await?.into())
    }
}
