//! Reading a chat for a caller who wants to see it. Sources:
//! <https://core.telegram.org/api/offsets>,
//! <https://core.telegram.org/method/messages.search>,
//! <https://core.telegram.org/method/messages.readHistory>.

use crate::model::{ChatId, ChatKind, LiveMessage, MessageId, Peer, UtcTime};
use crate::telegram::calls::history::{Answer, MESSAGES_A_CALL};
use crate::telegram::calls::numbers::MessageOf;
use crate::telegram::convert;
use crate::telegram::error::Error;
use crate::telegram::link::Link;
use grammers_client::tl;

/// How many numbers are tried at most for a message that does not say its own.
const NAMES: i32 = 100;

/// How many calls one search makes at most, where messages are picked out of what is found.
const MOST_PAGES: u32 = 50;

/// Which messages of a chat.
#[derive(Clone, Debug, Default)]
pub struct HistoryQuery {
    /// How many at most.
    pub limit: u32,
    /// Only smaller numbers.
    pub before: Option<MessageId>,
    /// Only messages that contain this.
    pub search: Option<String>,
    /// Of those that contain it, only this one's.
    pub from: Option<Peer>,
    /// Of those that contain it, only those that were sent then.
    pub sent: Period,
}

/// When messages that are searched for were sent.
#[derive(Clone, Copy, Debug, Default)]
pub struct Period {
    /// At this time or later.
    pub since: Option<UtcTime>,
    /// Before this time.
    pub until: Option<UtcTime>,
}

impl Period {
    /// As searches take it: what they find was sent after the first second and before the second
    /// one, where these are above 0. `None` when nothing can have been sent then.
    pub(super) fn bounds(self) -> Option<(i32, i32)> {
        let second = |time: UtcTime| time.as_datetime().timestamp();
        let fits = |second: i64| i32::try_from(second).unwrap_or(i32::MAX);
        let after = self.since.map_or(0, |since| second(since) - 1).max(0);
        let before = self.until.map_or(0, second);
        let is_possible = self.until.is_none() || before > 0 && after < before;
        is_possible.then(|| (fits(after), fits(before)))
    }

    /// Whether a message was sent then.
    pub(super) fn admits(self, live: &LiveMessage) -> bool {
        let sent_at = live.content.sent_at;
        self.since.is_none_or(|since| sent_at >= since)
            && self.until.is_none_or(|until| sent_at < until)
    }
}

impl HistoryQuery {
    /// Whose messages are to be picked here: private chats are searched for everybody's, whoever
    /// is asked for.
    fn picked_sender(&self, chat: &Peer) -> Option<ChatId> {
        let is_private = chat.peer_id.kind() == ChatKind::User;
        self.from
            .as_ref()
            .filter(|_| is_private)
            .map(|from| from.peer_id)
    }
}

/// Messages with the peers that came along.
#[derive(Clone, Debug, Default)]
pub struct FoundMessages {
    /// Newest first.
    pub messages: Vec<LiveMessage>,
    /// The peers.
    pub peers: Vec<Peer>,
}

