//! Changing messages that exist: edit, delete, forward, pin, react.

use crate::auth::Scope;
use crate::error::Error;
use crate::model::{LiveMessage, MessageId, SessionName};
use crate::ops::messages::ParseMode;
use crate::ops::{Ctx, Operation, Subject, chat, delivery, lengths};
use crate::telegram::{Edit, Forward};

/// Replaces the text of a message that the account has sent.
///
/// Source: <https://core.telegram.org/method/messages.editMessage>.
///
/// # Errors
/// `session_not_authorized`, `chat_not_found`, `message_not_found`, `message_invalid`,
/// `write_forbidden`, `flood_wait`, `telegram_error` (such as `MESSAGE_NOT_MODIFIED`),
/// `telegram_unreachable`.
#[derive(Clone, Debug)]
pub struct EditMessage {
    /// The account that edits.
    pub session: SessionName,
    /// The chat.
    pub chat: String,
    /// The message's number there.
    pub message_id: MessageId,
    /// The new text, 1 to 4096 characters once its marks are taken out.
    pub text: String,
    /// How the text is read.
    pub parse_mode: ParseMode,
    /// Whether a link in the text gets a preview.
    pub link_preview: bool,
}

impl Operation for EditMessage {
    const NAME: &'static str = "messages.edit";
    const SCOPE: Scope = Scope::Send;
    type Output = LiveMessage;

    fn subject(&self) -> Subject {
        Subject::session(&self.session).writes(&self.chat)
    }

    async fn run(self, ctx: &Ctx) -> Result<Self::Output, Error> {
        let chat = chat::open(ctx, &self.session, &self.chat).await?;
        let text = delivery::formatted(ctx, &chat, self.parse_mode, &self.text).await?;
        let text = lengths::edited(text)?;
        let message = chat.message(ctx, "message_id", self.message_id).await?;
        let edit = Edit {
            text,
            link_preview: self.link_preview,
        };
        Ok(chat.link.edit_message(&message, edit).await?)
    }
}

/// Deletes messages.
///
/// In channels messages are always deleted for everybody. Elsewhere nothing is deleted when one of
/// the numbers is of a message of another chat. Numbers of no message are left out.
/// Source: <https://core.telegram.org/method/messages.deleteMessages>.
///
/// # Errors
/// `session_not_authorized`, `chat_not_found`, `message_not_found`, `write_forbidden`,
/// `flood_wait`, `telegram_error`, `telegram_unreachable`, `database_unavailable`.
#[derive(Clone, Debug)]
pub struct DeleteMessages {
    /// The account that deletes.
    pub session: SessionName,
    /// The chat.
    pub chat: String,
    /// Their numbers there, 1 to 100.
    pub message_ids: Vec<MessageId>,
    /// For everybody, not only for the account itself.
    pub revoke: bool,
}

impl Operation for DeleteMessages {
    const NAME: &'static str = "messages.delete";
    const SCOPE: Scope = Scope::Send;
    /// How many Telegram has deleted.
    type Output = u32;

    fn subject(&self) -> Subject {
        Subject::session(&self.session).writes(&self.chat)
    }

    async fn run(self, ctx: &Ctx) -> Result<Self::Output, Error> {
        let chat = chat::open(ctx, &self.session, &self.chat).await?;
        let messages = chat.messages(ctx, "message_ids", self.message_ids).await?;
        if messages.ids().is_empty() {
            return Ok(0);
        }
        let deleted = chat.link.delete_messages(&messages, self.revoke).await?;
        chat.note_deleted(ctx, &messages).await?;
        Ok(deleted)
    }
}

/// Forwards messages to another chat, in the order of the list.
///
/// Nothing is forwarded when one of the numbers is of a message of another chat. Numbers of no
/// message are left out.
/// Source: <https://core.telegram.org/method/messages.forwardMessages>.
///
/// # Errors
/// `session_not_authorized`, `chat_not_found`, `message_not_found` also when none exists,
/// `write_forbidden`, `rate_limited`, `flood_wait`, `telegram_error`, `telegram_unreachable`.
#[derive(Clone, Debug)]
pub struct ForwardMessages {
    /// The account that forwards.
    pub session: SessionName,
    /// Where the messages are.
    pub from_chat: String,
    /// Where they go.
    pub to_chat: String,
    /// Their numbers, 1 to 100.
    pub message_ids: Vec<MessageId>,
    /// Whether the receivers get no sound.
    pub silent: bool,
}

