//! Going through a chat's history page by page, either way. Sources:
//! <https://core.telegram.org/api/offsets>,
//! <https://core.telegram.org/method/messages.getHistory>.
//!
//! Upwards a page is asked for by the number that it begins with and a negative `add_offset`, as
//! Telethon's reverse iteration does: Telegram goes from that place towards newer messages. By
//! `min_id` it would answer nothing once there is more than a page above. A page that is not full
//! does not mean that there is no other one; only an empty one does.

use crate::model::{
    ChatId, ChatKind, Direction, Interval, MessageId, Peer, UnreadableMessage, UtcTime,
};
use crate::telegram::calls::history::{Answer, Fetched, MESSAGES_A_CALL};
use crate::telegram::convert;
use crate::telegram::error::Error;
use crate::telegram::link::Link;
use grammers_client::tl;

/// How many numbers are tried at most for a message that does not say its own.
const NAMES: i32 = 100;

/// A page of a history.
#[derive(Clone, Debug, Default)]
pub struct HistoryPage {
    /// Its messages with what came along.
    pub fetched: Fetched,
    /// The smallest and the largest number in it; `None` when there is no message that way.
    pub numbers: Option<Interval>,
    /// Whether nobody knows when its one message was sent.
    pub undated: bool,
    /// When the account came to the channel, if it is in one: what is older may be hidden.
    pub joined_at: Option<UtcTime>,
}

impl Link {
    /// The messages of a chat that are nearest to a number, with it or beyond it in a direction, at
    /// most [`MESSAGES_A_CALL`].
    ///
    /// A page of which something cannot be read and does not say what it is is asked for in halves,
    /// down to one message, whose number is then found.
    pub async fn history_beyond(
        &self,
        peer: &Peer,
        from: MessageId,
        direction: Direction,
    ) -> Result<HistoryPage, Error> {
        let mut limit = i32::try_from(MESSAGES_A_CALL).unwrap_or(i32::MAX);
        loop {
            match self.beyond(peer, from, direction, 0, limit).await {
                Ok(answer) if limit > 1 && answer.has_nameless() => limit /= 2,
                Err(error) if limit > 1 && error.is_unreadable() => limit /= 2,
                Ok(answer) if answer.has_nameless() => {
                    return self.nameless(peer, from, direction).await;
                }
                answer => return Ok(page(peer, self.own(), &answer?, from, direction)),
            }
        }
    }

    /// The page after so many messages.
    async fn beyond(
        &self,
        peer: &Peer,
        from: MessageId,
        direction: Direction,
        skipped: i32,
        limit: i32,
    ) -> Result<Answer, Error> {
        let (offset_id, add_offset) = match direction {
            Direction::Up => (from.0, -limit - skipped),
            // No offset at all where there is no number above.
            Direction::Down => (from.0.checked_add(1).unwrap_or(0), skipped),
        };
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
        self.page(&request).await
    }

    /// The one message next to a number that does not say its own: it stands between that number
    /// and the message after it.
    async fn nameless(
        &self,
        peer: &Peer,
        from: MessageId,
        direction: Direction,
    ) -> Result<HistoryPage, Error> {
        let after = match self.beyond(peer, from, direction, 1, 1).await {
            Ok(after) => numbers(&after, from, direction),
            Err(error) if error.is_unreadable() => None,
            Err(error) => return Err(error),
        };
        let candidates: Vec<MessageId> = match direction {
            Direction::Up => {
                let most = from.0.saturating_add(NAMES);
                let end = after.map_or(most, |after| after.from.0.min(most));
                (from.0..end).map(MessageId).collect()
            }
            Direction::Down => {
                let top = if from.0 == i32::MAX {
                    let (dialog, _) = self.dialog_of(peer).await?;
                    dialog.map_or(0, |dialog| dialog.top.0)
                } else {
                    from.0
                };
                let least = after.map_or(1, |after| after.to.0 + 1);
                let least = least.max(top.saturating_sub(NAMES));
                (least..=top).rev().map(MessageId).collect()
            }
        };
        let channel = (peer.peer_id.kind() == ChatKind::Channel).then_some(peer);
        let mut found = HistoryPage::default();
        for (ids, answer) in self.by_numbers(channel, &candidates).await? {
            if let ([id], [object]) = (ids, answer.unreadable.as_slice())
                && answer.has_nameless()
                && (channel.is_some() || self.holds(peer, *id).await?)
            {
                let told = convert::unreadable_number(peer.peer_id, *id, object);
                found.fetched.unreadable.push(told);
                found.undated = true;
                found.numbers = Some(Interval { from: *id, to: *id });
                return Ok(found);
            }
        }
        match (after, candidates.last()) {
            // It is gone meanwhile.
            (Some(_), Some(last)) => {
                found.numbers = Some(Interval {
                    from: *last,
                    to: *last,
                });
                Ok(found)
            }
            _ => Err(Error::Unreadable {
                constructor: None,
                method: "messages.getHistory",
            }),
        }
    }
}

fn page(
    peer: &Peer,
    own: Option<ChatId>,
    answer: &Answer,
    from: MessageId,
    direction: Direction,
) -> HistoryPage {
    let mut fetched = Fetched::new(own, answer);
    let wanted =
        |chat: ChatId, id: MessageId| chat == peer.peer_id && is_beyond(id, from, direction);
    fetched.messages.retain(|new| {
        let (chat, id) = new.content.place();
        wanted(chat, id)
    });
    fetched.unreadable.retain(|told: &UnreadableMessage| {
        let (chat, id) = told.message.content.place();
        wanted(chat, id)
    });
    HistoryPage {
        fetched,
        numbers: numbers(answer, from, direction),
        undated: false,
        joined_at: joined_at(peer, answer),
    }
}

fn is_beyond(id: MessageId, from: MessageId, direction: Direction) -> bool {
    match direction {
        Direction::Up => id >= from,
        Direction::Down => id <= from,
    }
}

/// The numbers of an answer, empty messages included. Whatever else Telegram may fill a page up
/// with is left out.
fn numbers(answer: &Answer, from: MessageId, direction: Direction) -> Option<Interval> {
    let empty = answer.messages.iter().filter_map(|message| match message {
        tl::enums::Message::Empty(empty) => Some(MessageId(empty.id)),
        tl::enums::Message::Message(_) | tl::enums::Message::Service(_) => None,
    });
    let all = answer.ids().chain(empty);
    let beyond = all.filter(|id| is_beyond(*id, from, direction));
    let each = beyond.map(|id| Interval { from: id, to: id });
    each.reduce(|all, one| Interval {
        from: all.from.min(one.from),
        to: all.to.max(one.to),
    })
}

fn joined_at(peer: &Peer, answer: &Answer) -> Option<UtcTime> {
    let mut chats = answer.chats.iter();
    chats.find_map(|chat| match chat {
        tl::enums::Chat::Channel(channel)
            if ChatId::channel(channel.id) == peer.peer_id && !channel.left =>
        {
            UtcTime::from_unix(channel.date.into())
        }
        _ => None,
    })
}
