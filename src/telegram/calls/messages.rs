//! Sending and reading messages. Source: <https://core.telegram.org/method/messages.sendMessage>.

use crate::model::{MessageId, UtcTime};
use crate::store::peers::PeerRow;
use crate::telegram::convert;
use crate::telegram::error::Error;
use crate::telegram::link::Link;
use crate::telegram::text::Formatted;
use grammers_client::tl;

/// A text on its way out.
#[derive(Clone, Debug)]
pub struct OutgoingMessage {
    /// The text with its entities.
    pub text: Formatted,
    /// The message it answers, in the same chat.
    pub reply_to: Option<MessageId>,
    /// No sound at the receiver's.
    pub silent: bool,
    /// By which Telegram knows a second try of the same send from a second message.
    pub random_id: i64,
}

/// What became of it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct SentMessage {
    /// Its number in the sender's view of the chat.
    pub message_id: MessageId,
    /// Telegram's date of it, whole seconds; `None` when the answer had none.
    pub sent_at: Option<UtcTime>,
}

impl Link {
    /// `messages.sendMessage`.
    ///
    /// A second call with the same `random_id` sends nothing; Telegram answers it with the first
    /// message or with `RANDOM_ID_DUPLICATE`.
    pub async fn send_message(
        &self,
        peer: &PeerRow,
        message: OutgoingMessage,
    ) -> Result<SentMessage, Error> {
        let random_id = message.random_id;
        let request = tl::functions::messages::SendMessage {
            no_webpage: false,
            silent: message.silent,
            background: false,
            clear_draft: false,
            noforwards: false,
            update_stickersets_order: false,
            invert_media: false,
            allow_paid_floodskip: false,
            peer: convert::input_peer(peer),
            reply_to: message.reply_to.map(reply_header),
            message: message.text.text,
            random_id,
            reply_markup: None,
            entities: Some(message.text.entities).filter(|entities| !entities.is_empty()),
            schedule_date: None,
            schedule_repeat_period: None,
            send_as: None,
            quick_reply_shortcut: None,
            effect: None,
            allow_paid_stars: None,
            suggested_post: None,
            rich_message: None,
        };
        let updates = self.invoke(&request).await?;
        sent(&updates, random_id).ok_or_else(|| {
            Error::Unreachable("messages.sendMessage answered without the message".into())
        })
    }
}

fn reply_header(id: MessageId) -> tl::enums::InputReplyTo {
    tl::types::InputReplyToMessage {
        reply_to_msg_id: id.0,
        top_msg_id: None,
        reply_to_peer_id: None,
        quote_text: None,
        quote_entities: None,
        quote_offset: None,
        monoforum_peer_id: None,
        todo_item_id: None,
        poll_option: None,
    }
    .into()
}

/// Finds the sent message in the answer: by its `random_id`, or because it is the only one.
fn sent(updates: &tl::enums::Updates, random_id: i64) -> Option<SentMessage> {
    let list = match updates {
        tl::enums::Updates::UpdateShortSentMessage(short) => {
            return Some(SentMessage {
                message_id: MessageId(short.id),
                sent_at: UtcTime::from_unix(short.date.into()),
            });
        }
        tl::enums::Updates::Updates(updates) => &updates.updates,
        tl::enums::Updates::Combined(updates) => &updates.updates,
        _ => return None,
    };
    let id = list.iter().find_map(|update| match update {
        tl::enums::Update::MessageId(named) if named.random_id == random_id => Some(named.id),
        _ => None,
    })?;
    let sent_at = list.iter().find_map(|update| match update {
        tl::enums::Update::NewMessage(new) => message_date(&new.message, id),
        tl::enums::Update::NewChannelMessage(new) => message_date(&new.message, id),
        _ => None,
    });
    Some(SentMessage {
        message_id: MessageId(id),
        sent_at,
    })
}

fn message_date(message: &tl::enums::Message, id: i32) -> Option<UtcTime> {
    match message {
        tl::enums::Message::Message(message) if message.id == id => {
            UtcTime::from_unix(message.date.into())
        }
        _ => None,
    }
}