impl Link {
    /// `messages.getHistory` or `messages.search`, as many calls as the limit needs. A page of which
    /// something cannot be read and does not say what it is is asked for in halves, down to one
    /// message.
    pub async fn read_history(
        &self,
        peer: &Peer,
        query: &HistoryQuery,
    ) -> Result<FoundMessages, Error> {
        let limit = query.limit as usize;
        let mut found = FoundMessages::default();
        if query.sent.bounds().is_none() {
            return Ok(found);
        }
        let mut before = query.before.map_or(0, |id| id.0);
        let mut halvings = 0;
        let picked = query.picked_sender(peer);
        let mut pages = 0;
        while found.messages.len() < limit && (picked.is_none() || pages < MOST_PAGES) {
            let missing = match picked {
                Some(_) => MESSAGES_A_CALL,
                None => limit - found.messages.len(),
            };
            let wanted = missing.min(MESSAGES_A_CALL) >> halvings;
            let wanted = wanted.max(1);
            let answer = match self.history_page(peer, query, (before, 0), wanted).await {
                Ok(answer) if wanted > 1 && answer.has_nameless() => {
                    halvings += 1;
                    continue;
                }
                Err(error) if wanted > 1 && error.is_unreadable() => {
                    halvings += 1;
                    continue;
                }
                answer => answer?,
            };
            found
                .peers
                .extend(convert::peers(&answer.users, &answer.chats));
            let oldest = if answer.has_nameless() {
                let (named, older) = self.name(peer, query, before).await?;
                found.messages.extend(named);
                older
            } else {
                found.messages.extend(self.live(&answer));
                answer.ids().map(|id| id.0).min()
            };
            if let Some(sender) = picked {
                let messages = &mut found.messages;
                messages.retain(|live| live.content.sender_id == Some(sender));
            }
            pages += 1;
            halvings = 0;
            match oldest {
                Some(oldest) if answer.len() >= wanted => before = oldest,
                _ => break,
            }
        }
        found.messages.retain(|live| query.sent.admits(live));
        found.messages.truncate(limit);
        Ok(found)
    }

    async fn history_page(
        &self,
        peer: &Peer,
        query: &HistoryQuery,
        (offset_id, add_offset): (i32, i32),
        limit: usize,
    ) -> Result<Answer, Error> {
        let limit = i32::try_from(limit).unwrap_or(i32::MAX);
        let Some(text) = &query.search else {
            let request = tl::functions::messages::GetHistory {
                peer: convert::input_peer(peer),
                offset_id,
                offset_date: 0,
                add_offset,
                limit,
                max_id: 0,
                min_id: 0,
                hash: 0,
            };
            return self.page(&request).await;
        };
        let (min_date, max_date) = query.sent.bounds().unwrap_or_default();
        let from = query.from.as_ref();
        let from = from.filter(|_| query.picked_sender(peer).is_none());
        let request = tl::functions::messages::Search {
            peer: convert::input_peer(peer),
            q: text.clone(),
            from_id: from.map(convert::input_peer),
            saved_peer_id: None,
            saved_reaction: None,
            top_msg_id: None,
            filter: tl::enums::MessagesFilter::InputMessagesFilterEmpty,
            min_date,
            max_date,
            offset_id,
            add_offset,
            limit,
            max_id: 0,
            min_id: 0,
            hash: 0,
        };
        self.page(&request).await
    }

    /// The newest message below a number, of which nothing can be read, and where the next page
    /// begins. It stands between that number and the message after it.
    async fn name(
        &self,
        peer: &Peer,
        query: &HistoryQuery,
        before: i32,
    ) -> Result<(Option<LiveMessage>, Option<i32>), Error> {
        let below = if before > 0 {
            before
        } else {
            let (dialog, _) = self.dialog_of(peer).await?;
            dialog.map_or(0, |dialog| dialog.top.0.saturating_add(1))
        };
        let after = match self.history_page(peer, query, (before, 1), 1).await {
            Ok(after) => after.ids().map(|id| id.0).max(),
            Err(error) if error.is_unreadable() => None,
            Err(error) => return Err(error),
        };
        let lowest = after.map_or(1, |after| after + 1);
        let lowest = lowest.max(below.saturating_sub(NAMES));
        let ids: Vec<MessageId> = (lowest..below).rev().map(MessageId).collect();
        let channel = convert::input_channel(peer).map(|_| peer);
        for (ids, answer) in self.by_numbers(channel, &ids).await? {
            if let ([id], [object]) = (ids, answer.unreadable.as_slice())
                && answer.has_nameless()
                && (channel.is_some() || self.holds(peer, *id).await?)
            {
                let live = convert::live_numbered(peer.peer_id, *id, object);
                return Ok((Some(live), Some(id.0)));
            }
        }
        // Not found; what follows is shown all the same.
        Ok((None, after.map(|after| after.saturating_add(1))))
    }

