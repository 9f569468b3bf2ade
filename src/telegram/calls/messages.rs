//! Sending texts. Source: <https://core.telegram.org/method/messages.sendMessage>.

use crate::model::{ChatId, LiveMessage, MessageId, Peer, UtcTime};
use crate::telegram::calls::numbers::MessageOf;
use crate::telegram::convert;
use crate::telegram::error::{DUPLICATE, Error};
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
    /// message or with `RANDOM_ID_DUPLICATE`. An answer that cannot be read, or that does not say
    /// which message it was, comes after the sending: the message then has no number.
    pub async fn send_message(
        &self,
        peer: &Peer,
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
        let answer = self.carried_out(&request).await?;
        if let Some(tl::enums::Updates::UpdateShortSentMessage(short)) = answer.updates {
            return Ok(convert::short_sent(
                self.own(),
                peer.peer_id,
                request,
                short,
            ));
        }
        let (own, chat) = (self.own(), peer.peer_id);
        let sent = self.sent(&answer, &[random_id]).pop().unwrap_or_default();
        Ok(sent.or_accepted(own, chat, request.message, request.entities))
    }

    /// Changes something. Telegram has done so when it has answered, also with what cannot be read,
    /// and when it says of a send that it was asked for before.
    pub(super) async fn carried_out<R>(&self, request: &R) -> Result<Outcome, Error>
    where
        R: tl::RemoteCall<Return = tl::enums::Updates> + tl::Identifiable,
    {
        let method = tl::name_for_id(R::CONSTRUCTOR_ID);
        match self.invoke_leniently(request).await {
            Ok(read) => Ok(Outcome {
                updates: Some(read.value),
                is_whole: read.unreadable.is_empty(),
            }),
            Err(error) if error.is_unreadable() || error.is(DUPLICATE) => {
                log::warn!("{method} was carried out, and its answer does not tell what: {error}");
                Ok(Outcome::default())
            }
            Err(error) => Err(error),
        }
    }

    /// What became of these `random_id`s, in their order.
    pub(super) fn sent(&self, answer: &Outcome, random_ids: &[i64]) -> Vec<Sent> {
        let own = self.own();
        let updates = answer.updates();
        let brought = || answer.messages(own);
        let became = |random_id: i64| {
            let id = updates.iter().find_map(|update| match update {
                tl::enums::Update::MessageId(named) if named.random_id == random_id => {
                    Some(named.id)
                }
                _ => None,
            });
            let Some(id) = id else { return Sent::Unknown };
            brought()
                .find(|live| live.content.message_id.0 == id)
                .map_or(Sent::Number(MessageId(id)), |live| {
                    Sent::Message(Box::new(live))
                })
        };
        let mut sent: Vec<_> = random_ids.iter().copied().map(became).collect();
        // Some servers do not say which `random_id` became which message. With one there is no
        // doubt.
        if let [only @ Sent::Unknown] = sent.as_mut_slice() {
            let mut outgoing = brought().filter(|live| live.content.outgoing);
            if let (Some(live), None) = (outgoing.next(), outgoing.next()) {
                *only = Sent::Message(Box::new(live));
            }
        }
        sent
    }
}

/// Telegram's answer to a change.
#[derive(Debug, Default)]
pub(super) struct Outcome {
    /// What of it can be read.
    updates: Option<tl::enums::Updates>,
    /// Whether that is all of it.
    pub(super) is_whole: bool,
}

impl Outcome {
    fn updates(&self) -> &[tl::enums::Update] {
        self.updates
            .as_ref()
            .map(convert::updates)
            .unwrap_or_default()
    }

    /// The messages that it brings.
    pub(super) fn messages(&self, own: Option<ChatId>) -> impl Iterator<Item = LiveMessage> {
        let messages = self.updates().iter().filter_map(convert::update_message);
        messages.filter_map(move |message| convert::live(own, message))
    }
}

/// What became of a message on its way out.
#[derive(Debug, Default)]
pub(super) enum Sent {
    /// It is this one.
    Message(Box<LiveMessage>),
    /// It has this number, and cannot be read.
    Number(MessageId),
    /// The answer does not tell.
    #[default]
    Unknown,
}

impl Sent {
    /// The message, as far as it is known.
    pub(super) fn or_accepted(
        self,
        own: Option<ChatId>,
        chat: ChatId,
        text: String,
        entities: Option<Vec<tl::enums::MessageEntity>>,
    ) -> LiveMessage {
        let number = match self {
            Self::Message(live) => return *live,
            Self::Number(number) => Some(number),
            Self::Unknown => None,
        };
        convert::accepted(own, chat, number, text, entities)
    }
}

/// Telegram's answer lacks the message; whether to try again is not known.
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
