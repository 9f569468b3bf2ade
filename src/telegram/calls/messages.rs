//! Sending texts. Source: <https://core.telegram.org/method/messages.sendMessage>.

use crate::model::UtcTime;
use crate::store::peers::PeerRow;
use crate::telegram::calls::numbers::MessageOf;
use crate::telegram::convert::{self, LiveMessage};
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
    pub reply_to: Option<MessageOf>,
    /// No sound at the receiver's.
    pub silent: bool,
    /// Whether a link in the text gets a preview.
    pub link_preview: bool,
    /// When Telegram is to send it; `None` is at once.
    pub schedule_at: Option<UtcTime>,
    /// By which Telegram knows a second try of the same send from a second message.
    pub random_id: i64,
}

impl Link {
    /// `messages.sendMessage`. A scheduled message has a number of the chat's schedule.
    ///
    /// A second call with the same `random_id` sends nothing; Telegram answers it with the first
    /// message or with `RANDOM_ID_DUPLICATE`.
    pub async fn send_message(
        &self,
        peer: &PeerRow,
        message: OutgoingMessage,
    ) -> Result<LiveMessage, Error> {
        let random_id = message.random_id;
        let request = tl::functions::messages::SendMessage {
            no_webpage: !message.link_preview,
            silent: message.silent,
            background: false,
            clear_draft: false,
            noforwards: false,
            update_stickersets_order: false,
            invert_media: false,
            allow_paid_floodskip: false,
            peer: convert::input_peer(peer),
            reply_to: message.reply_to.as_ref().map(reply_header),
            message: message.text.text,
            random_id,
            reply_markup: None,
            entities: Some(message.text.entities).filter(|entities| !entities.is_empty()),
            schedule_date: message.schedule_at.map(seconds),
            schedule_repeat_period: None,
            send_as: None,
            quick_reply_shortcut: None,
            effect: None,
            allow_paid_stars: None,
            suggested_post: None,
            rich_message: None,
        };
        let answer = self.invoke(&request).await?;
        if let tl::enums::Updates::UpdateShortSentMessage(short) = answer {
            return Ok(convert::short_sent(
                self.own(),
                peer.peer_id,
                request,
                short,
            ));
        }
        self.sent(&answer, &[random_id])
            .pop()
            .flatten()
            .ok_or_else(|| without_message("messages.sendMessage"))
    }

    /// The messages that an answer brings for these `random_id`s, in their order.
    pub(super) fn sent(
        &self,
        answer: &tl::enums::Updates,
        random_ids: &[i64],
    ) -> Vec<Option<LiveMessage>> {
        let updates = convert::updates(answer);
        let own = self.own();
        let numbered = |random_id: i64| {
            let id = updates.iter().find_map(|update| match update {
                tl::enums::Update::MessageId(named) if named.random_id == random_id => {
                    Some(named.id)
                }
                _ => None,
            })?;
            let brought = updates.iter().filter_map(convert::update_message);
            let mut lives = brought.filter_map(|message| convert::live(own, message));
            lives.find(|live| live.content.message_id.0 == id)
        };
        random_ids.iter().copied().map(numbered).collect()
    }
}

/// Telegram has done it, and its answer lacks the message; whether to try again is not known.
pub(super) fn without_message(method: &str) -> Error {
    Error::Unreachable(format!("{method} answered without the message").into())
}

/// A time as calls take it; beyond 2038 the last one that fits.
pub(super) fn seconds(time: UtcTime) -> i32 {
    i32::try_from(time.as_datetime().timestamp()).unwrap_or(i32::MAX)
}

pub(super) fn reply_header(of: &MessageOf) -> tl::enums::InputReplyTo {
    tl::types::InputReplyToMessage {
        reply_to_msg_id: of.id().0,
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
