//! Changing messages that exist, and forwarding them. Sources:
//! <https://core.telegram.org/method/messages.editMessage>,
//! <https://core.telegram.org/method/messages.deleteMessages>,
//! <https://core.telegram.org/method/messages.forwardMessages>,
//! <https://core.telegram.org/method/messages.updatePinnedMessage>,
//! <https://core.telegram.org/method/messages.sendReaction>.

use crate::model::{LiveMessage, Peer};
use crate::telegram::calls::messages::{Sent, without_message};
use crate::telegram::calls::numbers::{MessageOf, MessagesOf};
use crate::telegram::convert;
use crate::telegram::error::Error;
use crate::telegram::link::Link;
use crate::telegram::text::Formatted;
use grammers_client::tl;

/// A new text of a message.
#[derive(Clone, Debug)]
pub struct Edit {
    /// The text with its entities.
    pub text: Formatted,
    /// Whether a link in the text gets a preview.
    pub link_preview: bool,
}

/// Messages on their way to another chat.
#[derive(Clone, Debug)]
pub struct Forward {
    /// By which Telegram knows a second try; as many as numbers.
    pub random_ids: Vec<i64>,
    /// No sound at the receivers'.
    pub silent: bool,
}

impl Link {
    /// `messages.editMessage`.
    pub async fn edit_message(&self, of: &MessageOf, edit: Edit) -> Result<LiveMessage, Error> {
        let request = tl::functions::messages::EditMessage {
            no_webpage: !edit.link_preview,
            invert_media: false,
            peer: convert::input_peer(of.peer()),
            id: of.id().0,
            message: Some(edit.text.text),
            media: None,
            reply_markup: None,
            entities: Some(edit.text.entities),
            schedule_date: None,
            schedule_repeat_period: None,
            quick_reply_shortcut_id: None,
            rich_message: None,
        };
        let answer = self.carried_out(&request).await?;
        let told = answer
            .messages(self.own())
            .find(|live| live.content.message_id == of.id());
        match told {
            Some(live) => Ok(live),
            None => self
                .live_message(of.peer(), of.id())
                .await?
                .ok_or_else(|| without_message("messages.editMessage")),
        }
    }

    /// `messages.deleteMessages` or `channels.deleteMessages`, at most 100 numbers. Answers how
    /// many messages Telegram has deleted.
    pub async fn delete_messages(&self, of: &MessagesOf, revoke: bool) -> Result<u32, Error> {
        let id = of.raw_ids();
        let affected = if let Some(channel) = convert::input_channel(of.peer()) {
            let request = tl::functions::channels::DeleteMessages { channel, id };
            self.invoke(&request).await?
        } else {
            let request = tl::functions::messages::DeleteMessages { revoke, id };
            self.invoke(&request).await?
        };
        let tl::enums::messages::AffectedMessages::Messages(affected) = affected;
        Ok(u32::try_from(affected.pts_count).unwrap_or_default())
    }

    /// `messages.forwardMessages`. Messages that do not exist are left out.
    pub async fn forward_messages(
        &self,
        from: &MessagesOf,
        to: &Peer,
        forward: Forward,
    ) -> Result<Vec<LiveMessage>, Error> {
        let request = tl::functions::messages::ForwardMessages {
            silent: forward.silent,
            background: false,
            with_my_score: false,
            drop_author: false,
            drop_media_captions: false,
            noforwards: false,
            allow_paid_floodskip: false,
            from_ephemeral: false,
            from_peer: convert::input_peer(from.peer()),
            id: from.raw_ids(),
            random_id: forward.random_ids.clone(),
            to_peer: convert::input_peer(to),
            top_msg_id: None,
            reply_to: None,
            schedule_date: None,
            schedule_repeat_period: None,
            send_as: None,
            quick_reply_shortcut: None,
            effect: None,
            video_timestamp: None,
            allow_paid_stars: None,
            suggested_post: None,
        };
        let answer = self.carried_out(&request).await?;
        let (own, chat) = (self.own(), to.peer_id);
        let sent = self.sent(&answer, &forward.random_ids);
        let tells = sent.iter().any(|sent| !matches!(sent, Sent::Unknown));
        let each = sent.into_iter().filter(|sent| {
            // An answer that tells of some and holds nothing unreadable tells of all.
            !(tells && answer.is_whole && matches!(sent, Sent::Unknown))
        });
        Ok(each
            .map(|sent| sent.or_accepted(own, chat, String::new(), None))
            .collect())
    }

    /// `messages.updatePinnedMessage`, for both sides of a private chat.
    pub async fn pin_message(&self, of: &MessageOf, pin: bool, silent: bool) -> Result<(), Error> {
        let request = tl::functions::messages::UpdatePinnedMessage {
            silent,
            unpin: !pin,
            pm_oneside: false,
            peer: convert::input_peer(of.peer()),
            id: of.id().0,
        };
        self.carried_out(&request).await.map(drop)
    }

    /// `messages.sendReaction`; without an emoji the account's reaction is removed.
    pub async fn react(&self, of: &MessageOf, emoji: Option<&str>, big: bool) -> Result<(), Error> {
        let emoji = emoji.map(|emoji| {
            tl::types::ReactionEmoji {
                emoticon: emoji.to_owned(),
            }
            .into()
        });
        let request = tl::functions::messages::SendReaction {
            big,
            add_to_recent: false,
            peer: convert::input_peer(of.peer()),
            msg_id: of.id().0,
            reaction: Some(emoji.into_iter().collect()),
        };
        self.carried_out(&request).await.map(drop)
    }
}