impl Operation for ForwardMessages {
    const NAME: &'static str = "messages.forward";
    const SCOPE: Scope = Scope::Send;
    type Output = Vec<LiveMessage>;

    fn subject(&self) -> Subject {
        Subject::session(&self.session)
            .reads(&self.from_chat)
            .writes(&self.to_chat)
    }

    async fn run(self, ctx: &Ctx) -> Result<Self::Output, Error> {
        let from = chat::open(ctx, &self.session, &self.from_chat).await?;
        let to = chat::find(ctx, &from.handle, &from.link, &self.to_chat).await?;
        let wanted = self.message_ids.clone();
        let messages = from.messages(ctx, "message_ids", wanted).await?;
        if messages.ids().is_empty() {
            return Err(chat::not_here("message_ids", &self.message_ids));
        }
        ctx.pace(from.handle.id, to.peer_id).await?;
        let random_ids = messages.ids().iter().map(|_| delivery::random_id());
        let forward = Forward {
            random_ids: random_ids.collect::<Result<_, _>>()?,
            silent: self.silent,
        };
        Ok(from.link.forward_messages(&messages, &to, forward).await?)
    }
}

/// Pins a message, or takes it down.
///
/// Source: <https://core.telegram.org/method/messages.updatePinnedMessage>.
///
/// # Errors
/// `session_not_authorized`, `chat_not_found`, `message_not_found`, `write_forbidden`,
/// `flood_wait`, `telegram_error`, `telegram_unreachable`.
#[derive(Clone, Debug)]
pub struct PinMessage {
    /// The account that pins.
    pub session: SessionName,
    /// The chat.
    pub chat: String,
    /// The message's number there.
    pub message_id: MessageId,
    /// Pin it, or take it down.
    pub pin: bool,
    /// Whether the members are notified.
    pub notify: bool,
}

impl Operation for PinMessage {
    const NAME: &'static str = "messages.pin";
    const SCOPE: Scope = Scope::Send;
    type Output = ();

    fn subject(&self) -> Subject {
        Subject::session(&self.session).writes(&self.chat)
    }

    async fn run(self, ctx: &Ctx) -> Result<Self::Output, Error> {
        let chat = chat::open(ctx, &self.session, &self.chat).await?;
        let message = chat.message(ctx, "message_id", self.message_id).await?;
        let silent = !self.notify;
        Ok(chat.link.pin_message(&message, self.pin, silent).await?)
    }
}

/// Sets the account's reaction to a message, in the place of an earlier one, or removes it.
///
/// Source: <https://core.telegram.org/method/messages.sendReaction>.
///
/// # Errors
/// `session_not_authorized`, `chat_not_found`, `message_not_found`, `flood_wait`,
/// `telegram_error` (such as `REACTION_INVALID`), `telegram_unreachable`.
#[derive(Clone, Debug)]
pub struct React {
    /// The account that reacts.
    pub session: SessionName,
    /// The chat.
    pub chat: String,
    /// The message's number there.
    pub message_id: MessageId,
    /// An emoji; `None` removes the reaction.
    pub emoji: Option<String>,
    /// Whether it is shown with a big animation.
    pub big: bool,
}

impl Operation for React {
    const NAME: &'static str = "messages.react";
    const SCOPE: Scope = Scope::Send;
    type Output = ();

    fn subject(&self) -> Subject {
        Subject::session(&self.session).writes(&self.chat)
    }

    async fn run(self, ctx: &Ctx) -> Result<Self::Output, Error> {
        let chat = chat::open(ctx, &self.session, &self.chat).await?;
        let message = chat.message(ctx, "message_id", self.message_id).await?;
        let emoji = self.emoji.as_deref();
        Ok(chat.link.react(&message, emoji, self.big).await?)
    }
}