    /// One message of a chat; `None` when there is none of that number.
    pub async fn live_message(
        &self,
        peer: &Peer,
        id: MessageId,
    ) -> Result<Option<LiveMessage>, Error> {
        let channel = convert::input_channel(peer).map(|_| peer);
        let answer = self.by_number(channel, &[id]).await?;
        if answer.has_nameless()
            && let Some(object) = answer.unreadable.first()
        {
            let here = channel.is_some() || self.holds(peer, id).await?;
            let live = here.then(|| convert::live_numbered(peer.peer_id, id, object));
            return Ok(live);
        }
        let mut lives = self.live(&answer).into_iter();
        Ok(
            lives
                .find(|live| (live.content.chat_id, live.content.message_id) == (peer.peer_id, id)),
        )
    }

    /// The same as Telegram tells it.
    pub(super) async fn raw_message(
        &self,
        peer: &Peer,
        id: MessageId,
    ) -> Result<Option<tl::enums::Message>, Error> {
        let channel = convert::input_channel(peer).map(|_| peer);
        let answer = self.by_number(channel, &[id]).await?;
        let place = Some((peer.peer_id, id));
        let mut messages = answer.messages.into_iter();
        Ok(messages.find(|message| convert::message_place(message) == place))
    }

    /// `messages.readHistory` or `channels.readHistory` of a whole chat.
    pub async fn mark_all_read(&self, peer: &Peer) -> Result<(), Error> {
        self.mark_read(peer, 0).await
    }

    /// The same up to a message.
    pub async fn mark_read_to(&self, of: &MessageOf) -> Result<(), Error> {
        self.mark_read(of.peer(), of.id().0).await
    }

    async fn mark_read(&self, peer: &Peer, max_id: i32) -> Result<(), Error> {
        if let Some(channel) = convert::input_channel(peer) {
            let request = tl::functions::channels::ReadHistory { channel, max_id };
            self.invoke(&request).await.map(drop)
        } else {
            let peer = convert::input_peer(peer);
            let request = tl::functions::messages::ReadHistory { peer, max_id };
            self.invoke(&request).await.map(drop)
        }
    }

    /// `messages.getScheduledHistory`, newest first.
    pub async fn scheduled(&self, peer: &Peer) -> Result<Vec<LiveMessage>, Error> {
        let peer = convert::input_peer(peer);
        let request = tl::functions::messages::GetScheduledHistory { peer, hash: 0 };
        let answer = self.page(&request).await?;
        Ok(self.live(&answer))
    }

    /// `messages.deleteScheduledMessages`, at most 100 numbers of the chat's schedule. Schedules
    /// are counted and called by chat: their numbers reach no other one.
    pub async fn cancel_scheduled(&self, peer: &Peer, ids: &[MessageId]) -> Result<(), Error> {
        let request = tl::functions::messages::DeleteScheduledMessages {
            peer: convert::input_peer(peer),
            id: ids.iter().map(|id| id.0).collect(),
        };
        self.invoke(&request).await.map(drop)
    }

    /// The messages of an answer in its order, which is that of their numbers where some of them
    /// are unreadable.
    pub(super) fn live(&self, answer: &Answer) -> Vec<LiveMessage> {
        let own = self.own();
        let each = answer.messages.iter();
        let mut lives: Vec<_> = each
            .filter_map(|message| convert::live(own, message))
            .collect();
        let told = answer.unreadable.iter();
        let told: Vec<_> = told
            .filter_map(|object| convert::live_unreadable(own, object))
            .collect();
        if !told.is_empty() {
            lives.extend(told);
            lives.sort_by_key(|live| std::cmp::Reverse(live.content.message_id));
        }
        answer.name_senders(&mut lives);
        lives
    }
}
